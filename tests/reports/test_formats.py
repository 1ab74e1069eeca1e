"""The formats on a made-up run: golden files, the published schema, and the contract every format keeps."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from recense.errors import UserError
from recense.model import UNREADABLE_CODES, Proof
from recense.reports import render, report
from recense.reports.document import scan_schema
from recense.reports.texts import NBSP
from recense.testing.reports import (
    CRM,
    ReportContract,
    assert_golden,
    clean_run,
    empty_run,
    hostile_run,
    sample_run,
)

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
FORMATS = ("table", "json", "jsonl", "csv", "markdown", "html")


class TestTable(ReportContract):
    format = "table"


class TestJson(ReportContract):
    format = "json"


class TestJsonLines(ReportContract):
    format = "jsonl"


class TestCsv(ReportContract):
    format = "csv"


class TestMarkdown(ReportContract):
    format = "markdown"


class TestHtml(ReportContract):
    format = "html"


@pytest.mark.parametrize(
    ("format", "language", "name"),
    [
        ("table", "en", "scan.txt"),
        ("json", "en", "scan.json"),
        ("jsonl", "en", "scan.jsonl"),
        ("csv", "en", "scan.csv"),
        ("markdown", "en", "scan.md"),
        ("html", "en", "scan.en.html"),
        ("html", "fr", "scan.fr.html"),
    ],
)
def test_looks_like_its_golden_file(format, language, name):
    assert_golden(render(sample_run(), format, language=language), GOLDEN / name)


@pytest.mark.parametrize("run", [sample_run(), clean_run(), empty_run(), hostile_run()], ids=lambda run: run.status)
def test_the_json_document_follows_the_published_schema(run):
    document = json.loads(render(run, "json"))
    jsonschema.Draft202012Validator(scan_schema()).validate(document)


def test_the_schema_is_valid_strict_and_published():
    schema = scan_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    objects = [schema, *(entry for entry in schema["$defs"].values() if entry.get("type") == "object")]
    assert all("additionalProperties" in entry for entry in objects)
    published = ROOT / "docs" / "scan.schema.json"
    if not published.is_symlink():
        pytest.skip("this checkout has no symbolic links")
    assert json.loads(published.read_text(encoding="utf-8")) == schema


def test_the_schema_knows_the_words_of_the_model():
    definitions = scan_schema()["$defs"]
    assert set(definitions["unreadable"]["properties"]["code"]["enum"]) == set(UNREADABLE_CODES)
    assert definitions["finding"]["properties"]["proof"]["enum"] == [proof.value for proof in Proof]


def test_the_document_has_the_promised_keys_and_numbers():
    document = json.loads(render(sample_run(), "json"))
    assert list(document) == ["schema", "run", "sources", "datasets", "findings", "unreadable", "summary"]
    assert document["summary"]["findings"] == len(document["findings"]) == 16
    assert document["summary"]["columns_found"] == 14
    assert document["summary"]["protected"] == 4
    assert document["summary"]["proofs"] == {"proved": 6, "indicated": 6, "to_check": 4}
    assert document["summary"]["rows_read"] == sum(one["rows_read"] for one in document["datasets"])


def test_the_protected_come_first_and_then_the_surer():
    findings = json.loads(render(sample_run(), "json"))["findings"]
    order = [(one["category"].startswith("special."), one["category"] == "criminal", one["proof"]) for one in findings]
    assert [special for special, _, _ in order][:4] == [True, True, True, False]
    assert order[3][1]
    rest = [proof for _, _, proof in order[4:]]
    assert rest == sorted(rest, key=[proof.value for proof in Proof].index)


def test_the_order_of_the_run_does_not_matter():
    run = sample_run()
    turned = replace(run, findings=run.findings[::-1], datasets=run.datasets[::-1], unreadable=run.unreadable[::-1])
    for format in FORMATS:
        assert render(turned, format) == render(run, format)


def test_json_lines_say_their_kind_and_hold_what_the_document_holds():
    lines = [json.loads(line) for line in render(sample_run(), "jsonl").splitlines()]
    document = json.loads(render(sample_run(), "json"))
    kinds = [line.pop("kind") for line in lines]
    assert kinds == ["run", *["source"] * 3, *["dataset"] * 4, *["finding"] * 16, *["unreadable"] * 3, "summary"]
    assert [line for kind, line in zip(kinds, lines, strict=True) if kind == "finding"] == document["findings"]


def test_a_clean_column_carries_its_bound():
    page = render(sample_run(), "html").replace(NBSP, " ")
    assert "0 of 120 000 cells; with 95 % confidence fewer than 0.0025 % hold one" in page
    assert "0 of 120 000 cells; every cell was read" in page
    assert "no cell was read" in page


def test_the_block_on_top_counts_cells_and_share():
    text = " ".join(render(sample_run(), "table").replace(NBSP, " ").split())
    assert "3 columns look like data that Articles 9 and 10 of the GDPR protect: 1 618 cells in 240 640 read" in text
    assert "(0.67 %)" in text


def test_a_failed_source_is_a_gap_even_without_an_entry():
    run = replace(sample_run(), unreadable=())
    for format in ("table", "markdown", "html"):
        assert "1 item could not be read" in render(run, format)


def test_a_column_read_to_an_unknown_part_claims_no_bound():
    run = sample_run()
    column = replace(run.datasets[0].columns[0], clean_bound=1.0)
    run = replace(run, findings=(), datasets=(replace(run.datasets[0], columns=(column,)),))
    page = render(run, "html").replace(NBSP, " ")
    assert "0 of 120 000 cells read; how many were not read is not known" in page
    assert "95 % confidence" not in page


def test_changes_are_counted_and_told():
    text = render(sample_run(), "table", width=120)
    assert "Since run c81d02f7a6e3: new 3, gone 1, changed 1" in text
    assert "Gone: visitors.badge_photo in sqlite:///crm.sqlite, Photograph" in text
    assert "Changed: clients.mobile, Phone number (indicated) → Phone number (proved)" in text


def test_a_first_run_has_no_changes():
    assert json.loads(render(replace(sample_run(), changes={}), "json"))["summary"]["changes"] is None
    assert "Since" not in render(replace(sample_run(), changes={}), "table")


def test_a_page_with_very_many_findings_says_what_it_leaves_out(monkeypatch):
    monkeypatch.setattr("recense.reports.html_page.MOST_FINDINGS", 3)
    page = render(sample_run(), "html")
    assert "The page shows the first 3 of 16 findings" in page
    assert page.count('<tr role="row" id="f-') == 3


def test_colour_is_only_an_addition():
    plain, coloured = (render(sample_run(), "table", colour=colour) for colour in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", coloured).split("\n")] == plain.split("\n")


def test_no_color_overrules_colour(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in render(sample_run(), "table", colour=True)


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(UserError, match="unknown report format 'tabel'; did you mean 'table'"):
        render(sample_run(), "tabel")


def test_the_room_costs_nothing_until_a_format_is_rendered():
    code = (
        "import sys; from recense.reports import report; list(report);"
        "print(sorted({'rich', 'jinja2', 'pyarrow', 'presidio_analyzer', 'prefect'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_format_is_documented():
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    readme = (ROOT / "reports" / "README.md").read_text(encoding="utf-8")
    for name in FORMATS:
        assert name in report.load()
        assert f"## `{name}`" in page
        assert f"`{name}`" in readme
    assert CRM in page


def test_the_examples_of_the_documentation_are_true():
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    files = {
        "table": "scan.txt",
        "json": "scan.json",
        "jsonl": "scan.jsonl",
        "csv": "scan.csv",
        "markdown": "scan.md",
        "html": "scan.en.html",
    }
    for name, file in files.items():
        section = page.split(f"## `{name}`")[1].split("\n## ")[0]
        example = re.search(r"```\w+\n(.*?)```", section, re.S)[1]
        golden = (GOLDEN / file).read_text(encoding="utf-8").replace(NBSP, " ").splitlines()
        assert [line for line in example.splitlines() if line not in golden] == [], name
