"""What the connectors' tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def corpora() -> Path:
    """The shared corpora next to the repository."""
    shared = Path(os.environ.get("RECENSE_SHARED", Path(__file__).parents[2].parent / "shared"))
    if not (shared / "corpora").is_dir():
        pytest.skip("the shared corpora are not next to this repository (set RECENSE_SHARED to point to them)")
    return shared / "corpora"
