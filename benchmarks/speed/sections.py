"""The sections of the report: each measures something and returns lines of Markdown."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.run import Figures, medians, once


@dataclass(frozen=True, slots=True)
class Setting:
    """What is measured.

    Attributes:
        folder: for what is made on the way. table: the Parquet file.
        repeat: runs of each step. quick: smaller data, shorter curves.
    """

    folder: Path
    table: Path
    repeat: int
    quick: bool

    def rows(self) -> int:
        """Returns the table's rows."""
        import pyarrow.parquet as pq

        return int(pq.ParquetFile(self.table).metadata.num_rows)

    def some(self, rows: int) -> Path:
        """Returns a Parquet file with the first rows of the table."""
        import pyarrow.parquet as pq

        path = self.folder / f"first-{rows}.parquet"
        if not path.exists():
            with pq.ParquetFile(self.table) as file:
                pq.write_table(file.read_row_group(0).slice(0, rows), path)
        return path

    def csv(self) -> Path:
        """Returns the table as CSV."""
        import pyarrow.csv as pc
        import pyarrow.parquet as pq

        path = self.folder / "table.csv"
        if not path.exists():
            with pq.ParquetFile(self.table) as file:
                writer = pc.CSVWriter(path, file.schema_arrow)
                for batch in file.iter_batches():
                    writer.write_batch(batch)
                writer.close()
        return path


