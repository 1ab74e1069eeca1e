"""Tables that chance filled: nothing is proved, next to nothing indicated, and no network address is lost for it."""

from __future__ import annotations

from collections import Counter
from random import Random

import pyarrow as pa
import pytest

from benchmarks.accuracy.random_kinds import ADDRESSES, KINDS
from benchmarks.accuracy.random_tables import MOST, run
from recense.evidence import ColumnProfile, LabelCount, Tally
from recense.model import Column, Dataset, Finding, Proof
from recense.scanners.checks import nir
from recense.scanners.dotted import Reading, reading
from recense.scanners.observe import ScanSettings, observe
from recense.scanners.verdict import judge
from recense.scanners.weigh import Known, weigh

TABLES, SEED = 130, 4
SETTINGS = ScanSettings(sample_key=b"0123456789abcdef", language=False)


def found(cells: list[str], name: str = "c1") -> list[Finding]:
    """Returns the findings of a table of one column."""
    profiles = observe([pa.record_batch({name: pa.array(cells)})], SETTINGS).profiles()
    return list(judge(Dataset("test:", "t", "table", (Column(name),)), profiles))


def test_random_cells_prove_nothing_and_indicate_next_to_nothing() -> None:
    outcome = run(SEED, TABLES)
    assert set(outcome.columns) == set(KINDS), "every kind is drawn"
    assert outcome.of(Proof.PROVED) == 0, outcome.found
    assert outcome.of(Proof.INDICATED) <= max(1, MOST * outcome.columns.total()), outcome.found


def test_network_addresses_stay_found_without_a_telling_header() -> None:
    outcome = run(SEED, 12, ADDRESSES)
    sure: Counter[str] = Counter()
    for (kind, proof, by), columns in outcome.found.items():
        sure[kind] += columns * ("ipv4" in by and proof is not Proof.TO_CHECK)
    for kind, columns in outcome.columns.items():
        assert sure[kind] >= 0.9 * columns, kind


PRODUCTS = {
    "releases": [
        f"{major}.{minor}.{patch}.{build}"
        for major in (3, 4)
        for minor in range(6)
        for patch in (0, 2, 21)
        for build in (7, 48)
    ],
    "builds": [f"6.1.{patch}.{patch * 7 % 256}" for patch in range(1, 60)],
    "large builds": [f"21.40.{build}.{build * 13}" for build in range(1, 60)],
}


@pytest.mark.parametrize("kind", PRODUCTS)
def test_versions_of_four_parts_are_no_addresses(kind: str) -> None:
    assert not [one for one in found(PRODUCTS[kind]) if one.proof is not Proof.TO_CHECK]


@pytest.mark.parametrize("kind", PRODUCTS)
def test_a_name_that_says_address_is_believed(kind: str) -> None:
    (one,) = found(PRODUCTS[kind], "ip_address")
    assert one.entity == "IP_ADDRESS"


def test_a_provider_whose_network_begins_low_is_worth_a_look() -> None:
    draw = Random(1)
    cells = [f"2.3.{draw.randrange(256)}.{draw.randint(1, 254)}" for _ in range(80)]
    assert [(one.entity, one.proof) for one in found(cells)] == [("IP_ADDRESS", Proof.TO_CHECK)]


def test_versions_in_sentences_are_no_addresses() -> None:
    versions = [f"worker: upgraded to version 4.{at % 9}.{at % 30}.{at % 250} in {at} ms" for at in range(200)]
    assert not found(versions)
    visits = [f"worker: client 81.{at % 9}.{at % 30}.{at % 250} connected" for at in range(200)]
    assert [(one.entity, one.proof) for one in found(visits)] == [("IP_ADDRESS", Proof.INDICATED)]
    assert [one.proof for one in found([*visits, *versions])] == [Proof.INDICATED]
    assert [one.proof for one in found([*visits[:20], *versions])] == [Proof.TO_CHECK]


def test_mail_addresses_in_the_urls_of_a_log_are_found() -> None:
    lines = [f'- - "GET /compte?mail=jeanne.martin{at}%40example.fr&p={at} HTTP/1.1" 200' for at in range(60)]
    assert ("EMAIL_ADDRESS", Proof.INDICATED, 60) in [(one.entity, one.proof, one.matched) for one in found(lines)]


def test_one_address_repeated_is_one_draw() -> None:
    busy = ["93.184.216.34"] * 300
    profile = observe([pa.record_batch({"c1": pa.array([*busy, "5.6.20.30"])})], SETTINGS).profiles()["c1"]
    assert reading(profile) is Reading.SILENT


def test_one_number_that_passes_its_check_by_accident_proves_nothing_by_being_repeated() -> None:
    passing = "350120100100156"
    other = "350120100100157"
    assert nir(passing) and not nir(other)
    assert not [one for one in found([passing, other, passing] * 80) if one.proof is not Proof.TO_CHECK]


def test_order_numbers_that_look_like_phones_are_worth_a_look() -> None:
    orders = [f"{412_340_000 + at:010}" for at in range(0, 300, 3)]
    assert {one.proof for one in found(orders)} == {Proof.TO_CHECK}


def test_phones_of_many_people_stay_found() -> None:
    draw = Random(2)
    assert [one.proof for one in found([f"06{draw.randrange(10**8):08}" for _ in range(60)])] == [Proof.INDICATED]


def test_serials_that_hold_ten_digits_hold_no_phone() -> None:
    draw = Random(3)
    assert not found([f"AB {draw.randrange(10**10):010}" for _ in range(200)])


def test_phones_behind_a_label_in_a_cell_stay_found() -> None:
    draw = Random(4)
    (one,) = found([f"TEL 06{draw.randrange(10**8):08}" for _ in range(60)])
    assert (one.entity, one.proof) == ("PHONE_NUMBER", Proof.INDICATED)


def test_a_million_cells_do_not_turn_an_inexact_chance_into_evidence() -> None:
    detector = Known("mrz", "MRZ", "government_id", chance=0.0001)
    profile = ColumnProfile(cells=10**6, distinct=10**6, sampled=LabelCount(512, 512), forms={"code": 512})
    assert weigh(detector, Tally(cells=200, whole=200, refused=10**6 - 200), profile, named=False) is None
    assert weigh(detector, Tally(cells=2_000, whole=2_000, refused=10**6 - 2_000), profile, named=False) is not None


def test_one_card_in_every_cell_is_worth_a_look() -> None:
    assert [(one.entity, one.proof) for one in found(["4970100000000154"] * 40)] == [("CREDIT_CARD", Proof.TO_CHECK)]
