"""Where words go: data to stdout, everything else to stderr, and nothing that could command a terminal."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from recense.errors import UserError

# Control characters, and the marks that reorder text: a file name must not repaint the screen or hide its end.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Returns text in which control characters, other than line breaks, are written out.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text)


def prepare() -> None:
    """Makes both streams able to carry any character, also in the C locale; a closed stderr takes and forgets."""
    if sys.stderr is None:  # closed by the caller (2>&-): print would write to stdout instead
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (it stays for the process's life)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
        # A terminal of another encoding gets its own characters; files and pipes get UTF-8, as JSON requires.
        reconfigure(encoding=None if utf8 or stream.isatty() else "utf-8", errors="backslashreplace")


def data(text: str) -> None:
    """Writes a result to stdout; a reader that went away (``| head``) is no error.

    Raises:
        UserError: stdout is closed, or what is behind it is full.
    """
    if sys.stdout is None:
        raise UserError("cannot write to stdout: it is closed")
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except OSError as error:
        with contextlib.suppress(OSError):  # what is still in the buffer must not fail again when the process ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UserError(f"cannot write to stdout: {error.strerror or type(error).__name__}") from None


def note(text: str) -> None:
    """Writes a message to stderr."""
    with contextlib.suppress(BrokenPipeError):
        print(printable(text), file=sys.stderr, flush=True)


def save(text: str, path: Path) -> None:
    """Writes a result to a file, whole or not at all; a pipe or device is written to, never replaced.

    Raises:
        UserError: the file cannot be written.
    """
    save_bytes(text.encode("utf-8", "backslashreplace"), path)


def save_bytes(content: bytes, path: Path) -> None:
    """Writes bytes as ``save`` writes text."""
    place = Path(os.path.realpath(path))
    try:
        if place.exists() and not place.is_file():
            place.write_bytes(content)
        else:
            _replace(content, place)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None


def _replace(content: bytes, file: Path) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        if file.exists():
            draft.chmod(file.stat().st_mode)
        draft.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def colour() -> bool:
    """Tells whether stdout is a terminal that may be coloured (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Returns the cells of a line: the terminal's, 80 elsewhere."""
    return shutil.get_terminal_size((80, 24)).columns


def table(rows: Sequence[Sequence[str]]) -> str:
    """Returns rows in aligned columns, two spaces apart.

    >>> print(table([("run", "status"), ("20261122-1", "complete")]))
    run         status
    20261122-1  complete
    """
    safe = [[printable(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(_cells, column)) for column in zip(*safe, strict=True)]
    lines = ("  ".join(cell + " " * (w - _cells(cell)) for cell, w in zip(row, widths, strict=True)) for row in safe)
    return "\n".join(line.rstrip() for line in lines)


def _cells(text: str) -> int:
    """Returns how many terminal cells a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
