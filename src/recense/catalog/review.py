"""What is found now, one row a finding whatever the number of runs: the list that people decide on.

``findings`` holds what each run saw; ``review`` what stands after the last of them, with the day it was first seen and
whether somebody has decided. A finding that a complete run of its source no longer has is marked as gone, not erased.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from recense.catalog import decisions, tables
from recense.catalog.counts import CELL, Moves
from recense.catalog.decisions import Decision, field_of
from recense.catalog.differences import unread_in
from recense.catalog.searching import names
from recense.model import Finding, Proof, ScanRun
from recense.policy import taxonomy

CHUNK = 500
"""Rows of one statement: SQLite takes at most 32,766 parameters."""

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


def record(connection: Connection, run: ScanRun, moment: str) -> None:
    """Brings the list up to what a finished run found, inside the transaction that writes the run."""
    lock(connection)
    found = {one.id: one for one in standings(run)}
    moves = Moves()
    fresh: set[tuple[str, str]] = set()
    for ids in _chunks(list(found)):
        known = _known(connection, ids)
        rows = [_row(found[id_], run, moment) for id_ in ids if id_ not in known]
        if rows:
            connection.execute(insert(tables.review), rows)
        for row in rows:
            moves.enter(row)
            fresh.add((row["field"], row["category"]))
        _update(connection, [(old, found[id_]) for id_, old in known.items()], run, moment, moves)
    _mark_gone(connection, run, found, moment, moves)
    moves.write(connection)
    settle(connection, decisions.in_force(connection, fresh), moment[:10], first_run=run.id)
    expire(connection, moment[:10])


def lock(connection: Connection) -> None:
    """Lets one transaction at a time change the list: SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def is_empty(connection: Connection) -> bool:
    """Tells whether nothing stands in the list, though a finished run found something: an older recense wrote it."""
    if connection.execute(select(tables.review.c.id).limit(1)).scalar() is not None:
        return False
    return connection.execute(select(tables.findings.c.id).limit(1)).scalar() is not None


def settle(connection: Connection, made: Sequence[Decision], today: str, first_run: str | None = None) -> None:
    """Marks what decisions are about as decided, as long as they last.

    Args:
        connection: a transaction that writes.
        made: decisions, oldest first; the last about a field and category is the one in force.
        today: day in ISO 8601.
        first_run: only what this run found first: what was opened again meanwhile stays open for a new decision.
    """
    lock(connection)
    table, moves = tables.review, Moves()
    for (field, category), decision in decisions.latest(made).items():
        if decision.until is not None and decision.until < today:
            continue
        about = [table.c.field == field, table.c.category == category]
        if first_run is not None:
            about.append(table.c.first_run == first_run)
        values = {"state": "decided", "why": None, "until": decision.until}
        for row in connection.execute(select(*_counted(), table.c.field).where(*about)).mappings().all():
            moves.change(row, values)
        connection.execute(update(table).where(*about).values(values))
    moves.write(connection)


def expire(connection: Connection, today: str) -> None:
    """Opens again what was decided for a time that is over: nothing ends silently."""
    lock(connection)
    table, moves = tables.review, Moves()
    over = (table.c.state == "decided", table.c.until < today)
    values = {"state": "reopened", "why": "expired", "until": None}
    for row in connection.execute(select(*_counted()).where(*over)).mappings():
        moves.change(row, values)
    connection.execute(update(table).where(*over).values(values))
    moves.write(connection)


def _counted() -> list[Any]:
    return [tables.review.c[name] for name in CELL]


def is_due(connection: Connection, today: str) -> bool:
    """Tells whether ``expire`` would open something."""
    table = tables.review
    query = select(table.c.id).where(table.c.state == "decided", table.c.until < today).limit(1)
    return connection.execute(query).scalar() is not None


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    query = select(tables.review).where(tables.review.c.id.in_(ids))
    return {row["id"]: row for row in connection.execute(query).mappings()}


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
        "state": "open",
        "why": None,
        "until": None,
        **_seen(one, run, moment),
    }


def _seen(one: Standing, run: ScanRun, moment: str) -> dict[str, Any]:
    return {
        "rank": rank(one.category, one.proof),
        "entities": list(one.entities),
        "proof": str(one.proof),
        "cells": one.cells,
        "matched": one.matched,
        "declared": one.declared,
        "rules": run.rules,
        "last_run": run.id,
        "last_seen": moment,
        "gone": None,
    }


def _update(
    connection: Connection, known: Sequence[tuple[Any, Standing]], run: ScanRun, moment: str, moves: Moves
) -> None:
    """Writes what a run says of findings that stand in the list: most say the same, and are only marked as seen.

    Rows that change the same columns are one statement: nobody else writes to SQLite meanwhile, not even the log of
    who looked.
    """
    table, same = tables.review, []
    changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for old, new in known:
        values = _changed(old, new, run, moment)
        if values:
            moves.change(old, values)
            changed.setdefault(tuple(values), []).append({**values, "its": new.id})
        else:
            same.append(new.id)
    for together in changed.values():  # each row names the columns that it sets
        connection.execute(update(table).where(table.c.id == bindparam("its")), together)
    if same:
        connection.execute(update(table).where(table.c.id.in_(same)).values(last_run=run.id, last_seen=moment))


def _changed(old: Any, new: Standing, run: ScanRun, moment: str) -> dict[str, Any]:
    """Returns the new values of a row, nothing when only the run and the day change."""
    values = _seen(new, run, moment)
    if old["state"] == "decided":
        why = reopens(old, new, run.rules)
        if why:
            values |= {"state": "reopened", "why": why, "until": None}
        else:  # what the decision was about stays, so that small steps add up
            for kept in ("proof", "rank", "entities", "cells", "matched", "rules"):
                del values[kept]
    same = all(values[name] == old[name] for name in values if name not in {"last_run", "last_seen"})
    return {} if same else values


def _mark_gone(connection: Connection, run: ScanRun, found: dict[str, Standing], moment: str, moves: Moves) -> None:
    """Marks what a dataset that was read no longer holds; what could not be read is not gone."""
    unread, table = unread_in(connection, run.id), tables.review
    for source in run.sources:
        datasets = {report.dataset for report in run.datasets if report.source == source.uri}
        read = [dataset for dataset in sorted(datasets) if not unread(source.uri, dataset)]
        lost = []
        for chunk in _chunks(read):
            here = (table.c.source == source.uri, table.c.dataset.in_(chunk), table.c.gone.is_(None))
            for row in connection.execute(select(table.c.id, *_counted()).where(*here)).mappings():
                if row["id"] not in found:
                    moves.change(row, {"gone": moment})
                    lost.append(row["id"])
        for chunk in _chunks(lost):
            connection.execute(update(table).where(table.c.id.in_(chunk)).values(gone=moment))


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
