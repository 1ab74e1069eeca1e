"""Deciding several findings of the list at once: proved, ordinary data that nobody has decided yet."""

from __future__ import annotations

from recense.catalog import audit, decisions, listing, review
from recense.reports.dashboard import deciding
from recense.reports.dashboard.screens.findings import chosen_in, link, listed
from recense.reports.dashboard.visit import Answer, Redirect, Visit, screen

MARK = "pick-"
"""What the name of a checkbox begins with; the id of its finding follows."""


@screen("/findings/decide", role="dpo", methods=("POST",))
def decide_many(visit: Visit) -> Answer:
    """Records one decision for all chosen findings or, when one of them may not be among them, none.

    What the list offered is looked up again where it is written: somebody else may have decided meanwhile.
    """
    ids = [name.removeprefix(MARK) for name in visit.form if name.startswith(MARK)][: listing.SHOWN]
    with visit.catalog.transaction(write=True) as connection:
        found = [listing.item(connection, id_) for id_ in ids]
        items = [one for one in found if one is not None]
        try:
            if len(items) < len(ids):
                raise deciding.Incomplete("bulk.alone")
            made = deciding.decisions_for(items, visit)
        except deciding.Incomplete as incomplete:
            problem = incomplete.key
        else:
            decisions.append(connection, made)
            review.settle(connection, made, visit.today.isoformat())
            for one, each in zip(items, made, strict=True):
                details = [{"field": each.field, "category": each.category, "decision": each.decision}]
                kept = {"decisions": details, "together": len(items)}
                audit.append(connection, visit.moment, visit.account.name, "decided", one.id, kept)
            return Redirect(link("/findings", chosen_in(visit)), "decided_many")
    return listed(visit, problem)
