"""Anything as a query or a form, on every route there is: an answer of ours, never a defect; and nothing that runs."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser import chromium, follow, served
from dashboards import PASSWORD
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from recense.catalog import Catalog, listing
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter
from recense.reports.dashboard import create_app
from recense.reports.dashboard import screens as package
from recense.reports.dashboard.settings import Settings
from recense.reports.dashboard.visit import SCREENS

for _found in iter_modules(package.__path__, f"{package.__name__}."):
    import_module(_found.name)

NAMES = sorted(
    {
        name
        for path in Path(str(package.__path__[0])).parent.rglob("*.py")
        for name in re.findall(
            r"""(?:query|form|wanted|number)(?:\.get\(|\[|\()["']([a-z_]+)["']""", path.read_text("utf-8")
        )
    }
    | {"category", "source", "proof", "declared", "state", "search", "special", "gone", "after", "before", "pick-x"}
)
"""Every parameter that the code of the screens reads."""

ODD = (
    "",
    "\x00",
    "%00",
    "-1",
    "9" * 40,
    "²",
    "0",
    "yes",
    "W10",
    "WzEsMiwzXQ",
    "2026-02-30",
    "9999-12-31",
    "../..",
    "\ud7ff",
    "'\"<>",
)
values = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
fields = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)
FUZZ = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PATHS = [pytest.param(one.path, method, id=f"{method} {one.path}") for one in SCREENS for method in one.methods]


def test_every_route_is_a_screen_with_a_role_or_said_to_be_open(client: TestClient) -> None:
    open_to_all = {one.path for one in SCREENS if one.role is None}
    assert open_to_all == {"/sign-in", "/language", "/sign-in/oidc", "/sign-in/oidc/back"}
    for route in client.app.routes:  # type: ignore[attr-defined]
        if isinstance(route, Mount):
            assert route.path == "/static"
            continue
        assert isinstance(route, Route)
        assert (route.path, set(route.methods or ()) - {"HEAD"}) in [(one.path, set(one.methods)) for one in SCREENS]


@pytest.mark.parametrize(("path", "method"), PATHS)
def test_no_query_and_no_form_is_a_defect(
    client: TestClient, catalog: Catalog, sign_in: Any, path: str, method: str
) -> None:
    token = sign_in("admin")
    session = client.cookies.get("recense_session")
    with catalog.transaction() as connection:
        known = listing.listed(connection, Filter(), size=1).items[0].id

    @FUZZ
    @given(
        fields,
        fields,
        st.sampled_from([known, "x", "%00", "..", "é"]),
        st.sampled_from(["special", "new", "expiring", "x"]),
    )
    def ask(query: dict[str, str], form: dict[str, str], id_: str, queue: str) -> None:
        at = path.replace("{id}", id_).replace("{queue}", queue)
        client.cookies.clear()
        client.cookies.set("recense_session", session)
        send = {"data": {**form, "csrf": token}} if method == "POST" and path != "/sign-out" else {}
        answer = client.request(method, at, params=query, **send)  # a defect would be raised here
        assert answer.status_code < 500 and "Traceback" not in answer.text
        if 300 <= answer.status_code < 400:
            place = urlsplit(answer.headers["location"])
            assert not place.scheme and not place.netloc and place.path.startswith("/")

    ask()


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json", ""])
@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe", b"a=1&" * 300, b"x" * 70_000, b"a"])
def test_a_body_of_another_kind_or_size_is_refused(client: TestClient, sign_in: Any, kind: str, body: bytes) -> None:
    sign_in()
    answer = client.post("/findings/decide", content=body, headers={"content-type": kind} if kind else {})
    assert answer.status_code in {400, 403, 413, 415}


ATTACK = "<img src=x onerror=\"document.title='owned';alert(1)\"><script>document.title='owned';alert(1)</script>"


def test_hostile_names_and_reasons_run_nothing_in_a_browser(catalog: Catalog) -> None:
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(gone=True), size=200).items
    moment, until = "2026-11-22T10:00:00+00:00", "2999-01-01"
    catalog.decide(
        [
            Decision(one.field, one.category, "accepted", ATTACK, moment, ATTACK, until, ATTACK)
            for one in items
            if not one.category.startswith("plugin.")
        ]
    )
    with catalog.transaction(write=True) as connection:
        for name in ("source", "dataset", "path"):  # beside the hostile names that a run has brought
            connection.exec_driver_sql(f"UPDATE review SET {name} = ? WHERE id = ?", (ATTACK, items[0].id))
    said: list[str] = []
    app = create_app(Settings(f"sqlite:///{catalog.file}", hosts=("127.0.0.1",), language="en"))
    with served(app) as address, chromium() as browser:
        page = browser.new_context(base_url=address, bypass_csp=True).new_page()  # escaping alone has to do
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto("/sign-in")
        page.fill("#name", "dpo")
        page.fill("#password", PASSWORD)
        follow(page, "main button")
        lists = ["/", "/findings?gone=yes", "/sources", "/audit", "/queue/expiring", f"/findings?search={ATTACK}"]
        for path in [*lists, *(f"/findings/{one.id}" for one in items), f"/queue/special/{items[0].id}"]:
            page.goto(path)
            assert page.title() != "owned" and page.locator("main img, main script").count() == 0, path
        assert ATTACK in page.locator("main").inner_text()
    assert said == []
