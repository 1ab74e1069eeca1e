"""The catalog: what every run found, in SQLite beside recense.yaml or in PostgreSQL.

While a run goes on, each partition's evidence is kept as soon as it is read, so a run killed at any moment resumes
with nothing lost and nothing counted twice. When it ends, findings, profiles and reports are staged, and one
transaction makes them the run's and erases the evidence and the key of its hashes: see ``recense.catalog.ending``. No
value and no credential is ever in it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from recense.catalog import audit, counts, ending, listing, recording, review, rows, searching, tables
from recense.catalog import decisions as chained
from recense.catalog.decisions import Chain, Decision
from recense.catalog.differences import differences
from recense.catalog.engine import connect, transaction
from recense.catalog.migrations import STEPS, Step, migrate
from recense.catalog.packing import pack, unpack
from recense.config.credentials import without_login
from recense.errors import UserError, unknown
from recense.evidence import ColumnProfile, Evidence
from recense.model import Dataset, Partition, ScanRun, Unreadable

PartitionId = tuple[str, str, str]
"""Source, dataset and key of a partition."""

Targets = Sequence[Mapping[str, Any]]
"""What a run scans, as plain data without credentials (``recense.pipelines.plan.remember``)."""


@dataclass(frozen=True, slots=True)
class DatasetProfile:
    """The stored evidence of a dataset: enough to judge it again without reading it."""

    dataset: Dataset
    rows_read: int
    columns: Mapping[str, ColumnProfile]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that is going on or was stopped.

    Attributes:
        sample_key: key of its samples' hashes; it dies with the run.
        targets: what it scans, as plain data without credentials. scope: digest of what was asked for.
    """

    id: str
    started: str
    sample_key: bytes
    targets: Targets
    scope: str


def now() -> str:
    """Returns the time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def new_run_id() -> str:
    """Returns a name for a new run: its time of start and four random digits."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


