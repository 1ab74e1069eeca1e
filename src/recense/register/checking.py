"""``register check``: what Article 30 asks for and the register does not say, and what the data say otherwise.

Every gap is an indicator for a person to review. Article 30(1)(f) and (g) and 30(2)(d) hold "where possible"; the legal
basis and the exception of Article 9(2) are no items of Article 30 and are marked ``beyond``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from recense.errors import UserError
from recense.policy import taxonomy
from recense.register.facts import Assignment
from recense.register.folder import Register
from recense.register.model import Activity, Actor, Organisation
from recense.register.words import Words

KINDS = ("gap", "where_possible", "beyond", "stale", "unregistered", "unseen")
"""``gap`` and ``where_possible``: by letter of Article 30; the last two: the two directions between data and words."""

# The European Economic Area, where Article 27 asks for no representative.
_STATES = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO"
_OVERSEAS = "GP MQ GF RE YT MF AX"  # parts of Member States with codes of their own
EEA = frozenset(f"{_STATES} {_OVERSEAS}".split())


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing or differs.

    Attributes:
        activity: its id; None for the organisation or the register as a whole.
        article: ``30(1)(e)``, ``6``, ``9(2)``; empty where no article is meant.
        kind: one of ``KINDS``. code, names: the sentence of ``words.yaml`` and what fills it; a tuple holds ids of
            categories.
    """

    activity: str | None
    article: str
    kind: str
    code: str
    names: Mapping[str, object] = field(default_factory=dict)

    def says(self, language: str) -> str:
        """Returns it as a sentence with its article.

        >>> Gap("crm", "30(1)(e)", "gap", "transfers").says("en")
        'Article 30(1)(e): no countries or safeguards stated (which transfers? none?)'
        """
        words = Words(language)
        said = words(f"gaps.{self.code}", **{name: _said(value, language) for name, value in self.names.items()})
        possible = f" ({words('gaps.kind_possible')})" if self.kind == "where_possible" else ""
        colon = " : " if language == "fr" else ": "
        return f"Article {self.article}{possible}{colon}{said}" if self.article else said


def _said(value: object, language: str) -> object:
    """Returns what fills a sentence: categories by their labels."""
    if not isinstance(value, tuple):
        return value
    known = taxonomy().categories
    return ", ".join(known[id_].label[language] if id_ in known else str(id_) for id_ in value)


def gaps(register: Register) -> list[Gap]:
    """Returns what the register leaves unsaid: the organisation first, then its activities that are not retired."""
    active = [activity for activity in register.activities if activity.active]
    found = list(_organisation(register.organisation, {activity.role for activity in active} or {"controller"}))
    for activity in active:
        found += _processor(activity) if activity.role == "processor" else _controller(activity)
        found += _beyond(activity)
    return found


def activity_gaps(register: Register, activity: Activity) -> list[Gap]:
    """Returns what one entry of the register leaves unsaid, the organisation's part included."""
    return gaps(Register(register.organisation, (activity,)))


def _organisation(organisation: Organisation, roles: set[str]) -> Iterator[Gap]:
    articles = sorted("30(1)(a)" if role == "controller" else "30(2)(a)" for role in roles)
    for article in articles:
        who, dpo = organisation.organisation, organisation.dpo
        if who is None:
            yield Gap(None, article, "gap", "organisation")
        elif not who.reachable:
            yield Gap(None, article, "gap", "organisation_contact")
        if dpo.status == "unknown":
            yield Gap(None, article, "gap", "dpo")
        elif dpo.who is not None and not dpo.who.reachable:
            yield Gap(None, article, "gap", "dpo_contact")
        outside = who is not None and who.country is not None and who.country not in EEA
        if outside and who is not None and organisation.representative is None:
            yield Gap(None, article, "gap", "representative", {"country": who.country})
        yield from _contacts(article, "joint_contact", organisation.joint_controllers)


def _contacts(article: str, code: str, actors: Sequence[Actor], activity: str | None = None) -> Iterator[Gap]:
    for actor in actors:
        if not actor.reachable:
            yield Gap(activity, article, "gap", code, {"who": actor.name})


def _controller(activity: Activity) -> Iterator[Gap]:
    id_ = activity.id
    if not activity.purposes:
        yield Gap(id_, "30(1)(b)", "gap", "purposes")
    if not activity.data_subjects:
        yield Gap(id_, "30(1)(c)", "gap", "subjects")
    if not activity.data_categories:
        yield Gap(id_, "30(1)(c)", "gap", "categories")
    unsaid = undescribed(activity)
    if unsaid:
        yield Gap(id_, "30(1)(c)", "gap", "categories_seen", {"what": tuple(unsaid)})
    if activity.recipients.status == "unknown":
        yield Gap(id_, "30(1)(d)", "gap", "recipients")
    yield from _transfers(activity, "30(1)(e)")
    without = [entry.category for entry in activity.data_categories if entry.retention is None]
    if without:
        yield Gap(id_, "30(1)(f)", "where_possible", "keeping", {"what": tuple(without)})
    if not activity.security:
        yield Gap(id_, "30(1)(g)", "where_possible", "security")


