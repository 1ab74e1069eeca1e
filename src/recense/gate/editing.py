"""Changes recense-approvals.yaml on request, as text: comments, order and spacing of people stay as they are.

A new approval goes to its place by field, so that two branches rarely add at the same line. After every edit the text
is read again by the strict reader, and every other approval must say what it said before.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from recense.errors import UserError
from recense.gate.approvals import Approval, parse

HEAD = """\
# Decisions about personal fields, read by 'recense check'. Edit by hand or with 'recense approvals …'.
# Whoever may decide should own this file (CODEOWNERS): a review of it is the approval.
version: 1
approvals:
"""
_PLAIN = re.compile(r"[A-Za-zÀ-ÿ][\w./@()'-]*(?: [\w./@()'-]+)*")
_PLAIN_KEY = re.compile(r"[a-z]+:[A-Za-z_][\w./-]*")
_WORDS = frozenset(("y", "n", "yes", "no", "true", "false", "null", "on", "off", "none"))


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of an approval in the text.

    Attributes:
        start: first line (from 0), comments above it among them; ``dash`` the line of its ``-``. end: one past the last.
        keys: per key the span (start, end) of its value in the text.
    """

    approval: Approval
    start: int
    dash: int
    end: int
    indent: int
    flow: bool
    keys: dict[str, tuple[int, int]]


def new_id(field: str, categories: Iterable[str], on: datetime.date, taken: Iterable[str] = ()) -> str:
    """Returns an id that two branches do not draw for different fields: by field, categories and day."""
    known = set(taken)
    for attempt in range(1_000):
        key = "|".join((field, *sorted(categories), on.isoformat(), str(attempt)))
        id_ = "APP-" + hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:8]
        if id_ not in known:
            return id_
    raise UserError("a thousand approvals of this field carry this day: prune them first")


def add(text: str, approvals: Sequence[Approval], name: str) -> str:
    """Returns the text with further approvals, each at its place by field."""
    text = text if text.strip() else HEAD
    text = re.sub(r"^approvals:[ \t]*(?:\[\s*\]|null|~)[ \t]*$", "approvals:", text, flags=re.M)
    text = text if text.endswith("\n") else text + "\n"
    if not re.search(r"^approvals:", text, re.M):
        text += "approvals:\n"
    blocks = _blocks(text, name)
    lines = text.splitlines(keepends=True)
    indent = blocks[0].indent if blocks else 2
    top = next(number for number, line in enumerate(lines, start=1) if line.startswith("approvals:"))
    at: dict[int, list[Approval]] = {}
    for approval in sorted(approvals, key=lambda approval: approval.field):
        place = next((block.start for block in blocks if block.approval.field > approval.field), None)
        at.setdefault((blocks[-1].end if blocks else top) if place is None else place, []).append(approval)
    for place in sorted(at, reverse=True):
        lines[place:place] = [render(approval, indent) for approval in at[place]]
    return _checked("".join(lines), name)


def render(approval: Approval, indent: int = 2) -> str:
    """Returns an approval as a block of YAML."""
    entries: list[tuple[str, str]] = [
        ("id", _scalar(approval.id)),
        ("field", _scalar(approval.field)),
        ("categories", f"[{', '.join(approval.categories)}]"),
        ("decision", approval.decision),
    ]
    if approval.activity:
        entries.append(("activity", _scalar(approval.activity)))
    entries += [
        ("by", _scalar(approval.by)),
        ("on", approval.on.isoformat()),
        ("until", approval.until.isoformat()),
        ("why", _scalar(approval.why)),
    ]
    if approval.ticket:
        entries.append(("ticket", _scalar(approval.ticket)))
    if approval.aliases:
        entries.append(("aliases", _list(approval.aliases)))
    first, *rest = (f"{key}: {value}\n" for key, value in entries)
    space = " " * indent
    return f"{space}- {first}" + "".join(f"{space}  {line}" for line in rest)


def change(text: str, name: str, edit: Callable[[Approval], Approval]) -> str:
    """Returns the text in which each approval says what ``edit`` makes of it; only values that differ are rewritten."""
    for number, block in reversed(list(enumerate(_blocks(text, name)))):
        wanted = edit(block.approval)
        if wanted != block.approval:
            text = _rewrite(text, number, wanted, name)
    return _checked(text, name)


def _rewrite(text: str, number: int, wanted: Approval, name: str) -> str:
    block = _blocks(text, name)[number]
    edits: list[tuple[int, int, str]] = []
    missing: list[tuple[str, str]] = []
    for key, value in _values(wanted).items():
        if value == _values(block.approval)[key]:
            continue
        if key in block.keys:
            edits.append((*block.keys[key], value))
        else:
            missing.append((key, value))
    for start, end, value in sorted(edits, reverse=True):
        text = text[:start] + value + text[end:]
    if missing:
        text = _with_keys(text, number, missing, name)
    return text


def _with_keys(text: str, number: int, missing: Sequence[tuple[str, str]], name: str) -> str:
    block = _blocks(text, name, checked=False)[number]
    if block.flow:
        end = max(end for _, end in block.keys.values())
        return text[:end] + "".join(f", {key}: {value}" for key, value in missing) + text[end:]
    lines = text.splitlines(keepends=True)
    space = " " * (block.indent + 2)
    return "".join([*lines[: block.end], *(f"{space}{key}: {value}\n" for key, value in missing), *lines[block.end :]])


