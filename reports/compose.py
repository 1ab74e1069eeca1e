"""Builds the view of a run: sorts, groups, labels and counts; every name goes through ``visible``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recense.model import (
    ColumnReport,
    DatasetReport,
    Finding,
    Proof,
    ScanRun,
    SourceReport,
    Witness,
)
from recense.policy import taxonomy
from recense.reports.evidence import said
from recense.reports.texts import Texts, texts
from recense.reports.view import (
    CategoryView,
    Changes,
    CleanColumn,
    DatasetView,
    FindingView,
    Gap,
    Protected,
    SourceView,
    Summary,
    View,
    WitnessView,
)
from recense.reports.visible import visible

PROOFS = tuple(Proof)
DECLARED = ("declared", "open", "undeclared", "prohibited")


def view_of(run: ScanRun, language: str) -> View:
    """Returns the view of a run: Article 9 and 10 first, then by proof, category and place.

    Raises:
        UserError: no such language.
    """
    t = texts(language)
    changes = _changes(run, t)
    new = frozenset(changes.new) if changes else frozenset()
    findings = tuple(_finding(one, t, one.id in new) for one in sorted(run.findings, key=_seriousness))
    summary = _summary(run)
    return View(
        exact=run,
        t=t,
        id=visible(run.id),
        rules=visible(run.rules),
        policy=visible(run.policy) if run.policy else None,
        started=t.moment(run.started),
        finished=t.moment(run.finished),
        status=run.status,
        status_label=_label(t, "run", run.status),
        result=_result(summary, t),
        warnings=_warnings(run, len(_gaps(run, t)), t),
        coverage=_coverage(run, t),
        summary=summary,
        protected=_protected([one for one in findings if one.article], t),
        sources=tuple(_source(one, run.findings, t) for one in run.sources),
        datasets=_datasets(run, findings, t),
        findings=findings,
        categories=_categories(summary.categories, run.findings, t),
        unreadable=tuple(sorted(run.unreadable, key=lambda one: (one.source, one.path))),
        gaps=_gaps(run, t),
        changes=changes,
    )


def _label(t: Texts, family: str, word: str) -> str:
    """Returns the text ``family.word``, or the word itself when a plug-in brought one that has no text."""
    key = f"{family}.{word}"
    return t(key) if key in t else visible(word)


def _article(category: str) -> str | None:
    known = taxonomy().categories.get(category)
    return known.article if known else None


def _category_rank(category: str) -> tuple[bool, int, str]:
    order = {id_: rank for rank, id_ in enumerate(taxonomy().categories)}
    return category not in order, order.get(category, 0), category


def _seriousness(finding: Finding) -> tuple[Any, ...]:
    """Returns the sort key of a finding: protected first, then the surer, then the taxonomy's order, then the place."""
    article = _article(finding.category)
    return (
        int(article) if article else 99,
        PROOFS.index(Proof(finding.proof)),
        _category_rank(finding.category),
        -finding.score,
        (finding.source, finding.dataset, finding.column),
    )


def _category_label(category: str, t: Texts) -> str:
    known = taxonomy().categories.get(category)
    return known.label[t.language] if known else visible(category)


def _entity_label(entity: str, t: Texts) -> str:
    known = taxonomy().entities.get(entity)
    return known.label[t.language] if known else visible(entity)


def _finding(finding: Finding, t: Texts, new: bool) -> FindingView:
    return FindingView(
        exact=finding,
        source=visible(finding.source),
        dataset=visible(finding.dataset),
        column=visible(finding.column),
        category=visible(finding.category),
        category_label=_category_label(finding.category, t),
        entity_label=_entity_label(finding.entity, t),
        article=_article(finding.category),
        proof=finding.proof.value,
        proof_label=t(f"proof.{finding.proof.value}"),
        cells=t("count.cells_of", n=finding.matched, cells=finding.cells) if finding.matched else t("count.no_cells"),
        share=t.share(finding.share) if finding.matched else "",
        declared=finding.declared,
        declared_label=_label(t, "declared", finding.declared) if finding.declared else None,
        witnesses=tuple(_witness(one, t) for one in finding.evidence),
        new=new,
    )


def _witness(witness: Witness, t: Texts) -> WitnessView:
    told = said(witness.says, t.language)
    return WitnessView(witness.kind, _label(t, "witness", witness.kind), visible(told.text), told.language)


