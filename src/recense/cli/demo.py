"""``recense demo``: data with a known truth, scanned for real, and planted against found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recense.cli import console
from recense.cli.options import Language, LanguageOption, QuietOption
from recense.errors import ExitCode

DEFAULT_FOLDER = Path("recense-demo")


def add_to(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where to write it.")] = DEFAULT_FOLDER,
    seed: Annotated[int, typer.Option("--seed", help="The same seed writes the same data.")] = 2026,
    postgres: Annotated[
        str | None,
        typer.Option("--postgres", metavar="URL", help="Write the CRM there too; needs the right to create."),
    ] = None,
    flow: Annotated[
        bool, typer.Option("--flow/--no-flow", help="Scan through the Prefect flow, or without Prefect.")
    ] = True,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=256, help="Processes that read at once.")] = 1,
    language: LanguageOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write the data of a made-up company, scan it, and show what was planted against what was found.

    Exits 0 exactly when everything planted was found and nothing else.
    """
    from recense import demo as estate
    from recense.cli.scan import read
    from recense.config import Config, SourceSpec, catalog_url_of
    from recense.pipelines.plan import Options
    from recense.reports import render

    tongue = str(language or Language.fr)
    console.note(f"recense: writing the demo into {folder}")
    manifest = estate.build(folder, seed, postgres)
    config = Config(catalog=catalog_url_of("recense.db", folder))
    specs = [SourceSpec.of(target) for target in manifest.targets]
    through_flow = flow and postgres is None  # a URL with a login never becomes a flow's parameter
    run = read(config, specs, Options(strict=True), jobs=jobs, flow=through_flow, quiet=quiet)
    report = folder / "report.html"
    console.save(render(run, "html", language=tongue), report)
    comparison = estate.compare(manifest, run)
    console.data(estate.render(comparison, tongue, console.width()))
    console.data(f"\n{report}")
    if not comparison.exact:
        raise typer.Exit(ExitCode.BLOCKED)


__all__ = ["Language", "add_to", "demo"]
