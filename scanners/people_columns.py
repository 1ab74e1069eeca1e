"""What the language labels of a column's sample say: names of persons, companies, addresses, places.

Labels are shares of the sampled distinct values (``recense.scanners.labels``). A label alone never proves a column; a
model's word alone (``ner_person``) is no clue at all: spaCy sees a person in one comment of eight that holds none.
"""

from __future__ import annotations

from collections.abc import Sequence

from recense.evidence import ColumnProfile
from recense.model import Proof, Witness
from recense.scanners import bars
from recense.scanners.bounds import language_bound
from recense.scanners.context import TableContext
from recense.scanners.names import NameHint
from recense.scanners.weigh import Clue

PERSONS = ("person", "first_name", "surname")
ELSE = ("company", "city", "address")


def language_clues(hints: Sequence[NameHint], profile: ColumnProfile, context: TableContext) -> list[Clue]:
    """Returns the clues of the language labels, at most one for names and one for addresses."""
    if not profile.sampled.distinct:
        return []
    named = {hint.category for hint in hints if hint.strength != "against"}
    denied = any(hint.strength == "against" and not hint.category for hint in hints)
    clues = [_names(profile, context, "identification" in named), _addresses(profile, context, "contact" in named)]
    return [clue.at_most(Proof.TO_CHECK) if denied else clue for clue in clues if clue is not None]


def _clue(entity: str, category: str, proof: Proof, label: str, profile: ColumnProfile, whole: bool) -> Clue:
    count = profile.labels[label]
    share = count.distinct / profile.sampled.distinct
    says = (
        f"{count.distinct:,} of {profile.sampled.distinct:,} sampled distinct values read as {label.replace('_', ' ')}"
    )
    if profile.distinct > profile.sampled.distinct:
        most, recall = language_bound(profile, label), f"{100 * bars.LANGUAGE_RECALL:.0f} %"
        says += (
            f"; of all {profile.distinct:,} at most {most:.2g} do, with 95 % confidence when {recall} are recognised"
        )
    cells = round(profile.filled * count.cells / profile.sampled.cells) if profile.sampled.cells else 0
    return Clue(entity, category, proof, cells, share, whole, (Witness("language", label, says, cells),))


def _names(profile: ColumnProfile, context: TableContext, named: bool) -> Clue | None:
    """Names of persons as whole cells, else inside texts."""
    label = max(PERSONS, key=profile.label_share)
    share = profile.label_share(label)
    rival = max(profile.label_share(other) for other in ELSE)
    least = bars.DISTINCT if label == "person" else bars.CLOSED_SET + 1  # April, May and June are first names
    if share > rival and (profile.distinct >= least or named) and share >= bars.SOME:
        entity = {"person": "PERSON", "first_name": "FIRST_NAME", "surname": "LAST_NAME"}[label]
        near = named or context.setting == "person"
        if named and share >= bars.MOST and profile.distinct >= bars.DISTINCT:
            proof = Proof.PROVED
        elif near or (label != "surname" and share >= bars.CODE_SHARE):
            proof = Proof.INDICATED  # many surnames are words, places or firms: they need a name or a neighbour
        else:
            proof = Proof.TO_CHECK
        return _clue(entity, "identification", proof, label, profile, whole=True)
    return _inside("person_inside", "PERSON", "identification", profile)


def _addresses(profile: ColumnProfile, context: TableContext, named: bool) -> Clue | None:
    """Addresses and places as whole cells, else inside texts. A place is personal beside a person only."""
    address, city = profile.label_share("address"), profile.label_share("city")
    near = named or context.setting in ("person", "linked")
    if address >= bars.SOME:
        if named and address >= bars.MOST and context.setting == "person":
            proof = Proof.PROVED
        else:
            proof = Proof.INDICATED if near or address >= bars.COLUMN else Proof.TO_CHECK
        return _clue("ADDRESS", "contact", proof, "address", profile, whole=True)
    most = max(profile.label_share(label) for label in (*PERSONS, "company"))
    if near and city >= bars.COLUMN and city > most and profile.distinct >= bars.DISTINCT:
        return _clue("CITY", "contact", Proof.INDICATED if named else Proof.TO_CHECK, "city", profile, whole=True)
    return _inside("address_inside", "ADDRESS", "contact", profile)


def _inside(label: str, entity: str, category: str, profile: ColumnProfile) -> Clue | None:
    """Names or addresses that texts mention: several distinct texts, or it is the noise of a model.

    A column of one or two texts (a document) has no more to show.
    """
    share = profile.label_share(label)
    if share < bars.FEW or (profile.labels[label].distinct < 2 and share < bars.COLUMN):
        return None
    proof = (
        Proof.INDICATED if share >= bars.SOME and profile.labels[label].distinct >= bars.DISTINCT else Proof.TO_CHECK
    )
    return _clue(entity, category, proof, label, profile, whole=False)
