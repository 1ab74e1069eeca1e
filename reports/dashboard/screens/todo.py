"""Screen 0, «À traiter»: what waits for a decision, in the order of a Monday morning."""

from __future__ import annotations

from recense.catalog import listing
from recense.policy import taxonomy
from recense.reports.dashboard import asked, registered, retained
from recense.reports.dashboard.queues import queues
from recense.reports.dashboard.screens.queue import reopen_ended
from recense.reports.dashboard.visit import Answer, Page, Visit, screen


@screen("/", role="reader")
def todo(visit: Visit) -> Answer:
    """Shows the queues, categories by source, and the state of scans."""
    reopen_ended(visit)
    since = visit.session.since if visit.session else None
    with visit.catalog.transaction() as connection:
        lines = [
            (one, listing.counted(connection, one.lists), None if n else listing.oldest(connection, one.lists))
            for n, one in enumerate(queues(visit.today))  # the page says how long the first, most urgent one waits
        ]
        counts = listing.by_source(connection)
        sources = listing.sources(connection)
        unread = listing.unread(connection)
        recent, last = listing.runs_since(connection, since)
    return Page(
        "todo.html.j2",
        {
            "queues": lines,
            "more": [
                line for line in (retained.waiting(visit), registered.waiting(visit), asked.waiting(visit)) if line
            ],
            "counts": counts,
            "categories": [name for name in taxonomy().categories if any(name in row for row in counts.values())],
            "since": since,
            "recent": recent,
            "last": last,
            "sources": sources,
            "unread": unread,
        },
    )
