"""The queues of a Monday morning, in order: what each lists and where it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from recense.catalog.listing import Filter

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of findings: ``id`` names its texts and its address, ``tone`` is ``bad | warn | plain``."""

    id: str
    tone: str
    lists: Filter

    @property
    def path(self) -> str:
        """Returns where the queue begins."""
        return f"/queue/{self.id}"


@dataclass(frozen=True, slots=True)
class Line:
    """A queue that lists no findings, as the to-do page shows it: its count, its address and its sentence."""

    id: str
    tone: str
    count: int
    path: str
    says: str


def queues(today: date) -> tuple[Queue, ...]:
    """Returns the queues of findings, most urgent first."""
    soon = (today + SOON).isoformat()
    return (
        Queue("special", "bad", Filter(special=True, waiting=True)),
        Queue("new", "warn", Filter(special=False, waiting=True)),
        Queue("undeclared", "warn", Filter(special=False, waiting=True, declared="undeclared")),
        Queue("expiring", "plain", Filter(ending=soon)),
    )


def queue(id_: str, today: date) -> Queue | None:
    """Returns a queue by its id, None when there is none."""
    return next((known for known in queues(today) if known.id == id_), None)
