"""The catalog lies where people scan: it is never read as data, and nothing else is left out in its place."""

import sqlite3
from pathlib import Path

import pytest

from recense.config import SourceSpec
from recense.model import Limits
from recense.pipelines.plan import survey


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalog and, below it, data in a file of the same name."""
    (tmp_path / "exports").mkdir()
    for name in ("data.db", "exports/data.db"):
        with sqlite3.connect(tmp_path / name) as made:
            made.execute("CREATE TABLE clients (email TEXT)")
    (tmp_path.parent / f"{tmp_path.name}-link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path / "exports")
    return tmp_path


def names(target: str, catalog: Path) -> list[str]:
    return [dataset.name for dataset in survey(SourceSpec.of(target), Limits(), ignore=catalog).datasets]


@pytest.mark.parametrize("target", ["{0}", "file://{0}", "..", "{0}/exports/..", "{0}-link", "{0}/**/*", "{0}/*"])
def test_the_catalog_is_left_out_however_its_folder_is_named(estate: Path, target: str) -> None:
    found = names(target.format(estate), estate / "data.db")
    assert found == ["exports/data.db/clients"]


@pytest.mark.parametrize("target", ["{0}/exports", ".", "{0}/exports/*.db", "data.*"])
def test_a_file_of_the_same_name_elsewhere_is_read(estate: Path, target: str) -> None:
    assert names(target.format(estate), estate / "data.db") == ["data.db/clients"]


def test_a_catalog_that_is_named_is_read(estate: Path) -> None:
    assert names(f"{estate}/data.db", estate / "data.db") == ["clients"]
