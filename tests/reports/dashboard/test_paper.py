"""What the browser prints: whole lists with their heads on every sheet, and no form, menu or button."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from browser import follow, missing, served
from dashboards import PASSWORD
from demos import Demo

from recense.catalog import Catalog, accounts
from recense.cli.dashboard import served as settings_of
from recense.reports.dashboard import create_app

LOW = "@page { size: 148mm 90mm; margin: 10mm }"
"""Sheets so low that the demo's shorter tables go over several."""


@pytest.fixture(scope="module")
def page(browser: Any, demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if which("pdftotext") is None:
        missing("pdftotext not found; install it: sudo apt-get install poppler-utils")
    mine = demo.copied(tmp_path_factory.mktemp("paper") / "demo")
    with Catalog.open(mine.url) as catalog, catalog.transaction(write=True) as connection:
        accounts.add(connection, "dpo", "dpo", PASSWORD)
    with ExitStack() as stack:
        address = stack.enter_context(
            served(create_app(settings_of(mine.config, ("127.0.0.1",), False, "http://127.0.0.1")))
        )
        context = browser.new_context(base_url=address, bypass_csp=True)  # for the sheets' size
        stack.callback(context.close)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("#name", "dpo")
        page.fill("#password", PASSWORD)
        follow(page, "main button")
        yield page


def sheets(page: Any, folder: Path, style: str = "") -> list[str]:
    """Returns the text of each printed sheet, cell by cell and without its blanks: lines break where they will."""
    file = folder / "printed.pdf"
    if style:
        page.add_style_tag(content=style)
    page.pdf(path=file, prefer_css_page_size=True, tagged=True)
    done = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True)
    return [squeezed(text) for text in done.stdout.split("\f") if text.strip()]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def headless(found: list[str], head: str, names: list[str]) -> list[int]:
    """Returns the numbers of the sheets that show rows without the head above them."""
    wrong = []
    for number, text in enumerate(found, start=1):
        rows = [text.index(name) for name in names if name in text]
        if rows and not 0 <= text.find(head) < min(rows):
            wrong.append(number)
    return wrong


@pytest.mark.parametrize("path", ["/findings", "/findings?special=no&search=crm"])
def test_the_list_of_findings_repeats_its_head_on_every_sheet(page: Any, path: str, tmp_path: Path) -> None:
    page.goto(path)
    names = [squeezed(name) for name in page.locator("#list tbody th a").all_inner_texts()]
    found = sheets(page, tmp_path)
    assert len(found) >= 3 and len(names) >= 40
    assert [name for name in names if name not in "".join(found)] == []
    assert headless(found, "ChampCatégoriePreuveCellules", names) == []


@pytest.mark.parametrize("style", ["", LOW], ids=["A4", "low"])
def test_the_register_repeats_its_head_on_every_sheet(page: Any, style: str, tmp_path: Path) -> None:
    page.goto("/register")
    names = [squeezed(name) for name in page.locator("main tbody th a").all_inner_texts()]
    found = sheets(page, tmp_path, style)
    assert len(names) >= 9 and all(name in "".join(found) for name in names)
    assert headless(found, "TraitementÉtatManquesetécarts", names) == []
    if style:
        assert sum(any(name in text for name in names) for text in found) >= 3


def test_the_sheets_of_the_register_repeat_their_heads_too(page: Any, tmp_path: Path) -> None:
    """The file that ``recense register export`` and the page's link write, one activity a sheet or more."""
    page.goto("/register")
    with page.expect_download() as got:
        page.click("a[href='/register/export?format=html']")
    got.value.save_as(tmp_path / "register.html")
    paper = page.context.new_page()
    paper.goto(f"file://{tmp_path / 'register.html'}")
    tables = paper.evaluate(
        """() => [...document.querySelectorAll(".entry table")]
          .filter(table => table.tHead?.innerText.includes("Délai"))
          .map(table => [...table.tBodies[0].rows].map(row => row.cells[0].innerText))"""
    )
    found = sheets(paper, tmp_path, LOW)
    paper.close()
    names = sorted({squeezed(name) for rows in tables for name in rows if len(name) > 25})
    showing = [text for text in found if any(name in text for name in names)]
    assert len(names) >= 5 and len(showing) > len(tables) >= 9  # so some go over two sheets
    assert headless(found, "DescriptionDélaid'effacement", names) == []


@pytest.mark.parametrize(
    "path", ["/findings", "/register?activity=facturation", "/retention", "/requests", "/queue/new"]
)
def test_no_form_and_no_button_is_printed(page: Any, path: str, tmp_path: Path) -> None:
    page.goto(path)
    title = page.locator("h1").inner_text()
    page.emulate_media(media="print")
    shown = [one for one in page.locator("form, button, nav, .button").all() if one.is_visible()]
    assert shown == []
    page.emulate_media(media="null")
    text = "".join(sheets(page, tmp_path))
    assert squeezed(title) in text and "Enregistrer" not in text and "recense0." not in text
