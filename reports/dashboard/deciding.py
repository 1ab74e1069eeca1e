"""What can be decided about a finding, and what a decision needs: one model with ``recense-approvals.yaml``.

Sources: approvals end after 24 months at most, Article 9 and 10 after 6 (facts of the gate, ``recense.gate``); an
exception for Article 9 names the letter of Article 9(2) GDPR it rests on. Those letters do not cover offences, which
Article 10 GDPR allows under the control of official authority or by law only: the reason says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from recense.catalog.decisions import Decision
from recense.catalog.listing import Item
from recense.gate.approvals import WHY_LENGTH, longest
from recense.model import Proof
from recense.policy import taxonomy
from recense.reports.dashboard.visit import Visit

LONGEST_REASON = 2_000

EXCEPTIONS = tuple("abcdefghij")
"""Letters of Article 9(2) GDPR."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a finding.

    Attributes:
        id: value in the form, and of its texts (``choice.<id>``). key: the key that picks it.
        decision: kind of ``recense.catalog.decisions``.
        ends: an end has to be given. category: the right category has to be given.
    """

    id: str
    key: str
    decision: str
    ends: bool = True
    category: bool = False


REMOVE = Choice("remove", "s", "remove", ends=False)
EXCEPTION = Choice("exception", "e", "accepted")
AUTHORISED = Choice("authorised", "e", "accepted")
ORDINARY = Choice("ordinary", "p", "false_positive", category=True)
FALSE = Choice("false", "f", "false_positive")
DECLARED = Choice("declared", "d", "declared")
ACCEPTED = Choice("accepted", "a", "accepted")

PROTECTED = (REMOVE, EXCEPTION, ORDINARY, FALSE)
OFFENCES = (REMOVE, AUTHORISED, ORDINARY, FALSE)
PLAIN = (DECLARED, ACCEPTED, REMOVE, FALSE)


class Incomplete(Exception):
    """A form lacks something; ``key`` names the sentence that says what."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def choices(one: Item) -> tuple[Choice, ...]:
    """Returns what can be decided about a finding."""
    if one.special:
        return OFFENCES if one.article == "10" else PROTECTED
    return PLAIN


def last_day(one: Item, today: date) -> date:
    """Returns the last day on which a decision about a finding may end."""
    return longest([one.category], today)


def decisions(one: Item, visit: Visit) -> list[Decision]:
    """Returns what a filled-in form decides.

    Raises:
        Incomplete: something is missing or too long, or the end is too late.
    """
    _known(one)
    choice = _choice(choices(one), visit)
    reason = _reason(visit)
    ground = visit.form.get("ground", "")
    if choice is EXCEPTION:
        if ground not in EXCEPTIONS:
            raise Incomplete("decide.ground")
        reason = f"Art. 9(2)({ground}): {reason}"
    if choice is AUTHORISED:
        reason = f"Art. 10: {reason}"
    until = _until(choice, one, visit)
    activity = visit.form.get("activity", "").strip()[:128] or None
    made = [_decision(one.field, one.category, choice.decision, reason, until, activity, visit)]
    if choice.category:
        other = visit.form.get("category", "")
        if other not in taxonomy().categories or taxonomy().is_special(other):
            raise Incomplete("decide.category")
        made.append(_decision(one.field, other, "declared", reason, until, activity, visit))
    return made


def takes_many(one: Item) -> bool:
    """Tells whether a finding may be decided together with others: it is proved, ordinary, and nobody decided yet.

    Article 9 and 10 are looked at one by one, and so is whatever a person still has to look at.
    """
    known = one.category in taxonomy().categories
    return known and one.proof == Proof.PROVED and not one.special and one.state != "decided" and one.gone is None


def decisions_for(items: Sequence[Item], visit: Visit) -> list[Decision]:
    """Returns what one form decides about several findings, with one reason and one end.

    Raises:
        Incomplete: none was chosen, one of them has to be decided alone, or the form lacks something.
    """
    if not items:
        raise Incomplete("bulk.none")
    if not all(takes_many(one) for one in items):
        raise Incomplete("bulk.alone")
    for one in items:
        _known(one)
    choice, reason = _choice(PLAIN, visit), _reason(visit)
    activity = visit.form.get("activity", "").strip()[:128] or None
    return [
        _decision(one.field, one.category, choice.decision, reason, _until(choice, one, visit), activity, visit)
        for one in items
    ]


def _known(one: Item) -> None:
    """Refuses what no decision can name: a category that came with a detector and is in no taxonomy."""
    if one.category not in taxonomy().categories:
        raise Incomplete("decide.unknown")


def _choice(known: Sequence[Choice], visit: Visit) -> Choice:
    choice = next((one for one in known if one.id == visit.form.get("choice")), None)
    if choice is None:
        raise Incomplete("decide.choice")
    return choice


def _reason(visit: Visit) -> str:
    reason = " ".join(visit.form.get("reason", "").split())
    if len(reason) < WHY_LENGTH or len(reason) > LONGEST_REASON:
        raise Incomplete("decide.reason")
    return reason


def _until(choice: Choice, one: Item, visit: Visit) -> str | None:
    if not choice.ends:
        return None
    today = visit.today
    try:
        until = date.fromisoformat(visit.form.get("until", ""))
    except ValueError:
        raise Incomplete("decide.until") from None
    if not today < until <= last_day(one, today):
        raise Incomplete("decide.until")
    return until.isoformat()


def _decision(
    field: str, category: str, kind: str, reason: str, until: str | None, activity: str | None, visit: Visit
) -> Decision:
    return Decision(field, category, kind, visit.account.name, visit.moment, reason, until, activity)


def proposed(one: Item, today: date) -> date:
    """Returns the end a form proposes: half of the longest, so that nobody takes the longest without a thought."""
    return today + (last_day(one, today) - today) // 2
