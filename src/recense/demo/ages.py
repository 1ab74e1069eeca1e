"""Dates of planned ages: rows that are due, overdue, held or archived, or whose date is missing or wrong."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from recense.demo.manifest import Dates
from recense.demo.world import AS_OF, Row

SENTINELS = (date(1900, 1, 1), date(1970, 1, 1), date(9999, 12, 31))


class Ages:
    """Draws dates for one column and counts what it drew.

    Args:
        column: the date column. years: the period it is judged by.
        shares: how often ``overdue``, ``held``, ``archived``, ``missing``, ``future`` and ``sentinel`` are drawn;
            the rest is due. The first two rows sit on either side of the deadline, which falls on a whole day:
            exactly ``years`` old is still due, a day more is overdue.
        hold, zone: the columns that say so of a held or archived row.
    """

    def __init__(
        self, column: str, years: int, shares: dict[str, float], hold: str | None = None, zone: str | None = None
    ) -> None:
        self.column, self.years, self.shares, self.hold, self.zone = column, years, shares, hold, zone
        self.counts: Counter[str] = Counter()

    def draw(self, row: Row) -> date | None:
        """Returns the row's date and remembers its bucket in ``row.bucket``."""
        deadline = AS_OF.replace(year=AS_OF.year - self.years)
        if row.index < 2:
            row.bucket = ("due", "overdue")[row.index]
        else:
            rest = 1.0 - sum(self.shares.values())
            row.bucket = row.rng.choices(("due", *self.shares), (rest, *self.shares.values()))[0]
        self.counts[row.bucket] += 1
        return deadline - timedelta(days=row.index) if row.index < 2 else self._date(row, deadline)

    def _date(self, row: Row, deadline: date) -> date | None:
        match row.bucket:
            case "missing":
                return None
            case "sentinel":
                return row.pick(*SENTINELS)  # type: ignore[no-any-return]
            case "future":
                return AS_OF + timedelta(days=row.rng.randrange(30, 900))
            case "due":
                return deadline + timedelta(days=row.rng.randrange(1, self.years * 365))
            case _:  # overdue, held, archived
                return deadline - timedelta(days=row.rng.randrange(1, 1500))

    def summary(self, source: str, dataset: str) -> Dates:
        """Returns the counts for the manifest."""
        names = ("due", "overdue", "held", "archived", "missing", "future", "sentinel")
        counts = {name: self.counts[name] for name in names}
        total = sum(counts.values())
        return Dates(source, dataset, self.column, self.years, total, hold=self.hold, zone=self.zone, **counts)
