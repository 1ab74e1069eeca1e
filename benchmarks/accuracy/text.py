"""Measures text detection on public labelled sets: overlap precision, recall and F1 per label.

Usage: ``python benchmarks/accuracy/text.py [--corpora FOLDER] [--docs N] [--part tune|report|all] [--errors N]``

The sets are not part of the project (several licences forbid it); the folder defaults to ``../shared/corpora/text``
beside the repository. The weights of ``persons`` were fitted on the even documents of presidio_synth, uner, fireman
and llm_names_fr, those with Rampart on the even ones of presidio_synth, uner, fireman and wikineural (fr, en);
``--without-rampart`` leaves that voice out; ``--part report`` (default) measures on the odd ones, which are **not**
a clean hold-out: errors of both halves were read while the rules were written, and the threshold and the hand-set
weights were chosen with both scores in sight. Take scores that count on sets that nobody has looked at. Confidence
intervals are Wilson's, 95 %, for precision and recall.

Sets that label each person once only (a speaker's name repeated in a transcript) punish what is right: a prediction
whose words all belong to a labelled name of the same document is then left out ("repeats" in the table).
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recense.scanners import text as text_module
from recense.scanners.lexicon import Strength, examine
from recense.scanners.text import Span, find_spans

HERE = Path(__file__).parents[2].parent / "shared" / "corpora" / "text"
LABELS = {
    "PERSON": {"PERSON"},
    "EMAIL": {"EMAIL_ADDRESS"},
    "IP": {"IP_ADDRESS"},
    "CREDIT_CARD": {"CREDIT_CARD"},
    "IBAN": {"IBAN_CODE"},
    "PHONE": {"PHONE_NUMBER", "FAX_NUMBER"},
    "ADDRESS": {"ADDRESS"},
}
SETS = {
    "presidio_synth_v2_en": ("PERSON", "EMAIL", "IP", "CREDIT_CARD", "IBAN", "PHONE", "ADDRESS"),
    "wikineural_val_fr": ("PERSON",),
    "wikineural_val_en": ("PERSON",),
    "uner_ewt_dev_en": ("PERSON",),
    "fireman_tickets_multi": ("PERSON", "EMAIL", "IP", "PHONE"),
    "nannigalaxy_synth_en": ("EMAIL", "IBAN", "CREDIT_CARD", "PHONE"),
}
REPEATS = {"fireman_tickets_multi"}
HEALTH = ("e3c_train_health_fr", "e3c_train_health_en")


@dataclass
class Score:
    """Counts of one label: predictions right and wrong, gold spans found and missed."""

    right: int = 0
    wrong: int = 0
    found: int = 0
    missed: int = 0

    def row(self) -> tuple[float, float, float]:
        """Returns precision, recall and F1."""
        precision = self.right / max(1, self.right + self.wrong)
        recall = self.found / max(1, self.found + self.missed)
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def wilson(hits: int, total: int) -> str:
    """Returns the 95 % interval of a share as text."""
    if not total:
        return "-"
    z, share = 1.96, hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{middle - half:.3f}-{middle + half:.3f}"


def documents(folder: Path, name: str, part: str, limit: int) -> Iterator[dict[str, Any]]:
    """Yields the documents of one part of a set; ``tune`` has the even ones."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        count = 0
        for number, line in enumerate(lines):
            if part == "all" or (number % 2 == 0) == (part == "tune"):
                yield json.loads(line)
                count += 1
                if count == limit:
                    return


def around(text: str, start: int, end: int) -> str:
    """Returns a place with its surroundings, on one line."""
    return f"{text[max(0, start - 30) : start]}[{text[start:end]}]{text[end : end + 20]}".replace("\n", "\\n")


