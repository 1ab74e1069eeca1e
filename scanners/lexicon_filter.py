"""Which cells may speak of Articles 9 and 10 at all: one pass over the bytes of a column, whatever the number of terms.

Expressions cost a pass for every two hundred terms, and their automaton outgrows its memory. Here every word of a
column becomes a number (of its first sixteen bytes) whose upper 20 bits are looked up in a table of a megabyte, and the
few that are there in a sorted list. A term of several words is asked by its first two or three, an ending
(``ectomie``) by the last four bytes of a word.

The filter is a superset: ``lexicon.examine`` reports nothing of a cell it leaves out. It keeps cells with a strong or
inferred term or an ending or one that is said of persons, with two terms of a kind of which one is no other word first,
with a term and a bond or the beginning of a value. A word's bytes are those
of lower-case UTF-8 in form NFKC: ASCII letters and digits, ``à``-``ÿ`` and ``œ``. Any other character parts words, here
and in the terms, so that no term is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import buffers
from recense.scanners.lexicon_terms import ENDINGS, Kind, forms_of, kinds, normalise, shared

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Says = npt.NDArray[np.uint64]

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
_STRONG, _VALUE, _LONGER, _BEING, _SAID = 1, 2, 4, 8, 16
_VALUE_WORDS = 30
"""Words of a cell that is a value at most: it has up to sixty characters."""
_KINDS = 10
"""Kinds of terms at most; each has a bit in each of the four parts below."""
_CONTEXT, _WEAK, _SUPPORT, _BOND = 8, 8 + _KINDS, 8 + 2 * _KINDS, 8 + 3 * _KINDS
"""Where the bits begin that tell the kinds: of context terms, of those that are other words first, of what supports."""
_EACH = (1 << _KINDS) - 1


class _Table:
    """What hashes of words say: the bits above.

    A megabyte answers for almost every word that it is none; the few others are looked up in the sorted hashes.
    """

    def __init__(self, entries: Mapping[int, int]) -> None:
        self._known = np.array([*sorted(entries), _ALL], np.uint64)
        self._says = np.array([*(entries[known] for known in sorted(entries)), 0], np.uint64)
        self._perhaps = np.zeros(1 << _BITS, dtype=bool)
        self._perhaps[self._known >> _SHIFT] = True

    def find(self, hashes: Hashes) -> tuple[Places, Says]:
        """Returns the places of the hashes that it knows, and what it says of each."""
        at = np.flatnonzero(self._perhaps[hashes >> _SHIFT])
        some = hashes[at]
        entry = np.searchsorted(self._known, some)
        says = np.where(self._known[entry] == some, self._says[entry], np.uint64(0))
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
    begun = firsts[((paired & np.uint64(_LONGER)) > 0) & (firsts < len(hashes) - 2)]
    triples, tripled = tables.triples.find(_joined(pairs[begun], hashes[begun + 2]))
    at = np.concatenate((words, firsts, begun[triples], ended))
    says = np.concatenate((alone, paired, tripled, np.full(len(ended), _STRONG, np.uint64)))
    owner = np.searchsorted(places, starts[at], side="right") - 1
    found[owner[(says & np.uint64(_STRONG)) > 0]] = True
    words_before = np.searchsorted(starts, places)
    short = np.diff(words_before) <= _VALUE_WORDS
    return found | _paired(at, says, owner, short)


def _paired(at: Places, says: Says, owner: Places, short: Bools) -> Bools:
    """Returns the cells in which terms that say little alone may vouch for each other (``lexicon._pairs``)."""
    found = np.zeros(len(short), dtype=bool)
    terms = (says >> np.uint64(_CONTEXT)) & np.uint64((1 << 2 * _KINDS) - 1)
    asked = np.unique(owner[terms > 0])
    if not len(asked):
        return found
    inside = np.isin(owner, asked)
    order = np.lexsort((at[inside], owner[inside]))
    at, says, owner = at[inside][order], says[inside][order], owner[inside][order]
    edges = np.flatnonzero(np.diff(owner, prepend=-1))
    every = np.bitwise_or.reduceat(says, edges)
    context, weak, support, bond = (
        (every >> np.uint64(part)) & np.uint64(_EACH) for part in (_CONTEXT, _WEAK, _SUPPORT, _BOND)
    )
    kept = (context & (weak | support)) | (weak & bond)
    kept |= np.where(short[owner[edges]], every & np.uint64(_VALUE), np.uint64(0))
    kept |= np.where((every & np.uint64(_BEING)) > 0, every & np.uint64(_SAID), np.uint64(0))
    for kind in range(_KINDS):  # two words of one kind
        bit = np.uint64(1 << (_CONTEXT + kind))
        place = at * ((says & bit) > 0)
        first = np.minimum.reduceat(np.where(place > 0, place, np.iinfo(np.int64).max), edges)
        kept |= ((context >> np.uint64(kind)) & np.uint64(1)) * (np.maximum.reduceat(place, edges) > first)
    found[owner[edges[kept > 0]]] = True
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
    for number, kind in enumerate(kinds().values()):
        for says, listed in _said_by(number, kind):
            for words in (split(form) for term in listed for form in forms_of(term)):
                _enter(words, says, entries)
        for ending in kind.endings:
            endings.update(word.encode() for form in forms_of(ending) for word in _inflected(form))
    for phrase in (*shared()["being"]["fr"], *shared()["being"]["en"]):
        for form in forms_of(phrase):
            _enter(split(form)[-1:], _BEING, entries)
    tails = dict.fromkeys(_numbers([ending[-_TAIL:] for ending in sorted(endings)]).tolist(), _STRONG)
    return _Tables(_Table(entries[0]), _Table(entries[1]), _Table(entries[2]), _Table(tails), tuple(sorted(endings)))


def _said_by(number: int, kind: Kind) -> Iterator[tuple[int, list[str]]]:
    """Yields what the terms of a kind say in a cell; a term that is another word first says little."""
    yield _STRONG, [*kind.terms["strong"], *kind.terms["inferred"]]
    yield _VALUE, list(kind.values)
    for tier, sure in (("said", _STRONG), ("context", 1 << (_CONTEXT + number))):
        weak = {term for term in kind.terms[tier] if normalise(term)[0] in kind.alone}
        yield 1 << (_WEAK + number) | (_SAID if tier == "said" else 0), sorted(weak)
        yield sure, [term for term in kind.terms[tier] if term not in weak]
    bonds = {term for term in kind.terms["support"] if normalise(term)[0] in kind.bonds}
    yield 1 << (_SUPPORT + number), list(kind.terms["support"])
    yield 1 << (_BOND + number), sorted(bonds)


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
