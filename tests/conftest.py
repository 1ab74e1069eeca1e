"""What all tests share: calm timings, real database servers, and the labelled data beside the checkout."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from catalogs import catalog_urls, empty_catalog, opened_catalog
from demos import demo
from receivers import receiver
from servers import mariadb_url, postgres_server, postgres_url

__all__ = [
    "catalog_urls",
    "demo",
    "empty_catalog",
    "mariadb_url",
    "opened_catalog",
    "postgres_server",
    "postgres_url",
    "receiver",
    "shared",
]

# Deadlines measure the machine, not the code; speed lives in benchmarks/. CI draws the same examples each time, so that
# a change is not refused for what it did not touch; elsewhere they are new ones.
settings.register_profile("calm", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("calm")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled data beside the checkout; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("RECENSE_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "corpora").is_dir():
        pytest.skip("the labelled data (../shared) is not beside this checkout")
    return folder
