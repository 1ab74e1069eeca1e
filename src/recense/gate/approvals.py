"""``recense-approvals.yaml``: who decided what about a field, until when and why. Read strictly, with line numbers.

Nothing here writes; ``recense.gate.editing`` does, on request only. The bounds of ``until`` follow the file's own
rule: a decision is looked at again after at most 24 months, for Articles 9 and 10 after at most 6.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recense.errors import ConfigError, unknown
from recense.guard import Bounds, Document
from recense.guard import parse as parse_text
from recense.guard import read as read_document
from recense.plural import counted
from recense.policy import taxonomy
from recense.schema import KINDS

FILE_NAME = "recense-approvals.yaml"
DECISIONS = ("declared", "accepted", "false_positive", "inherited")
MONTHS, SPECIAL_MONTHS = 24, 6
BASELINE_DAYS = 90
"""How long what was there before the first check may stay without a decision."""
SOON_DAYS = 30
WHY_LENGTH = 10
BOUNDS = Bounds(bytes=32 << 20, nodes=1_000_000)
"""An old repository's baseline has thousands of entries."""
KEYS = (
    "id", "field", "categories", "decision", "activity", "processing", "by", "on", "until", "why", "ticket", "aliases",
)  # fmt: skip
_NEEDED = ("id", "field", "categories", "decision", "by", "on", "until", "why")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})(?: |$)", re.M)


@dataclass(frozen=True, slots=True)
class Approval:
    """One decision.

    Attributes:
        field: key of a field (``sql:clients.email``). aliases: names it had before, by ``approvals move``.
        categories: what the decision covers; a category is part of a field's identity.
        activity: entry of the register (``processing`` in the file means the same).
        line: where it begins in the file, 0 when it is not from a file.
    """

    id: str
    field: str
    categories: tuple[str, ...]
    decision: str
    by: str
    on: datetime.date
    until: datetime.date
    why: str
    activity: str | None = None
    ticket: str | None = None
    aliases: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Approvals:
    """The decisions of a file.

    Attributes:
        name: the file's path, for messages; None when there is no file.
    """

    entries: tuple[Approval, ...] = ()
    name: str | None = None
    by_field: Mapping[str, tuple[Approval, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Approval], name: str | None = None) -> Approvals:
        """Returns decisions, ready to be looked up."""
        kept = tuple(entries)
        groups: dict[str, list[Approval]] = {}
        for entry in kept:
            groups.setdefault(entry.field, []).append(entry)
        return cls(kept, name, {key: tuple(group) for key, group in groups.items()})


def read(path: Path) -> Approvals:
    """Returns the decisions of a file; none when it does not exist.

    Raises:
        ConfigError: the file is wrong; up to five sentences with file and line.
    """
    if not path.exists():
        return Approvals()
    document = read_document(path, BOUNDS, _refuse_conflict)
    return Approvals.of(_entries(document), document.name)


def parse(text: str, name: str = FILE_NAME) -> Approvals:
    """Returns the decisions of a text; see ``read``."""
    _refuse_conflict(text, name)
    return Approvals.of(_entries(parse_text(text, name, BOUNDS)), name)


def longest(categories: Iterable[str], start: datetime.date) -> datetime.date:
    """Returns the last day on which a decision about these categories may end.

    >>> longest(["contact"], datetime.date(2026, 3, 2)), longest(["special.health"], datetime.date(2026, 8, 31))
    (datetime.date(2028, 3, 2), datetime.date(2027, 2, 28))
    """
    words = taxonomy()
    months = SPECIAL_MONTHS if any(words.is_special(category) for category in categories) else MONTHS
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return datetime.date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _refuse_conflict(text: str, name: str) -> None:
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise ConfigError(
            f"{name}:{line}: a merge left its marks here; keep the approvals of both sides and delete the marks"
        )


def _entries(document: Document) -> list[Approval]:
    data = document.data
    if data is None:
        return []
    if not isinstance(data, dict) or set(data) - {"version", "approvals"} or data.get("version") != 1:
        raise ConfigError(f"{document.name}: begins with 'version: 1' and 'approvals:' and holds no other key")
    entries = data.get("approvals") or []
    if not isinstance(entries, list):
        raise ConfigError(f"{document.where(('approvals',))}: approvals: write a list, one '- id: …' per decision")
    problems: list[str] = []
    found = [approval for index, entry in enumerate(entries) if (approval := _entry(document, index, entry, problems))]
    if problems:
        more = f"\n… and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise ConfigError("\n".join(problems[:5]) + more)
    return found


