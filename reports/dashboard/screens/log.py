"""The audit trail: who looked, who decided, and whether the chain is whole."""

from __future__ import annotations

from recense.catalog import audit
from recense.reports.dashboard.visit import Answer, Page, Visit, screen

SHOWN = 100


@screen("/audit", role="dpo")
def log(visit: Visit) -> Answer:
    """Shows the log, newest first."""
    with visit.catalog.transaction() as connection:
        entries = audit.entries(connection, visit.number("before"), SHOWN)
        count, digest = audit.head(connection)
        broken = audit.verify(connection) if visit.query.get("verify") == "yes" else None
    return Page(
        "audit.html.j2",
        {
            "entries": entries,
            "count": count,
            "digest": digest,
            "verified": visit.query.get("verify") == "yes",
            "broken": broken,
            "next": entries[-1].number if len(entries) == SHOWN else None,
        },
    )
