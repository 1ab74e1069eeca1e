"""The demo as users have it, for all tests that look at what it holds: written, scanned and judged once a session."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from recense.catalog import Catalog
from recense.config import Config, load
from recense.errors import ExitCode
from recense.model import ScanRun


@dataclass(frozen=True, slots=True)
class Demo:
    """What ``recense demo --no-flow`` wrote into a folder."""

    folder: Path

    @property
    def config(self) -> Config:
        """Returns its recense.yaml."""
        return load(self.folder / "recense.yaml")

    @property
    def url(self) -> str:
        """Returns where its catalog is."""
        return self.config.catalog_url()

    def run(self) -> ScanRun:
        """Returns the scan."""
        with Catalog.open(self.url) as kept:
            return kept.run()

    def copied(self, folder: Path) -> Demo:
        """Returns a copy to decide in; its sources stay where they are."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("recense.yaml", "recense.db", "recense-person.key", "policy.yaml"):
            shutil.copy(self.folder / name, folder / name)
        shutil.copytree(self.folder / "register", folder / "register")
        return Demo(folder)

    def call(self, *arguments: str) -> str:
        """Runs a verb in its folder, as its user does, and returns what it printed."""
        return recense(*arguments, folder=self.folder)


def recense(*arguments: str, folder: Path, allowed: tuple[int, ...] = (ExitCode.CLEAN,)) -> str:
    """Runs the command line in a folder and returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "recense", *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode in allowed, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Runs the verb; that planted and found differ (exit 1) is for the demo's own tests to say."""
    folder = tmp_path_factory.mktemp("demo")
    recense("demo", "vigifeu", "--no-flow", "--quiet", folder=folder, allowed=(ExitCode.CLEAN, ExitCode.BLOCKED))
    return Demo(folder / "vigifeu")
