"""The index of people on a large table: ``python -m benchmarks.persons [--rows N] [--rounds N]``.

A file of N rows (e-mail, telephone, name, date of birth, customer number, and columns of other kinds) is scanned as
scans are, and with patterns only, without and with the index; CPU seconds of whole processes, the median of the rounds,
in turn. Then 10,000 people of the file and 100,000 who are not in it are looked up in the filter of e-mail addresses.

Exits 1 when the index adds more than a quarter, misses somebody, or names strangers more often than it states.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from recense.catalog import Catalog, persons
from recense.subjects import keys
from recense.subjects.filters import RATE, Filter
from recense.subjects.identifiers import Kind

MOST = 0.25
FOUND, ABSENT = 10_000, 100_000


def write(file: Path, rows: int) -> None:
    """Writes the table; seeded."""
    draw = np.random.default_rng(7)
    number = np.arange(rows)
    days = draw.integers(-7_000, 14_000, rows).astype("datetime64[D]").astype(str)
    firsts = np.array(["Zoé", "Léa", "Hugo", "Jean-Marc", "Inès", "Paul", "Noé", "Élise"])[draw.integers(0, 8, rows)]
    table = {
        "numero_client": [f"C{n:07}" for n in number],
        "courriel": [f"user{n}@example.org" for n in number],
        "telephone": ["06" + "".join(f" {n // 100**place % 100:02}" for place in (3, 2, 1, 0)) for n in number],
        "nom": [f"Durand{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676 % 26)}" for n in number],
        "prenom": firsts,
        "date_naissance": days,
        "ville": np.array(["Lyon", "Paris", "Brest", "Nice"])[draw.integers(0, 4, rows)],
        "code_postal": draw.integers(10_000, 95_000, rows),
        "montant": draw.random(rows).round(2),
        "cree_le": draw.integers(15_000, 20_000, rows).astype("datetime64[D]").astype(str),
        "adresse": [f"{n % 200} rue des Lilas" for n in number],
        "commentaire": [f"commande {n} livrée, rappeler le client si besoin" for n in number],
    }  # fmt: skip
    pa.csv.write_csv(pa.table(table), file)


def scanned(folder: Path, index: bool, *options: str) -> float:
    """Scans and returns CPU seconds."""
    (folder / "recense.yaml").write_text(
        f"version: 1\npersons: {{index: {str(index).lower()}}}\nsources: [{{name: crm, path: clients.csv}}]\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "recense", "scan", "-q", "-f", "json", "-o", "scan.json", *options]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compared(folder: Path, rounds: int, *options: str) -> float:
    """Scans in turn without and with the index; prints the seconds and returns what the index adds, as a share."""
    print(" ".join(("recense scan", *options)))
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for index in (False, True):
            times[index].append(scanned(folder, index, *options))
        plain, indexed = times[False][-1], times[True][-1]
        print(f"  {plain:.2f} s without, {indexed:.2f} s with: {indexed / plain - 1:+.1%}", flush=True)
    plain, indexed = (statistics.median(times[index]) for index in (False, True))
    print(f"  medians: {plain:.2f} s CPU without, {indexed:.2f} s with the index: {indexed / plain - 1:+.1%}")
    return indexed / plain - 1


def asked(folder: Path, rows: int) -> tuple[int, int]:
    """Returns how many of those in the file are found, and how many strangers."""
    key = keys.read(folder / "recense-person.key")
    with Catalog.open(f"sqlite:///{folder}/recense.db") as kept, kept.transaction() as connection:
        (one,) = [found for found in persons.filters(connection, ["email"]) if found.path == "courriel"]
    held = Filter(np.frombuffer(one.bits, np.uint8), one.turns, key.filter_secret(one.salt))
    chosen = np.random.default_rng(1).choice(rows, min(FOUND, rows), replace=False)
    inside = held.holds(key.hashes(Kind.email, [f"user{n}@example.org" for n in chosen]))
    strangers = held.holds(key.hashes(Kind.email, [f"absent{n}@example.org" for n in range(ABSENT)]))
    return int(inside.sum()), int(strangers.sum())


def main(arguments: list[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder / "clients.csv", chosen.rows)
        keys.create(folder / "recense-person.key")
        added = [compared(folder, chosen.rounds, *options) for options in ((), ("--no-language",))]
        inside, strangers = asked(folder, chosen.rows)
    wanted = min(FOUND, chosen.rows)
    print(f"found {inside:,} of {wanted:,}; strangers named {strangers} of {ABSENT:,} (stated: {RATE:.2%})")
    most = ABSENT * RATE + 3 * (ABSENT * RATE) ** 0.5
    return int(max(added) > MOST or inside < wanted or strangers > most)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
