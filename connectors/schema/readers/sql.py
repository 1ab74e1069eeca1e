"""SQL files: migrations in their order, dumps and schemas each for itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch

from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.state import Found, State

_SUFFIXES = frozenset((".sql", ".ddl", ".pgsql", ".psql", ".mysql", ".tsql", ".hql", ".dump"))
_BACK = re.compile(r"(?:^|[._-])(?:down|undo|rollback|revert)(?:[._-]|$)", re.I)
_BACK_FOLDERS = frozenset(("down", "downs", "undo", "rollback", "rollbacks", "revert"))
_FLYWAY_UNDO = re.compile(r"U\d[\d._]*__")
_NUMBER = re.compile(r"(?:[VvRrBb](?=\d|__)|[A-Za-z]+[_-](?=\d{3}))?(\d[\d._]*)?")


@reader("sql")
class Sql(Reader):
    """Everything named like SQL; undo scripts are not applied and not opened."""

    history = True

    def wants(self, file: SourceFile) -> bool:
        """Tells whether it is SQL that leads forward."""
        if file.suffix not in _SUFFIXES:
            return False
        folders = {part.lower() for part in file.folder.split("/")}
        return not (_BACK.search(file.stem) or _FLYWAY_UNDO.match(file.stem) or folders & _BACK_FOLDERS)

    def read(self, files: Sequence[SourceFile], found: Found, dialects: Mapping[str, str]) -> None:
        """Applies all files in order to one state."""
        from recense.connectors.schema.ddl.tokens import guess_dialect

        state = State("sql")
        guesses: dict[str, str] = {}
        for file in sorted(files, key=order):
            found.read.add(file.name)
            try:
                history = history_of(file)
                chosen = next((name for glob, name in dialects.items() if fnmatch(file.name, glob)), None)
                guess = chosen or guess_dialect(file.name, file.text) or guesses.get(history, "")
                guesses.setdefault(history, guess)
                self._apply(file, guess, state, history, found)
            except Unreadable as error:
                found.not_understood(file.name, error.line, str(error))
            except RecursionError:
                found.not_understood(file.name, 1, "nested too deeply")
            file.forget()
        found.fields.extend(state.fields())

    def _apply(self, file: SourceFile, dialect: str, state: State, history: str, found: Found) -> None:
        from recense.connectors.schema.ddl.apply import Statements
        from recense.connectors.schema.ddl.tokens import sections

        statements = Statements(file, dialect, state, history, found, tears_down=is_numbered(file))
        try:
            for start, end in sections(file.text):
                statements.run(start, end)
        finally:
            if statements.data:
                found.fixtures.add(file.name)


def is_numbered(file: SourceFile) -> bool:
    """Tells whether a file's name, or the name of its folder, begins with a number: a migration."""
    return bool(_version(file.stem)) or bool(_version(file.folder.rpartition("/")[2]))


def _version(name: str) -> tuple[int, ...]:
    match = _NUMBER.match(name)
    digits = re.findall(r"\d+", match[1]) if match and match[1] else []
    return tuple(int(part[:30]) for part in digits)


def history_of(file: SourceFile) -> str:
    """Returns the history of a file: its folder for a numbered file, the file itself for a dump.

    A folder per migration (Prisma, Diesel, Hasura) belongs to the folder above it.
    """
    if _version(file.stem):
        return file.folder
    if _version(file.folder.rpartition("/")[2]):
        return file.folder.rpartition("/")[0]
    return file.name


def order(file: SourceFile) -> tuple[str, int, tuple[int, ...], str]:
    """Returns what to sort by: folder, then files without a number, then by number (10 after 9), then by name.

    Flyway's repeatable migrations (``R__``) come last.
    """
    history = history_of(file)
    folder = history if history != file.name else file.folder
    version = _version(file.stem) or _version(file.folder.rpartition("/")[2])
    rank = 2 if file.stem.startswith("R__") else 1 if version else 0
    return folder, rank, version, file.name
