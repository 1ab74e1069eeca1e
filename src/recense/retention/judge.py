"""From counted rows to buckets and a verdict: pure, and the only place where a row's bucket is decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from recense.policy.keeping import Zone
from recense.retention.calendar import cutoff, later
from recense.retention.clauses import Bound, Clause, FloorClause
from recense.retention.counting import Tally, day_of
from recense.retention.sentences import Note
from recense.retention.words import (
    FUTURE_GRACE_DAYS,
    SENTINELS,
    SOON_DAYS,
    SPIKE_ROWS,
    SPIKE_SHARE,
    Bucket,
    Grade,
    Verdict,
)

NO_RULE = "none"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something about a dataset's dates that is worth a look, beside the verdict."""

    code: str
    rows: int
    note: Note


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of the rows of one dataset in one zone.

    Attributes:
        rule, period, start_column, start_evidence: of the clause that governs most rows; ``rules`` names all.
        buckets: rows per bucket; they sum to ``rows``.
        oldest: the oldest valid start. oldest_overdue_days: days since the oldest passed deadline.
        configured: a binding of recense.yaml names the rule.
    """

    source: str
    dataset: str
    zone: Zone
    rule: str
    rules: tuple[str, ...]
    period: str
    start_column: str | None
    start_evidence: Grade
    rows: int
    buckets: Mapping[Bucket, int]
    oldest: date | None
    oldest_overdue_days: int
    verdict: Verdict
    notes: tuple[Note, ...]
    signals: tuple[Signal, ...] = ()
    configured: bool = False

    @property
    def overdue(self) -> int:
        """Returns the rows that nothing excuses."""
        return self.buckets[Bucket.OVERDUE]

    @property
    def overdue_share(self) -> float:
        """Returns their share of all rows."""
        return self.overdue / self.rows if self.rows else 0.0

    def why(self, language: str = "en") -> str:
        """Returns the reasons in a language, the deciding one first."""
        return "; ".join(note.say(language) for note in self.notes)


@dataclass(frozen=True, slots=True)
class Limits:
    """The first starts that are not overdue, and not due soon, by a clause on a day."""

    overdue: date
    soon: date


@lru_cache(maxsize=4_096)
def limits(clause: Clause | FloorClause, as_of: date) -> Limits:
    """Returns the dates that part a clause's rows into overdue, due soon and not due."""
    return Limits(cutoff(clause.last_day, as_of), cutoff(clause.last_day, later(as_of, SOON_DAYS + 1)))


def zone_of(bound: Bound, flags: Sequence[bool]) -> Zone:
    """Returns the zone of rows: the dataset's, unless a column says that they are archived."""
    archived = bound.archived is not None and flags[bound.archived]
    return Zone.INTERMEDIATE_ARCHIVE if archived else bound.zone


def clause_of(bound: Bound, zone: Zone, flags: Sequence[bool]) -> Clause | None:
    """Returns the clause that governs rows, None when no rule takes them."""
    return next((c for c in bound.clauses(zone) if all(flags[position] for position in c.when)), None)


def is_held(bound: Bound, zone: Zone, flags: Sequence[bool]) -> bool:
    """Tells whether rows are under a hold."""
    return zone is Zone.LITIGATION_HOLD or (bound.held is not None and flags[bound.held])


def bucket_of(bound: Bound, as_of: date, key: str | None, flags: Sequence[bool]) -> Bucket:
    """Returns the one bucket of a row, from the day of its start and its conditions.

    A start that is missing, impossible or in the future comes first: without it nothing can be computed. Then the
    deadline; for a row past it a hold before a legal floor; what only a proxy says proves no row in time, and proves
    a row overdue only when the proxy is never before the event.
    """
    zone = zone_of(bound, flags)
    clause = clause_of(bound, zone, flags)
    if clause is None or key is None or clause.start.column is None:
        return Bucket.MISSING
    day = day_of(key)
    if day is None or day in SENTINELS:
        return Bucket.INVALID
    if day > later(as_of, FUTURE_GRACE_DAYS):
        return Bucket.FUTURE
    proxy = clause.start.grade is not Grade.DIRECT
    edges = limits(clause, as_of)
    if day < edges.overdue and not (proxy and not clause.start.late):
        if is_held(bound, zone, flags):
            return Bucket.HELD
        return Bucket.FLOOR if any(live(f, clause, day, as_of, flags) for f in bound.floors) else Bucket.OVERDUE
    if proxy:
        return Bucket.PROXY
    return Bucket.DUE_SOON if day < edges.soon else Bucket.NOT_DUE