def _values(approval: Approval) -> dict[str, str]:
    """Returns what may be rewritten, as YAML."""
    return {
        "field": _scalar(approval.field),
        "aliases": _list(approval.aliases),
        "by": _scalar(approval.by),
        "on": approval.on.isoformat(),
        "until": approval.until.isoformat(),
        "why": _scalar(approval.why),
        "decision": approval.decision,
    }


def remove(text: str, name: str, ids: Iterable[tuple[str, str]]) -> str:
    """Returns the text without the approvals of these (id, field), nor the comments right above them."""
    gone = set(ids)
    lines = text.splitlines(keepends=True)
    for block in reversed(_blocks(text, name)):
        if (block.approval.id, block.approval.field) in gone:
            del lines[block.start : block.end]
    return _checked("".join(lines), name)


def move(text: str, name: str, old: str, new: str) -> str:
    """Returns the text in which approvals of one field name another; the old name becomes an alias.

    Raises:
        UserError: no approval names the old field.
    """
    if not any(old in (entry.field, *entry.aliases) for entry in parse(text, name).entries):
        raise UserError(f"no approval in {name} names {old}")

    def edit(approval: Approval) -> Approval:
        if old not in (approval.field, *approval.aliases):
            return approval
        aliases = dict.fromkeys((*approval.aliases, approval.field))
        return replace(approval, field=new, aliases=tuple(alias for alias in aliases if alias != new))

    return change(text, name, edit)


def merge(base: str, ours: str, theirs: str, name: str) -> str:
    """Returns our text with what the other branch added, changed and removed since the base.

    An approval that both changed in different ways keeps both versions, under two ids: both hold until somebody
    prunes one.
    """
    before = {(entry.id, entry.field): _plain(entry) for entry in parse(base, name).entries}
    mine = {(entry.id, entry.field): _plain(entry) for entry in parse(ours, name).entries}
    other = {(entry.id, entry.field): entry for entry in parse(theirs, name).entries}
    gone = [key for key in before if key not in other and mine.get(key) == before[key]]
    text = remove(ours, name, gone) if gone else ours
    fresh: list[Approval] = []
    for key, entry in other.items():
        if _plain(entry) in (before.get(key), mine.get(key)):
            continue
        if key in mine and mine[key] == before.get(key):
            text = remove(text, name, [key])
        elif key in mine or key in before:
            taken = {entry.id for entry in parse(text, name).entries}
            entry = replace(entry, id=new_id(entry.field, entry.categories, entry.on, taken))
        fresh.append(entry)
    return add(text, fresh, name)


def _plain(approval: Approval) -> Approval:
    return replace(approval, line=0)


def _scalar(text: str) -> str:
    """Returns a text as a YAML scalar, quoted unless it is plain beyond doubt."""
    plain = (_PLAIN.fullmatch(text) and text.casefold() not in _WORDS) or _PLAIN_KEY.fullmatch(text)
    if plain:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(map(_scalar, items))}]"


def _checked(text: str, name: str) -> str:
    parse(text, name)
    return text


def _blocks(text: str, name: str, checked: bool = True) -> list[_Block]:
    """Returns where each approval stands in a text that the strict reader takes."""
    entries = parse(text, name).entries if checked else None
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    sequence = _value(root, "approvals") if root is not None else None
    if not isinstance(sequence, yaml.SequenceNode):
        return []
    if sequence.flow_style and sequence.value:
        raise UserError(
            f"{name}: the list is written as [ … ]; write one '- id: …' per approval, so that it can be edited"
        )
    lines = text.splitlines(keepends=True)
    found = []
    for number, node in enumerate(sequence.value):
        dash = node.start_mark.line
        while not lines[dash].lstrip().startswith("-"):
            dash -= 1
        start = dash
        while start > 0 and lines[start - 1].lstrip().startswith("#") and not _is_head(lines, start - 1):
            start -= 1
        keys = {key.value: (value.start_mark.index, _end(value).index) for key, value in node.value}
        end = max(_end(value).line for _, value in node.value) + 1
        last = max((_end(value) for _, value in node.value), key=lambda mark: mark.index)
        if last.column == 0 and last.line > dash:  # a block scalar ends at the beginning of the next line
            end -= 1
        indent = len(lines[dash]) - len(lines[dash].lstrip())
        approval = entries[number] if entries is not None else Approval("", "", (), "", "", _DAY, _DAY, "")
        found.append(_Block(approval, start, dash, end, indent, bool(node.flow_style), keys))
    return found


_DAY = datetime.date(1970, 1, 1)


def _is_head(lines: Sequence[str], at: int) -> bool:
    """Tells whether a comment stands right below the key ``approvals``: it speaks of the list, not of an entry."""
    while at >= 0 and lines[at].lstrip().startswith("#"):
        at -= 1
    return at < 0 or lines[at].startswith("approvals:")


def _value(node: Any, key: str) -> Any:
    return next((value for name, value in node.value if name.value == key), None)


def _end(node: yaml.Node) -> Any:
    """Returns where a value ends; a block list or mapping ends with its last item."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return node.end_mark
