"""What a sample says of all values: the bounds hold, and say what they assume."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.evidence import ColumnProfile, LabelCount
from recense.model import Column
from recense.scanners.bars import LANGUAGE_RECALL
from recense.scanners.bounds import language_bound, share_at_most
from recense.scanners.context import TableContext
from recense.scanners.people_columns import language_clues


def profile(distinct: int, read: int, hits: int) -> ColumnProfile:
    return ColumnProfile(
        cells=distinct,
        distinct=distinct,
        sampled=LabelCount(read, read),
        labels={"person_inside": LabelCount(hits, hits)} if hits else {},
    )


def test_no_hit_is_the_known_formula() -> None:
    for read in (1, 30, 512):
        assert share_at_most(0, read) == pytest.approx(1 - 0.05 ** (1 / read), rel=1e-6)


@given(st.integers(1, 600).flatmap(lambda read: st.tuples(st.integers(0, read), st.just(read))))
def test_a_bound_is_a_share_above_what_was_seen_and_grows_with_it(seen: tuple[int, int]) -> None:
    hits, read = seen
    assert hits / read <= share_at_most(hits, read) <= 1
    if hits:
        assert share_at_most(hits - 1, read) <= share_at_most(hits, read)


def test_the_bound_holds_in_nineteen_of_twenty_samples() -> None:
    draw = random.Random(5)
    held = sum(share_at_most(sum(draw.random() < 0.04 for _ in range(200)), 200) >= 0.04 for _ in range(1_000))
    assert held >= 940


def test_what_was_read_completely_is_bounded_by_recall_alone() -> None:
    assert language_bound(profile(40, 40, 0), "person_inside") == 0
    assert language_bound(profile(40, 40, 10), "person_inside") == pytest.approx(0.25 / LANGUAGE_RECALL)
    assert language_bound(profile(40, 0, 0), "person_inside") == 1
    assert language_bound(profile(9_000, 512, 0), "person_inside") == pytest.approx(0.00583 / LANGUAGE_RECALL, rel=0.01)


def test_a_witness_states_its_sample_bound_and_recall() -> None:
    context = TableContext("notes", [Column("note")])
    (clue,) = language_clues((), profile(9_000, 512, 100), context)
    says = clue.witnesses[0].says
    assert says.startswith("100 of 512 sampled distinct values read as person inside")
    assert "of all 9,000 at most 0.27 do, with 95 % confidence when 85 % are recognised" in says
    (clue,) = language_clues((), profile(512, 512, 100), context)
    assert clue.witnesses[0].says == "100 of 512 sampled distinct values read as person inside"
