"""``--format table``: what a person at a terminal reads, at 80 columns as well as at 40 or 200.

Nothing wraps in a table: names are cut in their middle, and the columns that matter least go first when the line is
narrow. Colour only repeats what a word says.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recense.reports import Look, report
from recense.reports.view import DatasetView, FindingView, View
from recense.reports.visible import clipped, shortened

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 40
INDENT = 2
GAP = 2
ENOUGH = 36
"""Cells that the flexible columns of a table should have together; lesser columns are dropped to reach it."""
SHOWN_CLEAN = 12
"""Datasets without a finding that are listed; the line after them says how many more there are."""

STYLES = {
    "proved": "bold",
    "indicated": "",
    "to_check": "dim",
    "protected": "bold red",
    "undeclared": "yellow",
    "prohibited": "bold red",
    "open": "yellow",
    "declared": "green",
    "failed": "bold red",
    "partial": "yellow",
    "complete": "green",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the table.

    Attributes:
        name: a name, cut in its middle; other texts are cut at their end.
        flexible: gives way when the line is narrow.
        drop: fields are dropped in this order when the line is narrower still; 0 is never dropped.
    """

    head: str
    text: Callable[[FindingView], str]
    style: Callable[[FindingView], str]
    right: bool = False
    name: bool = False
    flexible: bool = False
    drop: int = 0


