"""Text sets that recense and its peers are scored on alike: overlap of spans per label, and Article 9 by note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.accuracy.bootstrap import Counts, shown, total
from benchmarks.accuracy.peers import TEXT_LABELS
from benchmarks.accuracy.score import wilson
from benchmarks.accuracy.text import LABELS, REPEATS, SETS, Score, documents, judge


class Place(NamedTuple):
    """A span of an engine: where, and its label in the words of ``SETS``."""

    start: int
    end: int
    label: str


@dataclass(slots=True)
class TextSet:
    """Documents with their gold spans, and the labels that are exhaustive in them."""

    name: str
    labels: tuple[str, ...]
    documents: list[dict[str, Any]]
    repeats: bool = False


@dataclass(slots=True)
class TextScore:
    """One engine on one set and label: the counts of each document, and its errors."""

    engine: str
    set: str
    label: str
    parts: list[Counts] = field(default_factory=list)
    gold: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def cell(self) -> str:
        """Returns F1 with its interval, precision and recall."""
        right, wrong, missed = total(self.parts)
        precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
        return f"{shown(self.parts)}, P {precision:.2f} R {recall:.2f}"


def corpus_sets(folder: Path, limit: int) -> list[TextSet]:
    """Returns the exhaustively labelled sets of the corpora: the first documents of their odd half."""
    found = []
    for name, labels in SETS.items():
        items = [
            {**one, "lang": "fr" if name.endswith("_fr") else "en"} for one in documents(folder, name, "report", limit)
        ]
        found.append(TextSet(name, labels, items, name in REPEATS))
    return found


def ours(text: str) -> list[Place]:
    """Returns what recense finds."""
    from recense.scanners.text import find_spans

    names = {entity: label for label, entities in LABELS.items() for entity in entities}
    return [Place(s.start, s.end, names[s.entity]) for s in find_spans(text) if s.entity in names]


def theirs(spans: Iterable[Sequence[Any]]) -> list[Place]:
    """Returns what a peer found, in our labels."""
    names = {kind: label for label, kinds in TEXT_LABELS.items() for kind in kinds}
    return [Place(start, end, names[kind]) for start, end, kind in spans if kind in names]


def score(
    engine: str, one: TextSet, find: Callable[[int, str], Sequence[Place]], labels: Sequence[str]
) -> list[TextScore]:
    """Returns a score per label; ``find`` gets a document's number and text."""
    scores = {label: TextScore(engine, one.name, label) for label in labels}
    for number, document in enumerate(one.documents):
        found = find(number, document["text"])
        for label, kept in scores.items():
            gold = [span for span in document["spans"] if span["label"] == label]
            mine: Any = [place for place in found if place.label == label]
            counts = Score()
            errors = judge(counts, mine, gold, document["text"], label == "PERSON" and one.repeats)
            kept.errors.update(errors)
            kept.gold += len(gold)
            kept.parts.append((counts.found, counts.wrong, counts.missed))
    return list(scores.values())


def table(scores: Sequence[TextScore]) -> list[str]:
    """Returns a table: set and label by row, engines by column."""
    engines = list(dict.fromkeys(one.engine for one in scores))
    rows: dict[tuple[str, str], dict[str, TextScore]] = {}
    for one in scores:
        rows.setdefault((one.set, one.label), {})[one.engine] = one
    lines = ["| set | label | spans | " + " | ".join(engines) + " |", "|---|---|---|" + "---|" * len(engines)]
    for (name, label), cells in rows.items():
        gold = next(iter(cells.values())).gold
        shown_cells = (cells[engine].cell() if engine in cells else "not read" for engine in engines)
        lines.append(f"| {name} | {label} | {gold} | " + " | ".join(shown_cells) + " |")
    return lines


def special(notes: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Returns a table of Articles 9 and 10 by note (a kind found is a finding without reserve), and the errors."""
    from recense.scanners.text import find_spans

    counts: dict[str, Counter[str]] = {}
    errors = []
    for note in notes:
        spans = [s for s in find_spans(note["text"]) if s.category.startswith("special.") or s.category == "criminal"]
        sure = {s.category.removeprefix("special.") for s in spans if s.score >= 0.8}
        weak = {s.category.removeprefix("special.") for s in spans} - sure
        wanted = note["special"] if note["special"] not in ("", "-") else ""
        row = counts.setdefault(
            wanted or ("asserts nothing of its subject" if note["special"] else "other notes"), Counter()
        )
        row["of"] += 1
        row["found"] += wanted in sure
        row["weak"] += wanted in weak or bool(not wanted and weak)
        row["false"] += bool(sure - {wanted})
        if wanted and wanted not in sure:
            errors.append(f"{'weak' if wanted in weak else 'missed'}  {note['id']}  {wanted}: {note['text']!r}")
        errors += [f"false  {note['id']}  {kind}: {note['text']!r}" for kind in sorted(sure - {wanted})]
    lines = ["| asserted | notes | found (95 %) | only to check | of another kind, false |", "|---|---|---|---|---|"]
    for kind, c in sorted(counts.items()):
        low, high = wilson(c["found"], c["of"])
        found = "-" if " " in kind else f"{c['found'] / c['of']:.3f} ({low:.2f}-{high:.2f})"
        lines.append(f"| {kind} | {c['of']} | {found} | {c['weak']} | {c['false']} |")
    return lines, errors
