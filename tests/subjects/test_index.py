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
from recense.scanners.cells import Leaf, as_text, leaves
from recense.subjects import identifiers, keys
from recense.subjects.asking import UnclearIdentifier, question
from recense.subjects.filters import RATE, Filter
from recense.subjects.identifiers import Kind
from recense.subjects.keys import Key

KEY, OTHER = Key(b"k" * 32), Key(b"w" * 32)


def built(key: Key, kind: Kind, values: list[str] | pa.Array, column: str = "c") -> Filter:
    salt = key.salt("s", "d", column, kind)
    one = Filter.sized(len(values), key.filter_secret(salt))
    one.add(key.hashes(kind, values))
    return one


def test_all_who_are_in_are_found_and_few_who_are_not() -> None:
    one = built(KEY, Kind.email, [f"user{n}@example.org" for n in range(10_000)])
    assert one.holds(KEY.hashes(Kind.email, [f"user{n}@example.org" for n in range(10_000)])).all()
    absent = one.holds(KEY.hashes(Kind.email, [f"absent{n}@example.org" for n in range(100_000)]))
    assert absent.sum() <= 100_000 * RATE + 3 * (100_000 * RATE) ** 0.5 and RATE <= 1e-4


def mobiles(numbers: np.ndarray) -> pa.Array:
    """+336… and +337… of numbers from 0 to 2 x 10^8."""
    text = np.empty((len(numbers), 12), np.uint8)
    text[:, :3] = np.frombuffer(b"+33", np.uint8)
    text[:, 3] = 54 + numbers // 10**8
    for place in range(8):
        text[:, 11 - place] = 48 + numbers // 10**place % 10
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * 12
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text.reshape(-1)))


def test_a_dictionary_of_mobile_numbers_finds_no_better_than_chance_without_the_key() -> None:
    """Every hundredth 06 and 07 number, without a key and with a wrong one; benchmarks/persons tries them all."""
    numbers = np.arange(0, 2 * 10**8, 100)
    inside = mobiles(numbers[::200])
    assert inside[0].as_py() == "+33600000000" and mobiles(numbers[-1:]).to_pylist() == ["+33799999900"]
    real = built(KEY, Kind.phone, inside)
    salt = KEY.salt("s", "d", "c", Kind.phone)  # stands beside the filter in clear
    assert real.holds(KEY.hashes(Kind.phone, inside)).all()
    for wrong in (OTHER, Key(bytes(32))):
        guess = Filter(real.bits, real.turns, wrong.filter_secret(salt))
        members = guess.holds(wrong.hashes(Kind.phone, inside)).sum()
        seen = sum(int(guess.holds(wrong.hashes(Kind.phone, mobiles(some))).sum()) for some in np.split(numbers, 20))
        assert members <= 5 and seen <= len(numbers) * RATE + 3 * (len(numbers) * RATE) ** 0.5


