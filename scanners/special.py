"""Articles 9 and 10: what the lexicons' counts, the column's name and its neighbours say together (law.md §5).

| evidence | proof |
|---|---|
| stem in the name, and cells that are terms of the kind | proved from a third of the cells, else indicated |
| stem in the name, and a closed set of codes | indicated |
| stem in the name, no cell to ask | indicated |
| stem in the name, and cells that say nothing of the kind | to check |
| strong term beside a person in the cell, in sentences or in rows of persons | indicated, else to check |
| cells that are terms of the kind, in a dataset about persons | indicated, else to check |
| a twentieth of the cells are, in such a dataset, among words, under a name that says nothing else | to check |
| two context terms, an inference, a strong term without a person: in a dataset about persons | to check |
| a code's shape (ICD-10) | nothing without the name and most of the cells |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recense.evidence import ColumnProfile, Tally
from recense.model import Proof, Witness
from recense.policy import taxonomy
from recense.scanners import bars
from recense.scanners.names import NameHint
from recense.scanners.weigh import Clue

LEXICON = "lexicon-"

NOTE = "PERSON_NOTE"
"""What may hold anything: a name that says it says nothing of the kind."""


def is_special(category: str) -> bool:
    """Tells whether Article 9 or 10 protects a category."""
    return taxonomy().is_special(category)


def special_clues(
    hints: Sequence[NameHint], profile: ColumnProfile, about_persons: bool, rows_of_persons: bool, of_names: bool
) -> list[Clue]:
    """Returns the clues of Articles 9 and 10 in a column, at most one per category.

    Args:
        hints: what the column's name says.
        profile: its counts.
        about_persons: some column of the dataset holds persons.
        rows_of_persons: the schema says that rows are persons or belong to them; a track has a composer and does not.
        of_names: the cells are names of persons, and a term among them is most likely one (M. Chrétien, Mme Pape).
    """
    named = {hint.category: hint for hint in hints if hint.strength != "against" and is_special(hint.category)}
    other = any(hint.strength != "against" and hint.category not in named and hint.entity != NOTE for hint in hints)
    kinds = {category_of(detector): detector for detector in profile.tallies if category_of(detector)}
    clues: list[Clue] = []
    for category in sorted({*named, *(kind for kind in kinds if kind)}):
        tallies = {id_: tally for id_, tally in profile.tallies.items() if category_of(id_) == category}
        hint = named.get(category)
        if hint:
            clue: Clue | None = _stem(hint, tallies, profile)
        else:
            clue = _values(category, tallies, profile, about_persons, rows_of_persons, named=other)
            if clue is not None and of_names and clue.share < bars.SOME:
                clue = None
        if clue is not None:
            clues.append(clue)
    return clues


def category_of(detector: str) -> str | None:
    """Returns the category whose lexicon a tally is from, None for other detectors.

    >>> category_of("lexicon-trade-union-candidate"), category_of("fr-nir")
    ('special.trade_union', None)
    """
    if detector.startswith("code-"):
        return "special.health"
    if not detector.startswith(LEXICON):
        return None
    kind = detector.removeprefix(LEXICON)
    for ending in ("-candidate", "-inferred", "-value"):
        kind = kind.removesuffix(ending)
    name = kind.replace("-", "_")
    known = taxonomy().categories
    return next((category for category in (f"special.{name}", name) if category in known), None)


def _entity(category: str) -> str:
    return next(entity.id for entity in taxonomy().entities.values() if entity.category == category)


def _sum(tallies: Iterable[tuple[str, Tally]], *endings: str) -> int:
    """Returns the cells of tallies with one of these endings; ``""`` stands for the strong terms."""
    total = 0
    for id_, tally in tallies:
        ending = next((e for e in ("-candidate", "-inferred", "-value") if id_.endswith(e)), "")
        if ending in endings and not id_.startswith("code-"):
            total += tally.cells
    return total


def _stem(hint: NameHint, tallies: dict[str, Tally], profile: ColumnProfile) -> Clue:
    """Judges a column whose name carries a stem of the kind."""
    name = Witness("name", hint.rule, hint.says)
    if not profile.filled:
        proof = Proof.INDICATED if hint.strength == "strong" else Proof.TO_CHECK
        return Clue(hint.entity, hint.category, proof, 0, 0.0, True, (name,))
    terms = _sum(tallies.items(), "-value", "")
    codes = max((tally.cells for id_, tally in tallies.items() if id_.startswith("code-")), default=0)
    if codes >= bars.CODE_SHARE * profile.filled:
        terms = max(terms, codes)
    terms = min(terms, profile.filled)
    proof, witnesses = Proof.TO_CHECK, [name]
    if terms:
        proof = Proof.PROVED if terms >= bars.SOME * profile.filled else Proof.INDICATED
        witnesses.append(
            Witness(
                "values", f"{LEXICON}*", f"{terms:,} of {profile.filled:,} cells are or hold a term of the kind", terms
            )
        )
    elif profile.distinct <= bars.CLOSED_SET:
        proof = Proof.INDICATED
        witnesses.append(Witness("values", "closed-set", f"{profile.distinct} distinct values: codes of a closed list"))
    else:
        witnesses.append(Witness("against", f"{LEXICON}*", "no cell holds a term that the lexicon knows", 0))
    if hint.strength == "weak" and proof is Proof.PROVED:
        proof = Proof.INDICATED
    matched = terms or (profile.filled if proof is Proof.INDICATED else 0)
    return Clue(hint.entity, hint.category, proof, matched, matched / profile.filled, True, tuple(witnesses))


def _values(
    category: str,
    tallies: dict[str, Tally],
    profile: ColumnProfile,
    about_persons: bool,
    rows_of_persons: bool,
    named: bool,
) -> Clue | None:
    """Judges a column whose name says nothing of the kind, by its cells; ``named``: it says something else."""
    if not profile.filled:
        return None
    strong = _sum(tallies.items(), "")
    texts = profile.form_share("prose") >= bars.TEXTS
    values = _sum(tallies.items(), "-value")
    candidates = _sum(tallies.items(), "-candidate")
    entity = _entity(category)
    found: list[tuple[Proof, int, str, str]] = []
    if strong and (texts or rows_of_persons or strong >= bars.FEW * profile.filled):
        # a title of a song has terms and names too: sentences, or rows of persons, make it somebody's
        proof = Proof.INDICATED if texts or rows_of_persons else Proof.TO_CHECK
        found.append((proof, strong, "a strong term beside a person", ""))
    if values >= bars.SOME * profile.filled:
        proof = Proof.INDICATED if about_persons and values >= bars.COLUMN * profile.filled else Proof.TO_CHECK
        found.append((proof, values, "nothing but a term of the kind", "-value"))
    elif about_persons and not named and _in_words(profile) and values > 1 and values >= bars.NONE * profile.filled:
        # most people have nothing to say there: one in ten eats no pork, one in ten uses a wheelchair
        found.append((Proof.TO_CHECK, values, "nothing but a term of the kind", "-value"))
    if candidates and about_persons and texts:
        found.append((Proof.TO_CHECK, candidates, "a term, and rows that belong to persons", "-candidate"))
    if not found:
        return None
    witnesses = tuple(
        Witness("language", _detector(category, ending), f"{cells:,} of {profile.filled:,} cells hold {what}", cells)
        for _, cells, what, ending in found
    )
    proof, matched = min(((p, n) for p, n, _, _ in found), key=lambda entry: list(Proof).index(entry[0]))
    whole = values >= bars.COLUMN * profile.filled
    return Clue(entity, category, proof, matched, min(1.0, matched / profile.filled), whole, witnesses)


def _in_words(profile: ColumnProfile) -> bool:
    """Tells whether a column holds more than short codes: ``PS`` among types of buildings (L, M, PA) is no party."""
    return profile.longest > bars.CODE_LENGTH


def _detector(category: str, ending: str) -> str:
    return f"{LEXICON}{category.removeprefix('special.').replace('_', '-')}{ending}"
