"""A catalog of many findings, written through the catalog's own functions."""

from __future__ import annotations

import time

from recense.catalog import Catalog, DatasetProfile, accounts
from recense.model import ColumnReport, Dataset, DatasetReport, Finding, Proof, ScanRun, SourceReport, Unreadable

PASSWORD = "a password of the benchmark"
KINDS = (
    ("EMAIL_ADDRESS", "contact", Proof.PROVED, "declared"),
    ("PERSON", "identification", Proof.INDICATED, "undeclared"),
    ("RELIGION", "special.religion", Proof.TO_CHECK, "prohibited"),
    ("IBAN_CODE", "banking", Proof.PROVED, "open"),
)
WORDS = ("client", "commande", "prénom", "salarie", "facture", "adresse", "contrat", "dossier", "courriel", "agence")
SOURCES, COLUMNS, CLEAN = 20, 25, 5
"""Sources; columns of a table in which something is found, and others."""


def run_of(findings: int, name: str, prefix: str = "crm", matched: int = 500, finished: str = "") -> ScanRun:
    """Returns a finished run of so many findings, over 20 sources and tables of 30 columns."""
    made = [_finding(number, prefix, matched) for number in range(findings)]
    places: dict[tuple[str, str], list[ColumnReport]] = {}
    for one in made:
        columns = places.setdefault((one.source, one.dataset), [])
        columns.append(ColumnReport(one.column, "TEXT", 1_000, 0, 900, 0.0))
    for columns in places.values():
        columns += [ColumnReport(f"clean_{number}", "TEXT", 1_000, 0, 9, 0.003) for number in range(CLEAN)]
    uris = dict.fromkeys(source for source, _ in places)
    moment = finished or "2026-11-22T02:00:00+00:00"
    return ScanRun(
        id=name,
        started=moment,
        finished=moment,
        status="incomplete",
        rules="1",
        policy=None,
        sources=tuple(SourceReport(uri, "postgresql", "complete") for uri in uris),
        datasets=tuple(
            DatasetReport(source, dataset, "table", 1_000, 1_000, tuple(columns))
            for (source, dataset), columns in places.items()
        ),
        findings=tuple(made),
        unreadable=tuple(Unreadable(uri, "archive.zip", "encrypted", "needs a password") for uri in uris),
    )


def _finding(number: int, prefix: str, matched: int) -> Finding:
    entity, category, proof, declared = KINDS[number % len(KINDS)]
    table = number // COLUMNS
    word = WORDS[table % len(WORDS)]
    return Finding(
        source=f"postgresql://db{table % SOURCES}.example.org/{prefix}",
        dataset=f"{prefix}.{word}_{table}",
        column=f"{WORDS[number * 7 % len(WORDS)]}_{number % COLUMNS}",
        category=category,
        entity=entity,
        proof=proof,
        score=0.9,
        cells=1_000,
        matched=matched,
        detectors=("email",),
        evidence=(),
        declared=declared,
    )


def keep(catalog: Catalog, run: ScanRun) -> None:
    """Writes a run as a scan does."""
    catalog.start(run.id, rules=run.rules, scope="s", targets=[])
    catalog.finish(run, [DatasetProfile(Dataset(d.source, d.dataset, d.kind), d.rows_read, {}) for d in run.datasets])


def build(url: str, findings: int, runs: int, indexed: bool = True) -> None:
    """Writes runs of the same findings, a retention report and an account; ``indexed``: as ``recense serve`` begins."""
    with Catalog.open(url) as catalog:
        for number in range(runs):
            keep(catalog, run_of(findings, f"r{number}", finished=f"2026-11-{20 + number:02d}T02:00:00+00:00"))
        catalog.keep_retention("r0", "p", _retention(findings))
        with catalog.transaction(write=True) as connection:
            accounts.add(connection, "bench", "dpo", PASSWORD)
        if indexed:
            catalog.index_search()


def _retention(findings: int) -> dict[str, object]:
    entries = [
        {
            "source": f"postgresql://db{number % SOURCES}.example.org/crm", "dataset": f"crm.client_{number}",
            "rule": "prospects", "period": "3y", "start_column": "last_contact", "start_evidence": "direct",
            "zone": "active", "rows": 100, "buckets": {"overdue": 40, "not_due": 60}, "oldest": "2015-01-01",
            "overdue": 40, "overdue_share": 0.4, "verdict": "overdue", "why": "older than three years",
            "reasons": {"en": "older than three years", "fr": "plus de trois ans"}, "rules": ["prospects"],
            "bound": False, "overdue_days": 9, "signals": [],
        }
        for number in range(findings // 1_000)
    ]  # fmt: skip
    return {"schema": "recense.retention/1", "as_of": "2026-11-20", "datasets": entries}


def scan(url: str, seconds: float, findings: int) -> None:
    """Reads the same sources again and again, a part of them each time, in a process of its own."""
    end, turn = time.monotonic() + seconds, 0
    with Catalog.open(url) as catalog:
        while time.monotonic() < end:
            turn += 1
            moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
            keep(catalog, run_of(findings, f"w{time.monotonic_ns()}", "crm", 500 + turn, moment))
            time.sleep(0.5)
