"""``--format markdown``: for step summaries, merge requests, wikis and tickets (GitHub flavour).

Names stand in code spans, where no Markdown, link, mention or HTML is read; other texts have their punctuation
escaped. Pipes are escaped in tables, so that a name cannot add a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from recense.reports import Look, report
from recense.reports.view import DatasetView, FindingView, View

_MEANINGFUL = re.compile(r"([\\`*_\[\]|~$#])")
_LINKS = re.compile(r"(?<=\w)(?=://)|(?<=www)(?=\.)", re.IGNORECASE)


def code(name: str) -> str:
    """Returns a name as a code span that nothing in the name can end.

    >>> print(code("a|b"), code("a`b"), code("`"))
    `a|b` ``a`b`` `` ` ``
    """
    fence = "`" * (max((len(run) for run in re.findall("`+", name)), default=0) + 1)
    pad = " " if name.startswith(("`", " ")) or name.endswith(("`", " ")) else ""
    return f"{fence}{pad}{name}{pad}{fence}"


def cell(name: str) -> str:
    r"""Returns a name as a code span for a table, where a pipe ends the cell even inside code.

    >>> print(cell("a|b"))
    `a\|b`
    """
    return code(name).replace("|", "\\|")


def prose(text: str) -> str:
    r"""Returns a text in which nothing is Markdown, a link, a mention or HTML.

    >>> print(prose("<b> [x](y) a|b http://a.example, www.example.org"))
    &lt;b&gt; \[x\](y) a\|b http\://a.example, www\.example.org
    """
    escaped = _LINKS.sub(r"\\", _MEANINGFUL.sub(r"\\\1", text))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: int = 0) -> Iterator[str]:
    """Yields the lines of a table whose cells are Markdown already; the last ``right`` columns are numbers."""
    left = len(heads) - right
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join([' --- '] * left + [' ---: '] * right)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


@report("markdown")
def markdown_page(view: View, look: Look) -> str:
    """Returns the report as GitHub-flavoured Markdown."""
    parts = (_head, _protected, _findings, _categories, _gaps, _coverage)
    return "\n".join(line for part in parts for line in part(view)).rstrip("\n") + "\n"


def _head(view: View) -> Iterator[str]:
    t, summary = view.t, view.summary
    counts = (
        t("count.sources", n=len(view.sources)),
        t("count.datasets", n=summary.datasets),
        t("count.rows", n=summary.rows_read),
        t("count.columns", n=summary.columns),
    )
    yield from (f"# {t('title')}", "")
    yield from (f"{prose(view.started)} · {prose(view.status_label)} · {' · '.join(counts)}", "")
    yield from (f"**{view.result}**", "")
    if view.changes:
        yield from (prose(view.changes.line), "")
        yield from (f"- {prose(detail)}" for detail in view.changes.details)
        yield ""
    for warning in view.warnings:
        yield from (f"> ⚠ {warning}", "")


def _protected(view: View) -> Iterator[str]:
    if view.protected is None:
        return
    t = view.t
    yield from (f"## {t('section.protected')}", "", view.protected.sentence, "")
    heads = [t(f"head.{name}") for name in ("where", "what", "proof", "cells", "share")]
    rows = (
        (cell(one.place), _what(view, one, one.category_label), one.proof_label, one.cells, one.share or t("none"))
        for one in view.protected.findings
    )
    yield from table(heads, rows, right=2)


def _what(view: View, one: FindingView, label: str) -> str:
    article = f"**{view.t(f'article.{one.article}.short')}** " if one.article else ""
    new = f" *({view.t('new')})*" if one.new else ""
    return f"{article}{prose(label)}{new}"


def _categories(view: View) -> Iterator[str]:
    if not view.categories:
        return
    t = view.t
    yield from (f"## {t('section.meaning')}", "")
    heads = [t("head.category"), t("head.meaning"), t("head.action"), t("head.columns")]
    rows = ((prose(one.label), one.meaning, one.action, t.number(one.columns)) for one in view.categories)
    yield from table(heads, rows, right=1)


def _findings(view: View) -> Iterator[str]:
    datasets = [one for one in view.datasets if one.findings]
    if datasets:
        yield from (f"## {view.t('section.findings')}", "")
    for dataset in datasets:
        yield from _dataset(view, dataset)


def _dataset(view: View, dataset: DatasetView) -> Iterator[str]:
    t = view.t
    yield from (f"### {code(dataset.dataset)}", "", f"{code(dataset.source)} · {dataset.rows} · {dataset.columns}", "")
    policy = [t("head.policy")] if view.has_policy else []
    heads = [t("head.column"), t("head.what"), t("head.proof"), *policy, t("head.cells"), t("head.share")]
    rows = (
        (
            cell(one.column),
            _what(view, one, one.entity_label),
            one.proof_label,
            *([prose(one.declared_label or t("none"))] if policy else []),
            one.cells,
            one.share or t("none"),
        )
        for one in dataset.findings
    )
    yield from table(heads, rows, right=2)


def _gaps(view: View) -> Iterator[str]:
    if not view.gaps:
        return
    t = view.t
    yield from (f"## {t('section.unreadable')}", "")
    heads = [t("head.source"), t("head.path"), t("head.reason")]
    rows = ((cell(one.source), cell(one.what), f"{prose(one.label)}: {prose(one.reason)}") for one in view.gaps)
    yield from table(heads, rows)


def _coverage(view: View) -> Iterator[str]:
    t = view.t
    yield from (f"## {t('section.coverage')}", "")
    for source in view.sources:
        reason = f": {prose(source.reason)}" if source.reason else ""
        yield f"- {code(source.uri)} {source.status_label}{reason}"
    yield from (f"- {sentence}" for sentence in view.coverage)
    yield from ("", f"*{t('intro')} {t('no_values')}*", "")
    yield f"{t('head.run')} {code(view.id)} · {t('head.rules')} {code(view.rules)}"
