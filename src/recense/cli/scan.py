"""``recense scan``: read data, find personal data, keep and show the result."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
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
from recense.cli.progress import watched
from recense.errors import ExitCode, RecenseError, UserError
from recense.plural import counted

if TYPE_CHECKING:
    from recense.config import Config, SourceSpec
    from recense.model import ScanRun, Unreadable
    from recense.pipelines.persons import Indexing
    from recense.pipelines.plan import Options

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
    plan: Annotated[
        bool, typer.Option("--plan", "-n", help="Say what would be read and about how long it takes; read nothing.")
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option("--sample", metavar="ROWS", min=1, help="Read so many rows of each dataset, drawn uniformly."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read every row, whatever recense.yaml says of samples.")
    ] = False,
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="SIZE", help="Keep to so much memory (400MB): smaller steps.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, max=256, help="Threads that read.")] = None,
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
    if sample is not None and full:
        raise UserError("--sample and --full contradict each other: leave one out")
    taken = 0 if full else sample
    limit = memory_limit(memory) or settings.memory
    if plan:
        if resume is not None or flow:
            raise UserError("--plan reads nothing: leave out --resume and --flow")
        specs = _specs(settings, targets or (), only or (), skip or (), not no_language, None, taken)
        show_plan(settings, specs, strict=bool(targets), jobs=jobs, memory=limit, format=format, output=output)
        return
    check_format(format or settings.report_format)
    check_output(output)
    if flow:
        if resume is not None:
            raise UserError("--resume goes on without Prefect: leave out --flow")
        if memory is not None:
            raise UserError("--memory limits this process, and Prefect starts others: leave out --flow")
        run = read_through_flow(
            settings,
            targets or (),
            strict=bool(targets),
            only=only or (),
            skip=skip or (),
            language=not no_language,
            sample=taken,
            jobs=jobs or settings.jobs,
            catalog=catalog,
        )
    else:
        specs = _specs(settings, targets or (), only or (), skip or (), not no_language, resume, taken)
        run = read(
            settings, specs, strict=bool(targets), jobs=jobs or settings.jobs, resume=resume, quiet=quiet, memory=limit
        )
    show(run, settings, format, language, output)
    if settings.notify is not None:
        _tell(settings)
    missing = unread(run, allow_unreadable or ())
    if not quiet:
        _afterword(run, missing, output)
    if missing:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _tell(settings: Config) -> None:
    """Tells people what is new; the scan has succeeded whatever becomes of that."""
    from recense.cli.notify import tell

    try:
        tell(settings)
    except RecenseError as error:
        console.note(f"recense: nobody was told: {error}; next: recense notify")


def unread(run: ScanRun, allowed: Sequence[str]) -> list[Unreadable]:
    """Returns what was not read and matches neither an allowed code nor an allowed glob on paths."""
    return [
        entry
        for entry in run.unreadable
        if not any(entry.code == word or fnmatchcase(entry.path, word) for word in allowed)
    ]


def memory_limit(text: str | None) -> int | None:
    """Returns the bytes of ``--memory``.

    Raises:
        UserError: it is no size.
    """
    if text is None:
        return None
    from recense.config.document import size

    try:
        return size(text)
    except ValueError as error:
        raise UserError(f"--memory {text}: {error}") from None


def _specs(
    config: Config,
    targets: Sequence[str],
    only: Sequence[str],
    skip: Sequence[str],
    language: bool,
    resume: str | None,
    sample: int | None,
) -> list[SourceSpec]:
    from recense.pipelines.plan import chosen, recall

    if resume is None or targets:
        return chosen(config, targets, only, skip, language, sample)
    if only or skip or not language or sample is not None:
        raise UserError("--resume takes the run's own --only, --skip, --sample and --no-language: leave them out")
    with open_catalog(config) as catalog:
        return recall(catalog.unfinished(resume).targets, config)


def show_plan(
    config: Config,
    specs: Sequence[SourceSpec],
    *,
    strict: bool,
    jobs: int | None,
    memory: int | None,
    format: str | None,
    output: Path | None,
) -> None:
    """Prints what a scan would read, as a table or as JSON; no row is read.

    Raises:
        UserError: another format, or a target that does not exist.
    """
    from recense.cli.plan import text_of
    from recense.pipelines import steps
    from recense.pipelines.forecast import forecast
    from recense.pipelines.memory import fit

    format = format or (config.report_format if config.report_format in ("table", "json") else "table")
    if format not in ("table", "json"):
        raise UserError(f"a plan is shown as table or json, not as {format}")
    fitted = fit(specs, _options(config, strict), jobs or config.jobs, memory)
    surveys = steps.survey_all(fitted.specs, fitted.options, config.catalog_file())
    text = text_of(forecast(surveys, fitted.jobs), fitted.notes, format)
    if output is None:
        console.data(text)
    else:
        console.save(text, output)


def _indexing(config: Config) -> Indexing | None:
    if not config.persons.index:
        return None
    from recense.scanners import require

    require()
    from recense.pipelines.person_index import indexing

    return indexing(config)


def _options(config: Config, strict: bool) -> Options:
    from recense.pipelines.plan import Options

    return Options(limits=config.limits, strict=strict, processes=config.processes)


def read(
    config: Config,
    specs: Sequence[SourceSpec],
    *,
    strict: bool,
    jobs: int = 1,
    resume: str | None = None,
    quiet: bool = False,
    memory: int | None = None,
) -> ScanRun:
    """Scans in this process and returns the run.

    Raises:
        Exit: stopped from outside (130); the message says how to go on.
    """
    from recense.pipelines import steps
    from recense.pipelines.memory import fit

    policy = config.load_policy()
    indexing = _indexing(config)
    fitted = fit(specs, _options(config, strict), jobs, memory)
    specs, options, jobs = fitted.specs, replace(fitted.options, indexing=indexing), fitted.jobs
    for sentence in () if quiet else fitted.notes:
        console.note(f"recense: {sentence}")
    surveys = steps.survey_all(specs, options, config.catalog_file())  # a mistyped target leaves no catalog behind
    with open_catalog(config, create=True) as catalog, watched(quiet) as progress:
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


def _afterword(run: ScanRun, missing: Sequence[Unreadable], output: Path | None) -> None:
    if output is not None:
        console.note(f"report: {output}")
    if missing:
        console.note(f"recense: {counted(len(missing), 'entry was', 'entries were')} not read (exit 3):")
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