def test_the_hash_is_aes_in_a_chain_behind_the_length() -> None:
    """Against OpenSSL's own CBC, value by value: its last block under a zero vector is the CBC-MAC."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    from recense.subjects import prf

    values = ["", "a", "+33612345678", "x" * 14, "x" * 15, "é" * 15, "y" * 30, "z" * 31, "w" * 1022, "v" * 3000]
    values += ["x" * 14 + "\0", "\0", "\0\0"]
    expected = []
    for value in values:
        data = value.encode()[: prf.LONGEST]
        blocks = data[:14].ljust(14, b"\0") + len(data).to_bytes(2, "little") + data[14:]
        chain = Cipher(algorithms.AES(b"k" * 16), modes.CBC(bytes(16))).encryptor()
        sealed = chain.update(blocks + bytes(-len(blocks) % 16))
        expected.append(int.from_bytes(sealed[-16:-8], "little"))
    assert prf.hashes(b"k" * 16, pa.array(values)).tolist() == expected and len(set(expected)) == len(values)
    sliced = pa.array(["before", *values, "after"]).slice(1, len(values))
    assert prf.hashes(b"k" * 16, sliced).tolist() == expected
    assert len(prf.hashes(b"k" * 16, pa.array([], pa.string()))) == 0


@given(st.lists(st.one_of(st.none(), st.text("Éé aBœ'-1.\u2019", max_size=9)), max_size=12))
def test_a_column_gives_what_its_cells_give_alone(cells: list[str | None]) -> None:
    """What fast ways for plain columns do, they do as the others: neighbours with accents change nothing."""
    born: list[str | None] = ["1980-02-03", "03/02/1980", "3/2/1980", None, "12/25/1980", "1980-02-30 00:00"]
    for read, written in (
        (identifiers.names, cells),
        (identifiers.customers, cells),
        (identifiers.emails, [f"{cell}@Ex.Org" if cell else cell for cell in cells]),
        (identifiers.phones, [cell and f"06{cell}12 34 56 78" for cell in cells]),
        (identifiers.days, born[: len(cells)]),
    ):
        alone = [read(pa.array([one], pa.string()))[0].as_py() for one in written]
        assert read(pa.array(written, pa.string())).to_pylist() == alone
        assert read(pa.array(["-", *written], pa.string()).slice(1)).to_pylist() == alone


def test_an_index_of_the_earlier_format_asks_for_a_scan() -> None:
    from types import SimpleNamespace

    from recense.reports.located import refuse_unusable

    (former,) = KEY.former_ids
    assert former != KEY.id and former not in OTHER.former_ids
    with pytest.raises(UserError, match="earlier version of recense: scan again"):
        refuse_unusable([SimpleNamespace(key_id=former)], KEY)
    with pytest.raises(UserError, match="was built with key"):
        refuse_unusable([SimpleNamespace(key_id=former)], OTHER)


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


def gather(collector: Collector, batch: pa.RecordBatch) -> None:
    columns = {path: Leaf(array, as_text(array).text) for path, array in leaves(batch)}
    collector.add(batch.num_rows, columns)


def test_too_many_names_with_dates_of_birth_cost_the_index_nothing_else() -> None:
    names = [f"{what}_{n}" for n in range(3) for what in ("prenom", "nom_famille", "date_naissance")]
    dataset = Dataset("test:", "familles", "table", tuple(Column(name, "text") for name in (*names, "courriel")))
    collector = Collector(Indexing(KEY), dataset, "test")
    for number in range(3):
        row = {name: ["1970-01-02" if "date" in name else "Zoe"] for name in names}
        gather(collector, pa.record_batch(row | {"courriel": [f"user{number}@example.org"]}))
    part = collector.result(None)
    assert part.rows == 3 and part.problem is not None and "pairs" in part.problem
    kept = {kind: hashes for path, kind, hashes in unpack(KEY.unseal(part.sealed) or b"") if path == "courriel"}
    assert set(kept[Kind.email]) == set(KEY.hashes(Kind.email, [f"user{n}@example.org" for n in range(3)]))


@pytest.mark.parametrize(
    "cell",
    [
        "GET /compte?mail=Jeanne.Martin%40example.org&p=1 HTTP/1.1",
        "GET /compte?mail=jeanne.martin@example.org HTTP/1.1",
        "user=jeanne.martin@example.org level=info",
        "https://example.org/u/jeanne%2Emartin%40example.org",
        "écrire à jeanne.martin@example.org.",
    ],
)
def test_an_address_in_a_log_or_url_is_indexed_as_it_is_asked_for(cell: str) -> None:
    batch = pa.record_batch({"line": pa.array([cell, None, "100 % @ home"])})
    gathered = Collector(Indexing(KEY), Dataset("s", "d", "log", (Column("line"),)), "s")
    gather(gathered, batch)
    places = unpack(KEY.unseal(gathered.result(None).sealed) or b"")
    hashes = {int(one) for _, kind, found in places if kind is Kind.email for one in found}
    assert int(KEY.hashes(Kind.email, pa.array(["jeanne.martin@example.org"]))[0]) in hashes


def test_a_dataset_without_a_retention_verdict_shows_none() -> None:
    assert person_page.verdict(None, "fr") == ""
