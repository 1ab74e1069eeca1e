"""How the review list follows runs that have ended: a few hundred rows a transaction, in the order in which they ended.

A run that ends stands in a queue (``endings``) until the list says what it found. Its own rows hold all that is needed,
so a process that is killed here leaves nothing that another cannot do: what is written twice is the same. Each
transaction moves the counts with its rows; in between, a row of the list is as it was or as it will be.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from recense.catalog import decisions, review, rows, tables
from recense.catalog.counts import CELL, Moves
from recense.catalog.differences import unread_in
from recense.catalog.review import Standing
from recense.catalog.searching import names
from recense.model import ScanRun

if TYPE_CHECKING:
    from recense.catalog import Catalog

T = TypeVar("T")

CHUNK = 500
"""Findings of one transaction, and values of one statement: SQLite takes at most 32,766 parameters."""

PAUSE = 0.03
"""Seconds between two transactions in which others may write: SQLite lets them try again every 25 ms or so."""

_SEEN = ("rank", "entities", "proof", "cells", "matched", "declared", "rules", "gone")
_KNOWN = tuple(dict.fromkeys(("id", *_SEEN, *CELL, "why", "until")))


class _Elsewhere(Exception):
    """Another process has brought the list up to the run meanwhile."""


def queue(connection: Connection, runs: Sequence[str]) -> None:
    """Puts runs that have ended behind those to which the list has not been brought up yet."""
    review.lock(connection)  # two places in the queue are never the same
    table = tables.endings
    waiting = set(connection.execute(select(table.c.run).where(table.c.turn.is_not(None))).scalars())
    last = connection.execute(select(func.max(table.c.turn))).scalar() or 0
    for turn, run in enumerate([run for run in runs if run not in waiting], start=last + 1):
        connection.execute(delete(table).where(table.c.run == run))
        connection.execute(insert(table).values(run=run, turn=turn))


def bring_up(catalog: Catalog, own: ScanRun | None = None) -> int:
    """Brings the list up to the runs that have ended; returns to how many.

    Args:
        catalog: whose list.
        own: the run that this process has just ended, which need not be read again; it is the last one.
    """
    table, count = tables.endings, 0
    first = select(table.c.run).where(table.c.turn.is_not(None)).order_by(table.c.turn).limit(1)
    while True:
        with catalog.transaction() as connection:
            due = connection.execute(first).scalar()
        if due is None:
            return count
        try:
            _bring_up_to(catalog, due, own if own and own.id == due else None)
            count += 1
        except _Elsewhere:
            pass
        if own and own.id == due:
            return count


def pause(catalog: Catalog) -> None:
    """Lets others write: who waits for SQLite asks again now and then, and would hardly ever find it free."""
    if catalog.file:
        time.sleep(PAUSE)


def paced(catalog: Catalog, parts: Iterable[T]) -> Iterator[T]:
    """Yields what is written in a transaction each, with a pause between two."""
    for number, part in enumerate(parts):
        if number:
            pause(catalog)
        yield part


def _bring_up_to(catalog: Catalog, id_: str, run: ScanRun | None) -> None:
    """Writes what a run says of each finding, what is gone and what expired, and takes the run out of the queue."""
    table, done = tables.review, set[str]()
    if run is None:
        with catalog.transaction() as connection:
            run = rows.stored(connection, id_)
            done = set(connection.execute(select(table.c.id).where(table.c.last_run == id_)).scalars())
    moment = run.finished or datetime.now(UTC).isoformat(timespec="seconds")
    found = {one.id: one for one in review.standings(run)}
    for some in paced(catalog, _chunks([one for one in found.values() if one.id not in done])):
        with _turn(catalog, id_) as connection:
            _write(connection, some, run, moment)
    with catalog.transaction() as connection:
        lost = list(_lost(connection, run, found))
    for ids in paced(catalog, _chunks(lost)):
        with _turn(catalog, id_) as connection:
            _mark_gone(connection, ids, moment)
    left = True
    while left:
        with _turn(catalog, id_) as connection:
            left = review.expire(connection, moment[:10], CHUNK) == CHUNK
            if not left:
                connection.execute(delete(tables.endings).where(tables.endings.c.run == id_))


@contextmanager
def _turn(catalog: Catalog, run: str) -> Iterator[Connection]:
    """Gives a transaction that changes the list as long as a run stands in the queue.

    Raises:
        _Elsewhere: it does not any more.
    """
    table = tables.endings
    with catalog.transaction(write=True) as connection:
        review.lock(connection)
        if connection.execute(select(table.c.turn).where(table.c.run == run)).scalar() is None:
            raise _Elsewhere
        yield connection


def _write(connection: Connection, some: Sequence[Standing], run: ScanRun, moment: str) -> None:
    """Writes what a run says of some findings."""
    moves = Moves()
    known = _known(connection, [one.id for one in some])
    fresh = [_row(one, run, moment) for one in some if one.id not in known]
    if fresh:
        made = decisions.in_force(connection, {(row["field"], row["category"]) for row in fresh})
        standing = decisions.latest([one for one in made if review.holds(one, moment[:10])])
        for row in fresh:
            if decision := standing.get((row["field"], row["category"])):
                row |= {"state": "decided", "until": decision.until}
            moves.enter(row)
        connection.execute(insert(tables.review), fresh)
    _update(connection, [(known[one.id], one) for one in some if one.id in known], run, moment, moves)
    moves.write(connection)


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    columns = [tables.review.c[name] for name in _KNOWN]
    query = select(*columns).where(tables.review.c.id.in_(ids))
    return {row["id"]: row for row in map(dict, connection.execute(query).mappings())}


def _row(one: Standing, run: ScanRun, moment: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "source": one.source,
        "dataset": one.dataset,
        "path": one.path,
        **names(one.source, one.dataset, one.path),
        "category": one.category,
        "field": one.field,
        "first_run": run.id,
        "first_seen": moment,
        "last_run": run.id,
        "last_seen": moment,
        "state": "open",
        "why": None,
        "until": None,
        **_seen(one, run),
    }


def _seen(one: Standing, run: ScanRun) -> dict[str, Any]:
    return {
        "rank": review.rank(one.category, one.proof),
        "entities": list(one.entities),
        "proof": str(one.proof),
        "cells": one.cells,
        "matched": one.matched,
        "declared": one.declared,
        "rules": run.rules,
        "gone": None,
    }


def _update(
    connection: Connection,
    known: Sequence[tuple[Mapping[str, Any], Standing]],
    run: ScanRun,
    moment: str,
    moves: Moves,
) -> None:
    """Writes what a run says of findings that stand in the list: most say the same, and are only marked as seen.

    Rows that change the same columns are one statement, which sets no other column: each index that holds a column
    that is set is written again, whether or not the value is another.
    """
    table, same = tables.review, []
    mark = {"last_run": run.id, "last_seen": moment}
    changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for old, new in known:
        values = _changed(old, new, run)
        if values:
            moves.change(old, values)
            changed.setdefault(tuple(values), []).append({**values, **mark, "its": new.id})
        else:
            same.append(new.id)
    for together in changed.values():  # each row names the columns that it sets
        connection.execute(update(table).where(table.c.id == bindparam("its")), together)
    if same:
        connection.execute(update(table).where(table.c.id.in_(same)).values(mark))


def _changed(old: Mapping[str, Any], new: Standing, run: ScanRun) -> dict[str, Any]:
    """Returns the new values of the columns of a row that change, beside its last run."""
    values = _seen(new, run)
    if old["state"] == "decided":
        why = review.reopens(old, new, run.rules)
        if why:
            values |= {"state": "reopened", "why": why, "until": None}
        else:  # what the decision was about stays, so that small steps add up
            for kept in ("proof", "rank", "entities", "cells", "matched", "rules"):
                del values[kept]
    return {name: value for name, value in values.items() if value != old[name]}


def _lost(connection: Connection, run: ScanRun, found: Mapping[str, Standing]) -> Iterator[str]:
    """Yields what a dataset that was read no longer holds; what could not be read is not gone."""
    unread, table = unread_in(connection, run.id), tables.review
    for source in run.sources:
        datasets = {report.dataset for report in run.datasets if report.source == source.uri}
        for some in _chunks([dataset for dataset in sorted(datasets) if not unread(source.uri, dataset)]):
            here = (table.c.source == source.uri, table.c.dataset.in_(some), table.c.gone.is_(None))
            for id_ in connection.execute(select(table.c.id).where(*here)).scalars():
                if id_ not in found:
                    yield id_


def _mark_gone(connection: Connection, ids: Sequence[str], moment: str) -> None:
    table, moves = tables.review, Moves()
    here = (table.c.id.in_(ids), table.c.gone.is_(None))
    for row in connection.execute(select(*(table.c[name] for name in CELL)).where(*here)).mappings():
        moves.change(row, {"gone": moment})
    connection.execute(update(table).where(*here).values(gone=moment))
    moves.write(connection)


def _chunks(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