def _protected(findings: Sequence[FindingView], t: Texts) -> Protected | None:
    """Returns the block on top; a column with two special categories counts its cells once, by the larger number."""
    if not findings:
        return None
    cells: dict[tuple[str, str, str], tuple[int, int]] = {}
    for one in findings:
        at = _place(one.exact)
        cells[at] = max(cells.get(at, (0, 0)), (one.exact.matched, one.exact.cells))
    matched, read = sum(pair[0] for pair in cells.values()), sum(pair[1] for pair in cells.values())
    share = t.share(matched / read) if read else ""
    says = t("protected.cells", n=matched, cells=read, share=share) if matched else t("protected.name_only")
    lead = t("protected.lead", n=len(cells))
    return Protected(tuple(findings), len(cells), lead, says, t("protected.sentence", lead=lead, cells=says))


def _place(finding: Finding) -> tuple[str, str, str]:
    return finding.source, finding.dataset, finding.column


def _columns_per_category(findings: Iterable[Finding]) -> dict[str, int]:
    """Returns the columns that hold each category, in the taxonomy's order, special ones first."""
    places = {(one.category, *_place(one)) for one in findings}
    counts = Counter(category for category, *_ in places)
    order = sorted(counts, key=lambda id_: (int(_article(id_) or 99), _category_rank(id_)))
    return {category: counts[category] for category in order}


def _source(source: SourceReport, findings: Iterable[Finding], t: Texts) -> SourceView:
    mine = [one for one in findings if one.source == source.uri]
    return SourceView(
        exact=source,
        uri=visible(source.uri),
        kind=visible(source.kind),
        status=source.status,
        status_label=_label(t, "source", source.status),
        **_reason(source.reason or "", t),
        columns=len({_place(one) for one in mine}),
        protected=len({_place(one) for one in mine if _article(one.category)}),
    )


def _datasets(run: ScanRun, findings: Sequence[FindingView], t: Texts) -> tuple[DatasetView, ...]:
    """Returns the datasets in the order of their most serious finding; those without one come last, by name."""
    reports = {(one.source, one.dataset): one for one in run.datasets}
    grouped: dict[tuple[str, str], list[FindingView]] = {}
    for one in findings:
        grouped.setdefault((one.exact.source, one.exact.dataset), []).append(one)
    rest = sorted(key for key in reports if key not in grouped)
    views = []
    for key in [*grouped, *rest]:
        report = reports.get(key) or DatasetReport(*key, kind="", rows=None, rows_read=0)
        views.append(_dataset(report, grouped.get(key, []), t))
    return tuple(views)


def _dataset(report: DatasetReport, findings: Sequence[FindingView], t: Texts) -> DatasetView:
    found = {one.exact.column for one in findings}
    partial = report.rows is not None and report.rows > report.rows_read
    rows = t("count.rows_of", read=report.rows_read, rows=report.rows) if partial else None
    return DatasetView(
        exact=report,
        source=visible(report.source),
        dataset=visible(report.dataset),
        rows=rows or t("count.rows", n=report.rows_read),
        columns=t("count.columns", n=len(report.columns) or len(found)),
        findings=tuple(findings),
        clean=tuple(
            CleanColumn(one, visible(one.column), visible(one.type) if one.type else "", _bound(one, t))
            for one in report.columns
            if one.column not in found
        ),
    )


def _standing(column: ColumnReport) -> str:
    """Returns how well a column without a finding was read: ``untyped unread boundless empty full partly``."""
    if column.distinct is None:
        return "untyped"
    if column.clean_bound >= 1:
        return "boundless" if column.cells or column.nulls else "unread"
    if column.clean_bound <= 0:
        return "full" if column.cells else "empty"
    return "partly"


def _bound(column: ColumnReport, t: Texts) -> str:
    return t(f"bound.{_standing(column)}", cells=column.cells, bound=t.bound(column.clean_bound or 1))


def _coverage(run: ScanRun, t: Texts) -> tuple[str, ...]:
    """Returns what can be said of the columns without a finding: each claim with its denominator or bound."""
    found = {_place(one) for one in run.findings}
    clean = [
        column
        for report in run.datasets
        for column in report.columns
        if (report.source, report.dataset, column.column) not in found
    ]
    counts = Counter("full" if _standing(one) == "empty" else _standing(one) for one in clean)
    worst = max((one.clean_bound for one in clean if _standing(one) == "partly"), default=0.0)
    lines = [
        t(f"coverage.{standing}", n=counts[standing], bound=t.bound(worst or 1))
        for standing in ("full", "partly", "boundless", "untyped", "unread")
        if counts[standing]
    ]
    return (*lines, t("coverage.language")) if lines else ()


def _result(summary: Summary, t: Texts) -> str:
    if not summary.findings:
        return t("result.none")
    proofs = ", ".join(t(f"count.{proof}", n=count) for proof, count in summary.proofs.items() if count)
    return t("result.found", n=summary.findings, columns=t("count.columns", n=summary.columns_found), proofs=proofs)


