"""The install's key: without it the index answers nothing, and destroying it erases the index.

From the key follow, each by HMAC-SHA-256 (RFC 2104) under words of its own: its id, the key that hashes identifiers of
a kind (``recense.subjects.prf``), the secret of a column's filter, and the stream that seals what a partition gave
until its filters are built. The words hold the version of the format: an older index has another id and is refused.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recense.errors import UserError
from recense.subjects.identifiers import Kind, is_region

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

SIZE = 32
_SALT = 16
_VERSION = 2
"""Of the stored format: 1 hashed identifiers with HMAC-SHA-256."""
_SEAL = b"sealed with AES\0"
"""What a seal is derived with; a part of a run that an earlier recense began has another, and is not opened."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key of an install; ``id`` names it in the index and tells nothing about it."""

    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str, where: str) -> Key:
        """Returns the key of 64 hexadecimal digits.

        Raises:
            UserError: it is none; the message never quotes it.
        """
        try:
            secret = bytes.fromhex(text.strip())
        except ValueError:
            secret = b""
        if len(secret) != SIZE:
            raise UserError(
                f"{where} holds no key of {2 * SIZE} hexadecimal digits: restore it, or draw another one with "
                "'recense find-person --new-key' and scan again"
            )
        return cls(secret)

    @property
    def id(self) -> str:
        """Returns the name of the key."""
        return self._derived(b"key id").hex()[:16]

    @property
    def former_ids(self) -> frozenset[str]:
        """Returns what this key was called in indexes of earlier formats, which are built again by a scan."""
        return frozenset(self._derived(b"key id", version).hex()[:16] for version in range(1, _VERSION))

    def filter_secret(self, salt: bytes) -> bytes:
        """Returns what a column's filter is keyed with."""
        return self._derived(b"filter\0" + salt)[:16]

    def salt(self, source: str, dataset: str, column: str, kind: str) -> bytes:
        """Returns the salt of a column: the same in every run, another in every column."""
        place = "\0".join((source, dataset, column, kind))
        return self._derived(b"salt\0" + place.encode(errors="surrogatepass"))[:_SALT]

    def hashes(self, kind: Kind, values: Sequence[str] | pa.Array) -> NDArray[np.uint64]:
        """Returns 64 bits of a keyed hash of each value, under its kind: one AES call per sixteen bytes of all of them.

        Args:
            kind: values of two kinds have hashes of two keys.
            values: in their one form; a column of text without nulls is not copied.
        """
        import pyarrow as pa

        from recense.subjects import prf

        text = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
        return prf.hashes(self._derived(b"identifiers\0" + kind.encode())[:16], text)

    def seal(self, data: bytes) -> bytes:
        """Returns data that nobody reads or changes without the key: a random salt, AES-256 in counter mode, a seal."""
        salt = secrets.token_bytes(_SALT)
        hidden = self._hidden(salt, data)
        return b"".join((salt, hidden, self._seal(salt, hidden)))

    def unseal(self, sealed: bytes) -> bytes | None:
        """Returns what ``seal`` was given, None when it was sealed with another key or changed."""
        salt, hidden, seal = sealed[:_SALT], memoryview(sealed)[_SALT:-32], sealed[-32:]
        if len(sealed) < _SALT + 32 or not hmac.compare_digest(seal, self._seal(salt, hidden)):
            return None
        return self._hidden(salt, hidden)

    def _derived(self, words: bytes, version: int = _VERSION) -> bytes:
        return hmac.digest(self.secret, b"recense person index %d\0" % version + words, "sha256")

    def _seal(self, *parts: bytes | memoryview) -> bytes:
        made = hmac.new(self._derived(_SEAL), digestmod="sha256")
        for part in parts:  # of tens of megabytes: not joined before
            made.update(part)
        return made.digest()

    def _hidden(self, salt: bytes, data: bytes | memoryview) -> bytes:
        """Returns data under a key that serves once; a second time, it is there again."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        cipher = Cipher(algorithms.AES(self._derived(b"stream\0" + salt)), modes.CTR(bytes(16)))
        return cipher.encryptor().update(data)


def read(file: Path) -> Key:
    """Returns the key of a file.

    Raises:
        UserError: there is none, others may read it, or it is damaged.
    """
    try:
        text = file.read_text(encoding="ascii")
        mode = file.stat().st_mode
    except FileNotFoundError:
        raise UserError(
            f"no key at {file}: draw one with 'recense find-person --new-key'; an index of another key stays closed"
        ) from None
    except (OSError, ValueError):
        raise UserError(f"the key {file} cannot be read: check its owner and content") from None
    if os.name == "posix" and mode & 0o077:
        raise UserError(f"others may read the key {file}: chmod 600 {file}, or draw a new one")
    return Key.parse(text, str(file))


def create(file: Path) -> Key:
    """Draws a key and writes it where only its owner reads it.

    Raises:
        UserError: there is one already, or the folder cannot be written.
    """
    key = Key(secrets.token_bytes(SIZE))
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UserError(f"there is a key at {file} already: destroy it first with --destroy-key") from None
    except OSError as error:
        raise UserError(f"cannot write the key {file}: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(key.secret.hex() + "\n")
    return key


def destroy(file: Path) -> bool:
    """Overwrites and removes the key; returns whether there was one. Copies and backups are not reached.

    Raises:
        UserError: it cannot be removed.
    """
    try:
        with file.open("r+b") as opened:
            opened.write(b"0" * (2 * SIZE))
            opened.flush()
            os.fsync(opened.fileno())
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UserError(f"cannot destroy the key {file}: {error.strerror}") from None
    return True


def refuse_unknown_regions(regions: Iterable[str]) -> None:
    """Checks the countries of telephone numbers.

    Raises:
        UserError: phonenumbers knows no numbering plan of one.
    """
    for region in regions:
        if not is_region(region):
            raise UserError(f"persons: '{region}' is no country whose telephone numbers are known; write FR, BE, CH …")
