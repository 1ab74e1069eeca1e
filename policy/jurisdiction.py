"""The law beside the policy: packs of floors, references and ceilings, each with its source and how it is known.

A *floor* is a statutory minimum, a *reference* the guidance of an authority, a *ceiling* a maximum. A policy names the
packs it is compared with (``jurisdictions: [eu, fr]``); nothing in a pack ever changes what a policy says.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from recense import guard
from recense.errors import ConfigError, unknown
from recense.policy.keeping import Scope
from recense.policy.loading import shaped
from recense.policy.model import Basis, Entity
from recense.policy.statements import Id, Label, PeriodField, Strict, Text

FOLDER = Path(__file__).parent / "jurisdictions"

Provenance = Literal["seen", "recalled"]
"""``seen``: a copy of the text or of an official or professional page was read · ``recalled``: verify before use."""


class LegalPeriod(Strict):
    """A period that the law or an authority gives.

    Attributes:
        scope: what it is about; its ``subjects`` are relations of ``Subject`` (``customer``, ``prospect``).
        start: the event it counts from; starts: further events that do as well.
    """

    id: Id
    kind: Literal["floor", "reference", "ceiling"]
    scope: Scope
    start: Id
    starts: tuple[Id, ...] = ()
    period: PeriodField
    source: Text
    provenance: Provenance
    text: Label
    note: Text | None = None


class SpecialKind(Strict):
    """A kind of Article 9(1); ``says``: words of which a sentence that lists the kind should hold one."""

    category: Id
    label: Label
    says: tuple[Text, ...] = ()


class InformedRight(Strict):
    """A right that people are to be told of; only where a purpose rests on ``when_basis``, if that is given."""

    article: Text
    label: Label
    when_basis: Basis | None = None


class Restricted(Strict):
    """Entities that a policy should not leave unsaid, for the law restricts them."""

    entities: Annotated[tuple[Entity, ...], Field(min_length=1)]
    source: Text
    provenance: Provenance


class Pack(Strict):
    """The law of one jurisdiction as far as a policy is compared with it; ``sources`` by topic of lint."""

    schema_: Literal["recense.jurisdiction/1"] = Field(alias="schema")
    id: Id
    label: Label
    periods: tuple[LegalPeriod, ...] = ()
    article9_kinds: tuple[SpecialKind, ...] = ()
    rights: tuple[InformedRight, ...] = ()
    restricted: tuple[Restricted, ...] = ()
    sources: dict[Id, Text] = Field(default={})


def known() -> list[str]:
    """Returns the ids of the packs there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def pack(id_: str) -> Pack:
    """Returns a pack.

    Raises:
        ConfigError: there is none of this id, or its file is wrong.
    """
    if id_ not in known():
        raise ConfigError(unknown("jurisdiction", id_, known()))
    return shaped(guard.read(FOLDER / f"{id_}.yaml"), Pack, "it begins with 'schema: recense.jurisdiction/1'")
