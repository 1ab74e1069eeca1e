"""Asking skeletons counts what asking every cell counts."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.evidence import Tally
from recense.scanners import arrays, kinds, peeling, skeletons, triage, validate
from recense.scanners.detector import Detector, detectors
from recense.scanners.folding import fold
from recense.scanners.triage import Triage, reference_tally

sys.path.insert(0, str(Path(__file__).parent))
import shapes

ALL = detectors()
EXAMPLES = [text for d in ALL.values() for text in (*d.match, *d.reject)]


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """Every column is large enough for each short way, however diverse it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skeletons, "WORTH", 1)
        patch.setattr(skeletons, "MOST", 1)
        patch.setattr(skeletons, "FEW", 1)
        patch.setattr(kinds, "WORTH", 2)
        patch.setattr(validate, "SAMPLE", 2)
        yield


def digits(text: str, rng: random.Random) -> str:
    """Returns another text of the same skeleton."""
    return re.sub("[0-9]", lambda _: rng.choice("0123456789"), text)


@pytest.mark.parametrize("id_", sorted(ALL))
def test_each_detector_counts_what_presidio_counts(id_: str) -> None:
    detector = ALL[id_]
    rng = random.Random(id_)
    words = [*detector.context, "tél", "le", ""]
    cells = [shapes.text(rng.choice(detector.shapes).regex, rng) for _ in range(12)]
    cells += [*detector.match, *detector.reject]
    cells += [digits(cell, rng) for cell in cells for _ in range(2)]
    cells += [
        f"{rng.choice(words)} {cell}{rng.choice(['', ' y', '.', '4', ', ' + rng.choice(cells)])}" for cell in cells
    ]
    one = {id_: detector}
    asked, column = Triage(one), pa.array(cells)
    assert asked.tally(column, "c") == reference_tally(cells, one)
    more = [digits(cell, rng) for cell in cells] + [f"n° {cell}" for cell in cells[:20]]
    assert asked.tally(pa.array(more, pa.large_string()), "c") == reference_tally(more, one)  # some of it known by now


@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.text("0123456789 .-+/AB", max_size=30),
            st.tuples(st.sampled_from(EXAMPLES), st.randoms(use_true_random=False)).map(lambda one: digits(*one)),
        ),
        min_size=1,
        max_size=14,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cells_count_as_presidio_counts_them(cells: list[str]) -> None:
    assert TOGETHER.tally(pa.array(cells, pa.string()), "c") == dict(sorted(reference_tally(cells, ALL).items()))


TOGETHER = Triage(ALL)


@pytest.mark.parametrize("seed", range(4))
def test_lines_of_a_log_count_as_presidio_counts_them(seed: int) -> None:
    rng = random.Random(seed)
    endings = ["", " from 1.2.3.4", " le 20260102", " tél 0612345678", " 127.0.0.1 127.0.0.2", " GET /a HTTP/1.1"]
    lines = [
        f"{digits('192.168.2.10', rng)} [{digits('10', rng)}/Nov/2026:10:11:12 +0100] {digits('u12', rng)}@example.fr "
        f"{digits('127.0.0.1', rng)} id={digits('0612345678', rng)} {digits('2026-01-12', rng)}{rng.choice(endings)}"
        for _ in range(120)
    ]
    assert Triage(ALL).tally(pa.array(lines), "log") == dict(sorted(reference_tally(lines, ALL).items()))


def test_long_texts_of_many_skeletons_count_as_presidio_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels and coverings are asked for all detectors at once there."""
    monkeypatch.setattr(skeletons, "WORTH", 1 << 30)
    monkeypatch.setattr(peeling, "SEVERAL", 1)
    monkeypatch.setattr(arrays, "LONG", 1)
    monkeypatch.setattr(peeling, "LONG", 1)
    rng = random.Random(3)
    labels = ["", "", "", "code postal", "CVV", "tél", "né le", "commune:", "élève", "phone"]
    lines = [
        " ".join(
            [
                digits("10.20.30.40 75001 123 0612345678 20260102", rng),
                *(rng.choice(labels), digits("75001", rng)),
                *rng.sample(["GET /x HTTP/1.1", rng.choice(labels), "Mobile Safari", digits("4006381333931", rng)], 3),
            ]
        )
        for _ in range(150)
    ]
    assert Triage(ALL).tally(pa.array(lines)) == dict(sorted(reference_tally(lines, ALL).items()))


def test_every_detector_of_ours_has_a_twin_that_finds_the_skeletons_of_its_examples() -> None:
    for detector in ALL.values():
        twin = skeletons.veiled(detector)
        assert twin is not None, detector.id
        for text in detector.match:
            skeleton = skeletons.veiled_cells(pa.array([fold(text)]))[0].as_py()
            assert any(regex.search(skeleton) for regex in twin.compiled), (detector.id, text)


def test_a_detector_without_a_twin_is_asked_about_every_cell() -> None:
    some = ALL["siren"]
    odd = Detector(
        id="odd", entity=some.entity, source="", match=("x7",), reject=("x8",), file="", check=None,
        shapes=(shapes_of("x[^8]"),),
    )  # fmt: skip
    assert skeletons.veiled(odd) is None
    cells = [f"x{n}" for n in range(10)]
    assert Triage({"odd": odd}).tally(pa.array(cells), "c") == {"odd": Tally(cells=9, whole=9, refused=0)}


def shapes_of(regex: str) -> triage.re2.Shape:
    return triage.re2.Shape(regex, 0.5, "word")


def test_a_column_of_few_skeletons_is_told_from_one_of_many() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.undo()
        patch.setattr(skeletons, "WORTH", 8_192)
        patch.setattr(skeletons, "MOST", 3 / 4)
        patch.setattr(skeletons, "FEW", 1 / 8)
        few = pa.array([f"06{n:08}" for n in range(10_000)])
        found = skeletons.skeletons(few)
        assert found is not None and found[0].to_pylist() == ["0000000000"] and not found[1].any()
        assert skeletons.skeletons(few[:100]) is None
        assert skeletons.skeletons(pa.array([f"x{'y' * (n % 2_000)}{n}" for n in range(10_000)])) is None
        assert skeletons.skeletons(pa.array(["sans chiffre"] * 10_000)) is None
