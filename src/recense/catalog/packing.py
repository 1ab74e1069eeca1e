"""The evidence of a partition as bytes, for the time between its reading and the end of its run.

What is packed are counts, keyed hashes and labels, as in ``recense.evidence``: no value can be read from it without
the run's key, and both are erased when the run ends.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from recense.evidence import ColumnEvidence, Evidence, Tally, ValueSample

_COUNTS = tuple(field.name for field in fields(ColumnEvidence) if field.type == "int")


def pack(evidence: Evidence) -> bytes:
    """Returns evidence as compressed JSON."""
    data = {"rows": evidence.rows, "columns": {path: _column(counts) for path, counts in evidence.columns.items()}}
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode("ascii"), level=1)


def unpack(data: bytes) -> Evidence:
    """Returns the evidence that ``pack`` packed.

    Raises:
        ValueError: the bytes are something else.
    """
    try:
        plain = json.loads(zlib.decompress(data))
        columns = {path: _evidence(counts) for path, counts in plain["columns"].items()}
        return Evidence(rows=plain["rows"], columns=columns)
    except (zlib.error, KeyError, TypeError):
        raise ValueError("no packed evidence") from None


def _column(counts: ColumnEvidence) -> dict[str, Any]:
    labels = sorted({label for _, carried in counts.sample.entries.values() for label in carried})
    index = {label: position for position, label in enumerate(labels)}
    return {
        **{name: getattr(counts, name) for name in _COUNTS},
        "tallies": {detector: list(tally) for detector, tally in counts.tallies.items()},
        "size": counts.sample.size,
        "labels": labels,
        "sample": [
            [f"{digest:x}", cells, sorted(index[label] for label in carried)]
            for digest, (cells, carried) in sorted(counts.sample.entries.items())
        ],
    }


def _evidence(data: Mapping[str, Any]) -> ColumnEvidence:
    labels = data["labels"]
    entries = {
        int(digest, 16): (cells, frozenset(labels[position] for position in carried))
        for digest, cells, carried in data["sample"]
    }
    return ColumnEvidence(
        **{name: data[name] for name in _COUNTS},
        tallies={detector: Tally(*counts) for detector, counts in data["tallies"].items()},
        sample=ValueSample(data["size"], entries),
    )
