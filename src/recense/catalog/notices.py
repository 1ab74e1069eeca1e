"""What people should be told, and what they have been told: each change once, by each channel.

An **event** is a state that needs somebody: an Article 9 finding that waits, a source that is not read completely, a
dataset with overdue rows, an acceptance that ends soon. It is told when it begins and not again while it lasts; when
it is over its row goes, so that it is told again if it comes back. No event holds a value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, delete, func, insert, not_, or_, select, update

from recense.catalog import tables

T = TypeVar("T")

KINDS = ("special", "coverage", "overdue", "expiring")
SOON = timedelta(days=30)
CLAIM = timedelta(minutes=10)
"""So long an event is left to the process that is sending it."""

SENDING = "sending"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Event:
    """One state that needs somebody.

    Attributes:
        key: the same as long as it lasts. kind: one of ``KINDS``.
        dataset: None for a whole source. category: of a finding. count: cells, entries not read, or overdue rows.
    """

    key: str
    kind: str
    source: str
    dataset: str | None = None
    category: str | None = None
    count: int = 0


def events(connection: Connection, today: date) -> list[Event]:
    """Returns what needs somebody today, by kind."""
    return [*_special(connection), *_coverage(connection), *_overdue(connection), *_expiring(connection, today)]


def _special(connection: Connection) -> Iterator[Event]:
    """Article 9 and 10 that nobody has decided, or that is asked again: a decision in between makes it a new event."""
    table, made = tables.review, tables.decisions
    times = (
        select(func.count())
        .select_from(made)
        .where(made.c.field == table.c.field, made.c.category == table.c.category)
        .scalar_subquery()
    )
    columns = (table.c.id, table.c.source, table.c.dataset, table.c.category, table.c.matched, times.label("times"))
    waits = (table.c.rank < 10, table.c.gone.is_(None), table.c.state.in_(("open", "reopened")))
    for row in connection.execute(select(*columns).where(*waits).order_by(table.c.rank, table.c.sort, table.c.id)):
        yield Event(f"special:{row.id}:{row.times}", "special", row.source, row.dataset, row.category, row.matched)


def _coverage(connection: Connection) -> Iterator[Event]:
    """Sources that their newest finished run did not read completely, with how many entries it lacked."""
    table, runs, lost = tables.sources, tables.runs, tables.unreadable
    query = (
        select(table.c.uri, table.c.status, runs.c.id)
        .join(runs, runs.c.id == table.c.run)
        .where(runs.c.finished.is_not(None))
        .order_by(runs.c.sequence)
    )
    newest = {row.uri: row for row in connection.execute(query)}
    for uri, row in sorted(newest.items()):
        if row.status == "complete":
            continue
        entries = select(func.count()).select_from(lost).where(lost.c.run == row.id, lost.c.source == uri)
        count = connection.execute(entries).scalar() or 0
        yield Event(f"coverage:{_digest(uri)}:{row.status}", "coverage", uri, count=count)


def _overdue(connection: Connection) -> Iterator[Event]:
    """Datasets that the newest retention report calls overdue."""
    table = tables.retention_reports
    newest = select(table.c.document).order_by(table.c.made.desc(), table.c.as_of.desc()).limit(1)
    document = connection.execute(newest).scalar() or {"datasets": ()}
    for one in document["datasets"]:
        if one["verdict"] == "overdue":
            key = _digest(one["source"], one["dataset"], one["zone"])
            yield Event(f"overdue:{key}", "overdue", one["source"], one["dataset"], count=one["overdue"])


def _expiring(connection: Connection, today: date) -> Iterator[Event]:
    """Decisions that end within ``SOON``; a new end is a new event."""
    table = tables.review
    ends = and_(table.c.state == "decided", table.c.until <= (today + SOON).isoformat(), table.c.gone.is_(None))
    for row in connection.execute(select(table).where(ends).order_by(table.c.until, table.c.sort)).mappings():
        key = f"expiring:{row['id']}:{row['until']}"
        yield Event(key, "expiring", row["source"], row["dataset"], row["category"], row["matched"])


def claim(connection: Connection, channel: str, found: Sequence[Event], now: datetime) -> list[Event]:
    """Returns the events that a channel has not told yet, and leaves them to the caller for a while.

    Args:
        connection: a transaction that writes.
        channel: ``webhook`` or ``mail``.
        found: all events there are now; what is not among them is over.
        now: the moment.
    """
    table = tables.notices
    known = {row.event: row for row in connection.execute(select(table).where(table.c.channel == channel))}
    current = {one.key: one for one in found}
    for chunk in _chunks([key for key in known if key not in current]):
        connection.execute(delete(table).where(table.c.channel == channel, table.c.event.in_(chunk)))
    recent = _moment(now - CLAIM)
    waits = [
        one
        for key, one in current.items()
        if key not in known
        or (known[key].sent is None and not (known[key].problem == SENDING and known[key].noticed > recent))
    ]
    kept = {"noticed": _moment(now), "problem": SENDING}
    fresh = [{"channel": channel, "event": one.key, "tries": 0, **kept} for one in waits if one.key not in known]
    for rows in _chunks(fresh):
        connection.execute(insert(table), rows)
    _each(connection, channel, [one.key for one in waits if one.key in known], kept)
    return waits


def settle(connection: Connection, channel: str, told: Sequence[Event], now: datetime, problem: str | None) -> None:
    """Notes what became of claimed events: told, or to be tried again next time because of a problem."""
    sent = _moment(now) if problem is None else None
    table = tables.notices
    _each(
        connection,
        channel,
        [one.key for one in told],
        {"sent": sent, "problem": problem, "tries": table.c.tries + 1, "noticed": _moment(now)},
    )


def untold(connection: Connection) -> dict[str, tuple[int, str]]:
    """Returns, by channel, how many events could not be told and the last problem."""
    table = tables.notices
    failed = and_(table.c.sent.is_(None), not_(or_(table.c.problem.is_(None), table.c.problem == SENDING)))
    query = select(table.c.channel, func.count(), func.max(table.c.problem)).where(failed).group_by(table.c.channel)
    return {channel: (count, problem) for channel, count, problem in connection.execute(query)}


def _each(connection: Connection, channel: str, keys: Sequence[str], values: Mapping[str, Any]) -> None:
    table = tables.notices
    for chunk in _chunks(keys):
        connection.execute(
            update(table).where(table.c.channel == channel, table.c.event.in_(chunk)).values(dict(values))
        )


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")
