"""A scan from end to end without Prefect: sources that fail, runs that are stopped, processes that share the work."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from processes import environment
from unsteady import PARTITIONS, ROWS, plan, reads

from recense.catalog import Catalog
from recense.config import Config, SourceSpec
from recense.errors import ConfigError, TargetError, UserError
from recense.model import ScanRun
from recense.pipelines import steps
from recense.pipelines.plan import Options, chosen, recall, remember, survey

FAST = Options(retry_seconds=0.0)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as opened:
        yield opened


def scan(catalog: Catalog, *urls: str, options: Options = FAST, **more: object) -> ScanRun:
    return steps.scan([spec(url) for url in urls], catalog, options, **more)  # type: ignore[arg-type]


def spec(url: str) -> SourceSpec:
    return replace(SourceSpec.of(url), language=False)


def same(run: ScanRun) -> ScanRun:
    """A run without what differs between any two."""
    return replace(run, id="", started="", finished="", changes={})


def database(path: Path, tables: int = 3) -> str:
    with sqlite3.connect(path) as made:
        for number in range(tables):
            made.execute(f"CREATE TABLE t{number:03} (id INTEGER PRIMARY KEY, email TEXT)")
            rows = [(f"zq7719.{number}.{row}@example.org",) for row in range(20)]
            made.executemany(f"INSERT INTO t{number:03} (email) VALUES (?)", rows)
    return f"sqlite:///{path}"


def test_a_scan_reads_everything_once_and_keeps_it(catalog: Catalog, tmp_path: Path) -> None:
    run = scan(catalog, plan(tmp_path / "a", datasets=["people", "clients"]))
    assert run.status == "complete" and run.unreadable == ()
    assert [(report.dataset, report.rows, report.rows_read) for report in run.datasets] == [
        ("people", ROWS * PARTITIONS, ROWS * PARTITIONS),
        ("clients", ROWS * PARTITIONS, ROWS * PARTITIONS),
    ]
    found = {(finding.dataset, finding.column, finding.entity) for finding in run.findings}
    assert {("people", "email", "EMAIL_ADDRESS"), ("clients", "email", "EMAIL_ADDRESS")} <= found
    assert catalog.run() == run
    columns = {column.column: column for column in run.datasets[0].columns}
    assert columns["email"].cells == ROWS * PARTITIONS and columns["email"].clean_bound == 0.0
    assert columns["never_filled"].cells == 0


def test_an_error_that_passes_leaves_no_trace(catalog: Catalog, tmp_path: Path) -> None:
    steady = scan(catalog, plan(tmp_path / "a"))
    shaky = scan(catalog, plan(tmp_path / "a", fail={"people": 2}))
    assert same(shaky) == same(steady)


def test_an_error_that_stays_is_an_entry_with_what_was_read(catalog: Catalog, tmp_path: Path) -> None:
    run = scan(catalog, plan(tmp_path / "a", datasets=["people", "clients"], broken=["people"], fail={"clients": 99}))
    assert run.status == "incomplete"
    assert [(entry.path, entry.code) for entry in run.unreadable] == [("people", "corrupt"), ("clients", "unreachable")]
    assert [report.rows_read for report in run.datasets] == [ROWS * PARTITIONS] * 2
    assert {column.clean_bound for report in run.datasets for column in report.columns} == {1.0}
    assert run.sources[0].status == "partial"
    assert run.findings


def test_a_dead_source_does_not_stop_the_others(catalog: Catalog, tmp_path: Path) -> None:
    run = scan(catalog, plan(tmp_path / "dead", dead=True), plan(tmp_path / "alive"))
    assert [source.status for source in run.sources] == ["failed", "complete"]
    assert [entry.code for entry in run.unreadable] == ["unreachable"]
    assert {finding.source for finding in run.findings} == {f"unsteady://{tmp_path}/alive"}


def test_a_defect_is_an_entry_without_a_value(catalog: Catalog, tmp_path: Path) -> None:
    run = scan(catalog, plan(tmp_path / "a", defect=["people"]))
    assert run.unreadable[0].code == "failed"
    assert "unexpected KeyError at unsteady.py" in run.unreadable[0].reason
    assert "zq7719" not in repr(run)


def test_a_source_with_nothing_in_it_is_not_clean(catalog: Catalog, tmp_path: Path) -> None:
    run = scan(catalog, plan(tmp_path / "a", empty=True))
    assert (run.status, run.unreadable[0].reason) == ("incomplete", "it holds nothing to read")


def test_a_missing_target_ends_a_strict_run_and_is_an_entry_of_a_lenient_one(catalog: Catalog, tmp_path: Path) -> None:
    missing = str(tmp_path / "nope.csv")
    with pytest.raises(TargetError):
        scan(catalog, plan(tmp_path / "a"), missing, options=replace(FAST, strict=True))
    run = scan(catalog, missing, plan(tmp_path / "a"))
    assert run.unreadable[0].code == "not_found" and run.findings


def test_the_same_source_twice_is_read_once(catalog: Catalog, tmp_path: Path) -> None:
    url = plan(tmp_path / "a")
    assert same(scan(catalog, url, url)) == same(scan(catalog, url))
    assert len(reads(tmp_path / "a")) == 2 * PARTITIONS


def test_only_and_skip_choose_datasets(catalog: Catalog, tmp_path: Path) -> None:
    url = plan(tmp_path / "a", datasets=["people", "web_log", "stock"], unreadable=["x.png", "y.heic"])
    picky = SourceSpec("a", url, only=("p*", "w*", "*.png"), skip=("*_log",))
    found = survey(picky, FAST.limits)
    assert [dataset.name for dataset in found.datasets] == ["people"]
    assert [entry.path for entry in found.unreadable] == ["x.png"]
    nothing = survey(replace(picky, only=("nothing",)), FAST.limits)
    assert nothing.unreadable[0].reason == "no dataset matches only/skip; it holds: people, web_log, stock"


def test_the_catalog_in_a_scanned_folder_is_not_scanned(tmp_path: Path) -> None:
    pytest.importorskip("recense.connectors.files")
    (tmp_path / "a.csv").write_text("email\nx@example.org\n")
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        run = scan(catalog, str(tmp_path))
    assert run.status == "complete" and [report.dataset for report in run.datasets] == ["a.csv"]


# -- several threads or processes


@pytest.mark.parametrize("processes", [False, True])
def test_two_workers_find_what_one_finds(catalog: Catalog, tmp_path: Path, processes: bool) -> None:
    url = database(tmp_path / "crm.db")
    options = replace(FAST, processes=processes)
    assert same(scan(catalog, url, jobs=2, options=options)) == same(scan(catalog, url))


DEADLY = """
import sys
import unsteady
from recense.catalog import Catalog
from recense.config import SourceSpec
from recense.pipelines import steps
from recense.pipelines.plan import Options
if __name__ == "__main__":
    with Catalog.open(f"sqlite:///{sys.argv[2]}/recense.db") as catalog:
        steps.scan([SourceSpec("a", sys.argv[1], language=False)], catalog, Options(processes=True), jobs=2)
