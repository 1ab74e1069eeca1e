"""The document recense.check/1 and its renderings: valid by their schemas, and harmless whatever a field is called."""

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from gate_cases import DPO, TODAY, approval, field

from recense.cli.reading import classify_all
from recense.gate import Allowed, Approvals, Check, Note, Policy, Rules, judge
from recense.gate.codes import RULES
from recense.gate.formats import FORMATS, render
from recense.gate.formats.json_document import SCHEMA_FILE
from recense.policy import taxonomy
from recense.schema import Place, Unread, ValuesSeen

EVIL = "email\x1b[2J\u202e|<img src=x onerror=alert(1)>`@team`\n::error::x%0A]]>"
FILE = "db/<b>\x07,:%.sql"


def check(extra: int = 0, **more: object) -> Check:
    fields = [
        field("sql:clients.email"),
        field("sql:clients.religion", line=4),
        field("sql:clients.phone", line=7),
        field(f"sql:{EVIL}.email_address", line=9),
        *(field(f"sql:more.email_{number}") for number in range(extra)),
    ]
    values = [ValuesSeen(f"csv:{EVIL}.mail", Place(FILE, 3), "contact", "EMAIL_ADDRESS", 9, 9)]
    given = Approvals.of([approval("sql:clients.email", "contact"), approval("sql:gone.email", "contact", id="APP-2")])
    judged = judge(classify_all(fields), values, Rules(given, Policy(), TODAY, base=frozenset()))
    settings: dict[str, object] = {
        "fields": judged,
        "notes": (Note("PD001", "recense-approvals.yaml", 9, f"stale {EVIL}", "APP-2"),),
        "unread": (Unread(FILE, 12, f"a statement {EVIL}"),),
        "allowed": (Allowed(Unread("vendor/x.sql", 1, "old"), "not ours, never run"),),
        "base": "origin/main", "files": 3, "policy": Policy(contact=DPO),
        "lines": {("db/1.sql", 4): f"    religion text -- {EVIL}"},
    }  # fmt: skip
    return Check(**{**settings, **more})  # type: ignore[arg-type]


def test_the_document_follows_its_schema() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    for case in (check(), Check(), check(strict=True)):
        document = json.loads(render(case, "json"))
        jsonschema.Draft202012Validator(schema).validate(document)
    assert json.loads(render(check(), "json"))["summary"] == {
        "fields": 5, "block": 3, "warn": 2, "allow": 0, "introduced": 5, "unread": 1, "allowed_unread": 1,
        "notes": 1, "files": 3, "strict": False,
    }  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_lets_a_name_command_or_hide(name: str) -> None:
    text = render(check(), name)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    if name == "markdown":
        assert "<img" not in text and "@team" not in text and "`@" not in text
    if name == "github":
        assert all(line.count("::") >= 2 for line in text.splitlines()[:-1])
        assert not any(line.startswith("::error::x") for line in text.splitlines())


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_check_renders(name: str) -> None:
    assert render(Check(), name).endswith("\n")


