"""The last retention report as people decide on it: each dataset with its verdict and what was decided about it.

A decision stands in the audit log and nowhere else: it is append-only, sealed and outlives runs already, so a table of
its own would only be a second truth. Nothing is ever executed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recense.catalog import audit, listing
from recense.gate.approvals import WHY_LENGTH
from recense.reports.dashboard.deciding import LONGEST_REASON, Incomplete
from recense.reports.dashboard.queues import Line
from recense.reports.dashboard.visit import Visit

ACTION = "retention_decided"
CHOICES = ("purge", "archive", "hold")
ORDER = ("overdue", "unprovable", "compliant", "not_applicable")


@dataclass(frozen=True, slots=True)
class Row:
    """One dataset in one zone.

    Attributes:
        key: stands for it in forms and in the log. entry: of ``recense.retention/1``.
        decided: the log's entry of the last decision, None when there is none. lapsed: its hold has ended.
    """

    key: str
    entry: Mapping[str, Any]
    decided: audit.Entry | None
    lapsed: bool

    @property
    def waits(self) -> bool:
        """Tells whether rows are overdue and nobody has said what is to happen to them."""
        grown = self.decided is not None and self.entry["overdue"] > self.decided.details["overdue"]
        return self.entry["verdict"] == "overdue" and (self.decided is None or self.lapsed or grown)

    def why(self, language: str) -> str:
        """Returns the reasons; a report of an older recense has them in English only."""
        return str(self.entry.get("reasons", {}).get(language) or self.entry["why"])


def key_of(entry: Mapping[str, Any]) -> str:
    """Returns what stands for a dataset in a zone: names of others stay out of forms and of the log."""
    parts = "\x1f".join((entry["source"], entry["dataset"], entry["zone"]))
    return hashlib.sha256(parts.encode(errors="surrogatepass")).hexdigest()[:16]


def rows(visit: Visit) -> tuple[Mapping[str, Any] | None, Sequence[Row]]:
    """Returns the kept report and its rows, worst first; None and nothing when no report was kept."""
    with visit.catalog.transaction() as connection:
        report = listing.retention(connection)
        decided = audit.newest(connection, (ACTION,))
    if report is None:
        return None, ()
    found = [_row(entry, decided, visit.today) for entry in report["document"]["datasets"]]
    found.sort(key=lambda row: (ORDER.index(row.entry["verdict"]), -row.entry["overdue"], row.entry["dataset"]))
    return report, found


def _row(entry: Mapping[str, Any], decided: Mapping[str, audit.Entry], today: date) -> Row:
    key = key_of(entry)
    made = decided.get(key)
    until = made.details.get("until") if made else None
    return Row(key, entry, made, bool(until and until < today.isoformat()))


def details(row: Row, visit: Visit) -> dict[str, Any]:
    """Returns what a filled-in form decides, as the log keeps it.

    Raises:
        Incomplete: something is missing, too long or over.
    """
    choice = visit.form.get("choice")
    if choice not in CHOICES:
        raise Incomplete("decide.choice")
    reason = " ".join(visit.form.get("reason", "").split())
    if not WHY_LENGTH <= len(reason) <= LONGEST_REASON:
        raise Incomplete("decide.reason")
    until = None
    if choice == "hold":
        try:
            until = date.fromisoformat(visit.form.get("until", ""))
        except ValueError:
            raise Incomplete("retention.until.missing") from None
        if until <= visit.today:
            raise Incomplete("retention.until.missing")
    return {
        "dataset": row.entry["dataset"],
        "rule": row.entry["rule"],
        "choice": choice,
        "reason": reason,
        "until": until.isoformat() if until else None,
        "overdue": row.entry["overdue"],
    }


def waiting(visit: Visit) -> Line | None:
    """Returns the line of the to-do page, None when no report was kept."""
    report, found = rows(visit)
    if report is None:
        return None
    waits = [row for row in found if row.waits]
    overdue = sum(row.entry["overdue"] for row in waits)
    says = visit.words("queue.retention.ask", rows=overdue)
    return Line("retention", "warn", len(waits), "/retention", says)
