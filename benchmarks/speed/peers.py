"""Peers in an environment of their own, made for the measurement; one that does not install is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.speed.measure import cells_of
from benchmarks.speed.run import Figures, environment

WANTED = {"datafog-core": "datafog-core==0.4.4", "datafog": "datafog==4.9.0", "presidio-rs": "presidio-rs==0.1.11"}
INSTALL_SECONDS, RUN_SECONDS = 180, 900


def measure(folder: Path, file: Path, cells: int) -> dict[str, Figures | str]:
    """Returns each peer's figures, or in a few words why there are none."""
    given = folder / "cells.json"
    given.write_text(json.dumps(cells_of(str(file), cells)), encoding="utf-8")
    return {name: _one(folder / name, name, requirement, given) for name, requirement in WANTED.items()}


def _one(home: Path, name: str, requirement: str, given: Path) -> Figures | str:
    python = home / "bin" / "python"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", requirement]
        subprocess.run(install, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.SubprocessError, OSError):
        return "could not be installed"
    script = Path(__file__).with_name("peer_measure.py")
    try:
        found = subprocess.run(
            [str(python), str(script), name, str(given)],
            env=environment(own_code=False),
            check=True,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
        )
        figures: Figures = json.loads(found.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, OSError, ValueError, IndexError):
        return "installed, and failed on these cells"
    return figures
