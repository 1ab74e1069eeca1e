"""What the account that runs recense may not read is named, whatever way leads there: no gap, no traceback."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import environment

CSV = b"nom;mail\nA;a@example.fr\n"

_AS_NOBODY = """
import os, sys
import pyarrow, pyarrow.csv
from recense.connectors import connector
from recense.connectors.formats import formats
from recense.errors import SourceError
from recense.testing.connectors import read_all
connector.load(), formats.load()
if os.getuid() == 0:  # root reads everything: give that away
    os.setgid(65534); os.setuid(65534)
try:
    print(sorted(read_all(sys.argv[1])[1]))
except SourceError as error:
    print(error.code)
"""


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder in which some files and folders are closed to everybody."""
    root = Path(tempfile.mkdtemp(prefix="recense-test-"))
    root.chmod(0o755)
    for name in ("closed", "listed"):
        (root / name).mkdir()
        (root / name / "x.csv").write_bytes(CSV)
    for name in ("open.csv", "secret.csv"):
        (root / name).write_bytes(CSV)
    (root / "secret.csv").chmod(0)
    (root / "closed").chmod(0)
    (root / "listed").chmod(0o644)  # its names are readable, what lies there is not
    try:
        yield root
    finally:
        (root / "closed").chmod(0o700)
        (root / "listed").chmod(0o700)
        shutil.rmtree(root)


@pytest.mark.parametrize(
    ("target", "denied"),
    [
        ("", ["closed", "listed/x.csv", "secret.csv"]),
        ("*.csv", ["secret.csv"]),
        ("**/*.csv", ["closed", "listed/x.csv", "secret.csv"]),
        ("*/*.csv", ["closed", "listed/x.csv"]),
        ("*/x.csv", ["closed/x.csv", "listed/x.csv"]),
        ("secret.csv", ["secret.csv"]),
    ],
)
def test_what_may_not_be_read_is_named(root: Path, target: str, denied: list[str]) -> None:
    assert as_nobody(root / target) == str([(name, "permission_denied") for name in denied])


@pytest.mark.parametrize("target", ["closed/x.csv", "listed/x.csv", "closed/*.csv"])
def test_a_target_behind_a_closed_folder_is_refused_not_missing(root: Path, target: str) -> None:
    said = as_nobody(root / target)
    assert "permission_denied" in said


def as_nobody(target: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(target)],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
