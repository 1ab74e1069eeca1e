"""Decisions between the approvals file (one per field) and the catalog (one per field and category)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from recense.catalog.decisions import Decision, latest
from recense.gate import editing
from recense.gate.approvals import DECISIONS, WHY_LENGTH, Approval, longest, parse
from recense.plural import counted

if TYPE_CHECKING:
    from recense.cli.gathering import Gathered


def to_catalog(approvals: Sequence[Approval], known: Sequence[Decision]) -> list[Decision]:
    """Returns the decisions that the catalog does not have yet, in the order of the file.

    A decision that was ever pushed is not pushed again: a newer one of the dashboard stays in force.
    """
    had = {replace(decision, decided=decision.decided[:10], origin="file") for decision in known}
    made = [
        Decision(
            field=approval.field,
            category=category,
            decision=approval.decision,
            who=approval.by,
            decided=approval.on.isoformat(),
            reason=approval.why,
            until=approval.until.isoformat(),
            activity=approval.activity,
            ticket=approval.ticket,
            origin="file",
        )
        for approval in approvals
        for category in approval.categories
    ]
    return [decision for decision in made if decision not in had]


def to_file(found: Sequence[Decision], gathered: Gathered, text: str, name: str) -> tuple[str, list[str]]:
    """Returns the approvals file with the catalog's decisions about fields of this repository, and what was done.

    A decision of the catalog replaces an older approval of the same field and category. What the catalog wants
    removed, and fields of other systems, are named and not written.
    """
    keys = {field.key for field in gathered.reading.schema.fields} | {j.field for j in gathered.check.fields}
    told: list[str] = []
    wanted: dict[tuple[str, ...], list[Decision]] = {}
    elsewhere = 0
    for decision in latest(found).values():
        if decision.field not in keys:
            elsewhere += 1
        elif decision.decision not in DECISIONS:
            told.append(f"to be removed: {decision.field}  {decision.category}  by {decision.who}")
        elif decision.until is not None and not _is_on_file(decision, gathered.approvals.entries):
            alike = (
                decision.field,
                decision.decision,
                decision.who,
                decision.decided[:10],
                decision.until,
                decision.reason,
            )
            wanted.setdefault(alike, []).append(decision)
    for group in wanted.values():
        text, line = _take(group, text, name)
        told.append(line)
    if elsewhere:
        about = "is about a field" if elsewhere == 1 else "are about fields"
        told.append(f"{counted(elsewhere, 'decision')} {about} that this repository does not declare")
    return text, told


def _is_on_file(decision: Decision, approvals: Sequence[Approval]) -> bool:
    """Tells whether the file says the same, or something newer."""
    return any(
        approval.field == decision.field
        and decision.category in approval.categories
        and approval.on.isoformat() >= decision.decided[:10]
        for approval in approvals
    )


def _take(group: Sequence[Decision], text: str, name: str) -> tuple[str, str]:
    first = group[0]
    categories = tuple(decision.category for decision in group)
    on = datetime.date.fromisoformat(first.decided[:10])
    last = longest(categories, on)
    until = min(datetime.date.fromisoformat(str(first.until)[:10]), last)
    why = first.reason if len(first.reason.strip()) >= WHY_LENGTH else f"Decided in the dashboard: {first.reason}"
    entries = parse(text, name).entries if text.strip() else ()
    older = [
        (entry.id, entry.field)
        for entry in entries
        if entry.field == first.field and set(entry.categories) <= set(categories)
    ]
    text = editing.remove(text, name, older) if older else text
    approval = Approval(
        id=editing.new_id(first.field, categories, on, [entry.id for entry in entries]),
        field=first.field,
        categories=categories,
        decision=first.decision,
        by=first.who,
        on=on,
        until=until,
        why=why,
        activity=first.activity,
        ticket=first.ticket,
    )
    said = f"{approval.id}  {first.field}  {', '.join(categories)}  {first.decision} until {until}"
    return editing.add(text, [approval], name), said
