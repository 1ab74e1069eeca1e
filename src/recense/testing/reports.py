"""What an author of a report format needs for tests: a run to render, golden files, and the contract of a format.

from recense.testing.reports import ReportContract

class TestCsvTable(ReportContract):
    format = "csv"
"""

from __future__ import annotations

import difflib
import os
import unicodedata
from pathlib import Path

from recense.model import (
    ColumnReport,
    DatasetReport,
    Finding,
    Proof,
    ScanRun,
    SourceReport,
    Unreadable,
    Witness,
)

CRM = "sqlite:///crm.sqlite"
FILES = "file:///data/exports"
ACCOUNTS = "postgresql://accounts.example/ledger"

HOSTILE = "<img src=x onerror=alert(1)>|`a`\n[x](javascript:1)\x1b[2J\u202egnp.exe\udce9{{7*7}}{0}"
"""A name that tries HTML, Markdown, terminal codes, a bidi override, a broken byte, templates and format strings."""


def assert_golden(text: str, path: Path) -> None:
    """Compares a text with a golden file; with ``UPDATE_GOLDEN=1`` in the environment it writes the file instead.

    Raises:
        AssertionError: they differ, with the first lines of the difference, or the file is missing.
    """
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return
    assert path.is_file(), f"{path} is missing; write it with UPDATE_GOLDEN=1 and read it before you commit it"
    expected = path.read_bytes().decode()
    if text != expected:
        diff = difflib.unified_diff(expected.splitlines(), text.splitlines(), path.name, "rendered", lineterm="", n=1)
        shown = "\n".join(list(diff)[:40])
        raise AssertionError(f"{path.name} differs; if that is meant, run with UPDATE_GOLDEN=1 and review:\n{shown}")


def hidden_characters(text: str) -> set[str]:
    """Returns the characters that a report for people must not hold: controls but for line breaks, bidi, surrogates."""
    return {char for char in text if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}


class ReportContract:
    """What every format for people keeps to. Subclass it, name the format, and pytest runs it.

    Attributes:
        format: the registered name.
    """

    format: str

    def _render(self, run: ScanRun, language: str = "en") -> str:
        from recense.reports import render

        return render(run, self.format, language=language)

    def test_says_the_same_twice_and_ends_with_a_line_break(self) -> None:
        """Golden files, diffs and shells rely on it."""
        text = self._render(sample_run())
        assert text == self._render(sample_run())
        assert text.endswith("\n")

    def test_renders_in_every_language_and_without_findings(self) -> None:
        """A clean, an empty and a hostile run are runs like any other."""
        for run in (sample_run(), clean_run(), empty_run(), hostile_run()):
            for language in ("en", "fr"):
                self._render(run, language).encode()

    def test_shows_no_character_that_acts_on_its_reader(self) -> None:
        """A name may hold terminal codes, bidi overrides and line breaks; a report must not."""
        assert not hidden_characters(self._render(hostile_run()))

    def test_names_every_dataset_with_a_finding_and_everything_unread(self) -> None:
        """Nothing is silently left out."""
        text = self._render(sample_run())
        for one in sample_run().findings:
            assert one.dataset in text
        for gap in sample_run().unreadable:
            assert gap.path in text


def empty_run() -> ScanRun:
    """Returns a run that had nothing to read."""
    return ScanRun("0" * 12, "2026-11-22T02:00:00Z", "2026-11-22T02:00:01Z", "complete", "0.1.0+abcdef")


def clean_run() -> ScanRun:
    """Returns a run that read everything and found nothing."""
    columns = (_column("sku", cells=900), _column("stock", "INTEGER", cells=900, distinct=None))
    return ScanRun(
        "1" * 12,
        "2026-11-22T02:00:00+00:00",
        "2026-11-22T02:00:09+00:00",
        "complete",
        "0.1.0+abcdef",
        sources=(SourceReport(CRM, "sqlite", "complete"),),
        datasets=(DatasetReport(CRM, "products", "table", 900, 900, columns),),
    )


