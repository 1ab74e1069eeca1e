"""How the gate is shipped: pre-commit runs it in a real repository, the action's steps in a shell without GitHub."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from gate_cases import ENVIRONMENT, commit, git

from recense.gate import approvals

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which ``recense`` is a command."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "recense"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m recense "$@"\n')
    script.chmod(0o755)
    return ENVIRONMENT | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_pre_commit_runs_the_hook_and_stops_the_commit(repository: Path, command: dict[str, str]) -> None:
    """As a local hook: what pre-commit would install, without an index."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "recense check" and hook["pass_filenames"] is False
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git("add", "-A")
    pre_commit = [sys.executable, "-m", "pre_commit"]
    environment = command | {"PRE_COMMIT_HOME": str(repository / ".git/pre-commit")}
    assert subprocess.run([*pre_commit, "install"], env=environment, capture_output=True).returncode == 0
    (repository / "db/0002.sql").write_text("ALTER TABLE clients ADD COLUMN religion text;\n")
    git("add", "-A")
    done = subprocess.run(["git", "commit", "-m", "x"], env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "error[PD901]" in done.stdout + done.stderr
    (repository / "db/0002.sql").unlink()
    (repository / "db/0001_clients.sql").write_text("CREATE TABLE stock (id int PRIMARY KEY, price int);\n")
    git("add", "-A")
    done = subprocess.run(["git", "commit", "-m", "x"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def action_steps(**inputs: str) -> list[tuple[str, dict[str, str]]]:
    """Returns the steps of the action as (script, environment), with inputs filled in as GitHub does."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    values = {name: str(entry.get("default", "")) for name, entry in action["inputs"].items()} | inputs
    steps = []
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"], "inputs reach scripts by the environment only: a name must not become code"
        wanted = {name: expression[4:-3].strip() for name, expression in step["env"].items()}
        steps.append((step["run"], {name: values[text.removeprefix("inputs.")] for name, text in wanted.items()}))
    return steps


def run_action(command: dict[str, str], repository: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    files = {"GITHUB_STEP_SUMMARY": str(repository / "summary.md"), "GITHUB_OUTPUT": str(repository / "output")}
    for script, environment in action_steps(**inputs):
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=repository,
            env=command | files | environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return done
    return done


def test_the_steps_of_the_action_run_without_github(repository: Path, command: dict[str, str]) -> None:
    git("checkout", "-qb", "change")
    (repository / "db/0002.sql").write_text("ALTER TABLE clients ADD COLUMN religion text;\n")
    commit("religion")
    done = run_action(command, repository, base="main")
    assert done.returncode == 1, done.stderr
    assert "::error file=db/0002.sql,line=1,col=32,endColumn=40,title=PD901" in done.stdout
    assert "PD901" in (repository / "summary.md").read_text()
    assert (repository / "output").read_text() == "exit-code=1\n"
    results = json.loads((repository / "recense.sarif").read_text())["runs"][0]["results"]
    assert {result["baselineState"] for result in results} == {"new", "unchanged"}
    done = run_action(command, repository, base="", path="$(touch owned); x.sql")
    assert done.returncode == 2 and not (repository / "owned").exists()


def test_the_gitlab_job_runs_in_a_shell(repository: Path, command: dict[str, str]) -> None:
    job = yaml.safe_load((ROOT / "ci/recense.gitlab-ci.yml").read_text(encoding="utf-8"))["recense"]
    (script,) = job["script"]
    environment = command | {"RECENSE_PATH": ".", "CI_MERGE_REQUEST_DIFF_BASE_SHA": git("rev-parse", "HEAD").strip()}
    done = subprocess.run(["bash", "-e", "-c", script], cwd=repository, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "error[PD103]" in done.stdout
    for report in job["artifacts"]["reports"].values():
        assert (repository / report).stat().st_size > 0


def test_the_approvals_of_the_documentation_are_read() -> None:
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    shown = next(block for block in page.split("```yaml\n")[1:] if block.startswith("version: 1\napprovals:"))
    (entry,) = approvals.parse(shown.split("```")[0]).entries
    assert entry.field == "sql:clients.email"


def test_the_settings_of_the_documentation_are_read(tmp_path: Path) -> None:
    from recense.config import load

    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    shown = next(block for block in page.split("```yaml\n")[1:] if block.startswith("version: 1\npolicy:"))
    (tmp_path / "recense.yaml").write_text(shown.split("```")[0])
    settings = load(tmp_path / "recense.yaml").check
    assert settings.exclude == ("tests/**",) and settings.allow_unread[0][0] == "vendor/**/*.sql"


def test_recense_checks_its_own_repository(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from recense.cli import main

    monkeypatch.chdir(ROOT)
    assert main(["check", "--format", "table"]) == 0, capsys.readouterr().out
