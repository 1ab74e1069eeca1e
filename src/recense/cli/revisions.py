"""Reads another revision of the repository without checking it out: for ``recense check --base``.

Only objects are read (``ls-tree``, ``cat-file``): no hook, filter or file-system monitor of the repository runs.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from recense.errors import UserError

SUFFIXES = frozenset(
    [
        ".sql",
        ".ddl",
        ".psql",
        ".py",
        ".yml",
        ".yaml",
        ".json",
        ".jsonl",
        ".ndjson",
        ".proto",
        ".avsc",
        ".avdl",
        ".avpr",
        ".prisma",
        ".csv",
        ".tsv",
        ".parquet",
    ]
)
LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of the folder that is checked.

    Attributes:
        commit: what the name means; with a common ancestor of HEAD, that ancestor.
        folder: the files of the revision, in a temporary folder.
    """

    commit: str
    folder: Path


@contextmanager
def revision(root: Path, name: str) -> Iterator[Revision]:
    """Gives the schema files of a revision in a temporary folder that disappears afterwards.

    The point where the branch left ``name`` counts, as in a pull request.

    Raises:
        UserError: this is no git repository, or it has no such revision.
    """
    tip = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if tip is None:
        if _git(root, "rev-parse", "--git-dir") is None:
            raise UserError(f"--base needs a git repository, and {root} is in none")
        raise UserError(f"no revision '{name}' here; fetch it first (actions/checkout: fetch-depth: 0)")
    commit = (_git(root, "merge-base", "HEAD", tip.strip()) or tip).strip()
    prefix = (_git(root, "rev-parse", "--show-prefix") or "").strip()
    with tempfile.TemporaryDirectory(prefix="recense-base-") as made:
        folder = Path(made)
        _write(root, commit, prefix, folder)
        yield Revision(commit, folder)


def file_at(commit: str, file: Path) -> str | None:
    """Returns the text of a file in a revision, None when it was not there."""
    folder = file.resolve().parent
    return _git(folder, "show", "--no-textconv", f"{commit}:./{file.name}") if folder.is_dir() else None


def authors(root: Path, file: Path, lines: list[int]) -> dict[int, str]:
    """Returns who last wrote each line of a file, as git blames it; uncommitted lines have no author."""
    found: dict[int, str] = {}
    for line in lines:
        told = _git(root, "blame", "--porcelain", "-L", f"{line},{line}", "--", str(file.resolve()))
        for entry in (told or "").splitlines():
            if entry.startswith("author-mail ") and "not.committed" not in entry:
                found[line] = entry.removeprefix("author-mail ").strip("<>")
    return found


def user(root: Path) -> str | None:
    """Returns the e-mail address that git would sign with here, None when it knows none."""
    return (_git(root, "config", "user.email") or "").strip() or None


def _write(root: Path, commit: str, prefix: str, folder: Path) -> None:
    listed = _git(root, "ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", prefix or ".")
    wanted: list[tuple[str, str]] = []
    for entry in (listed or "").split("\0"):
        about, _, path = entry.partition("\t")
        mode, kind, name, size = (about.split() + [""] * 4)[:4]
        if kind == "blob" and mode != "120000" and PurePosixPath(path).suffix.lower() in SUFFIXES:
            if size.isdigit() and int(size) <= LARGEST and ".." not in PurePosixPath(path).parts:
                wanted.append((name, path.removeprefix(prefix)))
    if not wanted:
        return
    with subprocess.Popen(
        _command(root, "cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
    ) as reader:
        assert reader.stdin is not None and reader.stdout is not None
        for name, path in wanted:
            reader.stdin.write(f"{name}\n".encode())
            reader.stdin.flush()
            head = reader.stdout.readline().split()
            content = reader.stdout.read(int(head[2])) if len(head) == 3 else b""
            reader.stdout.read(1)
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        reader.stdin.close()


def _command(root: Path, *arguments: str) -> list[str]:
    folder = root if root.is_dir() else root.parent
    return ["git", "-C", str(folder), "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1"}


def _git(root: Path, *arguments: str) -> str | None:
    """Returns what git says, None when it fails.

    Raises:
        UserError: git is not installed.
    """
    try:
        done = subprocess.run(_command(root, *arguments), capture_output=True, env=_environment(), check=False)
    except FileNotFoundError:
        raise UserError("git is not installed, and --base reads another revision by it") from None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None
