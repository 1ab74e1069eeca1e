"""The scan as a Prefect flow: names, retries, states and artifacts; the work itself is in ``steps``.

Prefect keeps parameters, logs, states and artifacts in its database in clear. So the parameters are names of sources
in recense.yaml or targets without a login; tasks return nothing and write evidence to the catalog themselves; the key
of a run's samples stays in the catalog; artifacts hold counts.
"""

from __future__ import annotations

import recense.pipelines.quiet  # noqa: F401  isort: skip  (before Prefect is imported)

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from prefect import Flow, Task, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import AfterValidator, WithJsonSchema

from recense.catalog import Catalog, Unfinished, new_run_id
from recense.config import Config, SourceSpec, load
from recense.config.credentials import has_password
from recense.errors import RetriableError, SourceError, UserError
from recense.model import Draw, Partition, ScanRun
from recense.pipelines import steps, telling
from recense.pipelines.approved import approved
from recense.pipelines.expectations import of_retention as expected
from recense.pipelines.person_index import indexing
from recense.pipelines.plan import Options, Survey, chosen, failed
from recense.pipelines.records import refresh_register
from recense.pipelines.retention import report as retained
from recense.pipelines.summary import by_category, by_source, headline
from recense.reports import render
from recense.reports.retention_page import document
from recense.retention.calendar import today

RETRIES = 2


def refuse_login(target: str) -> str:
    """Returns a target that may be stored in clear.

    Raises:
        UserError: it holds a password.
    """
    if has_password(target) and "${" not in target:
        raise UserError(
            "a URL with a password cannot be a flow's parameter, since Prefect stores parameters in clear: "
            "list the source in recense.yaml with ${VARIABLE} and give its name"
        )
    return target


# The schema lets a Prefect server refuse a password before it stores the parameter.
_NO_LOGIN = {"type": "string", "pattern": r"^(?![A-Za-z][A-Za-z0-9_+.-]*://[^/?#]*:[^/?#]*@)"}
Target = Annotated[str, AfterValidator(refuse_login), WithJsonSchema(_NO_LOGIN)]


class ScanFlow(Flow[..., Any]):  # type: ignore[misc]
    """A flow that looks at its parameters before Prefect stores them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the flow.

        Raises:
            UserError: a parameter holds a password.
        """
        for value in (*args, *kwargs.values()):
            for text in value if isinstance(value, list | tuple) else (value,):
                if isinstance(text, str):
                    refuse_login(text)
        return super().__call__(*args, **kwargs)


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tells Prefect whether to try a task again: only after errors that may pass."""
    return isinstance(state.result(raise_on_failure=False), RetriableError)


_KEPT_NOWHERE: dict[str, Any] = {"persist_result": False, "cache_policy": NO_CACHE, "log_prints": False}


@task(name="survey", task_run_name="survey {name}", retries=RETRIES, retry_condition_fn=may_pass, **_KEPT_NOWHERE)  # type: ignore[untyped-decorator]
def survey(name: str, spec: SourceSpec, options: Options, ignore: Path | None) -> Survey:
    """Lists what a source holds; names and counts only."""
    return steps.survey(spec, options.limits, patient=_may_try_again(options), ignore=ignore)


@task(name="read", task_run_name="read {name}", retries=RETRIES, retry_condition_fn=may_pass, **_KEPT_NOWHERE)  # type: ignore[untyped-decorator]
def read(
    name: str,
    spec: SourceSpec,
    partition: Partition,
    run_id: str,
    config: Config,
    options: Options,
    draw: Draw | None = None,
) -> None:
    """Reads a partition and puts its evidence into the catalog; what stops the reading ends the task as failed."""
    with Catalog.open(config.catalog_url()) as catalog:
        settings = steps.settings_for(spec, catalog.unfinished(run_id).sample_key, options)
        result = steps.observe(
            spec,
            partition,
            settings,
            options.limits,
            patient=_may_try_again(options),
            draw=draw,
            indexing=indexing(config),
        )
        steps.keep(catalog, run_id, result)
    if result.problem:
        raise SourceError(result.problem.code, result.problem.reason)


@task(name="conclude", **_KEPT_NOWHERE)  # type: ignore[untyped-decorator]
def conclude(run: Unfinished, surveys: Sequence[Survey], config: Config) -> str:
    """Judges the evidence and returns the run's status."""
    with Catalog.open(config.catalog_url()) as catalog:
        if (how := indexing(config)) is not None:
            steps.index(catalog, run.id, surveys, how)
        return steps.conclude(run, surveys, catalog, config.load_policy()).status


