"""Retention of everything the last run saw: facts from the catalog, counts from the sources, verdicts from the rules.

Nothing of a source is read here but counts of rows; see ``recense.retention``. A dataset that cannot be counted is an
entry of the report, as unprovable, and never a silent gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from recense.config import Config, RetentionBinding, SourceSpec
from recense.connectors import open_source, redact
from recense.connectors.counted import count_dates
from recense.errors import ConfigError, RecenseError, SourceError, unknown
from recense.model import Column, Dataset, Finding, Proof, ScanRun, Source, Unreadable
from recense.pipelines.defects import describe
from recense.pipelines.expectations import Limit
from recense.pipelines.plan import recall
from recense.policy.keeping import Zone
from recense.retention import Bound, Clause, Entry, Facts, Floor, bind, judge
from recense.retention.columns import may_be_date
from recense.retention.counting import Choice, DateCounts, Kind, Shield, Tally
from recense.retention.judge import bucket_of, clause_of, limits, zone_of
from recense.retention.sentences import Note
from recense.retention.words import SENTINELS, Bucket, Grade, Verdict

if TYPE_CHECKING:
    from recense.catalog import Catalog, DatasetProfile
    from recense.policy.model import Policy

_BIRTHDAYS = frozenset({"BIRTH_DATE", "DATE_OF_BIRTH"})


@dataclass(frozen=True, slots=True)
class Disposal:
    """What a person may delete, archive or look at: a predicate and its count; recense never runs it.

    Attributes:
        action: what the rule says is to happen then.
        sql: a statement that lists the rows; empty for files.
    """

    source: str
    dataset: str
    zone: Zone
    rule: str
    action: str
    rows: int
    sql: str
    where: str


@dataclass
class Retained:
    """The verdicts on a day.

    Attributes:
        run: the scan whose findings tell which datasets hold personal data.
        policy: its id; ``example`` when recense.yaml names none and the example that ships was taken.
        failed: datasets that could not be counted; each is among ``entries`` too.
        left_out: datasets without a finding surer than ``to_check`` and without a binding.
        limits: what an expectation can say of a database's table, for ``recense.pipelines.expectations``.
        idle: bindings that take no dataset of the run: a name mistyped, or a dataset that is gone.
        unsaid: datasets of which no single expectation can say it, and why.
    """

    as_of: date
    run: str
    policy: str
    example: bool = False
    entries: list[Entry] = field(default_factory=list)
    disposals: list[Disposal] = field(default_factory=list)
    failed: list[Unreadable] = field(default_factory=list)
    left_out: int = 0
    limits: list[tuple[SourceSpec, Dataset, Limit]] = field(default_factory=list)
    unsaid: list[tuple[str, str]] = field(default_factory=list)
    idle: list[RetentionBinding] = field(default_factory=list)


def policy_of(config: Config) -> tuple[Policy, bool]:
    """Returns the configured policy, or the example that ships with recense, and whether it is the example."""
    from recense.policy.loading import example

    found = config.load_policy()
    return (found, False) if found else (example(), True)


def check_bindings(config: Config, policy: Policy) -> None:
    """Refuses a binding to a rule that the policy has not, or to a source that recense.yaml has not.

    Raises:
        ConfigError: with file and line, and the nearest valid one.
    """
    rules = [rule.id for rule in policy.retention.rules]
    sources = [spec.name for spec in config.sources]
    for binding in config.retention:
        for rule in (*binding.rules, *binding.archive_rules):
            if rule not in rules:
                raise ConfigError(f"{binding.place}: {unknown('retention rule', rule, rules)}")
        if binding.source is not None and binding.source not in sources:
            raise ConfigError(f"{binding.place}: {unknown('source', binding.source, sources)}")


def floors_of(policy: Policy) -> list[Floor]:
    """Returns the statutory minimums of the policy's jurisdictions."""
    from recense.policy.jurisdiction import pack

    return [
        Floor(one.id, one.period, one.start, one.scope.records, one.scope.where)
        for name in policy.jurisdictions
        for one in pack(name).periods
        if one.kind == "floor"
    ]


def report(config: Config, catalog: Catalog, as_of: date, run_id: str | None = None, plan: bool = False) -> Retained:
    """Counts and judges every dataset of a run that holds personal data or that recense.yaml binds.

    Args:
        config: sources, policy and bindings.
        catalog: holds the run.
        as_of: the day of judgement.
        run_id: the run, None for the latest that ended.
        plan: also write the predicates of what is overdue.

    Raises:
        UserError: there is no such run, or recense.yaml is wrong.
    """
    policy, example = policy_of(config)
    check_bindings(config, policy)
    run = catalog.run(run_id)
    retained = Retained(as_of, run.id, policy.id, example)
    work = _work(config, catalog, run, retained)
    floors = floors_of(policy)
    for spec, datasets in work:
        with ExitStack() as stack:
            try:
                source = stack.enter_context(open_source(spec.target(), config.limits))
                known = _known(source)
            except RecenseError as error:
                for facts, binding in datasets:
                    bound = bind(facts, policy.retention, binding, as_of, floors, policy.controller.financial_year_end)
                    _fail(retained, bound, getattr(error, "code", "failed"), str(error))
                continue
            for facts, binding in datasets:
                bound = bind(facts, policy.retention, binding, as_of, floors, policy.controller.financial_year_end)
                _count(retained, source, known, bound, plan)
                _limit(retained, spec, known, bound)
    return retained


