"""Every page of the routing table against WCAG 2.2 A and AA, and on a phone: light and dark, French and English.

The pages are the routes: one whose path has a part that changes needs an entry in ``EXAMPLES``, or the test fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browser import follow, served
from dashboards import PASSWORD
from demos import Demo
from starlette.routing import Route

from recense.catalog import Catalog, accounts, decisions, listing, requests, review
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter, Item
from recense.cli.dashboard import served as settings_of
from recense.config.outward import Oidc
from recense.reports.dashboard import create_app
from recense.reports.dashboard.queues import queues
from recense.reports.dashboard.settings import Settings
from recense.retention.calendar import today
from recense.subjects.requests import due

AXE = Path(__file__).parents[2] / "axe" / "axe-4.14.1.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [(scheme, width) for width in (1280, 390) for scheme in ("light", "dark")]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that look at colours, by their tag ``cat.color``: nothing else of a page differs in the dark."""

CHECK = """async rules => [
  (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations
    .map(rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 160)}`),
  document.documentElement.scrollWidth]"""
"""Gives what is wrong with a page, and how wide it is."""


@dataclass
class Office:
    """A dashboard somebody has signed in to. ``asked`` are the ids of rights requests by how far they are."""

    page: Any
    stranger: Any
    catalog: Catalog
    routes: list[Route]
    asked: dict[str, str]

    def first(self, chosen: Filter) -> list[Item]:
        with self.catalog.transaction() as connection:
            return list(listing.listed(connection, chosen, size=1).items)

    def pages(self) -> list[str]:
        """Returns an address for every route that is looked at; a route that asks for a part nobody knows fails."""
        found = ["/nothing/here"]
        for route in self.routes:
            if "GET" in (route.methods or ()):
                made = EXAMPLES[route.path](self) if "{" in route.path else [route.path]
                assert made, f"no example of {route.path}"
                found += [*made, *MORE.get(route.path, ())]
        return found


EXAMPLES: dict[str, Callable[[Office], list[str]]] = {
    "/findings/{id}": lambda office: [
        f"/findings/{one.id}"
        for chosen in (
            Filter(special=True),
            Filter(special=False),
            Filter(state="decided"),
            Filter(search="onerror"),
        )
        for one in office.first(chosen)
    ],
    "/queue/{queue}": lambda _: [f"/queue/{one.id}" for one in queues(today())],
    "/queue/{queue}/{id}": lambda office: [
        f"/queue/{queue.id}/{one.id}" for queue in queues(today()) for one in office.first(queue.lists)
    ],
    "/requests/{id}": lambda office: [f"/requests/{id_}" for id_ in office.asked.values()],
    "/requests/{id}/answer": lambda office: [f"/requests/{id_}/answer" for id_ in office.asked.values()],
}
"""Addresses of routes with a part that changes."""

MORE: dict[str, list[str]] = {
    "/findings": ["/findings?special=yes", "/findings?search=nothing+is+called+so"],
    "/register": ["/register?activity=facturation", "/register?activity=relation-client"],
    "/register/export": ["/register/export?format=html"],
    "/audit": ["/audit?verify=yes"],
}
"""The same routes with other choices made in them."""


def full(demo: Demo, folder: Path, _prepared: Path) -> tuple[Settings, Catalog]:
    """The demo with everything in use: one thing is decided for a short time."""
    mine = demo.copied(folder / "demo")
    catalog = Catalog.open(mine.url)
    with catalog.transaction(write=True) as connection:
        for role in ("dpo", "reader"):
            accounts.add(connection, role, role, PASSWORD)
        (one,) = listing.listed(connection, Filter(special=True), size=1).items
        until = (today() + timedelta(days=9)).isoformat()
        made = [Decision(one.field, one.category, "accepted", "dpo", today().isoformat(), "until it moves", until)]
        decisions.append(connection, made)
        review.settle(connection, made, today().isoformat())
    return settings_of(mine.config, ("127.0.0.1",), False, "http://127.0.0.1"), catalog


def bare(_demo: Demo, folder: Path, prepared: Path) -> tuple[Settings, Catalog]:
    """No register, no policy, no index, no report; hostile names; a provider that does not answer."""
    (folder / "recense.db").write_bytes(prepared.read_bytes())
    url = f"sqlite:///{folder / 'recense.db'}"
    oidc = Oidc("http://127.0.0.1:9", "recense", (("all", "dpo"),))
    return Settings(url, ("127.0.0.1",), oidc=oidc), Catalog.open(url)


