"""Planted against counted: the retention report held against the ages that the manifest planted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recense.demo.compare import locate
from recense.demo.manifest import Dates, Manifest
from recense.policy.keeping import Zone
from recense.retention.judge import Entry
from recense.retention.words import Bucket

BINDINGS = """\
retention:
  - dataset: prospects
    rule: R1
    start: date_collecte
    hold: gel_juridique
  - dataset: contrats
    rule: R3
    start: date_execution
    hold: gel_juridique
    archive: {column: zone, values: [archive intermédiaire]}
    archive_rule: R7
  - dataset: newsletter/abonnes.ndjson
    rule: R1
    start: consent.date
"""
"""What the demo's recense.yaml says of the datasets whose ages the manifest plants."""

KINDS = ("due", "overdue", "held", "archived", "missing", "future", "sentinel")
HEADERS = {
    "fr": ("jeu de données", "dans les temps", "échues", "gelées", "archivées", "sans date", "futures", "remplissage"),
    "en": ("dataset", "due later", "overdue", "held", "archived", "no date", "future", "placeholder"),
}
TITLES = {"fr": "Durées : planté / compté, au {day}", "en": "Retention: planted / counted, on {day}"}
SENTENCES = {
    "fr": ("Compté = planté.", "Compté ≠ planté."),
    "en": ("Counted = planted.", "Counted ≠ planted."),
}


@dataclass(frozen=True, slots=True)
class Ageing:
    """One dataset: rows per kind as planted and as counted."""

    dates: Dates
    counted: dict[str, int]

    @property
    def exact(self) -> bool:
        """Tells whether every kind was counted as it was planted."""
        return all(self.counted[kind] == getattr(self.dates, kind) for kind in KINDS)


def compare_ages(manifest: Manifest, entries: Sequence[Entry]) -> list[Ageing]:
    """Returns planted and counted rows of every dataset whose ages the manifest knows."""
    names = {dates.dataset: dates.source for dates in manifest.dates if dates.source != "postgresql"}
    found = []
    for dates in manifest.dates:
        own = [e for e in entries if locate(e.source, e.dataset, names) == (dates.source, dates.dataset)]
        found.append(Ageing(dates, _counted(own)))
    return found


def _counted(entries: Iterable[Entry]) -> dict[str, int]:
    counts = dict.fromkeys(KINDS, 0)
    for entry in entries:
        if entry.zone is Zone.INTERMEDIATE_ARCHIVE:
            counts["archived"] += entry.rows
            continue
        buckets = entry.buckets
        counts["due"] += buckets[Bucket.NOT_DUE] + buckets[Bucket.DUE_SOON]
        counts["overdue"] += buckets[Bucket.OVERDUE]
        counts["held"] += buckets[Bucket.HELD]
        counts["missing"] += buckets[Bucket.MISSING]
        counts["future"] += buckets[Bucket.FUTURE]
        counts["sentinel"] += sum(signal.rows for signal in entry.signals if signal.code == "sentinel")
    return counts


def render_ages(manifest: Manifest, ages: Sequence[Ageing], language: str) -> str:
    """Returns the table: one number where counted is planted, ``planted / counted`` where it is not."""
    names, *heads = HEADERS[language]
    rows = [
        [
            str(one.counted[kind])
            if one.counted[kind] == getattr(one.dates, kind)
            else f"{getattr(one.dates, kind)} / {one.counted[kind]}"
            for kind in KINDS
        ]
        for one in ages
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        return "  " + "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))

    body = [names, line(heads)]  # a dataset's name has a line of its own: names are long and terminals are not
    for one, cells in zip(ages, rows, strict=True):
        body += [f"{one.dates.source} {one.dates.dataset}", line(cells)]
    exact = SENTENCES[language][0 if all(one.exact for one in ages) else 1]
    return "\n".join([TITLES[language].format(day=manifest.as_of), "", *body, "", exact])
