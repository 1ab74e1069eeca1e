"""Why a column has no finding: what was heard of it, and why that was not enough.

The other half of the evidence. A finding tells what speaks for it; silence has to be explained from the same counts,
or nobody can tell a column that was read and is clean from one that was not read, or whose name nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recense.evidence import ColumnProfile, Tally
from recense.model import Column, Dataset, Witness
from recense.scanners import bars
from recense.scanners.bounds import language_bound
from recense.scanners.labels import ADDRESS_INSIDE, FIRST_NAME, PERSON, PERSON_INSIDE, SURNAME
from recense.scanners.names import NameHint, TableContext, classify
from recense.scanners.special import category_of
from recense.scanners.verdict import NAMELESS, judge, known_detectors
from recense.scanners.weigh import Known, Rival, digits, genuine, rivals, weigh, withstands

_READ_AS = {PERSON: "name a person", PERSON_INSIDE: "mention a person", ADDRESS_INSIDE: "hold an address"}
_ALSO = {FIRST_NAME: "are first names", SURNAME: "are family names"}
"""Told where there are some: most words of a few letters are somebody's name."""


def why_not(dataset: Dataset, profiles: Mapping[str, ColumnProfile], path: str) -> tuple[Witness, ...]:
    """Returns what name, values, language and neighbours said of a column without a finding, each with its weight.

    Args:
        dataset: as the source declares it.
        profiles: merged counts per column path; none for what was not read.
        path: of the column.
    """
    declared = {column.path: column for column in dataset.columns}
    columns = [declared.get(name) or Column(name) for name in dict.fromkeys((*declared, *profiles))]
    context = TableContext(dataset.name, columns, dataset.comment)
    column, profile = declared.get(path) or Column(path), profiles.get(path, ColumnProfile())
    hints = [] if dataset.kind in NAMELESS else classify(column, context)
    return (
        *_of_the_name(column, context, hints, named=dataset.kind not in NAMELESS),
        *_of_what_was_read(profile),
        *_of_values(profile, hints),
        *_of_language(profile),
        _of_neighbours(dataset, profiles, context),
    )


def _of_the_name(column: Column, context: TableContext, hints: list[NameHint], named: bool) -> Iterator[Witness]:
    if not named:
        yield Witness("name", "headers", "the connector gave the name, so it says nothing")
    elif hints:
        for hint in hints:
            kind = "against" if hint.strength == "against" else "name"
            yield Witness(kind, hint.rule, hint.says)
    elif context.is_key(column):
        yield Witness("name", "headers", "the name is that of a key; what a key leads to is judged where it lies")
    elif context.is_opaque(column.path):
        yield Witness("name", "headers", "the name holds no word that recense knows")
    else:
        yield Witness("name", "headers", "the name's words name no personal data in such a table")


def _of_what_was_read(profile: ColumnProfile) -> Iterator[Witness]:
    if not profile.cells:
        says = f"every cell is null ({profile.nulls:,})" if profile.nulls else "no cell was read"
        yield Witness("values", "cells", says, 0)
    elif not profile.filled:
        yield Witness("values", "cells", f"every cell is blank ({profile.blanks:,})", 0)
    elif profile.unscanned:
        says = f"{profile.unscanned:,} of {profile.cells:,} cells are of a type in which nothing is looked for"
        yield Witness("values", "cells", says, profile.unscanned)
    elif not profile.tallies:
        yield Witness("values", "patterns", f"no detector matches one of {profile.filled:,} cells", 0)


def _of_values(profile: ColumnProfile, hints: list[NameHint]) -> Iterator[Witness]:
    known = known_detectors() if profile.tallies else {}
    against = rivals(known, profile)
    denied = next((hint for hint in hints if hint.strength == "against" and not hint.category), None)
    for id_, tally in sorted(profile.tallies.items(), key=lambda item: (-item[1].cells, item[0])):
        if id_ in known:
            named = any(h.category == known[id_].category and h.strength != "against" for h in hints)
            yield _of_a_detector(known[id_], tally, profile, against, named, denied)
        elif category_of(id_):
            says = f"{tally.cells:,} cells hold terms of it, and nothing links one to a person"
            yield Witness("values", id_, says, tally.cells)


def _of_a_detector(
    detector: Known, tally: Tally, profile: ColumnProfile, against: list[Rival], named: bool, denied: NameHint | None
) -> Witness:
    counted = f"{tally.cells:,} of {profile.filled:,} cells match"
    if detector.against or detector.category is None:
        return Witness("against", detector.id, f"{counted}: {detector.entity}, not personal by itself", tally.cells)
    clue = weigh(detector, tally, profile, named)
    if clue is None:
        return Witness("values", detector.id, f"{counted}; {_too_little(detector, tally, named)}", tally.cells)
    if withstands(clue, detector, tally, against, named) is None:
        rival = max(against, key=lambda other: other.whole)
        says = f"{counted}; {rival.whole:,} of them also read as {rival.entity}, which explains them better"
    elif denied is not None:
        says = f"{counted}; the name says that they are something else"
    else:
        says = f"{counted}; it is personal beside a person only, and nothing here names one"
    return Witness("values", detector.id, says, tally.cells)


def _too_little(detector: Known, tally: Tally, named: bool) -> str:
    """Returns why a detector's counts weigh nothing: see ``weigh``."""
    if not tally.cells:
        return f"{tally.refused:,} have the shape and fail the check"
    if detector.cue in ("required", "always") and not named:
        return "they count where the column's name says what they are"
    if detector.chance <= bars.CHECKED:
        random = f"of {tally.cells + tally.refused:,} with the shape, and random data passes at {detector.chance:.2g}"
        if (share := genuine(tally, detector.chance)) < bars.GENUINE:
            return f"{random}: {share:.0%} are more than chance, {bars.GENUINE:.0%} are asked"
        return f"{random}: {digits(tally, detector.chance):.1f} digits of proof, {bars.CHECK_DIGITS} are asked"
    return "the shape alone says little: nearly every cell would have to have it, or the name say so"


def _of_language(profile: ColumnProfile) -> Iterator[Witness]:
    """Yields what the sample of distinct values says of names and addresses, with the bound for all of them."""
    read = profile.sampled.distinct
    if not read:
        return
    for label, reads in (_READ_AS | _ALSO).items():
        hits = profile.labels[label].distinct if label in profile.labels else 0
        if not hits and label in _ALSO:
            continue
        most, recall = language_bound(profile, label), f"{100 * bars.LANGUAGE_RECALL:.0f} %"
        says = f"{hits:,} of {read:,} sampled distinct values {reads}"
        if profile.distinct > read:
            says += f"; of all {profile.distinct:,} at most {most:.2g}, with 95 % confidence"
        yield Witness("language", label, f"{says}, when {recall} are recognised", hits)


def _of_neighbours(dataset: Dataset, profiles: Mapping[str, ColumnProfile], context: TableContext) -> Witness:
    flagged = len({finding.column for finding in judge(dataset, profiles)})
    setting = (
        f"in a table {context.why}" if context.why else "the table's name and columns do not say what its rows are"
    )
    return Witness("neighbours", "table", f"{setting}; {flagged} of {len(context.columns)} columns have a finding")
