"""The privacy policy as data; here its words: which categories and entities of personal data there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from recense.guard import FAST

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Category:
    """A category of personal data.

    Attributes:
        id: ``contact``, ``special.health`` …
        label: per language (``fr``, ``en``).
        article: ``9`` or ``10`` of the GDPR when the category is special, else None.
        fideslang: keys of the fideslang taxonomy for the same data, the first to be used alone; empty when none fits.
        dpv: terms of the W3C Data Privacy Vocabulary with prefix, likewise; never empty.
    """

    id: str
    label: Mapping[str, str]
    article: str | None = None
    fideslang: tuple[str, ...] = ()
    dpv: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of datum that a detector finds; ``category`` is None when it is not personal by itself."""

    id: str
    label: Mapping[str, str]
    category: str | None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All categories and entities, by id."""

    categories: Mapping[str, Category]
    entities: Mapping[str, Entity]

    def category_of(self, entity: str) -> str | None:
        """Returns the category of an entity, None when it is not personal by itself or unknown."""
        known = self.entities.get(entity)
        return known.category if known else None

    def is_special(self, category: str) -> bool:
        """Tells whether Article 9 or 10 of the GDPR protects the category."""
        known = self.categories.get(category)
        return bool(known and known.article)


@cache
def taxonomy() -> Taxonomy:
    """Returns the taxonomy of ``policy/taxonomy.yaml``."""
    data = yaml.load((HERE / "taxonomy.yaml").read_text(encoding="utf-8"), FAST)  # noqa: S506  # a SafeLoader
    categories, entities = {}, {}
    for id_, entry in data["categories"].items():
        categories[id_] = Category(
            id_, entry["label"], entry.get("article"), tuple(entry["fideslang"]), tuple(entry["dpv"])
        )
        for name, label in entry["entities"].items():
            entities[name] = Entity(name, label, id_)
    for name, label in data["not_personal"].items():
        entities[name] = Entity(name, label, None)
    return Taxonomy(categories, entities)
