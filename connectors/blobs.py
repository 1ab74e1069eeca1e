"""The bytes of one file, wherever they lie: on disk, or packed in an archive.

A blob is read as a stream (``open``) or at random (``seekable``); what is packed is unpacked for that in memory, or
beyond 1 MiB in a temporary file that has no name, so that nothing stays behind whatever kills the process. Bounds
on size and ratio are kept while unpacking, never trusted from a header.
"""

from __future__ import annotations

import io
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from recense.connectors.encodings import Utf8Stream, detect
from recense.errors import SourceError
from recense.model import Limits

HEAD = 1 << 16
SPOOL = 1 << 20
RATIO_FLOOR = 16 << 20
"""Bytes below which the ratio is not looked at: 30 kB of zeros packed well are no bomb."""


class Blob:
    """One file's bytes.

    Attributes:
        name: file name for people, without folder; its suffix hints at the format.
        size: bytes, None when only reading tells.
        state: changes when the bytes may have changed.
        path: where it lies on disk, None when it is packed.
    """

    def __init__(
        self, name: str, opener: Callable[[], BinaryIO], size: int | None, state: str, path: Path | None = None
    ) -> None:
        self.name = name
        self.size = size
        self.state = state
        self.path = path
        self._opener = opener

    @property
    def suffix(self) -> str:
        """Returns the suffix in lower case with its dot, empty without one."""
        return Path(self.name).suffix.lower()

    def open(self) -> BinaryIO:
        """Opens the bytes as a stream from the beginning.

        Raises:
            SourceError: it cannot be opened; reading from the stream may raise it as well.
        """
        return self._opener()

    @cached_property
    def head(self) -> bytes:
        """Returns the first 64 KiB."""
        with self.open() as stream:
            return read_fully(stream, HEAD)

    @cached_property
    def encoding(self) -> str | None:
        """Returns the encoding of the text, None when the bytes are no text."""
        return detect(self.head)

    @cached_property
    def text(self) -> str:
        """Returns the beginning of the text, empty when the bytes are no text. Cut anywhere unless it is ``whole``."""
        return "" if self.encoding is None else Utf8Stream(io.BytesIO(self.head), self.encoding).read().decode()

    @property
    def whole(self) -> bool:
        """Tells whether ``head`` and ``text`` hold everything there is."""
        return len(self.head) < HEAD

    def open_text(self) -> BinaryIO:
        """Opens the text as a stream of UTF-8 without byte-order mark."""
        return cast(BinaryIO, Utf8Stream(self.open(), self.encoding or "utf-8"))

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """Opens the bytes for reading at random, for the length of a ``with`` block."""
        if self.path is not None:
            with self.open() as stream:
                yield stream
            return
        with tempfile.SpooledTemporaryFile(max_size=SPOOL) as unpacked:
            with self.open() as stream:
                while block := stream.read(SPOOL):
                    unpacked.write(block)
            unpacked.seek(0)
            yield cast(BinaryIO, unpacked)

    def read(self, most: int) -> bytes:
        """Returns all bytes.

        Raises:
            SourceError: there are more than ``most``.
        """
        with self.open() as stream:
            data = read_fully(stream, most + 1)
        if len(data) > most:
            raise SourceError("too_large", f"larger than the {most >> 20} MiB this format is read in")
        return data


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """Returns ``size`` bytes, fewer only at the end; a single ``read`` of a packed stream may give fewer."""
    parts: list[bytes] = []
    while size > 0 and (block := stream.read(size)):
        parts.append(block)
        size -= len(block)
    return b"".join(parts)


