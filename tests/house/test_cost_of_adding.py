"""What an addition costs, done for real in a copy of the house: a connector 2 files, a detector 1, a format 2.

Each exercise adds files to a copy, changes none, and runs what proves the addition there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("connectors", "scanners", "pipelines", "reports", "policy", "src", "tests", "pyproject.toml")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the repository, its links kept as links."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / part)
    return tmp_path


def add(house: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        assert not (house / name).exists(), "an addition changes no file that stands"
        (house / name).write_text(dedent(text).lstrip(), encoding="utf-8")


def run(house: Path, *command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(house / "src"), "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    done = subprocess.run(
        [sys.executable, *command], cwd=house, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


CONNECTOR = {
    "connectors/passwd.py": '''
        """Unix account files: one dataset ``accounts`` of login, name and home (``passwd:///etc/passwd``)."""

        from __future__ import annotations

        from collections.abc import Iterator
        from pathlib import Path

        import pyarrow as pa

        from recense.connectors import connector
        from recense.errors import SourceError
        from recense.model import Column, Dataset, Limits, Partition, Unreadable

        FIELDS = ("login", "password", "uid", "gid", "gecos", "home", "shell")


        @connector("passwd")
        class PasswdSource:
            """Reads an account file; ``target`` is ``passwd://`` and a path."""

            kind = "passwd"

            def __init__(self, target: str, limits: Limits) -> None:
                self.path = Path(target.removeprefix("passwd://"))
                self.limits = limits
                self.uri = target

            def datasets(self) -> Iterator[Dataset | Unreadable]:
                """Yields the one table."""
                yield Dataset(self.uri, "accounts", "table", tuple(Column(name, "text") for name in FIELDS))

            def partitions(self, dataset: Dataset) -> Iterator[Partition]:
                """Yields the whole file."""
                yield Partition(dataset, "all")

            def batches(self, partition: Partition) -> Iterator[pa.RecordBatch]:
                """Yields the accounts."""
                try:
                    lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
                except OSError as error:
                    raise SourceError("permission_denied", f"cannot read {self.path}: {error.strerror}") from None
                rows = [(line.split(":") + [None] * 7)[:7] for line in lines if line and not line.startswith("#")]
                for start in range(0, len(rows), self.limits.batch_rows):
                    columns = list(zip(*rows[start : start + self.limits.batch_rows], strict=True))
                    yield pa.record_batch([pa.array(column, pa.string()) for column in columns], names=list(FIELDS))

            def close(self) -> None:
                """Nothing is held open."""

            def __enter__(self) -> PasswdSource:
                return self

            def __exit__(self, *exc: object) -> None:
                self.close()
    ''',
    "tests/connectors/test_passwd.py": '''
        """The account file keeps the contract of every connector."""

        from pathlib import Path

        import pytest

        from recense.testing.connectors import ConnectorContract


        class TestPasswd(ConnectorContract):
            @pytest.fixture
            def target(self, tmp_path: Path) -> str:
                (tmp_path / "passwd").write_text("jeanne:x:1000:1000:Jeanne Martin:/home/jeanne:/bin/sh\\n" * 5)
                return f"passwd://{tmp_path}/passwd"
    ''',
}

DETECTOR = {
    "scanners/detectors/loyalty.yaml": """
        # Loyalty cards of a made-up retailer.
        detectors:
          - id: loyalty-card
            entity: CUSTOMER_ID
            about: loyalty card
            source: the retailer's own numbering
            patterns:
              - {regex: 'LC-\\d{4}-\\d{4}', score: 0.8}
            examples:
              match: ['LC-1234-5678']
              reject: ['LC-1234-567']
    """
}

FORMAT = {
    "reports/plain_places.py": '''
        """One line per finding and per thing that was not read."""

        from recense.reports import Look, report
        from recense.reports.view import View


        @report("places")
        def plain_places(view: View, look: Look) -> str:
            """Returns where what was found, and what was not read."""
            found = [f"{one.place}: {one.category}" for one in view.findings]
            unread = [f"{gap.what}: not read, {gap.label}" for gap in view.gaps]
            return "\\n".join(found + unread)
    ''',
    "tests/reports/test_plain_places.py": '''
        """The format keeps what every format promises."""

        from recense.testing.reports import ReportContract


        class TestPlainPlaces(ReportContract):
            format = "places"
    ''',
}


def test_a_connector_costs_two_files(house: Path) -> None:
    assert len(CONNECTOR) == 2
    add(house, CONNECTOR)
    assert "passed" in run(house, "-m", "pytest", "-q", "tests/connectors/test_passwd.py")


def test_a_detector_costs_one_file(house: Path) -> None:
    assert len(DETECTOR) == 1
    add(house, DETECTOR)
    found = run(house, "-c", "from recense.scanners.text import find_spans; "
                "print([s.entity for s in find_spans('Carte LC-1234-5678 de la cliente', 'fr')])")  # fmt: skip
    assert "CUSTOMER_ID" in found
    rejected = (house / "scanners/detectors/loyalty.yaml").read_text().replace("LC-1234-567'", "LC-9999-9999'")
    (house / "scanners/detectors/loyalty.yaml").write_text(rejected)
    with pytest.raises(AssertionError, match="loyalty-card"):
        run(house, "-c", "from recense.scanners.detector import detectors; detectors()")


def test_a_report_format_costs_two_files(house: Path) -> None:
    assert len(FORMAT) == 2
    add(house, FORMAT)
    assert "passed" in run(house, "-m", "pytest", "-q", "tests/reports/test_plain_places.py")
    (house / "clients.csv").write_text("courriel\n" + "jeanne@example.org\n" * 9)
    assert "courriel: contact" in run(
        house, "-m", "recense", "scan", "clients.csv", "--format", "places", "--no-language"
    )
