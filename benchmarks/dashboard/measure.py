"""Builds a catalog of many findings and asks the dashboard for pages, alone and with people beside a writing scan.

    python -m benchmarks.dashboard [--findings 100000] [--catalog postgresql://…]

Times are the server's, asked in one process without a network; with ``--users`` each person is a thread of its own.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import httpx
from starlette.testclient import TestClient

from recense.catalog import Catalog, DatasetProfile, accounts, listing
from recense.model import Dataset, DatasetReport, Finding, Proof, ScanRun, SourceReport
from recense.reports.dashboard import create_app
from recense.reports.dashboard.settings import Settings

PASSWORD = "a password of the benchmark"
KINDS = (
    ("EMAIL", "contact", Proof.PROVED),
    ("PERSON", "identification", Proof.INDICATED),
    ("HEALTH", "special.health", Proof.TO_CHECK),
    ("IBAN", "banking", Proof.PROVED),
)


def run_of(findings: int, name: str, prefix: str = "f") -> ScanRun:
    """Returns a finished run of so many findings, over 20 sources and tables of 25 columns."""
    made = [_finding(number, prefix) for number in range(findings)]
    places = dict.fromkeys((one.source, one.dataset) for one in made)
    sources = tuple(SourceReport(uri, "postgresql", "complete") for uri in dict.fromkeys(s for s, _ in places))
    reports = tuple(DatasetReport(source, dataset, "table", 1_000, 1_000) for source, dataset in places)
    moment = "2026-11-22T02:00:00+00:00"
    return ScanRun(
        id=name, started=moment, finished=moment, status="complete", rules="1", policy=None, sources=sources,
        datasets=reports, findings=tuple(made),
    )  # fmt: skip


def _finding(number: int, prefix: str) -> Finding:
    entity, category, proof = KINDS[number % len(KINDS)]
    source, table, column = (
        f"postgresql://db{number // 25 % 20}/crm",
        f"{prefix}.table_{number // 25}",
        f"c{number % 25}",
    )
    return Finding(
        source=source, dataset=table, column=column, entity=entity, category=category,
        proof=proof, score=0.9, cells=1_000, matched=500, detectors=("email",), evidence=(),
    )  # fmt: skip


def keep(catalog: Catalog, run: ScanRun) -> None:
    """Writes a run as a scan does."""
    catalog.start(run.id, rules=run.rules, scope="s", targets=[])
    catalog.finish(run, [DatasetProfile(Dataset(d.source, d.dataset, d.kind), d.rows_read, {}) for d in run.datasets])


def pages(catalog: Catalog) -> dict[str, str]:
    """Returns what is asked for: name and path."""
    with catalog.transaction() as connection:
        first = listing.listed(connection, listing.Filter())
        deep = listing.listed(connection, listing.Filter(), after=None, size=20_000)
    return {
        "to do": "/",
        "first page": "/findings",
        "filter": "/findings?category=contact&proof=proved",
        "search": "/findings?search=table_399",
        "search of nothing": "/findings?search=nowhere",
        "detail": f"/findings/{first.items[0].id}",
        "deep page": f"/findings?after={listing.cursor(deep.items[-1])}",
        "queue": f"/queue/special/{first.items[0].id}",
        "sources": "/sources",
    }


def measured(ask: Callable[[], httpx.Response], times: int) -> list[float]:
    """Returns seconds per answer, shortest first."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        answer = ask()
        taken.append(time.perf_counter() - begun)
        assert answer.status_code == 200, answer.status_code
    return sorted(taken)


def resident() -> float:
    """Returns the megabytes that this process holds now."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def said(name: str, taken: list[float]) -> str:
    """Returns a line of the table, in milliseconds."""
    high = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
    return f"{name:<20} {statistics.median(taken) * 1e3:8.1f} {high * 1e3:8.1f} {len(taken):6}"


def crowd(client: TestClient, paths: list[str], users: int, seconds: float, url: str) -> list[float]:
    """Returns the answers' times while a number of people ask and a scan writes."""
    end, taken, lock = time.monotonic() + seconds, [], threading.Lock()

    def person(number: int) -> None:
        turn = number
        while time.monotonic() < end:
            mine = measured(partial(client.get, paths[turn % len(paths)]), 1)
            turn += 1
            with lock:
                taken.extend(mine)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(users)]
    writer = get_context("spawn").Process(target=scan, args=(url, seconds))
    writer.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.join()
    return sorted(taken)


def scan(url: str, seconds: float) -> None:
    """Writes runs of 500 findings, one after the other, in a process of its own."""
    end = time.monotonic() + seconds
    with Catalog.open(url) as catalog:
        while time.monotonic() < end:
            name = f"w{time.monotonic_ns()}"
            keep(catalog, run_of(500, name, name))


def build(url: str, findings: int) -> None:
    """Writes the catalog, in a process of its own: its memory is not the server's."""
    with Catalog.open(url) as catalog:
        keep(catalog, run_of(findings, "first"))
        with catalog.transaction(write=True) as connection:
            accounts.add(connection, "bench", "dpo", PASSWORD)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--catalog", help="an empty database; default: a new SQLite file")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--times", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.catalog or f"sqlite:///{folder}/recense.db"
        builder = get_context("spawn").Process(target=build, args=(url, chosen.findings))
        builder.start()
        builder.join()
        with Catalog.open(url) as catalog:
            asked = pages(catalog)
            with TestClient(create_app(Settings(url, ("testserver",), language="en"))) as client:
                client.post("/sign-in", data={"name": "bench", "password": PASSWORD, "next": "/sources"})
                print(f"{'milliseconds':<20} {'median':>8} {'p95':>8} {'asked':>6}")
                for name, path in asked.items():
                    print(said(name, measured(partial(client.get, path), chosen.times)), flush=True)
                busy = [path for name, path in asked.items() if name not in {"to do", "sources"}]
                taken = crowd(client, busy, chosen.users, chosen.seconds, url)
                print(said(f"{chosen.users} people", taken))
            print(f"{resident():.0f} MB resident")
