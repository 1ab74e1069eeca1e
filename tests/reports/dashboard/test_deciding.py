"""A decision through the form: what it needs, who may take it, and where it shows afterwards."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dashboards import keep
from starlette.testclient import TestClient

from recense.catalog import Catalog, audit, listing
from recense.catalog.decisions import latest
from recense.catalog.listing import Filter, Item
from recense.cli import main
from recense.gate.approvals import longest
from recense.testing.reports import sample_run

REASON = "checked with the owner of the table"


def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date()


def finding(catalog: Catalog, category: str) -> Item:
    """Returns a waiting finding of a category."""
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(category=category), size=200).items
    return items[0]


def fields(token: str, choice: str, **changed: str) -> dict[str, str]:
    until = (today() + timedelta(days=90)).isoformat()
    return {"csrf": token, "choice": choice, "reason": REASON, "until": until, **changed}


def state(catalog: Catalog, one: Item) -> Item:
    with catalog.transaction() as connection:
        found = listing.item(connection, one.id)
    assert found
    return found


SPECIAL, PLAIN = "special.religion", "contact"

CASES = [
    (SPECIAL, "remove", {}, "remove", REASON),
    (SPECIAL, "exception", {"ground": "b"}, "accepted", f"Art. 9(2)(b): {REASON}"),
    (SPECIAL, "ordinary", {"category": "contact"}, "false_positive", REASON),
    (SPECIAL, "false", {}, "false_positive", REASON),
    ("criminal", "authorised", {}, "accepted", f"Art. 10: {REASON}"),
    (PLAIN, "declared", {"activity": "RT-004"}, "declared", REASON),
    (PLAIN, "accepted", {}, "accepted", REASON),
    (PLAIN, "remove", {}, "remove", REASON),
    (PLAIN, "false", {}, "false_positive", REASON),
]


@pytest.mark.parametrize(("category", "choice", "more", "kind", "reason"), CASES)
def test_each_choice_is_recorded_chained_and_logged(
    client: TestClient, catalog: Catalog, sign_in, category, choice, more, kind, reason
) -> None:
    token, one = sign_in(), finding(catalog, category)
    queue = "special" if one.special else "new"
    answer = client.post(f"/queue/{queue}/{one.id}", data=fields(token, choice, **more))
    assert answer.status_code == 303 and "notice=decided" in answer.headers["location"]

    made = latest(catalog.decisions())[one.field, category]
    until = None if choice == "remove" else (today() + timedelta(days=90)).isoformat()
    assert (made.decision, made.reason, made.who, made.until, made.origin) == (kind, reason, "dpo", until, "dashboard")
    assert made.activity == more.get("activity")
    if choice == "ordinary":
        assert latest(catalog.decisions())[one.field, "contact"].decision == "declared"
    assert (state(catalog, one).state, state(catalog, one).until) == ("decided", until)
    assert catalog.decision_chain().broken is None
    with catalog.transaction() as connection:
        newest = audit.entries(connection, limit=1)[0]
        assert audit.verify(connection) is None
    assert (newest.action, newest.subject, newest.who) == ("decided", one.id, "dpo")
    assert REASON in client.get(f"/findings/{one.id}").text  # the history


@pytest.mark.parametrize(
    ("category", "choice", "changed", "sentence"),
    [
        (SPECIAL, "", {}, "Choose one of the decisions"),
        (SPECIAL, "declared", {}, "Choose one of the decisions"),  # nobody declares Article 9 away
        (SPECIAL, "accepted", {}, "Choose one of the decisions"),
        ("criminal", "exception", {"ground": "b"}, "Choose one of the decisions"),  # not a case of Article 9(2)
        (PLAIN, "exception", {"ground": "a"}, "Choose one of the decisions"),
        (SPECIAL, "false", {"reason": "too short"}, "Give a reason"),
        (SPECIAL, "false", {"reason": "   \n\t        "}, "Give a reason"),
        (SPECIAL, "false", {"reason": "x" * 2001}, "Give a reason"),
        (SPECIAL, "exception", {}, "names the letter"),
        (SPECIAL, "exception", {"ground": "k"}, "names the letter"),
        (SPECIAL, "ordinary", {}, "which ordinary category"),
        (SPECIAL, "ordinary", {"category": "special.health"}, "which ordinary category"),
        (SPECIAL, "ordinary", {"category": "no.such"}, "which ordinary category"),
        (PLAIN, "accepted", {"until": ""}, "Give an end"),
        (PLAIN, "accepted", {"until": "31/12/2026"}, "Give an end"),
        (PLAIN, "accepted", {"until": "2001-01-01"}, "Give an end"),
    ],
)
def test_a_form_that_lacks_something_says_what_and_decides_nothing(
    client: TestClient, catalog: Catalog, sign_in, category, choice, changed, sentence
) -> None:
    token, one = sign_in(), finding(catalog, category)
    answer = client.post(f"/queue/special/{one.id}", data=fields(token, choice, **changed))
    assert answer.status_code == 422 and sentence in answer.text
    assert not catalog.decisions() and state(catalog, one).state == "open"
    if len(changed.get("reason", REASON)) < 100:
        assert changed.get("reason", REASON).strip() in answer.text  # nobody types it again


@pytest.mark.parametrize(("category", "choice"), [(SPECIAL, "false"), ("criminal", "false"), (PLAIN, "accepted")])
def test_no_decision_lasts_longer_than_its_category_allows(
    client: TestClient, catalog: Catalog, sign_in, category, choice
) -> None:
    token, one = sign_in(), finding(catalog, category)
    last = longest([category], today())
    assert (last - today()).days < (186 if category != PLAIN else 732)
    for until, status in ((last + timedelta(days=1), 422), (today(), 422), (last, 303)):
        sent = fields(token, choice, until=until.isoformat())
        assert client.post(f"/queue/special/{one.id}", data=sent).status_code == status


def test_a_form_proposes_an_end_that_it_accepts(client: TestClient, catalog: Catalog, sign_in) -> None:
    sign_in()
    one = finding(catalog, SPECIAL)
    text = client.get(f"/queue/special/{one.id}").text
    assert f'max="{longest([SPECIAL], today())}"' in text and f'min="{today() + timedelta(days=1)}"' in text


@pytest.mark.parametrize("role", ["reader", "engineer"])
def test_only_a_dpo_decides(client: TestClient, catalog: Catalog, sign_in, role: str) -> None:
    token, one = sign_in(role), finding(catalog, SPECIAL)
    page = client.get(f"/queue/special/{one.id}").text
    assert "Only a DPO decides" in page and 'name="choice"' not in page
    assert client.post(f"/queue/special/{one.id}", data=fields(token, "false")).status_code == 403
    assert not catalog.decisions()


def test_a_queue_leads_from_one_finding_to_the_next_until_none_waits(
    client: TestClient, catalog: Catalog, sign_in
) -> None:
    token, seen = sign_in(), []
    answer = client.get("/queue/special")
    while answer.status_code == 303:
        address = answer.headers["location"].partition("?")[0]
        if address == "/queue/special":
            answer = client.get(address)
            continue
        seen.append(address)
        answer = client.post(address, data=fields(token, "false"))
        assert len(seen) < 20
    assert len(seen) == len(set(seen)) >= 4 and "Nothing waits here" in answer.text


def test_a_decision_that_ended_asks_again_and_says_why(client: TestClient, catalog: Catalog, sign_in) -> None:
    token, one = sign_in(), finding(catalog, PLAIN)
    client.post(f"/queue/new/{one.id}", data=fields(token, "accepted", until=(today() + timedelta(1)).isoformat()))
    assert one.id in client.get("/queue/expiring").headers["location"]
    with catalog.transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE review SET until = '2020-01-01' WHERE state = 'decided'")
    assert client.get("/queue/new").status_code == 303
    assert (state(catalog, one).state, state(catalog, one).why) == ("reopened", "expired")
    assert "The decision has ended" in client.get(f"/findings/{one.id}").text


def test_a_decided_finding_stays_decided_when_the_same_is_found_again(
    client: TestClient, catalog: Catalog, sign_in
) -> None:
    token, one = sign_in(), finding(catalog, SPECIAL)
    client.post(f"/queue/special/{one.id}", data=fields(token, "false"))
    keep(catalog, sample_run(), "again")
    assert state(catalog, one).state == "decided"


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        ("UPDATE decisions SET reason = 'something else' WHERE sequence = 1", "decision 1 of 1 was changed"),
        ("UPDATE audit SET who = 'nobody' WHERE action = 'decided'", "the log of who looked and decided breaks"),
        ("UPDATE audit SET details = '{}' WHERE action = 'decided'", "the log of who looked and decided breaks"),
        ("DELETE FROM audit WHERE number = 1", "the log of who looked and decided breaks"),
    ],
)
def test_doctor_names_what_was_tampered_with(
    client: TestClient, catalog: Catalog, sign_in, capsys, tmp_path, monkeypatch, tampering: str, says: str
) -> None:
    token, one = sign_in(), finding(catalog, PLAIN)
    client.post(f"/queue/new/{one.id}", data=fields(token, "accepted"))
    monkeypatch.chdir(tmp_path)
    doctor = ["doctor", "--catalog", f"sqlite:///{catalog.file}"]
    assert main(doctor) == 0 and "entries of the log (head " in capsys.readouterr().out
    with catalog.transaction(write=True) as connection:
        assert connection.exec_driver_sql(tampering).rowcount
    assert main(doctor) == 2 and says in capsys.readouterr().out


def chosen(*items: Item) -> dict[str, str]:
    return {f"pick-{one.id}": "on" for one in items}


def proved(catalog: Catalog) -> list[Item]:
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(proof="proved", special=False, search="crm"), size=50).items
    assert len(items) >= 3
    return list(items)


def test_several_findings_get_one_reason_and_one_end(client: TestClient, catalog: Catalog, sign_in) -> None:
    token, items = sign_in(), proved(catalog)
    sent = fields(token, "declared", activity="RT-004", **chosen(*items))
    answer = client.post("/findings/decide?proof=proved", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/findings?proof=proved&notice=decided_many")
    assert {(one.decision, one.reason, one.until) for one in catalog.decisions()} == {
        ("declared", REASON, sent["until"])
    }
    assert {state(catalog, one).state for one in items} == {"decided"}
    with catalog.transaction() as connection:
        logged = [one.subject for one in audit.entries(connection) if one.action == "decided"]
    assert sorted(logged) == sorted(one.id for one in items)


@pytest.mark.parametrize("intruder", ["special.religion", "criminal", "identification", "decided", "unknown", "gone"])
def test_what_has_to_be_decided_alone_stops_all(client: TestClient, catalog: Catalog, sign_in, intruder: str) -> None:
    token, items = sign_in(), proved(catalog)
    ids = chosen(*items[:2])
    if intruder == "decided":
        client.post("/findings/decide", data=fields(token, "declared", **chosen(items[0])))
    elif intruder == "gone":
        with catalog.transaction(write=True) as connection:
            connection.exec_driver_sql(f"UPDATE review SET gone = '2026-01-01' WHERE id = '{items[0].id}'")
    else:
        ids["pick-0123456789abcdef" if intruder == "unknown" else f"pick-{finding(catalog, intruder).id}"] = "on"
    before = catalog.decisions()
    answer = client.post("/findings/decide", data=fields(token, "declared", **ids))
    assert answer.status_code == 422 and "has to be decided alone" in answer.text
    assert catalog.decisions() == before


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": "short"}, "Give a reason"),
        ({"until": ""}, "Give an end"),
        ({"until": "2999-01-01"}, "Give an end"),
        ({"choice": "exception", "ground": "a"}, "Choose one of the decisions"),
    ],
)
def test_a_form_for_several_lacks_what_a_form_for_one_would(
    client: TestClient, catalog: Catalog, sign_in, changed: dict[str, str], sentence: str
) -> None:
    token, items = sign_in(), proved(catalog)
    answer = client.post("/findings/decide", data=fields(token, "declared", **chosen(items[0])) | changed)
    assert answer.status_code == 422 and sentence in answer.text and not catalog.decisions()
    assert f'name="pick-{items[0].id}"' in answer.text and " checked" in answer.text
    none = client.post("/findings/decide", data=fields(token, "declared"))
    assert none.status_code == 422 and "at least one" in none.text


def test_the_list_offers_only_what_may_be_decided_together(client: TestClient, catalog: Catalog, sign_in) -> None:
    sign_in()
    offered = set(re.findall(r'name="pick-([0-9a-f]+)"', client.get("/findings").text))
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(), size=200).items
    assert offered == {one.id for one in items if one.proof == "proved" and not one.special}
    sign_in("reader")
    assert "pick-" not in client.get("/findings").text


def test_a_category_of_no_taxonomy_cannot_be_decided_and_the_form_says_so(
    client: TestClient, catalog: Catalog, sign_in
) -> None:
    token = sign_in()
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(), size=200).items
    one = next(one for one in items if one.category.startswith("plugin."))
    for path, more in ((f"/queue/new/{one.id}", {}), ("/findings/decide", chosen(one))):
        answer = client.post(path, data=fields(token, "declared", **more))
        assert answer.status_code == 422 and not catalog.decisions()
    assert "not in the taxonomy" in client.post(f"/queue/new/{one.id}", data=fields(token, "false")).text
