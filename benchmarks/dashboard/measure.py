"""Builds a catalog of many findings and asks the dashboard for pages, alone and with people beside a writing scan.

    python -m benchmarks.dashboard [--findings 100000] [--postgres postgresql://…/empty] [--save RESULTS.md]

Times are the server's own, from the request to the first byte of its answer; it runs in a process of its own, whose
memory is the one that is given. People are threads that take a page, wait ``--pause`` seconds and ask for the next.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import re
import statistics
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import httpx

from benchmarks.dashboard.contents import PASSWORD, build, scan
from benchmarks.dashboard.serving import TIMING, Server, server
from recense.catalog import Catalog, listing
from recense.catalog.listing import Filter

MEDIAN, HIGH, MEMORY = 150, 400, 200
"""What issue 7 asks for: milliseconds at the median and at the 95th percentile, and megabytes."""


@dataclass
class Taken:
    """Milliseconds of answers, and what was no answer."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Returns a line of a Markdown table."""
        ordered = sorted(self.times) or [0.0]
        high = ordered[math.ceil(len(ordered) * 0.95) - 1]
        middle = statistics.median(ordered)
        errors = len(self.errors)
        good = "yes" if middle <= MEDIAN and high <= HIGH and not errors else "**no**"
        return f"| {name} | {middle:.0f} | {high:.0f} | {ordered[-1]:.0f} | {len(self.times)} | {errors} | {good} |"


HEAD = ["| | median ms | p95 ms | worst ms | asked | errors | within |", "|---|---|---|---|---|---|---|"]