def _processor(activity: Activity) -> Iterator[Gap]:
    id_ = activity.id
    if not activity.on_behalf_of:
        yield Gap(id_, "30(2)(a)", "gap", "customers")
    yield from _contacts("30(2)(a)", "customer_contact", activity.on_behalf_of, id_)
    if not activity.operations:
        yield Gap(id_, "30(2)(b)", "gap", "operations")
    yield from _transfers(activity, "30(2)(c)")
    if not activity.security:
        yield Gap(id_, "30(2)(d)", "where_possible", "security")


def _transfers(activity: Activity, article: str) -> Iterator[Gap]:
    if activity.transfers.status == "unknown":
        yield Gap(activity.id, article, "gap", "transfers")
    for transfer in activity.transfers.list:
        if not transfer.safeguard:
            yield Gap(activity.id, article, "gap", "safeguard", {"country": transfer.country})


def _beyond(activity: Activity) -> Iterator[Gap]:
    words = taxonomy()
    if activity.role == "controller":
        if activity.legal_basis is None or activity.legal_basis.value == "none":
            yield Gap(activity.id, "6", "beyond", "basis")
        elif activity.legal_basis.origin == "inferred":
            yield Gap(activity.id, "6", "beyond", "basis_inferred")
        seen = seen_categories(activity)
        special = {entry.category for entry in activity.data_categories} | set(seen)
        grounded = {entry.category for entry in activity.data_categories if entry.ground}
        groundless = sorted(
            id_ for id_ in special - grounded if id_ in words.categories and words.categories[id_].article == "9"
        )
        if groundless:
            yield Gap(activity.id, "9(2)", "beyond", "ground", {"what": tuple(groundless)})
    protected = [id_ for id_ in seen_categories(activity) if words.is_special(id_)]
    if protected and activity.dpia.status == "unknown":
        yield Gap(activity.id, "35", "beyond", "dpia", {"what": tuple(protected)})


def seen_categories(activity: Activity) -> list[str]:
    """Returns the categories seen in its datasets on more than one weak witness."""
    known = activity.machine.categories if activity.machine else {}
    return [category for category, proof in known.items() if proof != "to_check"]


def undescribed(activity: Activity) -> list[str]:
    """Returns the categories seen that people's words do not name."""
    described = {entry.category for entry in activity.data_categories}
    return [category for category in seen_categories(activity) if category not in described]


def differences(register: Register, assignment: Assignment | None) -> list[Gap]:
    """Returns both directions: seen but not registered (given a run), registered but never seen."""
    found = []
    if assignment is not None:
        found += [
            Gap(None, "", "unregistered", "unregistered", {"what": _place(seen.source, seen.dataset, seen.categories)})
            for seen in assignment.unassigned
        ]
        found += [Gap(id_, "", "unseen", "idle", {"what": what}) for id_, what in assignment.idle]
    for activity in register.activities:
        if activity.active and activity.machine is not None:
            never = sorted({entry.category for entry in activity.data_categories} - set(activity.machine.categories))
            if never:
                found.append(Gap(activity.id, "", "unseen", "never_seen", {"what": tuple(never)}))
    return found


def _place(source: str, dataset: str, categories: set[str]) -> str:
    return f"{dataset} ({', '.join(sorted(categories))}; {source})"


def stale(register: Register, max_age: timedelta, now: datetime) -> list[Gap]:
    """Returns the activities whose last scan is older than an age, or that none has met.

    Args:
        register: what is judged.
        max_age: the oldest that is good.
        now: with its time zone.
    """
    found = []
    for activity in register.activities:
        if not activity.active:
            continue
        if activity.machine is None:
            found.append(Gap(activity.id, "", "stale", "never_scanned"))
        elif now - _instant(activity.machine.last_scan, activity.id) > max_age:
            names = {"day": activity.machine.last_scan[:10], "age": max_age.days}
            found.append(Gap(activity.id, "", "stale", "stale", names))
    return found


def _instant(text: str, activity: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"activity {activity}: last_scan is no date; run 'recense register build' again") from None
    if instant.tzinfo is None:
        raise UserError(f"activity {activity}: last_scan has no time zone; run 'recense register build' again")
    return instant


def age(text: str) -> timedelta:
    """Returns an age such as ``30d``, ``6w`` or ``P30D``.

    >>> age("30d").days, age("2w").days, age("P90D").days
    (30, 14, 90)

    Raises:
        UserError: it is none.
    """
    match = re.fullmatch(r"(\d{1,4})([dw])|P(\d{1,4})D", text.strip())
    if not match:
        raise UserError(f"'{text[:20]}' is no age: write days or weeks, such as 30d, 6w or P30D")
    if match[3]:
        return timedelta(days=int(match[3]))
    return timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))
