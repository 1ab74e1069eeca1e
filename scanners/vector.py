"""Checks over whole columns in numpy: the hot ones, a hundred times faster than one call a cell.

Each function takes the trimmed texts of whole-cell matches and gives 1 (passes), 0 (fails) or -1 (ask the check in
``recense.scanners.checks``, whose answer is the truth; a test compares the two on random texts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import Bytes, bools
from recense.scanners.codes import Answers, decided, each_columns, each_length
from recense.scanners.contacts import email, phone_fr, phone_fr_short, phone_international

Truths = npt.NDArray[np.bool_]

_RIB_VALUE = np.zeros(36, dtype=np.uint8)
_RIB_VALUE[:10] = np.arange(10)
_RIB_VALUE[10:] = [int(char) for char in "12345678912345678923456789"]


def _dot(weights: Sequence[int], columns: Bytes) -> npt.NDArray[np.int64]:
    """Returns the weighted sum of each cell's values; all of it below 2²⁴, so that it is exact in short floats."""
    return (np.asarray(weights, dtype=np.float32) @ columns.astype(np.float32)).astype(np.int64)


def _powers(length: int, modulus: int = 97) -> list[int]:
    """Returns what a 1 at each of so many places leaves, the first place being the highest."""
    return [pow(10, place, modulus) for place in reversed(range(length))]


def _plain(columns: Bytes) -> Truths:
    """Tells which cells are digits only."""
    return np.asarray(columns.max(axis=0) < 10)


def _some(columns: Bytes) -> Truths:
    """Tells which cells have anything but zeros."""
    return np.asarray(columns.max(axis=0) > 0)


def _keyed(columns: Bytes) -> Truths:
    """Tells whose digits satisfy Luhn; means nothing for letters."""
    doubled = columns[-2::-2]
    doubled = doubled * np.uint8(2) - (doubled > 4) * np.uint8(9)
    total = columns[-1::-2].sum(axis=0, dtype=np.uint8) + doubled.sum(axis=0, dtype=np.uint8)
    return np.asarray(total % 10 == 0)  # at most 28 digits of 9 in a byte, and no number is that long


