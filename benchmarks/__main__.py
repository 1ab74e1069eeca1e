"""Every measurement: ``python -m benchmarks [NAME] [options]``; without a name (see ``MODULES``), all of them.

Speed needs nothing but this repository; accuracy needs the corpora (``RECENSE_SHARED``, else ``../shared``) and says
so when they are not there.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks.accuracy.corpora import shared

MODULES = {
    "speed": "benchmarks.speed",
    "retention": "benchmarks.retention",
    "accuracy": "benchmarks.accuracy",
    "persons": "benchmarks.persons",
    "tables": "benchmarks.accuracy.tables",
    "databases": "benchmarks.accuracy.databases",
    "gate": "benchmarks.accuracy.gate",
    "gate-speed": "benchmarks.gate",
    "text": "benchmarks.accuracy.text",
}


def main(arguments: list[str]) -> int:
    """Runs the named benchmark with its options, or all; returns 1 when one of them failed, 2 for an unknown name."""
    if arguments and arguments[0] not in MODULES:
        print(f"unknown benchmark '{arguments[0]}', valid: {', '.join(MODULES)}", file=sys.stderr)
        return 2
    failed = []
    for name in arguments[:1] or MODULES:
        if not arguments and name not in ("speed", "retention", "gate-speed", "accuracy") and shared("corpora") is None:
            print(f"{name}: left out, the corpora are not there (RECENSE_SHARED)", file=sys.stderr)
            continue
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", MODULES[name], *arguments[1:]], check=False).returncode:
            failed.append(name)
    print(*(f"failed: {name}" for name in failed), sep="\n", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
