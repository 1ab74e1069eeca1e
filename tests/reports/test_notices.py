"""Notices over a real web server and a real mail server: what is told, once, signed, without a value, or again."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st
from receivers import Receiver

from recense.catalog import Catalog, DatasetProfile, listing, notices
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter
from recense.cli import main
from recense.config.outward import Mail, Notify, Webhook
from recense.errors import ConfigError
from recense.model import Dataset, ScanRun
from recense.reports.notices import mail, webhook
from recense.reports.notices.sending import send
from recense.reports.notices.wording import document, plain_text
from recense.testing.reports import HOSTILE, clean_run, hostile_run, sample_run

SECRET = "a shared secret"
URL = "https://recense.example.org"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OVERDUE = {"source": "s", "dataset": "crm.leads", "zone": "active", "verdict": "overdue", "overdue": 40}


def keep(catalog: Catalog, run: ScanRun, name: str) -> None:
    from dataclasses import replace

    run = replace(run, id=name, changes={})
    catalog.start(name, rules=run.rules, scope="s", targets=[])
    catalog.finish(run, [DatasetProfile(Dataset(d.source, d.dataset, d.kind), d.rows_read, {}) for d in run.datasets])


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as opened:
        keep(opened, sample_run(), "r1")
        yield opened


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(mail, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setenv("HOOK_SECRET", SECRET)


@pytest.fixture
def tell(catalog: Catalog, receiver: Receiver) -> Callable[..., str | None]:
    """Tells by webhook and returns the problem; the second word is how many events there were."""

    def once(now: datetime = NOW) -> tuple[int, str | None]:
        (outcome,) = send(catalog, Notify("en", Webhook(receiver.url, "${HOOK_SECRET}")), URL, now)
        return outcome.events, outcome.problem

    return once  # type: ignore[return-value]


def kinds(receiver: Receiver) -> dict[str, int]:
    return {change["kind"]: change["count"] for change in receiver.document()["changes"]}


def test_what_is_new_is_told_once_signed_and_without_a_value(tell, receiver, catalog: Catalog) -> None:
    events, problem = tell()
    assert problem is None and events == sum(kinds(receiver).values())
    assert kinds(receiver) == {"special": 4, "coverage": 2}
    headers, body = receiver.taken[0]
    stamp, seal = headers["recense-timestamp"], headers["recense-signature"]
    assert webhook.is_genuine(SECRET, stamp, body, seal, int(stamp) + 10)
    first = receiver.document()["changes"][0]
    assert first["url"] == f"{URL}/queue/special" and first["listed"][0]["label"]
    assert set(first["listed"][0]) == {"source", "dataset", "category", "label", "count"}
    assert tell() == (0, None) and len(receiver.taken) == 1


def test_only_changes_are_told(tell, receiver, catalog: Catalog) -> None:
    tell()
    keep(catalog, sample_run(), "r2")
    assert tell() == (0, None)
    catalog.keep_retention("r2", "p", {"as_of": "2026-11-01", "datasets": [OVERDUE]})
    assert tell() == (1, None) and kinds(receiver) == {"overdue": 1}
    catalog.keep_retention("r2", "p", {"as_of": "2026-11-08", "datasets": [{**OVERDUE, "verdict": "compliant"}]})
    assert tell() == (0, None)
    catalog.keep_retention("r2", "p", {"as_of": "2026-11-15", "datasets": [OVERDUE]})
    assert tell() == (1, None)  # it was over, and is back


def test_a_decision_ends_a_notice_and_its_end_begins_another(tell, receiver, catalog: Catalog) -> None:
    tell()
    with catalog.transaction() as connection:
        one = listing.listed(connection, Filter(special=True), size=1).items[0]
    moment, until = "2026-11-23T08:00:00+00:00", "2027-03-01"
    catalog.decide([Decision(one.field, one.category, "accepted", "dpo", moment, "art. 9(2)(b) applies", until)])
    assert tell() == (0, None)
    assert tell(datetime(2027, 2, 10, tzinfo=UTC)) == (1, None) and kinds(receiver) == {"expiring": 1}
    with catalog.transaction(write=True) as connection:
        connection.exec_driver_sql(
            "UPDATE review SET state = 'reopened', why = 'more', until = NULL WHERE state = 'decided'"
        )
    assert tell() == (1, None) and kinds(receiver) == {"special": 1}


@pytest.mark.parametrize(
    ("answers", "tries", "problem"),
    [
        ([503, 503], 3, None),
        ([500, 500, 500], 3, "status_500"),
        ([403], 1, "status_403"),
        ([302], 1, "redirect"),
    ],
)
def test_a_notice_is_tried_again_and_never_lost(
    tell, receiver, catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str], answers, tries: int, problem
) -> None:
    receiver.answers = list(answers)
    assert tell() == (6, problem) and len(receiver.taken) == tries
    assert len({json.loads(body)["id"] for _, body in receiver.taken}) == 1
    with catalog.transaction() as connection:
        assert notices.untold(connection) == ({"webhook": (6, problem)} if problem else {})
    assert tell(NOW + timedelta(hours=1)) == ((6, None) if problem else (0, None))


def test_two_senders_do_not_tell_the_same(catalog: Catalog) -> None:
    with catalog.transaction(write=True) as connection:
        found = notices.events(connection, NOW.date())
        assert len(notices.claim(connection, "webhook", found, NOW)) == 6
        assert notices.claim(connection, "webhook", found, NOW + timedelta(seconds=30)) == []
        assert len(notices.claim(connection, "webhook", found, NOW + timedelta(minutes=11))) == 6  # it died


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2**31), st.integers(0, 255))
def test_no_other_body_time_or_secret_has_the_signature(body: bytes, at: int, flip: int) -> None:
    seal = webhook.signature(SECRET, str(at), body)
    assert webhook.is_genuine(SECRET, str(at), body, seal, at + webhook.WINDOW)
    assert not webhook.is_genuine(SECRET, str(at), body, seal, at + webhook.WINDOW + 1)
    assert not webhook.is_genuine(SECRET, str(at + 1), body, seal, at)
    assert not webhook.is_genuine(SECRET, str(at), body + bytes([flip]), seal, at)
    assert not webhook.is_genuine("another", str(at), body, seal, at)
    assert not webhook.is_genuine(SECRET, "²", body, seal, at)


@pytest.mark.parametrize("url", ["http://10.0.0.1/hook", "file:///etc/passwd", "https://", "https://user:pw@h/x"])
def test_an_address_that_a_variable_holds_is_checked_too(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_URL", url)
    with pytest.raises(ConfigError) as caught:
        webhook.prepared(Webhook("${HOOK_URL}", "${HOOK_SECRET}"))
    assert "pw" not in str(caught.value)


def test_nobody_listens_is_said(catalog: Catalog) -> None:
    (outcome,) = send(catalog, Notify("en", Webhook("http://127.0.0.1:9/", "${HOOK_SECRET}")), URL, NOW)
    assert outcome.problem == "unreachable"


def test_names_of_others_stay_text(tmp_path: Path) -> None:
    found = [notices.Event("k", "special", HOSTILE, HOSTILE, "special.health", 3)]
    for language in ("fr", "en"):
        notice = document(found, language, URL, NOW)
        assert "\x1b" not in plain_text(notice) and "\u202e" not in plain_text(notice)
        settings = Mail("localhost", 25, "none", "recense@example.org", ("dpo@example.org",))
        assert mail.letter(settings, notice)["Subject"].count("\n") == 0


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    made = [tmp_path / "cert.pem", tmp_path / "key.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", made[0], "-keyout", made[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*made)
    return context


class Letters:
    """Keeps what the mail server is given."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope)
        return "250 taken"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def mail_server(letters: Letters, **options: Any) -> Controller:
    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(handled=False, success=(data.login, data.password) == (b"recense", b"mail password"))

    return Controller(letters, hostname="127.0.0.1", port=free_port(), authenticator=known, **options)


