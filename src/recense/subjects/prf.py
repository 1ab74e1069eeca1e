"""A keyed hash of many values at once: CBC-MAC with AES-128 over an encoding of which none begins another.

CBC-MAC alone is forged across lengths, which is why CMAC adds subkeys at the end (NIST SP 800-38B, RFC 4493). Here the
first block holds how long the value is: two values of unlike lengths differ in it, two of one length have as many
blocks, so no encoding is the beginning of another, and over such a set CBC-MAC is a pseudo-random function as long as
AES is one (Petrank and Rackoff, CBC MAC for Real-Time Data Sources, 2000; the same idea as padding method 3 of ISO/IEC
9797-1). The first blocks of all values go through AES in one call, the second blocks of those that have one in another.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recense.subjects.bytewise import spread

LONGEST = 1022
"""Bytes of a value that count: two that agree in so many are taken for one, which never hides anybody."""

_FIRST = 14
_BLOCK = 16
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)


def hashes(key: bytes, values: pa.Array) -> NDArray[np.uint64]:
    """Returns the first 64 bits of the hash of each value; no value may be null.

    Args:
        key: 16 bytes, for one use only.
        values: text.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    offsets, data = spread(values)
    lengths = np.minimum(np.diff(offsets), LONGEST)
    words = np.ndarray((len(data) + 1,), "<u8", np.append(data, np.zeros(_BLOCK, np.uint8)), strides=(1,))
    # Single blocks: the chaining is done here, for all values at once.
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305

    def sealed(blocks: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return np.frombuffer(aes.update(blocks.astype("<u8", copy=False).tobytes()), "<u8").reshape(-1, 2)

    first = _block(words, offsets[:-1], np.minimum(lengths, _FIRST))
    first[:, 1] |= lengths.astype(np.uint64) << np.uint64(48)
    state = sealed(first).astype(np.uint64)
    done = _FIRST
    longer = np.flatnonzero(lengths > done)
    while len(longer):
        block = _block(words, offsets[longer] + done, np.minimum(lengths[longer] - done, _BLOCK))
        state[longer] = sealed(state[longer] ^ block)
        done += _BLOCK
        longer = longer[lengths[longer] > done]
    return state[:, 0].copy()


def _block(words: NDArray[np.uint64], starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Returns up to sixteen bytes from each start as two numbers, zeros behind."""
    last = len(words) - 1
    block = np.empty((len(starts), 2), np.uint64)
    block[:, 0] = words[np.minimum(starts, last)] & _MASKS[np.minimum(counts, 8)]
    block[:, 1] = words[np.minimum(starts + 8, last)] & _MASKS[np.maximum(counts - 8, 0)]
    return block
