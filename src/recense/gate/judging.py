"""The verdict on every field: block, warn or allow. Pure: what the classifier saw comes in, decisions come out."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from recense.gate.approvals import SOON_DAYS, Approval, Approvals
from recense.gate.codes import code_of
from recense.gate.model import Judged, Note, Policy, Sighting, Verdict, fingerprint
from recense.plural import counted
from recense.policy import taxonomy
from recense.schema import ValuesSeen

STRICT = frozenset({"government_id", "credential"})
"""Categories that block whatever the policy declares, beside Articles 9 and 10."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a verdict depends on beside the field.

    Attributes:
        today: the day on which approvals are looked at.
        base: fingerprints of the fields that the base revision has; None without ``--base``.
        base_approvals: ids of the approvals of the base revision with their field.
        unapproved: ``block``, or ``warn`` for fields of a kind that the policy declares (recense.yaml).
    """

    approvals: Approvals
    policy: Policy
    today: datetime.date
    base: Collection[str] | None = None
    base_approvals: Collection[tuple[str, str]] = ()
    unapproved: str = "block"


@dataclass(frozen=True, slots=True)
class _Match:
    """The approval that speaks of a field: directly, or through a rename or an alias."""

    approval: Approval
    renamed: bool


def judge(sightings: Iterable[Sighting], values: Iterable[ValuesSeen], rules: Rules) -> tuple[Judged, ...]:
    """Returns every field with its verdict: special categories first, then what blocks, then by place."""
    seen = list(sightings)
    present = {sighting.field.key for sighting in seen}
    aliases = _aliases(rules.approvals)
    judged = [_judge(sighting, rules, aliases, present) for sighting in seen]
    judged += [_judge_values(found, rules) for found in values]
    return tuple(sorted(judged, key=_order))


_RANK = {Verdict.BLOCK: 0, Verdict.WARN: 1, Verdict.ALLOW: 2}


def _order(judged: Judged) -> tuple[int, bool, object, str]:
    return _RANK[judged.verdict], not is_special(judged.category), judged.place, judged.field


def is_special(category: str) -> bool:
    """Tells whether Article 9 or 10 protects a category."""
    return taxonomy().is_special(category)


def _aliases(approvals: Approvals) -> dict[str, list[Approval]]:
    """Returns the approvals by each name that their field had."""
    found: dict[str, list[Approval]] = {}
    for approval in approvals.entries:
        for name in (approval.field, *approval.aliases):
            found.setdefault(name, []).append(approval)
    return found


def _judge(sighting: Sighting, rules: Rules, aliases: dict[str, list[Approval]], present: Collection[str]) -> Judged:
    matches = _matches(sighting, rules.approvals, aliases, present)
    state, match = _state(sighting, matches, rules)
    verdict = _verdict(sighting, state, rules)
    mark = sighting.fingerprint
    approval = match.approval if match else None
    introduced = None if rules.base is None else mark not in rules.base
    if introduced and approval and state in _COVERING:
        if approval.decision == "inherited":
            state, verdict = "not_inherited", Verdict.BLOCK
        elif (approval.id, approval.field) not in rules.base_approvals:
            state, verdict = "self_approved", Verdict.WARN
    return Judged(
        field=sighting.field.key,
        place=sighting.field.place,
        category=sighting.category,
        entity=sighting.entity,
        proof="indicated" if sighting.strength == "strong" else "to_check",
        code=code_of(sighting.category),
        verdict=verdict,
        state=state,
        why=_why(sighting, state, match),
        fingerprint=mark,
        introduced=introduced,
        approval=approval.id if approval else None,
        by=approval.by if approval else None,
        until=approval.until if approval else None,
        renamed_from=sighting.field.root if sighting.field.root != sighting.field.key else None,
        type=sighting.field.column.type,
    )


def _matches(
    sighting: Sighting, approvals: Approvals, aliases: dict[str, list[Approval]], present: Collection[str]
) -> list[_Match]:
    """Returns the approvals that name the field now, else those that name what it was.

    An alias covers by itself only while the field that its approval names is not in the repository: a new column that
    takes the old name of a moved one is a new field.
    """
    key = sighting.field.key
    direct = [_Match(approval, False) for approval in approvals.by_field.get(key, ())]
    kind = sighting.field.kind
    former: list[_Match] = []
    for name in sighting.field.lineage:
        former += [_Match(approval, True) for approval in aliases.get(f"{kind}:{name}", ())]
    former += [
        _Match(approval, True)
        for approval in aliases.get(key, ())
        if approval.field != key and approval.field not in present
    ]
    return direct + former


def _state(sighting: Sighting, matches: Sequence[_Match], rules: Rules) -> tuple[str, _Match | None]:
    """Returns the best state that an approval gives, and that approval."""
    best: tuple[int, str, _Match | None] = (99, "unapproved", None)
    for match in matches:
        state = _state_of(sighting, match, rules)
        rank = _STATES.index(state)
        if rank < best[0]:
            best = (rank, state, match)
    _, state, found = best
    if state not in _COVERING:
        if sighting.field.not_personal and not is_special(sighting.category):
            return "inline", found
        if found is None and sighting.strength == "weak" and not is_special(sighting.category):
            return "weak", None
        if found is None and _is_declared(sighting, rules):
            return "declared_category", None
    return state, found


_COVERING = ("approved", "expiring", "renamed")
_STATES = (*_COVERING, "unknown_approver", "not_yet", "expired", "renamed_special", "category_changed")


def _state_of(sighting: Sighting, match: _Match, rules: Rules) -> str:
    approval = match.approval
    if sighting.category not in approval.categories:
        return "category_changed"
    if match.renamed and is_special(sighting.category):
        return "renamed_special"
    if approval.until < rules.today:
        return "expired"
    if approval.on > rules.today:
        return "not_yet"
    approvers = rules.policy.approvers
    if approvers is not None and approval.decision != "inherited" and approval.by.casefold() not in approvers:
        return "unknown_approver"
    if match.renamed:
        return "renamed"
    soon = rules.today + datetime.timedelta(days=SOON_DAYS)
    return "expiring" if approval.until <= soon else "approved"


def _is_declared(sighting: Sighting, rules: Rules) -> bool:
    """Tells whether recense.yaml lowers unapproved fields of this kind, since the policy declares it."""
    strict = sighting.category in STRICT or is_special(sighting.category)
    return rules.unapproved == "warn" and not strict and sighting.entity in (rules.policy.declared or ())


_WARNING = frozenset({"renamed", "expiring", "weak", "inline", "declared_category"})


def _verdict(sighting: Sighting, state: str, rules: Rules) -> Verdict:
    if state == "approved":
        return Verdict.ALLOW
    if state in _WARNING:
        return Verdict.WARN
    if sighting.strength == "weak" and not is_special(sighting.category) and state == "category_changed":
        return Verdict.WARN  # the name is as weak as it was without that approval
    return Verdict.BLOCK


def _why(sighting: Sighting, state: str, match: _Match | None) -> str:
    """Returns the classifier's reason and, where an approval speaks of the field, what it says."""
    says = sighting.says
    if state == "inline":
        return f"{says}; marked as not personal: {sighting.field.not_personal}"
    if match is None:
        origin = sighting.field.origin
        return f"{says}; a copy of {origin}" if origin else says
    approval = match.approval
    if state == "renamed":
        return f"{says}; covered by {approval.id} through a rename of {sighting.field.root}; run recense approvals move"
    if state == "category_changed":
        return f"{says}; {approval.id} approves it as {', '.join(approval.categories)}"
    if state == "renamed_special":
        return f"{says}; {approval.id} names {approval.field}"
    if state in ("expired", "expiring"):
        return f"{says}; {approval.id} ends {approval.until}"
    if state == "unknown_approver":
        return f"{says}; {approval.id} is signed by {approval.by}"
    return f"{says}; {approval.id}, {approval.decision} by {approval.by}, until {approval.until}"