def settings_of(server: Controller, security: str = "starttls", password: str = "${MAIL_PASSWORD}") -> Notify:
    to = ("dpo@example.org", "second@example.org")
    return Notify("fr", mail=Mail("127.0.0.1", server.port, security, "recense@example.org", to, "recense", password))


def test_a_mail_goes_over_tls_with_a_login_in_french(
    catalog: Catalog, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "mail password")
    letters = Letters()
    server = mail_server(letters, tls_context=certificate, require_starttls=True, auth_required=True)
    server.start()
    try:
        (outcome,) = send(catalog, settings_of(server), URL, NOW)
        assert (outcome.channel, outcome.problem) == ("mail", None)
        assert send(catalog, settings_of(server), URL, NOW)[0].events == 0
        monkeypatch.setenv("MAIL_PASSWORD", "wrong")
        catalog.keep_retention("r1", "p", {"as_of": "2026-11-01", "datasets": [OVERDUE]})
        assert send(catalog, settings_of(server), URL, NOW)[0].problem == "login"
    finally:
        server.stop()
    (letter,) = letters.taken
    assert letter.rcpt_tos == ["dpo@example.org", "second@example.org"]
    from email import message_from_bytes, policy

    read = message_from_bytes(letter.content, policy=policy.default)
    text = read.get_content()
    assert read["Subject"] == "recense: 6 changements à examiner" and f"{URL}/queue/special" in text
    assert "attendent une décision" in text and read["Auto-Submitted"] == "auto-generated"