def live(floor: FloorClause, clause: Clause, day: date, as_of: date, flags: Sequence[bool]) -> bool:
    """Tells whether a legal minimum still protects a row; without a date of its start it does."""
    if not all(flags[position] for position in floor.when):
        return False
    if floor.over is not None:
        return not flags[floor.over]
    if floor.column is None or floor.column != clause.start.column:
        return True
    return day >= limits(floor, as_of).overdue


@dataclass
class _Part:
    """The counts of one zone while they are added up."""

    rows: int = 0
    buckets: Counter[Bucket] = field(default_factory=Counter)
    by_clause: Counter[Clause | None] = field(default_factory=Counter)
    days: Counter[tuple[Clause, date]] = field(default_factory=Counter)
    flags: Counter[int] = field(default_factory=Counter)
    oldest: date | None = None
    overdue: dict[Clause, date] = field(default_factory=dict)
    late_days: int = 0
    sentinels: int = 0
    unnamed: int = 0
    floors: set[str] = field(default_factory=set)


def judge(bound: Bound, tally: Tally, as_of: date) -> list[Entry]:
    """Returns one entry per zone that has rows; one for the dataset when it has none."""
    parts: dict[Zone, _Part] = defaultdict(_Part)
    for (key, flags), rows in tally.items():
        if rows:
            _add(parts[zone_of(bound, flags)], bound, key, flags, rows, as_of)
    if not parts:
        parts[bound.zone] = _Part()
    return [_entry(bound, zone, parts[zone], as_of) for zone in Zone if zone in parts]


def _add(part: _Part, bound: Bound, key: str | None, flags: tuple[bool, ...], rows: int, as_of: date) -> None:
    zone = zone_of(bound, flags)
    clause = clause_of(bound, zone, flags)
    bucket = bucket_of(bound, as_of, key, flags)
    part.rows += rows
    part.buckets[bucket] += rows
    part.by_clause[clause] += rows
    for position, said in enumerate(flags):
        part.flags[position] += rows * said
    if is_held(bound, zone, flags) and bound.hold_named is not None and not flags[bound.hold_named]:
        part.unnamed += rows
    day = day_of(key)
    if bucket is Bucket.INVALID:
        part.sentinels += rows * (day in SENTINELS)
    if day is None or clause is None or bucket in (Bucket.INVALID, Bucket.FUTURE, Bucket.MISSING):
        return
    part.days[clause, day] += rows
    part.oldest = min(part.oldest or day, day)
    if bucket is Bucket.OVERDUE:
        part.overdue[clause] = min(part.overdue.get(clause, day), day)
    if bucket is Bucket.FLOOR:
        part.floors |= {floor.id for floor in bound.floors if live(floor, clause, day, as_of, flags)}


def _entry(bound: Bound, zone: Zone, part: _Part, as_of: date) -> Entry:
    clauses = bound.clauses(zone)
    part.late_days = max(((as_of - c.last_day(day)).days for c, day in part.overdue.items()), default=0)
    governing = max((c for c in part.by_clause if c), key=lambda c: part.by_clause[c], default=None)
    clause = governing or (clauses[-1] if clauses else None)
    buckets = {bucket: part.buckets[bucket] for bucket in Bucket}
    signals = tuple(_signals(bound, part))
    verdict, notes = _verdict(bound, zone, clause, part)
    used = tuple(dict.fromkeys(c.rule for c in clauses if part.by_clause[c]))
    return Entry(
        source=bound.facts.source,
        dataset=bound.facts.dataset,
        zone=zone,
        rule=clause.rule if clause else NO_RULE,
        rules=used or ((clause.rule,) if clause else ()),
        period=str(clause.period) if clause else "",
        start_column=clause.start.column if clause else None,
        start_evidence=clause.start.grade if clause else Grade.NONE,
        rows=part.rows,
        buckets=buckets,
        oldest=part.oldest,
        oldest_overdue_days=part.late_days,
        verdict=verdict,
        notes=(*notes, *bound.notes),
        signals=signals,
        configured=bound.configured,
    )


