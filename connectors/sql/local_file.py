"""Databases that are files: which file a URL means, and whether it has changed."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import unquote

from recense.errors import TargetError


def file_state(path: Path, *companions: str) -> str | None:
    """Returns size and time of change of a file and of those beside it (``-wal``), None when it is gone."""
    parts = []
    for place in (path, *(path.with_name(path.name + end) for end in companions)):
        try:
            found = place.stat()
            parts.append(f"{found.st_size}:{found.st_mtime_ns}")
        except OSError:
            if place is path:
                return None
            parts.append("-")
    return "/".join(parts)


def file_of(target: str, kind: str) -> Path:
    """Returns the file that ``sqlite:///relative.db`` or ``sqlite:////absolute.db`` means.

    A name may hold ``?``, ``#`` and ``%``: what exists as it is written is taken so, then without the URL's query,
    then with ``%20`` and its like decoded.

    Raises:
        TargetError: the URL names no file.
    """
    _, _, rest = target.partition("://")
    if not rest.startswith("/") or rest.strip("/").partition("?")[0] in {"", ":memory:"}:
        raise TargetError(
            f"a {kind} URL names a file: {kind}:///relative/path or {kind}:////absolute/path (three or four slashes)"
        )
    written = rest[1:]
    bare = written.partition("?")[0]
    for candidate in (written, bare, unquote(written), unquote(bare)):
        with contextlib.suppress(OSError, ValueError):
            if Path(candidate).exists():
                return Path(candidate)
    return Path(bare)
