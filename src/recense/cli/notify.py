"""``recense notify``: tell people what changed since they were told, by webhook or mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from recense.cli import console
from recense.cli.options import CatalogOption, ConfigOption, load_config, open_catalog
from recense.errors import ExitCode, UserError

if TYPE_CHECKING:
    from recense.config import Config
    from recense.reports.notices.sending import Outcome


def add_to(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("notify")(notify)


def notify(catalog: CatalogOption = None, config: ConfigOption = None) -> None:
    """Tell people what needs a decision and was not told yet: new Article 9 and 10, lost coverage, overdue, expiring.

    Each change is told once. Exits 3 when nobody took a notice; it is tried again the next time.
    """
    settings = load_config(config, catalog)
    if settings.notify is None:
        raise UserError("nobody is to be told: write 'notify' with webhook or mail into recense.yaml")
    outcomes = tell(settings)
    for one in outcomes:
        if one.problem is None:
            console.data(f"{one.channel}: {one.events} told" if one.events else f"{one.channel}: nothing new")
    if any(one.problem for one in outcomes):
        raise typer.Exit(ExitCode.INCOMPLETE)


def tell(settings: Config) -> list[Outcome]:
    """Tells what recense.yaml wants told, says what could not be, and returns what became of each channel."""
    from recense.pipelines import telling

    if settings.notify is None:
        return []
    with open_catalog(settings) as kept:
        outcomes = telling.tell(kept, settings)
    for one in outcomes:
        if one.problem is not None:
            console.note(f"recense: {telling.problem(one)}")
    return outcomes