def _limit(retained: Retained, spec: SourceSpec, known: dict[str, Dataset], bound: Bound) -> None:
    """Keeps what an expectation can say of a dataset, or that it can say nothing."""
    name, source = bound.facts.dataset, bound.facts.source
    said = limit_of(bound, retained.as_of)
    if said is None:
        why = "several rules, a legal minimum, a hold or zone of several columns, or no start that proves a row overdue"
        retained.unsaid.append((name, why))
    elif name not in known:
        retained.unsaid.append((name, "it could not be counted"))
    else:
        ours = [one for one in retained.entries if (one.source, one.dataset, one.zone) == (source, name, bound.zone)]
        failed = any((one.source, one.path) == (source, name) for one in retained.failed)
        counted = None if failed else sum(one.overdue for one in ours)
        retained.limits.append((spec, known[name], replace(said, counted=counted)))


def _known(source: Source) -> dict[str, Dataset]:
    return {entry.name: entry for entry in source.datasets() if isinstance(entry, Dataset)}


def _count(retained: Retained, source: Source, known: dict[str, Dataset], bound: Bound, plan: bool) -> None:
    name = bound.facts.dataset
    try:
        if name not in known:
            raise SourceError("not_found", "it is no longer there; scan it anew")
        tally = count_dates(source, known[name], bound.question)
        retained.entries += judge(bound, tally, retained.as_of)
        if plan:
            retained.disposals += disposals(source, known[name], bound, tally, retained.as_of)
    except SourceError as error:
        _fail(retained, bound, error.code, error.reason)
    except RecenseError:
        raise
    except Exception as error:  # any byte sequence in, never a traceback out
        _fail(retained, bound, "failed", describe(error))


def _fail(retained: Retained, bound: Bound, code: str, reason: str) -> None:
    facts = bound.facts
    retained.failed.append(Unreadable(facts.source, facts.dataset, code, reason))
    clause = (*bound.active, *bound.archive)[-1:] or (None,)
    first = clause[0]
    retained.entries.append(
        Entry(
            source=facts.source,
            dataset=facts.dataset,
            zone=bound.zone,
            rule=first.rule if first else "none",
            rules=(first.rule,) if first else (),
            period=str(first.period) if first else "",
            start_column=first.start.column if first else None,
            start_evidence=first.start.grade if first else Grade.NONE,
            rows=0,
            buckets=dict.fromkeys(Bucket, 0),
            oldest=None,
            oldest_overdue_days=0,
            verdict=Verdict.UNPROVABLE,
            notes=(Note.of("unreadable", reason=reason), *bound.notes),
            configured=bound.configured,
        )
    )


def _work(
    config: Config, catalog: Catalog, run: ScanRun, retained: Retained
) -> list[tuple[SourceSpec, list[tuple[Facts, RetentionBinding | None]]]]:
    """Returns, per source of the run, the datasets to count with their bindings."""
    specs = recall(catalog.scope(run.id)[1], config)
    uris = [_uri(spec) for spec in specs] if len(specs) > 1 else []
    personal = _personal(run.findings)
    by_spec: dict[int, list[tuple[Facts, RetentionBinding | None]]] = {}
    retained.idle = list(config.retention)
    for profile in catalog.profiles(run.id):
        source = profile.dataset.source
        index = uris.index(source) if source in uris else 0 if not uris else None
        if index is None:
            continue
        columns = personal.get((source, profile.dataset.name), ())
        name = profile.dataset.name
        retained.idle = [one for one in retained.idle if not one.takes(specs[index].name, name)]
        binding = _binding(config, specs[index], name)
        if not columns and binding is None:
            retained.left_out += 1
            continue
        by_spec.setdefault(index, []).append((facts_of(profile, columns, run.findings), binding))
    return [(specs[index], datasets) for index, datasets in sorted(by_spec.items())]