def grid(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Returns a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def _line(title: str, figures: Figures, rows: int, base: Figures) -> tuple[str, ...]:
    per_row = figures["cpu"] / rows * 1e6
    ratio = f"{figures['cpu'] / base['cpu']:.1f} x"
    return title, f"{figures['ready']:.1f}", f"{figures['cpu']:.2f}", f"{per_row:.1f}", ratio, f"{figures['peak']:.0f}"


HEAD = ("", "start-up, CPU s", "CPU s", "µs a row", "beside reading", "peak MB")


def scans(setting: Setting) -> list[str]:
    """Parquet and CSV, patterns and everything, beside reading."""
    file, csv, rows = str(setting.table), str(setting.csv()), setting.rows()
    found = medians(
        setting.repeat,
        decode=("decode", {"file": file}),
        read=("read", {"target": file}),
        patterns=("scan", {"target": file}),
        language=("scan", {"target": file, "language": True}),
        csv_strings=("csv_strings", {"file": csv}),
        csv_read=("read", {"target": csv}),
        csv_patterns=("scan", {"target": csv}),
    )
    titles = {
        "decode": "Parquet, reading alone (`iter_batches(131072)`)",
        "read": "Parquet, recense's reader",
        "patterns": "Parquet, patterns and check digits on every cell (`--no-language`)",
        "language": "Parquet, with lexicons on every cell and names and prose on the samples",
        "csv_strings": "CSV, reading alone (every column as text)",
        "csv_read": "CSV, recense's reader",
        "csv_patterns": "CSV, patterns and check digits on every cell",
    }
    base = {name: found["csv_strings" if name.startswith("csv") else "decode"] for name in titles}
    table = grid(HEAD, [_line(title, found[name], rows, base[name]) for name, title in titles.items()])
    return ["## Beside reading", "", *table]


def workers(setting: Setting) -> list[str]:
    """One thread, two, and two processes: wall time and equal findings."""
    target = str(setting.table)
    found = medians(
        setting.repeat,
        one=("scan", {"target": target}),
        threads=("scan", {"target": target, "jobs": 2}),
        processes=("scan", {"target": target, "jobs": 2, "processes": True}),
    )
    one = found["one"]
    rows = [
        (
            title,
            f"{found[name]['wall']:.2f}",
            f"{found[name]['cpu']:.2f}",
            f"{one['wall'] / found[name]['wall']:.2f} x",
            "yes" if found[name]["digest"] == one["digest"] else "NO",
            f"{found[name]['peak']:.0f}",
        )
        for name, title in (("one", "one thread"), ("threads", "two threads"), ("processes", "two processes"))
    ]
    note = "Two processes share the file's partitions and start their own detectors; the peak is the parent's."
    return ["## Workers", "", *grid(("", "wall s", "CPU s", "faster", "same evidence", "peak MB"), rows), "", note]


def memory(setting: Setting) -> list[str]:
    """Peak memory as rows grow, under a limit, and in an endless stream."""
    target, rows = str(setting.table), setting.rows()
    times = (1, 4) if setting.quick else (1, 4, 16)
    lines = []
    for repeat in times:
        figures = once("scan", target=target, repeat=repeat)
        lines.append((f"{rows * repeat:,} rows", f"{figures['peak']:.0f}", f"{figures['cpu']:.1f}"))
    limited = once("scan", target=target, memory=400_000_000)
    lines.append((f"{rows:,} rows, `--memory 400MB`", f"{limited['peak']:.0f}", f"{limited['cpu']:.1f}"))
    if not setting.quick:
        import pyarrow.parquet as pq

        with pq.ParquetFile(setting.table) as file:
            size = file.read_row_group(0).nbytes * file.num_row_groups
        repeat = max(1, round(20e9 / size))
        figures = once("scan", target=target, repeat=repeat)
        title = f"stream of {rows * repeat:,} rows, {size * repeat / 1e9:.0f} GB in memory"
        lines.append((title, f"{figures['peak']:.0f}", f"{figures['cpu']:.1f}"))
    note = "Beyond the first line the same rows pass again and again, as one partition without end."
    return ["## Memory, one thread, patterns", "", *grid(("", "peak MB", "CPU s"), lines), "", note]


def growth(setting: Setting) -> list[str]:
    """How the cost grows with columns, detectors and the length of texts."""
    file = str(setting.some(10_000 if setting.quick else 65_536))
    rows: list[tuple[str, ...]] = []
    for columns in (2, 4, 8, 16):
        rows.append((f"{columns} columns", *_rate(once("observe", file=file, columns=columns))))
    for detectors in (6, 24, 60, 0):
        title = f"{detectors} detectors" if detectors else "all detectors"
        rows.append((f"{title}, 16 columns", *_rate(once("observe", file=file, detectors=detectors))))
    for stretch in (2, 8) if setting.quick else (2, 8, 32):
        rows.append((f"one column of comments x {stretch}", *_rate(once("observe", file=file, stretch=stretch))))
    return ["## Growth: the scan loop alone", "", *grid(("", "CPU s", "µs a cell", "MB/s"), rows)]


def _rate(figures: Figures) -> tuple[str, str, str]:
    cpu = max(1e-9, figures["cpu"])
    return f"{cpu:.2f}", f"{cpu / figures['units'] * 1e6:.2f}", f"{figures['bytes'] / cpu / 1e6:.0f}"


def peers(setting: Setting) -> list[str]:
    """The same cells through other tools."""
    from benchmarks.speed.peers import measure

    cells = 3_200 if setting.quick else 32_000
    few = 320 if setting.quick else 3_200
    file = str(setting.table)
    ours = medians(
        setting.repeat,
        first=("same_cells", {"file": file, "cells": cells}),
        few=("same_cells", {"file": file, "cells": cells, "after": cells}),
        whole=("scan", {"target": file}),
    )
    whole = ours["whole"]["cpu"] / (ours["whole"]["units"] * 16)
    own = (ours["few"]["cpu"] / ours["few"]["units"], whole)
    rows = [
        ("recense, patterns, these cells, the first of their process", *_cell(ours["first"], own)),
        ("recense, patterns, these cells, after as many others", *_cell(ours["few"], None)),
        ("recense, patterns, the whole table (16 text columns)", f"{whole * 1e6:.2f}", "", "1 x", ""),
    ]
    theirs: dict[str, Figures | str] = {
        f"Presidio, recense's detectors one by one, {cells:,} cells": once("presidio", file=file, cells=cells),
        f"Presidio with spaCy (fr md), {few:,} cells": once("presidio_spacy", file=file, cells=few),
        **measure(setting.folder, setting.table, cells),
    }
    for name, figures in theirs.items():
        if isinstance(figures, str):
            rows.append((name, figures, "", "", ""))
        else:
            rows.append((name, *_cell(figures, own)))
    head = ("", "µs a cell", "beside recense on these cells", "beside recense on the table", "peak MB")
    note = f"{cells:,} cells of the 16 text columns; the ratios are to recense on these cells after others."
    return ["## Peers", "", note, "", *grid(head, rows)]


def _cell(figures: Figures, ours: tuple[float, float] | None) -> tuple[str, str, str, str]:
    cost = figures["cpu"] / figures["units"]
    ratios = tuple(f"{cost / own:,.0f} x" if cost / own >= 10 else f"{cost / own:.1f} x" for own in ours or ())
    return f"{cost * 1e6:,.2f}", *(ratios if ours else ("1 x", "")), f"{figures['peak']:.0f}"  # type: ignore[return-value]


def texts(setting: Setting) -> list[str]:
    """Logs and documents."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    chance, lines = random.Random(3), 60_000 if setting.quick else 800_000
    folders = {kilobytes: setting.folder / f"documents-{kilobytes}" for kilobytes in (4, 1_000)}
    log, access, column = (setting.folder / name for name in ("web.log", "access.log", "notes.parquet"))
    log.write_text("".join(_service_line(chance, number) for number in range(lines)), encoding="utf-8")
    access.write_text("".join(_access_line(chance, number) for number in range(lines // 3)), encoding="utf-8")
    notes = [_note(chance, number) for number in range(250 if setting.quick else 10_000)]
    pq.write_table(pa.table({"note": notes}), column)
    for kilobytes, folder in folders.items():
        folder.mkdir()
        several = kilobytes // 4
        for number in range(len(notes) // 5 if several == 1 else len(notes) // several):
            text = "".join(notes[number * several : (number + 1) * several])
            (folder / f"note-{number}.txt").write_text(text, encoding="utf-8")
    rows = []
    for title, target, size in (
        ("log of a service", log, log.stat().st_size),
        ("access log, 200 pages, 65 browsers", access, access.stat().st_size),
        *((f"documents of {size} kB, a file each", one, _bytes(one)) for size, one in folders.items()),
        ("documents of 4 kB, a cell each", column, sum(len(note.encode()) for note in notes)),
    ):
        found = medians(setting.repeat, read=("read", {"target": str(target)}), scan=("scan", {"target": str(target)}))
        rates = (f"{size / found[name]['cpu'] / 1e6:.1f} MB/s" for name in ("read", "scan"))
        rows.append((title, f"{size / 1e6:.0f}", *rates, f"{found['scan']['peak']:.0f}"))
    return ["## Logs and documents", "", *grid(("", "MB", "recense's reader", "with patterns", "peak MB"), rows)]


def _bytes(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.iterdir())


def _service_line(chance: random.Random, number: int) -> str:
    who = f"user=u{number}@example.org " if number % 20 == 0 else ""
    return (
        f"2026-11-{chance.randint(10, 28)} 10:{chance.randint(10, 59)}:07 INFO {who}192.0.2.{number % 250} "
        f"GET /compte/{chance.randrange(10**6)} 200 {chance.randrange(9000)} ok\n"
    )


_PAGES = [f"{room}/{page}" for room in ("produits", "clients", "contrats", "formations") for page in range(50)]
_BROWSERS = [f"Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0" for n in range(90, 120)] + [
    f"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{n}.0.{n * 47}.{n} Safari/537.36"
    for n in range(90, 125)
]


def _access_line(chance: random.Random, number: int) -> str:
    address = ".".join(str(chance.randint(1, 223)) for _ in range(4))
    page = chance.choice(_PAGES) + chance.choice(["", "/detail", "/liste", "/photo.jpg", "/devis"])
    when = f"{chance.randint(10, 28)}/Nov/2026:10:{chance.randint(10, 59)}:07 +0100"
    return (
        f'{address} - - [{when}] "GET /{page}?id={number} HTTP/1.1" 200 {chance.randrange(90_000)} '
        f'"https://www.example.org/{chance.choice(_PAGES)}" "{chance.choice(_BROWSERS)}"\n'
    )


_WORDS = ("le", "devis", "est", "signé", "mais", "la", "livraison", "a", "pris", "du", "retard", "le", "client")


def _note(chance: random.Random, number: int) -> str:
    return f"{' '.join(chance.choices(_WORDS, k=700))}\n\nÉcrire à p{number}@example.org.\n"


def postgresql(setting: Setting) -> list[str]:
    """A table in PostgreSQL: recense's reader beside the driver's bare stream."""
    from contextlib import contextmanager

    sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
    try:
        import servers
    except ImportError:
        return ["## PostgreSQL", "", "not measured: the tests that start a server are not here"]
    served = contextmanager(servers.postgres_url.__wrapped__)
    with served() as url:
        _load(url, setting)
        found = medians(
            setting.repeat,
            bare=("adbc", {"url": _libpq(url), "table": "clients"}),
            read=("read", {"target": url, "only": "clients"}),
            scan=("scan", {"target": url, "only": "clients"}),
        )
    rows = []
    for name, title in (("bare", "bare ADBC stream"), ("read", "recense's reader"), ("scan", "recense, patterns")):
        rate = found[name]["units"] / found[name]["wall"]
        share = rate / (found["bare"]["units"] / found["bare"]["wall"])
        rows.append((title, f"{rate:,.0f}", f"{share:.2f}", f"{found[name]['cpu']:.2f}", f"{found[name]['peak']:.0f}"))
    return ["## PostgreSQL", "", *grid(("", "rows/s, wall", "of the bare stream", "client CPU s", "peak MB"), rows)]


def _load(url: str, setting: Setting) -> None:
    import adbc_driver_postgresql.dbapi as driver
    import pyarrow.parquet as pq

    with (
        driver.connect(_libpq(url)) as connection,
        connection.cursor() as cursor,
        pq.ParquetFile(setting.table) as file,
    ):
        for number, batch in enumerate(file.iter_batches()):
            cursor.adbc_ingest("clients", batch, mode="append" if number else "create")
        connection.commit()
        cursor.execute("ANALYZE clients")
        connection.commit()


def _libpq(url: str) -> str:
    from psycopg.conninfo import make_conninfo
    from sqlalchemy.engine import make_url

    made = make_url(url)
    return make_conninfo(
        host=made.host, port=made.port, user=made.username, password=made.password, dbname=made.database
    )


def plans(setting: Setting) -> list[str]:
    """What ``--plan`` says beside what a scan takes, for three kinds of source."""
    import sqlite3

    import pyarrow.parquet as pq

    base = setting.some(20_000 if setting.quick else 100_000)
    database = setting.folder / "clients.db"
    table = pq.read_table(base).drop_columns(["vu_le"])
    with sqlite3.connect(database) as made:
        made.execute(f"CREATE TABLE clients ({', '.join(table.column_names)})")
        marks = ", ".join("?" * table.num_columns)
        made.executemany(
            f"INSERT INTO clients VALUES ({marks})", zip(*(c.to_pylist() for c in table.columns), strict=True)
        )
    made.close()
    small = Setting(setting.folder / "plans", base, 1, True)
    small.folder.mkdir()
    rows = []
    for target in (base, small.csv(), database):
        for flag in ((), ("--no-language",)):
            planned, wall = _planned(setting.folder, str(target), flag)
            kind = f"{target.suffix[1:]}{' ' if flag else ''}{''.join(flag)}"
            rows.append((kind, f"{planned:.1f}", f"{wall:.1f}", f"{wall / planned:.2f}"))
    return ["## Plans", "", *grid(("", "`--plan` says s", "wall s", "of the plan"), rows)]


def _planned(folder: Path, target: str, flags: tuple[str, ...]) -> tuple[float, float]:
    home = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "recense", "scan", target, *flags, "--catalog", str(folder / "plans.db")]
    shown = subprocess.run([*command, "--plan", "-f", "json"], env=home, check=True, capture_output=True, text=True)
    start = time.perf_counter()
    subprocess.run([*command, "-q", "-f", "json"], env=home, check=True, capture_output=True)
    return float(json.loads(shown.stdout)["summary"]["seconds"]), time.perf_counter() - start


SECTIONS: dict[str, Callable[[Setting], list[str]]] = {
    "scans": scans,
    "workers": workers,
    "memory": memory,
    "growth": growth,
    "texts": texts,
    "postgresql": postgresql,
    "plans": plans,
    "peers": peers,
}
