"""The line that moves while a scan reads: share, time left, rows, bytes, rate, dataset. On a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recense.cli import console
from recense.plural import counted

if TYPE_CHECKING:
    from recense.pipelines.steps import Progress

EVERY = 0.2
"""Seconds between two looks, at least."""


@contextmanager
def watched(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Gives what a scan reports to; None when nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(16),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking at the sources", total=None)
        begun = time.monotonic()
        last = 0.0

        def report(progress: Progress) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last < EVERY and progress.done < progress.total:
                return
            last = now
            bar.update(task, completed=progress.share, total=1.0, description=describe(progress, now - begun))

        yield report


def describe(progress: Progress, seconds: float) -> str:
    """Returns a progress in words.

    Args:
        progress: how far the scan is.
        seconds: since it began to read.
    """
    rate = f", {progress.bytes / seconds / 1e6:,.0f} MB/s" if seconds > 0 else ""
    left = ""
    if 0.01 < progress.share < 1 and seconds > 1:
        left = f", {duration(seconds * (1 - progress.share) / progress.share)} left"
    parts = f"{progress.done} of {progress.total}" if progress.total > 1 else ""
    words = (
        f"{counted(progress.rows, 'row')}, {size(progress.bytes)}{rate}{left}",
        parts,
        console.printable(progress.dataset),
    )
    return "  ".join(word for word in words if word)


def size(count: int) -> str:
    """Returns bytes as people write them.

    >>> size(999), size(1_500_000), size(20_000_000_000)
    ('999 B', '1.5 MB', '20 GB')
    """
    number = float(count)
    units = iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while number >= 1000 and unit != "TB":
        number, unit = number / 1000, next(units)
    return f"{number:.0f} {unit}" if number >= 10 or unit == "B" else f"{number:.1f} {unit}"


def duration(seconds: float) -> str:
    """Returns seconds as people say them.

    >>> duration(7.4), duration(95), duration(4000), duration(200_000)
    ('7 s', '1 min 35 s', '1 h 7 min', '2 d 7 h')
    """
    whole = round(seconds)
    for long, short, word, rest in ((86_400, 3_600, "d", "h"), (3_600, 60, "h", "min"), (60, 1, "min", "s")):
        if whole >= long:
            return f"{whole // long} {word} {whole % long // short} {rest}"
    return f"{whole} s"
