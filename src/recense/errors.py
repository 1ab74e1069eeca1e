"""Every error a user can meet, and the exit code it ends in.

    RecenseError                    4  a defect of ours: please report it
    ├── UserError                   2  the user's files or arguments are wrong
    │   ├── TargetError                 no such path, or a URL nobody can read
    │   ├── ConfigError                 recense.yaml: names the key and the nearest valid one
    │   ├── DetectorError               a detector or lexicon file that breaks its own rules
    │   └── MissingExtra                names the extra that installs what is missing
    └── SourceError                 3  a source could not be read completely
        └── RetriableError          3  … and trying again may help (network, lock, time-out)

The class decides what the caller does: correct the command (2), look at the source (3), or retry. A message says
what is wrong, where, and what to do or what the valid values are. It never holds a cell's value or a password.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends (DESIGN §5)."""

    CLEAN = 0
    BLOCKED = 1  # an unapproved field, a breach, prohibited data
    USAGE = 2  # the user's files or arguments are wrong
    INCOMPLETE = 3  # something could not be read: a scan that saw nothing is not green
    INTERNAL = 4
    STOPPED = 130  # interrupted; finished partitions are kept and the run can be resumed


class RecenseError(Exception):
    """Base of all errors of recense.

    Attributes:
        exit_code: what the process ends with when nothing handles the error.
    """

    exit_code = ExitCode.INTERNAL


class UserError(RecenseError):
    """The user's files or arguments are wrong; the message says what to write instead."""

    exit_code = ExitCode.USAGE


class TargetError(UserError):
    """The thing to scan does not exist or is of no known kind."""


class ConfigError(UserError):
    """A configuration file is wrong; the message names file, key and the valid values."""


class DetectorError(UserError):
    """A detector or lexicon file breaks its own rules, for instance misses one of its examples."""


class MissingExtra(UserError):
    """A driver or library that belongs to an optional extra is not installed."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(f'{what} needs {package}. Install it: pip install "recense[{extra}]"')
        self.what = what
        self.package = package
        self.extra = extra

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str, str]]:
        """Survives the way back from another process."""
        return type(self), (self.what, self.package, self.extra)


class SourceError(RecenseError):
    """A source, or a part of it, could not be read.

    Attributes:
        code: one word for machines, see ``recense.model.UNREADABLE_CODES``.
    """

    exit_code = ExitCode.INCOMPLETE

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str]]:
        """Survives the way back from another process."""
        return type(self), (self.code, self.reason)


class RetriableError(SourceError):
    """A source failed in a way that may pass: connection lost, lock, time-out."""


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Returns the sentence for a name that nobody knows, with the nearest valid one.

    >>> unknown("report format", "tabel", ["json", "table"])
    "unknown report format 'tabel'; did you mean 'table'? Known: json, table"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean '{near[0]}'? Known: " if near else "; known: "
    return f"unknown {kind} '{name}'{hint}{', '.join(names)}"
