"""Where a person may be: the index is asked, and register, policy and verdicts say what each place means.

The answer is ``recense.person/1``: names of columns, counts and words, never an identifier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, select

from recense.catalog import Catalog, listing, persons, tables
from recense.errors import UserError
from recense.register import folder as register_folder
from recense.subjects.requests import ARTICLES, Right

if TYPE_CHECKING:
    from recense.policy.model import Policy
    from recense.register.model import Activity
    from recense.subjects.asking import Question
    from recense.subjects.keys import Key

SCHEMA = "recense.person/1"
_CATEGORY = {"email": "contact", "phone": "contact", "nir": "government_id"}

Verify: TypeAlias = "Callable[[Question, Sequence[Place]], Sequence[Place]]"
"""Reads the columns of places again and returns the places with their counts."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column that may hold the person.

    Attributes:
        column: joined columns for a name with a date of birth. kind: of identifier.
        built: when its filter was. rows: that hold the person, once verified; problem: why they were not counted.
    """

    source: str
    dataset: str
    column: str
    kind: str
    built: str
    rows: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the index.

    Attributes:
        register: folder with the register of Article 30; None when there is none.
    """

    policy: Policy | None = None
    register: Path | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """What the index answered.

    Attributes:
        asked: kinds of identifiers. filters: that were asked. incomplete: (source, dataset, why), not or not wholly
            indexed. unread: (source, path, reason) of the newest run.
    """

    asked: tuple[str, ...]
    filters: int
    places: tuple[Place, ...]
    incomplete: tuple[tuple[str, str, str], ...] = ()
    unread: tuple[tuple[str, str, str], ...] = ()
    rate: float = field(default=1e-4)


def locate(catalog: Catalog, key: Key, question: Question) -> Located:
    """Asks every filter of the kinds of identifiers that are given.

    Raises:
        UserError: nothing is indexed, or only with a key that is gone.
    """
    import numpy as np

    from recense.subjects.filters import RATE, Filter

    asked = {str(kind): key.hashes(kind, sorted(values)) for kind, values in question.values.items()}
    places, count = [], 0
    with catalog.transaction() as connection:
        reach = {(one.source, one.dataset): one for one in persons.coverages(connection)}
        refuse_unusable(reach.values(), key)
        for one in persons.filters(connection, list(asked)):
            covered = reach[one.source, one.dataset]
            if covered.key_id != key.id:
                continue
            count += 1
            held = Filter(np.frombuffer(one.bits, np.uint8), one.turns, key.filter_secret(one.salt))
            if bool(held.holds(asked[one.kind]).any()):
                places.append(Place(one.source, one.dataset, one.path, one.kind, covered.built))
        incomplete = tuple(_incomplete(connection, reach.values(), key))
        unread = tuple((one.source, one.path, one.reason) for one in listing.unread(connection))
    return Located(question.kinds, count, tuple(places), incomplete, unread, RATE)


def refuse_unusable(reach: Any, key: Key) -> None:
    """Checks that something is indexed with this key.

    Raises:
        UserError: nothing is, or all of it with another key.
    """
    known = {one.key_id for one in reach}
    if not known:
        raise UserError(
            "no person is indexed yet: set 'persons: {index: true}' in recense.yaml and scan ('recense find-person "
            "--new-key' draws the key)"
        )
    if key.id not in known and known & key.former_ids:
        raise UserError("the index was built by an earlier version of recense: scan again, and it is built anew")
    if key.id not in known:
        raise UserError(
            f"the index was built with key {', '.join(sorted(known))} and this one is {key.id}: restore that key, or "
            "scan again; without it the index cannot be read"
        )


def _incomplete(connection: Connection, reach: Any, key: Key) -> Any:
    for one in reach:
        if one.key_id in key.former_ids:
            yield one.source, one.dataset, "it was indexed by an earlier version of recense: scan it again"
        elif one.key_id != key.id:
            yield one.source, one.dataset, f"it was indexed with another key, {one.key_id}: scan it again"
        elif one.newer_why is not None:
            yield one.source, one.dataset, f"indexed on {one.built[:10]}; a later scan read less: {one.newer_why}"
        elif not one.complete:
            yield one.source, one.dataset, one.why or "not all of it was read"
    for one in persons.gone(connection):
        yield one.source, one.dataset, f"the last scan of its source did not see it; indexed on {one.built[:10]}"
    for source, dataset in persons.unindexed(connection):
        yield source, dataset, "it was scanned without the index"


