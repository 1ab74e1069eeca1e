"""Screen 4: what is kept longer than the policy says, and what people decide about it."""

from __future__ import annotations

from recense.catalog import audit
from recense.reports.dashboard import retained
from recense.reports.dashboard.deciding import Incomplete
from recense.reports.dashboard.visit import Answer, Page, Redirect, Refused, Visit, screen
from recense.reports.retention_page import word
from recense.retention.words import Bucket


@screen("/retention", role="reader")
def retention(visit: Visit) -> Answer:
    """Shows the last retention report, overdue datasets first."""
    return _show(visit, None)


@screen("/retention", role="dpo", methods=("POST",))
def decide(visit: Visit) -> Answer:
    """Writes down what is to happen to overdue rows; a person does it, recense never."""
    _, rows = retained.rows(visit)
    row = next((one for one in rows if one.key == visit.form.get("dataset")), None)
    if row is None:
        raise Refused(400, "refused.query")
    try:
        details = retained.details(row, visit)
    except Incomplete as incomplete:
        return _show(visit, incomplete.key)
    with visit.catalog.transaction(write=True) as connection:
        audit.append(connection, visit.moment, visit.account.name, retained.ACTION, row.key, details)
    return Redirect("/retention", "decided")


def _show(visit: Visit, problem: str | None) -> Page:
    report, rows = retained.rows(visit)
    return Page(
        "retention.html.j2",
        {
            "report": report,
            "rows": rows,
            "buckets": [str(bucket) for bucket in Bucket],
            "word": lambda key: word(key, visit.words.language),
            "choices": retained.CHOICES,
            "problem": visit.words(problem) if problem else None,
            "filled": visit.form,
            "may_decide": visit.account.may("dpo"),
        },
        422 if problem else 200,
    )
