"""Runs measurements in processes of their own, one thread pinned, and gives their medians."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from typing import Any

from benchmarks.environments import environment

Figures = dict[str, Any]


def once(step: str, **arguments: Any) -> Figures:
    """Returns the figures of one run.

    Raises:
        CalledProcessError: the step failed; its words are on stderr.
    """
    command = [sys.executable, "-m", "benchmarks.speed.measure", step, json.dumps(arguments)]
    found = subprocess.run(command, env=environment(), check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(found.stdout.splitlines()[-1])
    shown = {name: round(value, 2) for name, value in figures.items() if isinstance(value, float)}
    print(step, {k: v for k, v in arguments.items() if k not in ("file", "target", "url")}, shown, file=sys.stderr)
    return figures


def medians(repeat: int, **steps: tuple[str, dict[str, Any]]) -> dict[str, Figures]:
    """Returns each step's medians of interleaved runs: what else the machine does falls on all alike."""
    runs: dict[str, list[Figures]] = {name: [] for name in steps}
    for _ in range(repeat):
        for name, (step, arguments) in steps.items():
            runs[name].append(once(step, **arguments))
    return {name: _median(figures) for name, figures in runs.items()}


def _median(figures: list[Figures]) -> Figures:
    return {
        name: median(run[name] for run in figures) if isinstance(value, int | float) else value
        for name, value in figures[0].items()
    }
