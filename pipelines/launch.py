"""Starts the flow, now or on a schedule; the command line's door to Prefect."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recense.catalog import new_run_id
from recense.config import Config
from recense.config.credentials import has_password, redact
from recense.errors import MissingExtra, UserError
from recense.pipelines import quiet
from recense.pipelines.plan import Options

ENTRYPOINT = "recense.pipelines.flows:scan"


def parameters(
    config: Config, sources: Sequence[str], *, catalog: str | None, language: bool = True, **more: Any
) -> dict[str, Any]:
    """Returns a flow's parameters: paths made absolute, since a worker runs elsewhere, and no password.

    Raises:
        UserError: a target or the catalog's URL holds a password.
    """
    for text in (*sources, catalog or ""):
        if has_password(text):
            raise UserError(
                "Prefect stores parameters in clear, so a URL with a password cannot be one: "
                "list the source in recense.yaml with ${VARIABLE} and give its name"
            )
    known = {spec.name for spec in config.sources}
    place = catalog if catalog and "://" in catalog else str(Path(catalog).absolute()) if catalog else None
    if place is None and config.path is None:
        place = config.catalog.removeprefix("sqlite:///")
    return {
        "sources": [name if name in known or "://" in name else str(Path(name).absolute()) for name in sources],
        "config": str(config.path.absolute()) if config.path else None,
        "catalog": place,
        "language": language,
        **more,
    }


def run_flow(
    config: Config,
    targets: Sequence[str],
    options: Options,
    *,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    language: bool = True,
    sample: int | None = None,
    jobs: int = 1,
    catalog: str | None = None,
) -> str:
    """Runs the flow in this process and returns the run's id in the catalog.

    Args:
        config: what recense.yaml says; the flow reads the file again, since it may run elsewhere.
        targets: names of sources, or targets without a login.
        options: how to scan.
        only: see ``recense.pipelines.plan.chosen``, as are ``skip`` and ``language``.
        skip: see there.
        language: see there.
        sample: see there.
        jobs: processes that read at the same time.
        catalog: path or URL in place of what recense.yaml says.

    Raises:
        UserError: a target holds a password, or what the flow itself refuses.
    """
    flow = load_flow()
    if jobs > 1:
        from prefect.task_runners import ProcessPoolTaskRunner

        flow = flow.with_options(task_runner=ProcessPoolTaskRunner(max_workers=jobs))
    run_id = new_run_id()
    chosen = parameters(
        config,
        targets,
        catalog=catalog,
        language=language,
        sample=sample,
        only=list(only),
        skip=list(skip),
        strict=options.strict,
        run_id=run_id,
        notify=False,  # the command line tells people itself, and says on the terminal what nobody took
        retry_seconds=options.retry_seconds,
    )
    try:
        state = flow(**chosen, return_state=True)
    except RuntimeError as error:
        if "connect to" not in str(error) and "reach API" not in str(error):
            raise
        raise UserError(
            "Prefect's server does not answer: start one with 'prefect server start' and set PREFECT_API_URL, "
            "or scan without --flow"
        ) from None
    if state.is_failed():
        failure = state.result(raise_on_failure=False)
        if isinstance(failure, UserError):
            raise failure
    elif not state.is_completed():
        raise UserError(f"the flow ended as {state.name}; go on with: recense scan --resume {run_id}")
    return run_id


def serve(flow_parameters: dict[str, Any], *, name: str, cron: str, timezone: str) -> None:
    """Runs the flow on a schedule from this process until it is stopped. The schedule outlives the process.

    Raises:
        UserError: no server, or no such schedule.
    """
    flow = load_flow()
    schedule = _schedule(cron, timezone)
    _require_server()
    flow.serve(name=name, schedules=[schedule], parameters=flow_parameters, pause_on_shutdown=False, limit=1)


def deploy(flow_parameters: dict[str, Any], *, name: str, work_pool: str, cron: str | None, timezone: str) -> str:
    """Creates or updates a deployment that a worker of a pool runs; returns its id.

    Args:
        flow_parameters: see ``parameters``.
        name: name of the deployment.
        work_pool: name of an existing pool.
        cron: when to run; None runs on demand only.
        timezone: the zone of ``cron``.

    Raises:
        UserError: no server, no such pool, or no such schedule.
    """
    load_flow()
    schedules = [_schedule(cron, timezone)] if cron else None
    _require_server()
    from prefect.client.orchestration import get_client
    from prefect.deployments.runner import RunnerDeployment
    from prefect.exceptions import ObjectNotFound

    try:
        with get_client(sync_client=True) as client:
            client.read_work_pool(work_pool)
    except ObjectNotFound:
        raise UserError(
            f"no work pool '{work_pool}' on the Prefect server; "
            f"create it: prefect work-pool create {work_pool} --type process"
        ) from None
    deployment = RunnerDeployment.from_entrypoint(
        ENTRYPOINT,
        name=name,
        schedules=schedules,
        parameters=flow_parameters,
        enforce_parameter_schema=True,
        work_pool_name=work_pool,
        concurrency_limit=1,
    )
    return str(deployment.apply())


def _require_server() -> None:
    """Checks that a Prefect server is set and answers: the one that Prefect starts by itself runs no schedule.

    Raises:
        UserError: there is none.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    if not url:
        raise UserError(
            "a schedule needs a Prefect server: start one with 'prefect server start' "
            "and set PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    with get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None:
            raise UserError(f"the Prefect server at {redact(str(url))} does not answer; check PREFECT_API_URL")


def load_flow() -> Any:
    """Imports Prefect, telemetry switched off, and returns the flow.

    Raises:
        MissingExtra: Prefect is not installed.
    """
    quiet.switch_off()
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    # Without a server Prefect starts a temporary one, and its first start makes a database: slow machines need long.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    try:
        from recense.pipelines.flows import scan
    except ModuleNotFoundError as error:
        if error.name != "prefect":
            raise
        raise MissingExtra("running as a flow", "prefect", "prefect") from None
    return scan


def _schedule(cron: str, timezone: str) -> Any:
    from prefect.schedules import Cron
    from pydantic import ValidationError

    try:
        return Cron(cron, timezone=timezone)
    except (ValidationError, ValueError):
        raise UserError(
            f"'{cron}' in '{timezone}' is no schedule; "
            "write five fields such as '0 2 * * *' and a zone such as Europe/Paris"
        ) from None
