"""Periods by the calendar, one bucket per row, and verdicts that never claim more than the dates prove."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.config import ColumnChoice, RetentionBinding
from recense.model import Column
from recense.policy.keeping import Condition, Zone
from recense.policy.loading import example
from recense.policy.statements import Period
from recense.retention import Bucket, Entry, Facts, Floor, Grade, Verdict, bind, bucket_of, judge
from recense.retention.calendar import cutoff, day_of_hour, first_hour, fiscal_year_end, last_day
from recense.retention.clauses import Bound, deadline
from recense.retention.columns import choose
from recense.retention.counting import Tally

AS_OF = date(2026, 11, 1)
POLICY = example().retention


def facts(
    *columns: str, dates: tuple[str, ...] | None = None, personal: tuple[str, ...] = ("email",), **more: Any
) -> Facts:
    named = dates if dates is not None else tuple(c for c in columns if c.startswith("date") or c.endswith("_at"))
    return Facts(
        "sqlite:///x.db",
        more.get("dataset", "people"),
        tuple(Column(c, "DATE" if c in named else "TEXT") for c in columns),
        named,
        personal,
    )


def binding(*rules: str, **more: Any) -> RetentionBinding:
    return RetentionBinding("*", rules=rules, **more)


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2020-02-29", "P5Y", "2025-02-28"),
        ("2020-02-29", "P4Y", "2024-02-29"),
        ("2023-10-31", "P13M", "2024-11-30"),
        ("2024-01-31", "P13M", "2025-02-28"),
        ("2023-01-31", "P13M", "2024-02-29"),
        ("2023-08-31", "P1M", "2023-09-30"),
        ("2023-10-31", "P3Y", "2026-10-31"),
        ("2023-10-31", "P0D", "2023-10-31"),
        ("9998-01-01", "P3Y", "9999-12-31"),
    ],
)
def test_a_period_ends_on_the_same_date_or_the_last_day_of_the_month(start: str, period: str, end: str) -> None:
    assert last_day(date.fromisoformat(start), Period.parse(period)) == date.fromisoformat(end)


def test_a_row_is_overdue_only_after_the_last_day_has_ended() -> None:
    bound = bind(facts("date_collecte"), POLICY, None, AS_OF)
    assert bucket_of(bound, AS_OF, "2023-11-01", ()) is Bucket.DUE_SOON
    assert bucket_of(bound, AS_OF, "2023-10-31", ()) is Bucket.OVERDUE


def test_days_are_days_in_paris_on_both_sides_of_summer_time() -> None:
    for day in (date(2024, 3, 31), date(2024, 10, 27), date(2024, 1, 1), date(2024, 7, 14)):
        assert day_of_hour(first_hour(day)) == day
        assert day_of_hour(first_hour(day) - 1) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "ends", "end"),
    [
        ("2016-01-01", "12-31", "2016-12-31"),
        ("2016-07-01", "06-30", "2017-06-30"),
        ("2016-06-30", "06-30", "2016-06-30"),
        ("2016-02-29", "02-29", "2016-02-29"),
        ("2015-03-01", "02-29", "2016-02-29"),
    ],
)
def test_the_financial_year_of_an_order(day: str, ends: str, end: str) -> None:
    assert fiscal_year_end(date.fromisoformat(day), ends) == date.fromisoformat(end)


periods = st.builds(Period, st.integers(0, 30), st.integers(0, 30), st.integers(0, 400))
days = st.dates(date(1900, 1, 2), date(2060, 1, 1))


@given(periods, days, days, st.sampled_from([None, "12-31", "06-30", "02-29"]))
def test_comparing_with_the_cutoff_is_computing_the_deadline(
    period: Period, as_of: date, start: date, fiscal: str | None
) -> None:
    ends = deadline(period, fiscal)
    assert (start < cutoff(ends, as_of)) == (ends(start) < as_of)


keys = st.one_of(
    st.none(),
    st.just("?"),
    days.map(date.isoformat),
    st.sampled_from(["1900-01-01", "9999-12-31", "2023-02-29", "h473364", "y2020", "infinity"]),
)
rows = st.lists(st.tuples(keys, st.lists(st.booleans(), min_size=12, max_size=12)), max_size=60)
bindings = st.sampled_from(
    [
        None,
        binding("R1", start="date_collecte"),
        binding(
            "R3", "R4", start="date_execution", where={"channel": ColumnChoice("mode"), "amount_eur": ColumnChoice("m")}
        ),
        binding("R3", archive=ColumnChoice("zone", ("archive",)), archive_rules=("R7",), hold="gel"),
        binding("R6", start="created_at", fiscal_year_end="06-30"),
        binding("R2", zone="backup"),
        binding("R4"),
        binding("R3", zone="intermediate_archive"),
        binding("R1", zone="litigation_hold"),
    ]
)
FLOORS = (
    Floor("ten", Period(10), "contract_conclusion", ("contract",)),
    Floor("six", Period(6), "contract_execution", ("contract",), (Condition(field="channel", equals="electronic"),)),
)
tables = st.lists(
    st.sampled_from(["date_collecte", "created_at", "updated_at", "date_signature", "date_execution", "deleted_at",
                     "date_demande_effacement", "mode", "m", "zone", "gel", "hold_id", "is_archived", "email"]),
    unique=True,
)  # fmt: skip


def tallied(bound: Bound, made: list[tuple[str | None, list[bool]]]) -> Tally:
    width = len(bound.question.conditions)
    return Counter((key, tuple(flags[:width])) for key, flags in made)


@given(tables, bindings, rows)
def test_every_row_is_in_one_bucket_and_the_buckets_sum_to_the_rows(
    columns: list[str], bound_by: RetentionBinding | None, made: list[tuple[str | None, list[bool]]]
) -> None:
    bound = bind(facts(*columns), POLICY, bound_by, AS_OF, FLOORS)
    assert len(bound.question.conditions) <= 12
    entries = judge(bound, tallied(bound, made), AS_OF)
    assert sum(entry.rows for entry in entries) == len(made)
    for entry in entries:
        assert set(entry.buckets) == set(Bucket)
        assert sum(entry.buckets.values()) == entry.rows
        assert min(entry.buckets.values()) >= 0
        if entry.verdict is Verdict.COMPLIANT:
            assert entry.start_evidence is Grade.DIRECT
            assert not any(entry.buckets[b] for b in (Bucket.OVERDUE, Bucket.MISSING, Bucket.INVALID, Bucket.FUTURE))
            assert not entry.buckets[Bucket.PROXY]
        assert (entry.verdict is Verdict.OVERDUE) == bool(entry.overdue)
        assert entry.why("fr") and entry.why("en")


def only(bound: Bound, tally: Tally) -> Entry:
    (entry,) = judge(bound, tally, AS_OF)
    return entry


def test_a_proxy_proves_overdue_rows_and_never_a_row_in_time() -> None:
    bound = bind(facts("email", "created_at"), POLICY, None, AS_OF)
    entry = only(bound, {("2020-01-01", ()): 2, ("2026-01-01", ()): 5})
    assert (entry.start_evidence, entry.overdue, entry.buckets[Bucket.PROXY]) == (Grade.PROXY, 2, 5)
    entry = only(bound, {("2026-01-01", ()): 5})
    assert entry.verdict is Verdict.UNPROVABLE


def test_a_proxy_that_comes_before_the_event_proves_nothing() -> None:
    bound = bind(facts("date_signature"), POLICY, binding("R3"), AS_OF)
    entry = only(bound, {("2010-01-01", ()): 1})
    assert (entry.start_evidence, entry.buckets[Bucket.PROXY], entry.verdict) == (Grade.PROXY, 1, Verdict.UNPROVABLE)


def test_what_says_nothing_of_the_event_is_no_start() -> None:
    entry = only(bind(facts("email", "updated_at"), POLICY, None, AS_OF), {(None, ()): 3})
    assert (entry.start_column, entry.start_evidence, entry.verdict) == (None, Grade.NEVER, Verdict.UNPROVABLE)


def test_several_rules_on_one_row() -> None:
    """R4 beats R3 for electronic contracts of 120 euros; the law's ten years then keep what R4 lets go."""
    where = {"channel": ColumnChoice("mode", ("électronique",)), "amount_eur": ColumnChoice("montant")}
    law = Floor(
        "FR-ECONTRACT", Period(10), "contract_execution", ("contract",),
        (Condition(field="channel", equals="electronic"), Condition(field="amount_eur", at_least=120)),
    )  # fmt: skip
    rules = binding("R3", "R4", start="date_execution", where=where, hold="gel")
    bound = bind(facts("date_execution", "mode", "montant", "gel"), POLICY, rules, AS_OF, [law])
    kinds = [condition.column for condition in bound.question.conditions]
    gel, mode, montant = kinds.index("gel"), kinds.index("mode"), kinds.index("montant")

    def bucket(day: str, held: bool = False, electronic: bool = False, enough: bool = False) -> Bucket:
        flags = [False] * len(kinds)
        flags[gel], flags[mode], flags[montant] = held, electronic, enough
        return bucket_of(bound, AS_OF, day, tuple(flags))

    assert bucket("2023-01-01") is Bucket.NOT_DUE
    assert bucket("2023-01-01", electronic=True) is Bucket.NOT_DUE
    assert bucket("2023-01-01", electronic=True, enough=True) is Bucket.FLOOR
    assert bucket("2023-01-01", held=True, electronic=True, enough=True) is Bucket.HELD
    assert bucket("2016-10-31", electronic=True, enough=True) is Bucket.OVERDUE
    assert bucket("2016-11-01", electronic=True, enough=True) is Bucket.FLOOR
    assert bucket("2021-10-31") is Bucket.OVERDUE
    assert bucket("2021-10-31", held=True) is Bucket.HELD
    assert bucket("2027-01-01", held=True) is Bucket.FUTURE
    assert bucket("2026-11-02") is Bucket.NOT_DUE  # clocks and time zones differ by a day
    assert bucket("2026-11-03") is Bucket.FUTURE
    assert bucket("1900-01-01", held=True) is Bucket.INVALID


