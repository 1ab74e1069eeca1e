"""``--format jsonl``: one JSON object per line, for streams, log collectors and ``grep``.

Each line says its ``kind``: ``run`` first, then ``source``, ``dataset``, ``finding``, ``unreadable``, and ``summary``
last; its other keys are those of ``recense.scan/1`` (a source's own kind is called ``source_kind`` here).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recense.reports import Look, report
from recense.reports.document import (
    SCHEMA,
    dataset_entry,
    dump,
    finding_entry,
    run_entry,
    source_entry,
    summary_entry,
    unreadable_entry,
)
from recense.reports.view import View


@report("jsonl")
def json_lines(view: View, look: Look) -> str:
    """Returns one line per thing."""
    return "".join(dump(line) + "\n" for line in _lines(view))


def _lines(view: View) -> Iterator[dict[str, Any]]:
    yield {"kind": "run", "schema": SCHEMA, **run_entry(view)}
    for source in view.sources:
        entry = source_entry(source.exact)
        yield {"kind": "source", "uri": entry.pop("uri"), "source_kind": entry.pop("kind"), **entry}
    for dataset in view.datasets:
        yield {"kind": "dataset", **dataset_entry(dataset.exact)}
    for finding in view.findings:
        yield {"kind": "finding", **finding_entry(finding.exact)}
    for unread in view.unreadable:
        yield {"kind": "unreadable", **unreadable_entry(unread)}
    yield {"kind": "summary", **summary_entry(view)}
