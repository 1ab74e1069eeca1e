"""Writes the benchmark: ``python -m benchmarks.accuracy.french --write DIR [--seed N] [--rows N] [--notes N]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.accuracy.french.build import NOTES, ROWS, SEED, write

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.french", description=__doc__)
    parser.add_argument("--write", type=Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--notes", type=int, default=NOTES)
    options = parser.parse_args()
    write(options.write, options.seed, options.rows, options.notes)
    print(f"written: {options.write / 'labels.csv'}, tables/*.csv, notes.jsonl (seed {options.seed})")
