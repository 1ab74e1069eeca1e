"""The dashboard in a real browser: a Monday morning, without JavaScript, and with its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser import follow, served
from dashboards import PASSWORD

from recense.catalog import Catalog, counts, listing
from recense.catalog.listing import Filter
from recense.reports.dashboard import create_app
from recense.reports.dashboard.settings import Settings

REASON = "verified with the owner of the table"


@pytest.fixture
def address(catalog: Catalog) -> Iterator[str]:
    app = create_app(Settings(f"sqlite:///{catalog.file}", hosts=("127.0.0.1",), language="fr"))
    with served(app) as at:
        yield at


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens a page of somebody signed in; whatever the console says is a failure, a policy that is broken too."""
    contexts, said = [], []

    def open_page(width: int = 1280, scheme: str = "light", **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=address, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto("/sign-in")
        page.fill("#name", "dpo")
        page.fill("#password", PASSWORD)
        follow(page, "main button")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in said if "422" not in text] == []


def waiting(catalog: Catalog, special: bool) -> int:
    with catalog.transaction() as connection:
        return listing.counted(connection, Filter(special=special, waiting=True))


def fill(page: Any, choice: str) -> None:
    page.check(f"#c-{choice}")
    page.fill("#reason", REASON)
    follow(page, "form.decide button")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_monday_morning_empties_the_queues(visit, catalog: Catalog, scripts: bool) -> None:
    with catalog.transaction(write=True) as connection:  # of a detector's own category, which nobody can decide
        connection.exec_driver_sql("DELETE FROM review WHERE category LIKE 'plugin.%'")
        counts.rebuild(connection)
    page = visit(java_script_enabled=scripts)
    assert page.locator("html").get_attribute("lang") == "fr" and page.locator("h1").inner_text().startswith(
        "À traiter"
    )
    follow(page, ".queues li:nth-child(1) a.button")
    for _ in range(waiting(catalog, True)):
        fill(page, "false")
        assert page.locator("[role=status]").count()
    assert page.locator("[role=status]").last.inner_text() == "Plus rien n'attend ici."
    assert waiting(catalog, True) == 0

    page.goto("/findings?proof=proved&special=no")
    boxes = page.locator("input[type=checkbox]")
    chosen = boxes.count()
    assert chosen >= 6
    for number in range(chosen):
        boxes.nth(number).check()
    page.select_option("#choice", "declared")
    page.fill("#reason", REASON)
    page.fill("#until", page.locator("#until").get_attribute("max"))
    follow(page, "form.many button")
    assert "Décisions enregistrées" in page.locator(".note.ok").inner_text()

    page.goto("/queue/new")
    for _ in range(waiting(catalog, False)):
        fill(page, "accepted")
    assert waiting(catalog, False) == 0
    page.goto("/")
    follow(page, "button[lang=en]")
    assert page.locator("html").get_attribute("lang") == "en" and page.locator("h1").inner_text() == "To do this week"
    assert page.locator(".count").all_inner_texts()[:3] == ["0", "0", "0"]
    assert catalog.decision_chain().broken is None and len(catalog.decisions()) >= 16
    page.goto("/audit?verify=yes")
    assert "The chain is whole" in page.locator("main").inner_text()


def test_everything_can_be_done_with_the_keyboard(visit, catalog: Catalog) -> None:
    page = visit()
    keys = page.keyboard

    def focused() -> str:
        return str(page.evaluate("document.activeElement.id || document.activeElement.className"))

    def tab_to(name: str) -> None:
        for _ in range(60):
            if focused() == name:
                return
            keys.press("Tab")
        raise AssertionError(f"{name} cannot be reached with Tab")

    keys.press("Tab")
    assert focused() == "skip"
    tab_to("button")
    keys.press("Enter")
    page.wait_for_url("**/queue/special/*")
    first = page.url
    keys.press("j")
    page.wait_for_url(lambda url: url != first)
    keys.press("k")
    page.wait_for_url(first)
    for key, choice in (("s", "remove"), ("e", "exception"), ("p", "ordinary"), ("f", "false")):
        keys.press(key)
        assert page.is_checked(f"#c-{choice}") and focused() == f"c-{choice}"
    tab_to("reason")
    keys.type("jks is only text here, and stays so")
    assert page.url == first and page.is_checked("#c-false")
    tab_to("until")
    page.focus("form.decide button")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    keys.press("Enter")
    page.wait_for_url(lambda url: "notice=decided" in url)
    assert catalog.decisions()[0].reason == "jks is only text here, and stays so"

    page.goto("/queue/new")
    for key, choice in (("d", "declared"), ("a", "accepted"), ("s", "remove"), ("f", "false")):
        keys.press(key)
        assert page.is_checked(f"#c-{choice}")
    page.goto("/findings")
    keys.press("j")
    at = page.evaluate("document.activeElement.href")
    keys.press("j")
    assert page.evaluate("document.activeElement.href") != at
    keys.press("k")
    keys.press("Enter")
    page.wait_for_url(at)


def test_shortcuts_that_are_switched_off_do_nothing(visit) -> None:
    page = visit()
    follow(page, "form[action='/keys'] button")
    page.goto("/queue/special")
    page.keyboard.press("f")
    assert not page.is_checked("#c-false")


def test_the_list_is_filtered_while_one_types_and_the_address_follows(visit) -> None:
    page = visit()
    page.goto("/findings")
    page.fill("#f-search", "iban")
    page.locator("#f-search").press("End")
    page.wait_for_url("**search=iban*")
    page.wait_for_selector("#list tbody:not(:has(tr ~ tr))")  # the address may follow before the list does
    assert page.locator("#list tbody tr").count() == 1
