"""Why a column has no finding: every reason that the verdict has, told with its counts."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.evidence import ColumnProfile, LabelCount, Tally
from recense.model import Column, Dataset, Witness
from recense.reports import evidence
from recense.scanners.verdict import judge, known_detectors
from recense.scanners.why_not import why_not


def column(rows=1_000, distinct=800, tallies=None, labels=None, **more) -> ColumnProfile:
    sampled = min(distinct, 512)
    return ColumnProfile(
        cells=rows,
        characters=10 * rows,
        longest=12,
        distinct=distinct,
        sampled=LabelCount(sampled, rows),
        forms={"code": rows},
        tallies={detector: Tally(*counts) for detector, counts in (tallies or {}).items()},
        labels=labels or {},
        **more,
    )


def said(name: str, profile: ColumnProfile, table: str = "stock", **others: ColumnProfile) -> str:
    profiles = {name: profile, **others}
    dataset = Dataset("test:", table, "table", tuple(Column(path, "text") for path in profiles))
    assert not any(finding.column == name for finding in judge(dataset, profiles)), "the column is flagged"
    witnesses = why_not(dataset, profiles, name)
    assert untold(witnesses) == []
    return "\n".join(f"{w.kind} {w.detector}: {w.says}" for w in witnesses)


def untold(witnesses: Iterable[Witness]) -> list[str]:
    """Returns what has no French."""
    return [witness.says for witness in witnesses if evidence.said(witness.says, "fr").language != "fr"]


def test_chance_is_told_in_digits():
    text = said("zq", column(tallies={"card": (98, 98, 902)}))
    assert "values card: 98 of 1,000 cells match; of 1,000 with the shape, and random data passes at" in text
    assert "are more than chance, 50% are asked" in text


def test_a_refused_check_is_told():
    assert "7 have the shape and fail the check" in said("zq", column(tallies={"iban": (0, 0, 7)}))


def test_a_better_reading_is_told():
    text = said("zq", column(tallies={"siret": (990, 990, 10), "card": (120, 120, 870)}))
    assert "against siret" in text and "not personal by itself" in text


def test_a_name_that_denies_is_told():
    text = said("email_template", column(rows=40, distinct=3))
    assert "'template' is what the column holds, not e-mail address" in text


def test_unknown_words_and_known_harmless_ones_are_told_apart():
    assert "holds no word that recense knows" in said("zqx_qzz", column())
    assert "name no personal data in such a table" in said("amount", column())


def test_language_is_bounded():
    text = said("zq", column(rows=90_000, distinct=50_000))
    assert "0 of 512 sampled distinct values name a person; of all 50,000 at most 0.0069" in text
    assert "when 85 % are recognised" in text


def test_what_was_not_read_is_no_proof_of_anything():
    assert "no cell was read" in said("zq", ColumnProfile())
    assert "every cell is null (12)" in said("zq", ColumnProfile(nulls=12))
    assert "9 of 9 cells are of a type in which nothing is looked for" in said(
        "zq", ColumnProfile(cells=9, unscanned=9)
    )


@pytest.mark.parametrize("name", ["email_template", "montant", "client_id", "zq"])
@pytest.mark.parametrize("label", ["person", "person_inside", "address_inside", "first_name", "surname"])
@pytest.mark.parametrize("distinct", [400, 50_000])
def test_every_reason_is_said_in_french(name, label, distinct):
    profile = column(rows=90_000, distinct=distinct, labels={label: LabelCount(1, 1)})
    tallies = {"version": (9, 9, 0), "special.health:weak": (1, 1, 0), "email": (1, 0, 0)}
    told = why_not(*whole(name, profile), name), why_not(*whole(name, column(tallies=tallies)), name)
    assert untold([*told[0], *told[1]]) == []


def whole(name, profile):
    return Dataset("test:", "stock", "table", (Column(name, "text"),)), {name: profile}


def test_the_table_speaks():
    text = said("zq", column(), table="clients", email=column(tallies={"email": (990, 990, 0)}))
    assert "in a table about persons" in text and "1 of 2 columns have a finding" in text


@given(
    st.dictionaries(
        st.sampled_from(sorted(known_detectors())),
        st.tuples(st.integers(0, 1_000), st.integers(0, 1_000), st.integers(0, 1_000)),
        max_size=4,
    ),
    st.sampled_from(["zq", "montant", "version", "email_template", "ville"]),
)
def test_every_detector_that_saw_something_is_named(tallies, name):
    counts = {id_: (cells, min(cells, whole), refused) for id_, (cells, whole, refused) in tallies.items()}
    profiles = {name: column(rows=3_000, tallies=counts)}
    dataset = Dataset("test:", "t", "table", (Column(name, "text"),))
    witnesses = why_not(dataset, profiles, name)
    assert {witness.detector for witness in witnesses} >= set(counts)
    assert untold(witnesses) == []


@pytest.mark.parametrize("profile", [column(images=3), column(tallies={"iban": (1, 1, 0)})])
def test_a_profile_comes_back_from_the_catalog_whole(profile):
    assert ColumnProfile.from_json(profile.to_json()) == profile
