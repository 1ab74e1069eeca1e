"""Speed beside merely reading: ``python -m benchmarks speed [--quick] [--rows N] [--repeat N] [--table FILE]``.

Builds the data, measures every step in a process of its own, one thread unless said, interleaved with the limit it is
compared to, and writes medians and ratios to ``benchmarks/speed/RESULTS.md``. ``--only`` names the sections to run.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.speed.sections import SECTIONS, Setting
from benchmarks.speed.table import COLUMNS, write

RESULTS = Path(__file__).parent / "RESULTS.md"
ROWS, QUICK_ROWS = 1_000_000, 50_000


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints the report and writes it; returns 1 when a section failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data, single runs: minutes instead of an hour")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--repeat", type=int)
    parser.add_argument("--table", type=Path, help="keep the table here, and take it when it is there already")
    parser.add_argument("--only", nargs="+", choices=sorted(SECTIONS), help="sections to run")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    rows = options.rows or (QUICK_ROWS if options.quick else ROWS)
    repeat = options.repeat or (1 if options.quick else 3)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        path = options.table or Path(folder) / "table.parquet"
        if not path.exists():
            print(f"building {rows:,} rows ...", file=sys.stderr)
            write(path, rows)
        setting = Setting(Path(folder), path, repeat, options.quick)
        lines = _head(path, setting)
        for name in options.only or SECTIONS:
            print(f"-- {name}", file=sys.stderr)
            try:
                lines += ["", *SECTIONS[name](setting)]
            except (subprocess.CalledProcessError, OSError) as error:
                failed.append(name)
                lines += ["", f"## {name}", "", f"failed: {type(error).__name__}"]
            options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 1 if failed else 0


def _head(path: Path, setting: Setting) -> list[str]:
    import pyarrow.parquet as pq

    rows = pq.ParquetFile(path).metadata.num_rows
    runs = "single runs" if setting.repeat == 1 else f"medians of {setting.repeat} interleaved runs"
    return [
        "# Speed",
        "",
        f"`python -m benchmarks speed{' --quick' if setting.quick else ''}` on {datetime.now():%Y-%m-%d}: "
        f"{rows:,} rows x {len(COLUMNS)} columns (16 of text), zstd Parquet of {path.stat().st_size / 1e6:.0f} MB.",
        f"{runs.capitalize()}, each in a process of its own, one thread unless said; CPU is user and system time after",
        "start-up, peak the resident set of the whole process. "
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()};",
        f"{', '.join(f'{n} {version(n)}' for n in ('pyarrow', 'numpy', 'presidio-analyzer', 'spacy'))}. "
        f"Load of the machine when it began: {os.getloadavg()[0]:.1f}.",
    ]


if __name__ == "__main__":
    sys.exit(main())
