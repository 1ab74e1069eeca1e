"""Other people's tools in virtual environments of their own, each run in a process with a time limit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_IO_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a tool has no figures: ``about`` in a few words for the report, ``log`` as the tool said it (never there)."""

    about: str
    log: str = ""


def environment(own_code: bool = True) -> dict[str, str]:
    """Returns the environment of a measurement, one thread; without ours for somebody else's code."""
    return {name: value for name, value in {**os.environ, **_ONE_THREAD}.items() if own_code or name != "PYTHONPATH"}


def build(home: Path, requirements: Sequence[str], bare: Sequence[str] = (), seconds: int = 300) -> Path | Failure:
    """Returns the Python of a new environment (or of the one that is there already) with these requirements.

    Args:
        home: the environment's folder.
        requirements: installed with what they depend on.
        bare: installed without, on any Python.
        seconds: the limit of each step.
    """
    python, ready = home / "bin" / "python", home / "ready.json"
    wanted = json.dumps([*requirements, "--no-deps", *bare])
    if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return python
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    steps = [[sys.executable, "-m", "venv", "--clear", str(home)]]
    steps += [[*install, *requirements]] if requirements else []
    steps += [[*install, "--no-deps", "--ignore-requires-python", *bare]] if bare else []
    for step in steps:
        try:
            subprocess.run(step, check=True, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            return Failure(f"could not be installed in {seconds} s")
        except (subprocess.CalledProcessError, OSError) as error:
            return Failure("could not be installed", str(getattr(error, "stderr", error)))
    ready.write_text(wanted, encoding="utf-8")
    return python


def run(python: Path, script: Path, arguments: Sequence[str], seconds: int) -> dict[str, Any] | Failure:
    """Returns the JSON object in the last line that a script printed."""
    command = [str(python), str(script), *arguments]
    try:
        done = subprocess.run(
            command, env=environment(own_code=False), check=True, capture_output=True, text=True, timeout=seconds
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return Failure(f"installed, and not done in {seconds} s")
    except subprocess.CalledProcessError as error:
        return Failure("installed, and failed on this data", str(error.stderr))
    except (OSError, ValueError, IndexError) as error:
        return Failure("installed, and gave no answer", str(error))
    return found
