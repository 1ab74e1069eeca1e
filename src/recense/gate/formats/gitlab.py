"""GitLab code quality: a JSON list; the fingerprint is the field's own, so that a moved line is no new issue."""

from __future__ import annotations

import hashlib
from typing import Any

from recense.gate.formats.visible import as_json, visible
from recense.gate.judging import is_special
from recense.gate.model import STATES, Check, Judged, Verdict


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the report: what blocks and warns, and what was not read."""
    issues = [_issue(judged) for judged in check.fields if judged.verdict is not Verdict.ALLOW]
    for entry in check.unread:
        says = f"could not be read: {entry.reason}"
        mark = hashlib.sha256(f"unread|{entry.file}|{entry.reason}".encode(errors="surrogatepass")).hexdigest()
        issues.append(_entry(says, "unread", mark, "critical", entry.file, entry.line))
    for note in check.notes:
        mark = hashlib.sha256(f"{note.code}|{note.approval}".encode(errors="surrogatepass")).hexdigest()
        issues.append(_entry(note.says, note.code, mark, "info", note.file, note.line))
    return as_json(issues) + "\n"


def _issue(judged: Judged) -> dict[str, Any]:
    severity = "minor" if judged.verdict is Verdict.WARN else "blocker" if is_special(judged.category) else "critical"
    says = f"{judged.field}: {STATES[judged.state]}. {judged.why}"
    return _entry(says, judged.code, judged.fingerprint, severity, judged.place.file, judged.place.line)


def _entry(says: str, code: str, mark: str, severity: str, file: str, line: int) -> dict[str, Any]:
    return {
        "description": visible(says),
        "check_name": code,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": visible(file), "lines": {"begin": max(1, line)}},
    }
