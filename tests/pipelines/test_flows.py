"""The flow under a real local Prefect server: states, retries, schedule, artifacts, and what is stored in clear.

The one module that starts a server; it costs some seconds once.
"""

import asyncio
import contextlib
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from receivers import Receiver
from unsteady import PARTITIONS, ROWS, plan, reads

pytest.importorskip("prefect")

from recense.pipelines import quiet

quiet.switch_off()

from prefect.client.orchestration import get_client  # noqa: E402
from prefect.client.schemas.actions import WorkPoolCreate  # noqa: E402
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings  # noqa: E402
from processes import environment  # noqa: E402

from recense.catalog import Catalog, notices  # noqa: E402
from recense.catalog.decisions import Decision  # noqa: E402
from recense.errors import UserError  # noqa: E402
from recense.pipelines.flows import scan  # noqa: E402
from recense.reports.notices import webhook  # noqa: E402

PASSWORD = "hunter2zq7719"


@pytest.fixture(scope="module", autouse=True)
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real server on a free port, its home in a temporary folder; gives that home."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with pytest.MonkeyPatch.context() as patch, (home / "server.log").open("wb") as log:
        for name, value in settings.items():
            patch.setenv(name, value)
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(lambda: answers(settings["PREFECT_API_URL"]), 90)
            url, place = settings["PREFECT_API_URL"], home
            with temporary_settings({PREFECT_API_URL: url, PREFECT_HOME: place}):
                yield home
        finally:
            process.terminate()
            process.wait(30)


def answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configured(folder: Path, **sources: str) -> str:
    lines = ["version: 1", "language: false", "sources:"]
    lines += [f"  - {{name: {name}, url: '{url}'}}" for name, url in sources.items()]
    (folder / "recense.yaml").write_text("\n".join(lines) + "\n")
    return str(folder / "recense.yaml")


def run(config: str, **parameters: Any) -> Any:
    return scan(config=config, language=False, retry_seconds=0.01, return_state=True, **parameters)


def ask(question: Callable[[Any], Any]) -> Any:
    """Asks the server."""

    async def talk() -> Any:
        async with get_client() as client:
            return await question(client)

    return asyncio.run(talk())


def stored(kind: str) -> Any:
    return ask(lambda client: getattr(client, f"read_{kind}")())


def test_a_complete_scan_is_a_completed_flow_that_returns_the_run(folder: Path) -> None:
    state = run(configured(folder, crm=plan(folder / "crm")))
    assert state.is_completed()
    with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
        found = catalog.run(state.result())
    assert found.findings and found.datasets[0].rows_read == ROWS * PARTITIONS


def test_a_source_that_fails_twice_then_works_is_retried(folder: Path) -> None:
    state = run(configured(folder, crm=plan(folder / "crm", fail={"people": 2})))
    assert state.is_completed()
    assert len(reads(folder / "crm")) == 3 * PARTITIONS
    with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
        assert catalog.run().datasets[0].rows_read == ROWS * PARTITIONS


def test_only_errors_that_may_pass_are_retried(folder: Path) -> None:
    state = run(configured(folder, crm=plan(folder / "crm", broken=["people"])))
    assert state.is_failed() and "incomplete" in state.message
    assert len(reads(folder / "crm")) == PARTITIONS


def test_a_dead_source_leaves_the_findings_of_the_others(folder: Path) -> None:
    config = configured(folder, dead=plan(folder / "dead", dead=True), alive=plan(folder / "alive"))
    state = run(config)
    assert state.is_failed()
    with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
        found = catalog.run()
    assert [source.status for source in found.sources] == ["failed", "complete"]
    assert {finding.source for finding in found.findings} == {f"unsteady://{folder}/alive"}


