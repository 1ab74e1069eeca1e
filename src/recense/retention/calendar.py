"""Periods and deadlines as the law counts them, and the one date in a column that parts overdue from not yet due.

Regulation (EEC, Euratom) No 1182/71, article 3: a period of months or years ends with the day of the same date as its
start, or with the last day of the month when there is no such date; what it limits is late only after that day has
ended. Days are days in Paris. Article 3(4) (a period that ends on a holiday runs to the next working day) speaks of
acts to be done, not of data to be gone by a day; it is not applied.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    from recense.policy.statements import Period

PARIS = ZoneInfo("Europe/Paris")
_FISCAL = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)

Deadline = Callable[[date], date]
"""Gives the last lawful day for a start; it never falls when the start rises."""


def last_day(start: date, period: Period) -> date:
    """Returns the last day of the period that begins with an event of a day; 9999-12-31 when it is beyond.

    >>> from recense.policy.statements import Period
    >>> last_day(date(2020, 2, 29), Period.parse("P5Y")), last_day(date(2024, 1, 31), Period.parse("P13M"))
    (datetime.date(2025, 2, 28), datetime.date(2025, 2, 28))
    """
    try:
        return start + relativedelta(years=period.years, months=period.months, days=period.days)
    except (ValueError, OverflowError):
        return date.max


def fiscal_year_end(day: date, month_day: str = "12-31") -> date:
    """Returns the end of the financial year in which a day lies.

    Args:
        day: of the order or invoice.
        month_day: how financial years end, ``MM-DD``; ``02-29`` is the last day of February.

    >>> fiscal_year_end(date(2024, 7, 1), "06-30"), fiscal_year_end(date(2023, 2, 28), "02-29")
    (datetime.date(2025, 6, 30), datetime.date(2023, 2, 28))
    """
    match = _FISCAL.fullmatch(month_day)
    if match is None:
        raise ValueError("write the end of the financial year as MM-DD, such as 12-31")
    month, wanted = int(match[1]), int(match[2])
    for year in (day.year, day.year + 1):
        if year > date.max.year:
            break
        end = date(year, month, 1) + relativedelta(day=wanted)
        if end >= day:
            return end
    return date.max


def cutoff(deadline: Deadline, as_of: date) -> date:
    """Returns the first start that is not overdue on a day: every earlier one is, no later one is.

    A database then compares dates instead of computing deadlines.

    >>> cutoff(lambda day: day.replace(year=day.year + 3) if day.year < 9997 else date.max, date(2026, 11, 1))
    datetime.date(2023, 11, 1)
    """
    low, high = date.min.toordinal(), date.max.toordinal()
    while low < high:
        middle = (low + high) // 2
        if deadline(date.fromordinal(middle)) < as_of:
            low = middle + 1
        else:
            high = middle
    return date.fromordinal(low)


def today() -> date:
    """Returns the day it is in Paris."""
    return datetime.now(PARIS).date()


def later(day: date, days: int) -> date:
    """Returns a day so many days later, the last day there is when it is beyond."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


@cache
def day_of_hour(hour: int) -> date | None:
    """Returns the day in Paris of an hour counted from 1970 in UTC, None when there is no such day."""
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).astimezone(PARIS).date()
    except OverflowError:
        return None


def first_hour(day: date) -> int:
    """Returns the hour, counted from 1970 in UTC, in which a day begins in Paris."""
    if day <= date(1, 1, 2):
        return -(1 << 40)
    moment = datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(hours=1))
