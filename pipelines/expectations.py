"""Policy to Great Expectations, never back: suites for teams who already run it, and evidence without values.

The verdict is ``recense.retention``'s; an expectation says the same of the same rows in another program's words, and
a test asserts that both agree. Great Expectations is imported when a suite is built. Three suites:

* ``retention``: no row of an active zone whose start lies before the cut-off, with the zone's and the hold's row
  condition, as a query on SQL batches and as a column condition on pandas;
* ``columns``: the columns of a dataset are those that were approved;
* ``findings``: the categories found are those the policy declares.

An expectation that ended in an error is never a pass and never a violation: it is an ``error``.
"""

from __future__ import annotations

import recense.pipelines.quiet  # noqa: F401  isort: skip  (telemetry off before anything is imported)

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from recense.plugins import driver
from recense.retention.counting import FALSE_WORDS

if TYPE_CHECKING:
    from recense.pipelines.approved import Approved
    from recense.pipelines.retention import Retained

RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0, "include_unexpected_rows": False}
"""What a result may hold: counts. The default keeps twenty values of the column."""

NOT_HELD = ("", "0.0", *FALSE_WORDS)
"""What a hold's cell may say to mean none, in lower case: the engine's own list."""
LEFT_OUT = "left_out.json"
"""File of the evidence that names what no expectation says."""

