"""A rights request in the dashboard: opened, looked up, extended, closed; no identifier stays anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from recense.catalog import Catalog, audit, persons, requests
from recense.reports.dashboard import create_app
from recense.reports.dashboard.settings import Persons, Settings
from recense.reports.located import Place
from recense.subjects.filters import Filter
from recense.subjects.identifiers import Kind
from recense.subjects.keys import Key

KEY = Key(b"k" * 32)
EMAIL = "zebulon@zq7719.example.org"
TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
def client(catalog: Catalog):
    salt = KEY.salt("s", "clients", "mail", "email")
    held = Filter.sized(10, KEY.filter_secret(salt))
    held.add(KEY.hashes(Kind.email, [EMAIL]))
    reach = persons.Coverage("s", "clients", "r1", "2026-11-01T00:00:00+00:00", KEY.id, 10, True)
    one = persons.ColumnFilter("s", "clients", "mail", "email", salt, held.turns, held.bits.tobytes())
    with catalog.transaction(write=True) as connection:
        persons.replace(connection, reach, [one])

    def count(_question: object, places: list[Place]) -> list[Place]:
        return [replace(place, rows=3) for place in places]

    how = Persons(lambda: KEY, verify=count)  # type: ignore[arg-type]
    settings = Settings(f"sqlite:///{catalog.file}", hosts=("testserver",), language="en", persons=how)
    with TestClient(create_app(settings), follow_redirects=False) as opened:
        yield opened


def test_a_request_from_the_first_day_to_the_last(client: TestClient, catalog: Catalog, sign_in) -> None:
    token = {"csrf": sign_in()}
    form = {**token, "reference": "=DR-1", "right": "erasure", "received": TODAY}
    page = client.post("/requests", data=form).headers["location"].partition("?")[0]
    answers = [client.post(page, data={**token, "do": "verify", "email": EMAIL})]
    answers += [client.get(page), client.get("/requests"), client.get("/")]
    assert "clients" in answers[1].text and ">3<" in answers[1].text and "Rights requests" in answers[3].text
    sheet = client.get(f"{page}/answer?format=csv")
    assert "'=DR-1" in sheet.text and "attachment" in sheet.headers["content-disposition"]
    assert client.post(page, data={**token, "do": "extend", "reason": "too short"}).status_code == 422
    assert client.post(page, data={**token, "do": "extend", "reason": "many systems to read"}).status_code == 303
    assert client.post(page, data={**token, "do": "identity", "identity": "confirmed"}).status_code == 303
    assert client.post(page, data={**token, "do": "close", "state": "refused"}).status_code == 422
    assert client.post(page, data={**token, "do": "close", "state": "answered"}).status_code == 303
    assert client.post(page, data={**token, "do": "look_up", "email": EMAIL}).status_code == 422
    with catalog.transaction() as connection:
        (one,) = requests.listed(connection, closed=True)
        actions = {entry.action for entry in audit.entries(connection)}
        assert audit.verify(connection) is None
    assert one.extended and one.identity == "confirmed" and one.state == "answered"
    assert {"request_opened", "person_searched", "request_extended", "request_closed", "exported"} <= actions
    kept = b"".join(file.read_bytes() for file in catalog.file.parent.glob("recense.db*"))
    assert EMAIL.encode() not in kept and all(EMAIL not in answer.text for answer in [*answers, sheet])


@pytest.mark.parametrize("given", [{}, {"email": "zq7719"}, {"name": "zq7719 nobody"}, {"phone": "zq7719"}])
def test_what_cannot_be_read_is_said_and_not_shown(client: TestClient, sign_in, given: dict[str, str]) -> None:
    token = {"csrf": sign_in()}
    form = {**token, "reference": "DR-2", "right": "access", "received": TODAY}
    page = client.post("/requests", data=form).headers["location"].partition("?")[0]
    answer = client.post(page, data={**token, "do": "look_up", **given})
    assert answer.status_code == 422 and "zq7719" not in answer.text and 'role="alert"' in answer.text


@pytest.mark.parametrize("reference", ["", "a@example.org", "06 12 34 56 78", "x" * 201])
def test_a_reference_is_no_identifier(client: TestClient, sign_in, reference: str) -> None:
    form = {"csrf": sign_in(), "reference": reference, "right": "access", "received": TODAY}
    answer = client.post("/requests", data=form)
    assert answer.status_code == 422 and (not reference or reference not in answer.text)