def test_the_archive_needs_a_rule_of_its_own() -> None:
    bare = bind(facts("date_collecte", "is_archived"), POLICY, None, AS_OF)
    assert bucket_of(bare, AS_OF, "2020-01-01", (True,)) is Bucket.OVERDUE
    rules = binding("R3", start="date_execution", archive=ColumnChoice("zone", ("archive",)), archive_rules=("R7",))
    bound = bind(facts("date_execution", "zone"), POLICY, rules, AS_OF)
    archived, active = judge(bound, {("2019-01-01", (True,)): 4, ("2019-01-01", (False,)): 3}, AS_OF)[::-1]
    assert (archived.zone, archived.rule, archived.overdue) == (Zone.INTERMEDIATE_ARCHIVE, "R7", 0)
    assert (active.zone, active.rule, active.overdue) == (Zone.ACTIVE, "R3", 3)


def test_the_row_asks_for_its_own_erasure() -> None:
    bound = bind(facts("date_collecte", "date_demande_effacement"), POLICY, None, AS_OF)
    assert [start.column for start in bound.question.starts] == ["date_demande_effacement", "date_collecte"]
    assert bucket_of(bound, AS_OF, "2026-09-30", (True,)) is Bucket.OVERDUE
    assert bucket_of(bound, AS_OF, "2026-09-30", (False,)) is Bucket.NOT_DUE


