"""A dashboard over a real catalog, asked through HTTP as a browser asks."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium
from starlette.testclient import TestClient

from recense.catalog import Catalog, accounts
from recense.reports.dashboard import create_app
from recense.reports.dashboard.settings import Settings
from recense.testing.reports import HOSTILE, hostile_run, sample_run

sys.path.insert(0, str(Path(__file__).parent))

from dashboards import PASSWORD, keep


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog with two runs and an account of each role; hashing passwords is slow on purpose, so once."""
    file = tmp_path_factory.mktemp("dashboard") / "recense.db"
    with Catalog.open(f"sqlite:///{file}") as opened:
        keep(opened, hostile_run(HOSTILE.replace("\udce9", "")), "r1")
        keep(opened, sample_run(), "r2")
        with opened.transaction(write=True) as connection:
            for role in accounts.ROLES:
                accounts.add(connection, role, role, PASSWORD)
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser; closed with its module, since playwright leaves an event loop running that other tests trip over."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def catalog(prepared: Path, tmp_path: Path) -> Iterator[Catalog]:
    shutil.copy(prepared, tmp_path / "recense.db")
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as opened:
        yield opened


@pytest.fixture
def client(catalog: Catalog) -> Iterator[TestClient]:
    settings = Settings(f"sqlite:///{catalog.file}", hosts=("testserver",), language="en")
    with TestClient(create_app(settings), follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def sign_in(client: TestClient) -> Callable[..., str]:
    """Signs somebody in and returns the token that forms must send back."""

    def enter(name: str = "dpo") -> str:
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD, "next": "/"})
        assert answer.status_code == 303, answer.text
        found = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)
        assert found
        return found[1]

    return enter