def _verdict(bound: Bound, zone: Zone, clause: Clause | None, part: _Part) -> tuple[Verdict, list[Note]]:
    """Returns the verdict, worst first, and the reasons that decide it."""
    if clause is None:
        return Verdict.NOT_APPLICABLE, [Note.of("no_rule")]
    if zone is Zone.ANONYMISED and not bound.facts.personal:
        return Verdict.NOT_APPLICABLE, [Note.of("anonymised_clean")]
    if not part.rows:
        return Verdict.NOT_APPLICABLE, [Note.of("empty")]
    notes = list(_reasons(bound, clause, part))
    if zone is Zone.ANONYMISED:
        notes.insert(0, Note.of("anonymised_personal", columns=", ".join(bound.facts.personal[:5])))
    if part.buckets[Bucket.OVERDUE]:
        return Verdict.OVERDUE, notes
    unproved = (Bucket.MISSING, Bucket.INVALID, Bucket.FUTURE, Bucket.PROXY)
    direct = all(c is not None and c.start.grade is Grade.DIRECT for c in part.by_clause)
    if zone is Zone.BACKUP:
        notes.append(Note.of("backup"))
    elif zone is not Zone.ANONYMISED and direct and not any(part.buckets[bucket] for bucket in unproved):
        return Verdict.COMPLIANT, [*notes, Note.of("compliant", rule=clause.rule, period=str(clause.period))]
    return Verdict.UNPROVABLE, notes


def _reasons(bound: Bound, clause: Clause, part: _Part) -> Iterable[Note]:
    count = part.buckets
    if count[Bucket.OVERDUE]:
        names = ", ".join(dict.fromkeys(c.rule for c in part.by_clause if c)) or clause.rule
        yield Note.of("overdue", n=count[Bucket.OVERDUE], rule=names, period=str(clause.period), days=part.late_days)
        if clause.start.grade is Grade.PROXY:
            yield Note.of("at_least")
    if count[Bucket.HELD]:
        yield Note.of("held", n=count[Bucket.HELD])
    if part.unnamed:
        yield Note.of("unnamed_hold", n=part.unnamed)
    if count[Bucket.FLOOR]:
        yield Note.of("floor", n=count[Bucket.FLOOR], floors=", ".join(sorted(part.floors)))
    if count[Bucket.MISSING]:
        yield Note.of("missing", n=count[Bucket.MISSING])
    if count[Bucket.INVALID]:
        yield Note.of("invalid", n=count[Bucket.INVALID], sentinels=part.sentinels)
    if count[Bucket.FUTURE]:
        yield Note.of("future", n=count[Bucket.FUTURE])
    if count[Bucket.PROXY]:
        yield Note.of("proxy", n=count[Bucket.PROXY])


def _signals(bound: Bound, part: _Part) -> Iterable[Signal]:
    if part.sentinels:
        note = Note.of("invalid", n=part.buckets[Bucket.INVALID], sentinels=part.sentinels)
        yield Signal("sentinel", part.sentinels, note)
    dated = sum(part.days.values())
    if part.days:
        rows = max(part.days.values())
        if rows >= SPIKE_ROWS and rows >= SPIKE_SHARE * dated:
            yield Signal("spike", rows, Note.of("spike", n=rows, share=f"{rows / dated:.0%}"))
    for position, first, second in bound.orders:
        if rows := part.flags[position]:
            yield Signal("order", rows, Note.of("order", n=rows, first=first, second=second))
    for code, marked in (("deleted", bound.deleted), ("anonymised", bound.anonymised)):
        if marked is not None and (rows := part.flags[marked]):
            column = bound.question.conditions[marked].column
            yield Signal(code, rows, Note.of(code, n=rows, column=column))
    if part.unnamed:
        yield Signal("unnamed_hold", part.unnamed, Note.of("unnamed_hold", n=part.unnamed))
