"""How long ``recense check`` takes: a small repository, and one with 500 migrations and 11,000 columns.

    python -m benchmarks.gate [--rounds N]

Both are written into a temporary folder from a seed, and checked by the command line in a process of its own, as in
CI. Wall and processor time are given, best of the rounds: on a shared machine only the processor's is steady.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = [
    "email",
    "phone",
    "first_name",
    "last_name",
    "birth_date",
    "city",
    "postcode",
    "price",
    "quantity",
    "status",
    "sku",
    "label",
    "created_at",
    "updated_at",
    "comment",
    "amount",
    "currency",
    "weight",
    "height",
    "width",
    "template_id",
    "page_size",
    "colour",
    "note",
    "iban",
    "login",
    "ip_address",
    "is_active",
    "position",
    "checksum",
    "batch_no",
    "warehouse",
    "shelf",
    "tax_rate",
    "discount",
    "ordered_at",
    "shipped_at",
    "carrier",
    "tracking_no",
]
TYPES = ("varchar(80)", "integer", "timestamp", "numeric(10, 2)", "text", "boolean")
TABLES = [
    "clients",
    "orders",
    "invoices",
    "products",
    "stocks",
    "visits",
    "shipments",
    "suppliers",
    "articles",
    "sessions",
]


def main(arguments: list[str] | None = None) -> int:
    """Prints a Markdown table of times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    print("| repository | columns | wall s | processor s | exit |\n|---|---|---|---|---|")
    for name, files, columns in (("small: 8 migrations", 8, 100), ("large: 500 migrations", 500, 11_000)):
        with tempfile.TemporaryDirectory() as made:
            count = write(Path(made), files, columns)
            wall, processor, code = min(measure(Path(made)) for _ in range(options.rounds))
            print(f"| {name} | {count:,} | {wall:.2f} | {processor:.2f} | {code} |")
    return 0


def write(folder: Path, files: int, columns: int) -> int:
    """Writes migrations: two thirds create tables, one third adds and renames; returns how many columns."""
    draw = random.Random(2026)
    tables: dict[str, list[str]] = {}
    each, declared = columns // files, 0
    for number in range(files):
        statements = []
        if number % 3 < 2 or not tables:
            table = f"{draw.choice(TABLES)}_{number}"
            names = [
                f"{draw.choice(NAMES)}_{place}" if place % 4 else NAMES[place % len(NAMES)] for place in range(each)
            ]
            tables[table] = list(dict.fromkeys(names))
            body = ",\n".join(f"    {name} {draw.choice(TYPES)} -- column" for name in tables[table])
            statements.append(
                f"CREATE TABLE {table} (\n    id bigint PRIMARY KEY,\n{body.replace(' -- column,', ',')}\n);"
            )
            declared += len(tables[table]) + 1
        else:
            table = draw.choice(list(tables))
            for place in range(each):
                name = f"{draw.choice(NAMES)}_{number}_{place}"
                statements.append(f"ALTER TABLE {table} ADD COLUMN {name} {draw.choice(TYPES)};")
                tables[table].append(name)
                declared += 1
            statements.append(f"ALTER TABLE {table} RENAME COLUMN {tables[table][0]} TO renamed_{number};")
            tables[table][0] = f"renamed_{number}"
        (folder / f"{number:04}_step.sql").write_text("\n".join(statements) + "\n", encoding="utf-8")
    return declared


def measure(folder: Path) -> tuple[float, float, int]:
    """Returns wall seconds, processor seconds and exit code of one check."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [sys.executable, "-m", "recense", "check", "--format", "json", "--quiet", "-o", os.devnull]
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
    done = subprocess.run(command, cwd=folder, check=False, env=os.environ | {"PYTHONPATH": path})
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.returncode


if __name__ == "__main__":
    sys.exit(main())