def test_zones_that_prove_nothing() -> None:
    tally: Tally = {("2026-01-01", ()): 9}
    assert (
        only(bind(facts("date_collecte", dataset="clients_backup"), POLICY, None, AS_OF), tally).verdict
        is Verdict.UNPROVABLE
    )
    clean = bind(facts("date_collecte", personal=()), POLICY, binding("R1", zone="anonymised"), AS_OF)
    assert only(clean, tally).verdict is Verdict.NOT_APPLICABLE
    dirty = bind(facts("date_collecte"), POLICY, binding("R1", zone="anonymised"), AS_OF)
    assert only(dirty, tally).verdict is Verdict.UNPROVABLE
    assert "email" in only(dirty, tally).why("en")
    kept = bind(facts("date_collecte"), POLICY, binding("R1", zone="litigation_hold"), AS_OF)
    assert only(kept, {("2010-01-01", ()): 1}).buckets[Bucket.HELD] == 1


def test_signals_spikes_orders_and_deleted_rows() -> None:
    bound = bind(facts("email", "date_collecte", "date_dernier_contact", "deleted_at"), POLICY, None, AS_OF)
    kinds = [condition.column for condition in bound.question.conditions]
    flags = [False] * len(kinds)
    flags[kinds.index("deleted_at")] = True
    flags[kinds.index("date_dernier_contact")] = True
    entry = only(bound, {("2026-01-01", tuple(flags)): 200, ("2026-02-01", (False,) * len(kinds)): 300})
    assert {signal.code: signal.rows for signal in entry.signals} == {"spike": 300, "order": 200, "deleted": 200}


@pytest.mark.parametrize(
    ("columns", "chosen", "grade"),
    [
        (("created_at", "date_collecte"), "date_collecte", Grade.DIRECT),
        (("updated_at", "created_at"), "created_at", Grade.PROXY),
        (("DateDeCollecte",), "DateDeCollecte", Grade.DIRECT),
        (("dt_inscription",), "dt_inscription", Grade.DIRECT),
        (("date_naissance", "date_maj"), None, Grade.NEVER),
        (("date_signature", "date_creation"), "date_creation", Grade.PROXY),
        (("last_login_at", "foo_date"), "last_login_at", Grade.PROXY),
        ((), None, Grade.NONE),
    ],
)
def test_the_best_start_column(columns: tuple[str, ...], chosen: str | None, grade: Grade) -> None:
    said = choose("collection", POLICY.events, columns)
    assert (said.column, said.grade) == (chosen, grade)
