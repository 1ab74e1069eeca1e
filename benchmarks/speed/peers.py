"""Peers in an environment of their own, made for the measurement; one that does not install is named."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.environments import Failure, build, run
from benchmarks.speed.measure import cells_of
from benchmarks.speed.run import Figures

WANTED = {"datafog-core": "datafog-core==0.4.4", "datafog": "datafog==4.9.0", "presidio-rs": "presidio-rs==0.1.11"}
RUN_SECONDS = 900


def measure(folder: Path, file: Path, cells: int) -> dict[str, Figures | str]:
    """Returns each peer's figures, or in a few words why there are none."""
    given = folder / "cells.json"
    given.write_text(json.dumps(cells_of(str(file), cells)), encoding="utf-8")
    return {name: _one(folder / name, name, requirement, given) for name, requirement in WANTED.items()}


def _one(home: Path, name: str, requirement: str, given: Path) -> Figures | str:
    python = build(home, [requirement])
    if isinstance(python, Failure):
        return python.about
    figures = run(python, Path(__file__).with_name("peer_measure.py"), [name, str(given)], RUN_SECONDS)
    return figures.about if isinstance(figures, Failure) else figures
