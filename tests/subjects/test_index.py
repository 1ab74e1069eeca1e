"""The keyed filters: everyone who is in, almost nobody who is not, and nothing for whoever has not the key."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.errors import UserError
from recense.model import Column, Dataset
from recense.pipelines.persons import Collector, Indexing, unpack
from recense.reports import person_page
from recense.subjects import identifiers, keys
from recense.subjects.asking import UnclearIdentifier, question
from recense.subjects.filters import RATE, Filter
from recense.subjects.identifiers import Kind
from recense.subjects.keys import Key

KEY, OTHER = Key(b"k" * 32), Key(b"w" * 32)


def built(key: Key, kind: Kind, values: list[str], column: str = "c") -> Filter:
    salt = key.salt("s", "d", column, kind)
    one = Filter.sized(len(values), key.filter_secret(salt))
    one.add(key.hashes(kind, values))
    return one


def test_all_who_are_in_are_found_and_few_who_are_not() -> None:
    one = built(KEY, Kind.email, [f"user{n}@example.org" for n in range(10_000)])
    assert one.holds(KEY.hashes(Kind.email, [f"user{n}@example.org" for n in range(10_000)])).all()
    absent = one.holds(KEY.hashes(Kind.email, [f"absent{n}@example.org" for n in range(100_000)]))
    assert absent.sum() <= 100_000 * RATE + 3 * (100_000 * RATE) ** 0.5 and RATE <= 1e-4


def test_a_dictionary_of_mobile_numbers_finds_no_better_than_chance_without_the_key() -> None:
    """Every number of twenty 06 and 07 blocks, tried on the bits with a wrong key; some of them are in the filter."""
    numbers = [f"+33{head}{block:02}{n:05}" for head in "67" for block in range(2) for n in range(0, 100_000)]
    inside = numbers[:: len(numbers) // 2_000][:2_000]
    real = built(KEY, Kind.phone, inside)
    salt = KEY.salt("s", "d", "c", Kind.phone)  # stands beside the filter in clear
    guess = Filter(real.bits, real.turns, OTHER.filter_secret(salt))
    members, others = guess.holds(OTHER.hashes(Kind.phone, inside)), guess.holds(OTHER.hashes(Kind.phone, numbers))
    assert real.holds(KEY.hashes(Kind.phone, inside)).all()
    assert members.sum() <= 3 and others.mean() <= 3 * RATE


def test_without_the_key_not_even_the_same_person_in_two_columns_shows() -> None:
    values = [f"user{n}@example.org" for n in range(2_000)]
    one, two = (np.unpackbits(built(KEY, Kind.email, values, column).bits) for column in "ab")
    alike = float((one & two).mean())
    assert alike == pytest.approx(float(one.mean() * two.mean()), rel=0.05)  # as of two strangers


def test_a_part_is_sealed_and_opens_with_its_key_only() -> None:
    data = bytes(range(256)) * 40
    sealed = KEY.seal(data)
    assert KEY.unseal(sealed) == data and OTHER.unseal(sealed) is None
    assert KEY.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1])) is None and KEY.unseal(b"") is None
    assert data[:64] not in sealed and KEY.seal(data) != sealed


def test_kinds_and_keys_have_hashes_of_their_own() -> None:
    hashes = [key.hashes(kind, ["123"])[0] for key in (KEY, OTHER) for kind in Kind]
    assert len(set(hashes)) == len(hashes) and KEY.id != OTHER.id and "6b6b" not in KEY.id


@given(st.from_regex(r"0[67]\d{8}", fullmatch=True), st.sampled_from(["{}", "{0:.2} {0:2}", "+33{}", "0033{}"]))
def test_a_mobile_number_has_one_form_and_it_is_that_of_phonenumbers(number: str, form: str) -> None:
    import phonenumbers

    number = number if number.isascii() else "0612345678"
    pairs = " ".join(number[at : at + 2] for at in range(0, 10, 2))
    written = {"{}": number, "{0:.2} {0:2}": pairs, "+33{}": f"+33 (0){pairs[1:]}", "0033{}": f"0033{number[1:]}"}[form]
    expected = phonenumbers.format_number(phonenumbers.parse(number, "FR"), phonenumbers.PhoneNumberFormat.E164)
    overseas = number[1:4] in {"692", "693", "639", "690", "691", "694", "696", "697"}
    assert overseas or identifiers.phones(pa.array([written])).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("region", "written", "expected"),
    [
        ("BE", "0470 12 34 56", "+32470123456"),
        ("CH", "079 123 45 67", "+41791234567"),
        ("ES", "612 34 56 78", "+34612345678"),
        ("IT", "02 1234 5678", "+390212345678"),
        ("US", "(212) 555-0123", "+12125550123"),
        ("FR", "+32 470 12 34 56", "+32470123456"),
        ("FR", "0590 12 34 56", "+590590123456"),
    ],
)
def test_numbers_are_of_the_country_of_their_source(region: str, written: str, expected: str) -> None:
    assert identifiers.phones(pa.array([written]), region).to_pylist() == [expected]


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    cell = pa.array([text.encode("utf-8", "ignore").decode()], pa.string())
    for kind in (Kind.email, Kind.phone, Kind.nir, Kind.customer):
        normal = identifiers.normal(kind, cell)
        if normal[0].is_valid:
            assert identifiers.normal(kind, normal).to_pylist() == normal.to_pylist()
    identifiers.named(cell, cell)


def test_what_cannot_be_read_is_not_quoted() -> None:
    for given_ in ({"email": "zq7719"}, {"phone": "zq7719"}, {"name": "zq7719"}, {"birth": "zq7719"}, {}):
        with pytest.raises(UnclearIdentifier) as caught:
            question(given_)
        assert "zq7719" not in str(caught.value)


@pytest.mark.parametrize("key", person_page.catalogue())
def test_every_text_of_the_sheet_is_there_in_both_languages(key: str) -> None:
    entry = person_page.catalogue()[key]
    assert sorted(entry) == ["en", "fr"] and all(str(text).strip() for text in entry.values())


def test_a_key_is_its_owners_and_never_replaced(tmp_path) -> None:
    file = tmp_path / "k"
    made = keys.create(file)
    assert keys.read(file) == made and file.stat().st_mode & 0o777 == 0o600
    assert made.secret.hex() not in repr(made)
    with pytest.raises(UserError, match="already"):
        keys.create(file)
    file.chmod(0o644)
    with pytest.raises(UserError, match="others may read"):
        keys.read(file)
    assert keys.destroy(file) and not keys.destroy(file)
    with pytest.raises(UserError, match="--new-key"):
        keys.read(file)


def test_too_many_names_with_dates_of_birth_cost_the_index_nothing_else() -> None:
    names = [f"{what}_{n}" for n in range(3) for what in ("prenom", "nom_famille", "date_naissance")]
    dataset = Dataset("test:", "familles", "table", tuple(Column(name, "text") for name in (*names, "courriel")))
    collector = Collector(Indexing(KEY), dataset, "test")
    for number in range(3):
        row = {name: ["1970-01-02" if "date" in name else "Zoe"] for name in names}
        collector.add(pa.record_batch(row | {"courriel": [f"user{number}@example.org"]}))
    part = collector.result(None)
    assert part.rows == 3 and part.problem is not None and "pairs" in part.problem
    kept = {kind: hashes for path, kind, hashes in unpack(KEY.unseal(part.sealed) or b"") if path == "courriel"}
    assert set(kept[Kind.email]) == set(KEY.hashes(Kind.email, [f"user{n}@example.org" for n in range(3)]))
