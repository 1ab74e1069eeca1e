"""Evidence is a function of the rows: one pass, shuffled batches, many partitions and two processes agree."""

import random
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.evidence import Evidence
from recense.model import Dataset
from recense.scanners.detector import detectors
from recense.scanners.observe import Observer, ScanSettings, observe
from recense.scanners.verdict import judge

SETTINGS = ScanSettings(sample_key=b"0123456789abcdef", sample_size=32)
WORDS = ScanSettings(sample_key=b"0123456789abcdef", sample_size=32, language=False)
DATASET = Dataset("file:///crm", "clients.csv", "file")

VALUES = {
    "nom": ["Martin", "Le Goff", "DUPONT", "Lefèvre", "", None],
    "courriel": ["jean@example.org", "a.b@example.com", "inconnu", None],
    "code": ["4970100000000154", "4970100000000155", "185057800608491", "185057800608492", "73282932000074"],
    "note": [
        "Mme Martin est en arrêt maladie depuis le 3 mars, voir avec elle.",
        "Rappeler le 06 12 34 56 78 ou écrire à jean@example.org dès que possible.",
        "Vérification des extincteurs faite, aucune remarque sur le site visité.",
    ],
    "quand": ["1984-02-29", "29/02/1984", "2024-01-01"],
}


def rows(count: int, seed: int) -> pa.RecordBatch:
    draw = random.Random(seed)
    return pa.record_batch({name: pa.array([draw.choice(pool) for _ in range(count)], pa.string())
                            for name, pool in VALUES.items()})  # fmt: skip


def same(one: Evidence, other: Evidence) -> bool:
    """Equal counts, samples and findings; the order in which columns and detectors were met does not matter."""
    return one == other and judge(DATASET, one.profiles()) == judge(DATASET, other.profiles())


def cut(batch: pa.RecordBatch, at: list[int]) -> list[pa.RecordBatch]:
    edges = sorted({0, len(batch), *(edge % (len(batch) + 1) for edge in at)})
    return [batch.slice(start, end - start) for start, end in pairwise(edges)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 120), st.integers(0, 99), st.lists(st.integers(0, 1000), max_size=5), st.randoms())
def test_any_cutting_into_batches_and_partitions_agrees(
    count: int, seed: int, at: list[int], shuffle: random.Random
) -> None:
    whole = rows(count, seed)
    order = shuffle.sample(range(count), count)
    pieces = cut(whole.take(pa.array(order)), at)
    once = observe([whole], WORDS)
    assert same(once, observe(pieces, WORDS))
    merged = Evidence()
    for piece in shuffle.sample(pieces, len(pieces)):
        merged.merge(observe([piece], WORDS))
    assert same(once, merged)


def test_language_agrees_too_over_two_processes() -> None:
    whole = rows(200, 7)
    once = observe([whole], SETTINGS)
    merged = Evidence()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        for part in workers.map(observe_one, cut(whole.take(pa.array(random.Random(1).sample(range(200), 200))), [77])):
            merged.merge(part)
    assert same(once, merged)
    assert judge(DATASET, once.profiles())


def observe_one(batch: pa.RecordBatch) -> Evidence:
    return observe([batch], SETTINGS)


def test_evidence_of_nothing_is_the_neutral_element() -> None:
    batch = rows(50, 3)
    merged = observe([], WORDS)
    merged.merge(observe([batch], WORDS))
    assert same(merged, observe([batch], WORDS))


@pytest.mark.parametrize("value", ["jean@example.org", "185057800608491", "Mme Martin est en arrêt maladie."])
def test_evidence_holds_no_value(value: str) -> None:
    evidence = observe([pa.record_batch({"c": [value] * 5})], SETTINGS)
    assert value not in repr(evidence)
    assert value.split("@")[0] not in repr(evidence.profiles())


def test_nested_and_binary_cells_are_counted() -> None:
    batch = pa.record_batch(
        {
            "a": pa.array([{"mail": ["x@example.org", "y@example.org"]}, {"mail": []}, None]),
            "b": pa.array([b"\x89PNG\r\n\x1a\n", b"\xff\x00", None]),
        }
    )
    evidence = observe([batch], WORDS)
    assert evidence.rows == 3
    assert evidence.columns["a.mail[]"].tallies["email"].whole == 2
    assert (evidence.columns["b"].images, evidence.columns["b"].unscanned, evidence.columns["b"].nulls) == (1, 1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_partitions_of_one_dataset_read_fewer_values_and_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    whole = pa.record_batch({
        "note": [f"Rappeler {draw.choice(('Mme Martin', 'le gardien'))} pour la commande {n}" for n in range(3_000)],
        "statut": [draw.choice(("actif", "suspendu", None)) for _ in range(3_000)],
        "rare": ["Jean Dupont"] + [None] * 2_999,
    })  # fmt: skip
    pieces = cut(whole, [draw.randrange(3_000) for _ in range(11)])
    look = ScanSettings(sample_key=draw.randbytes(16), sample_size=32, language=False)
    labelled: list[str] = []
    label = Observer._label
    monkeypatch.setattr(Observer, "_label", lambda self, values: labelled.extend(values) or label(self, values))

    def read(dataset: str, order: list[pa.RecordBatch]) -> tuple[Evidence, int]:
        labelled.clear()
        merged = Evidence()
        for piece in order:
            observer = Observer(look, dataset)
            observer.add(piece)
            merged.merge(observer.evidence())
        return merged, len(labelled)

    alone, most = read("", pieces)
    once = observe([whole], look)
    together, fewer = read("clients", draw.sample(pieces, len(pieces)))
    assert same(once, alone) and same(once, together)
    assert fewer < most / 2
    again, _ = read("clients", pieces)  # a partition that is read twice counts for itself
    assert same(once, again)
    another, _ = read("articles", pieces)
    assert same(once, another)


def test_a_detector_for_running_text_is_not_asked_about_columns():
    batch = pa.record_batch({"note": ["call 0175-12 34 56 or phone (212) 555-0175 x12"] * 40})
    evidence = observe(iter([batch]), WORDS)
    told = set(evidence.columns["note"].tallies)
    texts = {id_ for id_, detector in detectors().items() if detector.texts}
    assert texts and not told & texts


@pytest.mark.parametrize("first", [0.0, 0.3, 0.618, 0.99])
def test_the_column_to_begin_with_changes_no_evidence(first: float) -> None:
    flat = pa.record_batch({"a": ["x@example.org"] * 3, "b": ["1", None, "2"], "c": ["Lyon"] * 3, "d": [1, 2, 3]})
    nested = pa.record_batch({"a": ["y"], "s": pa.array([{"t": "x@example.org"}]), "z": ["06 12 34 56 78"]})
    for batch in (flat, nested):
        observer = Observer(SETTINGS, first=first)
        observer.add(batch)
        plain = observe([batch], SETTINGS).profiles()
        assert list(observer.evidence().profiles().items()) == list(plain.items())
