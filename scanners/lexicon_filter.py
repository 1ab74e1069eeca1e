"""Which cells may speak of Articles 9 and 10 at all: one pass over the bytes of a column, whatever the number of terms.

Expressions cost a pass for every two hundred terms, and their automaton outgrows its memory. Here every word of a
column becomes a number (of its first sixteen bytes) whose upper 20 bits are looked up in a table of a megabyte, and the
few that are there in a sorted list. A term of several words is asked by its first two or three, an ending
(``ectomie``) by the last four bytes of a word.

The filter is a superset: ``lexicon.examine`` reports nothing of a cell it leaves out. It keeps cells with a strong or
inferred term or an ending or one that is said of persons, with two context terms, or with one and a supporting word or
the beginning of a value. A word's bytes are those
of lower-case UTF-8 in form NFKC: ASCII letters and digits, ``à``-``ÿ`` and ``œ``. Any other character parts words, here
and in the terms, so that no term is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.lexicon_terms import ENDINGS, forms_of, kinds
from recense.scanners.vector import buffers

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_BLOCK = 1 << 20
"""Bytes of a column that are looked at together: what is computed of them stays in the processor's cache."""
_BITS = 20
_SHIFT, _ALL = np.uint64(64 - _BITS), 0xFFFFFFFFFFFFFFFF
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no two words get the same number: the golden ratio (Knuth, The Art of Computer Programming, 6.4)."""
_MASKS = np.array([0, *(0xFFFFFFFFFFFFFFFF >> (64 - 8 * size) for size in range(1, 9))], np.uint64)
"""Keeps the first 0 to 8 bytes of a little-endian word."""
_TAIL = 4
"""Last bytes of a word that tell whether it may carry an ending."""
_PLAIN = r"[^\x00-\x7F\x{A0}-\x{A7}«»°À-ÿŒœ\x{2010}-\x{201F}…\x{202F}€]"
"""A character that NFKC may change into a letter or join to one; the others it keeps or turns into marks and spaces."""
_STRONG, _CONTEXT, _VALUE, _LONGER, _SUPPORT = 1, 2, 4, 8, 16
_TIERS = {"strong": _STRONG, "inferred": _STRONG, "said": _STRONG, "context": _CONTEXT, "support": _SUPPORT}


class _Table:
    """What hashes of words say: the bits above.

    A megabyte answers for almost every word that it is none; the few others are looked up in the sorted hashes.
    """

    def __init__(self, entries: Mapping[int, int]) -> None:
        self._known = np.array([*sorted(entries), _ALL], np.uint64)
        self._says = np.array([*(entries[known] for known in sorted(entries)), 0], np.uint8)
        self._perhaps = np.zeros(1 << _BITS, dtype=bool)
        self._perhaps[self._known >> _SHIFT] = True

    def find(self, hashes: Hashes) -> tuple[Places, npt.NDArray[np.uint8]]:
        """Returns the places of the hashes that it knows, and what it says of each."""
        at = np.flatnonzero(self._perhaps[hashes >> _SHIFT])
        some = hashes[at]
        entry = np.searchsorted(self._known, some)
        says = np.where(self._known[entry] == some, self._says[entry], 0)
        return at[says > 0], says[says > 0]


def suspects(cells: pa.Array) -> Bools:
    """Returns, of every cell of a string array without nulls, whether ``lexicon.examine`` may report something."""
    found = np.zeros(len(cells), dtype=bool)
    raw, places = buffers(cells)
    if not _SPEAKS[raw].any():  # numbers and dates
        return found
    raw, places = buffers(_lowered(cells, bool((raw > 127).any())))
    first = 0
    while first < len(cells):
        last = int(np.searchsorted(places, places[first] + _BLOCK, side="right")) - 1
        last = min(max(last, first + 1), len(cells))
        edges = places[first : last + 1]
        found[first:last] = _suspects(raw[edges[0] : edges[-1]], edges - edges[0])
        first = last
    return found


def _lowered(cells: pa.Array, beyond_ascii: bool) -> pa.Array:
    """Returns the cells in lower case and, where it matters for letters, in form NFKC."""
    if beyond_ascii:
        odd = pc.match_substring_regex(cells, _PLAIN)
        if pc.any(odd).as_py():
            cells = pc.replace_with_mask(cells, odd, pc.utf8_normalize(cells.filter(odd), form="NFKC"))
    return pc.utf8_lower(cells)


def _suspects(raw: npt.NDArray[np.uint8], places: Places) -> Bools:
    """Returns ``suspects`` of lower-case cells, given as bytes and the n + 1 offsets in them."""
    count = len(places) - 1
    found = np.zeros(count, dtype=bool)
    starts, ends = _words(raw, places)
    if len(starts) == 0:
        return found
    padded = np.zeros(len(raw) + 8, np.uint8)  # a window may begin at the last byte
    padded[: len(raw)] = raw
    tables = _tables()
    hashes = _hashes(padded, starts, ends)
    long = np.flatnonzero(ends - starts >= _TAIL)
    tails, _ = tables.tails.find(_hashes(padded, ends[long] - _TAIL, ends[long]))
    ended = long[tails]
    ended = ended[[bytes(raw[starts[word] : ends[word]]).endswith(tables.endings) for word in ended.tolist()]]
    words, alone = tables.alone.find(hashes)
    pairs = _joined(hashes[:-1], hashes[1:])
    firsts, paired = tables.pairs.find(pairs)
    begun = firsts[((paired & _LONGER) > 0) & (firsts < len(hashes) - 2)]
    triples, tripled = tables.triples.find(_joined(pairs[begun], hashes[begun + 2]))
    at = np.concatenate((words, firsts, begun[triples], ended))
    says = np.concatenate((alone, paired, tripled, np.full(len(ended), _STRONG, np.uint8)))
    owner = np.searchsorted(places, starts[at], side="right") - 1
    found[owner[(says & _STRONG) > 0]] = True
    context = np.unique(at[(says & _CONTEXT) > 0])  # a word may be known alone and with the next one
    if len(context):
        times = np.bincount(np.searchsorted(places, starts[context], side="right") - 1, minlength=count)
        second = np.zeros(count, dtype=bool)
        second[owner[(says & (_VALUE | _SUPPORT)) > 0]] = True
        found |= (times > 1) | ((times == 1) & second)
    return found


def _words(raw: npt.NDArray[np.uint8], places: Places) -> tuple[Places, Places]:
    """Returns where words begin and end; none reaches from one cell into the next."""
    inside = np.zeros(len(raw) + 2, dtype=bool)  # framed by what is no letter
    inside[1:-1] = _IS_ALNUM[raw]
    for lead, (no_letters, letters) in _LEADS.items():
        at = np.flatnonzero(raw[:-1] == lead)
        if len(at):
            trail = raw[at + 1]
            at = at[np.isin(trail, letters) if letters else ~np.isin(trail, no_letters)]
            inside[at + 1] = True
            inside[at + 2] = True
    starts, ends = inside[1:] & ~inside[:-1], inside[:-1] & ~inside[1:]
    edges = places[1:-1]
    touching = edges[inside[edges] & inside[edges + 1]]
    starts[touching] = True
    ends[touching] = True
    return np.flatnonzero(starts), np.flatnonzero(ends)


def _hashes(padded: npt.NDArray[np.uint8], starts: Places, ends: Places) -> Hashes:
    """Returns a hash for the first sixteen bytes of each word, best in its upper bits."""
    windows = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
    sizes = ends - starts
    with np.errstate(over="ignore"):
        hashes: Hashes = (windows[starts] & _MASKS[np.minimum(sizes, 8)]) * _FACTOR
    long = np.flatnonzero(sizes > 8)
    if len(long):
        hashes[long] = _joined(hashes[long], windows[starts[long] + 8] & _MASKS[np.minimum(sizes[long] - 8, 8)])
    return hashes


def _joined(first: Hashes, second: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        joined: Hashes = (first ^ (second >> np.uint64(29))) * _FACTOR + second
    return joined


def _bytes(*ranges: Iterable[int]) -> Bools:
    table = np.zeros(256, dtype=bool)
    table[[code for codes in ranges for code in codes]] = True
    return table


_IS_ALNUM = _bytes(range(48, 58), range(65, 91), range(97, 123))
_SPEAKS = _bytes(range(65, 91), range(97, 123), range(128, 256))
"""Bytes that may be part of a word: letters and whatever is not ASCII."""
_LEADS: dict[int, tuple[list[int], list[int]]] = {0xC3: ([0x97, 0xB7], []), 0xC5: ([], [0x93])}
"""First bytes of letters beyond ASCII with the second bytes that make no letter (× ÷) or alone make one (œ)."""


class _Tables(NamedTuple):
    """What is known of words alone, of two and of the first three words of a term, of the last bytes of a word."""

    alone: _Table
    pairs: _Table
    triples: _Table
    tails: _Table
    endings: tuple[bytes, ...]


@cache
def _tables() -> _Tables:
    """Returns the tables of the lexicons (20 ms)."""
    entries: tuple[dict[int, int], ...] = ({}, {}, {})
    endings: set[bytes] = set()
    for kind in kinds().values():
        for says, terms in ((_VALUE, kind.values), *((_TIERS[tier], terms) for tier, terms in kind.terms.items())):
            for words in (split(form) for term in terms for form in forms_of(term)):
                _enter(words, says, entries)
        for ending in kind.endings:
            endings.update(word.encode() for form in forms_of(ending) for word in _inflected(form))
    tails = dict.fromkeys(_numbers([ending[-_TAIL:] for ending in sorted(endings)]).tolist(), _STRONG)
    return _Tables(_Table(entries[0]), _Table(entries[1]), _Table(entries[2]), _Table(tails), tuple(sorted(endings)))


def _enter(words: Sequence[str], says: int, entries: Sequence[dict[int, int]]) -> None:
    """Enters the words a term begins with, by their number; its last one may be inflected."""
    for last in _inflected(words[-1]) if words else ():
        first, *others = _numbers([word.encode() for word in (*words[:-1], last)[:3]])
        for place, other in enumerate((None, *others)):
            first = first if other is None else _joined(first, other)
            if place or not others:
                means = _LONGER if place < len(others) else says
                entries[place][int(first)] = entries[place].get(int(first), 0) | means


def _inflected(word: str) -> list[str]:
    return [word + ending for ending in ("", *ENDINGS)]


def _numbers(words: list[bytes]) -> Hashes:
    """Returns the hashes of words as bytes."""
    raw = np.frombuffer(b"".join(words) + bytes(8), np.uint8)
    places = np.cumsum([0, *map(len, words)])
    return _hashes(raw, places[:-1], places[1:])


def split(form: str) -> list[str]:
    """Returns the words of a normalised term as the filter sees them.

    >>> split("d'origine n°1")
    ['d', 'origine', 'n', '1']
    """
    data = form.encode()
    starts, ends = _words(np.frombuffer(data, np.uint8), np.array([0, len(data)]))
    return [data[start:end].decode() for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