def _entry(document: Document, index: int, entry: Any, problems: list[str]) -> Approval | None:
    where = ("approvals", index)
    if not isinstance(entry, dict):
        problems.append(f"{document.where(where)}: write keys and values, such as 'id: APP-1'")
        return None
    if True in entry and document.line((*where, "on")):  # YAML 1.1 takes the key `on` for a truth value
        entry = {"on" if key is True else key: value for key, value in entry.items()}
    before = len(problems)

    def wrong(key: str, says: str) -> None:
        problems.append(f"{document.where((*where, key))}: {key}: {says}")

    for key in sorted(set(map(str, entry)) - set(KEYS)):
        problems.append(f"{document.where((*where, key))}: {unknown('key', key, KEYS)}")
    for key in _NEEDED:
        if entry.get(key) in (None, ""):
            wrong(key, "is missing")
    for key in ("id", "field", "decision", "by", "why", "ticket", "activity", "processing"):
        if entry.get(key) is not None and not isinstance(entry[key], str):
            wrong(key, "write a text; quote what looks like a number or a date")
    if len(problems) > before:
        return None
    _check(entry, wrong)
    if len(problems) > before:
        return None
    return Approval(
        id=entry["id"],
        field=entry["field"],
        categories=tuple(entry["categories"]),
        decision=entry["decision"],
        by=entry["by"],
        on=entry["on"],
        until=entry["until"],
        why=entry["why"],
        activity=entry.get("activity") or entry.get("processing"),
        ticket=entry.get("ticket"),
        aliases=tuple(entry.get("aliases") or ()),
        line=document.line(where),
    )


def _check(entry: Mapping[str, Any], wrong: Any) -> None:
    """Says what is wrong with the values of an entry that has all its keys."""
    if not _ID.fullmatch(entry["id"]):
        wrong("id", "use letters, digits, '_', '.' and '-' only, 64 at most")
    if entry["decision"] not in DECISIONS:
        wrong("decision", unknown("decision", entry["decision"], DECISIONS))
    if not is_key(entry["field"]):
        wrong("field", f"write kind:table.column, such as sql:clients.email; kinds: {', '.join(KINDS)}")
    if len(entry["why"].strip()) < WHY_LENGTH:
        wrong("why", f"give the reason in at least {WHY_LENGTH} characters")
    if entry.get("activity") and entry.get("processing") and entry["activity"] != entry["processing"]:
        wrong("processing", "says something else than activity, which means the same; keep one of them")
    for key in ("categories", "aliases"):
        value = entry.get(key)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            wrong(key, "write a list of texts: [contact]")
            return
    if not entry["categories"]:
        wrong("categories", "name at least one category")
    for category in entry["categories"]:
        if category not in taxonomy().categories:
            wrong("categories", unknown("category", category, taxonomy().categories))
            return
    dates = [entry["on"], entry["until"]]
    for key, value in zip(("on", "until"), dates, strict=True):
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            wrong(key, "write a date without quotes: 2026-03-02")
            return
    if entry["until"] < entry["on"]:
        wrong("until", "lies before the day of the decision")
    last = longest(entry["categories"], entry["on"])
    inherited = entry["on"] + datetime.timedelta(days=BASELINE_DAYS)
    if entry["decision"] == "inherited" and entry["until"] > inherited:
        wrong("until", f"what was inherited waits at most {BASELINE_DAYS} days for a decision: until {inherited}")
    elif entry["until"] > last:
        months = SPECIAL_MONTHS if any(map(taxonomy().is_special, entry["categories"])) else MONTHS
        wrong("until", f"a decision of that day lasts at most {counted(months, 'month')} here: until {last}")


def is_key(text: str) -> bool:
    """Tells whether a text has the form of a field's key.

    >>> is_key("sql:clients.email"), is_key("clients.email"), is_key("sql:clients")
    (True, False, False)
    """
    kind, colon, rest = text.partition(":")
    return bool(colon) and kind in KINDS and "." in rest.strip(".")


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of the file, for editors; the reader knows more: dates, bounds of ``until``."""
    text = {"type": "string", "minLength": 1}
    day = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
    key = {"type": "string", "pattern": rf"^({'|'.join(KINDS)}):.+\..+$"}
    optional = {"anyOf": [text, {"type": "null"}]}
    properties = {
        "id": {"type": "string", "pattern": f"^{_ID.pattern}$"},
        "field": {**key, "description": "kind:table.column, such as sql:clients.email"},
        "categories": {
            "type": "array",
            "minItems": 1,
            "items": {"enum": sorted(taxonomy().categories)},
            "description": "What the decision covers; a category is part of a field's identity.",
        },
        "decision": {"enum": list(DECISIONS)},
        "activity": {**optional, "description": "Entry of the register."},
        "processing": {**optional, "description": "The same as activity."},
        "by": {**text, "description": "Who decided: an approver of the policy."},
        "on": day,
        "until": {**day, "description": "At most 24 months after 'on'; Articles 9 and 10: 6; inherited: 90 days."},
        "why": {"type": "string", "minLength": WHY_LENGTH},
        "ticket": optional,
        "aliases": {"type": ["array", "null"], "items": key, "description": "Written by 'recense approvals move'."},
    }
    entry = {"type": "object", "additionalProperties": False, "required": list(_NEEDED), "properties": properties}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FILE_NAME,
        "type": "object",
        "additionalProperties": False,
        "required": ["version"],
        "properties": {"version": {"const": 1}, "approvals": {"type": ["array", "null"], "items": entry}},
    }
