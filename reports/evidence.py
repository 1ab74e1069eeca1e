"""What scanners say of a finding, and readers of what they could not read, in the reader's language.

Both are stored once, as an English sentence. ``evidence_texts.yaml`` and ``unread_texts.yaml`` hold the pattern of each
sentence beside its French: the numbers and names are read out of the stored one and put into the other. A sentence that
no pattern knows, as of a plug-in, stays English, and the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from recense.plural import NBSP, Count, agreed
from recense.policy import taxonomy

FILES = ("evidence_texts.yaml", "unread_texts.yaml")
WRITTEN = "en"
"""The language of what is stored."""

LONGEST = 500
"""Characters of a sentence; a longer one is none of ours."""

DEPTH = 2
"""How often a sentence may hold another."""

_HOLE = re.compile(r"\{(?P<hole>[a-z]\d?)(?::(?P<one>[^|}]+)\|(?P<other>[^}]+))?\}")
_ONE = re.compile(r"(?<![\d,.])1(?![\d,.])")
_SHAPES = {"n": r"\d[\d,]*", "x": r"[\d.,e+-]+(?: ?%)?"}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and its language, for the page to tell where it is not its own."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """An English sentence with holes, and how each language says it."""

    shape: re.Pattern[str]
    says: Mapping[str, str]


class _Kept(Count):
    """A number that is shown as it is written where it is stored."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec or ",")


def said(text: str, language: str) -> Said:
    """Returns a stored sentence in a language, or as it is when no pattern knows it.

    What is stored has the words for several, whatever the number: "1 cells". They agree once they are shown.
    """
    if len(text) > LONGEST or (language == WRITTEN and _ONE.search(text) is None):
        return Said(text, WRITTEN)
    found = _sentence(text, language, DEPTH)
    return Said(text, WRITTEN) if found is None else Said(found, language)


@cache
def catalogue() -> Mapping[str, Any]:
    """Returns patterns and glossary as the files have them."""
    data: dict[str, Any] = {}
    for name in FILES:
        data |= yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return data


@cache
def _patterns(group: str) -> list[Pattern]:
    return [Pattern(_shape(entry[WRITTEN]), entry) for entry in catalogue()[group]]


def _shape(sentence: str) -> re.Pattern[str]:
    """Returns what matches a sentence; a hole stands under its own name, such as ``n2``."""
    made, at = "", 0
    for hole in _HOLE.finditer(sentence):
        made += re.escape(sentence[at : hole.start()])
        if hole["other"]:
            made += f"(?:{re.escape(hole['other'])}|{re.escape(hole['one'])})"
        else:
            made += f"(?P<{hole['hole']}>{_SHAPES.get(hole['hole'][0], '.+?')})"
        at = hole.end()
    return re.compile(made + re.escape(sentence[at:]))


def _sentence(text: str, language: str, depth: int) -> str | None:
    found = _translated(text, language, "sentences", depth)
    return _translated(text, language, "reasons", depth) if found is None else found


def _translated(text: str, language: str, group: str, depth: int) -> str | None:
    for pattern in _patterns(group):
        match = pattern.shape.fullmatch(text)
        if match is None:
            continue
        holes = {name: _filled(name[0], value, language, depth) for name, value in match.groupdict().items()}
        if None not in holes.values():
            return agreed(pattern.says[language], holes, language)
    return None


def _filled(kind: str, value: str, language: str, depth: int) -> str | Count | None:
    """Returns what stands in a hole, in a language; None when it is in no list."""
    if kind == "n":
        return (_Kept if language == WRITTEN else Count)(int(value.replace(",", "")), language)
    if kind == "r":
        return _sentence(value, language, depth - 1) if depth else None
    if language == WRITTEN:
        return value
    if kind == "x":
        return value.replace(".", ",").replace("%", f"{NBSP}%").replace(f" {NBSP}", NBSP)
    if kind == "l":
        return _labels(language).get(value)
    if kind == "e":
        return ", ".join(_entities(language).get(one.upper(), one) for one in value.split(", "))
    if kind == "s":
        return _translated(value, language, "settings", depth)
    return value


@cache
def _labels(language: str) -> Mapping[str, str]:
    """Returns what a datum is called by its English name: the taxonomy's entities, then the glossary."""
    known = {entity.label[WRITTEN].lower(): _within(entity.label[language]) for entity in taxonomy().entities.values()}
    return known | dict(catalogue()["glossary"])


def _within(label: str) -> str:
    """Returns a label as it stands within a sentence: small, unless it begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@cache
def _entities(language: str) -> Mapping[str, str]:
    return {id_: _within(entity.label[language]) for id_, entity in taxonomy().entities.items()}
