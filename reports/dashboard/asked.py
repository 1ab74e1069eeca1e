"""Rights requests as people work on them: what may be done to one, and what each step needs.

An identifier is read from a form, turned into keyed hashes, and forgotten with the answer to that form: it stands in
no address, no page, no log and no table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from recense.catalog import audit, requests
from recense.catalog.requests import Request
from recense.errors import RecenseError
from recense.gate.approvals import WHY_LENGTH
from recense.reports import located
from recense.reports.dashboard.deciding import LONGEST_REASON, Incomplete
from recense.reports.dashboard.queues import Line
from recense.reports.dashboard.visit import Refused, Visit
from recense.subjects import requests as rules
from recense.subjects.requests import Identity, Right, State

if TYPE_CHECKING:
    from recense.policy.model import Policy

FIELDS = ("email", "phone", "nir", "name", "birth", "customer")


class Unasked(Exception):
    """The index could not be asked; ``reason`` is a sentence without any identifier."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def found(visit: Visit) -> Request:
    """Returns the request of the address.

    Raises:
        Refused: there is none.
    """
    with visit.catalog.transaction() as connection:
        one = requests.get(connection, visit.params["id"])
    if one is None:
        raise Refused(404, "refused.missing")
    return one


def opened(visit: Visit) -> str:
    """Opens a request and returns its id.

    Raises:
        Incomplete: the form lacks something.
    """
    from recense.subjects.asking import is_identifier

    reference = " ".join(visit.form.get("reference", "").split())
    if not 0 < len(reference) <= requests.LONGEST or is_identifier(reference):
        raise Incomplete("requests.reference.wrong")
    kind = visit.form.get("right", "")
    if kind not in list(Right):
        raise Incomplete("requests.right.missing")
    try:
        received = date.fromisoformat(visit.form.get("received", ""))
    except ValueError:
        raise Incomplete("requests.received.wrong") from None
    if received > visit.today:
        raise Incomplete("requests.received.wrong")
    with visit.catalog.transaction(write=True) as connection:
        id_ = requests.add(
            connection, reference=reference, kind=kind, received=received, due=rules.due(received),
            who=visit.account.name,
        )  # fmt: skip
        audit.append(connection, visit.moment, visit.account.name, "request_opened", id_, {"right": kind})
    return id_


def look_up(visit: Visit, one: Request) -> str:
    """Looks the person of a form up and keeps the answer; returns the notice to show.

    Raises:
        Incomplete: an identifier cannot be read. Unasked: there is no index, or its key is gone.
    """
    from recense.subjects.asking import UnclearIdentifier, question

    how = visit.settings.persons
    if how is None:
        raise Incomplete("requests.no_index")
    again = visit.form.get("do") == "verify"
    try:
        asked = question({name: visit.form.get(name, "") for name in FIELDS}, how.regions)
        answer = located.locate(visit.catalog, how.key(), asked)
        if again and how.verify is not None and answer.places:
            answer = replace(answer, places=tuple(how.verify(asked, answer.places)))
        known = located.Known(_policy(visit), visit.settings.register)
        document = located.document(visit.catalog, answer, known, Right(one.kind), visit.words.language)
    except UnclearIdentifier as unclear:
        raise Incomplete(f"requests.unclear.{unclear.kind or 'nothing'}") from None
    except RecenseError as error:
        raise Unasked(str(error)) from None
    details = {
        "by": document["asked"], "filters": document["filters"], "places": len(document["places"]), "read": again,
    }  # fmt: skip
    _write(visit, one, "person_searched", details, answer=document)
    return "looked_up"


def note_identity(visit: Visit, one: Request) -> str:
    """Notes whether it is sure who asks."""
    identity = visit.form.get("identity", "")
    if identity not in list(Identity):
        raise Incomplete("requests.identity.missing")
    _write(visit, one, "request_identity", {"identity": identity}, identity=identity)
    return "decided"


def extend(visit: Visit, one: Request) -> str:
    """Extends the period; the person has to be told within the first month (Article 12(3))."""
    reason = _reason(visit)
    if one.extended or visit.today.isoformat() > one.due:
        raise Incomplete("requests.extend.late")
    until = rules.extended(date.fromisoformat(one.received)).isoformat()
    _write(visit, one, "request_extended", {"until": until}, extended=until, extension_reason=reason)
    return "decided"


def close(visit: Visit, one: Request) -> str:
    """Notes that the request was answered, or refused with reasons (Article 12(4))."""
    state = visit.form.get("state", "")
    if state not in (State.answered, State.refused):
        raise Incomplete("requests.state.missing")
    details = {"state": state, **({"reason": _reason(visit)} if state == State.refused else {})}
    _write(visit, one, "request_closed", details, state=state, closed=visit.today.isoformat())
    return "decided"


STEPS: Mapping[str, Callable[[Visit, Request], str]] = {
    "look_up": look_up,
    "verify": look_up,
    "identity": note_identity,
    "extend": extend,
    "close": close,
}
"""What a form of a request's page may ask for."""


def _reason(visit: Visit) -> str:
    from recense.subjects.asking import is_identifier

    reason = " ".join(visit.form.get("reason", "").split())
    if not WHY_LENGTH <= len(reason) <= LONGEST_REASON or is_identifier(reason):
        raise Incomplete("requests.reason.missing")
    return reason


def _write(visit: Visit, one: Request, action: str, details: Mapping[str, Any], **values: Any) -> None:
    """Writes a step and its line of the log in one transaction; a closed request stays as it is."""
    with visit.catalog.transaction(write=True) as connection:
        kept = requests.get(connection, one.id)
        if kept is None or kept.state != State.open:
            raise Incomplete("requests.closed")
        requests.change(connection, one.id, **values)
        audit.append(connection, visit.moment, visit.account.name, action, one.id, details)


def _policy(visit: Visit) -> Policy | None:
    if visit.settings.policy is None:
        return None
    from recense.policy.loading import load

    return load(visit.settings.policy)


def waiting(visit: Visit) -> Line | None:
    """Returns the line of the to-do page, None while nobody has asked and nothing is indexed."""
    with visit.catalog.transaction() as connection:
        count, first = requests.waiting(connection)
    if not count and visit.settings.persons is None:
        return None
    says = (
        visit.words("queue.requests.ask", day=visit.words.day(first)) if first else visit.words("queue.requests.none")
    )
    late = first is not None and first < visit.today.isoformat()
    return Line("requests", "bad" if late else "warn", count, "/requests", says)
