"""Columns that come packed by dictionary are asked by dictionary, and give the same evidence."""

from __future__ import annotations

import pyarrow as pa
import pytest

from recense.scanners import observe as room

VALUES = ["jean@example.org", "06 39 98 12 34", "rien", None]


def _evidence(column: pa.Array) -> dict[str, object]:
    found = room.observe([pa.record_batch({"c": column})], room.ScanSettings(bytes(16), language=False))
    return {path: profile.to_json() for path, profile in found.profiles().items()}


@pytest.mark.parametrize("extra", [[], [" "], ["jean&#64;example.org"]], ids=["plain", "blank", "escaped"])
def test_a_packed_column_gives_the_same_evidence(extra: list[str]) -> None:
    column = pa.array((VALUES + extra) * 2_000)
    assert _evidence(column.dictionary_encode()) == _evidence(column)


def test_detectors_see_the_dictionary_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source's dictionary reaches the detectors without having been unpacked."""
    asked: list[pa.DataType] = []
    patterns = room.patterns()
    tally = patterns.tally_each
    monkeypatch.setattr(patterns, "tally_each", lambda c, n: asked.extend(x.type for x in c) or tally(c, n))
    _evidence(pa.array(VALUES * 2_000).dictionary_encode())
    assert [pa.types.is_dictionary(kind) for kind in asked] == [True]
