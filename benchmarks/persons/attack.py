"""Every French mobile number, 06 and 07, tried on a filter: ``python -m benchmarks.persons.attack [--numbers N]``.

Somebody stole the catalog, with the salt beside each filter, and has no key. They know how recense hashes and try
all 2 x 10^8 numbers, with no key (all zeros) and with one drawn. Ten thousand are in the filter. Prints how many
of those and of all others the filter seems to hold; exits 1 when either is more than the stated rate and three
deviations.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from recense.subjects.filters import RATE, Filter
from recense.subjects.identifiers import Kind
from recense.subjects.keys import SIZE, Key

EVERY = 2 * 10**8
PLANTED = 10_000
_AT_ONCE = 1 << 18


def mobiles(numbers: np.ndarray) -> pa.Array:
    """Returns +336… and +337… of numbers from 0 to 2 x 10^8, as the index writes them."""
    text = np.empty((len(numbers), 12), np.uint8)
    text[:, :3] = np.frombuffer(b"+33", np.uint8)
    text[:, 3] = 54 + numbers // 10**8
    for place in range(8):
        text[:, 11 - place] = 48 + numbers // 10**place % 10
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * 12
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text.reshape(-1)))


def tried(real: Filter, salt: bytes, guess: Key, numbers: int) -> Iterator[np.ndarray]:
    """Yields the numbers that the bits of a filter seem to hold for whoever hashes with ``guess``."""
    held = Filter(real.bits, real.turns, guess.filter_secret(salt))
    for start in range(0, numbers, _AT_ONCE):
        some = np.arange(start, min(start + _AT_ONCE, numbers), dtype=np.int32)
        yield some[held.holds(guess.hashes(Kind.phone, mobiles(some)))]


def main(arguments: list[str]) -> int:
    """Plants, attacks and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=EVERY)
    numbers = parser.parse_args(arguments).numbers
    key = Key(secrets.token_bytes(SIZE))
    salt = key.salt("crm", "clients", "telephone", "phone")
    inside = np.sort(np.random.default_rng(3).choice(numbers, PLANTED, replace=False)).astype(np.int32)
    real = Filter.sized(PLANTED, key.filter_secret(salt))
    real.add(key.hashes(Kind.phone, mobiles(inside)))
    if not real.holds(key.hashes(Kind.phone, mobiles(inside))).all():
        return 1
    worse = False
    for name, guess in (("no key", Key(bytes(SIZE))), ("a wrong key", Key(secrets.token_bytes(SIZE)))):
        seen = np.concatenate(list(tried(real, salt, guess, numbers)))
        planted = int(np.isin(seen, inside).sum())
        print(
            f"{name}: {numbers:,} numbers tried, {len(seen):,} seem to be in ({len(seen) / numbers:.5%}), {planted} of "
            f"them among the {PLANTED:,} that are; by chance {PLANTED * len(seen) / numbers:.1f}",
            flush=True,
        )
        chance = [(len(seen), numbers * RATE), (planted, PLANTED * RATE)]
        worse |= any(count > expected + 3 * max(expected, 1) ** 0.5 for count, expected in chance)
    return int(worse)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
