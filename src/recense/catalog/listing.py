"""Pages of the review list: filters, search and the next page, each answered from an index.

A page is cut by key, never by offset: the last row of one page is where the next begins, so page 2,000 costs what page
1 costs and no row is lost or shown twice while a scan writes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, literal, select, tuple_

from recense.catalog import counts, rows, searching, tables
from recense.errors import UserError
from recense.model import Finding, ScanRun, SourceReport, Unreadable
from recense.policy import taxonomy

SHOWN = 50
"""Rows of a page."""

COUNTED = 10_000
"""Up to here a list says how long it is; beyond, "more than"."""


@dataclass(frozen=True, slots=True)
class Item:
    """A finding as it stands now; ``recense.catalog.tables.review`` says what each field holds."""

    id: str
    source: str
    dataset: str
    path: str
    category: str
    field: str
    entities: Sequence[str]
    proof: str
    cells: int
    matched: int
    declared: str | None
    first_seen: str
    last_seen: str
    last_run: str
    gone: str | None
    state: str
    why: str | None
    until: str | None
    rank: int
    sort: str

    @property
    def share(self) -> float:
        """Returns the share of cells that hold it."""
        return self.matched / self.cells if self.cells else 0.0

    @property
    def special(self) -> bool:
        """Tells whether Article 9 or 10 protects it."""
        return taxonomy().is_special(self.category)

    @property
    def article(self) -> str | None:
        """Returns ``9`` or ``10``, None for ordinary data."""
        known = taxonomy().categories.get(self.category)
        return known.article if known else None


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; an empty field does not filter.

    Attributes:
        special: only, or without, Article 9 and 10. waiting: only what nobody has decided.
        since: first seen after this moment. ending: decided until this day at most.
        search: words that stand in source, dataset or column, see ``recense.catalog.searching``.
        gone: also what is no longer found.
    """

    category: str = ""
    source: str = ""
    proof: str = ""
    declared: str = ""
    state: str = ""
    search: str = ""
    since: str = ""
    ending: str = ""
    special: bool | None = None
    waiting: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """One page: its items, and the cursors of the pages around it, None at the ends."""

    items: Sequence[Item]
    after: str | None
    before: str | None


def listed(
    connection: Connection, chosen: Filter, after: str | None = None, before: str | None = None, size: int = SHOWN
) -> Slice:
    """Returns a page, most urgent first.

    Args:
        connection: a transaction.
        chosen: what to list.
        after: cursor of the page before this one.
        before: cursor of the page after this one.
        size: items of a page.

    Raises:
        UserError: a cursor is none of ours.
    """
    table = tables.review
    key = tuple_(table.c.rank, table.c.sort, table.c.id)
    query = select(table.c.id).where(*_conditions(chosen))
    backwards = before is not None
    if before is not None:
        query = query.where(key < _place(before))
        query = query.order_by(table.c.rank.desc(), table.c.sort.desc(), table.c.id.desc())
    else:
        query = query.where(key > _place(after)) if after else query
        query = query.order_by(table.c.rank, table.c.sort, table.c.id)
    found = list(connection.execute(query.limit(size + 1)).scalars())  # of the index alone, then the rows of a page
    more, items = len(found) > size, _items(connection, found[:size])
    if backwards:
        items.reverse()
    onward = bool(items) and (more or backwards)
    back = bool(items) and (more if backwards else after is not None)
    return Slice(items, cursor(items[-1]) if onward else None, cursor(items[0]) if back else None)


def counted(connection: Connection, chosen: Filter) -> int:
    """Returns how many items a filter lists; ``COUNTED`` + 1 when there are more and they have to be walked along."""
    if not _walks(chosen):
        return counts.total(connection, _conditions(chosen, tables.review_counts))
    table = tables.review
    inner: Select[Any] = select(table.c.id).where(*_conditions(chosen, ordered=False)).limit(COUNTED + 1)
    return connection.execute(select(func.count()).select_from(inner.subquery())).scalar() or 0


def is_cut(chosen: Filter, count: int) -> bool:
    """Tells whether there are more items than ``counted`` says."""
    return _walks(chosen) and count > COUNTED


def _walks(chosen: Filter) -> bool:
    return bool(chosen.search or chosen.since or chosen.ending)