def test_the_command_line_exits_3_for_a_dead_source(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from recense.cli import main

    config = configured(folder, dead=plan(folder / "dead", dead=True), alive=plan(folder / "alive"))
    import recense.pipelines.plan as plans

    original = plans.Options
    try:
        plans.Options = lambda **given: original(**given, retry_seconds=0.01)  # type: ignore[assignment,misc]
        assert main(["scan", "--flow", "--config", config, "--format", "json", "--no-language", "--quiet"]) == 3
    finally:
        plans.Options = original  # type: ignore[misc]
    assert '"EMAIL_ADDRESS"' in capsys.readouterr().out


def test_a_url_with_a_password_is_no_parameter(folder: Path) -> None:
    before = len(stored("flow_runs"))
    with pytest.raises(UserError, match="Prefect stores parameters in clear"):
        scan(sources=[f"postgresql://reader:{PASSWORD}@db/crm"])
    assert len(stored("flow_runs")) == before


def test_the_server_refuses_a_password_before_it_stores_it() -> None:
    schema = scan.parameters.model_dump()["properties"]["sources"]
    import jsonschema

    jsonschema.validate(["crm", "data/*.csv", "postgresql://db/crm"], schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([f"postgresql://reader:{PASSWORD}@db/crm"], schema)


def test_artifacts_hold_counts_and_nothing_is_stored_in_clear(
    folder: Path, server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", PASSWORD)
    url = plan(folder / "crm", defect=["people"], datasets=["people", "clients"])
    run(configured(folder, crm=url, db="postgresql://reader:${CRM_PASSWORD}@127.0.0.1:1/crm"))
    artifacts = [artifact for artifact in stored("artifacts") if artifact.key == "recense-scan"]
    assert any('"datasets": 2' in str(artifact.data) for artifact in artifacts)
    everything = str(stored("flow_runs")) + str(stored("task_runs")) + str(stored("artifacts"))
    assert PASSWORD not in everything and "zq7719" not in everything
    for file in (file for file in server.rglob("*") if file.is_file()):  # database, logs, results
        blob = file.read_bytes()
        assert PASSWORD.encode() not in blob and b"zq7719" not in blob, file


def test_a_schedule_runs_by_itself(folder: Path) -> None:
    """``recense schedule serve``: a real process, a real schedule, a real source."""
    with sqlite3.connect(folder / "crm.db") as made:
        made.execute("CREATE TABLE people (email TEXT)")
        made.execute("INSERT INTO people VALUES ('someone@example.org')")
    config = configured(folder, crm=f"sqlite:///{folder}/crm.db")
    command = [sys.executable, "-m", "recense", "schedule", "serve", "--config", config]
    command += ["--cron", "* * * * * */2", "--timezone", "Europe/Paris"]
    process = subprocess.Popen(command, cwd=folder, env=environment())
    try:
        wait_for(lambda: process.poll() is not None or "complete" in statuses(folder), 90)
        assert "complete" in statuses(folder)
    finally:
        process.terminate()
        process.wait(30)
    (deployment,) = (item for item in stored("deployments") if item.name == "recense")
    assert not deployment.paused  # the schedule outlives the process


def statuses(folder: Path) -> list[str]:
    if not (folder / "recense.db").exists():
        return []
    with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
        return [run.status for run in catalog.runs()]


def test_a_deployment_is_run_by_a_worker(folder: Path) -> None:
    with sqlite3.connect(folder / "crm.db") as made:
        made.execute("CREATE TABLE people (email TEXT)")
        made.execute("INSERT INTO people VALUES ('someone@example.org')")
    config = configured(folder, crm=f"sqlite:///{folder}/crm.db")

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=folder, env=environment(), capture_output=True, text=True, timeout=120
        )

    missing = call("recense", "schedule", "deploy", "--work-pool", "night", "--config", config, "--name", "night")
    assert missing.returncode == 2 and "prefect work-pool create night" in missing.stderr
    ask(lambda client: client.create_work_pool(WorkPoolCreate(name="night", type="process")))
    made_ = call("recense", "schedule", "deploy", "--work-pool", "night", "--config", config, "--name", "night",
                 "--cron", "0 2 * * *", "--timezone", "Europe/Paris")  # fmt: skip
    assert made_.returncode == 0, made_.stderr
    (deployment,) = (item for item in stored("deployments") if item.name == "night")
    run_ = ask(lambda client: client.create_flow_run_from_deployment(deployment.id))
    for _ in range(3):  # a worker that runs once may look before the server hands the run out
        worker = call("prefect", "worker", "start", "--pool", "night", "--run-once")
        assert worker.returncode == 0, worker.stderr
        state = ask(lambda client: client.read_flow_run(run_.id)).state
        if state.is_final():
            break
    assert state.is_completed(), f"{state.name}: {state.message}\n{worker.stderr}"
    with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
        assert catalog.run().status == "complete"


def test_the_census_scans_and_judges_and_its_parts_can_run_alone(tmp_path: Path) -> None:
    from recense.pipelines.flows import census, retention

    with contextlib.closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.execute("CREATE TABLE prospects (courriel TEXT, date_collecte DATE)")
        rows = [(f"jeanne{n}@example.org", "2020-01-01" if n < 7 else "2026-10-01") for n in range(40)]
        connection.executemany("INSERT INTO prospects VALUES (?, ?)", rows)
        connection.commit()
    config = tmp_path / "recense.yaml"
    config.write_text("version: 1\nsources:\n  - name: crm\n    url: sqlite:///" + str(tmp_path / "crm.db") + "\n")
    words = (
        "schema: recense.register/1\nid: prospection\nname: {fr: Prospection}\nrole: controller\n"
        "assign: {rules: [{dataset: prospects}]}\n"
    )
    (tmp_path / "register" / "activities").mkdir(parents=True)
    (tmp_path / "register" / "activities" / "prospection.yaml").write_text(words, encoding="utf-8")
    report = tmp_path / "report.html"
    run_id = census(config=str(config), as_of="2026-11-01", report=str(report), language=False)
    assert "prospects" in report.read_text(encoding="utf-8")
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        (kept,) = catalog.retention_reports(run_id)
    assert [(one["dataset"], one["overdue"]) for one in kept["document"]["datasets"]] == [("prospects", 7)]
    activity = tmp_path / "register" / "activities" / "prospection.yaml"
    assert activity.is_file()
    filled = yaml.safe_load(activity.read_text(encoding="utf-8"))["machine"]
    assert filled["evidence"]["run"] == run_id
    assert [(one["dataset"], one["verdict"], one["overdue"]) for one in filled["retention"]] == [
        ("prospects", "overdue", 7)
    ]
    (artifact,) = (one for one in stored("artifacts") if one.key == "recense-register")
    assert {'"what": "activities", "count": 1', '"what": "verdicts", "count": 1'} <= set(
        re.findall(r'"what": "(?:activities|verdicts)", "count": \d+', str(artifact.data))
    )
    evidence = tmp_path / "evidence"
    counts = retention(config=str(config), as_of="2026-11-01", expectations=True, evidence=str(evidence))
    assert counts["overdue_rows"] == 7
    # overdue rows fail, and so does the finding that no policy declares; nobody decided on any column
    assert counts["expectations_fail"] == 2 and not counts.get("expectations_error")
    assert counts["expectations_left_out"] == 1
    assert "no decision is in force" in (evidence / "left_out.json").read_text(encoding="utf-8")
    decision = Decision("sql:prospects.courriel", "contact", "accepted", "dpo", "2026-10-01T00:00:00+00:00", "x" * 12)
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        catalog.decide([replace(decision, until="2026-12-31")])
    counts = retention(config=str(config), as_of="2026-11-01", expectations=True)
    assert counts["expectations_fail"] == 1 and not counts.get("expectations_left_out")
    counts = retention(config=str(config), as_of="2027-01-01", expectations=True, return_state=True).result()
    assert counts["expectations_fail"] == 2  # the decision is out of date
    assert list(evidence.rglob("*.html"))


def telling(folder: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    """A configuration with a webhook, and a table of which people have to be told."""
    monkeypatch.setenv("HOOK_SECRET", "a shared secret")
    monkeypatch.setattr(webhook, "PAUSES", (0.0, 0.0, 0.0))
    beliefs = ("catholique", "musulmane", "protestante", "juive")
    rows = "".join(f"Nom{n},nom{n}@example.org,{beliefs[n % 4]}\n" for n in range(80))
    (folder / "membres.csv").write_text(f"nom,email,religion\n{rows}", encoding="utf-8")
    lines = ["version: 1", "language: false", "sources:", "  - {name: membres, path: membres.csv}", "notify:"]
    lines += [f"  webhook: {{url: '{receiver.url}', secret: '${{HOOK_SECRET}}'}}"]
    (folder / "recense.yaml").write_text("\n".join(lines) + "\n")
    return str(folder / "recense.yaml")


def told() -> list[Any]:
    """Returns the states of the tasks that tell people."""
    runs = ask(lambda client: client.read_task_runs())
    return [one.state for one in runs if one.name.startswith("tell people")]


def test_a_scan_of_the_schedule_tells_people_once_what_is_new(folder: Path, receiver: Receiver, monkeypatch) -> None:
    config = telling(folder, receiver, monkeypatch)
    assert run(config).is_completed()
    (change,) = receiver.document()["changes"]
    assert change["kind"] == "special" and change["count"] == 1
    assert run(config).is_completed() and len(receiver.taken) == 1
    assert all(b"catholique" not in body and b"@example" not in body for _, body in receiver.taken)


@pytest.mark.parametrize("broken", ["a server that fails", "no server", "no secret"])
def test_a_notice_that_nobody_takes_loses_no_scan(folder: Path, receiver: Receiver, monkeypatch, broken: str) -> None:
    config = telling(folder, receiver, monkeypatch)
    receiver.answers = [500] * 9
    if broken == "no server":
        text = Path(config).read_text().replace(receiver.url, "http://127.0.0.1:9/hook")
        Path(config).write_text(text)
    if broken == "no secret":
        monkeypatch.delenv("HOOK_SECRET")
    before = len([state for state in told() if state.is_failed()])
    state = run(config)
    assert state.is_completed()
    failed = [state for state in told() if state.is_failed()]
    assert len(failed) == before + 1
    with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
        assert catalog.run(state.result()).status == "complete"
        with catalog.transaction() as connection:
            waits = notices.untold(connection)
    assert set(waits) == (set() if broken == "no secret" else {"webhook"})
    receiver.answers = []
    monkeypatch.setenv("HOOK_SECRET", "a shared secret")
    if broken != "no server":  # the next scan tells it
        assert run(config).is_completed() and receiver.document()["changes"][0]["kind"] == "special"
