"""The end of a run: its rows are staged, one short transaction makes them the run's, and the review list follows.

SQLite has one writer, and a page that shows a finding is not sent before the look is logged: whoever writes a hundred
thousand rows in one transaction stops the dashboard for as long. So no transaction here writes more than ``ROWS`` rows.
Until the one that ends the run nobody sees what is staged; killed before it, the run is resumed and staged anew, and
killed after it, the list is brought up by the next recense that scans or serves (``recense.catalog.recording``).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, delete, insert, select, tuple_, update

from recense.catalog import coverage, recording, rows, tables
from recense.errors import UserError
from recense.model import ScanRun

if TYPE_CHECKING:
    from recense.catalog import Catalog, DatasetProfile

KEEP_UNFINISHED = timedelta(days=7)
"""A run that nobody resumed for so long gives its evidence and key back."""

ROWS = 1_000
"""Rows of one transaction."""


def end(catalog: Catalog, run: ScanRun, profiles: Sequence[DatasetProfile]) -> None:
    """Writes everything a run found and erases its evidence and key; see ``Catalog.finish``."""
    claim = secrets.token_hex(8)
    known = {(one.dataset.source, one.dataset.name): one for one in profiles}
    with catalog.transaction(write=True) as connection:
        _hold(connection, run.id)
        begun = connection.execute(delete(tables.endings).where(tables.endings.c.run == run.id)).rowcount
        connection.execute(insert(tables.endings).values(run=run.id, claim=claim))
    if begun:
        _unstage(catalog, run.id, lambda connection: _hold(connection, run.id, claim))
    for batch in recording.paced(catalog, _batches(run, known)):
        with catalog.transaction(write=True) as connection:
            _hold(connection, run.id, claim)
            for table, values in batch.items():
                connection.execute(insert(table), values)
    states = list(coverage.states(run))
    with catalog.transaction(write=True) as connection:
        _hold(connection, run.id, claim)
        _make_ended(connection, run)
        coverage.record(connection, run.id, states)
    catalog.flush()
    recording.bring_up(catalog, run)


def _hold(connection: Connection, run: str, claim: str | None = None) -> None:
    """Keeps other processes from ending a run until the transaction ends.

    Args:
        connection: a transaction that writes.
        run: its id.
        claim: what this process drew when it began to end the run; None before that.

    Raises:
        UserError: the run has ended, or another process has begun to end it since: the last one wins, as the first may
            have been killed.
    """
    query = select(tables.runs.c.sample_key).where(tables.runs.c.id == run)
    if connection.execute(query.with_for_update()).scalar() is None:
        raise UserError(f"run {run} has ended already; see 'recense runs'")
    if claim is not None:
        holder = select(tables.endings.c.claim).where(tables.endings.c.run == run)
        if connection.execute(holder).scalar() != claim:
            raise UserError(f"run {run} is being ended by another process; see 'recense runs'")


def _batches(run: ScanRun, profiles: Mapping[tuple[str, str], DatasetProfile]) -> Iterator[Mapping[Table, rows.Values]]:
    """Yields the rows of a run, so many as one transaction writes, made before it begins."""
    rest = rows.of_run(run, profiles)
    while some := list(islice(rest, ROWS)):
        batch: dict[Table, rows.Values] = {}
        for table, values in some:
            batch.setdefault(table, []).append(values)
        yield batch


def _make_ended(connection: Connection, run: ScanRun) -> None:
    """Makes what was staged the run's, and erases what only a run that goes on needs."""
    here = tables.runs.c.id == run.id
    values = {"finished": run.finished, "status": run.status, "rules": run.rules, "policy": run.policy}
    connection.execute(update(tables.runs).where(here).values(**values, sample_key=None))
    _erase_evidence(connection, [run.id])
    recording.queue(connection, [run.id])


def _erase_evidence(connection: Connection, runs: Sequence[str]) -> None:
    table, parts = tables.partitions, tables.person_parts
    connection.execute(update(table).where(table.c.run.in_(runs)).values(evidence=None))
    connection.execute(delete(parts).where(parts.c.run.in_(runs)))


def erase_abandoned(catalog: Catalog) -> None:
    """Takes its key, its evidence and what was staged from every run that nobody resumed for ``KEEP_UNFINISHED``."""
    before = (datetime.now(UTC) - KEEP_UNFINISHED).isoformat(timespec="seconds")
    runs, endings = tables.runs, tables.endings
    old = select(runs.c.id).where(runs.c.sample_key.is_not(None), runs.c.started < before)
    staged = select(endings.c.run).join(runs, runs.c.id == endings.c.run).where(runs.c.sample_key.is_(None))
    with catalog.transaction(write=True) as connection:
        gone = list(connection.execute(old).scalars())
        if gone:
            _erase_evidence(connection, gone)
            connection.execute(update(runs).where(runs.c.id.in_(gone)).values(sample_key=None, status="stopped"))
        dead = list(connection.execute(staged.where(endings.c.turn.is_(None))).scalars())
    for run in dead:
        _unstage(catalog, run, lambda _: None)
        with catalog.transaction(write=True) as connection:
            connection.execute(delete(endings).where(endings.c.run == run))


def _unstage(catalog: Catalog, run: str, check: Callable[[Connection], None]) -> None:
    """Deletes what was staged of a run that has not ended; ``check`` raises when that is no longer ours to do."""
    for table in rows.TABLES:
        key = [column for column in table.primary_key if column.name != "run"]
        some = select(*key).where(table.c.run == run).limit(ROWS)
        here = (table.c.run == run, tuple_(*key).in_(some))
        for _ in recording.paced(catalog, count()):
            with catalog.transaction(write=True) as connection:
                check(connection)
                if connection.execute(delete(table).where(*here)).rowcount < ROWS:
                    break