class Catalog:
    """The store of runs. Safe for several processes at once; each opens its own."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self.where = where

    @classmethod
    def open(cls, url: str, steps: Sequence[Step] = STEPS) -> Catalog:
        """Opens a catalog, creating or migrating it as needed.

        Args:
            url: SQLAlchemy URL with secrets filled in (``Config.catalog_url``).
            steps: the migrations, for tests of migrating.

        Raises:
            ConfigError: it cannot be opened, or a newer recense wrote it.
        """
        where = without_login(url)
        catalog = cls(connect(url, where), where)
        with catalog._transaction(write=True) as connection:
            migrate(connection, where, steps)
        return catalog

    @property
    def file(self) -> Path | None:
        """Returns the SQLite file, None for a database server."""
        database = self._engine.url.database
        is_file = self._engine.dialect.name == "sqlite" and database not in (None, "", ":memory:")
        return Path(str(database)) if is_file else None

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def transaction(self, write: bool = False) -> AbstractContextManager[Connection]:
        """Gives a connection in a transaction, for the modules of this package that are no runs."""
        return self._transaction(write)

    def _transaction(self, write: bool = False) -> AbstractContextManager[Connection]:
        return transaction(self._engine, self.where, write, self._turn)

    # -- while a run goes on

    def start(
        self,
        run_id: str,
        *,
        rules: str,
        scope: str,
        targets: Targets,
        policy: str | None = None,
        replay_of: str | None = None,
    ) -> Unfinished:
        """Begins a run and draws the key of its samples; does first what processes that were killed left to do."""
        ending.erase_abandoned(self)
        recording.bring_up(self)
        run = Unfinished(run_id, now(), secrets.token_bytes(16), targets, scope)
        with self._transaction(write=True) as connection:
            last = connection.execute(select(func.max(tables.runs.c.sequence))).scalar() or 0
            connection.execute(
                insert(tables.runs).values(
                    id=run_id,
                    started=run.started,
                    status="running",
                    rules=rules,
                    policy=policy,
                    scope=scope,
                    targets=list(targets),
                    replay_of=replay_of,
                    sample_key=run.sample_key.hex(),
                    sequence=last + 1,
                )
            )
        return run

    def unfinished(self, run_id: str) -> Unfinished:
        """Returns a run that can be resumed; ``last`` is the latest one.

        Raises:
            UserError: there is no such run, it has ended, or it was stopped too long ago.
        """
        with self._transaction() as connection:
            query = select(tables.runs).order_by(tables.runs.c.sequence.desc())
            known = connection.execute(query).mappings().all()
        if run_id == "last":
            found = next((row for row in known if row["sample_key"]), None)
            if found is None:
                raise UserError(f"no run in {self.where} can be resumed: all have ended; start a new scan")
        else:
            found = next((row for row in known if row["id"] == run_id), None)
            if found is None:
                raise UserError(unknown("run", run_id, [row["id"] for row in known[:10]]))
        if not found["sample_key"]:
            raise UserError(f"run {found['id']} has ended ({found['status']}) and cannot be resumed; start a new scan")
        key = bytes.fromhex(found["sample_key"])
        return Unfinished(found["id"], found["started"], key, found["targets"], found["scope"])

    def save_partition(
        self, run_id: str, partition: Partition, evidence: Evidence, problem: Unreadable | None = None
    ) -> None:
        """Keeps what was read of a partition, in place of what was kept of it before.

        Args:
            run_id: a run that was started and has not ended.
            partition: what was read.
            evidence: what was seen in it.
            problem: why it was not read to its end; it is read again when the run is resumed.
        """
        table = tables.partitions
        identity = {"run": run_id, "source": partition.dataset.source, "dataset": partition.dataset.name}
        with self._transaction(write=True) as connection:
            connection.execute(delete(table).where(*self._is(partition, run_id)))
            connection.execute(
                insert(table).values(
                    **identity,
                    key=partition.key,
                    state=partition.state,
                    rows=evidence.rows,
                    complete=problem is None,
                    problem=rows.problem(problem),
                    evidence=pack(evidence),
                )
            )

    def finished_partitions(self, run_id: str) -> dict[PartitionId, str | None]:
        """Returns the partitions of a run that were read to their end, with the state they were in."""
        table = tables.partitions
        query = select(table.c.source, table.c.dataset, table.c.key, table.c.state)
        with self._transaction() as connection:
            found = connection.execute(query.where(table.c.run == run_id, table.c.complete.is_(True)))
            return {(source, dataset, key): state for source, dataset, key, state in found}

    def partition_evidence(self, run_id: str, partition: Partition) -> tuple[Evidence, Unreadable | None] | None:
        """Returns what was read of a partition and why not all of it; None when it was not read at all."""
        table = tables.partitions
        query = select(table.c.evidence, table.c.problem).where(*self._is(partition, run_id))
        with self._transaction() as connection:
            found = connection.execute(query).one_or_none()
        if found is None or found.evidence is None:
            return None
        return unpack(found.evidence), rows.unreadable_of(found.problem)

    def stop(self, run_id: str) -> None:
        """Notes that a run was interrupted; it can be resumed."""
        with self._transaction(write=True) as connection:
            connection.execute(
                update(tables.runs)
                .where(tables.runs.c.id == run_id, tables.runs.c.status == "running")
                .values(status="stopped")
            )

    def finish(self, run: ScanRun, profiles: Sequence[DatasetProfile]) -> None:
        """Writes everything a run found, erases its evidence and key, and brings the review list up to it.

        Readers see nothing of it before all is there; others may write in between. What a killed process leaves is
        written anew when the run is resumed, or brought to its end when the next one starts.

        Raises:
            UserError: the run has ended already, perhaps in another process.
        """
        ending.end(self, run, profiles)

    def flush(self) -> None:
        """Empties SQLite's write-ahead log, in which erased hashes would otherwise stay for a while."""
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # most of it, while others may write
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # -- afterwards

    def run(self, run_id: str | None = None) -> ScanRun:
        """Returns a run as reports show it; None is the latest that ended.

        Raises:
            UserError: there is none.
        """
        with self._transaction() as connection:
            found = self._row(connection, run_id)
            return rows.run_of(connection, found, self._changes(connection, found))

    def fill_review(self) -> int:
        """Fills an empty review list from the newest run of each source; returns how many runs it took.

        A catalog of a recense that had no such list has findings and an empty list. Counts that are not what the list
        says are made anew.
        """
        if self.drift():
            with self._transaction(write=True) as connection:
                review.lock(connection)
                counts.rebuild(connection)
        with self._transaction(write=True) as connection:
            wanted = set(listing.newest_runs(connection).values()) if review.is_empty(connection) else set()
            table = tables.runs
            order = select(table.c.id).where(table.c.id.in_(wanted)).order_by(table.c.sequence)
            if wanted:
                recording.queue(connection, list(connection.execute(order).scalars()))
        return recording.bring_up(self)

    def index_search(self) -> bool:
        """Makes searches of the review list fast where the database can; returns whether it can."""
        with self._transaction(write=True) as connection:
            return searching.index(connection)

    def runs(self, most: int | None = None) -> list[ScanRun]:
        """Returns all runs, or the latest ``most`` of them, latest first, without their findings."""
        with self._transaction() as connection:
            query = select(tables.runs).order_by(tables.runs.c.sequence.desc()).limit(most)
            return [rows.head_of(row) for row in connection.execute(query).mappings()]

    def changes(self, run_id: str) -> Mapping[str, object]:
        """Returns what is new, gone and changed since the previous run that was asked for the same.

        ``{"since": run or None, "new": [id], "gone": [{id, source, dataset, column, category, entity, proof}],
        "changed": [{id, before: {entity, proof}, after: {…}}]}``. A finding in something that could not be read this
        time is not gone.
        """
        with self._transaction() as connection:
            return self._changes(connection, self._row(connection, run_id))

    def profiles(self, run_id: str) -> list[DatasetProfile]:
        """Returns the stored evidence of each dataset of a run, for judging it again."""
        with self._transaction() as connection:
            found = self._row(connection, run_id)
            return [DatasetProfile(*parts) for parts in rows.profiles_of(connection, found)]

    def keep_retention(self, run_id: str, policy: str, document: Mapping[str, Any]) -> None:
        """Keeps a retention report (``recense.retention/1``) of a run; an earlier one of the same day gives way."""
        table = tables.retention_reports
        with self._transaction(write=True) as connection:
            same = (table.c.run == run_id) & (table.c.as_of == document["as_of"])
            connection.execute(delete(table).where(same))
            connection.execute(
                insert(table).values(
                    run=run_id, id=secrets.token_hex(8), made=now(), as_of=document["as_of"], policy=policy,
                    document=dict(document),
                )
            )  # fmt: skip

    def retention_reports(self, run_id: str | None = None) -> list[dict[str, Any]]:
        """Returns the kept retention reports, latest first: ``{run, made, as_of, policy, document}``.

        Args:
            run_id: of one run only.
        """
        table = tables.retention_reports
        query = select(table.c.run, table.c.made, table.c.as_of, table.c.policy, table.c.document)
        if run_id is not None:
            query = query.where(table.c.run == run_id)
        with self._transaction() as connection:
            rows_found = connection.execute(query.order_by(table.c.made.desc(), table.c.as_of.desc())).mappings()
            return [dict(row) for row in rows_found]

    def scope(self, run_id: str) -> tuple[str, Targets]:
        """Returns the scope and the targets of a run."""
        with self._transaction() as connection:
            found = self._row(connection, run_id)
            return found["scope"], found["targets"]

    # -- what people decided

    def decide(self, made: Sequence[Decision]) -> int:
        """Appends decisions to the chain, in one transaction; returns how many."""
        with self._transaction(write=True) as connection:
            count = chained.append(connection, made)
            review.settle(connection, made, now()[:10])
            return count

    def decisions(self) -> list[Decision]:
        """Returns every decision, oldest first; ``recense.catalog.decisions.latest`` gives those in force."""
        with self._transaction() as connection:
            return chained.read(connection)

    def decision_chain(self) -> Chain:
        """Returns the state of the chain of decisions, with the first row that was tampered with."""
        with self._transaction() as connection:
            return chained.chain(connection)

    def drift(self) -> int:
        """Returns how many counts of the review list are not what the list says: 0 unless somebody wrote past us."""
        with self._transaction() as connection:
            return counts.drift(connection)

    def audit_chain(self) -> tuple[int, str, int | None]:
        """Returns length and head of the log of who looked, and its first entry that does not fit, None when all do."""
        with self._transaction() as connection:
            return *audit.head(connection), audit.verify(connection)

    def _row(self, connection: Connection, run_id: str | None) -> rows.Row:
        table = tables.runs
        query = select(table).order_by(table.c.sequence.desc())
        if run_id is None:
            found = connection.execute(query.where(table.c.status.in_(rows.FINISHED)).limit(1)).mappings().one_or_none()
            if found is None:
                raise UserError(f"no run has ended in {self.where} yet; start one with 'recense scan TARGET'")
            return found
        found = connection.execute(query.where(table.c.id == run_id)).mappings().one_or_none()
        if found is None:
            known = connection.execute(query.limit(10)).mappings().all()
            raise UserError(unknown("run", run_id, [row["id"] for row in known]))
        return found

    def _changes(self, connection: Connection, found: rows.Row) -> Mapping[str, object]:
        if found["status"] not in rows.FINISHED:
            return {}
        table = tables.runs
        before = (
            select(table.c.id)
            .where(table.c.scope == found["scope"], table.c.status.in_(rows.FINISHED))
            .where(table.c.sequence < found["sequence"])
            .order_by(table.c.sequence.desc())
            .limit(1)
        )
        previous = connection.execute(before).scalar()
        if previous is None:
            return {}
        return differences(connection, previous, found["id"])

    @staticmethod
    def _is(partition: Partition, run_id: str) -> tuple[ColumnElement[bool], ...]:
        table = tables.partitions
        return (
            table.c.run == run_id,
            table.c.source == partition.dataset.source,
            table.c.dataset == partition.dataset.name,
            table.c.key == partition.key,
        )
