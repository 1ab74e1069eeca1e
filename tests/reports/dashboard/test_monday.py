"""A DPO's Monday in a real browser, on the demo's catalog: each queue to a decision, a person looked up from the
form to the answer sheet, both languages. With a mouse, with the keyboard alone, and with neither mouse nor JavaScript.

One visitor of each kind does all of it, one after the other: no test needs another, each takes what waits next.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from browser import served
from dashboards import PASSWORD
from demos import Demo
from hands import Hands, Keyboard, Mouse

from recense.catalog import Catalog, audit, listing, requests
from recense.catalog.listing import Filter
from recense.cli.dashboard import served as settings_of
from recense.reports.dashboard import create_app
from recense.reports.dashboard.queues import queue
from recense.subjects.requests import due, extended

TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
REASON = "seen with the owner of the table"
SOON = TODAY + timedelta(days=20)


@dataclass
class Visitor:
    """Somebody who has signed in, and what they work with."""

    page: Any
    hands: Hands
    catalog: Catalog
    folder: Path

    def go(self, target: str, to: str | re.Pattern[str] = re.compile(".*")) -> None:
        """Presses what leads to another page, and waits for it."""
        with self.page.expect_navigation(url=to):
            self.hands.press(target)
        self.page.wait_for_load_state()

    def start(self, queue: str) -> int:
        """Opens a queue from the to-do page, which says how much waits there."""
        self.page.goto("/")
        line = self.page.locator(".queues li", has=self.page.locator(f"a[href='{queue}']"))
        count = int(line.locator(".count").inner_text())
        self.go(f".queues a[href='{queue}']")
        return count

    def said(self) -> str:
        return str(self.page.locator("[role=status], [role=alert]").first.inner_text())

    def main(self) -> str:
        return str(self.page.locator("main").inner_text())

    def log(self) -> audit.Entry:
        """Returns the newest line of the log that is no page view."""
        with self.catalog.transaction() as connection:
            return next(entry for entry in audit.entries(connection) if entry.action != "viewed")


def waiting(catalog: Catalog, name: str) -> int:
    chosen = queue(name, TODAY)
    assert chosen
    with catalog.transaction() as connection:
        return listing.counted(connection, chosen.lists)


@pytest.fixture(scope="module")
def ready(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo with an account, and an acceptance that ends soon: requested for the gate, pushed to the catalog."""
    copy = demo.copied(tmp_path_factory.mktemp("monday") / "demo")
    os.environ["RECENSE_NEW_PASSWORD"] = PASSWORD
    try:
        copy.call("users", "add", "dpo", "--role", "dpo")
    finally:
        del os.environ["RECENSE_NEW_PASSWORD"]
    (copy.folder / "schema.sql").write_text("CREATE TABLE clients (id_client INT, fax VARCHAR(20), email TEXT);\n")
    for field in ("fax", "email"):
        copy.call(
            "approvals", "request", f"sql:clients.{field}", "--until", SOON.isoformat(), "--by", "dpo@vigifeu.example",
            "--why", "Kept until the new CRM is there", "--path", "schema.sql",
        )  # fmt: skip
    copy.call("approvals", "push")
    return copy


WAYS = {"mouse": (Mouse, True), "keyboard": (Keyboard, True), "keyboard and no JavaScript": (Keyboard, False)}


