"""What all tests share: the labelled data beside the checkout, when it is there, and calm timings."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Deadlines measure the machine, not the code; speed lives in benchmarks/.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled data beside the checkout; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("RECENSE_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "corpora").is_dir():
        pytest.skip("the labelled data (../shared) is not beside this checkout")
    return folder