@pytest.fixture(scope="module", params=[full, bare], ids=["in use", "bare"])
def office(
    request: Any, browser: Any, demo: Demo, prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    settings, catalog = request.param(demo, tmp_path_factory.mktemp("office"), prepared)
    app = create_app(settings)
    with ExitStack() as stack:
        stack.enter_context(catalog)
        address = stack.enter_context(served(app))
        pages = []
        for _ in range(2):
            context = browser.new_context(base_url=address, bypass_csp=True)
            stack.callback(context.close)
            pages.append(context.new_page())
        page, stranger = pages
        sign_in(page)
        routes = [route for route in app.routes if isinstance(route, Route)]
        office = Office(page, stranger, catalog, routes, {})
        office.asked = ask(office, settings)
        yield office


def sign_in(page: Any) -> None:
    page.goto("/sign-in")
    page.fill("#name", "dpo")
    page.fill("#password", PASSWORD)
    follow(page, "main button")


def ask(office: Office, settings: Settings) -> dict[str, str]:
    """Opens a request that is late, one that is extended and, with an index, one that is answered and closed."""
    page, ids = office.page, {}
    for name, days in {"late": 70, "extended": 5, "closed": 2}.items():
        page.goto("/requests")
        page.fill("#reference", f"DR-{name}")
        page.fill("#received", (today() - timedelta(days=days)).isoformat())
        follow(page, "main form button")
        page.wait_for_url("**/requests/*")
        ids[name] = page.url.rpartition("/")[2].partition("?")[0]
        if name != "late":
            if settings.persons:
                page.fill("#f-customer", "1001")
                follow(page, "button[value=look_up]")
            page.fill("#e-reason", "Many systems have to be read")
            follow(page, "button[value=extend]")
        if name == "closed":
            follow(page, "button[value=close]")
    with office.catalog.transaction() as connection:
        kept = requests.listed(connection)
        assert {one.id for one in kept} | {ids["closed"]} == set(ids.values())
        assert any(one.due < due(today()).isoformat() for one in kept)
    return ids


def wrong(page: Any, where: str) -> list[str]:
    """Returns what is wrong with the page that is open, in each look."""
    page.add_script_tag(path=AXE)
    found = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        violations, wide = page.evaluate(CHECK, STANDARDS if scheme == "light" else COLOURS)
        found += [f"{where} {scheme} {width}: {violation}" for violation in violations]
        found += [f"{where} {scheme} {width}: scrolls sideways, {wide}"] if wide > width else []
    return found


def speak(page: Any, language: str) -> None:
    page.goto("/sign-in")
    if page.locator("html").get_attribute("lang") != language:
        follow(page, f"button[lang={language}]")
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_breaks_wcag_or_scrolls_sideways(office: Office, language: str, tmp_path: Path) -> None:
    page, broken, files = office.page, [], 0
    speak(page, language)
    for path in office.pages():
        answer = page.request.get(path)
        assert answer.status < 500 or path == "/sign-in/oidc", path
        if "attachment" not in answer.headers.get("content-disposition", ""):
            page.goto(path)
        elif answer.headers["content-type"].startswith("text/html"):
            files += 1
            (tmp_path / f"{files}.html").write_bytes(answer.body())
            page.goto(f"file://{tmp_path}/{files}.html")
        else:
            continue  # a spreadsheet or the like
        assert page.locator("html").get_attribute("lang") == language, path
        broken += wrong(page, path)
    assert broken == []


def test_nothing_is_wrong_before_one_has_signed_in(office: Office) -> None:
    broken = []
    for route in office.routes:
        if "GET" in (route.methods or ()) and "{" not in route.path:
            office.stranger.goto(route.path)
            if route.path in {"/", "/sign-in", "/sign-in/oidc", "/sign-in/oidc/back"}:  # all others lead to the first
                broken += wrong(office.stranger, route.path)
            else:
                assert "/sign-in?next=" in office.stranger.url
    assert broken == []


def test_a_form_that_lacks_something_says_so_without_breaking_anything(office: Office) -> None:
    """The first form of every page, sent empty past the browser's own checks."""
    page, broken, refused = office.page, [], set()
    speak(page, "fr")
    for path in office.pages():
        if "attachment" in page.request.get(path).headers.get("content-disposition", ""):
            continue
        page.goto(path)
        form = page.locator("main form[method=post]").first
        if not form.count():
            continue
        with page.expect_navigation() as arrived:
            form.evaluate("form => { form.noValidate = true; form.reset(); form.submit(); }")
        if arrived.value.status >= 400:
            refused.add(path.split("/")[1])
            assert page.locator("[role=alert]").count(), path
            broken += wrong(page, f"POST {path}")
    assert broken == []
    assert {"findings", "queue", "requests", "sign-in"} <= refused
