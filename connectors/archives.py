"""Archives and compressed files as containers of blobs: zip, tar, gzip, bzip2 and xz, one around the other.

Names of members are only ever shown, never used as paths: a member called ``../../etc/passwd`` is harmless.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from recense.connectors.blobs import RATIO_FLOOR, Blob, BoundedStream, CountingStream, printable
from recense.errors import SourceError
from recense.model import Limits

_READ_AT_ONCE = 64 << 20
_ENTRY_BYTES = 512  # bytes per member that a zip's directory may have: 46 and a name in an honest one
_TAR_NAMES = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of a container.

    Attributes:
        index: its place, unique and stable while the names may be neither.
        name: its printable name; None when the container is one compressed file, which names the member.
    """

    index: int
    name: str | None


class Container:
    """An opened archive; close it after the blobs of its members."""

    def __init__(self) -> None:
        self._resources = ExitStack()

    def members(self) -> Iterator[Member]:
        """Yields the members that hold bytes.

        Raises:
            SourceError: the archive is damaged or over a limit; members yielded before are good.
        """
        raise NotImplementedError

    def blob(self, index: int) -> Blob:
        """Returns a member's bytes.

        Raises:
            SourceError: no such member, encrypted, or damaged.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Closes the archive and its temporary file."""
        self._resources.close()


class Compressed(Container):
    """gzip, bzip2 or xz around one file."""

    def __init__(self, blob: Blob, limits: Limits, unpack: Callable[[BinaryIO], BinaryIO]) -> None:
        super().__init__()
        self._outer, self._limits, self._unpack = blob, limits, unpack

    def members(self) -> Iterator[Member]:
        """Yields the one member."""
        yield Member(0, None)

    def blob(self, index: int) -> Blob:
        """Returns the unpacked bytes, named without the suffix of the compression."""
        name = PurePosixPath(self._outer.name)
        return Blob(name.stem + _TAR_NAMES.get(name.suffix.lower(), ""), self._open, None, self._outer.state)

    def _open(self) -> BinaryIO:
        packed = CountingStream(self._outer.open())
        under = cast(BinaryIO, packed)
        return cast(BinaryIO, BoundedStream(self._unpack(under), lambda: packed.count, self._limits, under))


class Zip(Container):
    """A zip archive."""

    def __init__(self, blob: Blob, limits: Limits) -> None:
        super().__init__()
        self._outer, self._limits = blob, limits
        stream = self._resources.enter_context(blob.seekable())
        try:
            _check_directory(stream, limits)
            self._zip = self._resources.enter_context(zipfile.ZipFile(stream))
        except SourceError:
            self.close()
            raise
        except Exception:  # hostile directories raise whatever struct, zipfile and codecs have
            self.close()
            raise SourceError("corrupt", "the zip archive's directory is missing or damaged") from None
        self._entries = self._zip.infolist()

    def members(self) -> Iterator[Member]:
        """Yields the files; folders hold no bytes."""
        _check_count(len(self._entries), self._limits)
        declared = sum(entry.file_size for entry in self._entries)
        packed = sum(entry.compress_size for entry in self._entries)
        room = (self._outer.size or packed) * self._limits.ratio
        if declared > max(room, RATIO_FLOOR):  # also when members overlap and each for itself looks modest
            raise SourceError("too_large", f"unpacks to more than {self._limits.ratio} times its size (limits.ratio)")
        for index, entry in enumerate(self._entries):
            if not entry.filename.endswith("/"):  # is_dir() fails on an empty name
                yield Member(index, printable(entry.filename))

    def blob(self, index: int) -> Blob:
        """Returns the bytes of a file."""
        if index >= len(self._entries):
            raise SourceError("not_found", "the archive has changed")
        entry = self._entries[index]

        def open_() -> BinaryIO:
            if entry.flag_bits & 1:
                raise SourceError("encrypted", "it is packed with a password")
            try:
                stream = cast(BinaryIO, self._zip.open(entry))
            except NotImplementedError:
                raise SourceError("unsupported_format", "it is packed with a method that recense lacks") from None
            except Exception:
                raise SourceError("corrupt", "the archive's entry is damaged") from None
            return cast(BinaryIO, BoundedStream(stream, lambda: entry.compress_size, self._limits))

        name = PurePosixPath(printable(entry.filename)).name
        return Blob(name, open_, None, f"{entry.file_size}-{entry.CRC}-{self._outer.state}")


