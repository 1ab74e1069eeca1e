"""Which files a folder or a glob holds: in a stable order, hidden ones too, each once, whatever links say.

A link to a folder is followed unless that folder was visited already; so links in circles end. A link to a file is
skipped when the file lies below the same root, where it is met under its own name.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recense.connectors.blobs import refusal
from recense.errors import SourceError


@dataclass(frozen=True, slots=True)
class Denied:
    """A folder that could not be listed."""

    path: Path
    error: SourceError


def is_glob(target: str) -> bool:
    """Tells whether a target has glob signs."""
    return any(sign in target for sign in "*?[")


def split_glob(pattern: str) -> tuple[Path, list[str]]:
    """Returns the folder before the first segment with a glob sign, and the segments from there on.

    >>> split_glob("/data/2026/*/x.csv")
    (PosixPath('/data/2026'), ['*', 'x.csv'])
    """
    parts = Path(pattern).parts
    first = next(i for i, part in enumerate(parts) if is_glob(part))
    return Path(*parts[:first]), list(parts[first:])


def walk(root: Path) -> Iterator[Path | Denied]:
    """Yields everything below a folder that is no folder, sorted by name, folder by folder."""
    yield from _walk(root, os.path.realpath(root), set())


def matching(base: Path, segments: Sequence[str]) -> Iterator[Path | Denied]:
    """Yields the files that a glob means; a folder that it matches stands for all files below it."""
    seen: set[Path] = set()
    visited: set[tuple[int, int]] = set()
    root = os.path.realpath(base)
    for path in _expand(base, segments):
        found = _walk(path, root, visited) if isinstance(path, Path) and os.path.isdir(path) else [path]  # noqa: PTH112
        for file in found:
            place = file if isinstance(file, Path) else file.path
            if place not in seen:
                yield file
                seen.add(place)


def _expand(folder: Path, segments: Sequence[str]) -> Iterator[Path | Denied]:
    if not segments:
        yield folder
        return
    head, *rest = segments
    if not is_glob(head):
        try:
            (folder / head).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            yield Denied(folder / head, refusal(error))
            return
        yield from _expand(folder / head, rest)
        return
    if head == "**":
        yield from _expand(folder, rest)
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if not isinstance(error, NotADirectoryError):
            yield Denied(folder, refusal(error))
        return
    for entry in found:
        path = folder / entry.name
        if head == "**":
            if entry.is_dir(follow_symlinks=False):
                yield from _expand(path, segments)
            elif not rest:
                yield path
        elif fnmatch.fnmatchcase(entry.name, head) and (not rest or entry.is_dir()):
            yield from _expand(path, rest)


def _walk(folder: Path, root: str, visited: set[tuple[int, int]]) -> Iterator[Path | Denied]:
    pending = [folder]
    while pending:
        folder = pending.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Denied(folder, refusal(error))
            continue
        below = []
        for entry in found:
            path = folder / entry.name
            if _is_folder(entry):
                below.append(path)
            elif not (entry.is_symlink() and _leads_within(path, root)):
                yield path
        pending.extend(reversed(below))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _leads_within(link: Path, root: str) -> bool:
    """Tells whether a link leads to a file below the root: it is met there under its own name."""
    target = os.path.realpath(link)
    return target.startswith(root + os.sep) and Path(target).is_file()
