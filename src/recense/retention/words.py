"""The words of retention: buckets, verdicts, zones, and how well a column speaks of an event (law: facts/law §2)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Bucket(StrEnum):
    """What becomes of a row; each row is in exactly one."""

    NOT_DUE = "not_due"
    DUE_SOON = "due_within_90d"
    OVERDUE = "overdue"
    HELD = "overdue_but_held"
    FLOOR = "blocked_by_legal_floor"  # the policy's deadline is over, a statutory minimum is not
    MISSING = "start_missing"
    INVALID = "start_invalid"  # no date, a day that does not exist, or a sentinel
    FUTURE = "start_in_future"
    PROXY = "start_proxy_only"  # nothing but a proxy speaks of the start, and it does not prove the row overdue


class Verdict(StrEnum):
    """What is said of a dataset, worst first. An indicator for review: law is concluded by people."""

    OVERDUE = "overdue"
    UNPROVABLE = "unprovable"
    COMPLIANT = "compliant"
    NOT_APPLICABLE = "not_applicable"


class Grade(StrEnum):
    """How well a column speaks of an event."""

    DIRECT = "direct"  # it is the event's own date
    PROXY = "proxy"  # it is the date of something else that lies near
    NEVER = "never"  # it says nothing of the event, however tempting
    NONE = "none"  # there is no column


SENTINELS = frozenset(
    date.fromisoformat(text)
    for text in ("0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "2099-12-31", "9999-12-31")
)
"""Dates that programs write when they have none (1899-12-30 is Excel's zero, 1753-01-01 SQL Server's first day)."""

SOON_DAYS = 90
FUTURE_GRACE_DAYS = 1
"""A start may lie so many days ahead: clocks and time zones differ."""

SPIKE_SHARE = 0.2
"""From this share of the dated rows on, one day is called a spike: more likely a migration than so many events."""
SPIKE_ROWS = 100
