"""``recense policy``: what the privacy policy says, what to look at in it, and what was found beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
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
    OutputOption,
    RunArgument,
    check_output,
    load_config,
    open_catalog,
)
from recense.errors import ExitCode, UserError, unknown

if TYPE_CHECKING:
    from recense.policy.lint import Gap
    from recense.policy.model import Policy

PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", "-p", metavar="FILE", help="Policy file. Default: the one that recense.yaml names."),
]
PolicyArgument = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Policy file. Default: the one that recense.yaml names.")
]


class Severity(StrEnum):
    """How soon a person should look."""

    high = "high"
    medium = "medium"
    low = "low"


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(
        help="The privacy policy: show it, lint it, compare it with what was found.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("lint")(lint)
    group.command("show")(show)
    group.command("compare")(compare)
    group.command("schema")(schema)
    app.add_typer(group, name="policy")


def chosen(file: Path | None, config: Path | None) -> Policy:
    """Returns the policy that a command is about.

    Raises:
        UserError: no file was named, and recense.yaml names none.
        ConfigError: the file is wrong.
    """
    from recense.policy.loading import load

    if file is not None:
        return load(file)
    found = load_config(config, None).load_policy()
    if found is None:
        raise UserError("no policy: name a file, or write 'policy: policy.yaml' into recense.yaml (see 'recense init')")
    return found


def lint(
    file: PolicyArgument = None,
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="table or json.")] = "table",
    fail_on: Annotated[
        Severity | None, typer.Option("--fail-on", help="Exit 1 when there is a gap of this severity or a higher one.")
    ] = None,
    language: LanguageOption = None,
    config: ConfigOption = None,
) -> None:
    """List what a person should look at in a policy.

    Gaps of the text, and where it differs from the law of its jurisdictions: indicators for review, with sources.
    """
    from recense.policy.lint import SEVERITIES
    from recense.policy.lint import lint as look

    _known(format, ("table", "json"))
    policy = chosen(file, config)
    gaps = look(policy)
    tongue = str(language or Language.en)
    if format == "json":
        console.data(json.dumps(_document(policy, gaps), ensure_ascii=False, indent=2))
    else:
        console.data("\n".join(_lines(gaps, tongue)) or _NOTHING[tongue])
        counts = ", ".join(f"{sum(gap.severity == word for gap in gaps)} {word}" for word in SEVERITIES)
        console.note(f"{policy.id}: {len(gaps)} to look at ({counts}); indicators for review, not advice")
    if fail_on and any(SEVERITIES.index(gap.severity) <= SEVERITIES.index(fail_on.value) for gap in gaps):
        raise typer.Exit(ExitCode.BLOCKED)


_NOTHING = {"en": "Nothing to look at.", "fr": "Rien à examiner."}
_SEVERITY = {
    "en": {"high": "high", "medium": "medium", "low": "low", "info": "info"},
    "fr": {"high": "haute", "medium": "moyenne", "low": "basse", "info": "info"},
}
_RECALLED = {"en": "to be read again", "fr": "à relire"}


def _lines(gaps: Sequence[Gap], language: str) -> list[str]:
    import textwrap

    width, lines = max(console.width(), 60), []
    for gap in gaps:
        lines.append(f"{_SEVERITY[language][gap.severity]}  {gap.code}  {gap.place}")
        lines += textwrap.wrap(gap.text(language), width, initial_indent="  ", subsequent_indent="  ")
        if gap.sources:
            again = f" ({_RECALLED[language]})" if gap.provenance == "recalled" else ""
            lines += textwrap.wrap(
                "; ".join(gap.sources) + again, width, initial_indent="  ↳ ", subsequent_indent="    "
            )
    return [console.printable(line) for line in lines]


def _document(policy: Policy, gaps: Sequence[Gap]) -> dict[str, Any]:
    return {
        "schema": "recense.policy-lint/1",
        "policy": policy.name,
        "jurisdictions": list(policy.jurisdictions),
        "gaps": [
            {
                "code": gap.code,
                "severity": gap.severity,
                "place": gap.place,
                "text": {language: gap.text(language) for language in ("en", "fr")},
                "sources": list(gap.sources),
                "provenance": gap.provenance,
            }
            for gap in gaps
        ],
    }


def show(file: PolicyArgument = None, config: ConfigOption = None) -> None:
    """Print the policy as it was read, defaults filled in, as JSON."""
    policy = chosen(file, config)
    console.data(json.dumps(policy.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2))


def schema() -> None:
    """Print the JSON Schema of a policy file, for editors."""
    from recense.policy.loading import json_schema

    console.data(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def compare(
    run: RunArgument = None,
    format: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="table, json, markdown or html.")
    ] = "table",
    output: OutputOption = None,
    policy: PolicyOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Hold what a run found against the policy, both ways.

    Found and not declared, excluded or outside it; declared and never seen. No source is opened.
    """
    from recense.policy.comparison import compare as hold
    from recense.reports.declared_page import FORMATS, render

    _known(format, FORMATS)
    check_output(output)
    settings = load_config(config, catalog)
    said = chosen(policy, config)
    with open_catalog(settings) as kept:
        comparison = hold(kept.run(run), said)
    width = console.width() if output is None and sys.stdout.isatty() else 80
    text = render(comparison, format, language=str(language or settings.report_language), width=width)
    if output is None:
        console.data(text)
    else:
        console.save(text, output)
        console.note(f"report: {output}")


def _known(format: str, known: Sequence[str] | dict[str, Any]) -> None:
    if format not in known:
        raise UserError(unknown("format", format, known))