def _only_digits(matrix: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.asarray((matrix < 10).all(axis=1))


def _number(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Returns each row read as one number of at most 18 digits."""
    total = np.zeros(len(digits), dtype=np.int64)
    for column in digits.T:
        total = total * 10 + column
    return total


def nir(cells: pa.Array) -> Answers:
    """The NIR: 2A counts as 19 and 2B as 18; odd lengths are left to the check."""
    first = np.isin(np.arange(256), (1, 2, 3, 4, 7, 8))
    months = np.array([1 <= month <= 12 or 20 <= month <= 42 or month >= 50 for month in range(256)])

    def answer(columns: Bytes) -> Answers:
        corsica = (columns[5] == 2) & ((columns[6] == 10) | (columns[6] == 11))
        if corsica.any():
            columns[6, corsica] = 19 - columns[6, corsica]
            columns[5, corsica] = 1
        built = (
            first[columns[0]]
            & months[columns[3] * np.uint8(10) + columns[4]]
            & _some(columns[5:7])
            & _some(columns[7:10])
            & _some(columns[10:13])
        )
        key = columns[13] * np.uint8(10) + columns[14]
        return decided(_plain(columns), built & (97 - _dot(_powers(13), columns[:13]) % 97 == key))

    return each_columns(cells, (15,), answer)


def siren(cells: pa.Array) -> Answers:
    """SIREN: nine digits, Luhn."""
    return each_columns(cells, (9,), lambda c: decided(_plain(c) & _some(c), _keyed(c)))


def siret(cells: pa.Array) -> Answers:
    """SIRET: Luhn over 14 and over the first nine; La Poste (356000000) is left to the check."""
    post = np.array([[3], [5], [6], [0], [0], [0], [0], [0], [0]], dtype=np.uint8)

    def answer(columns: Bytes) -> Answers:
        sure = _plain(columns) & ~(columns[:9] == post).all(axis=0) & _some(columns)
        return decided(sure, _keyed(columns) & _keyed(columns[:9]))

    return each_columns(cells, (14,), answer)


def card(cells: pa.Array) -> Answers:
    """Payment cards: a brand's range and length, and Luhn; fourteen digits may be a SIRET, which the check decides."""

    def answer(columns: Bytes) -> Answers:
        plain = _plain(columns)
        issued = _issued(len(columns))[np.where(plain, _dot((1000, 100, 10, 1), columns[:4]), 0)]
        passed = issued & _keyed(columns) & _some(columns)
        return decided(plain & (~passed | (len(columns) != 14)), passed)

    return each_columns(cells, tuple(range(13, 20)), answer)


@cache
def _issued(length: int) -> npt.NDArray[np.bool_]:
    """Returns, for each first four digits, whether a brand issues cards of this length that begin so."""
    from recense.scanners.accounts import card_prefixes

    issued = np.zeros(10_000, dtype=bool)
    for prefix in card_prefixes(length):
        others = 10 ** (4 - len(prefix))
        issued[int(prefix) * others : (int(prefix) + 1) * others] = True
    return issued


def imei(cells: pa.Array) -> Answers:
    """IMEI: fifteen digits, a body that allocates, Luhn."""
    from recense.scanners.checks import imei_bodies

    allocates = np.zeros(256, dtype=bool)
    allocates[[int(body) for body in imei_bodies()]] = True

    def answer(columns: Bytes) -> Answers:
        return decided(_plain(columns), _keyed(columns) & allocates[columns[0] * np.uint8(10) + columns[1]])

    return each_columns(cells, (15,), answer)


def ean(cells: pa.Array) -> Answers:
    """EAN: weights 3 and 1 from the right."""

    def answer(digits: npt.NDArray[np.int64]) -> Answers:
        total = digits[:, -1::-2].sum(axis=1) + 3 * digits[:, -2::-2].sum(axis=1)
        return decided(_only_digits(digits), total % 10 == 0)

    return each_length(cells, (8, 12, 13, 14), answer)


def _weighted(
    length: int,
    weights: tuple[int, ...],
    right: Callable[[npt.NDArray[np.int64], Bytes], Truths],
) -> Callable[[pa.Array], Answers]:
    """Returns a check of ``length`` digits by their weighted sum; ``right(sums, columns)`` says who passes."""

    def answer(columns: Bytes) -> Answers:
        return decided(_plain(columns) & _some(columns), right(_dot(weights, columns), columns))

    return lambda cells: each_columns(cells, (length,), answer)


def be_nn(cells: pa.Array) -> Answers:
    """Belgian national number: refuses who fails modulo 97, born before 2000 or since; dates are the check's."""

    def answer(digits: npt.NDArray[np.int64]) -> Answers:
        body, key = _number(digits[:, :9]), _number(digits[:, 9:])
        right = (97 - body % 97 == key) | (97 - (body + 2_000_000_000) % 97 == key)
        return decided(_only_digits(digits) & ~right, right)

    return each_length(cells, (11,), answer)


_NO_WEIGHTS = (np.array([3, 7, 6, 1, 8, 9, 4, 5, 2]), np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]))


def no_fodselsnummer(cells: pa.Array) -> Answers:
    """Norwegian birth number: refuses who fails its two check digits; dates are left to the check."""

    def answer(digits: npt.NDArray[np.int64]) -> Answers:
        first = (11 - digits[:, :9] @ _NO_WEIGHTS[0]) % 11 == digits[:, 9]
        right = first & ((11 - digits[:, :10] @ _NO_WEIGHTS[1]) % 11 == digits[:, 10])
        return decided(_only_digits(digits) & ~right, right)

    return each_length(cells, (11,), answer)


