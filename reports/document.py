"""The document ``recense.scan/1``: what machines read of a scan. ``scan.schema.json`` beside this file is its contract.

Ids and names are exact and in no language; times are ISO 8601 in UTC. Adding a key means a new schema version only
when a reader could misunderstand the old ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from recense.model import DatasetReport, Finding, SourceReport, Unreadable
from recense.reports.view import View
from recense.reports.visible import encodable, is_hidden

SCHEMA = "recense.scan/1"

_BEYOND_ASCII = re.compile("[^\\n -~]")
_SURROGATES = re.compile("[\ud800-\udfff]+")


@cache
def scan_schema() -> dict[str, Any]:
    """Returns the JSON Schema (2020-12) of the document."""
    path = Path(__file__).parent / "scan.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def document(view: View) -> dict[str, Any]:
    """Returns the whole run as plain data."""
    return {
        "schema": SCHEMA,
        "run": run_entry(view),
        "sources": [source_entry(one.exact) for one in view.sources],
        "datasets": [dataset_entry(one.exact) for one in view.datasets],
        "findings": [finding_entry(one.exact) for one in view.findings],
        "unreadable": [unreadable_entry(one) for one in view.unreadable],
        "summary": summary_entry(view),
    }


def dump(data: object, indent: int | None = None) -> str:
    r"""Returns JSON without a line break at its end; characters that could act on a terminal are escaped.

    Lone surrogates (bytes of a file name that are no text) become the visible escape ``\xe9``: strict readers refuse
    them in any other form.
    """
    text = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)
    text = _SURROGATES.sub(lambda match: encodable(match[0]).replace("\\", "\\\\"), text)
    return _BEYOND_ASCII.sub(lambda match: json.dumps(match[0])[1:-1] if is_hidden(match[0]) else match[0], text)


def run_entry(view: View) -> dict[str, Any]:
    """Returns the run itself."""
    run = view.exact
    return {
        "id": run.id,
        "started": run.started,
        "finished": run.finished,
        "status": run.status,
        "rules": run.rules,
        "policy": run.policy,
    }


def source_entry(source: SourceReport) -> dict[str, Any]:
    """Returns a source and what became of it."""
    return {"uri": source.uri, "kind": source.kind, "status": source.status, "reason": source.reason}


def dataset_entry(report: DatasetReport) -> dict[str, Any]:
    """Returns a dataset with all its columns, found or not: the denominator of every claim."""
    return {
        "source": report.source,
        "dataset": report.dataset,
        "rows": report.rows,
        "rows_read": report.rows_read,
        "columns": [
            {
                "column": column.column,
                "type": column.type,
                "cells": column.cells,
                "nulls": column.nulls,
                "distinct": column.distinct,
                "clean_bound": column.clean_bound,
            }
            for column in report.columns
        ],
    }


def finding_entry(finding: Finding) -> dict[str, Any]:
    """Returns a finding with its evidence in counts."""
    return {
        "id": finding.id,
        "source": finding.source,
        "dataset": finding.dataset,
        "column": finding.column,
        "category": finding.category,
        "entity": finding.entity,
        "proof": finding.proof.value,
        "score": round(finding.score, 4),
        "cells": finding.cells,
        "matched": finding.matched,
        "share": finding.share,
        "detectors": list(finding.detectors),
        "evidence": [
            {"kind": witness.kind, "detector": witness.detector, "says": witness.says, "cells": witness.cells}
            for witness in finding.evidence
        ],
        "declared": finding.declared,
    }


def unreadable_entry(entry: Unreadable) -> dict[str, Any]:
    """Returns something that was not read, and why."""
    return {"source": entry.source, "path": entry.path, "code": entry.code, "reason": entry.reason}


def summary_entry(view: View) -> dict[str, Any]:
    """Returns the numbers of the run and what changed since the last one."""
    summary = view.summary
    return {
        "sources": dict(summary.sources),
        "datasets": summary.datasets,
        "columns": summary.columns,
        "columns_found": summary.columns_found,
        "rows_read": summary.rows_read,
        "cells": summary.cells,
        "findings": summary.findings,
        "protected": summary.protected,
        "proofs": dict(summary.proofs),
        "categories": dict(summary.categories),
        "declared": dict(summary.declared),
        "unreadable": summary.unreadable,
        "changes": changes_entry(view.exact.changes),
    }


def changes_entry(changes: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns what differs from the last run of the same sources, None on a first run."""
    if not changes:
        return None
    gone = ("source", "dataset", "column", "category")
    state = ("entity", "proof")
    return {
        "since": changes.get("since"),
        "new": list(changes.get("new", ())),
        "gone": [{key: one[key] for key in gone} for one in changes.get("gone", ())],
        "changed": [
            {"id": one["id"], **{when: {key: one[when][key] for key in state} for when in ("before", "after")}}
            for one in changes.get("changed", ())
        ],
    }
