"""Retention verdicts: how many rows are kept longer than the policy says, proved from dates. Pure: no input or output.

    Facts ── bind ─► Bound ── question ─► the source counts ─► Tally ── judge ─► Entry per zone
      policy, recense.yaml ─┘                                          as_of ─┘

The product never deletes: it lists, and people purge, archive or hold. What no data prove is said, not passed over.
"""

from __future__ import annotations

from recense.retention.binding import bind
from recense.retention.clauses import Bound, Clause, Facts, Floor
from recense.retention.judge import Entry, Signal, bucket_of, judge
from recense.retention.words import SENTINELS, Bucket, Grade, Verdict

__all__ = [
    "SENTINELS",
    "Bound",
    "Bucket",
    "Clause",
    "Entry",
    "Facts",
    "Floor",
    "Grade",
    "Signal",
    "Verdict",
    "bind",
    "bucket_of",
    "judge",
]
