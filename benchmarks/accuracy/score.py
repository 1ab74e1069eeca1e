"""Scores of findings against labels: detection, category, Article 9; with the errors by name, never by value."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

EQUAL = {("location", "contact"), ("connection_log", "technical_identification")}
"""Pairs (ours, gold) that name the same thing: the labels know no location, and log an IP address either way."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A labelled column.

    Attributes:
        label: a category of the taxonomy, or ``none``; ``article9:health`` is written ``special.health``.
        skip: doubtful or a key: not scored.
    """

    where: str
    label: str
    entity: str
    skip: bool


@dataclass(slots=True)
class Score:
    """Counts over columns; ``add`` takes one column with the categories found in it."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def add(self, cell: Cell, found: Iterable[tuple[str, str]]) -> None:
        """Counts a column; ``found`` are (category, proof), strongest first."""
        found = tuple(found)
        if cell.skip:
            return
        categories = {category for category, _ in found}
        positive, special = cell.label != "none", cell.label.startswith("special.")
        self.counts["tp" if positive and found else "fn" if positive else "fp" if found else "tn"] += 1
        for _, proof in found[:1]:
            self.counts[f"{proof}_{'right' if positive else 'wrong'}"] += 1
        self.counts["special"] += special
        self.counts["special_hit"] += special and cell.label in categories
        self.counts["special_false"] += not special and any(c.startswith("special.") for c in categories)
        right = agrees(cell.label, categories)
        self.counts["category"] += bool(positive and found and right)
        if positive and not found:
            self.errors.append(f"missed  {cell.where}  {cell.label}/{cell.entity}")
        elif found and not positive:
            self.errors.append(f"false   {cell.where}  {', '.join(f'{c} ({p})' for c, p in found)}")
        elif positive and not right:
            self.errors.append(f"other   {cell.where}  {cell.label}, found {', '.join(sorted(categories))}")

    def merge(self, other: Score) -> None:
        """Adds the counts of other columns."""
        self.counts += other.counts
        self.errors += other.errors

    @property
    def precision(self) -> float:
        """Share of the columns found that are personal."""
        return self.counts["tp"] / max(1, self.counts["tp"] + self.counts["fp"])

    @property
    def recall(self) -> float:
        """Share of the personal columns that were found."""
        return self.counts["tp"] / max(1, self.counts["tp"] + self.counts["fn"])

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)

    def row(self) -> str:
        """Returns a line of the Markdown table of ``header``."""
        c = self.counts
        low, high = wilson(c["tp"], c["tp"] + c["fp"])
        proofs = " ".join(
            f"{c[f'{p}_right']}/{c[f'{p}_right'] + c[f'{p}_wrong']}" for p in ("proved", "indicated", "to_check")
        )
        return (
            f"| {self.name} | {c['tp'] + c['fn']}/{c['tp'] + c['fn'] + c['fp'] + c['tn']} | {self.precision:.3f} "
            f"({low:.2f}-{high:.2f}) | {self.recall:.3f} | {self.f1:.3f} | {c['category'] / max(1, c['tp']):.3f} "
            f"| {c['special_hit']}/{c['special']} | {c['special_false']} | {proofs} |"
        )


def header() -> str:
    """Returns the head of the Markdown table of scores."""
    return (
        "| set | personal/columns | precision (95 %) | recall | F1 | category | Art. 9 found | Art. 9 false "
        "| right: proved, indicated, to check |\n|---|---|---|---|---|---|---|---|---|"
    )


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Returns the 95 % confidence interval of a share."""
    if not trials:
        return 0.0, 1.0
    z, rate = 1.96, hits / trials
    middle = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


def agrees(label: str, categories: Iterable[str]) -> bool:
    """Tells whether one of the categories is the label's, or names the same thing."""
    return any(name == label or (name, label) in EQUAL for name in categories)


def category(label: str) -> str:
    """Returns a label of the corpora as a category of the taxonomy."""
    return label.replace("article9:", "special.")
