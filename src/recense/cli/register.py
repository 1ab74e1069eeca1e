"""``recense register``: Article 30 from what was scanned and what people wrote."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recense.cli import console
from recense.cli.options import (
    CatalogOption,
    ConfigOption,
    Language,
    LanguageOption,
    check_output,
    language_of,
    load_config,
    open_catalog,
)
from recense.errors import ExitCode, UserError, unknown

if TYPE_CHECKING:
    from recense.config import Config
    from recense.register.building import Built
    from recense.register.checking import Gap
    from recense.register.facts import Assignment
    from recense.register.folder import Register

FolderOption = Annotated[
    Path, typer.Option("--register", "-r", metavar="FOLDER", help="The register's folder. Default: ./register.")
]
DEFAULT = Path("register")


class Shape(StrEnum):
    """How check and diff print."""

    table = "table"
    json = "json"


ShapeOption = Annotated[Shape, typer.Option("--format", "-f", help="Table or JSON.")]


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(help="Keep the register of Article 30.", no_args_is_help=True, rich_markup_mode=None)
    for verb in (build, diff, check, export, new, schema):
        group.command(verb.__name__)(verb)
    app.add_typer(group, name="register")


def build(
    register: FolderOption = DEFAULT,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Default: the latest run that ended.")] = None,
    retention: Annotated[
        Path | None, typer.Option("--retention", metavar="FILE", help="JSON of 'recense retention report'.")
    ] = None,
    no_drafts: Annotated[
        bool, typer.Option("--no-drafts", help="Write no new file, fill those that are there.")
    ] = False,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Fill the register's machine blocks from a run, and draft what is missing.

    People's words are never changed. Purposes of the policy in recense.yaml that no activity has become drafts.
    """
    from recense.pipelines.records import read_retention, refresh_register

    settings = load_config(config, catalog)
    report = read_retention(retention)
    with open_catalog(settings) as kept:
        found = kept.run(run)
    built = refresh_register(register, found, settings.load_policy(), report, drafting=not no_drafts)
    console.data(built_text(built, language_of(language, settings)))