def _judge_values(found: ValuesSeen, rules: Rules) -> Judged:
    """Values that look real block unless the field is approved; an approval of the column's name is one of them too."""
    sighting_key = found.field
    state, chosen = "real_values", None
    for approval in rules.approvals.by_field.get(sighting_key, ()):
        if found.category in approval.categories and approval.on <= rules.today <= approval.until:
            approvers = rules.policy.approvers
            if approvers is None or approval.decision == "inherited" or approval.by.casefold() in approvers:
                state, chosen = "approved", approval
    mark = fingerprint(f"{found.field}.values", found.category)
    look = "looks" if found.matched == 1 else "look"
    return Judged(
        field=found.field,
        place=found.place,
        category=found.category,
        entity=found.entity,
        proof="proved",
        code="PD201",
        verdict=Verdict.ALLOW if chosen else Verdict.BLOCK,
        state=state,
        why=f"{found.matched} of {counted(found.cells, 'value')} {look} like real data ({found.entity})",
        fingerprint=mark,
        introduced=None if rules.base is None else mark not in rules.base,
        approval=chosen.id if chosen else None,
        by=chosen.by if chosen else None,
        until=chosen.until if chosen else None,
    )


def notes(judged: Sequence[Judged], keys: Collection[str], roots: Collection[str], approvals: Approvals) -> list[Note]:
    """Returns what is to be said of the approvals file: approvals without a field, ids that stand twice.

    Args:
        judged: the fields with their verdicts.
        keys: every field that is declared, personal or not.
        roots: every name that a field ever had.
        approvals: the file.
    """
    found: list[Note] = []
    used = {entry.approval for entry in judged if entry.verdict is not Verdict.BLOCK}
    name = approvals.name or ""
    for entry in approvals.entries:
        if entry.id in used:
            continue
        if entry.field not in keys and not ({entry.field, *entry.aliases} & set(roots)):
            says = f"stale approval {entry.id}: {entry.field} is not in the repository; run recense approvals prune"
            found.append(Note("PD001", name, entry.line, says, entry.id))
        elif any(j.state in ("category_changed", "renamed_special") and j.approval == entry.id for j in judged):
            says = f"stale approval {entry.id}: {entry.field} is not what it approves any more"
            found.append(Note("PD001", name, entry.line, says, entry.id))
    for id_, count in Counter(entry.id for entry in approvals.entries).items():
        if count > 1:
            line = [entry.line for entry in approvals.entries if entry.id == id_][-1]
            found.append(Note("PD002", name, line, f"{count} approvals are called {id_}", id_))
    return found


def with_author(judged: Judged, author: str | None) -> Judged:
    """Returns a self-approved field with who wrote its approval into the file."""
    return replace(judged, author=author)
