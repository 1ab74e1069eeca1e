"""One decision a screen: the findings of a queue, one after the other, each with the form that decides it."""

from __future__ import annotations

from datetime import timedelta

from recense.catalog import audit, decisions, listing, review
from recense.policy import taxonomy
from recense.reports.dashboard import deciding, declaring
from recense.reports.dashboard.queues import Queue, queue
from recense.reports.dashboard.visit import Answer, Page, Redirect, Refused, Visit, screen


def _queue(visit: Visit) -> Queue:
    found = queue(visit.params["queue"], visit.today)
    if found is None:
        raise Refused(404, "refused.missing")
    return found


def reopen_ended(visit: Visit) -> None:
    """Opens again what was decided until a day that is past; writes only when there is something to open."""
    today = visit.today.isoformat()
    with visit.catalog.transaction() as connection:
        due = review.is_due(connection, today)
    if due:
        with visit.catalog.transaction(write=True) as connection:
            review.expire(connection, today)


@screen("/queue/{queue}", role="reader")
def begin(visit: Visit) -> Answer:
    """Goes to the first finding that waits, or says that none does."""
    chosen = _queue(visit)
    reopen_ended(visit)
    with visit.catalog.transaction() as connection:
        page = listing.listed(connection, chosen.lists, size=1)
    if page.items:
        return Redirect(f"{chosen.path}/{page.items[0].id}")
    return Page("queue_done.html.j2", {"queue": chosen})


@screen("/queue/{queue}/{id}", role="reader")
def show(visit: Visit) -> Answer:
    """Shows a finding of the queue and asks for the decision."""
    return _show(visit, _queue(visit), None)


@screen("/queue/{queue}/{id}", role="dpo", methods=("POST",))
def decide(visit: Visit) -> Answer:
    """Records the decision and goes to the next finding."""
    chosen = _queue(visit)
    with visit.catalog.transaction() as connection:
        one = listing.item(connection, visit.params["id"])
    if one is None:
        raise Refused(404, "refused.missing")
    try:
        made = deciding.decisions(one, visit)
    except deciding.Incomplete as incomplete:
        return _show(visit, chosen, incomplete.key)
    with visit.catalog.transaction(write=True) as connection:
        decisions.append(connection, made)
        review.settle(connection, made, visit.today.isoformat())
        details = [{"field": each.field, "category": each.category, "decision": each.decision} for each in made]
        audit.append(connection, visit.moment, visit.account.name, "decided", one.id, {"decisions": details})
        following = listing.following(connection, chosen.lists, one)
    return Redirect(f"{chosen.path}/{following.id}" if following else chosen.path, "decided")


def _show(visit: Visit, chosen: Queue, problem: str | None) -> Page:
    with visit.catalog.transaction() as connection:
        one = listing.item(connection, visit.params["id"])
        if one is None:
            raise Refused(404, "refused.missing")
        exact = listing.evidence(connection, one.last_run, one.id)
        before = listing.listed(connection, chosen.lists, before=listing.cursor(one), size=1).items
        values = {
            "one": one,
            "queue": chosen,
            "exact": exact,
            "trend": listing.trend(connection, one.id),
            "history": decisions.about(connection, one.field),
            "following": listing.following(connection, chosen.lists, one),
            "previous": before[0] if before else None,
            "position": listing.position(connection, chosen.lists, one),
            "count": listing.counted(connection, chosen.lists),
        }
    values |= {
        "policy": declaring.says(visit.settings.policy, exact),
        "choices": deciding.choices(one),
        "exceptions": deciding.EXCEPTIONS,
        "categories": [name for name in taxonomy().categories if not taxonomy().is_special(name)],
        "first_day": visit.today + timedelta(days=1),
        "last_day": deciding.last_day(one, visit.today),
        "proposed": deciding.proposed(one, visit.today),
        "problem": visit.words(problem) if problem else None,
        "filled": visit.form,
        "may_decide": visit.account.may("dpo"),
    }
    return Page("queue.html.j2", values, 422 if problem else 200, shows=(one.id,))