# SARIF 2.1.0 in so far as we write it, after the OASIS specification (sections 3.13 to 3.52). The schema itself may
# not be copied here; RECENSE_SARIF_SCHEMA names a copy of it to validate against as well.
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
POSITIVE = {"type": "integer", "minimum": 1}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "logicalLocations": {"type": "array", "items": {"type": "object", "required": ["fullyQualifiedName"]}},
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "pattern": r"^[\w./%~-]+$"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "properties": {"startLine": POSITIVE, "startColumn": POSITIVE, "endColumn": POSITIVE},
                },
            },
        },
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "message", "level", "locations"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "kind": {"enum": ["pass", "fail"]},
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
        "properties": {"type": "object"},
    },
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help"],
    "properties": {"shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT},
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {"rules": {"type": "array", "uniqueItems": True, "items": RULE}},
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


def test_sarif_is_valid_and_its_fingerprints_are_the_fields() -> None:
    case = check()
    log = json.loads(render(case, "sarif"))
    jsonschema.validate(log, SARIF)
    if "RECENSE_SARIF_SCHEMA" in os.environ:
        whole = json.loads(Path(os.environ["RECENSE_SARIF_SCHEMA"]).read_text(encoding="utf-8"))
        jsonschema.validate(log, whole)
        jsonschema.validate(json.loads(render(Check(), "sarif")), whole)
    (run,) = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == rules
    marks = [result["partialFingerprints"]["fieldIdentity/v1"] for result in run["results"][:5]]
    assert marks == [judged.fingerprint for judged in case.fields] and len(set(marks)) == 5


# The JUnit schema of Ant, the strictest in use, in so far as we write it; RECENSE_JUNIT_SCHEMAS names copies of whole
# schemas (Ant's, Jenkins') to validate against as well.
JUNIT = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="outcome"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="type" type="xs:string" use="required"/><xs:attribute name="message" type="xs:string"/>
  </xs:extension></xs:simpleContent></xs:complexType>
  <xs:complexType name="case"><xs:choice minOccurs="0">
    <xs:element name="failure" type="outcome"/><xs:element name="error" type="outcome"/>
  </xs:choice><xs:attribute name="name" type="xs:token" use="required"/>
    <xs:attribute name="classname" type="xs:token" use="required"/>
    <xs:attribute name="time" type="xs:decimal" use="required"/></xs:complexType>
  <xs:complexType name="suite"><xs:sequence>
    <xs:element name="properties"/>
    <xs:element name="testcase" type="case" minOccurs="0" maxOccurs="unbounded"/>
    <xs:element name="system-out" type="xs:string"/><xs:element name="system-err" type="xs:string"/>
  </xs:sequence>
    <xs:attribute name="name" type="xs:token" use="required"/>
    <xs:attribute name="package" type="xs:token" use="required"/>
    <xs:attribute name="id" type="xs:int" use="required"/>
    <xs:attribute name="timestamp" type="xs:dateTime" use="required"/>
    <xs:attribute name="hostname" type="xs:token" use="required"/>
    <xs:attribute name="tests" type="xs:int" use="required"/>
    <xs:attribute name="failures" type="xs:int" use="required"/>
    <xs:attribute name="errors" type="xs:int" use="required"/>
    <xs:attribute name="skipped" type="xs:int"/><xs:attribute name="time" type="xs:decimal" use="required"/>
  </xs:complexType>
  <xs:element name="testsuites"><xs:complexType><xs:sequence>
    <xs:element name="testsuite" type="suite" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""


def test_junit_is_valid_and_counts_what_blocks() -> None:
    wholes = os.environ.get("RECENSE_JUNIT_SCHEMAS", "").split(os.pathsep)
    for schema in (xmlschema.XMLSchema(source) for source in (JUNIT, *filter(None, wholes))):
        for case in (check(), check(strict=True), Check()):
            schema.validate(render(case, "junit"))
    suite = ET.fromstring(render(check(), "junit"))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("6", "3", "1")
    assert len(suite.findall(".//failure")) == 3 and "warning PD103" in (suite.findtext("system-out") or "")
    assert ET.fromstring(render(check(strict=True), "junit"))[0].get("failures") == "5"


def test_gitlab_fingerprints_are_the_fields_and_unique() -> None:
    issues = json.loads(render(check(), "gitlab"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 7
    assert all(issue["location"]["lines"]["begin"] >= 1 for issue in issues)
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major", "critical", "blocker"}


def test_text_says_where_why_what_to_do_and_whom_to_ask() -> None:
    text = render(check(policy=Policy(contact=DPO, refuses_special=True)), "text")
    assert text.startswith(
        "error[PD901]: `clients.religion` looks like special-category data: religious or philosophical beliefs  (new)\n"
        "  --> db/1.sql:4:5\n4 |     religion text"
    )
    assert "  |     ^^^^^^^^ no approval on file\n" in text
    assert "and your privacy policy says such data is not processed" in text
    assert "= fix: drop the column, or store a neutral fact instead (e.g. menu_choice)" in text
    assert f"= ask: recense approvals request sql:clients.religion  (DPO: {DPO})" in text
    assert "recense approvals request sql:clients.religion --false-positive" in text
    french = render(check(), "text", language="fr")
    assert "catégorie particulière" in french


def test_a_display_limit_is_said_in_the_summary() -> None:
    many = check(extra=80)
    assert "35 not shown, --limit 0 shows all" in render(many, "text")
    assert "not shown" not in render(many, "text", limit=500)
    assert "65 not shown" in render(many, "table", limit=20)
    assert "65 not shown" in render(many, "github", limit=20)
    assert "65 more are not shown" in render(many, "markdown", limit=20)


def test_every_category_has_a_code_with_help_in_both_languages() -> None:
    assert set(taxonomy().categories) <= {rule.category for rule in RULES.values()}
    for rule in RULES.values():
        assert all(text[language] for text in (rule.title, rule.why, rule.fix) for language in ("en", "fr"))