Status = Literal["pass", "fail", "error", "left_out"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The retention of one dataset as an expectation.

    Attributes:
        dataset: for the suite's name. column: the start; a date column, or ISO text.
        before: the first start that is not overdue (``recense.retention.calendar.cutoff``).
        ignored: sentinel dates, which are no starts.
        hold, zone: columns that take a row out: filled holds, and rows of another zone.
        zone_values: what the zone column says of rows that this limit is not about, in lower case.
        counted: overdue rows by our own count, None when nobody counted; another count is an error.
    """

    dataset: str
    column: str
    before: date
    ignored: tuple[date, ...] = ()
    hold: str | None = None
    zone: str | None = None
    zone_values: tuple[str, ...] = ()
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation: ``unexpected`` rows when it could be counted. Never a value.

    ``left_out`` is no pass either: ``reason`` says why no expectation was run.
    """

    suite: str
    expectation: str
    status: Status
    unexpected: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a suite runs: a pandas frame, or a table behind a SQLAlchemy URL with its login.

    Attributes:
        table: of a database; with its schema apart.
    """

    frame: Any = None
    url: str | None = None
    table: str | None = None
    schema: str | None = None


def load() -> Any:
    """Returns Great Expectations, silent and without its call home.

    Raises:
        MissingExtra: it is not installed.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    return driver("great_expectations", "expectations", "the flow of expectations")


def retention_suite(limit: Limit, batch: Batch, gx: Any | None = None) -> Any:
    """Returns the suite of a dataset's retention for one kind of batch."""
    gx = gx or load()
    if batch.frame is None:
        # SQLite takes a quoted name that is no column for a text, and a comparison of texts always ends well.
        columns = [name for name in (limit.column, limit.hold, limit.zone) if name]
        there = [gx.expectations.ExpectColumnToExist(column=name) for name in columns]
        query = f"SELECT * FROM {{batch}} WHERE {overdue_sql(limit, batch.url or '')}"  # noqa: S608 quoted
        expectation = gx.expectations.UnexpectedRowsExpectation(unexpected_rows_query=query)
    else:
        there = []
        expectation = gx.expectations.ExpectColumnValuesToBeBetween(column=OVERDUE, min_value=0, max_value=0)
    return gx.ExpectationSuite(name=f"retention {limit.dataset}", expectations=[*there, expectation])


OVERDUE = "recense_overdue"
"""The column of the frame that a pandas batch is judged by: 1 for a row past its period that nothing excuses."""


def overdue_sql(limit: Limit, url: str) -> str:
    """Returns the condition of overdue rows for SQLite and PostgreSQL; identifiers quoted, dates as literals."""
    postgres = url.startswith("postgres")
    quoted = _quoted if postgres else _backticked
    column = quoted(limit.column)
    day = f"CAST({column} AS DATE)" if postgres else f"SUBSTR({column}, 1, 10)"
    literal = "DATE '{}'" if postgres else "'{}'"
    parts = [f"{day} < {literal.format(limit.before)}"]
    if limit.ignored:
        parts.append(f"{day} NOT IN ({', '.join(literal.format(one) for one in limit.ignored)})")
    if limit.hold:
        hold = f"LOWER(TRIM(CAST({quoted(limit.hold)} AS TEXT)))"
        parts.append(f"COALESCE({hold}, '') IN ({', '.join(map(_literal, NOT_HELD))})")
    if limit.zone:
        values = ", ".join(map(_literal, limit.zone_values))
        zone = f"LOWER(TRIM(CAST({quoted(limit.zone)} AS TEXT)))"
        parts.append(f"COALESCE({zone}, '') NOT IN ({values or 'NULL'})")
    return " AND ".join(parts).replace("{", "{{").replace("}", "}}")


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _backticked(name: str) -> str:
    """Returns a name that SQLite takes for nothing but a column."""
    return "`" + name.replace("`", "``") + "`"


def judged(frame: Any, limit: Limit) -> Any:
    """Returns a frame that holds nothing but the verdict of each row: what a pandas batch may show to anybody."""
    import pandas as pd

    days = pd.to_datetime(frame[limit.column], errors="coerce", format="ISO8601").dt.date
    late = days.map(lambda day: day is not pd.NaT and day < limit.before and day not in limit.ignored).astype(bool)
    if limit.hold:
        said = frame[limit.hold].astype("string").fillna("").str.strip().str.lower()
        late &= said.isin(list(NOT_HELD))
    if limit.zone:
        said = frame[limit.zone].astype("string").fillna("").str.strip().str.lower()
        late &= ~said.isin(list(limit.zone_values))
    return pd.DataFrame({OVERDUE: late.astype("int64")})


def columns_suite(dataset: str, approved: Iterable[str], gx: Any | None = None) -> Any:
    """Returns the suite that a dataset has no column that nobody approved."""
    gx = gx or load()
    expected = gx.expectations.ExpectTableColumnsToMatchSet(column_set=sorted(approved), exact_match=True)
    return gx.ExpectationSuite(name=f"columns {dataset}", expectations=[expected])


def findings_suite(approved: Iterable[str], gx: Any | None = None) -> Any:
    """Returns the suite that no finding is of a category that the policy does not declare."""
    gx = gx or load()
    expected = gx.expectations.ExpectColumnValuesToBeInSet(column="category", value_set=sorted(approved))
    return gx.ExpectationSuite(name="findings", expectations=[expected])


def of_retention(retained: Retained, evidence: Path | None = None, approved: Approved | None = None) -> list[Outcome]:
    """Returns what expectations say of the tables in SQLite and PostgreSQL that ``recense.retention`` judged.

    Args:
        retained: its verdicts, with the limits that a single expectation can say.
        evidence: folder for results and Data Docs; what is left out stands there too, in ``left_out.json``.
        approved: what people and the policy approved; None asks nothing of columns and findings.
    """
    gx = load()
    pairs: list[tuple[Any, Batch]] = []
    left_out = [Outcome(f"retention {name}", "none", "left_out", reason=why) for name, why in retained.unsaid]
    counted: dict[str, int | None] = {}
    for spec, dataset, limit in retained.limits:
        url = spec.target()
        if dataset.kind != "table" or not url.startswith(("sqlite", "postgres")):
            why = "only tables in SQLite and PostgreSQL are asked"
            left_out.append(Outcome(f"retention {dataset.name}", "none", "left_out", reason=why))
            continue
        schema, _, table = dataset.name.rpartition(".")
        batch = Batch(url=url, table=table, schema=schema or None)
        suite = retention_suite(limit, batch, gx)
        counted[str(suite.name)] = limit.counted
        pairs.append((suite, batch))
        if approved is not None and approved.decided:
            columns = approved.columns[dataset.source, dataset.name]
            pairs.append((columns_suite(dataset.name, columns, gx), batch))
    if approved is not None:
        pairs += _of_findings(approved, gx)
        if not approved.decided:
            why = "no decision is in force: neither in the catalog nor in recense-approvals.yaml"
            left_out.append(Outcome("columns", "none", "left_out", reason=why))
    outcomes = [_agreed(one, counted.get(one.suite)) for one in check(pairs, evidence)]
    if evidence is not None:
        said = [{"suite": one.suite, "reason": one.reason} for one in left_out]
        text = json.dumps({"left_out": said}, indent=2, ensure_ascii=False)
        (evidence / LEFT_OUT).write_text(text + "\n", encoding="utf-8")
    return [*outcomes, *left_out]


def _of_findings(approved: Approved, gx: Any) -> list[tuple[Any, Batch]]:
    """Returns the suite over the findings; none when nothing was found."""
    if not approved.findings:
        return []
    import pandas as pd

    frame = pd.DataFrame({"category": list(approved.findings)})
    return [(findings_suite(approved.categories, gx), Batch(frame=frame))]


def _agreed(outcome: Outcome, ours: int | None) -> Outcome:
    """Returns an outcome, as an error when it counts other rows than we did: then one of both read a date wrongly."""
    if ours is None or outcome.unexpected in (None, ours):
        return outcome
    return replace(outcome, status="error", reason="it counts other rows than recense: dates it cannot read?")


def check(pairs: Sequence[tuple[Any, Batch]], evidence: Path | None = None) -> list[Outcome]:
    """Runs suites on their batches as checkpoints, one per kind of batch, and returns what became of each expectation.

    Args:
        pairs: suite and batch; suites have names of their own.
        evidence: folder for the results and Data Docs, without values and without addresses of other servers.
    """
    gx = load()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    if evidence is not None:
        _docs_site(context, evidence)
    outcomes: list[Outcome] = []
    for number, (suite, batch) in enumerate(pairs):
        outcomes += _checkpoint(gx, context, suite, batch, number)
    if evidence is not None:
        context.build_data_docs()
        _without_addresses(evidence)
    return outcomes


def _checkpoint(gx: Any, context: Any, suite: Any, batch: Batch, number: int) -> list[Outcome]:
    """Runs one suite; a batch that cannot be had is an error of every expectation."""
    name = f"{number} {suite.name}"
    title, suite.name = suite.name, name
    expectations = [str(one.expectation_type) for one in suite.expectations]
    try:
        definition, parameters = _definition(context, batch, name)
        suite = context.suites.add(suite)
        validation = context.validation_definitions.add(
            gx.ValidationDefinition(name=name, data=definition, suite=suite)
        )
        checkpoint = context.checkpoints.add(
            gx.Checkpoint(
                name=name,
                validation_definitions=[validation],
                actions=[gx.checkpoint.UpdateDataDocsAction(name="docs")],
                result_format=RESULT_FORMAT,
            )
        )
        result = checkpoint.run(batch_parameters=parameters)
    except Exception:  # its messages quote statements and values: none goes any further
        return [Outcome(title, expectation, "error") for expectation in expectations]
    found = [one for run in result.run_results.values() for one in run.results]
    return [_outcome(title, one) for one in found] or [Outcome(title, "none", "error")]


def _definition(context: Any, batch: Batch, name: str) -> tuple[Any, dict[str, Any]]:
    if batch.frame is not None:
        asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
        return asset.add_batch_definition_whole_dataframe(name), {"dataframe": batch.frame}
    url = str(batch.url)
    if url.startswith("sqlite"):
        source = context.data_sources.add_sqlite(name, connection_string=url)
    else:
        plain = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", url)
        source = context.data_sources.add_sql(name, connection_string=plain)
    schema = {"schema_name": batch.schema} if batch.schema else {}
    asset = source.add_table_asset(name, table_name=batch.table, **schema)
    return asset.add_batch_definition_whole_table(name), {}


def _outcome(suite: str, result: Any) -> Outcome:
    kind = str(result.expectation_config.type)
    if _raised(result.exception_info or {}):
        return Outcome(suite, kind, "error")
    count = (result.result or {}).get("unexpected_count")
    if count is None and "observed_value" in (result.result or {}) and kind == "unexpected_rows_expectation":
        count = result.result["observed_value"]
    return Outcome(suite, kind, "pass" if result.success else "fail", count if isinstance(count, int) else None)


def _raised(info: Mapping[str, Any]) -> bool:
    """Tells whether an expectation ended in an error: its info is one record, or one per metric."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(isinstance(one, Mapping) and one.get("raised_exception") for one in info.values())


def _docs_site(context: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in list(context.get_site_names()):
        context.delete_data_docs_site(name)
    context.add_data_docs_site(
        site_name="evidence",
        site_config={
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder.absolute())},
        },
    )


_TAGS = re.compile(r"<(script|link)\b[^>]*(?:src|href)\s*=\s*[\"']?(?:https?:)?//[^>]*>(?:\s*</script>)?", re.I)
_IMAGES = re.compile(r"<img\b[^>]*src\s*=\s*[\"']?(?:https?:)?//[^>]*>", re.I)
_REFERENCES = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}(?:/[^\s\"'<>)]*)?", re.I)


def _without_addresses(folder: Path) -> None:
    """Takes scripts, styles and pictures of other servers out of the pages: evidence opens without a network."""
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8", errors="replace")
        text = _IMAGES.sub("", _TAGS.sub("", text))
        page.write_text(_REFERENCES.sub("#", text), encoding="utf-8")
    for sheet in folder.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8", errors="replace")
        sheet.write_text(_REFERENCES.sub("#", text), encoding="utf-8")
