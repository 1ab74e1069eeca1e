"""Screen 0, «À traiter»: what waits for a decision, in the order of a Monday morning."""

from __future__ import annotations

from dataclasses import dataclass

from recense.catalog import listing
from recense.catalog.listing import Filter
from recense.policy import taxonomy
from recense.reports.dashboard.visit import Answer, Page, Visit, screen


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of the screen.

    Attributes:
        key: its texts (``queue.<key>``). count: how many wait. path: where they are decided.
        tone: ``bad | warn | plain``; oldest: since when the first of them waits.
    """

    key: str
    count: int
    path: str
    tone: str
    oldest: str | None = None


QUEUES = (
    ("special", "/queue/special", "bad", Filter(special=True, waiting=True)),
    ("new", "/queue/new", "warn", Filter(special=False, waiting=True)),
    ("undeclared", "/queue/undeclared", "warn", Filter(declared="undeclared", special=False, waiting=True)),
)


def queue_filter(key: str, since: str | None) -> Filter | None:
    """Returns what a queue lists, None for a name that is none."""
    for name, _path, _tone, chosen in QUEUES:
        if name == key:
            return chosen
    return None


@screen("/", role="reader")
def todo(visit: Visit) -> Answer:
    """Shows the queues, categories by source, and the state of scans."""
    with visit.catalog.transaction() as connection:
        queues = [
            Queue(key, listing.counted(connection, chosen), path, tone, listing.oldest(connection, chosen))
            for key, path, tone, chosen in QUEUES
        ]
        counts = listing.by_source(connection)
        sources = listing.sources(connection)
        unread = listing.unread(connection)
    runs = visit.catalog.runs()
    since = visit.session.since if visit.session else None
    return Page(
        "todo.html.j2",
        {
            "queues": queues,
            "counts": counts,
            "categories": [name for name in taxonomy().categories if any(name in row for row in counts.values())],
            "since": since,
            "recent": [run for run in runs if since is None or (run.finished or run.started) > since],
            "last": next((run for run in runs if run.finished), None),
            "sources": sources,
            "unread": unread,
        },
    )
