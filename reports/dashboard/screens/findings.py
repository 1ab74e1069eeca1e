"""The list of findings, and one finding with everything that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from recense.catalog import decisions, listing
from recense.catalog.listing import Filter
from recense.errors import UserError
from recense.gate.approvals import longest
from recense.model import Proof
from recense.policy import taxonomy
from recense.reports.dashboard import declaring
from recense.reports.dashboard.deciding import PLAIN, takes_many
from recense.reports.dashboard.pages import source_key
from recense.reports.dashboard.screens.queue import reopen_ended
from recense.reports.dashboard.visit import Answer, Page, Refused, Visit, screen

FIELDS = ("category", "source", "proof", "declared", "state", "search")


@screen("/findings", role="reader")
def findings(visit: Visit) -> Answer:
    """Lists what is found; every choice is part of the URL."""
    return listed(visit)


def listed(visit: Visit, problem: str | None = None) -> Page:
    """Returns the list that the query asks for; ``problem`` is the key of what a form over it lacked."""

    def wanted(name: str) -> str:
        return visit.query.get(name, "")[:512]

    reopen_ended(visit)
    with visit.catalog.transaction() as connection:
        sources = sorted(listing.newest_runs(connection))
    chosen = Filter(
        category=wanted("category"),
        source=next((uri for uri in sources if source_key(uri) == wanted("source")), wanted("source")),
        proof=wanted("proof"),
        declared=wanted("declared"),
        state=wanted("state"),
        search=wanted("search"),
        special={"yes": True, "no": False}.get(visit.query.get("special", "")),
        gone=visit.query.get("gone") == "yes",
    )
    with visit.catalog.transaction() as connection:
        try:
            page = listing.listed(connection, chosen, visit.query.get("after"), visit.query.get("before"))
        except UserError:
            raise Refused(400, "refused.query") from None
        alone = page.after is None and page.before is None
        count = len(page.items) if alone else listing.counted(connection, chosen)
    kept = chosen_in(visit)
    many = [one.id for one in page.items if takes_many(one)] if visit.account.may("dpo") else []
    return Page(
        "findings.html.j2",
        {
            "page": page,
            "count": count,
            "more": listing.is_cut(chosen, count),
            "chosen": kept,
            "sources": sources,
            "categories": list(taxonomy().categories),
            "proofs": [str(proof) for proof in Proof],
            "link": lambda **extra: link("/findings", {**kept, **extra}),
            "many": many,
            "choices": PLAIN,
            "bulk": link("/findings/decide", chosen_in(visit, "after", "before")),
            "first_day": visit.today + timedelta(days=1),
            "last_day": longest((), visit.today),
            "filled": visit.form,
            "problem": visit.words(problem) if problem else None,
        },
        status=422 if problem else 200,
        shows=tuple(one.id for one in page.items),
    )


def chosen_in(visit: Visit, *more: str) -> dict[str, str]:
    """Returns the filters of a query that say something."""
    return {name: visit.query[name] for name in (*FIELDS, "special", "gone", *more) if visit.query.get(name)}


def link(path: str, query: Mapping[str, str]) -> str:
    """Returns a path with a query."""
    return f"{path}?{urlencode(query)}" if query else path


@screen("/findings/{id}", role="reader")
def finding(visit: Visit) -> Answer:
    """Shows one finding: evidence for and against, how it came to be, and the form that decides."""
    reopen_ended(visit)
    with visit.catalog.transaction() as connection:
        one = listing.item(connection, visit.params["id"])
        if one is None:
            raise Refused(404, "refused.missing")
        values: dict[str, Any] = {
            "one": one,
            "exact": listing.evidence(connection, one.last_run, one.id),
            "trend": listing.trend(connection, one.id),
            "history": decisions.about(connection, one.field),
        }
    values["policy"] = declaring.says(visit.settings.policy, values["exact"])
    return Page("finding.html.j2", values, shows=(one.id,))