class Tar(Container):
    """A tar archive. Links and devices in it hold no bytes of their own."""

    def __init__(self, blob: Blob, limits: Limits) -> None:
        super().__init__()
        self._outer, self._limits = blob, limits
        stream = self._resources.enter_context(blob.seekable())
        try:
            modest = cast(IO[bytes], _Modest(stream))
            self._tar = self._resources.enter_context(tarfile.TarFile(fileobj=modest, errors="surrogateescape"))
        except SourceError:
            self.close()
            raise
        except Exception:
            self.close()
            raise SourceError("corrupt", "the tar archive is damaged") from None
        self._known: dict[int, tarfile.TarInfo] = {}
        self._walk = self._entries()

    def _entries(self) -> Iterator[int]:
        index = -1
        while True:
            try:
                entry = self._tar.next()
            except SourceError:
                raise
            except Exception:
                raise SourceError("corrupt", "the tar archive is damaged") from None
            if entry is None:
                return
            index += 1
            _check_count(index + 1, self._limits)
            if entry.isreg():
                self._known[index] = entry
                yield index

    def members(self) -> Iterator[Member]:
        """Yields the regular files."""
        for index in list(self._known):
            yield Member(index, printable(self._known[index].name))
        for index in self._walk:
            yield Member(index, printable(self._known[index].name))

    def blob(self, index: int) -> Blob:
        """Returns the bytes of a file."""
        while index not in self._known and next(self._walk, None) is not None:
            pass
        if index not in self._known:
            raise SourceError("not_found", "the archive has changed")
        entry = self._known[index]

        def open_() -> BinaryIO:
            try:
                stream = self._tar.extractfile(entry)
            except Exception:
                raise SourceError("corrupt", "the archive's entry is damaged") from None
            if stream is None:
                raise SourceError("corrupt", "the archive's entry is damaged")
            return cast(BinaryIO, BoundedStream(cast(BinaryIO, stream), lambda: entry.size, self._limits))

        name = PurePosixPath(printable(entry.name)).name
        return Blob(name, open_, entry.size, f"{entry.size}-{entry.mtime}-{self._outer.state}")


class _Modest:
    """A file whose reads are small: a tar header may claim gigabytes for a name, and tarfile would believe it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.seek, self.tell, self.close = raw.seek, raw.tell, raw.close
        self.name = ""

    def read(self, size: int = -1) -> bytes:
        if size > _READ_AT_ONCE:
            raise SourceError("too_large", "a name in the tar archive is longer than any honest one")
        return self._raw.read(size)


def _check_directory(stream: BinaryIO, limits: Limits) -> None:
    """Refuses a zip whose directory alone would fill the memory; zipfile reads it whole."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - 65_557))
    tail = stream.read(65_557)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise SourceError("corrupt", "the zip archive's directory is missing: the file is cut or damaged")
    size = struct.unpack_from("<I", tail, at + 12)[0]
    wide = tail.rfind(b"PK\x06\x06")
    if size == 0xFFFFFFFF and wide >= 0 and len(tail) >= wide + 56:
        size = struct.unpack_from("<Q", tail, wide + 40)[0]
    if size > limits.members * _ENTRY_BYTES:
        raise SourceError("too_large", f"the archive has more than {limits.members} members (limits.members)")


def _check_count(count: int, limits: Limits) -> None:
    if count > limits.members:
        raise SourceError("too_large", f"the archive has more than {limits.members} members (limits.members)")


# Office documents and e-books are zip archives too; their parts are not files that anybody put there.
_OFFICE_PARTS = (b"[Content_Types].xml", b"_rels/.rels", b"mimetypeapplication/", b"META-INF/manifest.xml", b"xl/work")
_OFFICE_SUFFIXES = frozenset(
    {".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".xltx", ".xlsb", ".pptx", ".pptm", ".odt", ".ods", ".odp", ".epub"}
)


def is_office(blob: Blob) -> bool:
    """Tells whether a blob is a zip archive that is really a document of an office suite or an e-book."""
    if not blob.head.startswith(b"PK\x03\x04"):
        return False
    return blob.suffix in _OFFICE_SUFFIXES or any(part in blob.head for part in _OFFICE_PARTS)


def open_container(blob: Blob, limits: Limits) -> Container | None:
    """Opens a blob as a container, if its bytes say it is one; office documents are none.

    Raises:
        SourceError: it is one and cannot be opened.
    """
    head = blob.head
    if head.startswith(b"\x1f\x8b"):
        return Compressed(blob, limits, lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream)))
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return Compressed(blob, limits, lambda stream: cast(BinaryIO, bz2.BZ2File(stream)))
    if head.startswith(b"\xfd7zXZ\x00"):
        return Compressed(blob, limits, lambda stream: cast(BinaryIO, lzma.LZMAFile(stream)))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not is_office(blob):
        return Zip(blob, limits)
    if head[257:262] == b"ustar":
        return Tar(blob, limits)
    return None
