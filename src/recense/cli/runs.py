"""``runs``, ``report``, ``explain`` and ``replay``: what the catalog knows, without opening a source."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from recense.cli import console
from recense.cli.options import (
    CatalogOption,
    ConfigOption,
    FormatOption,
    LanguageOption,
    OutputOption,
    RunArgument,
    language_of,
    load_config,
    open_catalog,
    show,
)
from recense.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from recense.catalog import Catalog, DatasetProfile
    from recense.config import Config
    from recense.model import Finding, ScanRun


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("report")(report)
    app.command("explain")(explain)
    app.command("replay")(replay)
    app.command("runs")(runs)


def report(
    run: RunArgument = None,
    format: FormatOption = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Show a stored run again, in any format; html adds decisions, retention, the register and coverage.

    A page of HTML is French unless recense.yaml or --lang says otherwise. When it has to leave findings out, all of
    them are written as CSV next to it.
    """
    settings = load_config(config, catalog)
    with open_catalog(settings) as kept:
        found = kept.run(run)
        if (format or settings.report_format) != "html":
            show(found, settings, format, language, output)
            return
        _page(kept, found, settings, language_of(language, settings), output)


def _page(kept: Catalog, run: ScanRun, settings: Config, language: str, output: Path | None) -> None:
    from recense.reports import render
    from recense.reports.dashboard.static_page import is_cut, static_page

    beside = output.with_suffix(".csv") if output is not None and is_cut(run) else None
    text = static_page(kept, run, language, settings.register_folder(), beside.name if beside else None)
    if output is None:
        console.data(text)
        return
    console.save(text, output)
    if beside is not None:
        console.save(render(run, "csv", language=language), beside)
        console.note(f"recense: the page is cut; all findings: {beside}")


def replay(
    run: RunArgument = None,
    format: FormatOption = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Judge a stored run with today's rules and policy, as a new run.

    No source is opened: the stored counts are enough.
    """
    from recense.pipelines.conclusion import replay as judge_again

    settings = load_config(config, catalog)
    policy = settings.load_policy()
    with open_catalog(settings) as kept:
        show(judge_again(kept, run, policy), settings, format, language, output)


def runs(catalog: CatalogOption = None, config: ConfigOption = None) -> None:
    """List the runs in the catalog, latest first."""
    settings = load_config(config, catalog)
    with open_catalog(settings) as kept:
        rows = [("RUN", "STARTED", "STATUS", "RULES")]
        rows += [(run.id, run.started, run.status, run.rules) for run in kept.runs()]
    console.data(console.table(rows))


def explain(
    finding: Annotated[
        str,
        typer.Argument(
            metavar="FINDING", help="Its id, the id's beginning, or DATASET.COLUMN; or a code of the gate: PD901."
        ),
    ],
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Default: the latest run that ended.")] = None,
    why_not: Annotated[
        bool, typer.Option("--why-not", help="FINDING is a DATASET.COLUMN without a finding: show why it has none.")
    ] = False,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what speaks for a finding and what against it, in counts; or what a code of 'recense check' means."""
    settings = load_config(config, catalog)
    tongue = str(language or settings.report_language)
    if re.fullmatch(r"PD\d{3}", finding):
        console.data(_rule(finding, tongue))
        return
    with open_catalog(settings) as kept:
        found = kept.run(run)
        profiles = kept.profiles(found.id) if why_not else []
    matches = _named(found, finding)
    if why_not:
        if matches:
            raise UserError(f"{finding} has a finding: 'recense explain {finding}' shows why")
        _tell(_silences(profiles, finding, found.id, tongue))
        return
    if not matches:
        raise UserError(
            f"run {found.id} has no finding '{finding}'; its ids stand in 'recense report {found.id} --format json'"
            " ('--why-not' tells why a column has none)"
        )
    from recense.reports.explained import explanation

    _tell(explanation(match, tongue, _width()) for match in matches)


def _tell(parts: Iterable[str]) -> None:
    console.data(console.printable("\n\n".join(parts)))


def _width() -> int | None:
    return max(console.width(), 72) if sys.stdout.isatty() else None


def _rule(code: str, language: str) -> str:
    from recense.gate.codes import RULES

    rule = RULES.get(code)
    if rule is None:
        raise UserError(unknown("code", code, RULES))
    why, fix = {"en": ("why:", "to do:"), "fr": ("pourquoi :", "à faire :")}[language]
    category = f"\n{rule.category}" if rule.category else ""
    colon = " :" if language == "fr" else ":"
    return (
        f"{rule.code}{colon} {rule.title[language]}{category}\n{why} {rule.why[language]}\n{fix} {rule.fix[language]}"
    )


def _named(run: ScanRun, name: str) -> list[Finding]:
    """Returns the findings that a word names: by id, by the beginning of one, or by dataset and column."""
    by_id = [finding for finding in run.findings if len(name) >= 4 and finding.id.startswith(name)]
    return by_id or [finding for finding in run.findings if f"{finding.dataset}.{finding.column}" == name]


def _silences(profiles: Iterable[DatasetProfile], name: str, run: str, language: str) -> Iterator[str]:
    """Yields what was heard of the columns of this name, one text per source that has one."""
    from recense.reports.explained import silence
    from recense.scanners.why_not import why_not

    datasets, found = set(), False
    for part in profiles:
        datasets.add(part.dataset.name)
        path = name.removeprefix(f"{part.dataset.name}.")
        profile = part.columns.get(path)
        if path == name or profile is None:
            continue
        found = True
        heard = why_not(part.dataset, part.columns, path)
        yield silence(name, part.dataset.source, profile, heard, language, _width())
    if not found:
        raise UserError(f"run {run} has no column '{name}'; its datasets: {', '.join(sorted(datasets)) or 'none'}")
