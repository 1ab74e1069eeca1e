"""Screen 6: rights requests, from the day they came to the answer."""

from __future__ import annotations

from recense.catalog import audit, requests
from recense.catalog.requests import Request
from recense.reports import person_page
from recense.reports.dashboard import asked
from recense.reports.dashboard.deciding import Incomplete
from recense.reports.dashboard.visit import Answer, Download, Page, Redirect, Refused, Visit, screen
from recense.subjects.requests import Identity, Right

KINDS = {"html": "text/html", "csv": "text/csv"}


@screen("/requests", role="dpo")
def listed(visit: Visit) -> Answer:
    """Shows open requests, the first due first, and those that ended."""
    return _list(visit, None)


@screen("/requests", role="dpo", methods=("POST",))
def open_request(visit: Visit) -> Answer:
    """Opens a request."""
    try:
        return Redirect(f"/requests/{asked.opened(visit)}", "opened")
    except Incomplete as incomplete:
        return _list(visit, incomplete.key)


@screen("/requests/{id}", role="dpo")
def one(visit: Visit) -> Answer:
    """Shows a request with its last answer."""
    return _one(visit, asked.found(visit), None)


@screen("/requests/{id}", role="dpo", methods=("POST",))
def step(visit: Visit) -> Answer:
    """Does one step: look up, count again, note the identity, extend, close."""
    request = asked.found(visit)
    do = asked.STEPS.get(visit.form.get("do", ""))
    if do is None:
        raise Refused(400, "refused.query")
    try:
        return Redirect(f"/requests/{request.id}", do(visit, request))
    except Incomplete as incomplete:
        return _one(visit, request, visit.words(incomplete.key))
    except asked.Unasked as unasked:
        return _one(visit, request, visit.words("requests.unasked", reason=unasked.reason))


@screen("/requests/{id}/answer", role="dpo")
def answer(visit: Visit) -> Answer:
    """Gives the answer sheet as a file."""
    request = asked.found(visit)
    format = visit.query.get("format", "html")
    if format not in KINDS or request.answer is None:
        raise Refused(400, "refused.query")
    text = person_page.render(request.answer, format, visit.words.language, request)
    with visit.catalog.transaction(write=True) as connection:
        audit.append(connection, visit.moment, visit.account.name, "exported", request.id, {"format": format})
    mark = "\ufeff" if format == "csv" else ""  # spreadsheets tell UTF-8 by it
    return Download(f"request-{request.id}.{format}", (mark + text).encode(), KINDS[format])


def _list(visit: Visit, problem: str | None) -> Page:
    with visit.catalog.transaction() as connection:
        waiting = requests.listed(connection)
        ended = requests.listed(connection, closed=True, most=100)
    return Page(
        "requests.html.j2",
        {
            "waiting": waiting,
            "ended": ended,
            "rights": [str(right) for right in Right],
            "indexed": visit.settings.persons is not None,
            "problem": visit.words(problem) if problem else None,
            "filled": visit.form,
        },
        422 if problem else 200,
    )


def _one(visit: Visit, request: Request, problem: str | None) -> Page:
    found = request.answer
    words = person_page.words(visit.words.language)
    return Page(
        "request.html.j2",
        {
            "one": request,
            "answer": found,
            "columns": person_page.columns(words),
            "lines": person_page.lines(found, words) if found else [],
            "rate": person_page.rate(found, words) if found else "",
            "gaps": person_page.not_searched(found, visit.words.language) if found else [],
            "identities": [str(word) for word in Identity],
            "fields": asked.FIELDS,
            "indexed": visit.settings.persons is not None,
            "may_read": visit.settings.persons is not None and visit.settings.persons.verify is not None,
            "problem": problem,
        },
        422 if problem else 200,
    )
