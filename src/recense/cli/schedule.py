"""``recense schedule``: scans at fixed times, by Prefect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recense.cli import console
from recense.cli.options import CatalogOption, ConfigOption, load_config
from recense.errors import UserError

if TYPE_CHECKING:
    from recense.config import Config

SourcesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources of recense.yaml; none: all.")
]
TimezoneOption = Annotated[str, typer.Option("--timezone", metavar="ZONE", help="Time zone of --cron: Europe/Paris …")]
NameOption = Annotated[str, typer.Option("--name", help="Name of the deployment.")]


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(help="Scan at fixed times, by Prefect.", no_args_is_help=True, rich_markup_mode=None)
    group.command("serve")(serve)
    group.command("deploy")(deploy)
    app.add_typer(group, name="schedule")


def serve(
    cron: Annotated[str, typer.Option("--cron", metavar="CRON", help="When, in five fields: '0 2 * * *' is 2 a.m.")],
    sources: SourcesArgument = None,
    timezone: TimezoneOption = "UTC",
    name: NameOption = "recense",
    config: ConfigOption = None,
    catalog: CatalogOption = None,
) -> None:
    """Scan on a schedule from this process, until it is stopped; for one machine."""
    from recense.pipelines import launch

    settings = load_config(config, catalog)
    parameters = _parameters(settings, sources or [], catalog)
    console.note(f"recense: scanning at '{cron}' ({timezone}) until stopped with Ctrl-C")
    launch.serve(parameters, name=name, cron=cron, timezone=timezone)


def deploy(
    work_pool: Annotated[str, typer.Option("--work-pool", metavar="POOL", help="Pool whose workers run the scan.")],
    sources: SourcesArgument = None,
    cron: Annotated[str | None, typer.Option("--cron", metavar="CRON", help="When; none: on demand.")] = None,
    timezone: TimezoneOption = "UTC",
    name: NameOption = "recense",
    config: ConfigOption = None,
    catalog: CatalogOption = None,
) -> None:
    """Hand the scan to the workers of a Prefect work pool; recense must be installed where they run."""
    from recense.pipelines import launch

    settings = load_config(config, catalog)
    parameters = _parameters(settings, sources or [], catalog)
    made = launch.deploy(parameters, name=name, work_pool=work_pool, cron=cron, timezone=timezone)
    console.data(f"deployment recense-scan/{name} ({made})")
    console.note(f"start a worker:  prefect worker start --pool {work_pool}")
    console.note(f"run it now:      prefect deployment run recense-scan/{name}")


def _parameters(settings: Config, sources: list[str], catalog: str | None) -> dict[str, Any]:
    from recense.connectors.folders import is_glob
    from recense.pipelines import launch

    if settings.path is None and not sources:
        raise UserError("nothing to scan: list sources in recense.yaml ('recense init' writes one), or name targets")
    for name in sources:
        if "://" not in name and not is_glob(name) and not Path(name).exists():
            settings.source(name)  # neither a path nor a glob, so it must be a name; the error lists the known ones
    return launch.parameters(settings, sources, catalog=catalog, language=True)
