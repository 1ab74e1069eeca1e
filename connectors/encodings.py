"""In which encoding a text is, and a stream of it as UTF-8.

A byte-order mark decides; without one, the pattern of NUL bytes (UTF-16 and UTF-32), then validity (UTF-8), then which
of the single-byte encodings of western Europe gives letters where letters belong. No byte is ever refused: a sequence
that is not UTF-8 in an otherwise UTF-8 file is read as Windows-1252, the usual cause being a log or an export that two
programs wrote to.
"""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, cast

BLOCK = 1 << 20

_BOMS = (  # longest first: the mark of UTF-16 is the beginning of the one of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Windows first: it wins a tie, and is what Excel and most of France write. Then DOS and the old Macintosh.
_SINGLE_BYTE = ("cp1252", "cp850", "mac_roman")
_ERRORS = "recense-western"


def _as_western(error: UnicodeError) -> tuple[str | bytes, int]:
    """Codec error handler: bytes that are not UTF-8 are read as Windows-1252, or Latin-1 where that has a hole."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    if error.encoding.startswith("utf-8") or error.encoding.startswith("utf8"):
        return "".join(_western(byte) for byte in bad), error.end
    if error.encoding == "charmap" or error.encoding in _SINGLE_BYTE:
        return bad.decode("latin-1"), error.end
    return "\ufffd", error.end  # half a character of UTF-16 or UTF-32


def _western(byte: int) -> str:
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


codecs.register_error(_ERRORS, _as_western)


def split_bom(head: bytes) -> tuple[str | None, int]:
    """Returns the encoding that a byte-order mark declares, and the mark's length; ``(None, 0)`` without one."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    return None, 0


def detect(head: bytes) -> str | None:
    """Returns the encoding of a text from its first bytes, None when they are not text.

    >>> detect("né à Évry".encode("cp1252")), detect("né".encode("utf-16")), detect("né".encode("utf-32-be"))
    ('cp1252', 'utf-16-le', 'utf-32-be')
    >>> detect(b"plain"), detect("déjà vu à Besançon".encode("cp850")), detect(bytes(range(256)) * 4)
    ('utf-8', 'cp850', None)
    """
    declared, _ = split_bom(head)
    if declared:
        return declared
    wide = _wide(head)
    if wide:
        return wide
    if _binary(head):
        return None
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head)  # incremental: the last character may be cut
    bad = text.count("\ufffd")
    if bad * 4 <= len(text) - len(text.encode("ascii", "ignore")) - bad:
        return "utf-8"  # damaged spots at most
    return max(_SINGLE_BYTE, key=lambda encoding: _plausible(head, encoding))


def _wide(head: bytes) -> str | None:
    """Returns the encoding when NUL bytes fall where UTF-16 or UTF-32 puts them in western text."""
    sample = head[: len(head) // 4 * 4]
    if len(sample) < 4:
        return "utf-16-le" if len(head) == 2 and head[0] and not head[1] else None
    zeros = [sample[lane::4].count(0) / (len(sample) // 4) for lane in range(4)]
    if min(zeros[1:]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if min(zeros[:3]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    odd, even = (zeros[1] + zeros[3]) / 2, (zeros[0] + zeros[2]) / 2
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    if even > 0.4 and odd < 0.1:
        return "utf-16-be"
    return None


def _binary(head: bytes) -> bool:
    """Tells whether more than 1 in 20 bytes are control characters that no text holds."""
    controls = bytes(set(range(32)) - set(b"\t\n\r\f\b\x1b\x0b\x00")) + b"\x7f"
    strange = len(head) - len(head.translate(None, controls))
    nuls = head.count(0)
    return strange * 20 > len(head) or (nuls * 10 > len(head) and nuls > 8)


def _plausible(head: bytes, encoding: str) -> float:
    """Returns how well a single-byte encoding explains the bytes above 127: +1 a common letter, -1 a rare sign."""
    common = frozenset("éèêëàâäçùûüôöîïœæÉÈÊÀÂÇÔÎñáíóúßÄÖÜå€«»’–—°º…“”\xa0")
    text = head.decode(encoding, "replace")
    score = 0.0
    for before, sign in zip(" " + text, text, strict=False):
        if sign.isascii():
            continue
        if sign in common:
            score += 1.0
        elif not sign.isalpha() or (sign.isupper() and before.islower()):
            score -= 1.0
    return score


class Utf8Stream(io.RawIOBase):
    """A readable stream of any text as valid UTF-8, without byte-order mark, in bounded memory."""

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        super().__init__()
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=_ERRORS)
        self._plain = encoding == "utf-8"
        self._left = b""
        self._tail = b""  # of a character that the next block ends
        self._started = False
        self._ended = False

    def readable(self) -> bool:
        """Returns True."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Returns up to ``size`` bytes, none at the end."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        while not self._left and not self._ended:
            block = self._raw.read(BLOCK)
            self._ended = not block
            if self._plain and self._started and not self._decoder.getstate()[0] and self._passes(block):
                continue
            text = self._decoder.decode(block, final=self._ended)
            if text and not self._started:
                self._started = True
                text = text.removeprefix("\ufeff")
            self._left = text.encode("utf-8", "replace")  # lone surrogates have no UTF-8 form
        block, self._left = self._left[:size], self._left[size:]
        return block

    def _passes(self, block: bytes) -> bool:
        """Takes a block as it is when it is valid UTF-8; what is not goes through the decoder from then on."""
        whole = self._tail + block if self._tail else block
        cut = len(whole)
        if not self._ended and not whole.isascii():
            for back in range(1, min(4, cut + 1)):
                if whole[-back] >= 0xC0:  # the first byte of a character that may not be whole
                    cut -= back
                    break
                if whole[-back] < 0x80:
                    break
        try:
            if not whole.isascii():
                str(memoryview(whole)[:cut], "utf-8")
        except UnicodeDecodeError:
            self._plain = False
            self._raw = cast(BinaryIO, _Before(whole, self._raw))
            self._tail, self._ended = b"", False
            return True
        self._left, self._tail = whole[:cut], whole[cut:]
        return True

    def close(self) -> None:
        """Closes the stream under it too."""
        self._raw.close()
        super().close()


class _Before:
    """A stream with bytes put back before it."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int) -> bytes:
        first, self._first = self._first, b""
        return first or self._rest.read(size)

    def close(self) -> None:
        self._rest.close()
