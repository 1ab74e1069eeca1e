"""The arithmetic of the comparison, and peers that fail: each is named, none is left out silently."""

import random
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.accuracy.bootstrap import f1, interval, total
from benchmarks.accuracy.columns import Result, Table
from benchmarks.accuracy.peers import categories
from benchmarks.accuracy.score import Cell, Score
from benchmarks.environments import Failure, build, run

COUNTS = st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=1, max_size=20)


@given(COUNTS)
def test_the_interval_lies_within_0_and_1_and_around_what_all_parts_say_alike(
    parts: list[tuple[int, int, int]],
) -> None:
    low, high = interval(parts)
    assert 0 <= low <= high <= 1
    same = interval([parts[0]] * 5)
    assert all(abs(end - f1(parts[0])) < 1e-9 for end in same)


def test_the_interval_narrows_with_more_tables() -> None:
    rng = random.Random(1)
    parts = [(rng.randint(0, 9), rng.randint(0, 3), rng.randint(0, 3)) for _ in range(400)]
    few, many = interval(parts[:10]), interval(parts)
    assert many[1] - many[0] < few[1] - few[0]
    assert many[0] < f1(total(parts)) < many[1]


def test_a_column_counts_as_found_under_its_category_only() -> None:
    result = Result("engine", Score("engine"))
    cell = Cell("t.c", "contact", "EMAIL_ADDRESS", False)
    result.add(
        "t",
        [
            (cell, [("identification", "proved")]),
            (Cell("t.d", "none", "", False), []),
            (Cell("t.e", "none", "", True), [("contact", "")]),
        ],
    )
    assert result.labels["contact"] == {"of": 1, "found": 1, "right": 0}
    assert result.parts == [(1, 0, 0)]


def test_vague_types_and_small_shares_can_be_left_out_of_a_peers_answer() -> None:
    counts = {"DATE_TIME": 90, "PERSON": 10, "URL": 100}
    assert categories(counts, 100, 0.0, True) == ["identification", "identification"]
    assert categories(counts, 100, 0.0, False) == ["identification"]
    assert categories(counts, 100, 0.3, False) == []


def test_the_sample_for_peers_is_the_same_each_time_and_keeps_rows_together() -> None:
    table = Table("t", "fr", {"a": [str(n) for n in range(500)], "b": [str(n) for n in range(500)]}, {})
    assert table.sample() == table.sample()
    assert table.sample()["a"] == table.sample()["b"]
    assert len(table.sample()["a"]) == 100


def test_a_peer_that_does_not_install_is_named_with_what_pip_said(tmp_path: Path) -> None:
    failure = build(tmp_path / "env", [str(tmp_path / "no-such-package.whl")], seconds=120)
    assert isinstance(failure, Failure)
    assert failure.about == "could not be installed"
    assert "no-such-package" in failure.log
    assert str(tmp_path) not in failure.about


def test_a_peer_that_fails_hangs_or_says_nothing_is_named(tmp_path: Path) -> None:
    scripts = {
        "raise SystemExit('broken')": "failed",
        "import time; time.sleep(30)": "not done in 1 s",
        "print('hello')": "no answer",
    }
    for code, said in scripts.items():
        script = tmp_path / "peer.py"
        script.write_text(code)
        failure = run(Path(sys.executable), script, [], 1 if "sleep" in code else 60)
        assert isinstance(failure, Failure)
        assert said in failure.about
    script.write_text("print('noise'); print('{\"a\": 1}')")
    assert run(Path(sys.executable), script, [], 60) == {"a": 1}
