"""Rights requests: what was asked, when the answer is due, where the person may be; never an identifier."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from recense.catalog import tables

LONGEST = 200
"""Characters of a reference."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        reference: what the DPO calls it. kind: ``recense.subjects.requests.Right``.
        received, due, extended, closed: ISO 8601, days; ``due`` is the day before any extension.
        identity, state: words of ``recense.subjects.requests``.
        answer: the last look-up, as ``recense.person/1``; None before the first.
    """

    id: str
    reference: str
    kind: str
    received: str
    due: str
    extended: str | None
    extension_reason: str | None
    identity: str
    state: str
    closed: str | None
    opened_by: str
    answer: Mapping[str, Any] | None

    @property
    def ends(self) -> str:
        """Returns the day the answer is due, extension included."""
        return self.extended or self.due

    def late(self, today: date) -> bool:
        """Tells whether that day has passed and nothing was answered."""
        return self.state == "open" and self.ends < today.isoformat()


def add(connection: Connection, *, reference: str, kind: str, received: date, due: date, who: str) -> str:
    """Opens a request and returns its id."""
    id_ = secrets.token_hex(6)
    connection.execute(
        insert(tables.person_requests).values(
            id=id_, reference=reference, kind=kind, received=received.isoformat(), due=due.isoformat(),
            identity="open", state="open", opened_by=who,
        )
    )  # fmt: skip
    return id_


def get(connection: Connection, id_: str) -> Request | None:
    """Returns a request, None when there is none of this id."""
    table = tables.person_requests
    row = connection.execute(select(table).where(table.c.id == id_)).mappings().one_or_none()
    return Request(**row) if row else None


def by_reference(connection: Connection, reference: str) -> Request | None:
    """Returns the open request of a reference, the newest first."""
    table = tables.person_requests
    query = select(table).where(table.c.reference == reference, table.c.state == "open")
    row = connection.execute(query.order_by(table.c.received.desc(), table.c.id).limit(1)).mappings().one_or_none()
    return Request(**row) if row else None


def listed(connection: Connection, closed: bool = False, most: int = 500) -> list[Request]:
    """Returns requests, the first due first; the closed ones latest first."""
    table = tables.person_requests
    until = func.coalesce(table.c.extended, table.c.due)
    query = select(table).where((table.c.state != "open") if closed else (table.c.state == "open"))
    query = query.order_by(table.c.closed.desc() if closed else until, table.c.id).limit(most)
    return [Request(**row) for row in connection.execute(query).mappings()]


def change(connection: Connection, id_: str, **values: Any) -> None:
    """Writes what changed of a request."""
    connection.execute(update(tables.person_requests).where(tables.person_requests.c.id == id_).values(**values))


def waiting(connection: Connection) -> tuple[int, str | None]:
    """Returns how many requests are open, and the day the first of them is due."""
    table = tables.person_requests
    until = func.coalesce(table.c.extended, table.c.due)
    row = connection.execute(select(func.count(), func.min(until)).where(table.c.state == "open")).one()
    return row[0], row[1]
