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
    with visit.catalog.transaction() as connection:
        lines = [
            (one, listing.counted(connection, one.lists), listing.oldest(connection, one.lists))
            for one in queues(visit.today)
        ]
        counts = listing.by_source(connection)
        sources = listing.sources(connection)
        unread = listing.unread(connection)
    runs = visit.catalog.runs()
    since = visit.session.since if visit.session else None
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
            "recent": [run for run in runs if since is None or (run.finished or run.started) > since],
            "last": next((run for run in runs if run.finished), None),
            "sources": sources,
            "unread": unread,
        },
    )
