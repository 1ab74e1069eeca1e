"""The sample of distinct values: uniform, mergeable, the same for any order and cutting of the rows."""

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recense.evidence import ValueSample
from recense.scanners.sampling import Reservoir, ranks

KEY = b"0123456789abcdef"
TEXTS = st.lists(st.text(alphabet="abé1 ", max_size=40), max_size=60)


def vowels(values: Sequence[str]) -> list[frozenset[str]]:
    """A labelling that depends on the value alone, as detectors must."""
    return [frozenset({"vowel"} if "a" in value else ()) for value in values]


def sample(parts: list[list[str]], size: int) -> ValueSample:
    whole = ValueSample(size)
    for part in parts:
        reservoir = Reservoir(KEY, size)
        for value in part:
            reservoir.add(pa.array([value]))
        whole.merge(reservoir.seal(vowels))
    return whole


@given(TEXTS)
def test_equal_cells_have_equal_ranks_wherever_they_stand(values: list[str]) -> None:
    array = pa.array(["padding", *values, "x"], pa.string())
    together = ranks(array, KEY)[1:-1].tolist()
    alone = [int(ranks(pa.array([value]), KEY)[0]) for value in values]
    assert together == alone
    assert ranks(array.slice(1, len(values)), KEY).tolist() == alone


@given(TEXTS)
def test_cells_collide_only_when_equal(values: list[str]) -> None:
    assert len(set(ranks(pa.array(sorted(set(values)), pa.string()), KEY).tolist())) == len(set(values))


@pytest.mark.parametrize("length", [8, 9, 48, 1_024, 1_025, 1_032, 1_033, 1_034, 5_000])
def test_every_byte_counts(length: int) -> None:
    """Rows of a form agree in most bytes: were some not looked at, one kind of rows would be all the sample."""
    form = "x" * length
    cells = [form] + [f"{form[:at]}y{form[at + 1 :]}" for at in range(length)]
    assert len(set(ranks(pa.array(cells), KEY).tolist())) == length + 1


def test_the_rows_of_a_form_are_drawn_evenly() -> None:
    reservoir = Reservoir(KEY, 512)
    reservoir.add(pa.array([f"commande {n:06} livrée, rappeler le client si besoin" for n in range(100_000)]))
    tenths = Counter(value[9:11] for value in reservoir.values())
    assert len(tenths) == 10 and max(tenths.values()) < 100


@settings(max_examples=50)
@given(TEXTS, st.integers(1, 8), st.randoms())
def test_any_order_and_cutting_gives_the_same_sample(values: list[str], size: int, random) -> None:
    one_batch = Reservoir(KEY, size)
    one_batch.add(pa.array(values, pa.string()))
    shuffled = random.sample(values, len(values))
    cut = random.randint(0, len(values))
    assert one_batch.seal(vowels) == sample([shuffled[:cut], shuffled[cut:]], size)


def test_counts_of_sampled_values_are_exact() -> None:
    values = [f"user{n % 700}" for n in range(2100)]
    reservoir = Reservoir(KEY, 64)
    for start in range(0, 2100, 100):
        reservoir.add(pa.array(values[start : start + 100]))
    sealed = reservoir.seal(vowels)
    assert {cells for cells, _ in sealed.entries.values()} == {3}


def test_distinct_is_exact_when_small_and_near_when_large() -> None:
    few, many = Reservoir(KEY, 512), Reservoir(KEY, 512)
    few.add(pa.array(["a", "b", "a"]))
    many.add(pa.array([f"client-{n}" for n in range(50_000)]))
    assert few.seal(vowels).distinct() == 2
    assert abs(many.seal(vowels).distinct() / 50_000 - 1) < 0.2


def test_another_key_draws_another_sample() -> None:
    array = pa.array([f"client-{n}" for n in range(5_000)])
    one, other = Reservoir(KEY, 64), Reservoir(b"another key 1234", 64)
    one.add(array)
    other.add(array)
    assert set(one.values()) != set(other.values())
