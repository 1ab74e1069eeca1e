"""JUnit XML: a test per personal field, failed when it blocks; what was not read is an error."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from recense.gate.codes import RULES
from recense.gate.formats.visible import visible
from recense.gate.model import STATES, Check, Judged, Verdict


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the document; with ``--strict`` a warning fails too."""
    failed = [judged for judged in check.fields if _fails(check, judged)]
    errors = len(check.unread)
    total = {"tests": str(len(check.fields) + errors), "failures": str(len(failed)), "errors": str(errors)}
    root = ET.Element("testsuites", {"name": "recense check", **total})
    suite = ET.SubElement(root, "testsuite", {"name": "recense check", **total, "skipped": "0"})
    for judged in check.fields:
        _case(suite, check, judged, language)
    for entry in check.unread:
        where = f"{visible(entry.file)}:{entry.line}"
        case = ET.SubElement(suite, "testcase", {"classname": "unread", "name": where})
        error = ET.SubElement(case, "error", {"type": "unread", "message": visible(entry.reason)})
        error.text = where
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _fails(check: Check, judged: Judged) -> bool:
    return judged.verdict is Verdict.BLOCK or (check.strict and judged.verdict is Verdict.WARN)


def _case(suite: ET.Element, check: Check, judged: Judged, language: str) -> None:
    kind, _, name = judged.field.partition(":")
    case = ET.SubElement(suite, "testcase", {"classname": kind, "name": f"{visible(name)} [{judged.category}]"})
    place = f"{visible(judged.place.file)}:{judged.place.line}:{judged.place.column}"
    text = f"{place}\n{visible(judged.why)}\n{RULES[judged.code].fix[language]}"
    if _fails(check, judged):
        says = {"type": judged.code, "message": f"{visible(judged.field)}: {STATES[judged.state]}"}
        ET.SubElement(case, "failure", says).text = text
    elif judged.verdict is Verdict.WARN:
        ET.SubElement(case, "system-out").text = f"warning {judged.code}: {STATES[judged.state]}\n{text}"
