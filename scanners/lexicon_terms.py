"""The words of Articles 9 and 10 as data, and where they stand in a text: ``lexicons/*.yaml`` and one automaton.

Words match whole, with their accents first; without accents only where the text has none and the plain form is no
other French word (*gêne* is not *gène*). A final e, s, es or x is allowed. Terms written in capitals of up to five
letters (``FO``, ``AVC``) match only capitals. What a term means in its sentence is judged in ``lexicon``.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick
import yaml

from recense.errors import DetectorError
from recense.scanners.gazetteers import fold

HERE = Path(__file__).parent / "lexicons"
ENDING_AFTER = 3
"""Letters that stand before an ending at least."""

_TO_SPACE = str.maketrans(dict.fromkeys("\t\r\u00a0\u202f-_‑–", " ") | {"’": "'", "ʼ": "'"})
ENDINGS = ("es", "e", "s", "x")
TIERS = ("strong", "inferred", "said", "context", "support")
"""How a term counts: by itself, as an inference, said of a person (*is kabyle*), beside another, for another."""
_KEYS = frozenset(
    "kind entity article caveat fr en alone bonds stems codes endings compounds values traps examples".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Kind:
    r"""One lexicon file.

    Attributes:
        id: ``health``, ``trade-union`` … ; ``detector`` is the id it tallies under.
        entity: the entity of ``policy/taxonomy.yaml``.
        stems: words of a column name that announce the kind.
        codes: id -> pattern of a whole cell (``code-icd10``).
        alone: terms that are other words first (``SUD``, *noir*): a supporting word beside them is not enough.
        bonds: words that tie a person to the name beside them: *adhérent* SUD, *voted* Labour.
        endings: ends of longer words that make them strong terms (``ectomie``).
        examples: sentences that must match and must not.
    """

    id: str
    entity: str
    article: str
    terms: Mapping[str, tuple[str, ...]]
    stems: tuple[str, ...]
    codes: Mapping[str, str]
    endings: tuple[str, ...]
    values: tuple[str, ...]
    traps: tuple[Mapping[str, Any], ...] = ()
    alone: frozenset[str] = frozenset()
    bonds: frozenset[str] = frozenset()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def detector(self) -> str:
        """Returns the id that the kind tallies under."""
        return f"lexicon-{self.id}"


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Returns every kind by id.

    Raises:
        DetectorError: a lexicon file lacks a key or has an unknown one.
    """
    found = {}
    for path in sorted(HERE.glob("*.yaml")):
        if path.stem == "shared":
            continue
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        unknown = set(data) - _KEYS
        if unknown or not {"kind", "entity", "fr", "en"} <= set(data):
            raise DetectorError(
                f"lexicon {path.name}: needs kind, entity, fr and en, and does not know {sorted(unknown)}"
            )
        terms = {
            tier: tuple(dict.fromkeys(str(term) for language in ("fr", "en") for term in data[language].get(tier, ())))
            for tier in TIERS
        }
        for entry in data.get("compounds", ()):
            made = (f"{stem}{ending}" for stem in entry["stems"] for ending in entry["endings"])
            tier = entry.get("tier", "strong")
            terms[tier] = tuple(dict.fromkeys((*terms[tier], *made)))
        found[data["kind"]] = Kind(
            id=data["kind"],
            entity=data["entity"],
            article=str(data["article"]),
            terms=terms,
            stems=tuple(map(str, data.get("stems", ()))),
            codes=data.get("codes", {}),
            endings=tuple(map(str, data.get("endings", ()))),
            values=tuple(map(str, data.get("values", ()))),
            traps=tuple(data.get("traps", ())),
            alone=_plain(data.get("alone", ())),
            bonds=_plain(data.get("bonds", ())),
            examples={key: tuple(listed) for key, listed in data.get("examples", {}).items()},
        )
    return found


def _plain(terms: Iterable[object]) -> frozenset[str]:
    return frozenset(normalise(str(term))[0] for term in terms)


@functools.cache
def shared() -> Mapping[str, Any]:
    """Returns the words that decide about a sentence (``lexicons/shared.yaml``)."""
    data: Mapping[str, Any] = yaml.safe_load((HERE / "shared.yaml").read_text(encoding="utf-8"))
    return data


def normalise(text: str) -> tuple[str, Sequence[int] | None]:
    """Returns the text as compared, and per character its offset in the original; None when offsets are the same.

    Lower case, NFKC, straight apostrophes, hyphens and underscores as spaces, spaces collapsed. The text is framed by
    neither space nor mark.
    """
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        pieces = [unicodedata.normalize("NFKC", char) for char in text]
        joined = "".join(pieces)
        offsets = [at for at, piece in enumerate(pieces) for _ in piece]
        composed = unicodedata.normalize("NFC", joined)
        if len(composed) != len(joined):  # letters with separate accents: compose, walking both
            offsets = _walk(joined, composed, offsets)
        text, origin = composed, offsets
    else:
        origin = None
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    plain = lowered.translate(_TO_SPACE)
    if "  " not in plain:
        return plain, origin
    kept = [at for at, char in enumerate(plain) if char != " " or at == 0 or plain[at - 1] != " "]
    return "".join(plain[at] for at in kept), [origin[at] for at in kept] if origin else kept


