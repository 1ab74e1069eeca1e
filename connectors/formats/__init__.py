"""File formats: how the bytes of one file become tables of record batches. One module per format.

A format registers an object of a subclass of ``Format``; the file's bytes decide which format reads it, its suffix only
helps. A new format is one new file::

    @register
    class Fixed(Format):
        name = "fixed-width"
        def claim(self, blob): return Claim.MAGIC if blob.head.startswith(b"FIX1") else Claim.NO
        def batches(self, blob, table, part, limits): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, TypeVar

from recense.connectors.blobs import Blob
from recense.connectors.thinning import thin
from recense.errors import SourceError
from recense.model import Column, Draw, Limits
from recense.plugins import Registry

if TYPE_CHECKING:
    import pyarrow as pa


class Claim(IntEnum):
    """How sure a format is that a file is of its kind; the highest claim reads it."""

    NO = 0
    NAME = 1  # only the suffix says so: most likely damaged
    TEXT = 2  # it is text of some kind
    CONTENT = 3  # the content looks like it
    NAMED = 4  # name and content agree
    MAGIC = 5  # the bytes prove it


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a file.

    Attributes:
        name: within the file (a sheet), empty when the file is the table.
        kind: see ``recense.model.Dataset.kind``.
        columns: as far as they are known without reading everything.
        rows: None when only reading tells.
    """

    name: str = ""
    kind: str = "file"
    columns: tuple[Column, ...] = ()
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part of a file that cannot be read; code as in ``recense.model.UNREADABLE_CODES``."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table that is read as one.

    Attributes:
        key: stable and unique within the table.
        hint: what the format needs to find it again.
        bytes: of its cells in memory, roughly; None leaves it to the size of the file.
    """

    key: str = "all"
    rows: int | None = None
    hint: tuple[str, ...] = field(default=())
    bytes: int | None = None


class Format:
    """A file format; stateless. Methods raise ``SourceError`` for what they cannot read."""

    name: ClassVar[str] = ""
    groups: ClassVar[bool] = True  # whether the files of a partitioned folder may be one dataset

    def claim(self, blob: Blob) -> Claim:
        """Returns how sure it is that the blob is of this format, from name and head; never raises for content."""
        raise NotImplementedError

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields the tables of a file, cheaply."""
        yield Table()

    def parts(self, blob: Blob, table: str, limits: Limits) -> Iterator[Part]:
        """Yields the parts of a table; together they hold every row once."""
        yield Part()

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a part.

        Raises:
            SourceError: reading stopped, or something in it was broken; what was yielded before is good.
        """
        raise NotImplementedError

    def sample(self, blob: Blob, table: str, part: Part, draw: Draw, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a part that a draw takes; a format that can leave out others need not read them."""
        return thin(self.batches(blob, table, part, limits), draw, limits.held_bytes)


def require_text(blob: Blob) -> None:
    """Raises what a file gets that is named like a text and is none.

    Raises:
        SourceError: its bytes are no text.
    """
    if blob.encoding is None:
        raise SourceError("undecodable", f"named {blob.suffix}, but its bytes are no text in any known encoding")


formats: Registry[Format] = Registry("file format", "recense.connectors.formats")

_F = TypeVar("_F", bound=type[Format])


def register(cls: _F) -> _F:
    """Registers a format under its name."""
    formats(cls.name)(cls())
    return cls


def recognise(blob: Blob) -> Format:
    """Returns the format that reads a file.

    Raises:
        SourceError: none does.
    """
    known = formats.load()
    name = max(sorted(known), key=lambda name: known[name].claim(blob))
    if known[name].claim(blob) is Claim.NO:
        suffix = f" named {blob.suffix}" if blob.suffix.isascii() and len(blob.suffix) <= 12 and blob.suffix else ""
        raise SourceError("unsupported_format", f"no reader knows this kind of binary file{suffix}")
    return known[name]
