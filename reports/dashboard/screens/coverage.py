"""What was read and what was not: sources, runs, and the bounds of what can be claimed."""

from __future__ import annotations

from recense.catalog import listing
from recense.reports.dashboard.visit import Answer, Page, Visit, screen


@screen("/sources", role="reader")
def sources(visit: Visit) -> Answer:
    """Shows every source as it was last read, what could not be read, and the runs."""
    with visit.catalog.transaction() as connection:
        known, unread = listing.sources(connection), listing.unread(connection)
        read = listing.read_shares(connection)
    return Page("sources.html.j2", {"runs": visit.catalog.runs(50), "sources": known, "unread": unread, "read": read})
