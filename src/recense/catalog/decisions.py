"""What people decided about fields: appended, never changed, each row chained to the one before by its hash.

One model for the dashboard and for recense-approvals.yaml (``recense approvals pull|push``). The chain shows a row
that was changed, taken out of the middle or put in; it does not show rows cut off at the end, nor a chain that
somebody with write access computed anew. Keep the head (``Chain.head``, printed by ``recense doctor``) elsewhere
where that matters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, RowMapping, insert, select, text

from recense.catalog import tables
from recense.errors import UserError, unknown
from recense.policy import taxonomy

KINDS = ("declared", "accepted", "false_positive", "inherited", "remove")
"""``remove``: the field is to go; it is the one decision that no approvals file holds."""
START = "0" * 64
_LOCK = 7_305_482_120  # any number, the same in every recense: one appends, the others wait
_DEFAULT_SCHEMAS = ("public", "main", "dbo")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        field: key of the field: ``sql:clients.email``, see ``field_of``. category: of the taxonomy.
        decision: one of ``KINDS``. until: a day in ISO 8601; None only for ``remove``.
        who: who decided. decided: when, ISO 8601 in UTC. reason: why, in their words.
        activity: entry of the register. origin: ``file`` or ``dashboard``.
    """

    field: str
    category: str
    decision: str
    who: str
    decided: str
    reason: str
    until: str | None = None
    activity: str | None = None
    ticket: str | None = None
    origin: str = "dashboard"


@dataclass(frozen=True, slots=True)
class Chain:
    """The state of the chain.

    Attributes:
        length: rows. head: hash of the last row. broken: number of the first row that does not fit, None when all do.
    """

    length: int
    head: str
    broken: int | None = None


def field_of(kind: str, dataset: str, column: str) -> str:
    """Returns the key under which a scanned column is decided: the same as the gate's for tables.

    Args:
        kind: of the dataset (``table``, ``view``, ``file`` …).
        dataset: its name; a default schema (public, main, dbo) is left out.
        column: the column's path.

    >>> field_of("table", "public.clients", "email"), field_of("file", "exports/clients.csv", "email")
    ('sql:clients.email', 'csv:exports/clients.csv.email')
    """
    if kind not in ("table", "view"):
        return f"csv:{dataset}.{column}"
    schema, dot, table = dataset.partition(".")
    return f"sql:{table if dot and schema.casefold() in _DEFAULT_SCHEMAS else dataset}.{column}"


def append(connection: Connection, decisions: Iterable[Decision]) -> int:
    """Adds decisions at the end of the chain; returns how many.

    Args:
        connection: in a transaction that writes.
        decisions: in the order in which they were taken.

    Raises:
        UserError: a decision is of no known kind or category, or lacks who, why or until.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    table = tables.decisions
    last = connection.execute(
        select(table.c.sequence, table.c.hash).order_by(table.c.sequence.desc()).limit(1)
    ).one_or_none()
    sequence, previous = (last.sequence, last.hash) if last else (0, START)
    count = 0
    for decision in decisions:
        _check(decision)
        sequence += 1
        mark = _hash(sequence, previous, decision)
        row = {**asdict(decision), "sequence": sequence, "previous": previous, "hash": mark}
        connection.execute(insert(table).values(**row))
        previous = mark
        count += 1
    return count


def read(connection: Connection) -> list[Decision]:
    """Returns every decision, oldest first."""
    table = tables.decisions
    rows = connection.execute(select(table).order_by(table.c.sequence)).mappings()
    return [_decision(row) for row in rows]


def about(connection: Connection, field: str) -> list[Decision]:
    """Returns the decisions about one field, oldest first, from an index."""
    table = tables.decisions
    rows = connection.execute(select(table).where(table.c.field == field).order_by(table.c.sequence)).mappings()
    return [_decision(row) for row in rows]


def in_force(connection: Connection, keys: Iterable[tuple[str, str]]) -> list[Decision]:
    """Returns the decisions in force about some fields and categories: the last one about each, from an index."""
    wanted = set(keys)
    fields = sorted({field for field, _ in wanted})
    table, found = tables.decisions, []
    for begin in range(0, len(fields), 500):
        query = select(table).where(table.c.field.in_(fields[begin : begin + 500])).order_by(table.c.sequence)
        found += [_decision(row) for row in connection.execute(query).mappings()]
    return [decision for key, decision in latest(found).items() if key in wanted]


def latest(decisions: Sequence[Decision]) -> dict[tuple[str, str], Decision]:
    """Returns the decision in force per (field, category): the last one."""
    return {(decision.field, decision.category): decision for decision in decisions}


def chain(connection: Connection) -> Chain:
    """Returns the state of the chain, with the first row that does not fit."""
    table = tables.decisions
    rows = connection.execute(select(table).order_by(table.c.sequence)).mappings().all()
    previous = START
    for number, row in enumerate(rows, start=1):
        fits = row["sequence"] == number and row["previous"] == previous
        if not fits or row["hash"] != _hash(number, previous, _decision(row)):
            return Chain(len(rows), previous, number)
        previous = row["hash"]
    return Chain(len(rows), previous)


def _decision(row: RowMapping) -> Decision:
    return Decision(**{name: row[name] for name in Decision.__slots__})


def _hash(sequence: int, previous: str, decision: Decision) -> str:
    content = json.dumps([sequence, previous, asdict(decision)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _check(decision: Decision) -> None:
    if decision.decision not in KINDS:
        raise UserError(unknown("decision", decision.decision, KINDS))
    if decision.category not in taxonomy().categories:
        raise UserError(unknown("category", decision.category, taxonomy().categories))
    for name in ("field", "who", "reason", "decided"):
        if not str(getattr(decision, name)).strip():
            raise UserError(f"a decision needs {name}")
    if decision.until is None and decision.decision != "remove":
        raise UserError("a decision needs an end: until")


def states(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Returns, by the id of a finding, what became of it: ``open | decided | reopened``; 500 ids at most."""
    table = tables.review
    query = select(table.c.id, table.c.state).where(table.c.id.in_(ids))
    return {row.id: row.state for row in connection.execute(query)}