def hostile_run(name: str = HOSTILE) -> ScanRun:
    """Returns a run in which source, dataset, column, path and reason are all called the same hostile name."""
    evidence = (Witness("name", "header", name), Witness("values", "fr-nir", name, 5))
    return ScanRun(
        name,
        "2026-11-22T02:00:00Z",
        None,
        "stopped",
        name,
        name,
        sources=(SourceReport(name, name, "failed", name),),
        datasets=(
            DatasetReport(name, name, "table", 9, 5, (_column(name, name, 5), _column(name + "2", name, 5, 0.4))),
        ),
        findings=(
            Finding(name, name, name, "government_id", "FR_NIR", Proof.PROVED, 0.9, 5, 5, (name,), evidence, "open"),
            Finding(name, name, name, "special.health", name, Proof.TO_CHECK, 0.2, 5, 0, (name,), evidence),
            Finding(name, name, name, f"plugin.{name}", name, Proof.INDICATED, 0.5, 5, 1, (), ()),
        ),
        unreadable=(Unreadable(name, name, "corrupt", name),),
        changes={"since": name, "new": [], "gone": [dict.fromkeys(("source", "dataset", "column", "category"), name)]},
    )


def sample_run() -> ScanRun:
    """Returns a made-up run with everything a report can meet: three sources, all proofs, gaps, bounds and changes."""
    findings = _findings()
    return ScanRun(
        id="5f2c9a7e01b4",
        started="2026-11-22T02:00:04+00:00",
        finished="2026-11-22T02:03:51+00:00",
        status="incomplete",
        rules="0.1.0+3f9c2ab1",
        policy="privacy-policy/0-draft",
        sources=(
            SourceReport(CRM, "sqlite", "complete"),
            SourceReport(FILES, "files", "partial", "2 of 5 files could not be read"),
            SourceReport(ACCOUNTS, "postgresql", "failed", "the server does not answer on port 5432"),
        ),
        datasets=_datasets(),
        findings=findings,
        unreadable=(
            Unreadable(FILES, "archive/2019.zip", "encrypted", "the archive asks for a password"),
            Unreadable(
                FILES, "scans/badge.heic", "unsupported_format", "no reader for .heic; convert it to PNG or JPEG"
            ),
            Unreadable(ACCOUNTS, "", "unreachable", "the server does not answer on port 5432"),
        ),
        changes={
            "since": "c81d02f7a6e3",
            "new": [one.id for one in findings if one.column in {"comment", "canteen_menu"}],
            "gone": [{"source": CRM, "dataset": "visitors", "column": "badge_photo", "category": "photo"}],
            "changed": [
                {
                    "id": next(one.id for one in findings if one.column == "mobile"),
                    "before": {"entity": "PHONE_NUMBER", "proof": "indicated"},
                    "after": {"entity": "PHONE_NUMBER", "proof": "proved"},
                }
            ],
        },
    )


def _column(
    name: str,
    type: str = "TEXT",
    cells: int = 120_000,
    bound: float = 0.0,
    *,
    nulls: int = 0,
    distinct: int | None = 100,
) -> ColumnReport:
    return ColumnReport(name, type, cells, nulls, distinct, bound)


def _datasets() -> tuple[DatasetReport, ...]:
    clients = ("id", "first_name", "last_name", "email", "mobile", "canteen_menu", "iban", "comment", "login_ip")
    columns = [_column(name) for name in clients]
    columns += [
        _column("status", "VARCHAR(1)"),
        _column("legacy_code", nulls=120_000, cells=0),
        _column("created_at", "TIMESTAMP", distinct=None),
        _column("search_text", cells=120_000, bound=2.5e-5),
        _column("attachment", "BLOB", cells=0, bound=1.0),
    ]
    lines = [_column(name, "string", 48_210) for name in ("attendee.name", "attendee.email", "attendee.birth_date")]
    lines += [_column("consents[].given_at", "timestamp[us]", 48_210), _column("event_code", "string", 48_210)]
    notes = [_column("text", "string", 640), _column("technician", "string", 640), _column("site", "string", 640)]
    stock = [_column("sku", cells=900), _column("label", cells=900), _column("ean", cells=900)]
    return (
        DatasetReport(CRM, "clients", "table", 120_000, 120_000, tuple(columns)),
        DatasetReport(CRM, "products", "table", 900, 900, tuple(stock)),
        DatasetReport(FILES, "registrations.ndjson", "file", 96_420, 48_210, tuple(lines)),
        DatasetReport(
            FILES, "maintenance/2026/interventions-ile-de-france.xlsx/Notes", "sheet", 640, 640, tuple(notes)
        ),
    )


def _found(
    where: tuple[str, str, str],
    what: tuple[str, str],
    proof: Proof,
    score: float,
    counts: tuple[int, int],
    *says: tuple[str, str, str],
    declared: str = "declared",
) -> Finding:
    matched, cells = counts
    evidence = tuple(
        Witness(kind, detector, text, None if kind in {"name", "neighbours"} else matched)
        for kind, detector, text in says
    )
    detectors = tuple(dict.fromkeys(detector for _, detector, _ in says))
    return Finding(*where, *what, proof, score, cells, matched, detectors, evidence, declared)


