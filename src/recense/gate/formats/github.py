"""GitHub workflow commands: annotations on the lines of a change. GitHub shows few of them; SARIF is the full list."""

from __future__ import annotations

from recense.gate.codes import RULES
from recense.gate.formats.json_document import counts
from recense.gate.formats.visible import summary, visible
from recense.gate.model import STATES, Check, Judged, Verdict

_COMMAND = {Verdict.BLOCK: "error", Verdict.WARN: "warning"}


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns a command per field that blocks or warns, per unread statement and per note."""
    told = [judged for judged in check.fields if judged.verdict is not Verdict.ALLOW]
    shown = told if not limit else told[:limit]
    lines = [_field(judged, language) for judged in shown]
    lines += [_command("error", e.file, e.line, None, None, "not read", e.reason) for e in check.unread]
    lines += [_command("notice", n.file, n.line, None, None, n.code, n.says) for n in check.notes]
    hidden = len(told) - len(shown)
    lines.append(_escaped(summary(counts(check))) + (f"; {hidden} not shown" if hidden else ""))
    return "\n".join(lines) + "\n"


def _field(judged: Judged, language: str) -> str:
    place, rule = judged.place, RULES[judged.code]
    text = f"{judged.field}: {STATES[judged.state]}. {judged.why}. {rule.fix[language]}"
    title = f"{judged.code} {rule.title[language]}"
    return _command(_COMMAND[judged.verdict], place.file, place.line, place.column, place.end_column, title, text)


def _command(name: str, file: str, line: int, column: int | None, end: int | None, title: str, text: str) -> str:
    place = f"file={_property(file)},line={max(1, line)}"
    if column is not None and end is not None:
        place += f",col={column},endColumn={end}"
    return f"::{name} {place},title={_property(title)}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
