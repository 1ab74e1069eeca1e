"""``recense retention`` on a database with known truth: counts, plan, exit codes, and pages without a value."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import servers
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine, text

import recense.reports.retention_page as page
from recense.catalog import Catalog, DatasetProfile
from recense.cli import main
from recense.config import load
from recense.connectors import open_source
from recense.errors import ConfigError
from recense.model import Dataset, DatasetReport, Finding, Proof, ScanRun, SourceReport
from recense.pipelines.retention import report

AS_OF = "2026-11-01"
ROWS = [  # name, date_collecte, litige, statut
    ("a", "2020-01-01", None, "actif"),
    ("b", "01/02/2021", None, "actif"),
    ("c", "2023-10-31T10:00:00", None, "actif"),
    ("d", "2023-11-01", None, "actif"),
    ("e", "2026-06-30", None, "actif"),
    ("f", None, None, "actif"),
    ("g", "", None, "actif"),
    ("h", "9999-12-31", None, "actif"),
    ("i", "1900-01-01", None, "actif"),
    ("j", "2023-02-29", None, "actif"),
    ("k", "2031-01-01", None, "actif"),
    ("l", "2019-05-05", "LIT-1", "actif"),
    ("m", "2019-05-05", None, "archivé-4712"),
    ("n", "canary-4711", None, "actif"),
]
TRUTH = {"not_due": 1, "due_within_90d": 1, "overdue": 3, "overdue_but_held": 1, "blocked_by_legal_floor": 0,
         "start_missing": 2, "start_invalid": 4, "start_in_future": 1, "start_proxy_only": 0}  # fmt: skip


def scanned(catalog: Catalog, url: str) -> None:
    """Puts a run into the catalog as a scan would, with a finding in every column called ``nom``."""
    profiles, findings = [], []
    with open_source(url) as source:
        uri = source.uri
        datasets = [entry for entry in source.datasets() if isinstance(entry, Dataset)]
    for dataset in datasets:
        profiles.append(DatasetProfile(dataset, 0, {}))
        if any(column.path == "nom" for column in dataset.columns):
            findings.append(
                Finding(uri, dataset.name, "nom", "identification", "LAST_NAME", Proof.INDICATED, 0.9, 9, 9)
            )
    target = {
        "name": url,
        "target": url,
        "configured": False,
        "complete": True,
        "only": [],
        "skip": [],
        "language": None,
    }
    catalog.start("run-1", rules="r", scope="s", targets=[target])
    catalog.finish(
        ScanRun(
            "run-1", "2026-11-01T00:00:00+00:00", "2026-11-01T00:00:01+00:00", "complete", "r",
            sources=(SourceReport(uri, "x", "complete"),),
            datasets=tuple(DatasetReport(uri, d.name, d.kind, None, 0) for d in datasets),
            findings=tuple(findings),
        ),
        profiles,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("crm.db")) as connection:
        connection.execute("CREATE TABLE prospects (nom TEXT, date_collecte DATE, litige TEXT, statut TEXT)")
        connection.executemany("INSERT INTO prospects VALUES (?, ?, ?, ?)", ROWS)
        connection.execute("CREATE TABLE produits (libelle TEXT, created_at DATE)")
        connection.commit()
    with Catalog.open("sqlite:///recense.db") as catalog:
        scanned(catalog, f"sqlite:///{tmp_path}/crm.db")
    yield tmp_path


def retention(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["retention", *arguments, "--as-of", AS_OF])
    return code, capsys.readouterr().out


def test_the_report_is_what_the_contract_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = retention("report", "--format", "json", capsys=capsys)
    document = json.loads(out)
    schema = json.loads((Path(page.__file__).parent / "retention.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    assert code == 1
    by_zone = {entry["zone"]: entry for entry in document["datasets"]}
    assert by_zone["active"]["buckets"] == TRUTH
    assert by_zone["active"]["oldest"] == "2019-05-05"
    assert by_zone["intermediate_archive"]["overdue"] == 1
    assert {signal["code"]: signal["rows"] for signal in by_zone["active"]["signals"]} == {"sentinel": 2}
    with Catalog.open("sqlite:///recense.db") as catalog:
        (kept,) = catalog.retention_reports("run-1")
    assert (kept["as_of"], kept["document"]["datasets"][0]["buckets"]) == (AS_OF, TRUTH)


@pytest.mark.parametrize("format", ["table", "markdown", "html", "csv", "json"])
@pytest.mark.parametrize("verb", ["report", "plan"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_value_is_in_any_rendering(
    folder: Path, capsys: pytest.CaptureFixture[str], verb: str, format: str, language: str
) -> None:
    code, out = retention(verb, "--format", format, "--lang", language, capsys=capsys)
    assert code == 1
    assert "prospects" in out
    assert not any(value in out for value in ("canary", "LIT-1", "archivé-4712"))
    assert "canary" not in Path("recense.db").read_bytes().decode("latin-1")


def test_the_plan_selects_what_was_counted_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path("crm.db").read_bytes()
    _, out = retention("plan", "--format", "json", capsys=capsys)
    disposals = json.loads(out)["disposals"]
    with closing(sqlite3.connect("crm.db")) as connection:
        found = {one["zone"]: sorted(r[0] for r in connection.execute(one["sql"])) for one in disposals}
    assert found == {"active": ["a", "b", "c"], "intermediate_archive": ["m"]}
    assert [one["rows"] for one in disposals] == [3, 1]
    assert Path("crm.db").read_bytes() == before


def test_a_source_that_cannot_be_read_is_not_green(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("crm.db").write_bytes(b"not a database at all")
    code, out = retention("report", "--format", "json", capsys=capsys)
    assert code == 3
    (entry,) = json.loads(out)["datasets"]
    assert (entry["verdict"], entry["rows"]) == ("unprovable", 0)
    assert entry["why"].startswith("not counted: ")


def test_a_wrong_binding_says_where_and_what_is_valid(folder: Path) -> None:
    Path("recense.yaml").write_text("version: 1\nretention:\n  - dataset: prospects\n    rule: R99\n", encoding="utf-8")
    with Catalog.open("sqlite:///recense.db") as catalog, pytest.raises(ConfigError) as raised:
        report(load(), catalog, date.fromisoformat(AS_OF))
    assert "recense.yaml:3: unknown retention rule 'R99'" in str(raised.value)
    assert "R1, R2" in str(raised.value)
    Path("recense.yaml").write_text("version: 1\nretention:\n  - dataset: x\n    rule: R1\n    strat: y\n", "utf-8")
    with pytest.raises(ConfigError, match=r"recense.yaml:5: unknown key 'retention\[0\].strat'; did you mean 'start'"):
        load()


def test_a_binding_that_takes_nothing_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("recense.yaml").write_text(
        "version: 1\nretention:\n  - dataset: prospects\n    rule: R1\n  - dataset: prospect\n    rule: R1\n",
        encoding="utf-8",
    )
    assert main(["retention", "report", "--as-of", AS_OF]) == 1
    said = capsys.readouterr().err
    assert "recense.yaml:5: the binding 'prospect' takes no dataset of this run" in said
    assert "recense.yaml:3" not in said


def test_hostile_names_stay_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table, column = '=cmd|"; DROP TABLE x; --<script>', "date_collecte\"'; --"
    quoted, start = '"' + table.replace('"', '""') + '"', '"' + column.replace('"', '""') + '"'
    with closing(sqlite3.connect("x.db")) as connection:
        connection.execute(f"CREATE TABLE {quoted} (nom TEXT, {start} DATE)")
        connection.execute(f"INSERT INTO {quoted} VALUES ('a', '2020-01-01')")
        connection.commit()
    Path("recense.yaml").write_text(
        f'version: 1\nretention:\n  - dataset: "*"\n    rule: R1\n    start: {json.dumps(column)}\n', encoding="utf-8"
    )
    with Catalog.open("sqlite:///recense.db") as catalog:
        scanned(catalog, f"sqlite:///{tmp_path}/x.db")
        found = report(load(), catalog, date.fromisoformat(AS_OF), plan=True)
    assert found.entries[0].overdue == 1
    document = page.document(found.entries, AS_OF)
    assert "<script>" not in page.render(document, "html")
    cells = list(csv.reader(io.StringIO(page.render(document, "csv"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in cells for cell in row)
    with closing(sqlite3.connect("x.db")) as connection:
        assert len(connection.execute(found.disposals[0].sql).fetchall()) == 1


def test_postgresql_is_counted_and_planned_where_it_is(postgres_url: str, tmp_path: Path) -> None:
    servers.run_postgres(
        postgres_url,
        """DROP TABLE IF EXISTS clients; CREATE TABLE clients
        (nom text, date_inscription timestamptz, legal_hold boolean);
        INSERT INTO clients VALUES ('a', '2023-10-31 22:59:59+00', false), ('b', '2023-10-31 23:00:00+00', false),
        ('c', 'infinity', null), ('d', '2010-01-01', true), ('e', null, null)""",
    )
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        scanned(catalog, postgres_url)
        found = report(load(), catalog, date.fromisoformat(AS_OF), plan=True)
    entry = next(e for e in found.entries if e.dataset == "clients")
    assert {str(bucket): rows for bucket, rows in entry.buckets.items() if rows} == {
        "overdue": 1, "due_within_90d": 1, "start_invalid": 1, "overdue_but_held": 1, "start_missing": 1,
    }  # fmt: skip
    engine = create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        assert [row.nom for row in connection.execute(text(found.disposals[0].sql.replace(":", r"\:")))] == ["a"]
    engine.dispose()
