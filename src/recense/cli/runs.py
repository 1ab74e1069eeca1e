"""``runs``, ``report``, ``explain`` and ``replay``: what the catalog knows, without opening a source."""

from __future__ import annotations

import re
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from recense.cli import console
from recense.cli.options import (
    CatalogOption,
    ConfigOption,
    FormatOption,
    Language,
    LanguageOption,
    OutputOption,
    RunArgument,
    language_of,
    load_config,
    open_catalog,
    show,
)
from recense.errors import UserError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from recense.catalog import Catalog, DatasetProfile
    from recense.config import Config
    from recense.model import Finding, ScanRun, Witness
    from recense.policy import Category, Entity


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("report")(report)
    app.command("explain")(explain)
    app.command("replay")(replay)
    app.command("runs")(runs)


def report(
    run: RunArgument = None,
    format: FormatOption = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Show a stored run again, in any format; html adds decisions, retention, the register and coverage.

    A page of HTML is French unless recense.yaml or --lang says otherwise. When it has to leave findings out, all of
    them are written as CSV next to it.
    """
    settings = load_config(config, catalog)
    with open_catalog(settings) as kept:
        found = kept.run(run)
        if (format or settings.report_format) != "html":
            show(found, settings, format, language, output)
            return
        _page(kept, found, settings, language_of(language, settings), output)


def _page(kept: Catalog, run: ScanRun, settings: Config, language: str, output: Path | None) -> None:
    from recense.reports import render
    from recense.reports.dashboard.static_page import is_cut, static_page

    beside = output.with_suffix(".csv") if output is not None and is_cut(run) else None
    text = static_page(kept, run, language, settings.register_folder(), beside.name if beside else None)
    if output is None:
        console.data(text)
        return
    console.save(text, output)
    if beside is not None:
        console.save(render(run, "csv", language=language), beside)
        console.note(f"recense: the page is cut; all findings: {beside}")


def replay(
    run: RunArgument = None,
    format: FormatOption = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Judge a stored run with today's rules and policy, as a new run.

    No source is opened: the stored counts are enough.
    """
    from recense.pipelines.conclusion import replay as judge_again

    settings = load_config(config, catalog)
    policy = settings.load_policy()
    with open_catalog(settings) as kept:
        show(judge_again(kept, run, policy), settings, format, language, output)


def runs(catalog: CatalogOption = None, config: ConfigOption = None) -> None:
    """List the runs in the catalog, latest first."""
    settings = load_config(config, catalog)
    with open_catalog(settings) as kept:
        rows = [("RUN", "STARTED", "STATUS", "RULES")]
        rows += [(run.id, run.started, run.status, run.rules) for run in kept.runs()]
    console.data(console.table(rows))


def explain(
    finding: Annotated[
        str,
        typer.Argument(
            metavar="FINDING", help="Its id, the id's beginning, or DATASET.COLUMN; or a code of the gate: PD901."
        ),
    ],
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Default: the latest run that ended.")] = None,
    why_not: Annotated[
        bool, typer.Option("--why-not", help="FINDING is a DATASET.COLUMN without a finding: show why it has none.")
    ] = False,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what speaks for a finding and what against it, in counts; or what a code of 'recense check' means."""
    if re.fullmatch(r"PD\d{3}", finding):
        console.data(_rule(finding, language or Language.en))
        return
    settings = load_config(config, catalog)
    with open_catalog(settings) as kept:
        found = kept.run(run)
        profiles = kept.profiles(found.id) if why_not else []
    matches = _named(found, finding)
    if why_not:
        if matches:
            raise UserError(f"{finding} has a finding: 'recense explain {finding}' shows why")
        console.data("\n\n".join(_silences(profiles, finding, found.id)))
        return
    if not matches:
        raise UserError(
            f"run {found.id} has no finding '{finding}'; its ids stand in 'recense report {found.id} --format json'"
            " ('--why-not' tells why a column has none)"
        )
    console.data("\n\n".join(_explanation(match) for match in matches))


def _rule(code: str, language: Language) -> str:
    from recense.gate.codes import RULES

    rule = RULES.get(code)
    if rule is None:
        raise UserError(unknown("code", code, RULES))
    why, fix = {"en": ("why", "to do"), "fr": ("pourquoi", "à faire")}[language]
    category = f"\n{rule.category}" if rule.category else ""
    return f"{rule.code}: {rule.title[language]}{category}\n{why}: {rule.why[language]}\n{fix}: {rule.fix[language]}"


def _named(run: ScanRun, name: str) -> list[Finding]:
    """Returns the findings that a word names: by id, by the beginning of one, or by dataset and column."""
    by_id = [finding for finding in run.findings if len(name) >= 4 and finding.id.startswith(name)]
    return by_id or [finding for finding in run.findings if f"{finding.dataset}.{finding.column}" == name]


def _explanation(finding: Finding) -> str:
    from recense.policy import taxonomy

    words = taxonomy()
    category, entity = words.categories.get(finding.category), words.entities.get(finding.entity)
    article = f", Article {category.article} of the GDPR" if category and category.article else ""
    proof = finding.proof.replace("_", " ")
    lines = [
        f"{finding.id}  {finding.dataset}.{finding.column}",
        f"source    {finding.source}",
        f"category  {finding.category}{_in_words(category, article)}",
        f"entity    {finding.entity}{_in_words(entity)}",
        f"proof     {proof}, score {finding.score:.2f}",
        f"cells     {finding.matched:,} of {finding.cells:,} ({finding.share:.1%})",
    ]
    for title, against in (("for", False), ("against", True)):
        spoken = [witness for witness in finding.evidence if (witness.kind == "against") is against]
        lines.append(f"{title}:" if spoken else f"{title}: nothing")
        lines += [_testimony(witness) for witness in spoken]
    return console.printable("\n".join(lines))


def _silences(profiles: Iterable[DatasetProfile], name: str, run: str) -> Iterator[str]:
    """Yields what was heard of the columns of this name, one text per source that has one."""
    from recense.scanners.why_not import why_not

    datasets, found = set(), False
    for part in profiles:
        datasets.add(part.dataset.name)
        path = name.removeprefix(f"{part.dataset.name}.")
        profile = part.columns.get(path)
        if path == name or profile is None:
            continue
        found = True
        read = f"{profile.cells:,} cells, {profile.nulls:,} null, {profile.distinct:,} distinct"
        lines = [name, f"source    {part.dataset.source}", f"read      {read}", "no finding:"]
        lines += [_testimony(witness) for witness in why_not(part.dataset, part.columns, path)]
        yield console.printable("\n".join(lines))
    if not found:
        raise UserError(f"run {run} has no column '{name}'; its datasets: {', '.join(sorted(datasets)) or 'none'}")


def _in_words(known: Category | Entity | None, more: str = "") -> str:
    return f" ({known.label['en']}{more})" if known else ""


def _testimony(witness: Witness) -> str:
    """Returns a witness's sentence after its kind and detector; on a terminal wrapped under itself."""
    head = f"  {witness.kind:<10} {witness.detector:<20} "
    if not sys.stdout.isatty():
        return head + witness.says
    return textwrap.fill(head + witness.says, max(console.width(), 72), subsequent_indent=" " * 13)
