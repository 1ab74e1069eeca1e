"""The verdict: from the names and the counts of a dataset's columns to findings, each with its reasons (DESIGN §3).

Everything here is a function of the dataset's declaration and the merged counts, so that ``recense replay`` can judge
again without the data. Names, values, language and neighbours are asked separately, give ``Clue`` by ``Clue``, and the
clues of one category become one finding. No value is known here, so none can leak.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from recense.evidence import ColumnProfile
from recense.model import Column, Dataset, Finding, Proof, Witness
from recense.policy import taxonomy
from recense.scanners import bars
from recense.scanners.dotted import Reading, reading, spoken_of
from recense.scanners.figures import accidental, runs_on
from recense.scanners.fits import STRICT, Fit, bears_out, looks_like_births
from recense.scanners.names import NameHint, TableContext, classify
from recense.scanners.people_columns import language_clues
from recense.scanners.place_columns import place_clues
from recense.scanners.special import is_special, special_clues
from recense.scanners.vocabulary import vocabulary
from recense.scanners.weigh import ORDER, Clue, Known, is_codes, rivals, weigh, withstands

SHORTEST_CUE = 3
"""A context word of two letters (``dr``, ``cc``) is no name of a column."""
_BASE = {Proof.PROVED: 0.9, Proof.INDICATED: 0.6, Proof.TO_CHECK: 0.3}
_REACH = {Proof.PROVED: 0.1, Proof.INDICATED: 0.3, Proof.TO_CHECK: 0.3}
NATURAL = frozenset(
    {"PERSON", "FIRST_NAME", "LAST_NAME", "EMAIL_ADDRESS", "PHONE_NUMBER", "FR_NIR", "BIRTH_DATE", "CIVILITY"}
)
"""Entities that make the rows of a dataset persons', whatever it is called."""
NAMES = frozenset({"PERSON", "FIRST_NAME", "LAST_NAME"})
HASHED = ".hashed"
"""How rules end whose names say that a datum was hashed."""
PLACES = frozenset({"COORDINATES", "POSTCODE", "CITY", "REGION", "COUNTRY"})
"""Entities that are personal only where persons are."""
WIDE = frozenset({"REGION", "COUNTRY"})
"""Places that reach nobody: without an address, a number or a mailbox beside them they are a product's origin."""
NAMELESS = frozenset({"document", "log", "image"})
"""Kinds of datasets whose columns the connector named, not an author."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A column before the judge."""

    column: Column
    profile: ColumnProfile
    hints: tuple[NameHint, ...]
    words: frozenset[str]

    def hint(self, category: str) -> NameHint | None:
        """Returns what the name says for a category, None when it says nothing for it."""
        return next((h for h in self.hints if h.category == category and h.strength != "against"), None)

    @property
    def denied(self) -> NameHint | None:
        """Returns the hint by which the name says that the column is something not personal (``serial_number``)."""
        return next((h for h in self.hints if h.strength == "against" and not h.category), None)

    def names(self, known: Known) -> bool:
        """Tells whether the name speaks for a detector: for its entity, or for its category if its shape is telling.

        Official numbers count as one: nobody names a column ``es_dni``. A word that text must have before a match
        (``véhicule``) is enough of a name where nearly every cell is nothing but the match; with check digits half of
        them do, since numbers that lost their leading zeros stand among them.
        """
        hint = self.hint(known.category) if known.category else None
        if hint is None:
            whole, checked = self.profile.tallies[known.id].whole, known.chance <= bars.CHECKED
            cued = (known.cue == "required" or checked) and any(self.words.issuperset(cue) for cue in known.context)
            enough = bars.COLUMN if checked else bars.MOST
            return cued and self.denied is None and whole >= enough * self.profile.filled
        telling = known.score >= bars.TELLING_SHAPE and known.cue not in ("required", "always")
        return hint.entity == known.entity or telling or hint.category == "government_id"