@report("table")
def terminal_table(view: View, look: Look) -> str:
    """Returns the report as lines that are at most ``look.width`` terminal cells wide."""
    from rich.console import Console

    width = max(look.width, NARROWEST)
    page = io.StringIO()
    console = Console(
        file=page,
        width=width,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        no_color=not look.colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    _head(console, view)
    _protected(console, view, width)
    _findings(console, view, width)
    _clean_datasets(console, view, width)
    _unread(console, view, width)
    _coverage(console, view, width)
    console.print(f"\n{view.t('intro')}", style="dim")
    return "\n".join(line.rstrip(" ") for line in page.getvalue().split("\n"))


def _head(console: Console, view: View) -> None:
    t, summary = view.t, view.summary
    console.print(f"recense · {view.started} · {view.status_label}", style="dim")
    counts = (
        t("count.sources", n=len(view.sources)),
        t("count.datasets", n=summary.datasets),
        t("count.rows", n=summary.rows_read),
        t("count.columns", n=summary.columns),
    )
    console.print(" · ".join(counts), style="dim")
    console.print(view.result, style="bold")
    if view.changes:
        marked = f" ({view.t('changes.marked')})" if view.changes.new else ""
        console.print(f"{view.changes.line}{marked}")
        for detail in view.changes.details:
            _line(console, [(detail, "dim")], console.width)
    for warning in view.warnings:
        console.print(f"! {warning}", style="yellow")


def _title(console: Console, text: str) -> None:
    console.print(f"\n{text}", style="bold")


def _protected(console: Console, view: View, width: int) -> None:
    from rich.text import Text

    if view.protected is None:
        return
    t = view.t
    _title(console, t("section.protected").upper())
    console.print(view.protected.sentence, style=STYLES["protected"])
    fields = [
        Field(t("head.where"), lambda one: one.place, lambda one: "bold", name=True, flexible=True),
        Field(t("head.what"), _what(view, category=True), lambda one: STYLES["protected"], flexible=True),
        _proof(view),
        *_numbers(view),
    ]
    _table(console, fields, [view.protected.findings], width)
    console.print()
    for category in view.categories:
        if category.article:
            console.print(Text.assemble((category.label, "bold"), f". {category.action}"))


def _what(view: View, *, category: bool = False) -> Callable[[FindingView], str]:
    """Returns the function that says what a finding is: its entity or category, marked when it is protected."""

    def what(one: FindingView) -> str:
        article = f"{view.t(f'article.{one.article}.short')} · " if one.article else ""
        return f"{article}{one.category_label if category else one.entity_label}"

    return what


def _proof(view: View) -> Field:
    return Field(view.t("head.proof"), lambda one: one.proof_label, lambda one: STYLES[one.proof])


def _findings(console: Console, view: View, width: int) -> None:
    datasets = [one for one in view.datasets if one.findings]
    if not datasets:
        return
    t = view.t
    _title(console, t("section.findings").upper())
    fields = [
        Field(t("head.column"), lambda one: one.column, lambda one: "", name=True, flexible=True),
        Field(
            t("head.what"),
            _what(view),
            lambda one: STYLES["protected"] if one.article else "",
            flexible=True,
        ),
        _proof(view),
        *_numbers(view),
    ]
    if view.has_policy:
        fields.append(
            Field(
                t("head.policy"),
                lambda one: one.declared_label or "",
                lambda one: STYLES.get(one.declared or "", ""),
            )
        )
    titles = [lambda one=one: _dataset_title(console, view, one, width) for one in datasets]
    _table(console, fields, [one.findings for one in datasets], width, titles)


def _numbers(view: View) -> tuple[Field, Field]:
    """Returns the columns with the cells that speak for a finding and their share."""
    t = view.t

    def cells(one: FindingView) -> str:
        return t.number(one.exact.matched) if one.exact.matched else t("none")

    return (
        Field(t("head.cells"), cells, lambda one: "", right=True, drop=1),
        Field(t("head.share"), lambda one: one.share or t("none"), lambda one: "", right=True, drop=2),
    )


def _dataset_title(console: Console, view: View, dataset: DatasetView, width: int) -> None:
    console.print()
    source = [(f"  {dataset.source}", "dim")] if len(view.sources) != 1 else []
    _line(console, [(dataset.dataset, "bold"), *source], width)
    console.print(f"{dataset.rows} · {dataset.columns}", style="dim")


def _clean_datasets(console: Console, view: View, width: int) -> None:
    datasets = [one for one in view.datasets if not one.findings]
    if not datasets:
        return
    _title(console, view.t("section.clean_datasets").upper())
    for one in datasets[:SHOWN_CLEAN]:
        tail = f"  {one.rows} · {one.columns}"
        _line(console, [(one.dataset, ""), (tail, "dim")], width)
    if len(datasets) > SHOWN_CLEAN:
        console.print(view.t("count.more", n=len(datasets) - SHOWN_CLEAN), style="dim")


def _unread(console: Console, view: View, width: int) -> None:
    if not view.gaps:
        return
    _title(console, view.t("section.unreadable").upper())
    for gap in view.gaps:
        _line(console, [(gap.what, ""), (f"  {gap.label}", "yellow")], width)
        _indented(console, gap.reason)


def _coverage(console: Console, view: View, width: int) -> None:
    if not (view.sources or view.coverage):
        return
    _title(console, view.t("section.coverage").upper())
    for source in view.sources:
        _line(console, [(source.uri, ""), (f"  {source.status_label}", STYLES.get(source.status, ""))], width)
        if source.reason:
            _indented(console, source.reason)
    for sentence in view.coverage:
        console.print(sentence)


def _indented(console: Console, text: str) -> None:
    from rich.padding import Padding

    console.print(Padding(text, (0, 0, 0, INDENT)), style="dim")


def _line(console: Console, parts: Sequence[tuple[str, str]], width: int) -> None:
    """Prints parts on one line; the first is cut in its middle so that the rest fits, if half the line is enough."""
    from rich.cells import cell_len
    from rich.text import Text

    (first, style), *rest = parts
    tails = [(shortened(text, width // 2), tail_style) for text, tail_style in rest]
    room = width - sum(cell_len(text) for text, _ in tails)
    line = Text(shortened(first, room), style=style)
    for text, tail_style in tails:
        line.append(text, style=tail_style)
    _raw(console, line)


def _raw(console: Console, line: object) -> None:
    """Prints a line that has been made to fit."""
    console.print(line, no_wrap=True, overflow="ignore", crop=False)


def _table(
    console: Console,
    fields: Sequence[Field],
    groups: Sequence[Sequence[FindingView]],
    width: int,
    titles: Sequence[Callable[[], None]] = (),
) -> None:
    """Prints groups of findings under one set of column widths, so that they line up over the whole report."""
    kept, widths = _fit(fields, [one for group in groups for one in group], width - INDENT)
    _row(console, " ", [(field.head, "dim") for field in kept], kept, widths)
    for index, group in enumerate(groups):
        if titles:
            titles[index]()
        for one in group:
            cells = [(field.text(one), field.style(one)) for field in kept]
            _row(console, "+" if one.new else " ", cells, kept, widths)


def _row(
    console: Console, mark: str, cells: Iterable[tuple[str, str]], fields: Sequence[Field], widths: Sequence[int]
) -> None:
    from rich.cells import cell_len
    from rich.text import Text

    line = Text(mark.ljust(INDENT))
    for index, ((text, style), field, width) in enumerate(zip(cells, fields, widths, strict=True)):
        shown = shortened(text, width) if field.name else clipped(text, width)
        pad = " " * (width - cell_len(shown))
        line.append(" " * GAP if index else "")
        line.append(pad if field.right else "")
        line.append(shown, style=style)
        line.append("" if field.right else pad)
    _raw(console, line)


def _fit(fields: Sequence[Field], rows: Sequence[FindingView], room: int) -> tuple[list[Field], list[int]]:
    """Returns the fields that fit and their widths: first the droppable ones go, then the flexible ones shrink."""
    from rich.cells import cell_len

    natural = {field.head: max(cell_len(text) for text in [field.head, *map(field.text, rows)]) for field in fields}
    kept = list(fields)
    while True:
        fixed = sum(natural[field.head] for field in kept if not field.flexible) + GAP * (len(kept) - 1)
        flexible = [natural[field.head] for field in kept if field.flexible]
        droppable = sorted((field for field in kept if field.drop), key=lambda field: field.drop)
        if not droppable or room - fixed >= min(sum(flexible), ENOUGH):
            break
        kept.remove(droppable[0])
    shares = iter(_shrink(flexible, max(room - fixed, 2 * len(flexible))))
    return kept, [next(shares) if field.flexible else natural[field.head] for field in kept]


def _shrink(widths: Sequence[int], room: int) -> list[int]:
    """Returns widths that fit the room: the widest give way first.

    >>> _shrink([40, 12], 46), _shrink([40, 30], 46)
    ([34, 12], [23, 23])
    """
    fitted = list(widths)
    while sum(fitted) > room:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted
