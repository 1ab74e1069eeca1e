"""Signing in and out, language and keys: the only screens that change what a visitor is."""

from __future__ import annotations

from recense.catalog import accounts, audit
from recense.reports.dashboard.visit import (
    Answer,
    ChooseLanguage,
    Page,
    Redirect,
    Refused,
    SignIn,
    SignOut,
    Visit,
    screen,
)
from recense.reports.dashboard.words import LANGUAGES


@screen("/sign-in", role=None)
def ask(visit: Visit) -> Answer:
    """Asks for name and password."""
    return asked(visit)


def asked(visit: Visit, problem: str | None = None, status: int = 200) -> Page:
    """Returns the page that asks who it is, and says what was wrong."""
    with visit.catalog.transaction() as connection:
        empty = not accounts.everybody(connection)
    values = {
        "next": visit.query.get("next", visit.form.get("next", "/")),
        "problem": problem,
        "empty": empty and visit.settings.oidc is None,
        "local": visit.settings.local_accounts,
        "oidc": visit.settings.oidc is not None,
    }
    return Page("sign_in.html.j2", values, status)


@screen("/sign-in", role=None, methods=("POST",))
def sign_in(visit: Visit) -> Answer:
    """Lets somebody in, or says that it will not: the same words for an unknown name and a wrong password."""
    if not visit.settings.local_accounts:
        raise Refused(403, "sign_in.no_local")
    name, password = visit.form.get("name", "")[:128], visit.form.get("password", "")[:1024]
    with visit.catalog.transaction() as connection:
        barred = accounts.is_barred(connection, name, visit.address, visit.now)
        account = None if barred else accounts.check_password(connection, name, password)
    with visit.catalog.transaction(write=True) as connection:
        if account is None:
            if not barred:
                accounts.refuse(connection, name, visit.address, visit.now)
            known = {one.name for one in accounts.everybody(connection)}
            who = name if name in known else "?"  # people type passwords into the wrong field
            audit.append(connection, visit.moment, who, "refused", "/sign-in", {"barred": barred})
        else:
            if visit.token:
                accounts.close_session(connection, visit.token)
            token = accounts.open_session(connection, account, visit.now)
            audit.append(connection, visit.moment, account.name, "signed_in", "/sign-in")
            return SignIn(visit.form.get("next", "/"), token=token)
    key = "sign_in.barred" if barred else "sign_in.wrong"
    return asked(visit, visit.words(key), 429 if barred else 401)


@screen("/sign-out", role="reader", methods=("POST",))
def sign_out(visit: Visit) -> Answer:
    """Ends the session."""
    with visit.catalog.transaction(write=True) as connection:
        accounts.close_session(connection, visit.token)
        audit.append(connection, visit.moment, visit.account.name, "signed_out", "/sign-out")
    return SignOut("/sign-in", "signed_out")


@screen("/language", role=None, methods=("POST",))
def language(visit: Visit) -> Answer:
    """Changes the language of pages, here and for the account."""
    chosen = visit.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Refused(400, "refused.query")
    if visit.session:
        with visit.catalog.transaction(write=True) as connection:
            accounts.settle(connection, visit.account.name, language=chosen)
    return ChooseLanguage(visit.form.get("back", "/"), language=chosen)


@screen("/keys", role="reader", methods=("POST",))
def keys(visit: Visit) -> Answer:
    """Switches single-key shortcuts on or off (WCAG 2.2, 2.1.4)."""
    with visit.catalog.transaction(write=True) as connection:
        accounts.settle(connection, visit.account.name, keys=visit.form.get("keys") == "on")
    return Redirect(visit.form.get("back", "/"))