def judge(dataset: Dataset, profiles: Mapping[str, ColumnProfile]) -> tuple[Finding, ...]:
    """Returns the findings of a dataset, in the order of its columns, the strongest of a column first.

    Args:
        dataset: as the source declares it; columns that only reading found are taken from ``profiles``.
        profiles: merged counts per column path; none at all for a dataset that was not read.
    """
    columns = _columns(dataset, profiles)
    context = TableContext(dataset.name, columns, dataset.comment)
    rows_of_persons = context.setting in ("person", "linked")
    cases = [_case(column, dataset, profiles, context) for column in columns]
    clues = {case.column.path: _ordinary(case, context) for case in cases}
    about_persons = rows_of_persons or _has_persons(clues.values(), mentions=dataset.kind == "document")
    if about_persons and context.setting == "unknown":
        context = context.of_persons("whose cells name persons")
        cases = [_case(column, dataset, profiles, context) for column in columns]
        clues = {case.column.path: _ordinary(case, context) for case in cases}
    if not about_persons:
        reached = any(clue.category == "contact" and clue.entity not in PLACES for c in clues.values() for clue in c)
        clues = {path: [c for clue in found if (c := _unpeopled(clue, reached))] for path, found in clues.items()}
    if context.setting in ("unknown", "linked", "person") and dataset.kind not in NAMELESS:
        clues |= _places([case for case in cases if context.is_opaque(case.column.path)], clues)
    findings: list[Finding] = []
    for case in cases:
        found = clues[case.column.path]
        of_names = any(c.entity in NAMES and c.whole and c.proof is not Proof.TO_CHECK for c in found)
        found = found + special_clues(case.hints, case.profile, about_persons, rows_of_persons, of_names)
        if about_persons and not found and looks_like_births(case.profile):
            found = [_births(case)]
        findings += (_finding(dataset, case, clue) for clue in _settle(found))
    if dataset.kind == "image" and not any(finding.category == "photo" for finding in findings):
        findings.append(_image(dataset))
    return tuple(findings)


def _columns(dataset: Dataset, profiles: Mapping[str, ColumnProfile]) -> list[Column]:
    """Returns the columns to judge, as declared and then as read: of nested data the leaves, not what holds them."""
    declared = {column.path: column for column in dataset.columns}
    paths = dict.fromkeys((*declared, *profiles))
    inner = {path[:at] for path in paths for at, char in enumerate(path) if char in ".[" and at}
    return [declared.get(path) or Column(path) for path in paths if path not in inner or path in profiles]


def _case(column: Column, dataset: Dataset, profiles: Mapping[str, ColumnProfile], context: TableContext) -> _Case:
    hints = () if dataset.kind in NAMELESS else tuple(classify(column, context))
    words = frozenset() if dataset.kind in NAMELESS else frozenset(context.words(column.path))
    return _Case(column, profiles.get(column.path, ColumnProfile()), hints, words)


@cache
def known_detectors() -> Mapping[str, Known]:
    """Returns what the verdict needs to know of every pattern detector, by id."""
    from recense.scanners.detector import detectors

    words = vocabulary().words
    return {
        id_: Known(
            id=id_,
            entity=detector.entity,
            category=detector.category,
            chance=detector.chance,
            cue=detector.cue,
            against=detector.against,
            score=max(shape.score for shape in detector.shapes),
            context=tuple(frozenset(words(cue)) for cue in detector.context if len(cue) >= SHORTEST_CUE),
        )
        for id_, detector in detectors().items()
    }