def diff(
    register: FolderOption = DEFAULT,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="REF", help="Branch, tag or commit of the approved version."),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 when something differs.")] = False,
    format: ShapeOption = Shape.table,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what differs from the approved version, and from the data, in both directions.

    Without --against, entries are held against the approvals recorded in them.
    """
    from recense.register import checking, comparing, folder, history

    settings = load_config(config, catalog)
    tongue = language_of(language, settings)
    today = folder.load(register)
    old = history.at(register, against) if against is not None else None
    changes = comparing.against(old, today) if against is not None else comparing.approvals(today)
    found = checking.differences(today, _assignment(today, settings, register))
    differs = any(change.differs for change in changes) or bool(found)
    if format is Shape.json:
        entries = [
            {"activity": one.activity, "code": one.code, "differs": one.differs, "says": one.says(tongue)}
            for one in changes
        ]
        digests = {one.id: one.machine.digest for one in today.activities if one.machine}
        document = {
            "schema": "recense.register.diff/1",
            "against": against,
            "changes": entries,
            "data": [_gap(one, tongue) for one in found],
            "digests": digests,
        }
        console.data(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        rows = [(one.activity or "-", one.says(tongue)) for one in changes]
        rows += [(one.activity or "-", one.says(tongue)) for one in found]
        console.data(console.table([_heads(tongue, "activity", "difference"), *rows]))
    if exit_code and differs:
        raise typer.Exit(ExitCode.BLOCKED)


def check(
    register: FolderOption = DEFAULT,
    max_age: Annotated[
        str | None, typer.Option("--max-age", metavar="AGE", help="Exit 1 when a last scan is older: 30d, 6w.")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option("--fail-on", metavar="KIND", help="Exit 1 on: gap, where_possible, beyond, unregistered, unseen."),
    ] = None,
    format: ShapeOption = Shape.table,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """List what Article 30 asks for and the register does not say, by letter.

    Exits 0 unless --max-age or --fail-on asks for more. An entry is an indicator for review.
    """
    from recense.register import checking, folder

    kinds = set(fail_on or ())
    for kind in kinds - set(checking.KINDS):
        raise UserError(unknown("kind", kind, checking.KINDS))
    oldest = checking.age(max_age) if max_age is not None else None
    settings = load_config(config, catalog)
    tongue = language_of(language, settings)
    today = folder.load(register)
    found = [*checking.gaps(today), *checking.differences(today, _assignment(today, settings, register))]
    if oldest is not None:
        found += checking.stale(today, oldest, datetime.now(UTC))
        kinds.add("stale")
    counts = Counter(gap.kind for gap in found)
    if format is Shape.json:
        document = {
            "schema": "recense.register.check/1",
            "activities": len(today.activities),
            "entries": [_gap(one, tongue) for one in found],
            "summary": dict(sorted(counts.items())),
        }
        console.data(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        rows = [(one.activity or "-", _kind(one, tongue), one.says(tongue)) for one in found]
        console.data(console.table([_heads(tongue, "activity", "kind", "what"), *rows]))
    if kinds & counts.keys():
        raise typer.Exit(ExitCode.BLOCKED)


def export(
    output: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="register.xlsx, .ods, .html, .csv, .jsonld (DPV) or .yaml (fideslang)."),
    ],
    register: FolderOption = DEFAULT,
    format: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="Default: what the file's name says.")
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="Language of the labels.")] = Language.fr,
) -> None:
    """Write the register as XLSX, ODS, HTML, CSV, JSON-LD (DPV) or fideslang YAML.

    An export is generated: change the register, not the export.
    """
    from recense.register import exports, folder

    chosen = format or exports.SUFFIXES.get(output.suffix.lower())
    if chosen is None:
        raise UserError(f"cannot tell the format from '{output.name}'; use --format: {', '.join(exports.FORMATS)}")
    check_output(output)
    content = exports.export(folder.load(register), chosen, str(language))
    console.save_bytes(content, output)
    console.note(f"recense: wrote {output}")


def new(
    id: Annotated[str, typer.Argument(metavar="ID", help="Name of the file: letters, digits, '-', '_' and '.'.")],
    name: Annotated[str, typer.Option("--name", help="The activity's name in French.")],
    processor: Annotated[bool, typer.Option("--processor", help="On behalf of another controller (30(2)).")] = False,
    register: FolderOption = DEFAULT,
) -> None:
    """Begin an activity by hand; what nobody stated stays unknown."""
    from recense.register import drafts, folder

    path = folder.path_of(register, id)
    text = drafts.blank_text(id, name, "processor" if processor else "controller")
    folder.parse_activity(text, str(path))
    folder.create(path, text)
    console.data(str(path))


def schema(
    organisation: Annotated[bool, typer.Option("--organisation", help="Of organisation.yaml.")] = False,
) -> None:
    """Print the JSON Schema of an activity file, for editors."""
    from recense.register.model import json_schema

    console.data(json.dumps(json_schema(organisation), indent=2))


def built_text(built: Built, language: str) -> str:
    """Returns what a build did, in a table, and what is left to assign."""
    from recense.policy import taxonomy
    from recense.register.checking import differences, undescribed

    entries, known = built.assignment.by_activity, taxonomy().categories

    def labels(category: str) -> str:
        return known[category].label[language] if category in known else category

    rows = [_heads(language, "activity", "datasets", "undescribed")]
    rows += [
        (activity.id, str(len(entries[activity.id])), ", ".join(map(labels, undescribed(activity))) or "-")
        for activity in built.register.activities
        if activity.active
    ]
    lines = [str(path) for path in built.created]
    lines += [console.table(rows), ""]
    lines += [gap.says(language) for gap in differences(built.register, built.assignment) if gap.kind == "unregistered"]
    for id_, datasets in sorted(built.proposals.items()):
        lines += [f"{dataset.dataset}: {id_} ?" for dataset in datasets]
    return console.printable("\n".join(lines).strip())


def _assignment(register: Register, settings: Config, place: Path) -> Assignment | None:
    """Returns how the latest run's datasets are assigned; None without a catalog or a run."""
    from recense.register.building import home_of
    from recense.register.facts import assign, of_run

    file = settings.catalog_file()
    if file is not None and not file.exists():
        console.note("recense: no catalog here: the register is not held against a scan")
        return None
    with open_catalog(settings) as kept:
        if not any(run.status in {"complete", "incomplete"} for run in kept.runs()):
            return None
        facts = of_run(kept.run(), home_of(place))
    return assign(register.organisation, register.activities, facts.datasets)


def _gap(gap: Gap, language: str) -> dict[str, Any]:
    return {
        "activity": gap.activity,
        "article": gap.article or None,
        "kind": gap.kind,
        "code": gap.code,
        "names": dict(gap.names),
        "says": gap.says(language),
    }


def _heads(language: str, *keys: str) -> tuple[str, ...]:
    from recense.register.words import Words

    return tuple(Words(language)(f"heads.{key}").upper() for key in keys)


def _kind(gap: Gap, language: str) -> str:
    from recense.register.words import Words

    return Words(language)(f"kinds.{gap.kind}")