def _personal(findings: Sequence[Finding]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Returns the columns with personal data per dataset; what a person has yet to look at does not count."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for finding in findings:
        if finding.proof is not Proof.TO_CHECK:
            found.setdefault((finding.source, finding.dataset), {})[finding.column] = None
    return {place: tuple(columns) for place, columns in found.items()}


def _uri(spec: SourceSpec) -> str:
    try:
        with open_source(spec.target()) as source:
            return source.uri
    except RecenseError:
        return redact(spec.url)


def _binding(config: Config, spec: SourceSpec, dataset: str) -> RetentionBinding | None:
    return next((one for one in config.retention if one.takes(spec.name, dataset)), None)


def facts_of(profile: DatasetProfile, personal: Sequence[str], findings: Sequence[Finding] = ()) -> Facts:
    """Returns what binding needs to know of a dataset: from the catalog alone."""
    dataset = profile.dataset
    nested = dataset.kind not in ("table", "view")  # SQL is asked for whole columns only
    declared = [column for column in dataset.columns if _countable(column.path, nested)]
    known = {column.path for column in declared}
    more = [Column(path) for path in profile.columns if path not in known and _countable(path, nested)]
    births = {
        f.column for f in findings
        if (f.source, f.dataset) == (dataset.source, dataset.name) and f.entity in _BIRTHDAYS
    }  # fmt: skip
    columns = (*declared, *more)
    dates = []
    for column in columns:
        seen = profile.columns.get(column.path)
        decades, cells = (sum(seen.decades.values()), seen.sampled.cells) if seen else (0, 0)
        if column.path not in births and may_be_date(column, decades, cells):
            dates.append(column.path)
    return Facts(dataset.source, dataset.name, columns, tuple(dates), tuple(personal))


def _countable(path: str, nested: bool) -> bool:
    """Tells whether each row has at most one cell of this path."""
    return "[" not in path and (nested or "." not in path)


def disposals(source: Source, dataset: Dataset, bound: Bound, tally: Tally, as_of: date) -> Iterator[Disposal]:
    """Yields, per rule and zone, the rows that are overdue and nothing excuses, as a count and a predicate."""
    counts: dict[tuple[Zone, Clause], int] = {}
    for (key, flags), rows in tally.items():
        zone = zone_of(bound, flags)
        clause = clause_of(bound, zone, flags)
        if clause is not None and bucket_of(bound, as_of, key, flags) is Bucket.OVERDUE:
            counts[zone, clause] = counts.get((zone, clause), 0) + rows
    order = list(Zone)
    for (zone, clause), rows in sorted(counts.items(), key=lambda one: (order.index(one[0][0]), one[0][1].position)):
        where = sql = ""
        if isinstance(source, DateCounts):
            where = _where(source, dataset, bound, zone, clause, as_of)
            if where:
                sql = f"SELECT * FROM {source.relation(dataset)}\nWHERE {where};"  # noqa: S608 shown, never run
        yield Disposal(bound.facts.source, dataset.name, zone, clause.rule, action_of(zone, clause), rows, sql, where)


def limit_of(bound: Bound, as_of: date) -> Limit | None:
    """Returns a dataset's retention as one expectation, None when it takes more than one.

    It takes more when several rules govern its rows, a legal floor protects some, or the start proves no row overdue.
    """
    clause = bound.active[0] if len(bound.active) == 1 else None
    if clause is None or clause.start.column is None or bound.zone is not Zone.ACTIVE:
        return None
    proved = clause.start.grade is Grade.DIRECT or clause.start.late
    edge = limits(clause, as_of).overdue
    shielded = any(one.over is not None or limits(one, as_of).overdue < edge for one in bound.floors)
    hold = bound.question.conditions[bound.held] if bound.held is not None else None
    zone = bound.question.conditions[bound.archived] if bound.archived is not None else None
    plain = not (hold and hold.others) and (zone is None or zone.kind is Kind.ONE_OF)
    if not proved or shielded or not plain:
        return None
    return Limit(
        dataset=bound.facts.dataset,
        column=clause.start.column,
        before=edge,
        ignored=tuple(sorted(day for day in SENTINELS if day < edge)),
        hold=hold.column if hold else None,
        zone=zone.column if zone else None,
        zone_values=zone.values if zone else (),
    )


def action_of(zone: Zone, clause: Clause) -> str:
    """Returns what is to happen to overdue rows; a rule for report only asks for a look, not for an erasure."""
    return "review" if clause.report_only else clause.action


def _where(source: DateCounts, dataset: Dataset, bound: Bound, zone: Zone, clause: Clause, as_of: date) -> str:
    """Returns the predicate of the overdue rows of a clause in a zone: what ``bucket_of`` says, in SQL."""
    shields = []
    for floor in bound.floors:
        same = floor.over is None and floor.column is not None and floor.column == clause.start.column
        edge = limits(floor, as_of).overdue if same else None
        if edge is None or edge < limits(clause, as_of).overdue:  # else it is over for every row past the rule
            shields.append(Shield(floor.when, floor.over, edge))
    choice = Choice(
        start=clause.position,
        before=limits(clause, as_of).overdue,
        sentinels=tuple(sorted(SENTINELS)),
        no=() if bound.held is None else (bound.held,),
        shields=tuple(shields),
    )
    return source.selection(dataset, bound.question, choice)
