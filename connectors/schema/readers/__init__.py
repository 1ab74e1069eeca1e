"""The languages: one module each, found by itself.

A reader says by a file's name whether it wants it, and reads all of its files at once, because migrations need their
order::

    @reader("prisma")
    class Prisma(Reader):
        def wants(self, file): return file.suffix == ".prisma"
        def read_file(self, file, found): ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.state import Found
from recense.plugins import Registry


class Reader:
    """A schema language; stateless.

    Attributes:
        history: whether its files only make sense together, in order.
    """

    history: ClassVar[bool] = False

    def wants(self, file: SourceFile) -> bool:
        """Tells by its name whether a file may be of this language; does not open it."""
        raise NotImplementedError

    def read(self, files: Sequence[SourceFile], found: Found, dialects: Mapping[str, str]) -> None:
        """Reads files into ``found``, each for itself unless the language has histories."""
        for file in files:
            try:
                self.read_file(file, found)
            except Unreadable as error:
                found.read.add(file.name)
                found.not_understood(file.name, error.line, str(error))
            file.forget()

    def read_file(self, file: SourceFile, found: Found) -> None:
        """Reads one file into ``found``; a file that is of another kind after all is left alone.

        Raises:
            Unreadable: it is of this language and broken.
        """
        raise NotImplementedError


readers: Registry[Reader] = Registry("schema language", "recense.connectors.schema.readers")

_R = TypeVar("_R", bound=type[Reader])


def reader(name: str) -> Callable[[_R], _R]:
    """Returns a decorator that registers a reader under a name."""

    def register(cls: _R) -> _R:
        readers(name)(cls())
        return cls

    return register