def document(
    catalog: Catalog, located: Located, known: Known, right: Right | None = None, language: str = "en"
) -> dict[str, Any]:
    """Returns the answer as ``recense.person/1``: places, what their datasets are for, and what was not searched.

    Args:
        catalog: what scans found there.
        located: what the index answered, verified or not.
        known: policy and register.
        right: the one that is asked for; its exceptions in the policy are told. None tells those of all.
        language: of the names in register and policy.
    """
    register = register_folder.load(known.register) if known.register and known.register.is_dir() else None
    activities = register.activities if register else ()
    with catalog.transaction() as connection:
        kept = listing.retention(connection)
        judged = {(one["source"], one["dataset"]): one for one in (kept["document"]["datasets"] if kept else ())}
        datasets = [
            _dataset(connection, source, dataset, activities, judged.get((source, dataset)), language)
            for source, dataset in sorted({(place.source, place.dataset) for place in located.places})
        ]
        places = [_place(connection, place) for place in located.places]
    return {
        "schema": SCHEMA,
        "asked": list(located.asked),
        "filters": located.filters,
        "rate": located.rate,
        "places": places,
        "datasets": datasets,
        "recipients_of_policy": [one.label.of(language) for one in known.policy.recipients] if known.policy else [],
        "exceptions": _exceptions(known.policy, right),
        "incomplete": [list(one) for one in located.incomplete],
        "unread": [list(one) for one in located.unread],
    }


def _place(connection: Connection, place: Place) -> dict[str, Any]:
    table = tables.review
    paths = place.column.split(" + ")
    query = select(table.c.category).where(
        table.c.source == place.source,
        table.c.dataset == place.dataset,
        table.c.path.in_(paths),
        table.c.gone.is_(None),
    )
    found = sorted(set(connection.execute(query).scalars()))
    return {
        "source": place.source,
        "dataset": place.dataset,
        "column": place.column,
        "kind": place.kind,
        "categories": found or [_CATEGORY.get(place.kind, "identification")],
        "built": place.built,
        "rows": place.rows,
        "problem": place.problem,
    }


def _dataset(
    connection: Connection, source: str, name: str, activities: Sequence[Activity], verdict: Any, language: str
) -> dict[str, Any]:
    """Returns what is known of a dataset: every category that was found in it belongs to the person's rows too."""
    table = tables.review
    query = select(table.c.category).where(
        table.c.source == source, table.c.dataset == name, table.c.gone.is_(None)
    )  # fmt: skip
    using = [one for one in activities if one.active and _uses(one, source, name)]
    return {
        "source": source,
        "dataset": name,
        "categories": sorted(set(connection.execute(query).scalars())),
        "activities": [one.name.of(language) for one in using],
        "recipients": sorted({who.label.of(language) for one in using for who in one.recipients.list}),
        "kept": sorted(
            {part.retention.label.of(language) for one in using for part in one.data_categories if part.retention}
        ),
        "rule": verdict["rule"] if verdict else None,
        "period": verdict["period"] if verdict else None,
        "verdict": verdict["verdict"] if verdict else None,
    }


def _uses(activity: Activity, source: str, name: str) -> bool:
    """Tells whether an activity uses a dataset; the register's sources may be written from its own folder."""
    chosen: list[tuple[str | None, str]] = [(one.source, one.dataset) for one in activity.assign.datasets]
    if activity.machine:
        chosen += [(one.source, one.dataset) for one in activity.machine.datasets]
    return any(dataset == name and (place is None or _same(place, source)) for place, dataset in chosen)


def _same(place: str, source: str) -> bool:
    head, _, tail = place.partition(":")
    return place == source or (source.startswith(f"{head}:") and source.endswith("/" + tail.lstrip("/")))


def _exceptions(policy: Policy | None, right: Right | None) -> list[dict[str, str]]:
    if policy is None:
        return []
    wanted = {str(right)} if right else {str(one) for one in Right}
    return [
        {"right": one.id, "article": one.article or ARTICLES[Right(one.id)], "text": said.quote}
        for one in policy.rights.list
        if one.id in wanted
        for said in one.exceptions
        if said.quote
    ]


def complete(answer: Mapping[str, Any]) -> bool:
    """Tells whether everything that recense knows was searched."""
    problems = any(place["problem"] for place in answer["places"])
    return not answer["incomplete"] and not answer["unread"] and not problems


def confirmed(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Returns the places that are not known to be wrong."""
    return [place for place in answer["places"] if place["rows"] != 0]
