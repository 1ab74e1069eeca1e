"""Tells people what a run changed: the one way from a catalog to the channels of recense.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recense.catalog import Catalog
from recense.config import Config

if TYPE_CHECKING:
    from recense.reports.notices.sending import Outcome

LOCAL = "http://127.0.0.1:8765"
"""Where the dashboard is while recense.yaml does not say."""


def tell(catalog: Catalog, config: Config) -> list[Outcome]:
    """Tells what nobody has been told and returns what became of each channel; nothing when none is configured.

    Raises:
        ConfigError: a secret is not there.
    """
    from recense.reports.notices.sending import send

    if config.notify is None:
        return []
    return send(catalog, config.notify, config.dashboard.url or LOCAL)


def problem(outcome: Outcome) -> str:
    """Returns the sentence on a channel that nobody took a notice from."""
    return f"{outcome.channel} took none of {outcome.events} notices ({outcome.problem}); next: recense notify"
