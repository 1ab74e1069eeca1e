"""The dashboard as one file: complete, inert, cut with all findings beside it, and clean on paper."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from browser import chromium, missing
from dashboards import keep
from test_keeping import ENTRY

from recense.catalog import Catalog, listing
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter
from recense.cli import main
from recense.reports.dashboard.static_page import static_page
from recense.testing.reports import HOSTILE, hostile_run, sample_run

AXE = Path(__file__).parents[2] / "axe" / "axe-4.14.1.min.js"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    shutil.copytree(str(files("recense.demo") / "register"), tmp_path / "register")
    return tmp_path / "register"


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    catalog.keep_retention("r2", "p", {"schema": "recense.retention/1", "as_of": "2026-11-01", "datasets": [ENTRY]})
    return catalog


@pytest.mark.parametrize(("language", "words"), [("fr", ("Registre", "Conservation")), ("en", ("Register", "Retent"))])
def test_one_file_holds_findings_retention_register_and_coverage(
    filled: Catalog, register: Path, language: str, words: tuple[str, ...]
) -> None:
    page = static_page(filled, filled.run("r2"), language, register)
    assert f'<html lang="{language}"' in page and all(word in page for word in words)
    assert "crm.&lt;script&gt;leads" in page and "last_contact" in page  # retention
    assert page.count('id="r-') == len(list((register / "activities").glob("*.yaml")))
    assert "archive/2019.zip" in page and "sqlite:///crm.sqlite" in page  # coverage
    for column in ("comment", "iban"):
        assert f"<bdi>{column}</bdi>" in page


def test_the_file_runs_nothing_and_leads_nowhere(filled: Catalog, register: Path) -> None:
    keep(filled, hostile_run(HOSTILE.replace("\udce9", "")), "r3")
    page = static_page(filled, filled.run("r3"), "fr", register)
    assert not re.search(r"<(script|form|iframe|img|object|link)\b|<[^<>]*\s(on\w+|style)=|url\(|@import", page)
    assert "default-src 'none'" in page
    ids = set(re.findall(r'\sid="([^"]+)"', page))
    assert {address[1:] for address in re.findall(r'href="([^"]+)"', page)} <= ids


def test_what_was_decided_stands_beside_the_finding(catalog: Catalog) -> None:
    assert "décidé" not in static_page(catalog, catalog.run("r2"), "fr").partition('id="sources"')[0]
    with catalog.transaction() as connection:
        one = listing.listed(connection, Filter(special=True), size=1).items[0]
    made = Decision(one.field, one.category, "remove", "dpo", "2026-11-22T10:00:00+00:00", "the owner removes it")
    catalog.decide([made])
    assert catalog.fill_review() == 0
    page = static_page(catalog, catalog.run("r2"), "fr")
    assert page.count(">décidé<") == 2  # in the block on top, and with its dataset


def test_findings_that_do_not_fit_stand_in_a_file_beside(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recense.reports.html_page.MOST_FINDINGS", 3)
    monkeypatch.setattr("recense.reports.dashboard.static_page.MOST_FINDINGS", 3)
    monkeypatch.chdir(tmp_path)
    assert main(["report", "r2", "-f", "html", "-o", "rapport.html", "--catalog", str(catalog.file)]) == 0
    page = (tmp_path / "rapport.html").read_text("utf-8")
    assert '<html lang="fr"' in page and 'href="rapport.csv"' in page and page.count('<tr role="row" id="f-') == 3
    with (tmp_path / "rapport.csv").open(encoding="utf-8", newline="") as file:
        kinds = [row["kind"] for row in csv.DictReader(file)]
    assert kinds.count("finding") == len(sample_run().findings) and kinds.count("unreadable") == 3


def test_the_file_is_accessible_and_prints_on_clean_pages(filled: Catalog, register: Path, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        missing("pdftotext not found; install it: sudo apt-get install poppler-utils")
    (tmp_path / "page.html").write_text(static_page(filled, filled.run("r2"), "fr", register), "utf-8")
    asked: list[str] = []
    with chromium() as browser:
        for width, scheme in ((1280, "light"), (390, "dark")):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
            page.on("request", lambda request: asked.append(request.url))
            page.goto((tmp_path / "page.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.add_script_tag(path=AXE)
            found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
            assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found["violations"]] == []
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True, tagged=True)
    assert {address for address in asked if not address.startswith("file://")} == set()
    done = subprocess.run(["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True)
    sheets = done.stdout.split("\f")
    assert len(sheets) >= 4
    assert sum("Registre des activités" in sheet for sheet in sheets) == 1  # chapters begin on pages of their own
    continued = [sheet for sheet in sheets[1:] if "Preuve" in sheet and "Champ" in sheet]
    assert continued, "heads of tables repeat"
