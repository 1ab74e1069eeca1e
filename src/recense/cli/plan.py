"""A plan in words: ``recense scan --plan``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recense.cli import console
from recense.cli.progress import duration, size
from recense.plural import counted

if TYPE_CHECKING:
    from recense.pipelines.estimate import DatasetPlan, Plan


def text_of(plan: Plan, notes: Sequence[str], format: str) -> str:
    """Returns a plan as ``table`` or ``json``; ``notes`` say what a limit makes the scan give up."""
    if format == "json":
        return json.dumps(plan.document(notes), indent=2, ensure_ascii=False)
    rows: list[tuple[str, ...]] = [("DATASET", "ROWS", "READ", "COLUMNS", "SIZE", "CELLS", "PARTS", "TIME")]
    rows += [_line(one) for one in plan.datasets]
    summary = plan.document()["summary"]
    threads = f"{plan.jobs} threads" if plan.jobs > 1 else "one thread"
    lines = [
        console.table(rows),
        "",
        f"{counted(summary['datasets'], 'dataset')}, about {counted(summary['rows'], 'row')}, "
        f"{counted(summary['cells'], 'cell')} to read, "
        f"{size(summary['bytes'])}: about {duration(plan.seconds)} with {threads} "
        f"({duration(plan.start)} of it to load detectors)",
    ]
    if summary["rows_unknown"]:
        unknown = summary["rows_unknown"]
        have = "does not say how many rows it has" if unknown == 1 else "do not say how many rows they have"
        lines.append(f"{counted(unknown, 'dataset')} {have}")
    lines += [f"{sentence}" for sentence in notes]
    lines += [f"will not be read: {entry.path}: {entry.reason}" for entry in plan.unreadable]
    return console.printable("\n".join(lines))


def _line(one: DatasetPlan) -> tuple[str, ...]:
    about = "" if one.rows_exact else "~"
    return (
        one.dataset,
        "?" if one.rows is None else f"{about}{one.rows:,}",
        "?" if one.read is None else f"{about}{one.read:,}",
        str(one.columns or "?"),
        "?" if one.bytes is None else size(one.bytes),
        "?" if one.cells is None else f"{about}{one.cells:,}",
        str(one.partitions),
        duration(one.seconds),
    )