def pages(url: str) -> dict[str, str]:
    """Returns what is asked for: name and path."""
    with Catalog.open(url) as catalog, catalog.transaction() as connection:
        first = listing.listed(connection, Filter(), size=1).items[0].id
        last = listing.listed(connection, Filter(special=False), size=200).items[-1]
        end = listing.listed(connection, Filter(), size=10**9)
        middle, final = end.items[len(end.items) // 2], end.items[-60]
    return {
        "to do": "/",
        "findings, first page": "/findings",
        "findings, a page half-way": f"/findings?after={listing.cursor(middle)}",
        "findings, last page": f"/findings?after={listing.cursor(final)}",
        "filter: category and proof": "/findings?category=contact&proof=proved",
        "filter: nothing matches": "/findings?category=contact&proof=to_check",
        "filter: decided": "/findings?state=decided",
        "search: a table": "/findings?search=facture_3994",
        "search: two words": "/findings?search=client+courriel",
        "search: a word of many": "/findings?search=prenom",
        "search: nothing matches": "/findings?search=nowhere",
        "finding": f"/findings/{first}",
        "queue: special": f"/queue/special/{first}",
        "queue: new": f"/queue/new/{last.id}",
        "queue: undeclared, begin": "/queue/undeclared",
        "queue: expiring, begin": "/queue/expiring",
        "retention": "/retention",
        "register": "/register",
        "coverage": "/sources",
        "log": "/audit",
    }


def signed_in(at: Server) -> httpx.Client:
    """Returns somebody who has signed in."""
    client = httpx.Client(base_url=at.address, timeout=60)
    answer = client.post("/sign-in", data={"name": "bench", "password": PASSWORD, "next": "/audit"})
    assert answer.status_code == 303, answer.status_code
    return client


def ask(client: httpx.Client, path: str, into: Taken) -> str:
    """Asks for a page and notes what it took; returns the page."""
    try:
        answer = client.get(path, follow_redirects=False)
    except httpx.TransportError as error:
        into.errors.append(type(error).__name__)
        return ""
    if answer.status_code not in (200, 303):
        into.errors.append(f"{path}: {answer.status_code}")
    into.times.append(float(answer.headers.get(TIMING, "0")))
    return answer.text


def to_the_end(client: httpx.Client) -> tuple[Taken, int]:
    """Goes from the first page of findings to the last one by the links; returns what it took and how many pages."""
    taken, path = Taken(), "/findings"
    while path:
        found = re.search(r'rel="next" href="([^"]+)"', ask(client, path, taken))
        path = found[1].replace("&amp;", "&") if found else ""
    return taken, len(taken.times)


def crowd(at: Server, paths: list[str], users: int, seconds: float, pause: float) -> Taken:
    """Returns what answers took while a number of people ask."""
    together, ready = Taken(), threading.Barrier(users)

    def person(number: int) -> None:
        with closing(signed_in(at)) as client:  # passwords are slow on purpose: everybody is in before the clock starts
            ready.wait()
            end, turn = time.monotonic() + seconds, number
            time.sleep(pause * number / users)
            while time.monotonic() < end:
                ask(client, paths[turn % len(paths)], together)
                turn += 1
                time.sleep(pause)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return together


def measured(url: str, chosen: argparse.Namespace) -> list[str]:
    """Returns the lines of one database's table."""
    spawn = get_context("spawn")
    begun = time.perf_counter()
    builder = spawn.Process(target=build, args=(url, chosen.findings, chosen.runs, chosen.indexed))
    builder.start()
    builder.join()
    built = time.perf_counter() - begun
    asked, lines = pages(url), list(HEAD)
    with server(url) as at, closing(signed_in(at)) as client:
        for name, path in asked.items():
            taken = Taken()
            for _ in range(chosen.times):
                ask(client, path, taken)
            lines.append(taken.row(name))
            print(lines[-1], flush=True)
        taken, count = to_the_end(client)
        lines.append(taken.row(f"findings, page by page to page {count:,}"))
        for pause in chosen.pause:
            writer = spawn.Process(target=scan, args=(url, chosen.seconds, chosen.rescanned))
            writer.start()
            taken = crowd(at, list(asked.values()), chosen.users, chosen.seconds, pause)
            writer.join()
            said = f"{pause:.0f} s of reading between pages" if pause else "asking without a pause"
            lines.append(taken.row(f"{chosen.users} people, {chosen.seconds:.0f} s, a scan writes, {said}"))
            print(lines[-1], taken.errors[:3], flush=True)
        lines += ["", f"Memory of the server: {at.resident():.0f} MB, at most {at.resident('VmHWM'):.0f} MB."]
        lines.append(f"Writing {chosen.runs} runs of {chosen.findings:,} findings: {built:.0f} s.")
    print("\n".join(lines[-2:]))
    return lines


def main() -> None:
    """Prints the tables and, when asked, saves them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=2, help="runs of all findings before anybody looks")
    parser.add_argument("--rescanned", type=int, default=500, help="findings of each run that is written meanwhile")
    parser.add_argument("--postgres", metavar="URL", help="an empty database; default: a new SQLite file")
    parser.add_argument("--no-index", dest="indexed", action="store_false", help="PostgreSQL without pg_trgm")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--pause", type=float, nargs="*", default=[1.0, 0.0], help="seconds of reading between pages")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--save", type=Path, help="Markdown file that gets the table of this database")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        name = "PostgreSQL" if chosen.postgres else "SQLite"
        lines = measured(chosen.postgres or f"sqlite:///{folder}/recense.db", chosen)
    if chosen.save:
        save(chosen.save, name, lines, chosen.findings)


def save(file: Path, name: str, lines: list[str], findings: int) -> None:
    """Puts the table of one database into the file, in place of the one before."""
    head = f"## {name}, {findings:,} findings"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    text = file.read_text(encoding="utf-8") if file.exists() else "# Dashboard: server times\n"
    parts = [part.rstrip() for part in re.split(r"(?m)^(?=## )", text) if not part.startswith(f"## {name},")]
    file.write_text("\n\n".join([*parts, "\n".join([head, "", f"{machine}.", "", *lines])]) + "\n", encoding="utf-8")