"""


def test_a_worker_that_dies_costs_its_partition_only(tmp_path: Path) -> None:
    """Run apart, since the connector must be known in the workers too."""
    url = plan(tmp_path / "a", datasets=["people", "killer", "clients"], dies=["killer"], partitions=1)
    main = tmp_path / "main.py"
    main.write_text(DEADLY)
    variables = environment(Path(__file__).parent)
    subprocess.run([sys.executable, str(main), url, str(tmp_path)], check=True, timeout=120, env=variables)
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        run = catalog.run()
    assert {entry.path for entry in run.unreadable} == {"killer"}
    assert "the process that read it died" in run.unreadable[0].reason
    assert [report.rows_read for report in run.datasets] == [ROWS, 0, ROWS]


# -- stopped and resumed


def test_a_run_killed_at_any_moment_resumes_to_the_same_result(tmp_path: Path) -> None:
    url = database(tmp_path / "crm.db", tables=200)
    place = f"sqlite:///{tmp_path}/recense.db"
    command = [sys.executable, "-m", "recense", "scan", url, "--no-language", "--quiet"]
    victim = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL)
    done = 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and victim.poll() is None and done < 5:
        if (tmp_path / "recense.db").exists():
            with Catalog.open(place) as catalog:
                runs = catalog.runs()
                done = len(catalog.finished_partitions(runs[0].id)) if runs else 0
        time.sleep(0.005)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    with Catalog.open(place) as catalog:
        (stopped,) = catalog.runs()
        assert stopped.status == "running" and 5 <= len(catalog.finished_partitions(stopped.id)) < 200
        specs = [spec(url)]
        resumed = steps.scan(specs, catalog, FAST, run_id="last", resume=True)
        assert resumed.id == stopped.id
        assert same(resumed) == same(steps.scan(specs, catalog, FAST))


def test_resuming_reads_only_what_is_missing_or_changed(catalog: Catalog, tmp_path: Path) -> None:
    url = plan(tmp_path / "a", datasets=["people", "clients"], state="1")
    specs = [spec(url)]
    surveys = steps.survey_all(specs, FAST)
    run = steps.begin(catalog, specs)
    for source, partition in steps.to_read(surveys, catalog, run.id)[:4]:
        result = steps.observe(source, partition, steps.settings_for(source, run.sample_key), FAST.limits)
        catalog.save_partition(run.id, partition, result.evidence)
    assert len(reads(tmp_path / "a")) == 4
    assert len(steps.to_read(surveys, catalog, run.id)) == 2
    plan(tmp_path / "a", datasets=["people", "clients"], state="2")  # everything has changed meanwhile
    assert len(steps.to_read(steps.survey_all(specs, FAST), catalog, run.id)) == 6


def test_an_interrupt_keeps_what_was_read(catalog: Catalog, tmp_path: Path) -> None:
    url = plan(tmp_path / "a")

    def interrupt(progress: steps.Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(steps.Interrupted) as caught:
        scan(catalog, url, progress=interrupt)
    assert catalog.runs()[0].status == "stopped"
    run = scan(catalog, url, run_id=caught.value.run_id, resume=True)
    assert run.status == "complete" and reads(tmp_path / "a") == ["people 0", "people 1", "people 2"]


def test_only_the_same_question_resumes_a_run(catalog: Catalog, tmp_path: Path) -> None:
    steps.begin(catalog, [spec(plan(tmp_path / "a"))], "r1")
    with pytest.raises(UserError, match="scans something else"):
        steps.begin(catalog, [spec(plan(tmp_path / "b"))], "r1", resume=True)


def test_a_login_is_not_remembered() -> None:
    (entry,) = remember([SourceSpec.of("postgresql://reader:hunter2@db/crm")])
    assert "hunter2" not in repr(entry) and "reader" not in repr(entry)
    with pytest.raises(ConfigError, match="repeat the command's targets together with --resume"):
        recall([entry], Config())
    (kept,) = recall(remember([SourceSpec.of("data/*.csv")]), Config())
    assert kept.url == "data/*.csv"


# -- judging again


def test_replay_judges_without_reading(catalog: Catalog, tmp_path: Path) -> None:
    before = scan(catalog, plan(tmp_path / "a"))
    (tmp_path / "a" / "plan.json").unlink()
    after = steps.replay(catalog)
    assert after.findings == before.findings and after.id != before.id
    assert after.changes == {"since": before.id, "new": [], "gone": [], "changed": []}


# -- choosing


def test_names_of_sources_and_targets_may_be_mixed() -> None:
    config = Config(sources=(SourceSpec("crm", "sqlite:///crm.db", skip=("x",), configured=True),), language=False)
    crm, path = chosen(config, ["crm", "data.csv"], skip=["y"])
    assert (crm.url, crm.skip, crm.language, crm.configured) == ("sqlite:///crm.db", ("x", "y"), False, True)
    assert (path.url, path.configured) == ("data.csv", False)
    with pytest.raises(UserError, match="nothing to scan"):
        chosen(Config(), [])
