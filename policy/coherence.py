"""What a policy file says against itself: names that lead nowhere, two things of one name, rules that conflict.

Each problem is the place in the file and a sentence with the valid values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recense.errors import unknown
from recense.policy import taxonomy
from recense.policy.keeping import ANY, Condition, RetentionRule, Scope

if TYPE_CHECKING:
    from recense.guard import Location
    from recense.policy.model import Policy


def problems(policy: Policy) -> Iterator[tuple[Location, str]]:
    """Yields what contradicts itself in a policy: where, and a sentence that says what to write."""
    yield from _twice(policy)
    yield from _categories(policy)
    yield from _purposes(policy)
    yield from _events(policy)
    yield from _rules(policy)
    yield from _conflicts(policy.retention.rules)
    if policy.status == "approved" and not (policy.approved_by and policy.approved_on):
        yield ("status",), "status: an approved policy says who signed and when: approved_by, approved_on"


def _named(at: Location, kind: str, name: str, known: Iterable[str]) -> Iterator[tuple[Location, str]]:
    """Yields a problem when a name is not among those known."""
    names = list(known)
    if name not in names:
        yield at, unknown(kind, name, names)


def _twice(policy: Policy) -> Iterator[tuple[Location, str]]:
    lists: dict[Location, Sequence[object]] = {
        ("subjects",): policy.subjects,
        ("outside",): policy.outside,
        ("categories",): policy.categories,
        ("undeclared",): policy.undeclared,
        ("purposes",): policy.purposes,
        ("recipients",): policy.recipients,
        ("security",): policy.security,
        ("retention", "rules"): policy.retention.rules,
        ("retention", "holds"): policy.retention.holds,
        ("rights", "list"): policy.rights.list,
    }
    for at, entries in lists.items():
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            id_ = str(getattr(entry, "id"))  # noqa: B009
            if id_ in seen:
                yield (*at, index, "id"), f"{'.'.join(map(str, at))}: the id '{id_}' stands here twice"
            seen.add(id_)


def _categories(policy: Policy) -> Iterator[tuple[Location, str]]:
    words = taxonomy()
    seen: dict[str, str] = {}
    for n, category in enumerate(policy.categories):
        at: Location = ("categories", n)
        yield from _named((*at, "id"), "category", category.id, words.categories)
        if category.ground and not category.id.startswith("special."):
            yield (*at, "ground"), f"ground: '{category.id}' is no special category of Article 9 and needs none"
        for m, element in enumerate(category.elements):
            for k, entity in enumerate(element.entities):
                place = (*at, "elements", m, "entities", k)
                yield from _named(place, "entity", entity, words.entities)
                if entity in seen:
                    yield place, f"the entity '{entity}' stands in '{seen[entity]}' already; one element takes it in"
                seen.setdefault(entity, element.id)
    for n, family in enumerate(policy.undeclared):
        for k, entity in enumerate(family.entities):
            place = ("undeclared", n, "entities", k)
            yield from _named(place, "entity", entity, words.entities)
            if entity in seen:
                yield place, f"the entity '{entity}' is declared by '{seen[entity]}'; it cannot be undeclared too"
        for k, group in enumerate(family.except_in):
            yield from _named(("undeclared", n, "except_in", k), "group", group, (one.id for one in policy.outside))
    for n, group_ in enumerate(policy.outside):
        for k, entity in enumerate(group_.entities):
            yield from _named(("outside", n, "entities", k), "entity", entity, words.entities)
    yield from _special(policy)


def _special(policy: Policy) -> Iterator[tuple[Location, str]]:
    special = [id_ for id_, category in taxonomy().categories.items() if category.article == "9"]
    for k, kind in enumerate(policy.article9.kinds):
        yield from _named(("article9", "kinds", k), "special category", kind, special)
    for n, exception in enumerate(policy.article9.exceptions):
        at: Location = ("article9", "exceptions", n)
        yield from _named((*at, "category"), "special category", exception.category, special)
        if exception.purpose:
            yield from _named((*at, "purpose"), "purpose", exception.purpose, (one.id for one in policy.purposes))
    if policy.article9.stance != "declared":
        for n, category in enumerate(policy.categories):
            if category.id in special:
                yield (
                    ("categories", n, "id"),
                    f"'{category.id}' is declared here, and article9.stance says '{policy.article9.stance}'; "
                    "write stance: declared",
                )
        if policy.article9.exceptions:
            yield ("article9", "exceptions"), "exceptions need article9.stance: declared"


def _purposes(policy: Policy) -> Iterator[tuple[Location, str]]:
    subjects = [one.id for one in policy.subjects]
    categories = [one.id for one in policy.categories]
    for n, purpose in enumerate(policy.purposes):
        for k, subject in enumerate(purpose.subjects):
            yield from _named(("purposes", n, "subjects", k), "subject", subject, subjects)
        for k, category in enumerate(purpose.categories):
            yield from _named(("purposes", n, "categories", k), "category", category, categories)


def _events(policy: Policy) -> Iterator[tuple[Location, str]]:
    events = policy.retention.events
    for name, event in events.items():
        at: Location = ("retention", "events", name)
        if event.derived:
            yield from _named((*at, "derived", "event"), "event", event.derived.event, events)
        graded = [*event.direct, *event.proxy, *event.never]
        for stem in sorted({stem for stem in graded if graded.count(stem) > 1}):
            yield at, f"{name}: the stem '{stem}' is graded twice; it is one of direct, proxy, never"
    try:
        ZoneInfo(policy.retention.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield ("retention", "timezone"), f"unknown time zone '{policy.retention.timezone}'; write one as Europe/Paris"


def _rules(policy: Policy) -> Iterator[tuple[Location, str]]:
    subjects = [one.id for one in policy.subjects]
    categories = [one.id for one in policy.categories]
    events = policy.retention.events
    for n, rule in enumerate(policy.retention.rules):
        at: Location = ("retention", "rules", n)
        yield from _named((*at, "start"), "event", rule.start, events)
        for k, event in enumerate(rule.start_alternatives):
            yield from _named((*at, "start_alternatives", k), "event", event, events)
        for k, category in enumerate(rule.scope.categories):
            yield from _named((*at, "scope", "categories", k), "category", category, categories)
        for k, subject in enumerate(rule.scope.subjects):
            yield from _named((*at, "scope", "subjects", k), "subject", subject, subjects)
    for n, hold in enumerate(policy.retention.holds):
        if hold.ends_with:
            yield from _named(("retention", "holds", n, "ends_with"), "event", hold.ends_with, events)


def _conflicts(rules: Sequence[RetentionRule]) -> Iterator[tuple[Location, str]]:
    """Yields pairs of rules that one record can fall under with the same priority and another deadline."""
    for (_, first), (m, second) in combinations(enumerate(rules), 2):
        same_end = (first.period, first.start, first.after) == (second.period, second.start, second.after)
        if first.priority == second.priority and not same_end and _overlap(first, second):
            yield (
                ("retention", "rules", m),
                f"the rules {first.id} ({first.period} from {first.start}) and {second.id} ({second.period} from "
                f"{second.start}) conflict: one record can fall under both, and both have priority {first.priority}; "
                "give the more special one a higher priority, or narrow its scope",
            )


def _overlap(first: RetentionRule, second: RetentionRule) -> bool:
    """Tells whether one record can fall under both rules in one zone."""
    a, b = first.scope, second.scope
    return (
        bool(set(first.zones) & set(second.zones))
        and (ANY in a.records or ANY in b.records or bool(set(a.records) & set(b.records)))
        and _meet(a.categories, b.categories)
        and _meet(a.subjects, b.subjects)
        and not _apart(a, b)
    )


def _meet(first: Sequence[str], second: Sequence[str]) -> bool:
    return not first or not second or bool(set(first) & set(second))


def _apart(first: Scope, second: Scope) -> bool:
    """Tells whether two conditions on one field exclude each other."""
    return any(
        one.field == other.field and (_exclude(one, other) or _exclude(other, one))
        for one in first.where
        for other in second.where
    )


def _exclude(one: Condition, other: Condition) -> bool:
    if one.equals is not None and other.equals is not None:
        return one.equals != other.equals
    if one.present is not None and other.present is not None:
        return one.present != other.present
    return one.at_least is not None and other.at_most is not None and one.at_least > other.at_most