_UTR_KEY = np.array([int(char) for char in "21987654321"])

gb_nhs = _weighted(10, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1), lambda sums, _: sums % 11 == 0)
gb_utr = _weighted(10, (0, 6, 7, 8, 9, 10, 5, 4, 3, 2), lambda sums, columns: _UTR_KEY[sums % 11] == columns[0])
nl_bsn = _weighted(9, (9, 8, 7, 6, 5, 4, 3, 2, -1), lambda sums, _: sums % 11 == 0)
pt_nif = _weighted(
    9, (9, 8, 7, 6, 5, 4, 3, 2, 0), lambda sums, columns: ((11 - sums) % 11 % 10 == columns[8]) & (columns[0] > 0)
)


def spi(cells: pa.Array) -> Answers:
    """French tax number: the first ten digits modulo 511 are the last three; twelve digits lost a zero."""

    def answer(digits: npt.NDArray[np.int64]) -> Answers:
        right = (digits[:, 0] < 4) & (_number(digits[:, :10]) % 511 == _number(digits[:, 10:]))
        return decided(_only_digits(digits), right)

    whole, short = (
        each_length(cells, (13,), answer),
        each_length(cells, (12,), lambda m: answer(np.concatenate((np.zeros((len(m), 1), dtype=np.int64), m), axis=1))),
    )
    return np.where(whole == -1, short, whole)


def luhn(cells: pa.Array) -> Answers:
    """Plain Luhn over all digits."""
    return each_columns(cells, tuple(range(8, 21)), lambda c: decided(_plain(c) & _some(c), _keyed(c)))


def rpps(cells: pa.Array) -> Answers:
    """RPPS: Luhn over eleven digits."""
    return each_columns(cells, (11,), lambda c: decided(_plain(c), _keyed(c)))


def hr_oib(cells: pa.Array) -> Answers:
    """Croatian OIB: ISO 7064 mod 11, 10."""

    def answer(digits: npt.NDArray[np.int64]) -> Answers:
        check = np.full(len(digits), 5, dtype=np.int64)
        for column in digits.T:
            check = (np.where(check == 0, 10, check) * 2 % 11 + column) % 10
        return decided(_only_digits(digits), check == 1)

    return each_length(cells, (11,), answer)


def rib(cells: pa.Array) -> Answers:
    """RIB: 97 - (89 bank + 15 branch + 3 account) mod 97."""
    return each_columns(cells, (23,), lambda c: decided(_some(c), _rib(c)))


_RIB_WEIGHTS = [
    part * power % 97 for part, length in ((89, 5), (15, 5), (3, 11)) for power in _powers(length)
]  # bank, branch, account


def _rib(columns: Bytes) -> Truths:
    plain = _plain(columns[:10]) & _plain(columns[21:])
    if columns.max() >= 10:
        columns = _RIB_VALUE[columns]
    key = columns[21] * np.uint8(10) + columns[22]
    return np.asarray(plain & (97 - _dot(_RIB_WEIGHTS, columns[:21]) % 97 == key))


_MOD97 = np.array([(rest * (100 if code > 9 else 10) + code) % 97 for rest in range(97) for code in range(36)])
"""What is left modulo 97 after one more digit or letter (two digits)."""


def iban(cells: pa.Array) -> Answers:
    """IBAN: mod 97 for all; French ones are decided, the banks' keys of other countries are left to the check."""

    def answer(columns: Bytes) -> Answers:
        right = _remainder(columns) == 1
        if len(columns) != 27:
            return decided(~right, right)
        french = (columns[0] == 15) & (columns[1] == 27)
        return decided(~right | french, right & _rib(columns[4:]))

    return each_columns(cells, tuple(range(15, 35)), answer)


