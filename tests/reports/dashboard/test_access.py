"""Who gets in, what a role may, and what a request must show: over every registered screen."""

from __future__ import annotations

import re
from datetime import date

import pytest
from dashboards import PASSWORD
from sqlalchemy import select
from starlette.testclient import TestClient

from recense.catalog import Catalog, accounts, audit, requests, tables
from recense.reports.dashboard.visit import SCREENS


def screens() -> list[object]:
    from importlib import import_module
    from pkgutil import iter_modules

    from recense.reports.dashboard import screens as package

    for found in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(found.name)
    return [pytest.param(one, method, id=f"{method} {one.path}") for one in SCREENS for method in one.methods]


def address(path: str, catalog: Catalog) -> str:
    if path.startswith("/requests/"):
        day = date(2026, 11, 2)
        with catalog.transaction(write=True) as connection:
            one = requests.add(connection, reference="DR-1", kind="access", received=day, due=day, who="dpo")
        return path.replace("{id}", one)
    with catalog.transaction() as connection:
        known = connection.execute(select(tables.review.c.id)).scalars().first()
    return re.sub(r"\{[^}]+\}", str(known), path.replace("{queue}", "special"))


@pytest.mark.parametrize(("screen", "method"), screens())
@pytest.mark.parametrize("role", [None, *accounts.ROLES])
def test_a_role_sees_its_screens_and_no_other(client, catalog, screen, method, role, sign_in) -> None:
    token = sign_in(role) if role else ""
    path = address(screen.path, catalog)
    answer = client.request(method, path, data={"csrf": token} if method == "POST" else None)
    if screen.role is None:
        assert answer.status_code not in {403, 500}
    elif role is None:
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    elif accounts.ROLES.index(role) < accounts.ROLES.index(screen.role):
        assert answer.status_code == 403
    else:
        assert answer.status_code in {200, 303, 400, 422}


@pytest.mark.parametrize(("screen", "method"), screens())
@pytest.mark.parametrize("forged", ["", "x" * 43])
def test_a_form_without_our_token_changes_nothing(client, catalog, screen, method, forged, sign_in) -> None:
    if method != "POST" or screen.role is None:
        return
    sign_in("admin")
    assert client.post(address(screen.path, catalog), data={"csrf": forged}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}]
)
def test_a_form_from_another_site_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/sign-in", data={"name": "dpo", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for path in ("/sign-in", "/nothing/here", "/static/dashboard.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"] and "unsafe" not in str(headers)
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert client.get("/sign-in").headers["cache-control"] == "no-store"


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/sign-in", headers={"host": "evil.example"}).status_code == 400


def test_a_session_of_before_is_worth_nothing_after_signing_in(client: TestClient, sign_in) -> None:
    sign_in()
    first = client.cookies.get("recense_session")
    sign_in()
    assert client.cookies.get("recense_session") != first
    client.cookies.clear()  # else both are sent
    client.cookies.set("recense_session", first)
    assert client.get("/").status_code == 303


def test_signing_out_ends_the_session(client: TestClient, sign_in) -> None:
    token = sign_in()
    kept = client.cookies.get("recense_session")
    client.post("/sign-out", data={"csrf": token})
    client.cookies.set("recense_session", kept)
    assert client.get("/").status_code == 303


def test_guessing_is_stopped_and_even_the_right_password_waits(client: TestClient) -> None:
    for _ in range(accounts.REFUSALS):
        assert client.post("/sign-in", data={"name": "dpo", "password": "wrong"}).status_code == 401
    assert client.post("/sign-in", data={"name": "dpo", "password": PASSWORD}).status_code == 429


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(client: TestClient) -> None:
    known = client.post("/sign-in", data={"name": "dpo", "password": "wrong"})
    unknown = client.post("/sign-in", data={"name": "nobody", "password": "wrong"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/\n/x"]
)
def test_nobody_is_sent_away_from_here(client: TestClient, target: str) -> None:
    answer = client.post("/sign-in", data={"name": "dpo", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"]
)
def test_no_path_leads_out_of_the_static_files(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_names_from_hostile_sources_stay_text(client: TestClient, sign_in) -> None:
    sign_in("admin")
    for path in ("/", "/findings", "/sources", "/audit"):
        text = client.get(path).text
        assert "<img" not in text and "\x1b" not in text and "\u202e" not in text


def test_a_page_that_shows_findings_is_logged_with_them(client: TestClient, catalog: Catalog, sign_in) -> None:
    sign_in()
    client.get("/findings")
    with catalog.transaction() as connection:
        newest = audit.entries(connection, limit=1)[0]
        assert audit.verify(connection) is None
    assert (newest.who, newest.action, newest.subject) == ("dpo", "viewed", "/findings")
    assert newest.details["findings"]


def test_a_changed_or_lost_line_of_the_log_is_found(client: TestClient, catalog: Catalog, sign_in) -> None:
    sign_in()
    for change in ("UPDATE audit SET who = 'nobody' WHERE number = 3", "DELETE FROM audit WHERE number = 2"):
        with catalog.transaction(write=True) as connection:
            connection.exec_driver_sql(change)
        with catalog.transaction() as connection:
            assert audit.verify(connection) == 3


def test_keys_can_be_switched_off(client: TestClient, sign_in) -> None:
    token = sign_in()
    assert "keys.js" in client.get("/").text
    client.post("/keys", data={"csrf": token, "keys": "off", "back": "/"})
    assert "keys.js" not in client.get("/").text


def test_the_language_is_kept_with_the_account(client: TestClient, sign_in) -> None:
    sign_in()
    client.post("/language", data={"language": "fr", "back": "/findings"})
    assert 'lang="fr"' in client.get("/findings").text
    client.cookies.clear()
    client.post("/sign-in", data={"name": "dpo", "password": PASSWORD})
    assert 'lang="fr"' in client.get("/").text