def _ordinary(case: _Case, context: TableContext) -> list[Clue]:
    """Returns the clues of a column but for Articles 9 and 10 and for what neighbours add."""
    known = known_detectors() if case.profile.tallies else {}
    against = rivals(known, case.profile)
    clues: list[Clue] = []
    for id_, tally in sorted(case.profile.tallies.items()):
        detector = known.get(id_)
        if detector is None:
            continue
        named = case.names(detector)
        clue = weigh(detector, tally, case.profile, named)
        if clue is not None:
            clue = withstands(clue, detector, tally, against, named)
        if clue is not None:
            clue = _doubted(clue, case, detector)
        if clue is not None:
            clues.append(clue)
    clues += language_clues(case.hints, case.profile, context)
    if case.profile.images:
        clues.append(_pictures(case, context))
    for hint in case.hints:
        if hint.strength != "against" and not is_special(hint.category):
            named_clue = _by_name(hint, case, clues)
            if named_clue is not None:
                clues.append(named_clue)
    return clues


def _doubted(clue: Clue, case: _Case, detector: Known) -> Clue | None:
    """Weakens a coincidence in a column whose name says that it is something not personal (``serial_number``).

    Nothing is left of it where random data has the shape anyway (``version`` and IP addresses), or where few cells do.
    Numbers that are something else by their size (``dotted``, ``figures``) need no such name.
    """
    denied = case.denied
    if not case.hint(clue.category) and (read := _misread(clue, case.profile)) is not None:
        says, proof = read
        if proof is None:
            return None
        doubt = Witness("against", "figures", says, case.profile.filled)
        clue = replace(clue.at_most(proof), witnesses=(*clue.witnesses, doubt))
    if detector.chance <= bars.RARE_CHANCE or denied is None or case.hint(clue.category):
        return clue
    if (clue.whole and detector.chance > bars.COLUMN) or (clue.share < bars.NONE and is_codes(case.profile)):
        return None
    doubt = Witness("against", denied.rule, denied.says)
    return replace(clue.at_most(Proof.TO_CHECK), witnesses=(*clue.witnesses, doubt))


def _misread(clue: Clue, profile: ColumnProfile) -> tuple[str, Proof | None] | None:
    """Returns what the size of a column's numbers says against a shape, and what proof it leaves; None for nothing."""
    if clue.entity == "IP_ADDRESS":
        read = reading(profile) if clue.whole else spoken_of(profile)
        if read is not Reading.SILENT:
            proof = Proof.TO_CHECK if read is Reading.DOUBTFUL else None
            why = (
                "the numbers are as low as those of versions" if clue.whole else "most texts call the numbers versions"
            )
            return why, proof
    if clue.entity in ("PHONE_NUMBER", "FAX_NUMBER"):
        if clue.whole and runs_on(profile):
            return "the numbers differ in their last digits only, as those counted up do", Proof.TO_CHECK
        if not clue.whole and accidental(profile, clue.share):
            return "long numbers hold as many by accident", None
    return None


def _by_name(hint: NameHint, case: _Case, clues: Sequence[Clue]) -> Clue | None:
    """Returns what the name adds to the clues of the values."""
    profile, name = case.profile, Witness("name", hint.rule, hint.says)
    same = [clue for clue in clues if clue.category == hint.category]
    if any(clue.share >= bars.NONE for clue in same):
        # the values agree by themselves; the name is told as a witness of that finding
        best = min((clue for clue in same if clue.share >= bars.NONE), key=lambda clue: _suited(clue, hint.entity))
        best = replace(best, entity=_finer(hint.entity, best), witnesses=(name,))
        return best.raised() if best.proof is Proof.TO_CHECK and hint.strength == "strong" else best
    if any(clue.whole and clue.share >= bars.COLUMN for clue in clues):
        return None  # the values are something else
    fit = Fit.SUITS if hint.rule.endswith(HASHED) and _is_hashed(profile) else bears_out(hint.entity, profile)
    proof = _named_proof(hint, fit)
    if proof is None:
        return None
    said = [_fit_witness(fit, profile)]
    matched = profile.filled if fit >= Fit.SUITS else 0
    if refused := _refused(hint.entity, profile):
        proof, matched = Proof.TO_CHECK, 0
        said = [Witness("against", "check-digits", f"{refused:,} cells have the shape and fail the check", refused)]
    share = 1.0 if matched else 0.0
    return Clue(hint.entity, hint.category, proof, matched, share, True, (name, *(w for w in said if w)))


