"""Every file of the shared corpora ends as its label says."""

from __future__ import annotations

import csv
import resource
import time
from pathlib import Path

from recense.testing.connectors import read_all

BEYOND = {".msg", ".doc", ".odt", ".docx", ".epub", ".rtf", ".pdf", ".pptx", ".jpg"}
"""Suffixes of files whose text is not read: they end as ``unsupported_format``, pictures as a row without text."""

SECONDS = 30
PEAK = 1_200 << 10  # KiB beyond what the process had before: earlier tests leave their own


def memory(which: str) -> int:
    """Returns what the kernel says of this process, in KiB: ``VmRSS`` now, ``VmHWM`` at most."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(which))
    return int(line.split()[1])


def test_every_file_ends_as_labelled(corpora: Path) -> None:
    files = corpora / "files"
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (proc(5))
    had, children = memory("VmRSS"), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    before = {path: path.stat().st_mtime_ns for path in files.iterdir()}
    needles: dict[str, list[str]] = {}
    for row in csv.DictReader((files / "must_find.csv").open(encoding="utf-8")):
        needles.setdefault(row["name"], []).append(row["value"])
    wrong = []
    for row in csv.DictReader((files / "files.csv").open(encoding="utf-8")):
        name, expect = row["name"], row["expect"]
        started = time.monotonic()
        rows, troubles = read_all(files / name)
        codes = {code for _, code in troubles}
        text = str(rows)
        if time.monotonic() - started > SECONDS:
            wrong.append(f"{name}: slow")
        if not rows and not troubles:
            wrong.append(f"{name}: silent")
        if "failed" in codes:
            wrong.append(f"{name}: failed")
        if expect == "report_unreadable" and not troubles:
            wrong.append(f"{name}: not reported")
        if Path(name).suffix in BEYOND:
            if expect == "read" and codes != {"unsupported_format"}:
                wrong.append(f"{name}: {codes}")
            continue
        # an attachment that is not read is reported beside the message that is
        if expect == "read" and (not rows or codes - {"unsupported_format"}):
            wrong.append(f"{name}: {codes}")
        missing = sum(needle not in text for needle in needles.get(name, ()))
        if missing:
            wrong.append(f"{name}: {missing} strings missing")
    assert not wrong
    assert memory("VmHWM") - had < PEAK
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(children, PEAK)
    assert {path: path.stat().st_mtime_ns for path in files.iterdir()} == before


def test_tables_are_read_cell_for_cell(corpora: Path) -> None:
    """What Python's csv module finds in well-formed tables is what the connector yields."""
    wrong = []
    for path in sorted((corpora / "tables").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = max(",;\t|", key=file.readline().count)
            file.seek(0)
            header, *expected = [row for row in csv.reader(file, delimiter=delimiter) if row]
        rows, troubles = read_all(path)
        found = [list(row.values()) for row in rows[path.name]]
        if troubles or sorted(found) != sorted(expected) or (len(found) and len(rows[path.name][0]) != len(header)):
            wrong.append(path.name)
    assert not wrong
