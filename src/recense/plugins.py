"""How the modules of a room find themselves, and how optional libraries are loaded.

A room's registry imports every module of the room's package (pkgutil), then the third-party entry points of the group
named like the package (``recense.connectors``, ``recense.reports``). There is no list to edit: a new file is enough.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, Generic, TypeVar

from recense.errors import MissingExtra, UserError, unknown

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things that modules of one package register by decorator.

    Args:
        kind: what one thing is called in messages (``report format``).
        package: the package whose modules register (``recense.reports``).
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._things: dict[str, T] = {}
        self._loaded = False

    def __call__(self, *names: str) -> Callable[[T], T]:
        """Returns a decorator that registers a thing under one or more names."""

        def register(thing: T) -> T:
            for name in names:
                if name in self._things and self._things[name] is not thing:
                    raise UserError(f"{self.kind} '{name}' is defined twice")
                self._things[name] = thing
            return thing

        return register

    def load(self) -> Mapping[str, T]:
        """Imports every module of the package and every entry point, once, and returns all things by name."""
        if not self._loaded:
            self._loaded = True
            package = importlib.import_module(self.package)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{self.package}.{module.name}")
            for point in entry_points(group=self.package):
                point.load()
        return self._things

    def __getitem__(self, name: str) -> T:
        """Returns the thing of this name.

        Raises:
            UserError: nobody registered it; the message names the nearest known one.
        """
        things = self.load()
        if name not in things:
            raise UserError(unknown(self.kind, name, things))
        return things[name]

    def __iter__(self) -> Iterator[str]:
        """Yields the known names, sorted."""
        return iter(sorted(self.load()))


def driver(module: str, extra: str, what: str) -> ModuleType:
    """Imports an optional library, or says which extra installs it.

    Args:
        module: its import name.
        extra: the extra of recense that brings it.
        what: what needs it, to begin the message with (``postgresql://``).

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] != module.split(".")[0]:
            raise  # the library is there and one of its own requirements is not: not our message to give
        raise MissingExtra(what, module, extra) from None


def optional(module: str) -> Any | None:
    """Returns the library if it is installed, else None."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        return None