def local(path: Path) -> Blob:
    """Returns the blob of a regular file.

    Raises:
        SourceError: it is gone, is no regular file (a pipe, a socket, a device), or may not be read.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise refusal(error) from None
    if not stat.S_ISREG(status.st_mode):
        raise SourceError("unsupported_format", f"{_kind(status.st_mode)}, not a regular file")

    def open_() -> BinaryIO:
        try:  # not blocking: the file may have become a pipe since we looked
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise refusal(error) from None
        return os.fdopen(descriptor, "rb")

    state = f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"
    return Blob(printable(path.name), open_, status.st_size, state, path)


def refusal(error: OSError) -> SourceError:
    """Returns the entry for what the operating system refuses."""
    if isinstance(error, PermissionError):
        return SourceError("permission_denied", "the account that runs recense may not read it")
    if isinstance(error, FileNotFoundError):
        return SourceError("not_found", "it does not exist, or is a link that leads nowhere")
    if error.errno in (getattr(os, "ELOOP", 40), 40):
        return SourceError("not_found", "a link that leads back to itself")
    return SourceError("failed", f"the operating system says: {error.strerror or type(error).__name__}")


def _kind(mode: int) -> str:
    kinds = {
        stat.S_ISFIFO: "a named pipe",
        stat.S_ISSOCK: "a socket",
        stat.S_ISCHR: "a device",
        stat.S_ISBLK: "a device",
        stat.S_ISDIR: "a folder",
    }
    return next((words for test, words in kinds.items() if test(mode)), "a special file")


def printable(name: str) -> str:
    r"""Returns a file name that can be shown and stored: control characters and bytes of no encoding are escaped.

    >>> printable("caf\udce9.csv"), printable("a\nb"), printable("Zoé.csv")
    ('caf\\xe9.csv', 'a\\x0ab', 'Zoé.csv')
    """
    if name.isprintable():
        return name
    return "".join(
        sign
        if sign.isprintable()
        else f"\\x{ord(sign) - 0xDC00:02x}"
        if 0xDC80 <= ord(sign) <= 0xDCFF
        else f"\\x{ord(sign):02x}"
        for sign in name
    )


class BoundedStream(io.RawIOBase):
    """A stream of unpacked bytes that stops a bomb and names what is broken.

    Args:
        raw: the unpacking stream.
        packed: tells how many packed bytes it has taken.
        under: the stream of packed bytes, to be closed with this one.
    """

    def __init__(self, raw: BinaryIO, packed: Callable[[], int], limits: Limits, under: BinaryIO | None = None) -> None:
        super().__init__()
        self._raw = raw
        self._packed = packed
        self._limits = limits
        self._under = under
        self._read = 0

    def readable(self) -> bool:
        """Returns True."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Returns up to ``size`` bytes, at most 1 MiB at once.

        Raises:
            SourceError: too much came out, or the packed bytes are broken.
        """
        wanted = SPOOL if size is None or size < 0 else min(size, SPOOL)
        try:
            block = self._raw.read(wanted)
        except SourceError:
            raise
        except Exception as error:  # zlib, lzma, zipfile and struct have errors of their own, of no common base
            raise broken_packing(error) from None
        self._read += len(block)
        if self._read > self._limits.file_bytes:
            raise SourceError("too_large", f"unpacks to more than {self._limits.file_bytes} bytes (limits.file_bytes)")
        if self._read > RATIO_FLOOR and self._read > max(self._packed(), 1) * self._limits.ratio:
            raise SourceError(
                "too_large", f"unpacks to more than {self._limits.ratio} times its size (limits.ratio): a bomb?"
            )
        return block

    def readall(self) -> bytes:
        """Returns all bytes."""
        return b"".join(iter(lambda: self.read(SPOOL), b""))

    def close(self) -> None:
        """Closes the streams under it too."""
        self._raw.close()
        if self._under is not None:
            self._under.close()
        super().close()


class CountingStream(io.RawIOBase):
    """A stream that knows how much was read from it."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self._raw = raw
        self.count = 0

    def readable(self) -> bool:
        """Returns True."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Returns up to ``size`` bytes."""
        block = self._raw.read(-1 if size is None else size)
        self.count += len(block)
        return block

    def close(self) -> None:
        """Closes the stream under it too."""
        self._raw.close()
        super().close()


def broken_packing(error: Exception) -> SourceError:
    """Returns the entry for packed bytes that cannot be unpacked; the library's message may quote them."""
    if isinstance(error, RuntimeError) and "password" in str(error).lower():
        return SourceError("encrypted", "it is packed with a password")
    if isinstance(error, NotImplementedError):
        return SourceError("unsupported_format", "it is packed with a method that recense cannot unpack")
    if isinstance(error, OSError) and error.errno:
        return refusal(error)
    if isinstance(error, EOFError):
        return SourceError("corrupt", "the packed bytes end too early")
    return SourceError("corrupt", "the packed bytes are damaged")
