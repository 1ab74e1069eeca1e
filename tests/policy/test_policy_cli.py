"""The policy on the command line: scans and replays say what it declares; lint, show, schema, compare and init."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from processes import environment

from recense.cli import main
from recense.policy.loading import EXAMPLES, json_schema


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect(tmp_path / "crm.sqlite") as made:
        made.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, email TEXT, maladie TEXT, latitude REAL)")
        rows = [(f"zq7719.{n}@example.org", "diabète" if n % 50 == 0 else "", 48.8 + n / 1000) for n in range(500)]
        made.executemany("INSERT INTO notes (email, maladie, latitude) VALUES (?, ?, ?)", rows)
    with_policy(tmp_path, "def-network")
    return tmp_path


def with_policy(folder: Path, name: str) -> None:
    (folder / "policy.yaml").write_text((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "recense.yaml").write_text(
        "version: 1\npolicy: policy.yaml\nlanguage: false\nsources:\n  - {name: crm, path: crm.sqlite}\n"
    )


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def declared(document: str) -> dict[str, str | None]:
    return {one["column"]: one["declared"] for one in json.loads(document)["findings"]}


def test_a_scan_says_what_the_policy_says_and_a_replay_what_it_says_today(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, _ = run(capsys, "scan", "--format", "json")
    assert code == 0
    assert declared(out) == {"email": "declared", "maladie": "prohibited", "latitude": "undeclared"}
    assert json.loads(out)["run"]["policy"].startswith("def-network (draft) sha256:")
    assert run(capsys, "report", "--format", "json")[1] == out

    with_policy(folder, "clinic")  # YAML alone
    code, out, _ = run(capsys, "replay", "--format", "json")
    assert code == 0 and declared(out)["maladie"] == "declared"
    code, out, _ = run(capsys, "policy", "compare", "--format", "json")
    health = next(one for one in json.loads(out)["found"] if one["column"] == "maladie")
    assert (health["declared"], health["asks"], health["ground"]) == ("declared", "9(2)", "9(2)(h)")

    (folder / "recense.yaml").write_text("version: 1\nlanguage: false\n")
    code, out, _ = run(capsys, "replay", "--format", "json")
    assert set(declared(out).values()) == {None} and json.loads(out)["run"]["policy"] is None


def test_compare_shows_both_directions_in_every_format(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(capsys, "scan", "-q")[0] == 0
    code, out, _ = run(capsys, "policy", "compare", "--lang", "fr")
    assert code == 0 and "ne traiter aucune donnée de l'article 9" in out and "JAMAIS VU" in out
    assert "notes.maladie" in out and "zq7719" not in out
    code, out, _ = run(capsys, "policy", "compare", "-f", "html", "-o", "declared.html")
    assert (code, out) == (0, "") and "notes.maladie" in (folder / "declared.html").read_text(encoding="utf-8")
    code, out, _ = run(capsys, "policy", "compare", "-f", "markdown", "--policy", str(EXAMPLES / "clinic.yaml"))
    assert code == 0 and "9(2)(h)" in out


def test_lint_lists_gaps_and_fails_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "policy", "lint")
    assert code == 0 and "Code de la consommation L213-1" in out and "indicators for review" in err
    code, out, _ = run(capsys, "policy", "lint", "--lang", "fr")
    assert code == 0 and "minimum légal" in out
    code, out, _ = run(capsys, "policy", "lint", "--format", "json", "--fail-on", "high")
    assert code == 1 and {gap["severity"] for gap in json.loads(out)["gaps"]} == {"high", "medium", "low", "info"}
    assert run(capsys, "policy", "lint", str(EXAMPLES / "clinic.yaml"), "--fail-on", "high")[0] == 0


def test_init_starts_a_policy_that_loads(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    new = folder / "new"
    new.mkdir()
    assert run(capsys, "init", "new")[0] == 0
    assert json.loads((new / "policy.schema.json").read_text()) == json_schema()
    code, out, _ = run(capsys, "policy", "show", "new/policy.yaml")
    assert code == 0 and json.loads(out)["retention"]["rules"][0]["period"] == "P3Y"
    assert run(capsys, "policy", "lint", "new/policy.yaml")[0] == 0
    code, out, _ = run(capsys, "policy", "schema")
    assert code == 0 and json.loads(out) == json_schema()


def test_a_wrong_policy_ends_a_scan_before_anything_is_read(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    text = (folder / "policy.yaml").read_text(encoding="utf-8").replace("period: P3Y", "period: 3 yeers")
    (folder / "policy.yaml").write_text(text, encoding="utf-8")
    code, out, err = run(capsys, "scan")
    assert (code, out) == (2, "") and "policy.yaml:" in err and "ISO 8601" in err
    assert not (folder / "recense.db").exists()


def test_asking_for_help_loads_neither_the_model_nor_what_scans() -> None:
    code = (
        "import sys; from recense.cli import main; main(['policy', '--help']); "
        "heavy = ('presidio_analyzer', 'spacy', 'numpy', 'pandas', 'recense.policy.model'); "
        "sys.exit(any(m in sys.modules for m in heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, timeout=60)
    assert done.returncode == 0
