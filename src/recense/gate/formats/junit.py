"""JUnit XML: a test per personal field, failed when it blocks; what was not read is an error."""

from __future__ import annotations

import datetime
from xml.etree import ElementTree as ET

from recense.gate.codes import RULES
from recense.gate.formats.visible import visible
from recense.gate.model import STATES, Check, Judged, Verdict


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the document, by the schema of Ant and by the wider one of Jenkins; with ``--strict`` warnings fail too.

    No time is measured: ``time`` is 0 and ``timestamp`` the day as of which approvals were judged.
    """
    failed = [judged for judged in check.fields if _fails(check, judged)]
    counted = {"tests": len(check.fields) + len(check.unread), "failures": len(failed), "errors": len(check.unread)}
    root = ET.Element("testsuites")
    about = {
        "name": "recense check",
        "package": "recense",
        "id": "0",
        "hostname": "localhost",
        "timestamp": f"{check.as_of or datetime.date(1970, 1, 1)}T00:00:00",
        "time": "0",
        "skipped": "0",
    }
    suite = ET.SubElement(root, "testsuite", {**about, **{name: str(count) for name, count in counted.items()}})
    ET.SubElement(suite, "properties")
    for judged in check.fields:
        _case(suite, check, judged, language)
    for entry in check.unread:
        where = f"{visible(entry.file)}:{entry.line}"
        case = ET.SubElement(suite, "testcase", {"classname": "unread", "name": where, "time": "0"})
        error = ET.SubElement(case, "error", {"type": "unread", "message": visible(entry.reason)})
        error.text = where
    warned = [judged for judged in check.of(Verdict.WARN) if not check.strict]
    told = [f"warning {j.code} {visible(j.field)}: {STATES[j.state]}" for j in warned]
    told += [f"{note.code}: {visible(note.says)}" for note in check.notes]
    ET.SubElement(suite, "system-out").text = "\n".join(told)
    ET.SubElement(suite, "system-err")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _fails(check: Check, judged: Judged) -> bool:
    return judged.verdict is Verdict.BLOCK or (check.strict and judged.verdict is Verdict.WARN)


def _case(suite: ET.Element, check: Check, judged: Judged, language: str) -> None:
    kind, _, name = judged.field.partition(":")
    about = {"classname": kind, "name": f"{visible(name)} [{judged.category}]", "time": "0"}
    case = ET.SubElement(suite, "testcase", about)
    if _fails(check, judged):
        place = f"{visible(judged.place.file)}:{judged.place.line}:{judged.place.column}"
        says = {"type": judged.code, "message": f"{visible(judged.field)}: {STATES[judged.state]}"}
        text = f"{place}\n{visible(judged.why)}\n{RULES[judged.code].fix[language]}"
        ET.SubElement(case, "failure", says).text = text
