"""A Bloom filter over keyed hashes: says "not here" surely, "here" wrongly once in ten thousand at most.

Where a value sets its bits follows from its keyed hash and from a secret of the column, so that filters of two columns
cannot be laid over each other, and a filter tells nothing to whoever has not the key.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

RATE = 1e-4
"""False positives per look-up in a column, at most, for as many values as the filter was sized for."""

LEAST = 1024
"""Values every filter is sized for at least: its size does not tell how few people a small column holds."""

_TURNS = 8
"""Bits set for a value: at this rate 13 would take a tenth less room, and 8 take little more than half the time."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_AT_ONCE = 1 << 14
_MOST_BITS = 1 << 32
_SPREAD = 32 << 20
"""Bytes of a filter up to which a byte for each bit is set first, several times faster than bits in their places."""


class Filter:
    """Bits and how many are set per value.

    Args:
        bits: packed, eight to a byte.
        turns: bits set per value.
        secret: of the column, 16 bytes derived from the install's key.
    """

    def __init__(self, bits: NDArray[np.uint8], turns: int, secret: bytes) -> None:
        self.bits = bits
        self.turns = turns
        self._first, self._second = np.frombuffer(secret[:16], "<u8").astype(np.uint64)

    @classmethod
    def sized(cls, values: int, secret: bytes, rate: float = RATE) -> Filter:
        """Returns an empty filter for so many values; a twentieth more bits than the formula keep it under the rate."""
        bits = -_TURNS / math.log1p(-(rate ** (1 / _TURNS)))  # of a value, where all are set by so many turns
        count = math.ceil(1.05 * max(values, LEAST) * bits)
        if count >= _MOST_BITS:
            raise ValueError("more values than a filter holds")
        return cls(np.zeros((count + 7) // 8, np.uint8), _TURNS, secret)

    def _places(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        first = _mixed(_mixed(hashes ^ self._first) + self._second)
        step = _mixed(first + _STEP) | np.uint64(1)
        turn = np.arange(self.turns, dtype=np.uint64)[:, None]
        # Double hashing (Kirsch and Mitzenmacher 2006); a product shifted is cheaper than a remainder.
        upper = (first[None, :] + turn * step[None, :]) >> np.uint64(32)
        places: NDArray[np.uint64] = (upper * np.uint64(len(self.bits) * 8)) >> np.uint64(32)
        return places

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Sets the bits of values."""
        if len(hashes) > _AT_ONCE and len(self.bits) <= _SPREAD:
            spread = np.zeros(len(self.bits) * 8, np.uint8)
            for start in range(0, len(hashes), _AT_ONCE):
                spread[self._places(hashes[start : start + _AT_ONCE]).ravel().astype(np.int64)] = 1
            self.bits |= np.packbits(spread, bitorder="little")
            return
        for start in range(0, len(hashes), _AT_ONCE):
            places = self._places(hashes[start : start + _AT_ONCE]).ravel()
            masks = np.left_shift(np.uint8(1), (places & np.uint64(7)).astype(np.uint8))
            np.bitwise_or.at(self.bits, (places >> np.uint64(3)).astype(np.int64), masks)

    def holds(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tells of each value whether it may be in the filter."""
        places = self._places(hashes)
        found = self.bits[(places >> np.uint64(3)).astype(np.int64)] >> (places & np.uint64(7)).astype(np.uint8)
        held: NDArray[np.bool_] = np.asarray((found & 1).astype(bool).all(axis=0))
        return held


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Returns the finaliser of splitmix64 of values: every bit depends on every bit."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