def _scan(
    sources: list[Target] | None = None,
    config: str | None = None,
    catalog: Target | None = None,
    only: list[str] | None = None,
    skip: list[str] | None = None,
    language: bool = True,
    sample: int | None = None,
    strict: bool = False,
    retry_seconds: float = 10.0,
    run_id: str | None = None,
    notify: bool = True,
) -> Any:
    """Scans sources and keeps the findings in the catalog.

    Args:
        sources: names of sources in recense.yaml, or targets without a login; none means all of recense.yaml.
        config: path of recense.yaml; default: in the working directory.
        catalog: path or URL of the catalog, in place of what recense.yaml says.
        only: globs on dataset names: read these only.
        skip: globs on dataset names: leave these out.
        language: whether the language models read names and prose.
        sample: rows to read of each dataset, drawn uniformly; default: what recense.yaml says, or all.
        strict: whether a source that does not exist ends the run at once.
        retry_seconds: pause before a task is tried again; it doubles.
        run_id: name of the run in the catalog; default: a new one.
        notify: tell people what is new, when recense.yaml says whom; that nobody took a notice is a failed task of
            its own, whatever the scan's state.

    Returns:
        The run's id, in a completed state when everything was read and in a failed one when something was not.
    """
    for target in (*(sources or ()), catalog or ""):
        refuse_login(target)
    settings = load(Path(config) if config else None, catalog)
    specs = chosen(settings, sources or (), only or (), skip or (), language, sample)
    options = Options(settings.limits, RETRIES, retry_seconds, strict)
    settings.load_policy()  # one that is wrong ends the run before anything is read
    indexing(settings)  # so does a key that is missing; each task reads it for itself, Prefect never sees it
    with Catalog.open(settings.catalog_url()) as kept:
        surveys = steps.unique(_survey(spec, options, kept.file) for spec in specs)
        run = steps.begin(kept, specs, run_id)
        for found in surveys:  # one source after the other, its partitions as the task runner allows
            _read(steps.tasks([found], kept, run, options), run.id, settings, options)
        conclude(run, surveys, settings)
        result = kept.run(run.id)
    _publish(result)
    if notify:
        _tell(settings)
    if result.status != "complete":
        return Failed(message=headline(result))
    return run.id


scan = ScanFlow(
    _scan,
    name="recense-scan",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=1),
)
"""``recense.pipelines.flows:scan``. Choose another runner with ``scan.with_options(task_runner=…)``."""


def _survey(spec: SourceSpec, options: Options, ignore: Path | None) -> Survey:
    try:
        found: Survey = survey.with_options(retry_delay_seconds=_delays(options))(spec.name, spec, options, ignore)
        return found
    except UserError as error:
        if options.strict:
            raise
        return failed(spec, error)


def _read(work: Sequence[steps.Task], run_id: str, config: Config, options: Options) -> None:
    """Reads a source's partitions and waits for all; failures are in the catalog by then."""
    once = read.with_options(retry_delay_seconds=_delays(options))
    futures = [
        once.submit(
            f"{task.partition.dataset.name} {task.partition.key}",
            task.spec,
            task.partition,
            run_id,
            config,
            options,
            task.draw,
        )
        for task in work
    ]
    for future in futures:
        future.wait()


def _delays(options: Options) -> list[float]:
    return [options.retry_seconds * 2**attempt for attempt in range(RETRIES)]


def _may_try_again(options: Options) -> bool:
    """Tells whether Prefect will try this task run again: the last try keeps what it could read."""
    return int(task_run.run_count or 1) <= options.retries


@task(name="tell people", **_KEPT_NOWHERE)  # type: ignore[untyped-decorator]
def tell(config: Config) -> Any:
    """Tells people what is new; counts go to an artifact, and what nobody took ends the task as failed."""
    with Catalog.open(config.catalog_url()) as catalog:
        outcomes = telling.tell(catalog, config)
    rows = [{"channel": one.channel, "notices": one.events, "problem": one.problem or ""} for one in outcomes]
    create_table_artifact(key="recense-notices", table=rows, description="Notices")
    problems = [telling.problem(one) for one in outcomes if one.problem is not None]
    return Failed(message="; ".join(problems)) if problems else None


def _tell(config: Config) -> None:
    """Tells people when recense.yaml says whom; the run has its own state whatever becomes of that."""
    if config.notify is not None:
        tell(config, return_state=True)


def _publish(run: ScanRun) -> None:
    """Puts the run's counts where Prefect's screens show them; no name of a column, no value."""
    create_table_artifact(key="recense-scan", table=by_source(run), description=headline(run))
    create_markdown_artifact(key="recense-findings", markdown=by_category(run))


@task(name="count and judge", **_KEPT_NOWHERE)  # type: ignore[untyped-decorator]
def judge(config: Config, as_of: date, run_id: str | None, expectations: bool, evidence: Path | None) -> dict[str, int]:
    """Counts and judges retention, keeps the report in the catalog, and returns counts per verdict and outcome."""
    with Catalog.open(config.catalog_url()) as catalog:
        found = retained(config, catalog, as_of, run_id)
        catalog.keep_retention(found.run, found.policy, document(found.entries, as_of.isoformat()))
        allowed = approved(config, catalog, found.run, as_of) if expectations else None
    counts = Counter(str(entry.verdict) for entry in found.entries)
    counts["overdue_rows"] = sum(entry.overdue for entry in found.entries)
    counts["not_counted"] = len(found.failed)
    if expectations:
        counts.update(f"expectations_{one.status}" for one in expected(found, evidence, allowed))
    return dict(counts)


