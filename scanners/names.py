"""What the names in a schema say: headers in French and English, with the table and its other columns as context.

A header is read as a small phrase. ``nb_enfants_adh`` has the stem *enfants* (family), the modifier *nb* (a count,
which a number of children survives and a number of e-mails does not) and the noun *adh* (a member: a person). A rule
(``headers/*.yaml``) says which stems name which entity, which modifiers it survives, and how far to trust it in a
table about persons, companies, things. No value is needed, so that the gate judges schemas with the same rules.

>>> table = TableContext("public.clients", [Column("id_client", "int"), Column("nom"), Column("email_template")])
>>> [(hint.entity, hint.strength) for hint in classify(Column("nom"), table)]
[('PERSON', 'strong')]
>>> classify(Column("email_template"), table)[0].says
"'template' is what the column holds, not e-mail address"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from recense.model import Column
from recense.scanners.context import TableContext
from recense.scanners.vocabulary import Rule, Unit, vocabulary

Strength = Literal["strong", "weak", "against"]
NOISE = 3
"""An unknown word of so few letters (``ct``, ``t``) is a prefix, not a noun."""
COMMENT_WORDS = 8
"""A longer comment is an explanation, not a name."""
_ORDER = {"strong": 0, "weak": 1, "against": 2}
__all__ = ["NameHint", "TableContext", "classify"]


@dataclass(frozen=True, slots=True)
class NameHint:
    """What a header says.

    Attributes:
        category: of the taxonomy; empty for an entity that is not personal by itself.
        strength: ``strong`` and ``weak`` speak for the entity; ``against``: the header mentions it and holds
            something else (``email_template``), or names something that is not personal (``siret``).
        says: a short English sentence for the report.
        rule: id of the rule.
    """

    entity: str
    category: str
    strength: Strength
    says: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """A header (or comment) as units, and the type of its column."""

    units: tuple[Unit, ...]
    words: frozenset[str]
    family: str | None
    length: int | None


def classify(column: Column, context: TableContext) -> list[NameHint]:
    """Returns what the name of a column says, strongest first; at most one hint per category.

    Args:
        column: as the source declares it; an empty type is no type. Of a foreign key only Articles 9 and 10 are told.
        context: of its dataset.
    """
    key = context.is_key(column)
    if key and not (column.key or "").startswith("foreign"):
        return []
    family, length = type_family(column.type)
    rule = vocabulary().code(last_part(column.path))
    if rule and rule.category:
        return [_hint(rule, "strong", f"the name is a known code for {rule.says}")]
    hints: list[NameHint] = []
    opaque = True
    for units in context.readings(column.path):
        if not any(hint.strength != "against" for hint in hints):
            hints += _hints(_reading(units, family, length), context)
        opaque = opaque and all(unit.meaning is None for unit in units)
    if column.comment and not any(hint.strength == "strong" for hint in hints):
        hints += _from_comment(column.comment, opaque, (family, length), context)
    if key:  # a code of a list of beliefs or illnesses is the belief or illness; other keys say whose row it is
        hints = [hint for hint in hints if _is_special(hint) and not _rule(hint).topics]
    return _best(hints)


def _is_special(hint: NameHint) -> bool:
    return hint.category.startswith("special.") or hint.category == "criminal"


@cache
def _rules() -> Mapping[str, Rule]:
    return {rule.id: rule for rule in vocabulary().rules}


def _rule(hint: NameHint) -> Rule:
    return _rules()[hint.rule]


def _reading(units: tuple[Unit, ...], family: str | None, length: int | None) -> _Reading:
    return _Reading(units, frozenset(word for unit in units for word in unit.words), family, length)


def last_part(path: str) -> str:
    """Returns the name of a nested field itself: ``contacts[].email`` -> ``email``."""
    return path.rsplit(".", 1)[-1].removesuffix("[]")


_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "bool": ("bool", "bit"),
    "date": ("date", "time", "year", "interval", "duration"),
    "integer": ("int", "serial", "long", "short"),
    "number": ("num", "dec", "real", "float", "double", "money", "currency", "half"),
    "binary": ("blob", "binary", "bytea", "image", "raw"),
    "text": ("char", "text", "string", "clob", "enum", "json", "xml", "citext", "set", "list", "struct", "utf8"),
}
_ONE_BIT = re.compile(r"tinyint\s*\(\s*1\s*\)|bit\s*\(\s*1\s*\)|number\s*\(\s*1\s*\)")
_LENGTH = re.compile(r"char[a-z0-9 ]*\(\s*(\d+)")


@lru_cache(4096)
def type_family(type_: str) -> tuple[str | None, int | None]:
    """Returns the family of an SQL or Arrow type and the length of a character type.

    >>> type_family("VARCHAR(40)"), type_family("tinyint(1)"), type_family("timestamp[us]"), type_family("")
    (('text', 40), ('bool', None), ('date', None), (None, None))
    """
    name = type_.lower()
    if _ONE_BIT.search(name):
        return "bool", None
    length = _LENGTH.search(name)
    for family in ("bool", "date", "text", "integer", "number", "binary"):
        if any(word in name for word in _FAMILIES[family]) and not (family == "integer" and "interval" in name):
            return family, int(length[1]) if length and family == "text" else None
    return None, None


def _from_comment(
    comment: str, opaque: bool, type_: tuple[str | None, int | None], context: TableContext
) -> list[NameHint]:
    """Reads the source's comment as a second name; it is trusted in full only where the header says nothing."""
    words = vocabulary().words(comment)
    if not 0 < len(words) <= COMMENT_WORDS:
        return []
    hints = _hints(_reading(vocabulary().units(words), *type_), context)
    return [
        replace(hint, strength=hint.strength if opaque else "weak", says=f"the comment: {hint.says}")
        for hint in hints
        if hint.strength != "against"
    ]


