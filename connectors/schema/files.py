"""The files of a repository that may declare fields, and their text, bounded; nothing is opened to find them."""

from __future__ import annotations

import ast
import os
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

from recense.schema import Place

LEFT_OUT = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        "env",
        "virtualenv",
        "node_modules",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        "site-packages",
        "bower_components",
        ".eggs",
        ".idea",
        ".gradle",
        ".terraform",
        "dbt_packages",
        "dbt_modules",
    ]
)
"""Folders of tools, by name: what they hold was not declared here."""

TEXT_BYTES = 64 << 20
"""Bytes of the largest text that is read whole."""

_NOT_PERSONAL = re.compile(r"recense:\s*not-personal\s+reason\s*=\s*(?:\"([^\"]+)\"|'([^']+)')", re.I)
_LINE = re.compile("\n")


class Unreadable(Exception):
    """A file or a part of it cannot be understood; the message quotes no value.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


def decoded(raw: bytes) -> str:
    """Returns the text of bytes: UTF-8, UTF-16 (the tools of SQL Server write it), else Windows-1252.

    Raises:
        Unreadable: it is no text.
    """
    sample = raw[:4096]
    zeros = (sample[::2].count(0), sample[1::2].count(0))
    whole = len(raw) // 2 * 2
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw[:whole].decode("utf-16", "replace").removeprefix("\ufeff")
    if max(zeros) > len(sample) // 4 and min(zeros) == 0:  # no mark, but every other byte of Latin text is zero
        return raw[:whole].decode("utf-16-le" if zeros[1] else "utf-16-be", "replace")
    if any(zeros):
        raise Unreadable("its bytes are no text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


class SourceFile:
    """A file below the folder that is checked; its text is read when first asked for.

    Attributes:
        path: where it is. name: relative to the folder, with ``/``. suffix: in lower case.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.suffix = path.suffix.lower()

    @property
    def folder(self) -> str:
        """Returns the folder it lies in, relative."""
        return self.name.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """Returns its name without folder and suffix."""
        return self.path.stem

    def head(self, size: int = 65_536) -> bytes:
        """Returns the first bytes.

        Raises:
            Unreadable: it cannot be opened.
        """
        try:
            if not self.path.is_file():  # a pipe would never end
                raise Unreadable("is no regular file")
            with self.path.open("rb") as file:
                return file.read(size)
        except OSError as error:
            raise Unreadable(f"cannot be opened ({error.strerror or type(error).__name__})") from None

    @cached_property
    def text(self) -> str:
        """Returns the whole text: UTF-8, UTF-16 with a mark, else Windows-1252.

        Raises:
            Unreadable: it cannot be opened, is too large or is no text.
        """
        raw = self.head(TEXT_BYTES + 1)
        if len(raw) > TEXT_BYTES:
            raise Unreadable(f"larger than {TEXT_BYTES >> 20} MB: split it, or leave it out in recense.yaml")
        return decoded(raw)

    def forget(self) -> None:
        """Lets go of the text, so that one large file is in memory at a time."""
        for name in ("text", "_starts", "marks", "module"):
            self.__dict__.pop(name, None)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE.finditer(self.text))]

    def line(self, offset: int) -> int:
        """Returns the line of an offset into the text, from 1."""
        return bisect_right(self._starts, offset)

    def place(self, start: int, end: int) -> Place:
        """Returns the place of ``text[start:end]``; of the part on the first line if it spans several."""
        line = self.line(start)
        begin = self._starts[line - 1]
        return Place(self.name, line, start - begin + 1, max(end, start) - begin + 1)

    def place_at(self, line: int, column: int, length: int) -> Place:
        """Returns a place from what a parser says: line from 1, column from 1 in characters."""
        return Place(self.name, line, column, column + length)

    def source_line(self, line: int) -> str:
        """Returns a line, from 1, without its end."""
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    @cached_property
    def marks(self) -> dict[int, str]:
        """Returns the lines with ``recense: not-personal reason="…"`` and its reason."""
        if "not-personal" not in self.text.lower():
            return {}
        return {
            self.line(match.start()): (match[1] or match[2]).strip()
            for match in _NOT_PERSONAL.finditer(self.text)
            if (match[1] or match[2]).strip()
        }

    def not_personal(self, line: int) -> str | None:
        """Returns the reason given in a comment on this line, or alone on the line above it."""
        if not self.marks:
            return None
        for at in (line, line - 1):
            reason = self.marks.get(at)
            if reason and self._comments(at, alone=at != line):
                return reason
        return None

    def _comments(self, line: int, alone: bool) -> bool:
        """Tells whether the mark of a line stands in a comment (of any of the languages)."""
        before = re.split(r"recense:\s*not-personal", self.source_line(line), maxsplit=1, flags=re.I)[0]
        return bool(re.search(r"^\s*(?:--|#|//|/\*+|\*|<!--)\s*$" if alone else r"(?:--|#|//|/\*+|\*)\s*$", before))

    @cached_property
    def module(self) -> ast.Module:
        """Returns the syntax tree of a Python file; nothing is imported or run.

        Raises:
            Unreadable: it is no Python of the running version, or nested too deeply.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text)
        except SyntaxError as error:
            raise Unreadable("is no Python that can be parsed", error.lineno or 1) from None
        except (ValueError, RecursionError, MemoryError):
            raise Unreadable("is no Python that can be parsed (zero bytes, or nested too deeply)") from None

    def node_place(self, node: ast.AST, name: str, skip: int = 0) -> Place:
        """Returns the place of a name that begins at a node; ``skip`` is what comes before it (a quote)."""
        line, byte = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        text = self.source_line(line)
        column = byte if text.isascii() else len(text.encode()[:byte].decode("utf-8", "replace"))
        return Place(self.name, line, column + skip + 1, column + skip + 1 + len(name))

    def string_place(self, node: ast.Constant) -> Place:
        """Returns the place of the content of a string constant."""
        place = self.node_place(node, str(node.value))
        opening = re.match(r"[a-zA-Z]{0,2}(?:\"\"\"|'''|\"|')", self.source_line(place.line)[place.column - 1 :])
        skip = opening.end() if opening else 0
        return Place(place.file, place.line, place.column + skip, place.end_column + skip)


def files_below(root: Path, leave_out: Iterable[str] | Callable[[str], bool] = ()) -> Iterator[SourceFile]:
    """Yields every regular file, sorted; folders of tools, left out paths and links to folders are not entered.

    Args:
        root: a folder, or one file.
        leave_out: globs over relative paths (``legacy/*``), or a function that tells.
    """
    if root.is_file():
        yield SourceFile(root, root.name)
        return
    globs = () if callable(leave_out) else tuple(leave_out)

    def out(name: str) -> bool:
        if callable(leave_out):
            return leave_out(name)
        return any(fnmatch(name, glob) or name.startswith(glob.rstrip("/*") + "/") for glob in globs)

    for base, folders, names in os.walk(root):
        inside = Path(base).relative_to(root).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT and not out(prefix + name))
        for name in sorted(names):
            path = Path(base, name)
            if not out(prefix + name) and (not path.is_symlink() or _stays_a_file(path)):
                yield SourceFile(path, prefix + name)


def _stays_a_file(link: Path) -> bool:
    """Tells whether a link leads to a regular file (not to a pipe, a device, nowhere or in a circle)."""
    try:
        return link.is_file()
    except OSError:
        return False
