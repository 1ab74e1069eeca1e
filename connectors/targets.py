"""What a path means: which file or folder, what lies near a wrong one, and which files are databases."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from recense.connectors import scheme
from recense.connectors.blobs import Blob, local, printable
from recense.connectors.folders import is_glob, split_glob
from recense.errors import SourceError, TargetError

_SIDECARS = ("-wal", "-shm", "-journal")


def path_of(target: str) -> str:
    """Returns the path that a target means: itself, or what a ``file:`` URL says.

    Raises:
        TargetError: the URL names another host.
    """
    if scheme(target) != "file":
        return target
    parts = urlsplit(target)
    if parts.netloc not in ("", "localhost"):
        raise TargetError("a file URL has three slashes: file:///folder/file (other hosts are not read)")
    return os.fsdecode(unquote_to_bytes(parts.path))


def absolute(path: Path) -> Path:
    """Returns a path from the root without ``..``; links stay, for their name is what the user knows."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (Path.absolute keeps ..)


def base_of(target: str) -> Path:
    """Returns the folder from which the names of a path's or glob's datasets are counted, links resolved."""
    path = absolute(Path(path_of(target)).expanduser())
    if is_glob(str(path)) and not os.path.lexists(path):
        path = split_glob(str(path))[0]
    return Path(os.path.realpath(path if path.is_dir() else path.parent))


def near(path: Path) -> str:
    """Returns the words that lead from a path that is not there to one that is."""
    path = absolute(path)
    existing = next(parent for parent in (path, *path.parents) if parent.is_dir() or parent == parent.parent)
    try:
        names = sorted(printable(child.name) for child in existing.iterdir())
    except OSError:
        names = []
    missing = path.relative_to(existing).parts
    near = difflib.get_close_matches(missing[0], names, n=1) if missing else []
    if near:
        return f"; did you mean '{near[0]}'?"
    if not names:
        return f"; the folder {printable(str(existing))} is empty"
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"; {printable(str(existing))} holds: {shown}"


def database_scheme(head: bytes) -> str | None:
    """Returns the URL scheme for a database file, from its first bytes."""
    if head.startswith(b"SQLite format 3\x00"):
        return "sqlite"
    return "duckdb" if head[8:12] == b"DUCK" else None


def database_of(path: Path) -> str | None:
    """Returns the URL scheme for a file that is a database, None for any other."""
    try:
        return database_scheme(local(path).head)
    except SourceError:
        return None  # said again, with its path, when the datasets are listed


def belongs_to_another(path: Path, blob: Blob) -> bool:
    """Tells whether a file is read together with another or holds only its checksum: no dataset, and no gap."""
    for ending in _SIDECARS:
        if path.name.endswith(ending):
            owner = path.with_name(path.name.removesuffix(ending))
            return owner.is_file() and database_of(owner) == "sqlite"
    return blob.suffix == ".crc" and blob.head.startswith(b"crc\x00")
