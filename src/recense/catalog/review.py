"""What is found now, one row a finding whatever the number of runs: the list that people decide on.

``findings`` holds what each run saw; ``review`` what stands after the last of them, with the day it was first seen and
whether somebody has decided. A finding that a complete run of its source no longer has is marked as gone, not erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text, update

from recense.catalog import decisions, tables
from recense.catalog.counts import CELL, Moves
from recense.catalog.decisions import Decision, field_of
from recense.model import Finding, Proof, ScanRun
from recense.policy import taxonomy

STEP = 1.5
"""How many times more cells a decided finding must hold before it is asked again (and at least ``LEAST`` more)."""

LEAST = 10

_LOCK = 7_305_482_121  # any number, the same in every recense

PROOFS = (Proof.PROVED, Proof.INDICATED, Proof.TO_CHECK)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one run says of a finding: its entities together.

    Attributes:
        matched: cells that hold the strongest entity.
        field: what decisions call its column.
    """

    id: str
    source: str
    dataset: str
    path: str
    category: str
    entities: tuple[str, ...]
    proof: Proof
    cells: int
    matched: int
    declared: str | None
    field: str = ""


def rank(category: str, proof: str) -> int:
    """Returns where a finding stands in the list: Article 9 and 10 first, then by proof; smaller is more urgent."""
    return (0 if taxonomy().is_special(category) else 10) + [str(known) for known in PROOFS].index(proof)


def standings(run: ScanRun) -> list[Standing]:
    """Returns the findings of a run with the entities of one id put together, strongest first."""
    kinds = {(report.source, report.dataset): report.kind for report in run.datasets}
    groups: dict[str, list[Finding]] = {}
    for finding in run.findings:
        groups.setdefault(finding.id, []).append(finding)
    ordered = [sorted(group, key=lambda one: (PROOFS.index(one.proof), -one.score)) for group in groups.values()]
    return [_standing(group, kinds.get((group[0].source, group[0].dataset), "table")) for group in ordered]


def _standing(group: Sequence[Finding], kind: str) -> Standing:
    best = group[0]
    entities = tuple(dict.fromkeys(one.entity for one in group))
    return Standing(
        best.id,
        best.source,
        best.dataset,
        best.column,
        best.category,
        entities,
        best.proof,
        best.cells,
        best.matched,
        best.declared,
        field_of(kind, best.dataset, best.column),
    )


def reopens(old: Any, new: Standing, rules: str) -> str | None:
    """Returns why a decided finding is to be asked again: ``stronger | more | kind | rules``, None if it is not.

    A decision answers what was known then. It is asked again when the proof got stronger, when the cells or the share
    grew past ``STEP``, when another kind of datum came to it, or when other rules read the same cells differently.

    Args:
        old: the row as it stood when it was decided.
        new: what the run says.
        rules: version and digest of the rules that judged.
    """
    if PROOFS.index(new.proof) < PROOFS.index(Proof(old["proof"])):
        return "rules" if rules != old["rules"] and new.cells == old["cells"] else "stronger"
    if set(new.entities) - set(old["entities"]):
        return "rules" if rules != old["rules"] and new.cells == old["cells"] else "kind"
    grown = new.matched - old["matched"] >= LEAST
    share, was = new.matched / max(new.cells, 1), old["matched"] / max(old["cells"], 1)
    if grown and (new.matched > STEP * old["matched"] or share > STEP * was):
        return "more"
    return None


def lock(connection: Connection) -> None:
    """Lets one transaction at a time change the list: SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def is_empty(connection: Connection) -> bool:
    """Tells whether nothing stands in the list, though a finished run found something: an older recense wrote it."""
    if connection.execute(select(tables.review.c.id).limit(1)).scalar() is not None:
        return False
    return connection.execute(select(tables.findings.c.id).limit(1)).scalar() is not None


def holds(decision: Decision, today: str) -> bool:
    """Tells whether a decision has not come to its end; ``today`` is a day in ISO 8601."""
    return decision.until is None or decision.until >= today


def settle(connection: Connection, made: Sequence[Decision], today: str) -> None:
    """Marks what decisions are about as decided, as long as they last.

    Args:
        connection: a transaction that writes.
        made: decisions, oldest first; the last about a field and category is the one in force.
        today: day in ISO 8601.
    """
    lock(connection)
    table, moves = tables.review, Moves()
    for (field, category), decision in decisions.latest(made).items():
        if not holds(decision, today):
            continue
        about = (table.c.field == field, table.c.category == category)
        values = {"state": "decided", "why": None, "until": decision.until}
        for row in connection.execute(select(*_counted(), table.c.field).where(*about)).mappings().all():
            moves.change(row, values)
        connection.execute(update(table).where(*about).values(values))
    moves.write(connection)


def expire(connection: Connection, today: str, most: int | None = None) -> int:
    """Opens again what was decided for a time that is over, ``most`` of it at once; returns how many.

    Nothing ends silently.
    """
    lock(connection)
    table, moves = tables.review, Moves()
    over = (table.c.state == "decided", table.c.until < today)
    values = {"state": "reopened", "why": "expired", "until": None}
    found = connection.execute(select(table.c.id, *_counted()).where(*over).limit(most)).mappings().all()
    for row in found:
        moves.change(row, values)
    chosen = over if most is None else (table.c.id.in_([row["id"] for row in found]),)
    connection.execute(update(table).where(*chosen).values(values))
    moves.write(connection)
    return len(found)


def _counted() -> list[Any]:
    return [tables.review.c[name] for name in CELL]


def is_due(connection: Connection, today: str) -> bool:
    """Tells whether ``expire`` would open something."""
    table = tables.review
    query = select(table.c.id).where(table.c.state == "decided", table.c.until < today).limit(1)
    return connection.execute(query).scalar() is not None