@pytest.fixture(scope="module", params=list(WAYS))
def visitor(request: Any, browser: Any, ready: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    hands, scripts = WAYS[request.param]
    mine = ready.copied(tmp_path_factory.mktemp("mine") / "demo")
    app = create_app(settings_of(mine.config, ("127.0.0.1",), False, "http://127.0.0.1"))
    said: list[str] = []
    with ExitStack() as stack:
        catalog = stack.enter_context(Catalog.open(mine.url))
        address = stack.enter_context(served(app))
        context = browser.new_context(base_url=address, java_script_enabled=scripts, accept_downloads=True)
        stack.callback(context.close)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        visitor = Visitor(page, hands(page), catalog, mine.folder)
        page.goto("/")
        visitor.hands.write("#name", "dpo")
        visitor.hands.write("#password", PASSWORD)
        visitor.go("main button")
        yield visitor
        with catalog.transaction() as connection:
            assert audit.verify(connection) is None
        assert catalog.decision_chain().broken is None
    assert [text for text in said if "422" not in text] == []


def test_article_9_with_an_exception_until_a_day(visitor: Visitor) -> None:
    hands, before = visitor.hands, len(visitor.catalog.decisions())
    count = visitor.start("/queue/special")
    assert count == waiting(visitor.catalog, "special") > 3
    field = visitor.page.locator("h1").inner_text()
    hands.tick("#c-exception")
    hands.write("#reason", REASON)
    visitor.go("form.decide button")
    assert "lettre de l'article 9" in visitor.said() and visitor.page.is_checked("#c-exception")
    hands.choose("#ground", "b")
    hands.date("#until", TODAY + timedelta(days=60))
    visitor.go("form.decide button")
    assert "Décision enregistrée" in visitor.said() and visitor.page.locator("h1").inner_text() != field
    (made,) = visitor.catalog.decisions()[before:]
    assert (made.decision, made.reason) == ("accepted", f"Art. 9(2)(b): {REASON}")
    assert made.until == (TODAY + timedelta(days=60)).isoformat() and field.endswith(made.field.rpartition(".")[2])
    assert waiting(visitor.catalog, "special") == count - 1


def test_what_is_no_sensitive_datum_gets_its_right_category(visitor: Visitor) -> None:
    hands, before = visitor.hands, len(visitor.catalog.decisions())
    count = visitor.start("/queue/special")
    hands.tick("#c-ordinary")
    hands.choose("#category", "professional_life")
    hands.write("#reason", REASON)
    visitor.go("form.decide button")
    made = visitor.catalog.decisions()[before:]
    assert [(one.decision, one.category) for one in made[1:]] == [("declared", "professional_life")]
    assert made[0].decision == "false_positive" and waiting(visitor.catalog, "special") == count - 1


def test_what_is_new_is_sorted(visitor: Visitor) -> None:
    before = len(visitor.catalog.decisions())
    count = visitor.start("/queue/new")
    visitor.hands.tick("#c-declared")
    visitor.hands.write("#activity", "relation-client")
    visitor.hands.write("#reason", REASON)
    visitor.go("form.decide button")
    (made,) = visitor.catalog.decisions()[before:]
    assert (made.decision, made.activity) == ("declared", "relation-client")
    assert waiting(visitor.catalog, "new") == count - 1


@pytest.mark.parametrize(("choice", "kind"), [("accepted", "accepted"), ("remove", "remove")])
def test_what_no_policy_names_is_accepted_or_removed(visitor: Visitor, choice: str, kind: str) -> None:
    before = len(visitor.catalog.decisions())
    count = visitor.start("/queue/undeclared")
    assert count == waiting(visitor.catalog, "undeclared") > 2
    assert "non déclaré" in visitor.main()
    visitor.hands.tick(f"#c-{choice}")
    visitor.hands.write("#reason", "short")
    visitor.hands.press("form.decide button")  # the browser itself refuses it
    assert len(visitor.catalog.decisions()) == before
    visitor.hands.write("#reason", REASON)
    visitor.go("form.decide button")
    assert "Décision enregistrée" in visitor.said()
    assert [one.decision for one in visitor.catalog.decisions()[before:]] == [kind]
    assert waiting(visitor.catalog, "undeclared") == count - 1


def test_an_acceptance_that_ends_is_renewed_or_left_to_lapse(visitor: Visitor) -> None:
    assert visitor.start("/queue/expiring") == 2
    assert "Kept until the new CRM is there" in visitor.main() and "dpo@vigifeu.example" in visitor.main()
    before = len(visitor.catalog.decisions())
    visitor.hands.tick("#c-accepted")
    visitor.hands.write("#reason", "the new CRM comes a year later")
    visitor.hands.date("#until", TODAY + timedelta(days=365))
    visitor.go("form.decide button")
    (made,) = visitor.catalog.decisions()[before:]
    assert made.until == (TODAY + timedelta(days=365)).isoformat() and made.origin == "dashboard"
    assert waiting(visitor.catalog, "expiring") == 1
    with visitor.catalog.transaction(write=True) as connection:  # the other one ends
        connection.exec_driver_sql(
            "UPDATE review SET until = ? WHERE until = ?",
            ((TODAY - timedelta(days=1)).isoformat(), SOON.isoformat()),
        )
    visitor.page.goto("/")
    assert waiting(visitor.catalog, "expiring") == 0
    with visitor.catalog.transaction() as connection:
        (again,) = listing.listed(connection, Filter(state="reopened")).items
    visitor.page.goto(f"/findings/{again.id}")
    assert "La décision a expiré" in visitor.main()


def test_what_is_kept_too_long_is_held_or_purged(visitor: Visitor) -> None:
    count, hands = visitor.start("/retention"), visitor.hands
    assert count > 1

    for choice, day in (("hold", TODAY + timedelta(days=90)), ("purge", None)):
        select = f"#{visitor.page.locator('main form select').first.get_attribute('id')}"
        key = select.removeprefix("#c-")
        hands.choose(select, choice)
        if day:
            hands.date(f"#u-{key}", day)
        hands.write(f"#r-{key}", REASON)
        visitor.go(f"form:has({select}) button")
        assert "Décision enregistrée" in visitor.said()
        entry = visitor.log()
        assert (entry.action, entry.subject, entry.details["choice"]) == ("retention_decided", key, choice)
        assert entry.details["until"] == (day.isoformat() if day else None)
        assert not visitor.page.locator(select).count()
    visitor.page.goto("/")
    line = visitor.page.locator(".queues li", has=visitor.page.locator("a[href='/retention']"))
    assert int(line.locator(".count").inner_text()) == count - 2


def test_activities_of_the_register_are_approved_and_sent_back(visitor: Visitor) -> None:
    count = visitor.start("/register")
    done = []
    for choice, action in (("send_back", "register_sent_back"), ("approve", "register_approved")):
        link = visitor.page.locator("main tr", has_text="à valider").first.locator("a").get_attribute("href")
        visitor.go(f"main a[href='{link}']")
        if choice == "send_back":
            visitor.go("button[value=send_back]")
            assert "motif" in visitor.said()
        visitor.hands.write("#reason", "The recipients are missing")
        visitor.go(f"button[value={choice}]")
        assert visitor.log().action == action
        done.append(visitor.log().subject)
        assert f"activity={visitor.log().subject}" in str(link)
    visitor.page.goto(f"/register?activity={done[0]}")
    assert "renvoyé" in visitor.main() and "The recipients are missing" in visitor.main()
    visitor.page.goto("/")
    line = visitor.page.locator(".queues li", has=visitor.page.locator("a[href='/register']"))
    assert int(line.locator(".count").inner_text()) == count - 2 and len(set(done)) == 2
    visitor.page.goto("/register")
    with visitor.page.expect_download() as got:
        visitor.hands.press("a[href='/register/export?format=csv']")
    assert "Art" in Path(got.value.path()).read_text("utf-8-sig") and visitor.log().action == "exported"


def somebody(demo: Path) -> tuple[str, str, str]:
    """A subscriber of the newsletter who is a customer nowhere: e-mail address, name, date of birth."""
    with sqlite3.connect(demo / "crm.sqlite") as database:
        customers = {address for (address,) in database.execute("SELECT email FROM clients")}
    for line in (demo / "partage" / "newsletter" / "abonnes.ndjson").read_text("utf-8").splitlines():
        one = json.loads(line)
        person = one["profil"]
        if one["email"] not in customers and person.get("naissance"):
            return one["email"], f"{person['prenom']} {person['nom']}", person["naissance"]
    raise AssertionError("the demo has no subscriber")


def test_a_person_is_looked_up_from_the_form_to_the_answer_sheet(visitor: Visitor, demo: Demo) -> None:
    page, hands, reference = visitor.page, visitor.hands, "DR-2026-014"
    email, name, birth = somebody(demo.folder)
    assert visitor.start("/requests") == 0
    hands.write("#reference", reference)
    hands.choose("#right", "erasure")
    received = TODAY - timedelta(days=3)
    hands.date("#received", received)
    visitor.go("main form button")
    assert "Demande ouverte" in visitor.said() and reference in page.locator("h1").inner_text()
    place = page.url.partition("?")[0]

    hands.write("#f-name", name)  # without the date of birth
    visitor.go("button[value=look_up]")
    assert "date de naissance" in visitor.said() and name not in page.content()
    hands.write("#f-email", email)
    hands.write("#f-name", name)
    hands.write("#f-birth", birth)
    visitor.go("button[value=look_up]")
    assert "Recherche faite" in visitor.said() and "newsletter/abonnes.ndjson" in visitor.main()
    assert "non comptées" in visitor.main()
    hands.write("#f-email", email)
    visitor.go("button[value=verify]")
    found = page.locator("section[aria-labelledby=places]").inner_text()
    assert "newsletter/abonnes.ndjson" in found and re.search(r"Lignes\s+1\b", found) and "clients" not in found
    assert "échu" in found and "overdue" not in found  # the verdict, in the page's language

    hands.choose("#i-identity", "confirmed")
    visitor.go("button[value=identity]")
    hands.write("#e-reason", "Many systems have to be read")
    visitor.go("button[value=extend]")
    assert not page.locator("#e-reason").count()
    for format in ("csv", "html"):
        with page.expect_download() as got:
            hands.press(f"a[href$='answer?format={format}']")
        sheet = Path(got.value.path()).read_text("utf-8-sig")
        assert reference in sheet and "newsletter/abonnes.ndjson" in sheet
        assert email not in sheet and name not in sheet and birth not in sheet
        if format == "csv":
            cells = {row[0]: row for row in csv.reader(io.StringIO(sheet), delimiter=";") if row}
            assert cells["Identité"][1] == "confirmée" and extended(received).isoformat() in cells["Réponse due le"][1]
            assert due(received).isoformat() in cells["Réponse due le"][1]

    page.goto("/")
    line = page.locator(".queues li", has=page.locator("a[href='/requests']"))
    assert line.locator(".count").inner_text() == "1"
    page.goto(place)
    hands.choose("#c-state", "answered")
    visitor.go("button[value=close]")
    assert not page.locator("main form").count() and "répondue" in visitor.main()
    with visitor.catalog.transaction() as connection:
        (one,) = requests.listed(connection, closed=True)
        steps = [entry.action for entry in audit.entries(connection) if entry.subject == one.id]
    assert steps[::-1] == [
        "request_opened", "person_searched", "person_searched", "request_identity", "request_extended", "exported",
        "exported", "request_closed",
    ]  # fmt: skip
    assert one.ends == extended(received).isoformat() and one.identity == "confirmed"
    kept = b"".join(file.read_bytes() for file in visitor.folder.glob("recense.db*"))
    assert email.encode() not in kept and name.encode() not in kept


@pytest.mark.parametrize(
    "path", ["/", "/queue/undeclared", "/queue/special", "/retention", "/register?activity=facturation", "/requests"]
)
def test_the_language_is_switched_where_one_is(visitor: Visitor, path: str) -> None:
    page = visitor.page
    page.goto(path)
    here = page.url
    for language, word in (("en", "Sign out"), ("fr", "Se déconnecter")):
        visitor.go(f"button[lang={language}]", here)
        assert page.locator("html").get_attribute("lang") == language
        assert word in page.locator(".me").inner_text()


def test_the_log_names_everything_and_its_chain_is_whole(visitor: Visitor) -> None:
    visitor.page.goto("/audit")
    visitor.go("a[href='/audit?verify=yes']")
    assert "La chaîne est intacte" in visitor.said()