def _hints(reading: _Reading, context: TableContext) -> list[NameHint]:
    hints: list[tuple[bool, int, int, NameHint]] = []
    for place, unit in enumerate(reading.units):
        for rule in unit.meaning.rules if unit.meaning else ():
            hint = _judge(rule, place, reading, context)
            if hint is not None:
                hints.append((rule.leads, len(unit.words), place, hint))
    if any(leads and hint.strength == "strong" for leads, _, _, hint in hints):
        hints = [entry for entry in hints if entry[0] or entry[3].strength == "against"]
    hints.sort(key=lambda entry: (_ORDER[entry[3].strength], not entry[0], -entry[1], -entry[2]))
    return [hint for *_, hint in hints]


def _judge(rule: Rule, place: int, reading: _Reading, context: TableContext) -> NameHint | None:
    """Returns what one rule says of a header in which its phrase is the unit at ``place``."""
    if not _applies(rule, context):
        return None
    others = [unit for index, unit in enumerate(reading.units) if index != place]
    head = reading.units[-1]
    if rule.requires and not any(unit.meaning and unit.meaning.modifiers & rule.requires for unit in others):
        return None
    if rule.ends and any(unit.meaning is None for unit in reading.units[place + 1 :]):
        return None  # CLI_XYZ is something that a client has
    if rule.yields and any(_is_stem(unit) for unit in others):
        return None
    objection = _objection(rule, others, reading, context)
    if not objection and rule.trust is not None and place < len(reading.units) - 1 and _is_thing(head, rule):
        objection = f"'{' '.join(head.words)}' is what the column holds, not {rule.says}"
    if objection:
        return _hint(rule, "against", objection) if rule.category else None
    if rule.trust is None:
        return _hint(rule, "against", f"the name says {rule.says}")
    setting, why = _setting(rule, place, reading.units, context)
    strength = rule.trust[setting]
    if strength == "none":
        return None
    return _hint(rule, "strong" if strength == "strong" else "weak", f"the name says {rule.says}{why}")


def _objection(rule: Rule, others: Iterable[Unit], reading: _Reading, context: TableContext) -> str | None:
    """Returns why the header is not about the rule's entity although it has its words."""
    if reading.family is not None and reading.family not in rule.types:
        return f"a column of type {reading.family} holds no {rule.says}"
    if reading.length is not None and reading.length < rule.least:
        return f"{reading.length} characters hold no {rule.says}"
    for phrase in rule.unless:
        if reading.words.issuperset(phrase):
            return f"beside '{' '.join(phrase)}' the word means something else"
    for unit in others:
        text, meaning = " ".join(unit.words), unit.meaning
        if meaning is None:
            if (rule.strict or rule.only) and len(text) > NOISE and not text.isdigit():
                return f"'{text}' is not known to be about a person"
            continue
        if meaning.modifiers and not meaning.modifiers & (rule.keeps | rule.requires):
            return f"'{text}' is what the column holds, not {rule.says}"
        about = meaning.subjects & ({"person", "personal"} if "personal" in rule.keeps else {"person"})
        if rule.only and not about and not meaning.modifiers:
            return f"'{text}' makes it something else than {rule.says}"
    return None


def _setting(rule: Rule, place: int, units: tuple[Unit, ...], context: TableContext) -> tuple[str, str]:
    """Returns what the column is about (a setting of trust.yaml), and the end of a sentence that says why.

    The noun nearest to the stem decides, the one before it first; without a noun the table does.
    """
    own = context.nouns(units[place])
    if "person" in own:
        return "person", ""
    before = range(place - 1, -1, -1)
    after = range(place + 1, len(units))
    for index in (*before, *after):
        meaning = units[index].meaning
        if meaning is None or (meaning.modifiers & rule.keeps and not meaning.subjects & {"person"}):
            continue
        subjects = meaning.subjects
        noun = " ".join(units[index].words)
        if subjects & {"person", "personal"}:
            return "person", f" of a person ('{noun}')"
        for setting in ("company", "place", "thing"):
            if setting in subjects and not any(_applies(r, context) for r in meaning.rules if r.category):
                return setting, f" beside '{noun}'"
    return context.setting, f" in a table {context.why}" if context.why else ""


def _applies(rule: Rule, context: TableContext) -> bool:
    """Tells whether a rule speaks in tables of this kind: "role" is a title in a table of employees only."""
    return (not rule.topics or bool(rule.topics & context.topics)) and not rule.without & context.topics


def _is_stem(unit: Unit) -> bool:
    """Tells whether a unit names a datum rather than the person or thing it is about."""
    meaning = unit.meaning
    return bool(meaning and meaning.rules and not meaning.subjects)


def _is_thing(unit: Unit, rule: Rule) -> bool:
    """Tells whether an English head noun names a thing: ``mobile_theme`` is a theme."""
    meaning = unit.meaning
    return bool(meaning and meaning.subjects == {"thing"} and not meaning.modifiers & rule.keeps and not meaning.rules)


def _hint(rule: Rule, strength: Strength, says: str) -> NameHint:
    return NameHint(rule.entity, rule.category or "", strength, says, rule.id)


def _best(hints: Iterable[NameHint]) -> list[NameHint]:
    """Returns one hint per category; special categories and then the strongest first."""
    kept: dict[str, NameHint] = {}
    for hint in sorted(hints, key=lambda hint: _ORDER[hint.strength]):
        kept.setdefault(hint.category or hint.entity, hint)
    found = [hint for hint in kept.values() if hint.strength != "against"]
    special = [hint for hint in found if _is_special(hint)]
    against = [hint for hint in kept.values() if hint.strength == "against"]
    return (special or found[:1]) + against