def _walk(joined: str, composed: str, offsets: Sequence[int]) -> list[int]:
    """Returns the offsets of the composed characters: each takes its base letter's."""
    bases = [at for at, char in enumerate(joined) if not unicodedata.combining(char)]
    marks = [at for at, char in enumerate(composed) if not unicodedata.combining(char)]
    if len(bases) != len(marks):
        return [offsets[min(at, len(offsets) - 1)] for at in range(len(composed))]
    found = [0] * len(composed)
    for mark, base in zip(marks, bases, strict=True):
        found[mark] = offsets[base]
    for at, char in enumerate(composed):
        if unicodedata.combining(char) and at:
            found[at] = found[at - 1]
    return found


class Entry(NamedTuple):
    """What a phrase of the automaton is: a term of a kind and tier, or a cue."""

    role: str  # one of TIERS | cover | beside | ending, or a list of shared.yaml: person | being | negation | absence …
    kind: str
    capitals: bool
    trap: int
    inflects: bool
    weak: bool = False  # another word first: ``Kind.alone``
    bond: bool = False  # ties somebody to such a term: ``Kind.bonds``


class Hit(NamedTuple):
    """A phrase where it stands in a normalised text, its inflected ending included."""

    start: int
    end: int
    entry: Entry


_INFLECTED = ("person", "hypothesis", "group", "legal", "creature", "thing")


def _is_capitals(term: str) -> bool:
    return len(term) <= 5 and term.isalpha() and term.isupper()


def forms_of(term: str) -> Iterable[str]:
    """Yields the normalised forms of a term: with its accents, and without where that is no other word."""
    exact = normalise(term)[0].strip()
    yield exact
    plain = fold(exact).lower()
    if plain != exact and not (" " not in plain and plain in _other_words()):
        yield plain


@functools.cache
def _other_words() -> frozenset[str]:
    return frozenset(word + ending for word in shared()["unaccented"] for ending in ("", "e", "s", "es"))


@functools.cache
def _never() -> frozenset[str]:
    """Returns the words that are no inflected terms: *Marie* is not several *mari*."""
    return frozenset(shared()["uninflected"])


@functools.cache
def _automaton() -> Any:
    """Returns the automaton over every phrase; its values are tuples of (length, entry)."""
    entries: dict[str, set[Entry]] = {}

    def add(
        phrase: str,
        role: str,
        kind: str = "",
        trap: int = -1,
        inflects: bool = True,
        weak: bool = False,
        bond: bool = False,
    ) -> None:
        for form in forms_of(str(phrase)):
            entries.setdefault(form, set()).add(
                Entry(role, kind, _is_capitals(str(phrase)), trap, inflects, weak, bond)
            )

    for kind in kinds().values():
        for tier, terms in kind.terms.items():
            for term in terms:
                plain = normalise(term)[0]
                add(term, tier, kind.id, weak=plain in kind.alone, bond=tier == "support" and plain in kind.bonds)
        for number, trap in enumerate(kind.traps):
            for phrase in trap.get("covers", ()):
                add(phrase, "cover", kind.id, number)
            for phrase in trap.get("beside", ()):
                add(phrase, "beside", kind.id, number)
        for ending in kind.endings:
            add(ending, "ending", kind.id)
    words = shared()
    for role, listed in (
        ("person", (*words["persons"]["fr"], *words["persons"]["en"])),
        ("hypothesis", (*words["hypotheses"]["fr"], *words["hypotheses"]["en"])),
        ("condition", (*words["conditions"]["fr"], *words["conditions"]["en"])),
        ("negation", words["negations"]),
        ("absence", words["absences"]),
        ("being", (*words["being"]["fr"], *words["being"]["en"])),
        ("group", words["groups"]),
        ("everyone", words["everyone"]),
        ("creature", words["creatures"]),
        ("goods", words["goods"]),
        ("thing", words["things"]),
        ("legal", words["legal"]),
    ):
        for phrase in listed:
            add(phrase, role, inflects=len(str(phrase)) > 3 and role in _INFLECTED)  # "is" is no "I" of several
    automaton = ahocorasick.Automaton()
    for form, values in entries.items():
        automaton.add_word(form, (len(form), tuple(sorted(values))))
    automaton.make_automaton()
    return automaton


def _word_start(plain: str, at: int) -> int:
    """Returns where the word begins that the character before ``at`` belongs to."""
    while at and plain[at - 1].isalpha():
        at -= 1
    return at


def hits_in(plain: str, original: str, offsets: Sequence[int] | None) -> list[Hit]:
    """Returns every phrase that stands in the text as whole words, inflected or not."""
    found = []
    size = len(plain)
    for last, (length, entries) in _automaton().iter(plain):
        start, end = last - length + 1, last + 1
        inside = start > 0 and plain[start - 1].isalnum() and plain[start].isalnum()
        if inside and all(entry.role != "ending" for entry in entries):
            continue
        inflected = end
        if end < size and plain[end].isalnum() and plain[last].isalnum():
            for ending in ENDINGS:
                if plain.startswith(ending, end) and (
                    end + len(ending) == size or not plain[end + len(ending)].isalnum()
                ):
                    inflected = end + len(ending)
                    break
            else:
                continue
            if plain[start:inflected] in _never():
                continue
        for entry in entries:
            if entry.role == "ending":
                first = _word_start(plain, start)
                if start - first >= ENDING_AFTER:
                    found.append(Hit(first, inflected, entry._replace(role="strong")))
                continue
            if inside or (inflected != end and not entry.inflects):
                continue
            if entry.capitals:
                at = offsets[start] if offsets else start
                if not original[at : at + length].isupper() or inflected != end:
                    continue
            found.append(Hit(start, inflected, entry))
    return found