def _retention(
    config: str | None = None,
    catalog: Target | None = None,
    run_id: str | None = None,
    as_of: str | None = None,
    expectations: bool = False,
    evidence: str | None = None,
) -> Any:
    """Judges how long the data of a run are kept; counts go to an artifact, the report to the catalog.

    Args:
        config: path of recense.yaml; default: in the working directory.
        catalog: path or URL of the catalog, in place of what recense.yaml says.
        run_id: the scan whose findings tell which datasets to judge; default: the latest that ended.
        as_of: ISO date; default: today.
        expectations: also run the same as Great Expectations checkpoints on SQLite and PostgreSQL.
        evidence: folder for their results and Data Docs.

    Returns:
        Counts per verdict, in a failed state when a dataset could not be counted or an expectation ended in an error.
    """
    refuse_login(catalog or "")
    settings = load(Path(config) if config else None, catalog)
    day = date.fromisoformat(as_of) if as_of else today()
    counts = judge(settings, day, run_id, expectations, Path(evidence) if evidence else None)
    rows = [{"what": what, "count": count} for what, count in sorted(counts.items())]
    create_table_artifact(key="recense-retention", table=rows, description=f"Retention on {day}")
    if counts.get("not_counted") or counts.get("expectations_error"):
        return Failed(message=f"retention on {day}: not everything could be judged")
    return counts


retention = ScanFlow(_retention, name="recense-retention", persist_result=False, log_prints=False)
"""``recense.pipelines.flows:retention``."""


@task(name="fill the register", task_run_name="fill the register {part}", **_KEPT_NOWHERE)  # type: ignore[untyped-decorator]
def register(part: str, config: Config, run_id: str, folder: Path, judged: bool) -> dict[str, int]:
    """Brings the register up to date with a run, and with its retention report once it is judged; returns counts."""
    with Catalog.open(config.catalog_url()) as catalog:
        run = catalog.run(run_id)
        kept = catalog.retention_reports(run_id) if judged else ()
    ages = kept[-1]["document"] if kept else None
    built = refresh_register(folder, run, config.load_policy(), ages, drafting=not judged)
    return {
        "activities": len(built.register.activities),
        "drafted": len(built.created),
        "filled": len(built.filled),
        "datasets_assigned": sum(len(datasets) for datasets in built.assignment.by_activity.values()),
        "datasets_unassigned": len(built.assignment.unassigned),
        "verdicts": sum(len(one.machine.retention) for one in built.register.activities if one.machine),
    }


def _census(
    config: str | None = None,
    catalog: Target | None = None,
    as_of: str | None = None,
    report: str | None = None,
    language: bool = True,
    register_folder: str | None = None,
) -> Any:
    """Takes the whole census: scan, register, retention, report; each part keeps what it found.

    Args:
        config: path of recense.yaml; default: in the working directory.
        catalog: path or URL of the catalog, in place of what recense.yaml says.
        as_of: day of the retention verdicts; default: today.
        report: file for the scan's HTML report.
        language: whether the language models read names and prose.
        register_folder: folder of the Article 30 register; default: ``register`` beside recense.yaml.

    Returns:
        The run's id, in a failed state when something could not be read, written or counted.
    """
    run_id = new_run_id()
    scanned = scan(config=config, catalog=catalog, language=language, run_id=run_id, notify=False, return_state=True)
    settings = load(Path(config) if config else None, catalog)
    home = settings.path.parent if settings.path else Path()
    folder = Path(register_folder) if register_folder else home / "register"
    states = [scanned, register("from the scan", settings, run_id, folder, False, return_state=True)]
    states.append(retention(config=config, catalog=catalog, run_id=run_id, as_of=as_of, return_state=True))
    states.append(register("with its verdicts", settings, run_id, folder, True, return_state=True))
    if states[-1].is_completed():
        rows = [{"what": what, "count": count} for what, count in states[-1].result().items()]
        create_table_artifact(key="recense-register", table=rows, description="Register of Article 30")
    if report:
        with Catalog.open(settings.catalog_url()) as kept:
            text = render(kept.run(run_id), "html", language=settings.report_language)
        Path(report).write_text(text, encoding="utf-8")
    _tell(settings)
    if not all(state.is_completed() for state in states):
        return Failed(message=f"census {run_id}: not everything could be read, written or counted")
    return run_id


census = ScanFlow(_census, name="recense-census", persist_result=False, log_prints=False)
"""``recense.pipelines.flows:census``."""
