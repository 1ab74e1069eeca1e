"""Screen 5: the register's activities, what Article 30 misses in them, and both directions between words and data."""

from __future__ import annotations

from recense.catalog import audit
from recense.errors import RecenseError
from recense.register import exports
from recense.register.building import digest
from recense.register.folder import Register
from recense.reports.dashboard import registered
from recense.reports.dashboard.deciding import Incomplete
from recense.reports.dashboard.visit import Answer, Download, Page, Redirect, Refused, Visit, screen
from recense.reports.visible import visible


@screen("/register", role="reader")
def show(visit: Visit) -> Answer:
    """Lists the activities, or shows the one that the query names."""
    return _show(visit, None)


@screen("/register", role="dpo", methods=("POST",))
def decide(visit: Visit) -> Answer:
    """Approves an activity as it stands, or sends it back with a reason."""
    register = _register(visit)
    activity = next((one for one in register.activities if one.id == visit.form.get("activity")), None)
    if activity is None:
        raise Refused(400, "refused.query")
    try:
        action, details = registered.decision(activity, visit)
    except Incomplete as incomplete:
        return _show(visit, incomplete.key)
    with visit.catalog.transaction(write=True) as connection:
        audit.append(connection, visit.moment, visit.account.name, action, activity.id, details)
    return Redirect("/register", "decided")


@screen("/register/export", role="reader")
def export(visit: Visit) -> Answer:
    """Gives the register as a file."""
    format = visit.query.get("format", "")
    if format not in registered.FORMATS:
        raise Refused(400, "refused.query")
    content = exports.export(_register(visit), format, visit.words.language)
    with visit.catalog.transaction(write=True) as connection:
        audit.append(connection, visit.moment, visit.account.name, "exported", visit.path[:1024])
    return Download(f"register.{format}", content, registered.FORMATS[format])


def _register(visit: Visit) -> Register:
    try:
        register = registered.load(visit.settings.register)
    except RecenseError:
        raise Refused(400, "register.broken") from None
    if register is None:
        raise Refused(400, "register.none")
    return register


def _show(visit: Visit, problem: str | None) -> Page:
    try:
        register = registered.load(visit.settings.register)
    except RecenseError as error:
        return Page("register.html.j2", {"register": None, "broken": visible(str(error))})
    if register is None:
        return Page("register.html.j2", {"register": None, "broken": None})
    chosen = visit.query.get("activity") or visit.form.get("activity")
    standings = registered.standings(visit, register)
    return Page(
        "register.html.j2",
        {
            **registered.shown(visit, register, standings),
            "register": register,
            "broken": None,
            "one": next((one for one in standings if one.activity.id == chosen), None),
            "digest": digest,
            "formats": list(registered.FORMATS),
            "problem": visit.words(problem) if problem else None,
            "filled": visit.form,
            "may_decide": visit.account.may("dpo"),
        },
        422 if problem else 200,
    )
