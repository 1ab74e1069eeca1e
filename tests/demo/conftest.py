from pathlib import Path

import pytest

from recense.demo import Manifest, build


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return build(tmp_path_factory.mktemp("estate") / "demo")


@pytest.fixture(scope="session")
def share(estate: Manifest) -> Path:
    return estate.folder / "partage"
