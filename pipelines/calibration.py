"""How fast this machine is, measured once in a second or two on made-up cells and kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from recense import __version__

VERSION = 2
SHORT_ROWS, PROSE_ROWS = 12_000, 2_000
KINDS = 10
NAMES, TEXTS = 64, 24
DAYS = 30
"""A measurement is taken again after so many days: machines change their neighbours."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Seconds on this machine, one thread.

    Attributes:
        start: loading the detectors, and with language the models.
        block: a column of a block of rows, whatever is in it: expressions are compiled for each.
        cell: a text cell of a few words, detectors and lexicons.
        byte: a byte of longer text, beside that.
        name, text: a sampled value that is read by the language detectors, short or prose.
        number: a cell that is no text.
    """

    start: float
    block: float
    cell: float
    byte: float
    name: float
    text: float
    number: float


def speeds(language: bool, cache: Path | None = None) -> Speeds:
    """Returns the speeds of this machine: those of the cache, else measured now.

    Args:
        language: whether the language models take part.
        cache: where to keep them; None means the user's cache folder.
    """
    file = (cache or cache_folder()) / f"speed-{'language' if language else 'patterns'}.json"
    try:
        if time.time() - file.stat().st_mtime < DAYS * 86_400:
            kept = json.loads(file.read_text())
            if kept.pop("key") == _key():
                return Speeds(**kept)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass  # none, of another version, or damaged
    measured = measure(language)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.write_text(json.dumps({"key": _key(), **asdict(measured)}))
        draft.replace(file)
    except OSError:
        pass  # a home that cannot be written to: measured again next time
    return measured


def cache_folder() -> Path:
    """Returns where measurements are kept: ``XDG_CACHE_HOME``, else what the system has for it."""
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "recense"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "recense"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "recense" / "Cache"
    return Path.home() / ".cache" / "recense"


def _key() -> str:
    """Returns what a measurement depends on: machine, interpreter, and the detectors' rules."""
    from recense.pipelines.conclusion import rules

    parts = (VERSION, __version__, rules(), platform.node(), platform.machine(), platform.python_version())
    return hashlib.sha256(repr((*parts, os.cpu_count())).encode()).hexdigest()[:16]


def measure(language: bool) -> Speeds:
    """Measures in one thread; loading what has to be loaded counts as ``start``."""
    import pyarrow as pa

    from recense.scanners.observe import Observer, ScanSettings

    settings = ScanSettings(sample_key=bytes(16), language=language)

    def look(*columns: list[str]) -> Callable[[], None]:
        batch = pa.record_batch([pa.array(column) for column in columns], names=[f"c{n}" for n in range(len(columns))])

        def run() -> None:
            observer = Observer(settings)
            observer.add(batch)
            observer.flush()

        return run

    def seal(values: list[str]) -> Callable[[], None]:
        def run() -> None:
            observer = Observer(settings)
            observer.add(pa.record_batch({"c": values}))
            observer.evidence()

        return run

    start = _seconds(seal([_text(0), _name(0)]))
    tiny = look(*(_column(kind, 8) for kind in range(KINDS)))
    short = look(*(_column(kind, SHORT_ROWS) for kind in range(KINDS)))
    prose = look([_text(n) for n in range(PROSE_ROWS)])
    for warm in (tiny, short, prose):
        warm()
    block = min(_seconds(tiny) for _ in range(3)) / KINDS
    cell = max(0.0, min(_seconds(short) for _ in range(3)) - KINDS * block) / (KINDS * SHORT_ROWS)
    prose_seconds = max(0.0, min(_seconds(prose) for _ in range(2)) - block - PROSE_ROWS * cell)
    name = text = 0.0
    if language:
        name = _seconds(seal([_name(n) for n in range(NAMES)])) / NAMES
        text = _seconds(seal([_text(n) for n in range(TEXTS)])) / TEXTS
    number = cell / 4
    return Speeds(start, block, cell, prose_seconds / (PROSE_ROWS * len(_text(0))), name, text, number)


def _seconds(run: Callable[[], None]) -> float:
    """Returns processor seconds: what else the machine does at this moment says nothing of the scan's."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


_FIRST = ("Camille", "Louis", "Jeanne", "Hugo", "Inès", "Paul", "Élodie", "Marc")
_LAST = ("Martin", "Petit", "Moreau", "Lefèvre", "Garcia", "Dubois", "Fontaine", "Leroy")
_SENTENCE = (
    "rappeler demain matin pour fixer un rendez-vous avec le technicien au sujet de la vérification annuelle le devis "
    "est signé mais la livraison a pris du retard accès par la cour badge à demander à l'accueil"
)
_WORDS = tuple(_SENTENCE.split())


def _name(number: int) -> str:
    return f"{_FIRST[number % 8]} {_LAST[number // 8 % 8]}{'-' + _LAST[number // 64 % 8] if number > 63 else ''}"


def _text(number: int) -> str:
    start = number % len(_WORDS)
    return f"{number} " + " ".join((_WORDS * 2)[start : start + 30])


def _column(kind: int, rows: int) -> list[str]:
    """Returns cells as tables have them: a mailbox, a telephone, an account, a date, a status, a name and so on."""
    made: tuple[Callable[[int], str], ...] = (
        lambda n: f"p{n}.zq@example.org",
        lambda n: f"06 39 98 {n // 100 % 100:02d} {n % 100:02d}",
        lambda n: f"FR76{n:023d}",
        lambda n: f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{1950 + n % 60}",
        lambda n: ("actif", "en attente", "suspendu")[n % 3],
        _name,
        lambda n: f"192.0.{n // 256 % 256}.{n % 256}",
        lambda n: f"{n % 199 + 1} rue du {_WORDS[n % len(_WORDS)]}",
        lambda n: f"{n * 2654435761 % (1 << 32):08x}-1f0c-4{n % 4096:03x}-a4be-{n * 40503 % (1 << 48):012x}",
        lambda n: f'{{"lot": {n}, "contact": "c{n}@example.net"}}',
    )
    return [made[kind](number) for number in range(rows)]
