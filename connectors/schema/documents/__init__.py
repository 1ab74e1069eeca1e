"""Kinds of JSON and YAML documents that declare fields: one module each, found by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from recense.connectors.schema.files import SourceFile
from recense.connectors.schema.state import Found
from recense.connectors.schema.tree import Node
from recense.model import Column
from recense.plugins import Registry
from recense.schema import DeclaredField, Place


class Document:
    """A kind of document; stateless.

    Attributes:
        rank: who is asked first, lowest first.
    """

    rank: ClassVar[int] = 5

    def may_be(self, file: SourceFile, head: bytes) -> bool:
        """Tells by name and first bytes whether a file may be of this kind."""
        raise NotImplementedError

    def read(self, file: SourceFile, tree: Node, found: Found) -> bool:
        """Reads a document into ``found``; returns False when it is of another kind after all."""
        raise NotImplementedError


kinds: Registry[Document] = Registry("kind of document", "recense.connectors.schema.documents")

_D = TypeVar("_D", bound=type[Document])


def document(name: str) -> Callable[[_D], _D]:
    """Returns a decorator that registers a kind of document."""

    def register(cls: _D) -> _D:
        kinds(name)(cls())
        return cls

    return register


def add(
    found: Found,
    file: SourceFile,
    kind: str,
    table: str,
    path: str,
    place: Place,
    type_: str = "",
    comment: str | None = None,
    table_comment: str | None = None,
    not_personal: str | None = None,
) -> None:
    """Adds a field to what was found, with the inline reason that stands beside it."""
    reason = not_personal or file.not_personal(place.line)
    column = Column(path, type_, comment or None)
    found.fields.append(
        DeclaredField(kind, table, column, place, not_personal=reason, table_comment=table_comment or None)
    )
