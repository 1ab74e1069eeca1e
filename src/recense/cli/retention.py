"""``recense retention report|plan``: how many rows are kept too long, and which ones a person may delete or archive."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recense.cli import console
from recense.cli.options import (
    CatalogOption,
    ConfigOption,
    LanguageOption,
    OutputOption,
    QuietOption,
    RunArgument,
    check_output,
    load_config,
    open_catalog,
)
from recense.errors import ExitCode, UserError, unknown
from recense.plural import counted

if TYPE_CHECKING:
    from recense.cli.options import Language
    from recense.config import Config
    from recense.pipelines.retention import Retained

AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Judge as of this day (2026-01-31). Default: today.")
]
KindOption = Annotated[
    str | None, typer.Option("--format", "-f", metavar="FORMAT", help="table, json, markdown, html or csv.")
]
KNOWN = ("table", "json", "markdown", "html", "csv")


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(help="Judge how long data are kept: verdicts and the plan.", no_args_is_help=True)
    group.command("report")(report)
    group.command("plan")(plan)
    app.add_typer(group, name="retention")


def report(
    run: RunArgument = None,
    as_of: AsOfOption = None,
    format: KindOption = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Count rows by age where they lie and judge them by the policy's periods.

    Reads counts only. Exits 1 when rows are overdue, 3 when a dataset could not be counted.
    """
    _judge(run, as_of, format, output, language, load_config(config, catalog), quiet, plan=False)


def plan(
    run: RunArgument = None,
    as_of: AsOfOption = None,
    format: KindOption = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """List what is overdue, as SQL with its count, for a person to delete or archive.

    recense never runs it. Exits as 'report' does.
    """
    _judge(run, as_of, format, output, language, load_config(config, catalog), quiet, plan=True)


def _judge(
    run: str | None,
    as_of: str | None,
    format: str | None,
    output: Path | None,
    language: Language | None,
    config: Config,
    quiet: bool,
    plan: bool,
) -> None:
    from recense.pipelines import retention
    from recense.reports import retention_page as page

    shown = format or (config.report_format if config.report_format in KNOWN else "table")
    if shown not in KNOWN:
        raise UserError(unknown("report format", shown, KNOWN))
    check_output(output)
    tongue = str(language or config.report_language)
    with open_catalog(config) as kept:
        found = retention.report(config, kept, _day(as_of), run, plan)
        document = page.document(found.entries, found.as_of.isoformat(), tongue)
        kept.keep_retention(found.run, found.policy, page.kept_document(found.entries, found.as_of.isoformat()))
    text = page.render(page.plan_document(found) if plan else document, shown, tongue)
    if output is None:
        console.data(text)
    else:
        console.save(text, output)
    if not quiet:
        _afterword(found, config)
    if any(entry.overdue for entry in found.entries):
        raise typer.Exit(ExitCode.BLOCKED)
    if found.failed:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _day(text: str | None) -> date:
    from recense.retention.calendar import today

    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("--as-of takes a day such as 2026-01-31") from None


def _afterword(found: Retained, config: Config) -> None:
    if found.example:
        console.note(
            f"recense: {config.path or 'recense.yaml'} names no policy: the rules are those of the example "
            f"'{found.policy}'; name yours with 'policy: FILE'"
        )
    if found.left_out:
        left = f"{counted(found.left_out, 'dataset')} without sure findings of personal data"
        console.note(f"recense: {left} {'was' if found.left_out == 1 else 'were'} left out")
    for binding in found.idle:
        console.note(
            f"recense: {binding.place}: the binding '{binding.dataset}' takes no dataset of this run; "
            "'recense scan' lists their names"
        )
    for entry in found.failed:
        console.note(f"recense: not counted: {entry.path}: {entry.reason}")
