"""Speed beside merely reading: ``python -m benchmarks speed [--rows N] [--repeat N] [--table FILE]``.

Builds the table (or takes one that was built before), measures every step in processes of its own with one thread,
interleaved, and writes the medians to ``benchmarks/speed/RESULTS.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.speed.table import COLUMNS, write

RESULTS = Path(__file__).parent / "RESULTS.md"
STEPS = {
    "decode": "reading alone (`iter_batches(131072)`, no pre-buffer)",
    "patterns": "recense, patterns and check digits on every cell (`--no-language`)",
    "language": "recense, with lexicons on every cell and names and prose on the samples",
}
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_IO_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
Figures = dict[str, float]


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints the table and writes it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--table", type=Path, help="keep the table here, and take it when it is there already")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = options.table or Path(folder) / "table.parquet"
        if not path.exists():
            print(f"building {options.rows} rows ...", file=sys.stderr)
            write(path, options.rows)
        runs: dict[str, list[Figures]] = {step: [] for step in STEPS}
        for _ in range(options.repeat):  # interleaved: what else the machine does falls on all steps alike
            for step, figures in runs.items():
                figures.append(_measured(step, path))
                print(step, {name: round(value, 2) for name, value in figures[-1].items()}, file=sys.stderr)
        text = report({step: _medians(figures) for step, figures in runs.items()}, path, options.repeat)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _measured(step: str, path: Path) -> Figures:
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed.measure", step, str(path)],
        env={**os.environ, **_ONE_THREAD},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures: Figures = json.loads(found.stdout)
    return figures


def _medians(figures: list[Figures]) -> Figures:
    return {name: median(run[name] for run in figures) for name in figures[0]}


def report(measured: dict[str, Figures], path: Path, repeat: int) -> str:
    """Returns the results as Markdown."""
    import pyarrow.parquet as pq

    rows = pq.ParquetFile(path).metadata.num_rows
    base = measured["decode"]["cpu"]
    lines = [
        "# Speed",
        "",
        f"`python -m benchmarks speed --rows {rows}` on {datetime.now():%Y-%m-%d}: {rows:,} rows x {len(COLUMNS)}",
        f"columns (16 of text), zstd Parquet of {path.stat().st_size / 1e6:.0f} MB, one thread, medians of {repeat}",
        f"interleaved runs, each in a process of its own. {_machine()}; {_versions()}.",
        "",
        "| | start-up, CPU s | scan, CPU s | µs a row | beside reading | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    for step, figures in measured.items():
        lines.append(
            f"| {STEPS[step]} | {figures['ready']:.1f} | {figures['cpu']:.2f} | {figures['cpu'] / rows * 1e6:.1f} "
            f"| {figures['cpu'] / base:.1f} x | {figures['peak']:.0f} |"
        )
    lines += [
        "",
        "Start-up is paid once a process: imports, detectors proving their examples, and with language the word lists",
        "and both models (which a scan loads only when it meets prose). The models read at most 512 distinct values of",
        "a column and partition, so their part does not grow with rows; patterns and lexicons read every cell.",
        "",
    ]
    return "\n".join(lines)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def _versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("pyarrow", "numpy", "presidio-analyzer", "spacy"))


if __name__ == "__main__":
    sys.exit(main())