def _warnings(run: ScanRun, gaps: int, t: Texts) -> tuple[str, ...]:
    lines = [t("stopped.lead")] if run.status == "stopped" else []
    if gaps:
        lines.append(t("incomplete.lead", n=gaps))
    elif run.status == "incomplete":
        lines.append(t("running.lead"))
    return tuple(lines)


def _reason(reason: str, t: Texts) -> dict[str, str]:
    """Returns why something was not read and the language that is in, for a ``Gap`` or a ``SourceView``."""
    told = said(reason, t.language)
    return {"reason": visible(told.text) if told.text else "", "reason_language": told.language}


def _gaps(run: ScanRun, t: Texts) -> tuple[Gap, ...]:
    """Returns everything that was not read: the entries, and failed sources that left none."""
    told = {one.source for one in run.unreadable}
    gaps = [
        Gap(
            visible(one.source),
            visible(one.path or one.source),
            _label(t, "code", one.code),
            **_reason(one.reason or "-", t),
        )
        for one in sorted(run.unreadable, key=lambda one: (one.source, one.path))
    ]
    gaps += [
        Gap(visible(one.uri), visible(one.uri), t("source.failed"), **_reason(one.reason or "-", t))
        for one in run.sources
        if one.status == "failed" and one.uri not in told
    ]
    return tuple(gaps)


def _categories(counts: Mapping[str, int], findings: Iterable[Finding], t: Texts) -> tuple[CategoryView, ...]:
    proofs = Counter((one.category, one.proof) for one in findings)
    return tuple(
        CategoryView(
            id=visible(id_),
            label=_category_label(id_, t),
            article=_article(id_),
            columns=columns,
            proofs={proof.value: proofs[id_, proof] for proof in PROOFS},
            meaning=t(key) if (key := f"meaning.{id_}") in t else t("meaning.other"),
            action=t(key) if (key := f"action.{id_}") in t else t("action.other"),
        )
        for id_, columns in counts.items()
    )


def _changes(run: ScanRun, t: Texts) -> Changes | None:
    """Returns the changes as the catalog gives them, None on a first run.

    ``ScanRun.changes`` is empty, or holds ``since`` (the id of the earlier run), ``new`` (ids of findings), ``gone``
    (mappings with the source, dataset, column and category of findings that are no longer there) and ``changed``
    (mappings with the id of a finding and its entity and proof ``before`` and ``after``).
    """
    if not run.changes:
        return None
    since = visible(run.changes["since"]) if run.changes.get("since") else None
    new, gone, changed = (tuple(run.changes.get(key, ())) for key in ("new", "gone", "changed"))
    line = "changes.line" if since else "changes.line_unnamed"
    places = {one.id: f"{visible(one.dataset)}.{visible(one.column)}" for one in run.findings}
    return Changes(
        new=new,
        details=(
            *(_gone(one, t) for one in gone),
            *(_changed(places[one["id"]], one, t) for one in changed if one["id"] in places),
        ),
        line=t(line, since=since, new=len(new), gone=len(gone), changed=len(changed)),
    )


def _gone(entry: Mapping[str, str], t: Texts) -> str:
    column = f"{visible(entry['dataset'])}.{visible(entry['column'])}"
    category = _category_label(entry["category"], t)
    return t("changes.gone", column=column, source=visible(entry["source"]), category=category)


def _changed(place: str, entry: Mapping[str, Mapping[str, str]], t: Texts) -> str:
    before, after = (
        f"{_entity_label(state['entity'], t)} ({_label(t, 'proof', state['proof'])})"
        for state in (entry["before"], entry["after"])
    )
    return t("changes.changed", place=place, before=before, after=after)


def _summary(run: ScanRun) -> Summary:
    columns = [column for report in run.datasets for column in report.columns]
    statuses = Counter(one.status for one in run.sources)
    proofs = Counter(one.proof for one in run.findings)
    policy = Counter(one.declared for one in run.findings if one.declared)
    return Summary(
        sources={status: statuses[status] for status in ("complete", "partial", "failed")},
        datasets=len(run.datasets),
        columns=len(columns),
        columns_found=len({_place(one) for one in run.findings}),
        rows_read=sum(one.rows_read for one in run.datasets),
        cells=sum(one.cells for one in columns),
        findings=len(run.findings),
        protected=sum(_article(one.category) is not None for one in run.findings),
        proofs={proof.value: proofs[proof] for proof in PROOFS},
        categories=_columns_per_category(run.findings),
        declared={word: policy[word] for word in DECLARED},
        unreadable=len(run.unreadable),
    )
