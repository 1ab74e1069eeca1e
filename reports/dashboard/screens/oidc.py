"""Signing in with OpenID Connect: there and back again."""

from __future__ import annotations

from recense.catalog import accounts, audit
from recense.config.outward import Oidc
from recense.reports.dashboard.provider import Person, Provider, Unreachable, Untrusted, provider_of
from recense.reports.dashboard.screens.account import asked
from recense.reports.dashboard.visit import Answer, Leave, Page, Refused, SignIn, Visit, screen

BACK = "/sign-in/oidc/back"
"""Where the provider sends people: to be registered there."""


def _provider(visit: Visit) -> tuple[Oidc, Provider]:
    settings = visit.settings.oidc
    if settings is None:
        raise Refused(404, "refused.missing")
    return settings, provider_of(settings)


@screen("/sign-in/oidc", role=None)
def begin(visit: Visit) -> Answer:
    """Sends the visitor to the provider."""
    _, provider = _provider(visit)
    try:
        start = provider.start(visit.settings.url + BACK, visit.query.get("next", "/"))
    except Unreachable:
        return _refuse(visit, "unreachable", 503)
    return Leave(start.url, start.cookie)


@screen(BACK, role=None)
def back(visit: Visit) -> Answer:
    """Takes the visitor back: with a session when everything is right, else with the reason and no session."""
    settings, provider = _provider(visit)
    try:
        person = provider.finish(visit.settings.url + BACK, visit.begun, visit.query)
    except Unreachable:
        return _refuse(visit, "unreachable", 503)
    except Untrusted as wrong:
        begin_again = wrong.why in {"browser", "state"}
        return _refuse(visit, "again" if begin_again else "untrusted", 400 if begin_again else 401, wrong.why)
    if person.role is None:
        return _refuse(visit, "no_role", 403)
    return _let_in(visit, settings, person, person.role)


def _let_in(visit: Visit, settings: Oidc, person: Person, role: str) -> Answer:
    subject = accounts.subject_of(settings.issuer, person.subject)
    with visit.catalog.transaction(write=True) as connection:
        account = accounts.vouched(connection, subject, person.name, role)
        if account is not None:
            if visit.token:
                accounts.close_session(connection, visit.token)
            token = accounts.open_session(connection, account, visit.now)
            audit.append(connection, visit.moment, account.name, "signed_in", BACK, {"by": "oidc", "role": role})
            return SignIn(person.back, token=token)
    return _refuse(visit, "closed", 403)


def _refuse(visit: Visit, key: str, status: int, why: str | None = None) -> Page:
    """Returns the page that says why not; the log gets the same, and no name that nobody has vouched for."""
    with visit.catalog.transaction(write=True) as connection:
        audit.append(connection, visit.moment, "?", "refused", BACK, {"why": why or key})
    return asked(visit, visit.words(f"sign_in.oidc.{key}"), status)