def _findings() -> tuple[Finding, ...]:
    proved, indicated, to_check = Proof.PROVED, Proof.INDICATED, Proof.TO_CHECK
    notes = "maintenance/2026/interventions-ile-de-france.xlsx/Notes"
    return (
        _found((CRM, "clients", "email"), ("contact", "EMAIL_ADDRESS"), proved, 0.99, (119_998, 120_000),
               ("name", "header", "the name says e-mail"),
               ("values", "email", "119998 of 120000 cells are e-mail addresses")),
        _found((CRM, "clients", "mobile"), ("contact", "PHONE_NUMBER"), proved, 0.98, (101_442, 120_000),
               ("name", "header", "the name says mobile phone"),
               ("values", "phone", "101442 of 120000 cells are valid phone numbers")),
        _found((CRM, "clients", "first_name"), ("identification", "FIRST_NAME"), indicated, 0.9, (117_600, 120_000),
               ("name", "header", "the name says first name"),
               ("language", "people", "502 of 512 sampled values are first names")),
        _found((CRM, "clients", "last_name"), ("identification", "LAST_NAME"), indicated, 0.88, (103_125, 120_000),
               ("name", "header", "the name says last name"),
               ("language", "people", "440 of 512 sampled values are surnames"),
               ("neighbours", "person-table", "first_name and email stand beside it")),
        _found((CRM, "clients", "iban"), ("banking", "IBAN_CODE"), proved, 1.0, (120_000, 120_000),
               ("values", "iban", "120000 of 120000 cells pass the check digits"), declared="open"),
        _found((CRM, "clients", "canteen_menu"), ("special.religion", "RELIGION"), to_check, 0.31, (1_204, 120_000),
               ("values", "religion-terms", "1204 of 120000 cells hold a term of the lexicon"),
               ("against", "menu-terms", "the name speaks of meals"), declared="prohibited"),
        _found((CRM, "clients", "comment"), ("government_id", "FR_NIR"), proved, 0.95, (3, 120_000),
               ("values", "fr-nir", "3 of 120000 cells hold a NIR whose key is right; 0 were to be expected by chance"),
               declared="prohibited"),
        _found((CRM, "clients", "comment"), ("special.health", "HEALTH"), indicated, 0.7, (412, 120_000),
               ("values", "health-terms", "412 of 120000 cells hold a term of the lexicon beside a person"),
               declared="prohibited"),
        _found((CRM, "clients", "login_ip"), ("technical_identification", "IP_ADDRESS"), proved, 0.97,
               (120_000, 120_000), ("name", "header", "the name says IP address"),
               ("values", "ip", "120000 of 120000 cells are IP addresses")),
        _found((FILES, "registrations.ndjson", "attendee.name"), ("identification", "PERSON"), indicated, 0.86,
               (45_317, 48_210), ("name", "header", "the name says person name"),
               ("language", "people", "481 of 512 sampled values are person names")),
        _found((FILES, "registrations.ndjson", "attendee.email"), ("contact", "EMAIL_ADDRESS"), proved, 0.99,
               (48_210, 48_210), ("values", "email", "48210 of 48210 cells are e-mail addresses")),
        _found((FILES, "registrations.ndjson", "attendee.birth_date"), ("identification", "BIRTH_DATE"), indicated, 0.8,
               (48_001, 48_210), ("name", "header", "the name says birth date"),
               ("values", "dates", "48001 of 48210 cells are dates between 1930 and 2008"), declared="undeclared"),
        _found((FILES, "registrations.ndjson", "consents[].given_at"), ("consent", "CONSENT_DATE"), to_check, 0.4,
               (0, 48_210), ("name", "header", "the name says date of consent")),
        _found((FILES, notes, "text"), ("special.trade_union", "TRADE_UNION"), to_check, 0.3, (2, 640),
               ("values", "union-terms", "2 of 640 cells hold a term of the lexicon"), declared="prohibited"),
        _found((FILES, notes, "text"), ("criminal", "CRIMINAL_OFFENCE"), to_check, 0.25, (1, 640),
               ("values", "offence-terms", "1 of 640 cells holds a term of the lexicon"), declared="prohibited"),
        _found((FILES, notes, "technician"), ("professional_life", "EMPLOYEE_ID"), indicated, 0.6, (640, 640),
               ("name", "header", "the name says technician"),
               ("values", "employee-id", "640 of 640 cells have the shape of a staff number"), declared="open"),
    )  # fmt: skip
