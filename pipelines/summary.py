"""A run in counts, for places that must not hold more: Prefect's artifacts and states."""

from __future__ import annotations

from collections import Counter
from typing import Any

from recense.model import Proof, ScanRun
from recense.plural import counted


def headline(run: ScanRun) -> str:
    """Returns one sentence: run, findings, what is missing."""
    missing = f", {counted(len(run.unreadable), 'entry', 'entries')} not read" if run.unreadable else ""
    findings, datasets = counted(len(run.findings), "finding"), counted(len(run.datasets), "dataset")
    return f"run {run.id} {run.status}: {findings} in {datasets}{missing}"


def by_source(run: ScanRun) -> list[dict[str, Any]]:
    """Returns one row of counts per source."""
    return [
        {
            "source": source.uri,
            "status": source.status,
            "datasets": sum(dataset.source == source.uri for dataset in run.datasets),
            "rows read": sum(dataset.rows_read for dataset in run.datasets if dataset.source == source.uri),
            **{str(proof): sum(f.proof is proof for f in run.findings if f.source == source.uri) for proof in Proof},
            "not read": sum(entry.source == source.uri for entry in run.unreadable),
        }
        for source in run.sources
    ]


def by_category(run: ScanRun) -> str:
    """Returns a Markdown table: columns with personal data per category and proof."""
    counts = Counter((finding.category, finding.proof) for finding in run.findings)
    lines = [f"{headline(run)}.", "", "| category | proved | indicated | to check |", "|---|--:|--:|--:|"]
    for category in sorted({category for category, _ in counts}):
        lines.append(f"| {category} | {' | '.join(str(counts[category, proof]) for proof in Proof)} |")
    return "\n".join(lines)
