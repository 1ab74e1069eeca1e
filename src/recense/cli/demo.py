"""``recense demo``: data with a known truth, scanned for real, planted against found, and declared against found."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recense.cli import console
from recense.cli.options import Language, LanguageOption, QuietOption, open_catalog
from recense.errors import ExitCode

if TYPE_CHECKING:
    from recense.config import Config
    from recense.demo import Manifest
    from recense.model import ScanRun

POSTGRES_VARIABLE = "RECENSE_DEMO_POSTGRES"
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
    """Write sample data, scan it, show planted and declared against found.

    The data are those of a made-up French fire-safety group, with planted problems and traps.

    Exits 0 exactly when everything planted was found and nothing else, and every planted age was counted.
    """
    from recense import demo as estate
    from recense.cli.scan import read, read_through_flow
    from recense.config import load
    from recense.pipelines.plan import chosen
    from recense.reports import render

    tongue = str(language or Language.fr)
    console.note(f"recense: writing the demo into {folder}")
    manifest = estate.build(folder.absolute(), seed, postgres)
    config = load(_configuration(folder, manifest.targets, postgres, tongue))
    _key(config)
    if flow:
        run = read_through_flow(config, (), strict=False, jobs=jobs)
    else:
        run = read(config, chosen(config, ()), strict=False, jobs=jobs, quiet=quiet)
    report = folder / "report.html"
    console.save(render(run, "html", language=tongue), report)
    comparison = estate.compare(manifest, run)
    console.data(estate.render(comparison, tongue, console.width()))
    console.data(f"\n{report}")
    _declared(run, config, folder, tongue)
    aged, ages = _retention(manifest, config, tongue)
    _registered(run, config, folder, tongue, ages)
    if not comparison.exact or not aged:
        raise typer.Exit(ExitCode.BLOCKED)


def _key(config: Config) -> None:
    """Draws the key of the demo's index of people, unless an earlier build did."""
    from recense.subjects import keys

    if not config.persons.key_file.exists():
        keys.create(config.persons.key_file)


def _declared(run: ScanRun, config: Config, folder: Path, language: str) -> None:
    """Holds the run against the demo's policy."""
    from recense.policy.comparison import compare
    from recense.reports.declared_page import render

    policy = config.load_policy()
    if policy is None:
        return
    comparison = compare(run, policy)
    console.data("\n" + render(comparison, "table", language=language, width=console.width()))
    page = folder / "declared.html"
    console.save(render(comparison, "html", language=language), page)
    console.data(f"\n{page}")


def _registered(run: ScanRun, config: Config, folder: Path, language: str, ages: Mapping[str, Any]) -> None:
    """Brings the demo's register up to date, shows what changed and what it lacks, and exports it."""
    from recense.demo.article30 import show_register

    console.data("\n" + show_register(folder, run, language, config.load_policy(), ages))


def _retention(manifest: Manifest, config: Config, language: str) -> tuple[bool, Mapping[str, Any]]:
    """Shows planted against counted ages on the demo's day; returns whether they are the same, and the document."""
    from datetime import date

    from recense import demo as estate
    from recense.pipelines.retention import report
    from recense.reports.retention_page import document, render

    with open_catalog(config) as catalog:
        found = report(config, catalog, date.fromisoformat(manifest.as_of))
        catalog.keep_retention(found.run, found.policy, document(found.entries, manifest.as_of))
    page = manifest.folder / "retention.html"
    console.save(render(document(found.entries, manifest.as_of, language), "html", language), page)
    ages = estate.compare_ages(manifest, found.entries)
    console.data("\n" + estate.render_ages(manifest, ages, language) + f"\n\n{page}")
    return all(one.exact for one in ages), document(found.entries, manifest.as_of)


def _configuration(folder: Path, targets: Sequence[str], postgres: str | None, language: str) -> Path:
    """Writes the demo's recense.yaml and policy, and returns its path; the server's URL stays in the environment."""
    from recense.demo import BINDINGS
    from recense.policy.loading import EXAMPLES

    policy = folder / "policy.yaml"
    console.save((EXAMPLES / "def-network.yaml").read_text(encoding="utf-8"), policy)
    lines = ["# Written by 'recense demo'.", "version: 1", f"policy: {policy.name}"]
    lines += ["report:", f"  language: {language}", "persons: {index: true}", "sources:"]
    for target in targets:
        name, place = Path(target).stem, target
        if target == postgres:
            os.environ[POSTGRES_VARIABLE] = target
            name, place = "postgresql", f"${{{POSTGRES_VARIABLE}}}"
        key = "url" if "://" in place or place.startswith("$") else "path"
        lines += [f"  - name: {name}", f"    {key}: {json.dumps(place)}"]
    path = folder / "recense.yaml"
    console.save("\n".join(lines) + "\n" + BINDINGS, path)
    return path