def _is_hashed(profile: ColumnProfile) -> bool:
    """Tells whether most cells are digests, so that no detector can find in them what the name says was hashed."""
    known = known_detectors() if profile.tallies else {}
    digests = (tally.whole for id_, tally in profile.tallies.items() if id_ in known and known[id_].entity == "HASH")
    return max(digests, default=0) >= bars.COLUMN * profile.filled > 0


def _refused(entity: str, profile: ColumnProfile) -> int:
    """Returns the cells that have an entity's shape and fail its check, when they are a good part of the column."""
    known = known_detectors() if profile.tallies else {}
    most = max(
        (t.refused for id_, t in profile.tallies.items() if id_ in known and known[id_].entity == entity
         and known[id_].chance <= bars.CHECKED),
        default=0,
    )  # fmt: skip
    return most if most >= bars.SOME * profile.filled else 0


def _finer(entity: str, clue: Clue) -> str:
    """Returns the entity of a finding on which name and values agree: the name's where it tells kinds apart."""
    family = (
        {"PHONE_NUMBER", "FAX_NUMBER"},
        {"PERSON", "LAST_NAME", "FIRST_NAME"},
        {"CITY", "ADDRESS", "POSTCODE", "COUNTRY"},
    )
    return entity if any({entity, clue.entity} <= alike for alike in family) else clue.entity


def _named_proof(hint: NameHint, fit: Fit) -> Proof | None:
    strong = hint.strength == "strong"
    if fit is Fit.DENIES:
        return Proof.TO_CHECK if strong and hint.entity in STRICT else None
    if fit is Fit.PROVES and strong:
        return Proof.PROVED
    if fit >= Fit.AGREES or strong:
        return Proof.INDICATED
    return Proof.TO_CHECK


def _fit_witness(fit: Fit, profile: ColumnProfile) -> Witness | None:
    if fit is Fit.SILENT:
        return None
    if fit is Fit.DENIES:
        return Witness("against", "values", f"no detector finds one in {profile.filled:,} cells", 0)
    kind = {Fit.SUITS: "have a fitting shape", Fit.AGREES: "bear it out", Fit.PROVES: "bear it out, nearly all"}[fit]
    return Witness(
        "values", "shapes", f"{profile.filled:,} cells, {profile.distinct:,} distinct, {kind}", profile.filled
    )


def _places(cases: Sequence[_Case], clues: Mapping[str, list[Clue]]) -> dict[str, list[Clue]]:
    """Returns the clues of columns that are parts of an address, by their neighbours.

    Args:
        cases: the columns whose names say nothing.
        clues: of all columns.
    """
    sure = [clue for found in clues.values() for clue in found if clue.proof is not Proof.TO_CHECK and clue.whole]
    silent = {case.column.path: case.profile for case in cases if not clues[case.column.path]}
    reached = any(clue.category == "contact" or clue.entity in NATURAL for clue in sure)
    found = place_clues(silent, reached, street=any(clue.entity == "ADDRESS" for clue in sure))
    return {path: [clue] for path, clue in found.items()}


def _unpeopled(clue: Clue, reached: bool) -> Clue | None:
    """Returns what is left of a clue where nobody is named: a place is a place, and a name of a field is a hint.

    Args:
        clue: of any column of the dataset.
        reached: the dataset holds an address, a number or a mailbox.
    """
    if clue.entity not in PLACES:
        return clue
    if clue.entity in WIDE and not reached:
        return None
    return clue.at_most(Proof.TO_CHECK) if any(witness.kind == "name" for witness in clue.witnesses) else None


def _has_persons(clues: Iterable[Sequence[Clue]], mentions: bool) -> bool:
    """Tells whether a column holds persons; of a document it is enough that the text ``mentions`` one."""
    return any(
        clue.entity in NATURAL and (mentions or (clue.proof is not Proof.TO_CHECK and clue.whole))
        for column in clues
        for clue in column
    )


