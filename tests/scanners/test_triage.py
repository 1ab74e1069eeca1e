"""The column path counts what Presidio's recognizers find, cell by cell."""

from __future__ import annotations

import random
import string
import sys
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.evidence import Tally
from recense.scanners import checks, triage
from recense.scanners.detector import detectors
from recense.scanners.matching import matches
from recense.scanners.triage import Triage, reference_tally
from recense.scanners.vector import VECTOR

sys.path.insert(0, str(Path(__file__).parent))
import shapes

ALL = detectors()
TRIAGE = Triage(ALL)
EXAMPLES = [text for d in ALL.values() for text in (*d.match, *d.reject)]


def mixed(rng: random.Random) -> str:
    """Returns a cell made of pieces that detectors like, whole, broken, or glued to others."""
    pieces = [
        lambda: rng.choice(EXAMPLES),
        lambda: shapes.text(rng.choice(rng.choice(list(ALL.values())).shapes).regex, rng),
        lambda: "".join(rng.choice(string.digits) for _ in range(rng.randrange(1, 20))),
        lambda: "".join(rng.choice("0123456789 .-/AFé\u00a0,:@") for _ in range(rng.randrange(1, 24))),
        lambda: rng.choice(["SIREN", "tél :", "né le", "fax", "dossier", "carte", "NIR n°", "élève", "CVV", "IMEI"]),
    ]
    count = rng.choice((1, 1, 1, 2, 3, 4))
    return rng.choice(["", " ", "  "]) + rng.choice([" ", "", ", ", ":", "-", "\n"]).join(
        rng.choice(pieces)() for _ in range(count)
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_column_path_equals_presidio_on_mixed_cells(seed: int) -> None:
    rng = random.Random(seed)
    cells = [mixed(rng) for _ in range(300)] + (EXAMPLES if seed == 0 else [])
    assert TRIAGE.tally(pa.array(cells)) == dict(sorted(reference_tally(cells, ALL).items()))


@given(
    st.lists(
        st.one_of(st.text(max_size=40), st.text("0123456789 .-+/AB", max_size=30), st.sampled_from(EXAMPLES)),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_column_path_equals_presidio_on_any_cells(cells: list[str]) -> None:
    assert TRIAGE.tally(pa.array(cells, type=pa.string())) == dict(sorted(reference_tally(cells, ALL).items()))


@st.composite
def log_lines(draw: st.DrawFn) -> str:
    """Returns a line as servers write it: many shapes in one cell, values that return, times that look like others."""
    hexed = st.text("0123456789abcdefABCDEF", min_size=1, max_size=4)
    groups = st.lists(hexed, min_size=2, max_size=9).map(":".join)
    pairs = st.lists(st.text("0123456789abcdef", min_size=2, max_size=2), min_size=3, max_size=7)
    address = st.one_of(
        st.sampled_from(["80.66.189.235", "10.0.0.1", "999.1.1.1", "fe80::1", "::1", "2001:db8:0:0:0:0:0:1"]),
        groups,
        pairs.map(":".join),
        pairs.map("-".join),
    )
    pieces = st.one_of(
        address,
        st.dates().map("{:%d/%b/%Y:10:50:47 +0100}".format),
        st.sampled_from(
            ["GET /compte/68711?page=19 HTTP/1.1", "https://www.example.org/", "Gecko/20100101 Firefox/128.0"]
        ),
        st.sampled_from(["le 20100101", "date=20261124", "user=nicolas.kaya@example.org", "née le", "ip:", "tél="]),
        st.uuids().map(str),
        st.integers(0, 10**15).map(str),
    )
    return draw(st.sampled_from([" ", " - ", '" "', "=", ":", "["])).join(
        draw(st.lists(pieces, min_size=1, max_size=7))
    )


@given(st.lists(log_lines(), min_size=1, max_size=10))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_column_path_equals_presidio_on_lines_of_a_log(lines: list[str]) -> None:
    expected = {id_: t.plus(t) for id_, t in sorted(reference_tally(lines, ALL).items())}
    assert TRIAGE.tally(pa.array(lines * 2)) == expected


@pytest.mark.parametrize("id_", sorted(ALL))
def test_each_detector_alone_equals_presidio_on_texts_of_its_shape(id_: str) -> None:
    detector = ALL[id_]
    rng = random.Random(id_)
    cells = [shapes.text(rng.choice(detector.shapes).regex, rng) for _ in range(40)]
    cells += [
        f"{rng.choice(['x ', 'n° ', '-', '4', 'é', ''])}{cell}{rng.choice([' y', '.', '-', '4', 'é', ''])}"
        for cell in cells
    ]
    cells += [*detector.match, *detector.reject, *(cell.upper() for cell in detector.match)]
    one = {id_: detector}
    assert Triage(one).tally(pa.array(cells)) == reference_tally(cells, one)


def test_batches_dictionaries_and_large_strings_count_the_same() -> None:
    rng = random.Random(5)
    cells: list[str | None] = [mixed(rng) for _ in range(200)] * 3 + [None] * 7
    whole = TRIAGE.tally(pa.array(cells))
    assert TRIAGE.tally(pa.array(cells, type=pa.large_string())) == whole
    assert TRIAGE.tally(pa.array(cells).dictionary_encode()) == whole
    assert TRIAGE.tally(pa.chunked_array([cells[:100], cells[100:]])) == whole
    summed: dict[str, Tally] = {}
    for start in range(0, len(cells), 61):
        for id_, tally in TRIAGE.tally(pa.array(cells)[start : start + 61]).items():
            summed[id_] = summed.get(id_, Tally()).plus(tally)
    assert dict(sorted(summed.items())) == whole


def test_a_long_column_of_texts_with_something_inside_equals_presidio() -> None:
    rng = random.Random(12)
    inside = [d for d in ALL.values() if d.cue in ("none", "optional")]
    for detector in rng.sample(inside, 12):
        some = [text for text in (*detector.match, *detector.reject) if text.isascii()]
        cells = [
            f"{rng.choice(['see', '{', 'a.b', '1'])}{rng.choice([' ', ': ', '-', '.', ''])}"
            f"{rng.choice(some)}{rng.choice([' ', ', ', '', '/'])}{rng.choice(some)} {rng.choice(['}', 'x', '9', '-'])}"
            for _ in range(120)
        ]
        one = {detector.id: detector}
        assert Triage(one).tally(pa.array(cells)) == reference_tally(cells, one), detector.id


def test_a_long_column_with_few_matches_counts_as_its_pieces() -> None:
    """Short cells are looked at by sixteens, as lines of one text: each must begin and end as it does alone."""
    rng = random.Random(14)
    filler = ["Lyon", "rien à dire", "12", "", "x-", "_", "1.", "\n", "fin\n", "\r", "A", "né le"]
    found = [text for d in ALL.values() for text in d.match if len(text) < 60]
    cells = [rng.choice(filler) for _ in range(triage.JOINED_CELLS + 200)]
    for place in rng.sample(range(len(cells)), len(found)):
        cells[place] = found.pop()
    cells = [cell if rng.random() < 0.99 else mixed(rng)[:60] for cell in cells]
    pieces = [label for start in range(0, len(cells), 2000) for label in TRIAGE.labels(cells[start : start + 2000])]
    assert Triage(ALL).labels(cells) == pieces
    counts = Counter(id_ for label in pieces for id_ in label)
    # Numbered, or the column would be asked by its distinct values.
    more = [f"{n % 7 * 'y'}{n}z" for n in range(triage.JOINED_CELLS)]
    counts.update(id_ for start in (0, 2048) for label in TRIAGE.labels(more[start : start + 2048]) for id_ in label)
    tallies = Triage(ALL).tally(pa.array(["x", *cells, *more])[1:])
    assert {id_: tally.cells for id_, tally in tallies.items() if tally.cells} == counts


@pytest.mark.parametrize("word", ["plaque", "n° de série", "SÉRIE", "immatriculation:", "matricule"])
def test_labels_with_and_without_accents_let_the_same_matches_through(word: str) -> None:
    cells = [f"{word} AB-{n}-CD{end}" for n in range(100, 200) for end in ("", " reçue", " vue")]
    assert TRIAGE.tally(pa.array(cells)) == dict(sorted(reference_tally(cells, ALL).items()))


def test_columns_asked_together_count_as_each_alone() -> None:
    rng = random.Random(6)
    columns: list[pa.Array] = [pa.array([mixed(rng) for _ in range(rng.randrange(40))], pa.string()) for _ in range(20)]
    columns += [pa.array([None, "jean@example.org"], pa.large_string()), pa.array([], pa.string())]
    columns += [pa.array(["x", "x", "jean@example.org"]).dictionary_encode(), pa.array(["0612345678"] * 5_000)]
    assert TRIAGE.tally_each(columns) == [TRIAGE.tally(column) for column in columns]


def test_a_plan_learnt_anew_while_a_batch_is_looked_at_changes_no_count() -> None:
    """As when two threads meet the first batches of a column at once, and these differ."""

    class Restless(Triage):
        other = pa.array(["rien"] * 300, pa.string())

        def _matching(self, cells: pa.Array, detectors: Any, wide: bool = False, bare: bool = False) -> Any:
            for plan in self._plans.values():
                if plan.learned:
                    plan.learned = False
                    self._learn(plan, self.other)
            return super()._matching(cells, detectors, wide, bare)

    half = [f"jean{n}@example.org" if n % 2 else f"{n} rue du Bac, 0612345678" for n in range(600)]
    for cells in ([f"jean{n}@example.org" for n in range(400)], half, ["a" * 80 + cell for cell in half]):
        expected = Triage(ALL).tally(pa.array(cells))
        assert expected
        assert Restless(ALL).tally(pa.array(cells)) == expected


def test_nothing_and_nulls_count_for_nothing() -> None:
    assert TRIAGE.tally(pa.array([], type=pa.string())) == {}
    assert TRIAGE.tally(pa.array([None, None], type=pa.string())) == {}
    assert TRIAGE.tally(pa.array(["", " ", "\x00", "\U0010ffff"])) == {}
    assert TRIAGE.labels([]) == []


def test_labels_and_places_are_those_of_the_detectors() -> None:
    rng = random.Random(9)
    texts = [mixed(rng) for _ in range(150)]
    for text, labels, places in zip(texts, TRIAGE.labels(texts), TRIAGE.find(texts), strict=True):
        expected = {(m.start, m.end, id_, m.score) for id_, d in ALL.items() for m in matches(d, text)}
        assert set(places) == expected
        assert labels == {id_ for _, _, id_, _ in expected}


@pytest.mark.parametrize("kind", sorted(VECTOR))
def test_a_vectorised_check_gives_the_answer_of_the_check(kind: str) -> None:
    users = [d for d in ALL.values() if d.check == kind]
    rng = random.Random(kind)
    texts = [shapes.text(shape.regex, rng) for d in users for shape in d.shapes for _ in range(400)]
    texts += [text for d in users for text in d.match if len(text) < 45 and text.isascii()]
    answers = VECTOR[kind](pa.array(texts))
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers, strict=True):
        if answer != -1:
            assert bool(answer) == checks.check(kind)(text)


def test_what_speaks_against_is_counted_and_persons_are_not() -> None:
    rng = random.Random(3)
    columns = {
        "uuid": [str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(1000)],
        "version": [f"{rng.randrange(9)}.{rng.randrange(40)}.{rng.randrange(40)}" for _ in range(1000)],
        "epoch": [str(rng.randrange(1_400_000_000, 1_760_000_000)) for _ in range(1000)],
        "serial": [f"SN-{rng.randrange(10**8):08}" for _ in range(1000)],
        "colour": [f"#{rng.randrange(1 << 24):06x}" for _ in range(1000)],
        "amount": [f"{rng.randrange(9000)},{rng.randrange(100):02}" for _ in range(1000)],
    }
    for id_, cells in columns.items():
        tallies = TRIAGE.tally(pa.array(cells))
        assert tallies[id_].whole >= 990, id_
        # A detector that needs no label, and neither chance nor a wide shape explains, must stay silent.
        loud = [
            other
            for other, tally in tallies.items()
            if ALL[other].category and ALL[other].cue in ("none", "optional") and tally.cells > 20
        ]
        assert not loud, (id_, loud)


@pytest.mark.parametrize("length", [8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 23])
def test_random_digits_pass_no_more_often_than_declared(length: int) -> None:
    rng = random.Random(length)
    cells = ["".join(rng.choice(string.digits) for _ in range(length)) for _ in range(3000)]
    for id_, tally in TRIAGE.tally(pa.array(cells)).items():
        detector = ALL[id_]
        if detector.check is None:
            continue
        seen = tally.cells + tally.refused
        allowed = detector.chance * seen
        assert tally.cells <= 1.6 * allowed + 4 * (allowed + 1) ** 0.5 + 3, (id_, tally, allowed)


def test_a_hostile_cell_does_not_hang() -> None:
    bombs = [
        "a." * 20_000 + "@example.com",
        "1 " * 20_000,
        "FR76 " * 5_000,
        "2001:" * 5_000,
        "(" * 50_000,
        "eyJ-" * 9_000 + ".eyJ",
    ]
    TRIAGE.tally(pa.array(bombs))