def test_a_password_never_goes_without_tls_or_to_a_stranger(
    catalog: Catalog, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "mail password")
    letters = Letters()
    plain = mail_server(letters, auth_require_tls=False)
    plain.start()
    try:
        assert send(catalog, settings_of(plain), URL, NOW)[0].problem == "no_tls"
    finally:
        plain.stop()
    monkeypatch.delenv("SSL_CERT_FILE")  # nobody vouches for the certificate any more
    stranger = mail_server(letters, tls_context=certificate)
    stranger.start()
    try:
        assert send(catalog, settings_of(stranger), URL, NOW + timedelta(hours=1))[0].problem == "tls"
    finally:
        stranger.stop()
    assert letters.taken == []


def configured(folder: Path, url: str) -> list[str]:
    text = f"version: 1\nnotify:\n  language: en\n  webhook: {{url: '{url}', secret: '${{HOOK_SECRET}}'}}\n"
    (folder / "recense.yaml").write_text(text, encoding="utf-8")
    return ["--config", str(folder / "recense.yaml")]


def test_the_verb_says_what_became_of_it_and_doctor_too(
    catalog: Catalog, receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = configured(tmp_path, receiver.url)
    receiver.answers = [403]
    assert main(["notify", *at]) == 3
    assert "webhook took none of 6 notices (status_403)" in capsys.readouterr().err
    main(["doctor", *at])
    assert "6 not told (status_403)" in capsys.readouterr().out
    assert main(["notify", *at]) == 0 and "webhook: 6 told" in capsys.readouterr().out
    assert main(["notify", *at]) == 0 and "webhook: nothing new" in capsys.readouterr().out


def test_a_scan_tells_at_its_end_and_succeeds_whatever_becomes_of_it(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    rows = "".join(f"{n},catholique\n" for n in range(60))
    (folder / "rh.csv").write_text("matricule,religion\n" + rows, encoding="utf-8")
    at = configured(folder, receiver.url)
    receiver.answers = [403]
    assert main(["scan", str(folder / "rh.csv"), "--no-language", *at]) == 0
    assert "took none of" in capsys.readouterr().err
    assert main(["scan", str(folder / "rh.csv"), "--no-language", *at]) == 0
    assert kinds(receiver) == {"special": 1} and b"catholique" not in receiver.taken[-1][1]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("webhook: {url: 'http://hook.example.org', secret: '${S}'}", "https://"),
        ("webhook: {url: 'https://hook.example.org', secret: hunter22hunter22}", "never in clear"),
        ("mail: {host: mail.example.org, security: none, sender: a@b.fr, to: [c@d.fr]}", "this machine only"),
        ("mail: {host: mail.example.org, sender: 'a@b.fr\\nBcc: x@y.fr', to: [c@d.fr]}", "dpo@example.org"),
        ("language: fr", "needs webhook or mail"),
    ],
)
def test_an_unsafe_configuration_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], entry: str, says: str
) -> None:
    (tmp_path / "recense.yaml").write_text(f"version: 1\nnotify:\n  {entry}\n", encoding="utf-8")
    assert main(["notify", "--config", str(tmp_path / "recense.yaml")]) == 2
    said = capsys.readouterr().err
    assert says in said and "hunter22" not in said


def test_a_clean_catalog_has_nothing_to_tell(tmp_path: Path) -> None:
    with Catalog.open(f"sqlite:///{tmp_path}/clean.db") as opened:
        keep(opened, clean_run(), "r1")
        with opened.transaction() as connection:
            assert notices.events(connection, NOW.date()) == []
        keep(opened, hostile_run(HOSTILE.replace("\udce9", "")), "r2")
        with opened.transaction() as connection:
            assert notices.events(connection, NOW.date())
