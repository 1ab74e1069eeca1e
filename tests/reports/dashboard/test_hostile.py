"""What others wrote is shown and never run: names of tables and files, reasons; and sessions that end."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from dashboards import PASSWORD
from starlette.testclient import TestClient

from recense.catalog import Catalog, accounts, listing
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter
from recense.reports.dashboard import create_app
from recense.reports.dashboard.settings import Settings

ATTACKS = (
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</textarea></title><img src=x onerror=alert(1)>",
    "{{7*7}} {% raw %} ${7*7}",
    "javascript:alert(1)//",
)
ALLOWED = {"/static/htmx-2.0.11.min.js", "/static/keys.js"}


class Danger(HTMLParser):
    """Collects what a page would run: scripts, handlers of events, addresses that are code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            runs = name.startswith(("on", "hx-on")) or name in {"style", "srcdoc"}
            if runs or (name in {"href", "src", "action", "formaction"} and not (value or "").startswith(("/", "#"))):
                self.found.append(f"{tag} {name}")
            if tag == "script" and name == "src" and value not in ALLOWED:
                self.found.append(f"script {value}")
        if tag in {"svg", "img", "iframe", "object", "base"} or (tag == "script" and not dict(attrs).get("src")):
            self.found.append(tag)


def danger(text: str) -> list[str]:
    parser = Danger()
    parser.feed(text)
    parser.close()
    return parser.found


def addresses(catalog: Catalog) -> list[str]:
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(gone=True), size=200).items
    one = [path for item in items for path in (f"/findings/{item.id}", f"/queue/special/{item.id}")]
    lists = ["/", "/findings", "/findings?gone=yes", "/sources", "/audit", "/audit?verify=yes", "/queue/expiring"]
    return [*lists, *one]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_page_runs_what_a_reason_a_name_or_an_address_says(
    client: TestClient, catalog: Catalog, sign_in, attack: str
) -> None:
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(), size=200).items
    moment = "2026-11-22T10:00:00+00:00"
    catalog.decide(
        [Decision(one.field, "contact", "accepted", attack, moment, attack, "2999-01-01", attack) for one in items]
    )
    token = sign_in("admin")
    client.get("/findings", params={"search": attack})  # the log shows addresses
    for path in addresses(catalog):
        assert danger(client.get(path).text) == [], path
    assert danger(client.get("/findings", params={"search": attack, "source": attack, "category": attack}).text) == []
    assert danger(client.get("/sign-in", params={"next": attack, "notice": attack}).text) == []
    form = {"csrf": token, "choice": attack, "reason": attack, "until": attack, "activity": attack, "category": attack}
    answer = client.post(f"/queue/special/{items[0].id}", data=form)
    assert answer.status_code == 422 and danger(answer.text) == [] and "49 " not in answer.text
    refused = client.post("/findings/decide", data=form | {f"pick-{attack}": "on"})
    assert refused.status_code == 422 and danger(refused.text) == []


def move_clock(catalog: Catalog, seen: timedelta, began: timedelta) -> None:
    now = datetime.now(UTC)
    times = [(now - ago).isoformat(timespec="seconds") for ago in (seen, began)]
    with catalog.transaction(write=True) as connection:
        connection.exec_driver_sql(f"UPDATE sessions SET seen = '{times[0]}', began = '{times[1]}'")


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("seen", "began", "status"),
    [
        (accounts.IDLE - MINUTE, accounts.IDLE - MINUTE, 200),
        (accounts.IDLE + MINUTE, accounts.IDLE + MINUTE, 303),
        (MINUTE, accounts.LONGEST - MINUTE, 200),
        (MINUTE, accounts.LONGEST + MINUTE, 303),
    ],
)
def test_a_session_ends_without_use_and_after_a_day(
    client: TestClient, catalog: Catalog, sign_in: Callable[..., str], seen, began, status: int
) -> None:
    token = sign_in()
    move_clock(catalog, seen, began)
    assert client.get("/findings").status_code == status
    if status == 303:
        assert client.post("/keys", data={"csrf": token, "keys": "off"}).headers["location"].startswith("/sign-in")


def test_use_keeps_a_session_open(client: TestClient, catalog: Catalog, sign_in: Callable[..., str]) -> None:
    sign_in()
    move_clock(catalog, accounts.IDLE - MINUTE, accounts.IDLE - MINUTE)
    client.get("/findings")
    with catalog.transaction() as connection:
        seen = connection.exec_driver_sql("SELECT seen FROM sessions").scalar()
    assert datetime.now(UTC) - datetime.fromisoformat(str(seen)) < MINUTE


@pytest.mark.parametrize("https", [True, False])
def test_the_cookie_of_a_session_says_how_it_may_travel(prepared: Path, tmp_path: Path, https: bool) -> None:
    shutil.copy(prepared, tmp_path / "recense.db")
    settings = Settings(f"sqlite:///{tmp_path}/recense.db", hosts=("testserver",), https=https)
    scheme = "https" if https else "http"
    with TestClient(create_app(settings), base_url=f"{scheme}://testserver", follow_redirects=False) as client:
        answer = client.post("/sign-in", data={"name": "dpo", "password": PASSWORD})
        (cookie,) = (one for one in answer.headers.get_list("set-cookie") if "max-age=0" not in one.lower())
        assert client.get("/").status_code == 200
        page = client.get("/")
    name, flags = re.match(r"([\w-]+)=[\w-]{40,}; (.*)", cookie).groups()  # type: ignore[union-attr]
    parts = {part.strip().casefold() for part in flags.split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts and ("secure" in parts) == https
    assert not any(part.startswith(("domain", "max-age", "expires")) for part in parts)
    assert name == ("__Host-recense" if https else "recense_session")
    assert ("strict-transport-security" in page.headers) == https
