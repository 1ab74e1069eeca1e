"""Helpers of the connectors' tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recense.connectors import open_source
from recense.errors import SourceError
from recense.model import Limits, Unreadable

Content = tuple[dict[str, list[dict[str, Any]]], list[tuple[str, str]]]


def read_all(target: Path | str, limits: Limits | None = None) -> Content:
    """Returns the rows per dataset, and (path, code) of what could not be read, while listing or while reading."""
    rows: dict[str, list[dict[str, Any]]] = {}
    troubles: list[tuple[str, str]] = []
    with open_source(str(target), limits or Limits()) as source:
        for entry in source.datasets():
            if isinstance(entry, Unreadable):
                troubles.append((entry.path, entry.code))
                continue
            found = rows.setdefault(entry.name, [])
            try:
                for partition in source.partitions(entry):
                    for batch in source.batches(partition):
                        found.extend(batch.to_pylist())
            except SourceError as error:
                troubles.append((entry.name, error.code))
    return rows, troubles


@pytest.fixture(name="read_all")
def _read_all() -> Callable[..., Content]:
    return read_all


@pytest.fixture
def corpora() -> Path:
    """The shared corpora next to the repository."""
    shared = Path(os.environ.get("RECENSE_SHARED", Path(__file__).parents[2].parent / "shared"))
    if not (shared / "corpora").is_dir():
        pytest.skip("the shared corpora are not next to this repository (set RECENSE_SHARED to point to them)")
    return shared / "corpora"
