"""Markdown for a pull-request comment or a step summary."""

from __future__ import annotations

import re

from recense.gate.codes import RULES
from recense.gate.formats.json_document import counts
from recense.gate.formats.visible import summary, visible
from recense.gate.model import STATES, Check, Judged, Verdict
from recense.plural import counted

LIMIT = 100
"""A comment of GitHub holds 65,536 characters."""
MARK = "<!-- recense check -->"
"""First line of the comment, by which a bot finds and replaces its own."""
_WORDS = {Verdict.BLOCK: "**blocks**", Verdict.WARN: "warns"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:-])")


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the page: a table of what blocks and warns, then what was not read, then notes."""
    limit = LIMIT if limit is None else limit or len(check.fields)
    told = [judged for judged in check.fields if judged.verdict is not Verdict.ALLOW]
    parts = [MARK, "### recense: personal data in this change", "", summary(counts(check)) + "."]
    if check.base is not None:
        parts.append(f"New since {escaped(check.base)}: {counts(check)['introduced']}.")
    if told:
        parts += ["", "| | code | field | where | what | why |", "|---|---|---|---|---|---|"]
        parts += [_row(judged, language) for judged in told[:limit]]
    if len(told) > limit:
        parts += ["", f"{counted(len(told) - limit, 'more is', 'more are')} not shown."]
    if check.unread:
        parts += ["", "**Not read**", ""]
        parts += [f"- {escaped(e.file)}, line {e.line}: {escaped(e.reason)}" for e in check.unread[:limit]]
        if len(check.unread) > limit:
            parts.append(f"- {counted(len(check.unread) - limit, 'more is', 'more are')} not shown")
    if check.notes:
        parts += ["", "**Notes**", "", *(f"- {note.code}: {escaped(note.says)}" for note in check.notes[:limit])]
    if told:
        whom = f" DPO: {escaped(check.policy.contact)}." if check.policy.contact else ""
        parts += ["", f"Ask for an approval with `recense approvals request FIELD`.{whom}"]
    return "\n".join(parts) + "\n"


def _row(judged: Judged, language: str) -> str:
    place = escaped(f"{judged.place.file}:{judged.place.line}:{judged.place.column}")
    new = " (new)" if judged.introduced else ""
    why = f"{escaped(STATES[judged.state])}; {escaped(judged.why)}"
    title = escaped(RULES[judged.code].title[language])
    return f"| {_WORDS[judged.verdict]}{new} | {judged.code} | {escaped(judged.field)} | {place} | {title} | {why} |"


def escaped(text: str) -> str:
    r"""Returns text that Markdown and HTML show as it is, without links, mentions or cells of its own.

    >>> escaped("a|<b>@x")
    'a&#124;&#60;b&#62;&#64;x'
    """
    return _SPECIAL.sub(lambda match: f"&#{ord(match[1])};", visible(text))
