"""A rights request: which right, when the answer is due, and what the answer may have to leave out.

Days by Regulation (EEC, Euratom) 1182/71: a period in months ends on the same date of a later month, or on the last day
of that month.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta

ANSWER = relativedelta(months=1)
"""GDPR Article 12(3), first sentence."""

EXTENDED = relativedelta(months=3)
"""One month and two further months, Article 12(3), second sentence."""


class Right(StrEnum):
    """What is asked for; the article of the GDPR stands in ``ARTICLES``."""

    access = "access"
    rectification = "rectification"
    erasure = "erasure"
    restriction = "restriction"
    portability = "portability"
    objection = "objection"


ARTICLES = {
    Right.access: "15",
    Right.rectification: "16",
    Right.erasure: "17",
    Right.restriction: "18",
    Right.portability: "20",
    Right.objection: "21",
}


class Identity(StrEnum):
    """Whether it was made sure who asks (Article 12(6): only where there are reasonable doubts)."""

    open = "open"
    confirmed = "confirmed"
    in_doubt = "in_doubt"


class State(StrEnum):
    """Where a request stands."""

    open = "open"
    answered = "answered"
    refused = "refused"


def due(received: date) -> date:
    """Returns the last day for an answer.

    >>> due(date(2026, 1, 31)), due(date(2028, 1, 31))
    (datetime.date(2026, 2, 28), datetime.date(2028, 2, 29))
    """
    return received + ANSWER


def extended(received: date) -> date:
    """Returns the last day once the period was extended, with its reason and within the first month.

    >>> extended(date(2025, 11, 30))
    datetime.date(2026, 2, 28)
    """
    return received + EXTENDED
