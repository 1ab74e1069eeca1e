"""Tells by every channel what nobody has been told, and keeps what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from recense.catalog import Catalog, audit, notices
from recense.config.outward import Notify
from recense.reports.notices import mail, webhook
from recense.reports.notices.wording import document

ZONE = "Europe/Paris"

Deliver = Callable[[Mapping[str, Any]], str | None]
"""Takes a notice, and returns why nobody took it, None when somebody did."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a channel: how many events it had to tell, and why it could not (None when it did)."""

    channel: str
    events: int
    problem: str | None


def send(catalog: Catalog, settings: Notify, url: str, now: datetime | None = None) -> list[Outcome]:
    """Tells what nobody has been told, by every channel of the settings; one that fails stops no other.

    Args:
        catalog: open.
        settings: of recense.yaml.
        url: where people open the dashboard.
        now: the moment; None is now.

    Raises:
        ConfigError: a secret is not there.
    """
    now = now or datetime.now(UTC)
    ways: list[tuple[str, Deliver]] = []
    if settings.webhook is not None:
        ways.append(("webhook", webhook.prepared(settings.webhook)))
    if settings.mail is not None:
        ways.append(("mail", mail.prepared(settings.mail)))
    with catalog.transaction() as connection:
        found = notices.events(connection, now.astimezone(ZoneInfo(ZONE)).date())
    outcomes = []
    for name, deliver in ways:
        with catalog.transaction(write=True) as connection:
            waits = notices.claim(connection, name, found, now)
        if not waits:
            outcomes.append(Outcome(name, 0, None))
            continue
        problem = deliver(document(waits, settings.language, url, now))
        with catalog.transaction(write=True) as connection:
            notices.settle(connection, name, waits, now, problem)
            counts = {kind: sum(one.kind == kind for one in waits) for kind in notices.KINDS}
            moment = now.isoformat(timespec="seconds")
            audit.append(connection, moment, "recense", "notified", name, {"events": counts, "problem": problem})
        outcomes.append(Outcome(name, len(waits), problem))
    return outcomes
