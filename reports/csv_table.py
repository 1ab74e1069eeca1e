"""``--format csv``: every finding as a line, for a spreadsheet; the page of ``html`` names it when it is cut."""

from __future__ import annotations

import csv
import io

from recense.reports import Look, report
from recense.reports.view import View
from recense.reports.visible import inert, visible

HEADS = (
    *("kind", "id", "source", "dataset", "column", "article", "category", "entity"),
    *("proof", "declared", "cells", "matched", "share", "reason"),
)


@report("csv")
def csv_table(view: View, look: Look) -> str:
    """Returns CSV with the document's keys, what was not read at its end; names are visible and never a formula."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, HEADS, lineterminator="\n")
    writer.writeheader()
    for one in view.findings:
        _write(
            writer,
            kind="finding",
            id=one.exact.id,
            source=one.source,
            dataset=one.dataset,
            column=one.column,
            article=one.article,
            category=one.exact.category,
            entity=one.exact.entity,
            proof=one.proof,
            declared=one.declared,
            cells=one.exact.cells,
            matched=one.exact.matched,
            share=f"{one.exact.share:.6g}",
        )
    for gap in view.gaps:
        _write(writer, kind="unreadable", source=gap.source, dataset=gap.what, reason=f"{gap.label}: {gap.reason}")
    return buffer.getvalue()


def _write(writer: csv.DictWriter[str], **cells: object) -> None:
    writer.writerow({key: inert(visible(cell) if isinstance(cell, str) else cell) for key, cell in cells.items()})
