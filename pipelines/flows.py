"""The scan as a Prefect flow: names, retries, states and artifacts; the work itself is in ``steps``.

Prefect keeps parameters, logs, states and artifacts in its database in clear. So the parameters are names of sources
in recense.yaml or targets without a login; tasks return nothing and write evidence to the catalog themselves; the key
of a run's samples stays in the catalog; artifacts hold counts.
"""

from __future__ import annotations

import recense.pipelines.quiet  # noqa: F401  isort: skip  (before Prefect is imported)

from collections.abc import Sequence
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

from recense.catalog import Catalog, Unfinished
from recense.config import Config, SourceSpec, load
from recense.config.credentials import has_password
from recense.errors import RetriableError, SourceError, UserError
from recense.model import Partition, ScanRun
from recense.pipelines import steps
from recense.pipelines.plan import Options, Survey, chosen, failed
from recense.pipelines.summary import by_category, by_source, headline

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
def read(name: str, spec: SourceSpec, partition: Partition, run_id: str, config: Config, options: Options) -> None:
    """Reads a partition and puts its evidence into the catalog; what stops the reading ends the task as failed."""
    with Catalog.open(config.catalog_url()) as catalog:
        settings = steps.settings_for(spec, catalog.unfinished(run_id).sample_key)
        result = steps.observe(spec, partition, settings, options.limits, patient=_may_try_again(options))
        catalog.save_partition(run_id, result.partition, result.evidence, result.problem)
    if result.problem:
        raise SourceError(result.problem.code, result.problem.reason)


@task(name="conclude", **_KEPT_NOWHERE)  # type: ignore[untyped-decorator]
def conclude(run: Unfinished, surveys: Sequence[Survey], config: Config) -> str:
    """Judges the evidence and returns the run's status."""
    with Catalog.open(config.catalog_url()) as catalog:
        return steps.conclude(run, surveys, catalog, config.load_policy()).status


def _scan(
    sources: list[Target] | None = None,
    config: str | None = None,
    catalog: Target | None = None,
    only: list[str] | None = None,
    skip: list[str] | None = None,
    language: bool = True,
    strict: bool = False,
    retry_seconds: float = 10.0,
    run_id: str | None = None,
) -> Any:
    """Scans sources and keeps the findings in the catalog.

    Args:
        sources: names of sources in recense.yaml, or targets without a login; none means all of recense.yaml.
        config: path of recense.yaml; default: in the working directory.
        catalog: path or URL of the catalog, in place of what recense.yaml says.
        only: globs on dataset names: read these only.
        skip: globs on dataset names: leave these out.
        language: whether the language models read names and prose.
        strict: whether a source that does not exist ends the run at once.
        retry_seconds: pause before a task is tried again; it doubles.
        run_id: name of the run in the catalog; default: a new one.

    Returns:
        The run's id, in a completed state when everything was read and in a failed one when something was not.
    """
    for target in (*(sources or ()), catalog or ""):
        refuse_login(target)
    settings = load(Path(config) if config else None, catalog)
    specs = chosen(settings, sources or (), only or (), skip or (), language)
    options = Options(settings.limits, RETRIES, retry_seconds, strict)
    settings.load_policy()  # one that is wrong ends the run before anything is read
    with Catalog.open(settings.catalog_url()) as kept:
        surveys = steps.unique(_survey(spec, options, kept.file) for spec in specs)
        run = steps.begin(kept, specs, run_id)
        for found in surveys:  # one source after the other, its partitions as the task runner allows
            _read(found, run.id, settings, options)
        conclude(run, surveys, settings)
        result = kept.run(run.id)
    _publish(result)
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


def _read(found: Survey, run_id: str, config: Config, options: Options) -> None:
    """Reads a source's partitions and waits for all; failures are in the catalog by then."""
    once = read.with_options(retry_delay_seconds=_delays(options))
    futures = [
        once.submit(f"{part.dataset.name} {part.key}", found.spec, part, run_id, config, options)
        for part in found.partitions
    ]
    for future in futures:
        future.wait()


def _delays(options: Options) -> list[float]:
    return [options.retry_seconds * 2**attempt for attempt in range(RETRIES)]


def _may_try_again(options: Options) -> bool:
    """Tells whether Prefect will try this task run again: the last try keeps what it could read."""
    return int(task_run.run_count or 1) <= options.retries


def _publish(run: ScanRun) -> None:
    """Puts the run's counts where Prefect's screens show them; no name of a column, no value."""
    create_table_artifact(key="recense-scan", table=by_source(run), description=headline(run))
    create_markdown_artifact(key="recense-findings", markdown=by_category(run))
