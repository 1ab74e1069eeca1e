"""``recense.check/1``: the document that every other format renders (``check.schema.json`` describes it)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recense.gate.formats.visible import as_json
from recense.gate.model import STATES, Check, Judged, Verdict

SCHEMA = "recense.check/1"
SCHEMA_FILE = Path(__file__).parents[1] / "check.schema.json"


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the document as JSON; ``limit`` does not apply to machines."""
    return as_json(document(check)) + "\n"


def lines(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns a field per line, then what was not read, then the summary."""
    whole = document(check)
    rows = [{"kind": "field", **entry} for entry in whole["fields"]]
    rows += [{"kind": "unread", **entry} for entry in whole["unread"]]
    rows += [{"kind": "note", **entry} for entry in whole["notes"]]
    rows.append({"kind": "summary", "schema": SCHEMA, **whole["summary"]})
    return "".join(as_json(row, None) + "\n" for row in rows)


def document(check: Check) -> dict[str, Any]:
    """Returns the check as plain data."""
    return {
        "schema": SCHEMA,
        "base": check.base,
        "policy": check.policy.name,
        "approvals": check.approvals_file or None,
        "fields": [field(judged) for judged in check.fields],
        "unread": [{"file": entry.file, "line": entry.line, "reason": entry.reason} for entry in check.unread],
        "allowed_unread": [
            {"file": entry.unread.file, "line": entry.unread.line, "reason": entry.unread.reason, "why": entry.reason}
            for entry in check.allowed
        ],
        "notes": [
            {"code": note.code, "file": note.file, "line": note.line, "approval": note.approval, "says": note.says}
            for note in check.notes
        ],
        "summary": {**counts(check), "files": check.files, "strict": check.strict},
    }


def counts(check: Check) -> dict[str, int]:
    """Returns how many fields there are per verdict, and how much was not read."""
    return {
        "fields": len(check.fields),
        "block": len(check.of(Verdict.BLOCK)),
        "warn": len(check.of(Verdict.WARN)),
        "allow": len(check.of(Verdict.ALLOW)),
        "introduced": sum(bool(judged.introduced) for judged in check.fields),
        "unread": len(check.unread),
        "allowed_unread": len(check.allowed),
        "notes": len(check.notes),
    }


def field(judged: Judged) -> dict[str, Any]:
    """Returns a field as a row of the document."""
    place = judged.place
    return {
        "field": judged.field,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_column": place.end_column,
        "category": judged.category,
        "entity": judged.entity,
        "proof": judged.proof,
        "code": judged.code,
        "introduced": judged.introduced,
        "verdict": judged.verdict.value,
        "state": judged.state,
        "approval": judged.approval,
        "by": judged.by,
        "until": judged.until.isoformat() if judged.until else None,
        "author": judged.author,
        "renamed_from": judged.renamed_from,
        "fingerprint": judged.fingerprint,
        "why": judged.why,
        "says": STATES[judged.state],
    }
