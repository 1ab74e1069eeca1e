"""SARIF 2.1.0 (OASIS): results with rule help and fingerprints that survive moved lines and renames."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from recense import __version__
from recense.gate.codes import RULES, Rule
from recense.gate.formats.visible import as_json, visible
from recense.gate.judging import is_special
from recense.gate.model import STATES, Check, Judged, Verdict

MOST = 25_000
"""GitHub refuses a run with more results; blocking ones come first, and the last one says what is left out."""
_LEVEL = {Verdict.BLOCK: "error", Verdict.WARN: "warning", Verdict.ALLOW: "none"}
_UNREAD = {
    "id": "unread",
    "name": "Unread",
    "shortDescription": {"text": "a statement or file could not be read"},
    "fullDescription": {"text": "What is not understood is not judged: a build that saw nothing is not green."},
    "help": {
        "text": "Rewrite the statement, or allow the path in recense.yaml under check.allow_unread with a reason."
    },
    "defaultConfiguration": {"level": "error"},
}


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the log; approved fields are results that are suppressed by their approval."""
    results = [_result(check, judged) for judged in check.fields]
    results += [_unread(entry.file, entry.line, entry.reason) for entry in check.unread]
    results += [_note(note.code, note.says, note.file, note.line) for note in check.notes]
    left_out = len(results) - MOST
    used = sorted({result["ruleId"] for result in results})
    rules = [_rule(RULES[code], language) if code in RULES else _UNREAD for code in used]
    driver = {
        "name": "recense",
        "version": __version__,
        "semanticVersion": __version__ if __version__.count(".") == 2 else f"{__version__}.0",
        "rules": rules,
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "recense/check"},
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the folder that was checked"}}},
        "invocations": [{"executionSuccessful": not check.unread}],
        "results": results[:MOST],
    }
    if left_out > 0:
        run["properties"] = {"resultsLeftOut": left_out}
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return as_json(log) + "\n"


def _rule(rule: Rule, language: str) -> dict[str, Any]:
    title, why, fix = rule.title[language], rule.why[language], rule.fix[language]
    tags = ["privacy", "gdpr"] + (["article-9"] if rule.code.startswith("PD90") else [])
    level = "note" if rule.code.startswith("PD0") else "error"
    severity = "9.0" if is_special(rule.category or "") else "7.0"
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.title["en"].replace("-", " ").replace(":", "").split()),
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title}: {why}."},
        "help": {"text": f"{why}. To do: {fix}.", "markdown": f"{why}.\n\n**To do:** {fix}."},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": tags, "security-severity": severity},
    }


def _location(file: str, line: int, column: int | None = None, end: int | None = None) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": max(1, line)}
    if column is not None:
        region["startColumn"] = max(1, column)
        region["endColumn"] = max(column, end or column)
    uri = quote(file.encode("utf-8", "surrogateescape"), safe="/")
    place = {"artifactLocation": {"uri": uri, "uriBaseId": "SRCROOT"}, "region": region}
    return {"physicalLocation": place}


def _result(check: Check, judged: Judged) -> dict[str, Any]:
    place = judged.place
    name = visible(judged.field)
    location = _location(place.file, place.line, place.column, place.end_column)
    location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "member"}]
    result: dict[str, Any] = {
        "ruleId": judged.code,
        "level": _LEVEL[judged.verdict],
        "kind": "pass" if judged.verdict is Verdict.ALLOW else "fail",
        "message": {"text": f"{name}: {STATES[judged.state]}. {visible(judged.why)}."},
        "locations": [location],
        "partialFingerprints": {"fieldIdentity/v1": judged.fingerprint},
        "properties": {"category": judged.category, "entity": judged.entity, "state": judged.state},
    }
    if judged.introduced is not None:
        result["baselineState"] = "new" if judged.introduced else "unchanged"
    return result


def _unread(file: str, line: int, reason: str) -> dict[str, Any]:
    text = {"text": f"could not be read: {visible(reason)}"}
    return {"ruleId": "unread", "level": "error", "message": text, "locations": [_location(file, line)]}


def _note(code: str, says: str, file: str, line: int) -> dict[str, Any]:
    message = {"text": visible(says)}
    return {"ruleId": code, "level": "note", "message": message, "locations": [_location(file, line)]}
