"""Who looked and who decided: a log that only grows, each entry sealed with the digest of the one before.

Changing, removing or inserting an entry breaks the chain from there on, and ``verify`` names the place. The seal shows
tampering by whoever does not rewrite the whole rest of the chain; the newest digest, printed by ``recense doctor`` and
shown in the dashboard, can be kept elsewhere against those who do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from recense.catalog import tables

FIRST = "0" * 64
"""What the first entry is sealed with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes:
        at: ISO 8601 in UTC. who: account, or ``recense`` for the tool itself.
        action: ``viewed``, ``decided``, ``signed_in`` … (``recense.reports.dashboard``).
        subject: what of: a path of the dashboard, the id of a finding. details: plain data without values.
    """

    number: int
    at: str
    who: str
    action: str
    subject: str
    details: Mapping[str, Any]
    previous: str
    digest: str


def seal(number: int, at: str, who: str, action: str, subject: str, details: Mapping[str, Any], previous: str) -> str:
    """Returns the digest of an entry: SHA-256 over all its parts and the digest before."""
    parts = [number, at, who, action, subject, details, previous]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def append(
    connection: Connection, at: str, who: str, action: str, subject: str, details: Mapping[str, Any] | None = None
) -> None:
    """Adds an entry, inside a transaction that writes."""
    table = tables.audit
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time already
        connection.exec_driver_sql("LOCK TABLE audit IN EXCLUSIVE MODE")
    last = connection.execute(
        select(table.c.number, table.c.digest).order_by(table.c.number.desc()).limit(1)
    ).one_or_none()
    number, previous = (last.number + 1, last.digest) if last else (1, FIRST)
    kept = dict(details or {})
    connection.execute(
        insert(table).values(
            number=number,
            at=at,
            who=who,
            action=action,
            subject=subject,
            details=kept,
            previous=previous,
            digest=seal(number, at, who, action, subject, kept, previous),
        )
    )


def entries(connection: Connection, before: int | None = None, limit: int = 100) -> Sequence[Entry]:
    """Returns entries, newest first, older than number ``before``."""
    table = tables.audit
    query = select(table).order_by(table.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.number < before)
    return [Entry(**row) for row in connection.execute(query).mappings()]


def verify(connection: Connection) -> int | None:
    """Returns the number of the first entry that does not follow from the one before; None when all do."""
    table = tables.audit
    previous, expected = FIRST, 1
    rows = connection.execution_options(yield_per=1000).execute(select(table).order_by(table.c.number))
    for row in rows.mappings():
        parts = (row["number"], row["at"], row["who"], row["action"], row["subject"], row["details"], row["previous"])
        if row["number"] != expected or row["previous"] != previous or row["digest"] != seal(*parts):
            return int(row["number"])
        previous, expected = row["digest"], expected + 1
    return None


def head(connection: Connection) -> tuple[int, str]:
    """Returns the number of the newest entry and its digest: what to write down elsewhere."""
    table = tables.audit
    query = select(table.c.number, table.c.digest).order_by(table.c.number.desc()).limit(1)
    last = connection.execute(query).one_or_none()
    return (last.number, last.digest) if last else (0, FIRST)


def newest(connection: Connection, actions: Sequence[str]) -> dict[str, Entry]:
    """Returns, per subject, the last entry of some actions: what people decided about things that are no findings."""
    table = tables.audit
    query = select(table).where(table.c.action.in_(actions)).order_by(table.c.number)
    return {row["subject"]: Entry(**row) for row in connection.execute(query).mappings()}
