"""Options that several verbs share, and what they all do with them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recense.cli import console
from recense.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recense.catalog import Catalog
    from recense.config import Config
    from recense.model import ScanRun


class Language(StrEnum):
    """Languages of reports."""

    en = "en"
    fr = "fr"


ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="Configuration file. Default: ./recense.yaml.")
]
CatalogOption = Annotated[
    str | None,
    typer.Option("--catalog", metavar="FILE|URL", help="Where results are kept. Default: ./recense.db."),
]
FormatOption = Annotated[
    str | None,
    typer.Option("--format", "-f", metavar="FORMAT", help="table, json, jsonl, csv, markdown, html, or a plug-in's."),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report here, not to stdout.")
]
LanguageOption = Annotated[Language | None, typer.Option("--lang", help="Language of the report.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no hints on stderr.")]
RunArgument = Annotated[str | None, typer.Argument(metavar="[RUN]", help="Default: the latest run that ended.")]


def load_config(config: Path | None, catalog: str | None) -> Config:
    """Returns the configuration that the shared options name."""
    from recense.config import load

    return load(config, catalog)


def language_of(language: Language | None, config: Config) -> str:
    """Returns the language of what is written for people: asked for, configured, else French."""
    if language is not None:
        return str(language)
    return config.report_language if config.path is not None else "fr"


@contextmanager
def open_catalog(config: Config, *, create: bool = False) -> Iterator[Catalog]:
    """Gives the catalog of a configuration.

    Raises:
        UserError: there is no such file, and ``create`` does not say to make it.
    """
    from recense.catalog import Catalog

    file = config.catalog_file()
    if not create and file is not None and not file.exists():
        raise UserError(f"no catalog at {file} yet; start one with 'recense scan TARGET', or name yours with --catalog")
    with Catalog.open(config.catalog_url()) as catalog:
        yield catalog


def show(run: ScanRun, config: Config, format: str | None, language: Language | None, output: Path | None) -> None:
    """Renders a run to stdout or into a file.

    Raises:
        UserError: no such format, or the file cannot be written.
    """
    from recense.reports import render

    text = render(
        run,
        format or config.report_format,
        language=str(language or config.report_language),
        colour=output is None and console.colour(),
        width=console.width() if output is None and sys.stdout.isatty() else 80,
    )
    if output is None:
        console.data(text)
    else:
        console.save(text, output)


def check_format(format: str) -> None:
    """Refuses an unknown format before a long scan, not after it."""
    from recense.reports import report

    report[format]


def check_output(output: Path | None) -> None:
    """Refuses a place where no file can be made before a long scan, not after it."""
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        reason = "it is a folder" if output.is_dir() else f"there is no folder {output.parent}"
        raise UserError(f"cannot write {output}: {reason}")
