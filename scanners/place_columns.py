"""Places that make an address together: what columns say of each other where headers say nothing.

A post code, a state or a country alone is no personal datum, and five digits are anything. Side by side, or beside a
street, a number or a mailbox, they are the parts of somebody's or some firm's address: a person has to look whose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recense.evidence import ColumnProfile
from recense.model import Proof, Witness
from recense.scanners import bars
from recense.scanners.weigh import Clue

KINDS = (
    ("REGION", "region", bars.MOST),
    ("COUNTRY", "country", bars.MOST),
    ("CITY", "city", bars.COLUMN),
    ("COUNTRY", "country_code", bars.MOST),
    ("POSTCODE", "postcode_shape", bars.MOST),
)
"""Entity, label and the share of distinct values that must carry it, the surest first."""
TELLING = frozenset({"region", "country", "city"})
"""Labels that names of places give; codes and digits are much else besides."""
TOGETHER = 3
"""So many kinds of places make an address without anybody beside them."""


def place_clues(profiles: Mapping[str, ColumnProfile], reached: bool, street: bool) -> dict[str, Clue]:
    """Returns a clue, to check, per column that is part of an address.

    Args:
        profiles: of the columns that nothing else was found in, and whose names say nothing.
        reached: other columns of the dataset hold a number, a mailbox, an address or a person.
        street: one of them holds an address.
    """
    kinds = {path: kind for path, profile in profiles.items() if (kind := _kind(profile))}
    coded = [path for path, (_, label) in kinds.items() if label == "postcode_shape"]
    if len(coded) > 1:  # several columns of short numbers: which is the post code, if any?
        kinds = {path: kind for path, kind in kinds.items() if path not in coded}
    entities = {entity for entity, _ in kinds.values()} | ({"ADDRESS"} if street else set())
    named = street or any(label in TELLING for _, label in kinds.values())
    if not named or len(entities) < (2 if reached else TOGETHER):
        return _alone(kinds, profiles) if reached else {}
    return {path: _clue(kind, profiles[path], entities - {kind[0]}) for path, kind in kinds.items()}


def _alone(kinds: Mapping[str, tuple[str, str]], profiles: Mapping[str, ColumnProfile]) -> dict[str, Clue]:
    """Returns the only kind of place beside a number or a mailbox, if its names tell."""
    return {path: _clue(kind, profiles[path], ()) for path, kind in kinds.items() if kind[1] in TELLING}


def _kind(profile: ColumnProfile) -> tuple[str, str] | None:
    if not profile.filled:
        return None
    return next(((entity, label) for entity, label, least in KINDS if profile.label_share(label) >= least), None)


def _clue(kind: tuple[str, str], profile: ColumnProfile, others: Iterable[str]) -> Clue:
    entity, label = kind
    share, count = profile.label_share(label), profile.labels[label].distinct
    beside = ", ".join(sorted(name.lower() for name in others)) or "a way to reach somebody"
    says = f"{count:,} of {profile.sampled.distinct:,} sampled distinct values read as {label.replace('_', ' ')}"
    cells = round(profile.filled * profile.labels[label].cells / max(1, profile.sampled.cells))
    witness = Witness("neighbours", label, f"{says}, beside {beside}", cells)
    return Clue(entity, "contact", Proof.TO_CHECK, cells, share, True, (witness,))
