"""Retention and the register: what waits, what is decided, and what the log keeps of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from starlette.testclient import TestClient

from recense.catalog import Catalog, audit, listing, tables
from recense.reports.dashboard import create_app, retained
from recense.reports.dashboard.settings import Settings
from recense.retention.calendar import today

ENTRY = {
    "source": "s", "dataset": "crm.<script>leads", "rule": "prospects", "period": "3y", "start_column": "last_contact",
    "start_evidence": "direct", "zone": "active", "rows": 100, "buckets": {"overdue": 40, "not_due": 60},
    "oldest": "2015-01-01", "overdue": 40, "overdue_share": 0.4, "verdict": "overdue", "why": "why it is overdue",
    "reasons": {"en": "why it is overdue", "fr": "pourquoi"}, "rules": ["prospects"], "bound": False,
    "overdue_days": 9, "signals": [],
}  # fmt: skip
PASSWORD = "correct horse battery staple"
KEY = retained.key_of(ENTRY)
REASON = "Prospects that nobody has called since"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    shutil.copytree(str(files("recense.demo") / "register"), tmp_path / "register")
    return tmp_path / "register"


@pytest.fixture
def client(catalog: Catalog, register: Path) -> Iterator[TestClient]:
    settings = Settings(f"sqlite:///{catalog.file}", hosts=("testserver",), language="en", register=register)
    catalog.keep_retention("r2", "p", {"schema": "recense.retention/1", "as_of": "2026-11-01", "datasets": [ENTRY]})
    with TestClient(create_app(settings), follow_redirects=False) as opened:
        yield opened


def last(catalog: Catalog) -> audit.Entry:
    with catalog.transaction() as connection:
        assert audit.verify(connection) is None
        return audit.entries(connection)[0]


def test_overdue_datasets_wait_until_somebody_decides(client, catalog, sign_in: Callable[..., str]) -> None:
    token = sign_in()
    assert "40 rows are past their period" in client.get("/").text
    page = client.get("/retention").text
    assert (
        "why it is overdue" in page
        and "last_contact" in page
        and "40 of 100 rows" in page
        and "<script>leads" not in page
    )
    form = {"csrf": token, "dataset": KEY, "choice": "purge", "reason": REASON}
    assert client.post("/retention", data=form).status_code == 303
    made = last(catalog)
    assert (made.action, made.subject, made.details["choice"], made.details["overdue"]) == (
        "retention_decided", KEY, "purge", 40,
    )  # fmt: skip
    assert "0 rows are past their period" in client.get("/").text
    grown = {**ENTRY, "overdue": 41}
    catalog.keep_retention("r2", "p", {"schema": "recense.retention/1", "as_of": "2099-01-01", "datasets": [grown]})
    assert "41 rows are past their period" in client.get("/").text


@pytest.mark.parametrize(
    "lack", [{"choice": "erase"}, {"reason": "short"}, {"until": ""}, {"until": "2001-01-01"}, {"until": "tomorrow"}]
)
def test_a_hold_needs_a_reason_and_an_end(client, catalog, sign_in: Callable[..., str], lack: dict[str, str]) -> None:
    token = sign_in()
    until = (today() + timedelta(days=30)).isoformat()
    form = {"csrf": token, "dataset": KEY, "choice": "hold", "reason": REASON, "until": until}
    assert client.post("/retention", data=form | lack).status_code == 422
    assert last(catalog).action != "retention_decided"
    assert client.post("/retention", data=form).status_code == 303
    assert last(catalog).details["until"] == until


def test_a_reader_sees_retention_and_decides_nothing(client, sign_in: Callable[..., str]) -> None:
    token = sign_in("reader")
    assert '<form method="post" action="/retention"' not in client.get("/retention").text
    assert client.post("/retention", data={"csrf": token, "dataset": KEY}).status_code == 403


def test_an_approval_holds_until_the_entry_changes(client, catalog, register: Path, sign_in) -> None:
    token = sign_in()
    page = client.get("/register?activity=relation-client").text
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    form = {"csrf": token, "activity": "relation-client", "digest": digest, "choice": "approve"}
    assert client.post("/register", data=form | {"digest": "0" * 64}).status_code == 422
    assert client.post("/register", data=form).status_code == 303
    assert last(catalog).details["digest"] == digest
    assert ">approved<" in client.get("/register?activity=relation-client").text
    file = register / "activities" / "relation-client.yaml"
    file.write_text(file.read_text("utf-8") + "\nnote: Read again by the lawyer\n", encoding="utf-8")
    changed = client.get("/register?activity=relation-client").text
    assert "changed since" in changed and "<dd>note</dd>" in changed


def test_sending_back_needs_a_reason(client, catalog, sign_in) -> None:
    token = sign_in()
    page = client.get("/register?activity=facturation").text
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    form = {"csrf": token, "activity": "facturation", "digest": digest, "choice": "send_back"}
    assert client.post("/register", data=form).status_code == 422
    assert client.post("/register", data=form | {"reason": "The recipients are missing"}).status_code == 303
    assert last(catalog).action == "register_sent_back"
    assert "The recipients are missing" in client.get("/register?activity=facturation").text


def test_both_directions_between_words_and_data_are_shown(client, register: Path, sign_in) -> None:
    sign_in()
    page = client.get("/register?activity=relation-client").text
    assert "registered but never seen" in page and "Article 30(1)" in page
    for file in (register / "activities").iterdir():
        file.unlink()
    assert "seen but not registered" in client.get("/register").text


@pytest.mark.parametrize("format", ["xlsx", "ods", "html", "csv", "jsonld"])
def test_the_register_is_downloaded_and_logged(client, catalog, sign_in, format: str) -> None:
    sign_in("reader")
    answer = client.get(f"/register/export?format={format}")
    assert answer.status_code == 200 and answer.content
    assert answer.headers["content-disposition"] == f'attachment; filename="register.{format}"'
    assert last(catalog).action == "exported"


def test_a_broken_register_is_said_and_breaks_nothing(client, register: Path, sign_in) -> None:
    sign_in()
    (register / "activities" / "broken.yaml").write_text("schema: [", encoding="utf-8")
    assert "cannot be read" in client.get("/").text and "broken.yaml" in client.get("/register").text
    assert client.get("/register/export?format=csv").status_code == 400


def test_a_finding_quotes_the_policy(catalog: Catalog, sign_in, tmp_path: Path) -> None:
    from recense.policy.loading import EXAMPLES

    settings = Settings(
        f"sqlite:///{catalog.file}", hosts=("testserver",), language="en", policy=EXAMPLES / "def-network.yaml"
    )
    with catalog.transaction() as connection:
        special = next(one for one in listing.listed(connection, listing.Filter()).items if one.special)
    with TestClient(create_app(settings), follow_redirects=False) as opened:
        opened.post("/sign-in", data={"name": "dpo", "password": PASSWORD, "next": "/"})
        page = opened.get(f"/findings/{special.id}").text
    assert "<dt>Policy</dt><dd>excluded: <q>" in page


def test_sources_say_how_much_was_read_and_with_which_bound(client, sign_in) -> None:
    sign_in()
    page = client.get("/sources").text
    assert "How much was read" in page and "rows" in page


def test_a_catalog_written_before_the_list_is_filled_when_served(catalog: Catalog) -> None:
    with catalog.transaction(write=True) as connection:
        standing = select(tables.review.c.id).where(tables.review.c.gone.is_(None))
        before = set(connection.execute(standing.where(tables.review.c.last_run == "r2")).scalars())
        connection.execute(delete(tables.review))
    assert before and catalog.fill_review() >= 1
    with catalog.transaction() as connection:
        assert before <= set(connection.execute(standing).scalars())
    assert catalog.fill_review() == 0
