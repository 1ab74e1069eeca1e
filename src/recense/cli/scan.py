"""``recense scan``: read data, find personal data, keep and show the result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recense.cli import console
from recense.cli.options import (
    CatalogOption,
    ConfigOption,
    FormatOption,
    LanguageOption,
    OutputOption,
    QuietOption,
    check_format,
    check_output,
    load_config,
    open_catalog,
    show,
)
from recense.errors import ExitCode, UserError

if TYPE_CHECKING:
    from recense.config import Config, SourceSpec
    from recense.model import ScanRun, Unreadable
    from recense.pipelines.steps import Progress

SHOWN = 3
"""Entries not read that stderr lists; the report lists all."""


def add_to(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("scan")(scan)


def scan(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="Paths, globs, URLs or source names; none: all of recense.yaml."),
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="GLOB", help="Read only datasets of these names.")
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="GLOB", help="Leave out datasets of these names.")
    ] = None,
    no_language: Annotated[
        bool, typer.Option("--no-language", help="Patterns, headers and check digits only: fast, finds no names.")
    ] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, max=256, help="Processes that read.")] = None,
    flow: Annotated[bool, typer.Option("--flow/--no-flow", help="Run under Prefect.")] = False,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="RUN", help="Go on with a stopped run; 'last' is the latest.")
    ] = None,
    allow_unreadable: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-unreadable",
            metavar="CODE|GLOB",
            help="Exit 0 although entries with this code (unsupported_format …) or path were not read.",
        ),
    ] = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
    language: LanguageOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read data and report the personal data in it.

    Exits 0 when everything was read, 3 when something was not (it is listed in the report).
    """
    settings = load_config(config, catalog)
    check_format(format or settings.report_format)
    check_output(output)
    if flow:
        if resume is not None:
            raise UserError("--resume goes on without Prefect: leave out --flow")
        run = read_through_flow(
            settings,
            targets or (),
            strict=bool(targets),
            only=only or (),
            skip=skip or (),
            language=not no_language,
            jobs=jobs or settings.jobs,
            catalog=catalog,
        )
    else:
        specs = _specs(settings, targets or (), only or (), skip or (), not no_language, resume)
        run = read(settings, specs, strict=bool(targets), jobs=jobs or settings.jobs, resume=resume, quiet=quiet)
    show(run, settings, format, language, output)
    missing = unread(run, allow_unreadable or ())
    if not quiet:
        _afterword(run, missing, output)
    if missing:
        raise typer.Exit(ExitCode.INCOMPLETE)


def unread(run: ScanRun, allowed: Sequence[str]) -> list[Unreadable]:
    """Returns what was not read and matches neither an allowed code nor an allowed glob on paths."""
    return [
        entry
        for entry in run.unreadable
        if not any(entry.code == word or fnmatchcase(entry.path, word) for word in allowed)
    ]


def _specs(
    config: Config, targets: Sequence[str], only: Sequence[str], skip: Sequence[str], language: bool, resume: str | None
) -> list[SourceSpec]:
    from recense.pipelines.plan import chosen, recall

    if resume is None or targets:
        return chosen(config, targets, only, skip, language)
    if only or skip or not language:
        raise UserError("--resume takes the run's own --only, --skip and --no-language: leave them out")
    with open_catalog(config) as catalog:
        return recall(catalog.unfinished(resume).targets, config)


def read(
    config: Config,
    specs: Sequence[SourceSpec],
    *,
    strict: bool,
    jobs: int = 1,
    resume: str | None = None,
    quiet: bool = False,
) -> ScanRun:
    """Scans in this process and returns the run.

    Raises:
        Exit: stopped from outside (130); the message says how to go on.
    """
    from recense.pipelines import steps

    options = steps.Options(limits=config.limits, strict=strict)
    policy = config.load_policy()
    surveys = steps.survey_all(specs, options, config.catalog_file())  # a mistyped target leaves no catalog behind
    with open_catalog(config, create=True) as catalog, _progress(quiet) as progress:
        try:
            return steps.scan(
                specs,
                catalog,
                options,
                jobs=jobs,
                progress=progress,
                run_id=resume,
                resume=resume is not None,
                surveys=surveys,
                policy=policy,
            )
        except steps.Interrupted as stopped:
            console.note(f"recense: stopped; what was read is kept. Go on with: recense scan --resume {stopped.run_id}")
            raise typer.Exit(ExitCode.STOPPED) from None


def read_through_flow(config: Config, targets: Sequence[str], *, strict: bool, **choices: Any) -> ScanRun:
    """Scans through the Prefect flow and returns the run; for ``choices`` see ``launch.run_flow``."""
    from recense.pipelines.launch import run_flow
    from recense.pipelines.plan import Options

    run_id = run_flow(config, targets, Options(limits=config.limits, strict=strict), **choices)
    with open_catalog(config) as kept:
        return kept.run(run_id)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Shows a line that moves, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking at the sources", total=None)

        def report(progress: Progress) -> None:
            description = f"{progress.rows:,} rows, {console.printable(progress.dataset)}"
            bar.update(task, completed=progress.done, total=progress.total, description=description)

        yield report


def _afterword(run: ScanRun, missing: Sequence[Unreadable], output: Path | None) -> None:
    if output is not None:
        console.note(f"report: {output}")
    if missing:
        word = "entry was" if len(missing) == 1 else "entries were"
        console.note(f"recense: {len(missing)} {word} not read (exit 3):")
        for entry in missing[:SHOWN]:
            place = entry.path if entry.path == entry.source else f"{entry.source} {entry.path}"
            console.note(f"  {entry.code}  {place}: {entry.reason}")
        if len(missing) > SHOWN:
            console.note(f"  … and {len(missing) - SHOWN} more: see 'unreadable' in the report")
    if run.findings and sys.stderr.isatty():
        console.note(
            f"next: recense explain {run.findings[0].id}    why this was found\n"
            "      recense report -f html -o report.html    the same run for a browser\n"
            "      recense init    a recense.yaml for regular scans"
        )
