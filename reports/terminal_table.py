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
from recense.reports.visible import shortened

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 40
INDENT = 2
GAP = 2
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
        drop: fields are dropped in this order when the line is narrow; 0 is never dropped.
    """

    head: str
    text: Callable[[FindingView], str]
    style: Callable[[FindingView], str]
    right: bool = False
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
        console.print(view.changes.line)
        for gone in view.changes.gone:
            _line(console, [(f"{t('changes.gone')}: {gone}", "dim")], console.width)
    for warning in view.warnings:
        console.print(f"! {warning}", style="yellow")


def _title(console: Console, text: str) -> None:
    console.print(f"\n{text}", style="bold")


def _protected(console: Console, view: View, width: int) -> None:
    if view.protected is None:
        return
    t = view.t
    _title(console, t("section.protected").upper())
    console.print(f"{view.protected.lead}: {view.protected.cells}.", style=STYLES["protected"])
    fields = [
        Field(t("head.where"), lambda one: one.place, lambda one: "bold", flexible=True),
        Field(t("head.what"), _what(view, category=True), lambda one: STYLES["protected"], flexible=True),
        _proof(view),
        Field(t("head.cells"), lambda one: one.cells, lambda one: "", right=True, drop=2),
        Field(t("head.share"), lambda one: one.share, lambda one: "", right=True, drop=1),
    ]
    _table(console, fields, [view.protected.findings], width)
    for category in view.categories:
        if category.article:
            console.print()
            _line(console, [(category.label, "bold")], width)
            console.print(category.action)


def _what(view: View, *, category: bool = False) -> Callable[[FindingView], str]:
    """Returns the function that says what a finding is: its entity, marked when it is protected or new."""

    def what(one: FindingView) -> str:
        article = f"{view.t(f'article.{one.article}.short')} · " if one.article else ""
        new = f" ({view.t('new')})" if one.new else ""
        return f"{article}{one.category_label if category else one.entity_label}{new}"

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
        Field(t("head.column"), lambda one: one.column, lambda one: "", flexible=True),
        Field(
            t("head.what"),
            _what(view),
            lambda one: STYLES["protected"] if one.article else "",
            flexible=True,
        ),
        _proof(view),
        Field(t("head.cells"), _matched(view), lambda one: "", right=True, drop=1),
        Field(t("head.share"), lambda one: one.share, lambda one: "", right=True, drop=2),
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


def _matched(view: View) -> Callable[[FindingView], str]:
    return lambda one: view.t.number(one.exact.matched) if one.exact.matched else view.t("none")


def _dataset_title(console: Console, view: View, dataset: DatasetView, width: int) -> None:
    clean = f", {view.t('count.clean', n=len(dataset.clean))}" if dataset.clean else ""
    console.print()
    _line(console, [(dataset.dataset, "bold")], width)
    if len(view.sources) != 1:
        _line(console, [(dataset.source, "dim")], width)
    console.print(f"{dataset.rows} · {dataset.columns}{clean}", style="dim")


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
    failing = [one for one in view.sources if one.status != "complete"]
    if not (view.unreadable or failing):
        return
    _title(console, view.t("section.unreadable").upper())
    for source in failing:
        status = STYLES.get(source.status, "")
        _line(console, [(source.uri, ""), (f"  {source.status_label}", status)], width)
        if source.reason:
            _indented(console, source.reason)
    for one in view.unreadable:
        _line(console, [(one.path, ""), (f"  {one.label}", "yellow")], width)
        if one.reason:
            _indented(console, one.reason)


def _coverage(console: Console, view: View, width: int) -> None:
    if not view.coverage:
        return
    _title(console, view.t("section.coverage").upper())
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
    for index, group in enumerate(groups):
        if titles:
            titles[index]()
        _row(console, [(field.head, "dim") for field in kept], kept, widths)
        for one in group:
            _row(console, [(field.text(one), field.style(one)) for field in kept], kept, widths)


def _row(console: Console, cells: Iterable[tuple[str, str]], fields: Sequence[Field], widths: Sequence[int]) -> None:
    from rich.cells import cell_len
    from rich.text import Text

    line = Text(" " * INDENT)
    for index, ((text, style), field, width) in enumerate(zip(cells, fields, widths, strict=True)):
        shown = shortened(text, width)
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


ENOUGH = 38
"""Cells that the flexible columns together should keep before a lesser column is dropped."""


def _shrink(widths: Sequence[int], room: int) -> list[int]:
    """Returns widths that fit the room: the widest give way first.

    >>> _shrink([40, 12], 46), _shrink([40, 30], 46)
    ([34, 12], [23, 23])
    """
    fitted = list(widths)
    while sum(fitted) > room:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted
