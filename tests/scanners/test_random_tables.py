"""Random tables with neutral headers: chance proves nothing, and indicates next to nothing."""

from __future__ import annotations

import base64
import random
import uuid
from collections import Counter
from collections.abc import Callable

import pyarrow as pa

from recense.model import Dataset, Proof
from recense.scanners.digits import luhn
from recense.scanners.observe import ScanSettings, observe
from recense.scanners.verdict import judge

TABLES = 40
COLUMNS = 10
ROWS = 100
SETTINGS = ScanSettings(sample_key=b"0123456789abcdef", sample_size=32, language=False)

Draw = random.Random
Maker = Callable[[Draw], Callable[[], object]]
"""From a column's draw to what makes its cells: a column keeps its length, prefix or unit."""


def _digits(draw: Draw) -> Callable[[], object]:
    length = draw.randint(1, 24)
    return lambda: "".join(draw.choices("0123456789", k=length))


def _keyed(body: str, weights: tuple[int, int]) -> str:
    total = sum(int(char) * weights[at % 2] for at, char in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def _ean(draw: Draw) -> Callable[[], object]:
    prefix = draw.choice(("", "30", "400", "4719", "978", "871", "50"))
    return lambda: _keyed((prefix + "".join(draw.choices("0123456789", k=12)))[:12], (3, 1))


def _luhned(body: str) -> str:
    return next(f"{body}{last}" for last in range(10) if luhn(f"{body}{last}"))


def _siret(draw: Draw) -> Callable[[], object]:
    return lambda: _luhned(f"{_luhned(str(draw.randrange(10**7, 10**8)))}{draw.randrange(100):04}")


def _serial(draw: Draw) -> Callable[[], object]:
    prefix, length = "".join(draw.choices("ABCDEFGHKLMNPRSTX", k=draw.randint(1, 4))), draw.randint(4, 12)
    mark = draw.choice(("", "-", "/", " "))
    return lambda: f"{prefix}{mark}{draw.randrange(10**length):0{length}}"


def _counter(draw: Draw) -> Callable[[], object]:
    at = [draw.randrange(10 ** draw.randint(3, 15))]

    def following() -> object:
        at[0] += draw.randint(1, 9)
        return str(at[0])

    return following


def _epoch(draw: Draw) -> Callable[[], object]:
    factor = draw.choice((1, 1000, 10**6))
    return lambda: str(draw.randrange(1_400_000_000 * factor, 1_800_000_000 * factor))


def _version(draw: Draw) -> Callable[[], object]:
    # Four parts of which some exceed 19 are network addresses as well as versions: see checks.ip.
    parts, top = draw.choice(((2, 9), (3, 9), (4, 9), (4, 19), (2, 60), (3, 60), (3, 400)))
    return lambda: ".".join(str(draw.randint(0, top)) for _ in range(parts))


def _part(draw: Draw) -> Callable[[], object]:
    middle = f"{draw.randrange(1000):03}"
    return lambda: f"{draw.choice('ABCDE')}{middle}-{draw.randrange(10**4):04}-{draw.choice('XYZ')}{draw.randint(1, 9)}"


def _base64(draw: Draw) -> Callable[[], object]:
    length = draw.randint(6, 48)
    return lambda: base64.b64encode(draw.randbytes(length)).decode()


def _hex(draw: Draw) -> Callable[[], object]:
    length = draw.randint(2, 20)
    return lambda: draw.randbytes(length).hex()


def _code(draw: Draw) -> Callable[[], object]:
    length = draw.randint(4, 20)
    return lambda: "".join(draw.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=length))


MAKERS: dict[str, Maker] = {
    "digits": _digits,
    "uuid": lambda draw: lambda: str(uuid.UUID(int=draw.getrandbits(128), version=4)),
    "version": _version,
    "epoch": _epoch,
    "ean": _ean,
    "siret": _siret,
    "serial": _serial,
    "counter": _counter,
    "amount": lambda draw: lambda: f"{draw.uniform(0, 10**5):.2f}",
    "integer": lambda draw: lambda: draw.randrange(-(10**9), 10**15),
    "float": lambda draw: lambda: draw.uniform(-1, 1) * 10 ** draw.randint(0, 9),
    "hex": _hex,
    "base64": _base64,
    "part": _part,
    "code": _code,
}


def _column(draw: Draw, kind: str) -> pa.Array:
    make = MAKERS[kind](draw)
    return pa.array([make() for _ in range(ROWS)])


def test_random_cells_prove_nothing_and_indicate_next_to_nothing() -> None:
    draw = random.Random(4)
    proved: Counter[tuple[str, str]] = Counter()
    indicated: Counter[tuple[str, str]] = Counter()
    for _ in range(TABLES):
        kinds = draw.choices(list(MAKERS), k=COLUMNS)
        columns = {f"col{at}": _column(draw, kind) for at, kind in enumerate(kinds)}
        findings = judge(Dataset("test:", "t", "table"), observe([pa.record_batch(columns)], SETTINGS).profiles())
        for finding in findings:
            key = kinds[int(finding.column[3:])], "+".join(finding.detectors)
            if finding.proof is Proof.PROVED:
                proved[key] += 1
            elif finding.proof is Proof.INDICATED:
                indicated[key] += 1
    assert not proved
    assert indicated.total() <= max(1, TABLES * COLUMNS // 1_000), indicated