def oldest(connection: Connection, chosen: Filter) -> str | None:
    """Returns when the longest-waiting item of a filter was first seen."""
    first = tables.review.c.first_seen
    return connection.execute(select(first).where(*_conditions(chosen)).order_by(first).limit(1)).scalar()


def item(connection: Connection, id_: str) -> Item | None:
    """Returns the item of a finding's id."""
    row = connection.execute(select(tables.review).where(tables.review.c.id == id_)).mappings().one_or_none()
    return _item(row) if row else None


def following(connection: Connection, chosen: Filter, one: Item) -> Item | None:
    """Returns the item of a filter that comes after one, whether or not that one still belongs to it."""
    page = listed(connection, chosen, after=cursor(one), size=1)
    return page.items[0] if page.items else None


def position(connection: Connection, chosen: Filter, one: Item) -> int:
    """Returns how many items of a filter stand before one, counted from 1."""
    table = tables.review
    key = tuple_(table.c.rank, table.c.sort, table.c.id)
    query = select(func.count()).select_from(table).where(*_conditions(chosen), key <= _place(cursor(one)))
    return connection.execute(query).scalar() or 0


def by_source(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """Returns how many items of each category stand in each source."""
    return counts.by_source(connection)


def cursor(one: Item) -> str:
    """Returns where a page ends, as text for a URL."""
    return base64.urlsafe_b64encode(json.dumps([one.rank, one.sort, one.id]).encode()).decode().rstrip("=")


def _place(text: str) -> Any:
    try:
        rank, sort, id_ = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not (isinstance(rank, int) and isinstance(sort, str) and isinstance(id_, str)):
            raise ValueError
    except ValueError:
        raise UserError("this page of the list does not exist; begin again from the first") from None
    types = (tables.review.c.rank, tables.review.c.sort, tables.review.c.id)
    return tuple_(*(literal(value, column.type) for value, column in zip((rank, sort, id_), types, strict=True)))


def _conditions(chosen: Filter, table: Table = tables.review, ordered: bool = True) -> list[ColumnElement[bool]]:
    """Returns what rows of the list, or cells of ``review_counts``, a filter takes.

    Args:
        chosen: the filter.
        table: ``review`` or ``review_counts``.
        ordered: the rows are wanted in the list's order; a database that began with the days of an index on ``until``
            would have to sort whatever ends soon, which may be everything.
    """
    conditions: list[ColumnElement[bool]] = []
    for name in ("category", "source", "proof", "declared", "state"):
        if wanted := getattr(chosen, name):
            conditions.append(table.c[name] == wanted)
    if not chosen.gone:
        conditions.append(table.c.gone.is_(None) if table is tables.review else table.c.gone == 0)
    if chosen.waiting:
        conditions.append(table.c.state.in_(("open", "reopened")))
    if chosen.special is not None:
        conditions.append(table.c.rank < 10 if chosen.special else table.c.rank >= 10)
    if chosen.since:
        conditions.append(table.c.first_seen > chosen.since)
    if chosen.ending:
        until = func.coalesce(table.c.until, "9999") if ordered else table.c.until
        conditions += [table.c.state == "decided", until <= chosen.ending]
    return conditions + searching.conditions(chosen.search)


def _item(row: Any) -> Item:
    return Item(**{name: row[name] for name in Item.__dataclass_fields__})


def _items(connection: Connection, ids: Sequence[str]) -> list[Item]:
    table = tables.review
    found: dict[str, Item] = {}
    for begin in range(0, len(ids), 500):
        query = select(table).where(table.c.id.in_(ids[begin : begin + 500]))
        found |= {row["id"]: _item(row) for row in connection.execute(query).mappings()}
    return [found[id_] for id_ in ids]


def evidence(connection: Connection, run: str, id_: str) -> Sequence[Finding]:
    """Returns what a run said of a finding, one entry for each kind of datum."""
    table = tables.findings
    query = select(table).where(table.c.run == run, table.c.id == id_).order_by(table.c.position)
    return [rows.finding_of(row) for row in connection.execute(query).mappings()]


def by_dataset(connection: Connection, run: str) -> Mapping[tuple[str, str], set[tuple[str, str]]]:
    """Returns what a run found in each dataset that it read: by source and name, pairs of a category and a proof.

    The database puts the findings together: a hundred thousand of them are never objects here.
    """
    names, table = tables.datasets, tables.findings
    read = connection.execute(select(names.c.source, names.c.name).where(names.c.run == run))
    datasets: dict[tuple[str, str], set[tuple[str, str]]] = {(source, name): set() for source, name in read}
    pairs = select(table.c.source, table.c.dataset, table.c.category, table.c.proof).where(table.c.run == run)
    for source, name, category, proof in connection.execute(pairs.distinct()):
        datasets.setdefault((source, name), set()).add((category, proof))
    return datasets


def trend(connection: Connection, id_: str, most: int = 12) -> Sequence[tuple[str, int, int]]:
    """Returns when runs read a finding's column and how many cells of all held it, newest first."""
    found, runs = tables.findings, tables.runs
    query = (
        select(runs.c.finished, func.max(found.c.matched), func.max(found.c.cells))
        .join(runs, runs.c.id == found.c.run)
        .where(found.c.id == id_, runs.c.finished.is_not(None))
        .group_by(runs.c.id, runs.c.finished, runs.c.sequence)
        .order_by(runs.c.sequence.desc())
        .limit(most)
    )
    return [(moment, matched, cells) for moment, matched, cells in connection.execute(query)]


def sources(connection: Connection) -> Sequence[tuple[SourceReport, str]]:
    """Returns every source as its newest finished run left it, and when that was."""
    table, states, runs = tables.sources, tables.source_states, tables.runs
    query = (
        select(table, runs.c.finished)
        .join(states, and_(states.c.source == table.c.uri, states.c.run == table.c.run))
        .join(runs, runs.c.id == table.c.run)
    )
    found = [
        (SourceReport(row["uri"], row["kind"], row["status"], row["reason"]), row["finished"])
        for row in connection.execute(query).mappings()
    ]
    return sorted(found, key=lambda entry: entry[0].uri)


def unread(connection: Connection, most: int = 500) -> Sequence[Unreadable]:
    """Returns what the newest finished run could not read."""
    table, runs = tables.unreadable, tables.runs
    last = select(runs.c.id).where(runs.c.finished.is_not(None)).order_by(runs.c.sequence.desc()).limit(1)
    query = select(table).where(table.c.run == last.scalar_subquery()).order_by(table.c.position).limit(most)
    return [
        Unreadable(row["source"], row["path"], row["code"], row["reason"])
        for row in connection.execute(query).mappings()
    ]


def retention(connection: Connection) -> Mapping[str, Any] | None:
    """Returns the retention report that was kept last: ``{run, made, as_of, policy, document}``, None without one."""
    table = tables.retention_reports
    query = select(table.c.run, table.c.made, table.c.as_of, table.c.policy, table.c.document)
    row = (
        connection.execute(query.order_by(table.c.made.desc(), table.c.as_of.desc()).limit(1)).mappings().one_or_none()
    )
    return dict(row) if row else None


@dataclass(frozen=True, slots=True)
class ReadShare:
    """How much of a source its newest finished run read.

    Attributes:
        rows: of all its datasets; None when one does not say how many it has. rows_read: of those.
        bound: the worst upper bound for a column without a finding, None without columns.
    """

    source: str
    rows: int | None
    rows_read: int
    columns: int
    bound: float | None


def newest_runs(connection: Connection) -> Mapping[str, str]:
    """Returns the newest finished run of every source."""
    table = tables.source_states
    return {row.source: row.run for row in connection.execute(select(table.c.source, table.c.run))}


def read_shares(connection: Connection) -> Sequence[ReadShare]:
    """Returns how much of each source was read, and with which bound."""
    table = tables.source_states
    rows = connection.execute(
        select(table.c.source, table.c.rows, table.c.rows_read, table.c.columns, table.c.bound)
    ).tuples()
    return sorted((ReadShare(*row) for row in rows), key=lambda share: share.source)


def runs_since(connection: Connection, since: str | None) -> tuple[int, ScanRun | None]:
    """Returns how many runs ended, or began and have not ended, after a moment, and the newest that ended."""
    table = tables.runs
    query = select(func.count()).select_from(table)
    if since is not None:
        query = query.where(func.coalesce(table.c.finished, table.c.started) > since)
    last = select(table).where(table.c.finished.is_not(None)).order_by(table.c.sequence.desc()).limit(1)
    row = connection.execute(last).mappings().one_or_none()
    return connection.execute(query).scalar() or 0, rows.head_of(row) if row else None
