"""Signing in with OpenID Connect, against a provider that listens: who gets in, and every lie that does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from dashboards import PASSWORD
from oidc_provider import CLIENT, SECRET, OpenIdProvider, provider
from starlette.testclient import TestClient

from recense.catalog import Catalog, accounts, audit
from recense.cli import main
from recense.config.outward import Oidc
from recense.reports.dashboard import create_app
from recense.reports.dashboard.provider import provider_of
from recense.reports.dashboard.settings import Settings

URL = "http://testserver"
ROLES = (("readers", "reader"), ("data engineers", "engineer"), ("privacy", "dpo"), ("admins", "admin"))


@pytest.fixture
def vouching() -> Iterator[OpenIdProvider]:
    with provider() as opened:
        opened.claims = {"sub": "4711", "preferred_username": "claire", "groups": ["privacy"]}
        yield opened


def settings_of(issuer: str, catalog: Catalog, local: bool = True) -> Settings:
    oidc = Oidc(issuer, CLIENT, ROLES, "${OIDC_SECRET}")
    return Settings(
        f"sqlite:///{catalog.file}", ("testserver",), language="en", url=URL, local_accounts=local, oidc=oidc
    )


@pytest.fixture
def client(catalog: Catalog, vouching: OpenIdProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    with TestClient(create_app(settings_of(vouching.issuer, catalog)), follow_redirects=False) as opened:
        yield opened


def travel(client: TestClient, next_: str = "/") -> str:
    """Goes to the provider and returns the path, with its query, that leads back."""
    away = client.get("/sign-in/oidc", params={"next": next_}).headers["location"]
    there = httpx.get(away).headers["location"]
    parts = urlsplit(there)
    assert there.startswith(f"{URL}/sign-in/oidc/back?")
    return f"{parts.path}?{parts.query}"


def last(catalog: Catalog) -> audit.Entry:
    with catalog.transaction() as connection:
        assert audit.verify(connection) is None
        return audit.entries(connection, limit=1)[0]


@pytest.mark.parametrize(("group", "role"), ROLES)
@pytest.mark.parametrize("wrap", [list, lambda group: "".join(group)], ids=["list", "text"])
def test_a_group_gives_its_role(client, catalog, vouching, group: str, role: str, wrap) -> None:
    vouching.claims["groups"] = wrap([group])
    answer = client.get(travel(client, "/findings?special=yes"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/findings?special=yes")
    page = client.get("/").text
    assert "claire" in page
    with catalog.transaction() as connection:
        (made,) = [one for one in accounts.everybody(connection) if one.name == "claire"]
        names = [(entry.who, entry.action) for entry in audit.entries(connection)]
    assert made.role == role and ("claire", "signed_in") in names
    assert client.get("/audit").status_code == (200 if role in {"dpo", "admin"} else 403)


def test_the_highest_role_counts_and_follows_the_provider(client, catalog, vouching) -> None:
    vouching.claims["groups"] = ["readers", "admins", "others"]
    client.get(travel(client))
    vouching.claims |= {"groups": ["readers"], "preferred_username": "renamed"}
    client.get(travel(client))
    with catalog.transaction() as connection:
        known = {one.name: one.role for one in accounts.everybody(connection)}
    assert known["claire"] == "reader" and "renamed" not in known  # the same person under the name they had


def test_the_claim_may_stand_in_userinfo(client, vouching) -> None:
    del vouching.claims["groups"]
    vouching.info = {"groups": ["privacy"]}
    assert client.get(travel(client)).status_code == 303
    vouching.info = {"groups": ["privacy"], "sub": "somebody else"}
    assert client.get(travel(client)).status_code == 401


@pytest.mark.parametrize("groups", [None, [], ["others"], {"privacy": True}, "privacy-not", 7])
def test_without_a_role_nobody_gets_in_and_the_page_says_so(client, catalog, vouching, groups) -> None:
    vouching.claims["groups"] = groups
    answer = client.get(travel(client))
    assert answer.status_code == 403 and "has no role here" in answer.text
    assert client.get("/").status_code == 303 and last(catalog).details == {"why": "no_role"}


LIES = {
    "nonce": {"claims": {"nonce": "another"}},
    "aud": {"claims": {"aud": "another"}},
    "azp": {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
    "iss": {"claims": {"iss": "https://evil.example"}},
    "exp": {"claims": {"exp": 1_000_000_000}},
    "sub": {"without": ["sub"]},
    "without exp": {"without": ["exp"]},
    "without nonce": {"without": ["nonce"]},
    "without aud": {"without": ["aud"]},
    "name": {"without": ["preferred_username"]},
    "stranger": {"stranger": True},
    "tampered": {"tampered": True},
    "algorithm none": {"none": True},
    "public key as shared key": {"shared": True},
    "issuer of the answer": {"answer": {"iss": "https://evil.example"}},
    "refused": {"answer": {"error": "access_denied"}},
    "code": {"answer": {"code": "guessed"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_lets_anybody_in(client, catalog, vouching, lie: str) -> None:
    vouching.spoil = LIES[lie]
    answer = client.get(travel(client))
    assert answer.status_code == 401 and "was not accepted" in answer.text
    assert "recense_session" not in client.cookies and client.get("/").status_code == 303
    assert (last(catalog).who, last(catalog).action) == ("?", "refused")


def test_two_audiences_are_fine_when_we_are_the_party(client, vouching) -> None:
    vouching.spoil = {"claims": {"aud": ["another", CLIENT], "azp": CLIENT}}
    assert client.get(travel(client)).status_code == 303


def test_an_answer_counts_once_and_in_its_own_browser(client, catalog, vouching) -> None:
    back = travel(client)
    wrong = re.sub(r"state=[^&]+", "state=forged", back)
    assert client.get(wrong).status_code == 400
    kept = client.cookies.get("recense_session_begun")
    assert client.get(back).status_code == 303
    assert client.cookies.get("recense_session_begun") is None
    assert client.get(back).status_code == 400  # the cookie is gone
    client.cookies.clear()
    client.cookies.set("recense_session_begun", kept)
    assert client.get(back).status_code == 401  # and the code was used
    client.cookies.set("recense_session_begun", kept[:-3] + "xxx")
    assert client.get(back).status_code == 400
    assert client.get("/").status_code == 303


def test_a_session_of_before_is_worth_nothing(client, vouching, sign_in: Callable[..., str]) -> None:
    sign_in("reader")
    before = client.cookies.get("recense_session")
    client.get(travel(client))
    assert client.cookies.get("recense_session") != before
    client.cookies.clear()
    client.cookies.set("recense_session", before)
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_away_from_here(client, vouching, target: str) -> None:
    assert client.get(travel(client, target)).headers["location"] == "/"


def test_a_local_account_is_not_opened_by_its_name(client, catalog, vouching) -> None:
    vouching.claims |= {"preferred_username": "admin", "groups": ["readers"]}
    answer = client.get(travel(client))
    assert answer.status_code == 403 and "belongs to somebody else" in answer.text


def test_a_closed_account_stays_closed(client, catalog, vouching) -> None:
    client.get(travel(client))
    with catalog.transaction(write=True) as connection:
        accounts.close(connection, "claire")
    assert client.get("/").status_code == 303
    assert client.get(travel(client)).status_code == 403


@pytest.mark.parametrize(
    "spoil",
    [
        {"discovery": {"issuer": "https://evil.example"}},
        {"discovery": {"token_endpoint": "file:///etc/passwd"}},
        {"discovery": {"jwks_uri": None}},
    ],
)
def test_a_document_that_is_not_the_issuers_is_not_believed(client, vouching, spoil) -> None:
    vouching.spoil = spoil
    answer = client.get("/sign-in/oidc")
    assert answer.status_code == 503 and "does not answer" in answer.text


def test_a_provider_that_breaks_or_is_gone_is_a_clear_page(client, catalog, vouching, monkeypatch) -> None:
    back = travel(client)
    vouching.spoil = {"broken": True}
    answer = client.get(back)
    assert answer.status_code == 503 and "does not answer" in answer.text and "Traceback" not in answer.text
    gone = settings_of("http://127.0.0.1:9", catalog)
    with TestClient(create_app(gone), follow_redirects=False) as other:
        answer = other.get("/sign-in/oidc")
        assert answer.status_code == 503 and "does not answer" in answer.text
        assert other.get("/sign-in").status_code == 200


def test_new_keys_of_the_provider_are_fetched_once(client, vouching) -> None:
    client.get(travel(client))
    vouching.key, vouching.stranger = vouching.stranger, vouching.key
    assert client.get(travel(client)).status_code == 303
    assert vouching.asked.count("keys") == 2 and vouching.asked.count("discovery") == 1


def test_local_accounts_can_be_switched_off(catalog, vouching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    with TestClient(create_app(settings_of(vouching.issuer, catalog, local=False)), follow_redirects=False) as client:
        page = client.get("/sign-in").text
        assert "password" not in page.casefold() and "/sign-in/oidc" in page
        answer = client.post("/sign-in", data={"name": "dpo", "password": PASSWORD})
        assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_without_a_provider_its_pages_do_not_exist(catalog) -> None:
    with TestClient(create_app(Settings(f"sqlite:///{catalog.file}", ("testserver",)))) as client:
        assert client.get("/sign-in/oidc").status_code == client.get("/sign-in/oidc/back").status_code == 404


def test_the_request_asks_as_it_should(client, catalog, vouching) -> None:
    asked = parse_qs(urlsplit(client.get("/sign-in/oidc").headers["location"]).query)
    assert asked["redirect_uri"] == [f"{URL}/sign-in/oidc/back"] and SECRET not in str(asked)
    assert SECRET not in repr(provider_of(settings_of(vouching.issuer, catalog).oidc).__dict__["settings"])


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("client_secret: hunter22hunter22", "never in clear"),
        ("issuer: http://login.example.org", "https://"),
        ("roles: {owner: [x]}", "roles"),
        ("rolls: {}", "did you mean 'roles'"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong_and_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], entry: str, says: str
) -> None:
    lines = {
        "issuer": "issuer: https://login.example.org",
        "client_id": "client_id: recense",
        "roles": "roles: {dpo: [x]}",
    }
    lines[entry.partition(":")[0]] = entry
    text = "version: 1\ndashboard:\n  oidc:\n" + "".join(f"    {line}\n" for line in lines.values())
    (tmp_path / "recense.yaml").write_text(text, encoding="utf-8")
    assert main(["runs", "--config", str(tmp_path / "recense.yaml")]) == 2
    said = capsys.readouterr().err
    assert says in said and "hunter22" not in said