def _remainder(columns: Bytes) -> npt.NDArray[np.int64]:
    """Returns what the account, then country and key, leave modulo 97."""
    account = len(columns) - 4
    weights = [*(10_000, 100, 10, 1), *(power * 10**6 for power in _powers(account))]
    remainder = _dot([weight % 97 for weight in weights], columns) % 97
    # A letter moves what is before it by two places: right for accounts of digits in a country of two letters only.
    rest = np.flatnonzero((columns[:2].min(axis=0) < 10) | ~_plain(columns[2:]))
    if len(rest):
        some = columns[:, rest]
        slow = np.zeros(len(rest), dtype=np.int64)
        for column in (*some[4:], *some[:4]):
            slow = _MOD97[slow * 36 + column]
        remainder[rest] = slow
    return remainder


def epoch(cells: pa.Array) -> Answers:
    """Epoch: the first ten digits between 2001-09-09 and 2040."""

    def answer(digits: npt.NDArray[np.int64]) -> Answers:
        seconds = _number(digits[:, :10])
        return decided(_only_digits(digits), (seconds >= 1_000_000_000) & (seconds < 2_208_988_800))

    return each_length(cells, (10, 13, 16, 19), answer)


def ip(cells: pa.Array) -> Answers:
    """IPv4 without port or prefix, the octets already in range."""
    plain = pc.match_substring_regex(cells, pattern=r"^[0-9.]+$")
    refused = pc.match_substring_regex(
        cells,
        pattern=r"^(?:0|127|22[4-9]|23[0-9])\.|^255\.255\.255\.255$|^(?:[0-9]|1[1-9])(?:\.1?[0-9]){3}$|^[0-9]+\.0\.0\.0$",
    )
    return decided(bools(plain), ~bools(refused))


def imsi(cells: pa.Array) -> Answers:
    """IMSI: its first three digits are a country's."""
    from recense.scanners.checks import mobile_countries

    known = np.zeros(1000, dtype=bool)
    known[[int(code) for code in mobile_countries()]] = True

    def answer(columns: Bytes) -> Answers:
        plain = _plain(columns)
        return decided(plain, known[np.where(plain, _dot((100, 10, 1), columns[:3]), 0)])

    return each_columns(cells, (15,), answer)


def letters_and_digits(cells: pa.Array) -> Answers:
    """Has letters and has digits."""
    digits = bools(pc.match_substring_regex(cells, pattern="[0-9]"))
    return (digits & bools(pc.match_substring_regex(cells, pattern="[A-Za-z]"))).astype(np.int8)


def not_nil(cells: pa.Array) -> Answers:
    """Has a letter or digit other than zero."""
    return bools(pc.match_substring_regex(cells, pattern="[1-9A-Za-z]")).astype(np.int8)


VECTOR: Mapping[str, Callable[[pa.Array], Answers]] = {
    "nir": nir,
    "siren": siren,
    "siret": siret,
    "card": card,
    "imei": imei,
    "ean": ean,
    "rib": rib,
    "iban": iban,
    "epoch": epoch,
    "ip": ip,
    "imsi": imsi,
    "spi": spi,
    "luhn": luhn,
    "rpps": rpps,
    "letters_and_digits": letters_and_digits,
    "not_nil": not_nil,
    "phone_fr_short": phone_fr_short,
    "stdnum.gb.nhs": gb_nhs,
    "stdnum.gb.utr": gb_utr,
    "stdnum.nl.bsn": nl_bsn,
    "stdnum.pt.nif": pt_nif,
    "stdnum.hr.oib": hr_oib,
    "stdnum.be.nn": be_nn,
    "stdnum.no.fodselsnummer": no_fodselsnummer,
    "phone_fr": phone_fr,
    "phone_international": phone_international,
    "email": email,
}
"""By the name of the check in ``recense.scanners.checks``."""

CODES = frozenset(VECTOR) - {"ip", "email", "letters_and_digits", "not_nil", "phone_fr", "phone_international"}
"""Checks that read the letters and digits of a match and nothing else of it."""