def judge(score: Score, predicted: Iterable[Span], gold: list[dict[str, Any]], text: str, repeats: bool) -> list[str]:
    """Adds one document's counts and returns its errors, with their surroundings."""
    errors = []
    spans = list(predicted)
    names = {word for g in gold for word in text[g["start"] : g["end"]].split()}
    for span in spans:
        if any(span.start < g["end"] and g["start"] < span.end for g in gold):
            score.right += 1
        elif not (repeats and set(text[span.start : span.end].split()) <= names):
            score.wrong += 1
            errors.append(f"+ {around(text, span.start, span.end)}")
    for g in gold:
        if any(span.start < g["end"] and g["start"] < span.end for span in spans):
            score.found += 1
        else:
            score.missed += 1
            errors.append(f"- {around(text, g['start'], g['end'])}")
    return errors


def measure(folder: Path, name: str, part: str, limit: int, shown: int) -> None:
    """Prints one line per label of a set."""
    scores = {label: Score() for label in SETS[name]}
    errors: Counter[str] = Counter()
    characters, started = 0, time.perf_counter()
    for document in documents(folder, name, part, limit):
        text = document["text"]
        characters += len(text)
        found = find_spans(text)
        for label, score in scores.items():
            gold = [span for span in document["spans"] if span["label"] == label]
            mine = [span for span in found if span.entity in LABELS[label]]
            for error in judge(score, mine, gold, text, label == "PERSON" and name in REPEATS):
                errors[f"{label} {error}"] += 1
    seconds = time.perf_counter() - started
    for label, score in scores.items():
        precision, recall, f1 = score.row()
        total = score.found + score.missed
        print(
            f"| {name} | {label} | {total} | {precision:.3f} ({wilson(score.right, score.right + score.wrong)})"
            f" | {recall:.3f} ({wilson(score.found, total)}) | {f1:.3f} |"
        )
    print(f"| {name} | speed | | {characters / seconds / 1000:.1f} kB/s | | |")
    for error, count in errors.most_common(shown):
        print("   ", count, error)


def measure_health(folder: Path, name: str, part: str, limit: int) -> None:
    """Prints the recall of clinical entities: by document sentence and by span."""
    spans = hit = told = documents_with = 0
    for document in documents(folder, name, part, limit):
        gold = [span for span in document["spans"] if span["label"] == "HEALTH"]
        mine = [
            m
            for m in examine(document["text"], [(0, 0)])  # of a patient, who is not named
            if m.kind == "health" and m.strength not in (Strength.TRAPPED, Strength.LEGAL)
        ]
        spans += len(gold)
        hit += sum(any(m.start < g["end"] and g["start"] < m.end for m in mine) for g in gold)
        documents_with += bool(gold)
        told += bool(gold and mine)
    for what, found, total in (("spans", hit, spans), ("sentences", told, documents_with)):
        print(f"| {name} | HEALTH {what} | {total} | | {found / max(1, total):.3f} ({wilson(found, total)}) | |")


def main() -> None:
    """Reads the arguments and prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=HERE)
    parser.add_argument("--docs", type=int, default=300, help="documents of each set at most")
    parser.add_argument("--part", choices=("tune", "report", "all"), default="report")
    parser.add_argument("--errors", type=int, default=0, help="errors to show per set (of public sets only)")
    parser.add_argument("--sets", nargs="*", default=[*SETS, *HEALTH])
    parser.add_argument("--without-rampart", action="store_true", help="measure as if its extra were missing")
    arguments = parser.parse_args()
    if arguments.without_rampart:
        text_module.hear = lambda text: None
    if not arguments.corpora.is_dir():
        parser.error(f"no corpora in {arguments.corpora}: pass --corpora FOLDER")
    print("| set | label | n | precision (95 %) | recall (95 %) | F1 |\n|---|---|---|---|---|---|")
    for name in arguments.sets:
        if name in HEALTH:
            measure_health(arguments.corpora, name, arguments.part, arguments.docs)
        else:
            measure(arguments.corpora, name, arguments.part, arguments.docs, arguments.errors)


if __name__ == "__main__":
    main()
