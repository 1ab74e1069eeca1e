"""``recense check``: the gate. No database, no rows but those of fixtures, none of the scanning libraries."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recense.cli import console
from recense.cli.options import ConfigOption, Language, QuietOption
from recense.errors import ConfigError, ExitCode, TargetError, UserError

if TYPE_CHECKING:
    from recense.cli.gathering import Gathered

FormatsOption = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="text, table, json, jsonl, sarif, junit, github, gitlab, markdown."
    ),
]
PathArgument = Annotated[Path, typer.Argument(metavar="[PATH]", help="A file or a folder.")]
ApprovalsOption = Annotated[
    Path | None,
    typer.Option("--approvals", metavar="FILE", help="Default: recense-approvals.yaml beside what is checked."),
]
PolicyOption = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Privacy policy: approvers and whom to ask.")
]


def add_to(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("check")(check)


def check(
    path: PathArgument = Path(),
    base: Annotated[
        str | None, typer.Option("--base", metavar="REF", help="Mark what is new since this revision.")
    ] = None,
    approvals: ApprovalsOption = None,
    policy: PolicyOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings and notes fail too.")] = False,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Give what blocks today 90 days, as decision 'inherited'.")
    ] = False,
    format: FormatsOption = "text",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here, not to stdout.")
    ] = None,
    report: Annotated[
        list[str] | None, typer.Option("--report", metavar="FORMAT=FILE", help="Write this format too; repeatable.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=0, metavar="N", help="Fields shown; 0 shows all.")] = None,
    language: Annotated[Language, typer.Option("--lang", help="Language of the rule help.")] = Language.en,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Judge approvals as on this day.")
    ] = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Check a repository: which declared fields are personal, which of them are approved.

    Exits 1 when a field blocks, 3 when a statement could not be read and recense.yaml does not allow it, else 0.
    """
    from recense.cli.gathering import gather
    from recense.gate.formats import check_name, render

    reports = [_report(entry) for entry in report or []]
    for name in (format, *(name for name, _ in reports)):
        check_name(name)
    gathered = gather(
        path, base=base, approvals=approvals, policy=policy, config=config, today=day(as_of), strict=strict
    )
    if write_baseline:
        from recense.cli.approvals import write_baseline as write

        write(gathered)
        gathered = gather(
            path, base=base, approvals=approvals, policy=policy, config=config, today=day(as_of), strict=strict
        )
    shown = None if limit is None else limit or len(gathered.check.fields) + len(gathered.check.unread)
    text = render(gathered.check, format, limit=shown, language=language)
    if output is None:
        console.data(text)
    else:
        console.save(text, output)
    for name, file in reports:
        console.save(render(gathered.check, name, language=language), file)
    if not quiet:
        _tell(gathered, format)
    raise typer.Exit(_code(gathered))


def _code(gathered: Gathered) -> ExitCode:
    if gathered.check.fails:
        return ExitCode.BLOCKED
    return ExitCode.INCOMPLETE if gathered.check.unread else ExitCode.CLEAN


def _tell(gathered: Gathered, format: str) -> None:
    """Says on stderr what a machine's format does not show to who watches the log."""
    from recense.gate.formats.json_document import counts
    from recense.gate.formats.visible import summary

    if format not in ("text", "table"):
        console.note(summary(counts(gathered.check)))


def _report(entry: str) -> tuple[str, Path]:
    name, equals, file = entry.partition("=")
    if not equals or not file:
        raise UserError(f"--report takes FORMAT=FILE, such as sarif=recense.sarif, not '{entry}'")
    return name, Path(file)


def day(text: str | None) -> datetime.date:
    """Returns a day given as ``2026-11-22``, today when none is given.

    Raises:
        UserError: it is no date.
    """
    if text is None:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UserError(f"'{text}' is no date; write it as 2026-11-22") from None


__all__ = ["ApprovalsOption", "ConfigError", "PathArgument", "PolicyOption", "TargetError", "add_to", "check", "day"]
