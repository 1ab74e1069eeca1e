"""What the pattern detectors' counts weigh: against chance, against the column's shape, and against its name.

A hit is not evidence, a rate is: one cell in ten of a column of serial numbers passes a Luhn key, and that is what
random digits do. ``digits`` puts it in figures: the number of zeros behind the comma of the probability that a column
of random data of this shape would pass as often.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from recense.evidence import ColumnProfile, Tally
from recense.model import Proof, Witness
from recense.scanners import bars
from recense.scanners.fits import CLOSED

ORDER = (Proof.PROVED, Proof.INDICATED, Proof.TO_CHECK)
SILENT = frozenset({"URL", "FLAG", "DATE", "MEASURE", "LOCATION", "ORGANIZATION"})
"""Not personal, and no rival reading either: a profile page is a URL, a birth date a date."""
MARKED = "credential"
"""The category whose shapes are made to be recognised."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the verdict needs to know of a detector (``recense.scanners.detector.Detector``).

    Attributes:
        score: what its best shape says without a check, 0 to 1.
        context: sets of words, one of which must stand before a match in text when ``cue`` is ``required``.
    """

    id: str
    entity: str
    category: str | None
    chance: float = 1.0
    cue: str = "none"
    against: bool = False
    score: float = 1.0
    context: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Clue:
    """One reading of a column with its proof level; several of one category become one finding.

    Attributes:
        whole: the cells are the datum, rather than texts that mention it.
        matched: cells that hold it.
    """

    entity: str
    category: str
    proof: Proof
    matched: int
    share: float
    whole: bool
    witnesses: tuple[Witness, ...]

    def at_most(self, proof: Proof) -> Clue:
        """Returns the clue with a proof no stronger than this."""
        return self if ORDER.index(self.proof) >= ORDER.index(proof) else replace(self, proof=proof)

    def raised(self) -> Clue:
        """Returns the clue one level stronger."""
        return replace(self, proof=ORDER[max(0, ORDER.index(self.proof) - 1)])


def digits(tally: Tally, chance: float) -> float:
    """Returns how improbable a tally is for random data, in decimal digits: a Chernoff bound, 0 when chance gives it.

    >>> round(digits(Tally(cells=100, refused=900), 0.1), 1), round(digits(Tally(cells=20), 0.1), 1)
    (0.0, 20.0)
    """
    tried = tally.cells + tally.refused
    if not tally.cells or chance >= 1 or tally.cells <= chance * tried:
        return 0.0
    rate = tally.cells / tried
    gain = rate * math.log10(rate / max(chance, 1e-12))
    if rate < 1:
        gain += (1 - rate) * math.log10((1 - rate) / (1 - chance))
    return tried * gain


def genuine(tally: Tally, chance: float) -> float:
    """Returns the share of what has the shape that is more than chance explains."""
    tried = tally.cells + tally.refused
    return max(0.0, (tally.cells / tried - chance) / (1 - chance)) if tried and chance < 1 else 0.0


def _odds(tally: Tally, chance: float, profile: ColumnProfile) -> float:
    """Returns ``digits`` of a tally whose cells repeat values: one number repeated passes its check once.

    Where many cells of few values are refused, the others may all hold the same one: then no more is sure than that one
    value of so many passed. Where most pass, a single repeated number is still worth a look.
    """
    tried = tally.cells + tally.refused
    if not tally.cells or not profile.sampled.distinct or profile.distinct >= tried:
        return digits(tally, chance)
    if tally.cells < bars.MOST * tried and profile.distinct < bars.COLUMN * tried:
        return max(0.0, -math.log10(profile.distinct * max(chance, 1e-12)))
    unrepeated = digits(tally, chance)
    return max(unrepeated * profile.distinct / tried, min(unrepeated, bars.CHECK_DIGITS))


def weigh(detector: Known, tally: Tally, profile: ColumnProfile, named: bool) -> Clue | None:
    """Returns what one detector's counts say of a column, None when they say nothing.

    Args:
        detector: which counted.
        tally: its counts over the column.
        profile: the column.
        named: the column's name speaks for the same entity.
    """
    if not tally.cells or detector.category is None or detector.against:
        return None
    share = min(1.0, tally.cells / profile.filled) if profile.filled else 0.0
    whole = min(1.0, tally.whole / profile.filled) if profile.filled else 0.0
    if detector.chance <= bars.CHECKED:
        proof = _checked(detector, tally, profile, named, whole)
    else:
        proof = _shaped(detector, tally, profile, named, share, whole)
    if proof is None:
        return None
    is_column = whole >= bars.COLUMN or (named and whole >= bars.SOME)
    witness = Witness("values", detector.id, _says(detector, tally, profile), tally.cells)
    return Clue(detector.entity, detector.category, proof, tally.cells, share, is_column, (witness,))


def _checked(detector: Known, tally: Tally, profile: ColumnProfile, named: bool, whole: float) -> Proof | None:
    """Weighs a detector whose check random data seldom passes."""
    odds = _odds(tally, detector.chance, profile)
    above = tally.cells > bars.MISSTATED * detector.chance * (tally.cells + tally.refused)
    rare = detector.chance <= bars.RARE_CHANCE and above and odds >= bars.INDICATED_DIGITS
    if genuine(tally, detector.chance) < bars.GENUINE and not rare:
        return None
    if detector.cue in ("required", "always") and not named:
        return Proof.TO_CHECK if odds >= bars.PROVED_DIGITS and whole >= bars.MOST else None
    if odds >= bars.PROVED_DIGITS and whole >= bars.COLUMN:
        return Proof.PROVED
    inside = tally.cells > tally.whole and detector.score >= bars.TELLING_SHAPE and not is_codes(profile)
    shared = detector.chance > bars.SHARED_CHECK and is_codes(profile) and whole < bars.SOME and not named
    if odds + (bars.PROSE_DIGITS if inside else 0.0) >= bars.INDICATED_DIGITS:
        return Proof.TO_CHECK if shared else Proof.INDICATED
    if odds >= bars.CHECK_DIGITS:
        return Proof.INDICATED if named else Proof.TO_CHECK
    return None


def _shaped(
    detector: Known, tally: Tally, profile: ColumnProfile, named: bool, share: float, whole: float
) -> Proof | None:
    """Weighs a detector that has its shape and little else.

    A letter or a word of a closed list (``M``, ``Mr``) says something of a column of that list only.
    """
    if named:
        if whole >= bars.MOST:
            return Proof.PROVED if detector.score >= bars.TELLING_SHAPE else Proof.INDICATED
        return Proof.INDICATED if share >= bars.SOME else Proof.TO_CHECK
    if detector.cue in ("required", "always"):
        return None
    informative = detector.chance <= bars.COLUMN
    if informative and genuine(tally, detector.chance) < bars.GENUINE:
        return None
    if detector.score < bars.TELLING_SHAPE:
        return Proof.TO_CHECK if informative and whole >= bars.MOST else None
    if whole >= bars.MOST:
        return Proof.INDICATED
    marked = detector.category == MARKED and detector.score >= bars.MARKED_SHAPE
    if (is_codes(profile) and not marked) or detector.entity in CLOSED:
        return None
    if tally.cells > tally.whole or share >= bars.SOME:
        return Proof.INDICATED if tally.cells > 1 or detector.score > 2 * bars.TELLING_SHAPE - 0.2 else Proof.TO_CHECK
    return Proof.TO_CHECK if tally.cells > 1 or marked else None


def is_codes(profile: ColumnProfile) -> bool:
    """Tells whether a column holds numbers and codes rather than words: a few hits among them are coincidences."""
    return profile.form_share("integer", "decimal", "code", "date", "flag", "other") >= bars.COLUMN


def _says(detector: Known, tally: Tally, profile: ColumnProfile) -> str:
    checked = f", {tally.refused:,} refused" if tally.refused else ""
    rate = f" (random data: {detector.chance:.2g})" if detector.chance < 1 else ""
    return f"{tally.cells:,} of {profile.filled:,} cells match{checked}{rate}; {tally.whole:,} hold nothing else"


@dataclass(frozen=True, slots=True)
class Rival:
    """A reading of a column that is not personal, and how many of its cells it explains."""

    detector: str
    entity: str
    whole: int
    chance: float


def rivals(known: Mapping[str, Known], profile: ColumnProfile) -> list[Rival]:
    """Returns the not personal readings that explain at least half of a column: SIRET, UUID, version."""
    found = []
    for id_, tally in sorted(profile.tallies.items()):
        detector = known.get(id_)
        if detector is None or not detector.against or detector.entity in SILENT or not profile.filled:
            continue
        if tally.whole / profile.filled < bars.COLUMN:
            continue
        if detector.chance <= bars.CHECKED and genuine(tally, detector.chance) < bars.GENUINE:
            continue
        found.append(Rival(id_, detector.entity, tally.whole, detector.chance))
    return found


def withstands(clue: Clue, detector: Known, tally: Tally, against: Iterable[Rival], named: bool) -> Clue | None:
    """Returns the clue after hearing what speaks against it: as it is, weakened, or None.

    A rival that explains as many cells as the clue does wins, unless the clue's check is much rarer or the name
    speaks for the clue: then both are told and a person has to look at what is left.
    """
    for rival in against:
        if rival.whole < tally.whole or detector.chance * 10 <= rival.chance <= bars.CHECKED:
            continue
        if detector.chance <= bars.RARE_CHANCE:
            continue
        witness = Witness("against", rival.detector, f"{rival.whole:,} cells also read as {rival.entity}", rival.whole)
        if not named:
            return None
        clue = replace(clue.at_most(Proof.INDICATED), witnesses=(*clue.witnesses, witness))
    return clue
