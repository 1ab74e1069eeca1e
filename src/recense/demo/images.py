"""Tiny grey pictures, written without an imaging library: a picture is a kind of file here, not something to see."""

from __future__ import annotations

import struct
import zlib

SIDE = 8
"""Pixels on a side: one block of JPEG."""


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(grey: int) -> bytes:
    """Returns a PNG (RFC 2083) of one grey, 8 bits deep."""
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    lines = (b"\0" + bytes([grey]) * SIDE) * SIDE
    chunks = _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines, 9)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def jpeg(grey: int) -> bytes:
    """Returns a baseline JPEG (ITU T.81) of one grey: a single block with a DC coefficient and no other.

    With a quantisation of 8 the DC coefficient is the grey minus 128. The table of DC codes gives category ``n``
    (bits of the coefficient) the 4-bit code ``n``; the table of AC codes has the end of block alone, as one bit 0.
    """
    level = grey - 128
    size = abs(level).bit_length()
    tail = level if level >= 0 else level + (1 << size) - 1
    bits = f"{size:04b}" + (f"{tail:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    dc = bytes((0x00, 0, 0, 0, 12, *([0] * 12), *range(12)))
    ac = bytes((0x10, 1, *([0] * 15), 0))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            _segment(0xDB, b"\0" + b"\x08" * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, SIDE, SIDE, 1) + b"\1\x11\0"),
            _segment(0xC4, dc),
            _segment(0xC4, ac),
            _segment(0xDA, b"\1\1\0\0\x3f\0"),
            data,
            b"\xff\xd9",
        )
    )
