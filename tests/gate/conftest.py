"""Makes the cases of this folder importable, and gives a real git repository."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from gate_cases import commit, git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with one table, which is the working directory."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main", ".")
    git("config", "user.email", "dev@example.org")
    git("config", "user.name", "Dev")
    (tmp_path / "db").mkdir()
    (tmp_path / "db/0001_clients.sql").write_text(
        "CREATE TABLE clients (\n    id int PRIMARY KEY,\n    email varchar(80),\n    price int\n);\n"
    )
    commit("clients")
    return tmp_path
