"""Declared against found for ``recense policy compare``: terminal, JSON, Markdown and a self-contained page."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from recense.errors import UserError, unknown
from recense.reports.declared_view import DeclaredView, Entry, view_of
from recense.reports.document import dump
from recense.reports.html_page import environment, style
from recense.reports.markdown_page import cell, prose
from recense.reports.markdown_page import table as markdown_table
from recense.reports.visible import shortened

if TYPE_CHECKING:
    from recense.policy.comparison import Comparison

SCHEMA = "recense.declared/1"
SHOWN = 6
"""Findings of one group that the terminal lists; the page lists ``MOST``, and JSON all."""
MOST = 1_000


def render(comparison: Comparison, format: str, *, language: str = "en", width: int = 80) -> str:
    """Returns a comparison as text that ends with a line break.

    Args:
        comparison: of ``recense.policy.comparison.compare``.
        format: ``table``, ``json``, ``markdown`` or ``html``.
        language: ``fr`` or ``en``; JSON uses ids and ignores it.
        width: cells of a terminal line.

    Raises:
        UserError: no such format or language.
    """
    if format not in FORMATS:
        raise UserError(unknown("format", format, FORMATS))
    if format == "json":
        return _json(comparison)
    return FORMATS[format](view_of(comparison, language), width)


def _table(view: DeclaredView, width: int) -> str:
    return "\n".join(_lines(view, max(width, 40))) + "\n"


def _lines(view: DeclaredView, width: int) -> Iterator[str]:
    def wrapped(text: str, indent: str = "") -> list[str]:
        return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)

    yield from wrapped(view.title.upper())
    yield from wrapped(view.policy)
    yield from wrapped(view.counts)
    for warning in view.warnings:
        yield from wrapped(warning)
    if not view.entries:
        yield from ("", view.t("compare.nothing"))
    word = ""
    for entry in view.entries:
        if entry.word != word:
            word = entry.word
            yield from ("", entry.word_label.upper())
        if entry.word == "declared" and not entry.remarks:  # as the policy says: a line is enough here
            yield from wrapped(f"{entry.headline} ({view.t('count.columns', n=len(entry.rows))})")
            continue
        yield from wrapped(entry.headline)
        if entry.quote:
            yield from wrapped(entry.quote, "  ")
        for remark in entry.remarks:
            yield from wrapped(remark, "  ")
        yield from _rows(view, entry, width)
    if view.missing:
        yield from ("", view.t("compare.unseen").upper())
        yield from wrapped(view.t("compare.unseen_why"))
        for one in view.missing:
            remark = f", {one.remark}" if one.remark else ""
            yield from wrapped(f"{one.label} ({one.state}{remark})", "  ")


def _rows(view: DeclaredView, entry: Entry, width: int) -> Iterator[str]:
    for row in entry.rows[:SHOWN]:
        yield "  - " + shortened(row.place, width - 4)
        yield from textwrap.wrap(f"{row.says}, {row.proof}", width, initial_indent=" " * 4, subsequent_indent=" " * 4)
    if len(entry.rows) > SHOWN:
        yield "    " + view.t("count.more", n=len(entry.rows) - SHOWN)


def _json(comparison: Comparison) -> str:
    document = {
        "schema": SCHEMA,
        "policy": {
            "id": comparison.policy.id,
            "status": comparison.policy.status,
            "version": comparison.policy.version,
            "name": comparison.policy.name,
        },
        "run": comparison.run.id,
        "complete": comparison.complete,
        "summary": {**comparison.counts, "outside": comparison.outside, "never_seen": len(comparison.unseen)},
        "found": list(_found(comparison)),
        "never_seen": [
            {
                "place": one.place,
                "category": one.category,
                "label": one.label,
                "declared": one.declared,
                "sentence": one.sentence,
                "detectable": one.detectable,
            }
            for one in comparison.unseen
        ],
    }
    return dump(document, indent=2) + "\n"


def _found(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for group in comparison.found:
        said = group.judgement
        for one in group.findings:
            yield {
                "finding": one.id,
                "source": one.source,
                "dataset": one.dataset,
                "column": one.column,
                "category": one.category,
                "entity": one.entity,
                "proof": str(one.proof),
                "cells": one.cells,
                "matched": one.matched,
                "share": round(one.share, 6),
                "declared": str(said.declared),
                "why": str(said.why),
                "place": said.place,
                "sentence": said.sentence,
                "note": said.note,
                "asks": said.asks,
                "ground": said.ground,
                "condition": said.condition,
                "outside": said.outside,
            }


def _markdown(view: DeclaredView, width: int) -> str:
    return "\n".join(_markdown_lines(view)).rstrip("\n") + "\n"


def _markdown_lines(view: DeclaredView) -> Iterator[str]:
    t = view.t
    yield from (f"# {prose(view.title)}", "", f"{prose(view.policy)} · {cell(view.run)}", "")
    yield from (f"**{prose(view.counts)}**", "")
    yield from (f"> ⚠ {prose(warning)}" for warning in view.warnings)
    yield ""
    if not view.entries:
        yield from (t("compare.nothing"), "")
    word = ""
    for entry in view.entries:
        if entry.word != word:
            word = entry.word
            yield from (f"## {prose(entry.word_label)}", "")
        yield from (f"### {prose(entry.headline)}", "")
        if entry.quote:
            yield from (f"> {prose(entry.quote)}", "")
        yield from (f"- {prose(remark)}" for remark in entry.remarks)
        yield ""
        heads = [t("head.where"), t("head.what"), t("head.proof")]
        rows = ((cell(row.place), prose(row.says), row.proof) for row in entry.rows[:MOST])
        yield from markdown_table(heads, rows)
        if len(entry.rows) > MOST:
            yield from (t("count.more", n=len(entry.rows) - MOST), "")
    if view.missing:
        yield from (f"## {t('compare.unseen')}", "", t("compare.unseen_why"), "")
        heads = [t("head.what"), t("head.policy"), t("head.reason")]
        rows = ((prose(one.label), one.state, prose(one.remark or one.quote or t("none"))) for one in view.missing)
        yield from markdown_table(heads, rows)
    yield f"*{t('compare.intro')} {t('no_values')}*"


def _html(view: DeclaredView, width: int) -> str:
    values = {"view": view, "t": view.t, "most": MOST, **style()}
    return environment().get_template("declared.html.j2").render(values)


FORMATS: dict[str, Callable[[DeclaredView, int], str]] = {
    "table": _table,
    "json": _table,
    "markdown": _markdown,
    "html": _html,
}