def _births(case: _Case) -> Clue:
    decades = sorted(case.profile.decades)
    says = f"dates from the {decades[0]}s to the {decades[-1]}s beside persons"
    witness = Witness("neighbours", "decades", says, case.profile.filled)
    return Clue("BIRTH_DATE", "identification", Proof.TO_CHECK, case.profile.filled, 1.0, True, (witness,))


def _pictures(case: _Case, context: TableContext) -> Clue:
    images, cells = case.profile.images, max(case.profile.cells, 1)
    proof = Proof.INDICATED if case.hint("photo") or context.setting == "person" else Proof.TO_CHECK
    witness = Witness("values", "image", f"{images:,} of {cells:,} cells are pictures", images)
    return Clue("PHOTO", "photo", proof, images, images / cells, True, (witness,))


def _settle(clues: Sequence[Clue]) -> list[Clue]:
    """Returns one clue per category with the witnesses of all, strongest first, without coincidences.

    When nearly every cell of a column is one thing, a handful of cells that also look like another is what chance
    gives; Article 9 and 10 and what carries a rare check digit stay.
    """
    merged: dict[str, Clue] = {}
    for clue in sorted(clues, key=_rank):
        if clue.category in merged:
            first = merged[clue.category]
            extra = tuple(w for w in clue.witnesses if w not in first.witnesses)
            merged[clue.category] = replace(first, witnesses=first.witnesses + extra)
        else:
            merged[clue.category] = clue
    column = next(
        (c for c in merged.values() if c.whole and c.share >= bars.MOST and c.proof is not Proof.TO_CHECK), None
    )
    return [
        clue
        for clue in merged.values()
        if column is None
        or clue is column
        or is_special(clue.category)
        or clue.whole
        or clue.proof is not Proof.TO_CHECK
    ]


def _rank(clue: Clue) -> tuple[int, int, int, float, str, tuple[str, ...]]:
    """Returns what orders clues, the strongest first: of equal proof, the one that the column's name speaks for."""
    said = tuple(witness.detector for witness in clue.witnesses)
    named = any(witness.kind == "name" for witness in clue.witnesses)
    return ORDER.index(clue.proof), -int(is_special(clue.category)), -int(named), -clue.share, clue.entity, said


def _suited(clue: Clue, entity: str) -> tuple[int, int, tuple[int, int, int, float, str, tuple[str, ...]]]:
    """Returns what orders clues under a name that says ``entity``: of equal proof, those of half the cells and it."""
    other = clue.entity != entity or clue.share < bars.COLUMN
    return ORDER.index(clue.proof), int(other), _rank(clue)


def _finding(dataset: Dataset, case: _Case, clue: Clue) -> Finding:
    score = _BASE[clue.proof] + _REACH[clue.proof] * min(1.0, clue.share)
    return Finding(
        source=dataset.source,
        dataset=dataset.name,
        column=case.column.path,
        category=clue.category,
        entity=clue.entity,
        proof=clue.proof,
        score=round(score, 3),
        cells=case.profile.cells,
        matched=min(clue.matched, case.profile.cells),
        detectors=tuple(dict.fromkeys(w.detector for w in clue.witnesses if w.kind != "against")),
        evidence=clue.witnesses,
    )


def _image(dataset: Dataset) -> Finding:
    says = "the file is a picture; whether it shows a person was not looked at"
    return Finding(
        source=dataset.source,
        dataset=dataset.name,
        column=dataset.columns[0].path if dataset.columns else "image",
        category=taxonomy().category_of("PHOTO") or "photo",
        entity="PHOTO",
        proof=Proof.TO_CHECK,
        score=_BASE[Proof.TO_CHECK],
        cells=0,
        matched=0,
        detectors=("image",),
        evidence=(Witness("values", "image", says),),
    )
