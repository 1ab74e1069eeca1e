"""What fills the columns of tables that hold nobody: codes, numbers, versions, times and readings, by seed.

``KINDS`` maps the name of a kind to a maker: from a column's draw to a drawer of its cells, so that a column keeps its
length, prefix, separator or unit as columns do. Check digits are valid where the kind has them. ``ADDRESSES`` are
columns of network addresses by the same means: what must not be lost with the versions that look like them.
"""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from recense.scanners.digits import luhn

Draw = random.Random
Cell = str | int | float | bool
Maker = Callable[[Draw], Callable[[], Cell]]

_FIRST_DAY = datetime(2012, 1, 1, tzinfo=UTC)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def _figures(draw: Draw, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def _weighted(body: str, weights: tuple[int, int]) -> str:
    """Returns the digits with their GS1 check digit."""
    return f"{body}{-sum(int(char) * weights[at % 2] for at, char in enumerate(reversed(body))) % 10}"


def _luhned(body: str) -> str:
    return next(f"{body}{last}" for last in range(10) if luhn(f"{body}{last}"))


# --- numbers ---------------------------------------------------------------------------------------------------------


def _digits(draw: Draw) -> Callable[[], Cell]:
    width = draw.randint(1, 20)
    return lambda: _figures(draw, width)


def _led_digits(draw: Draw) -> Callable[[], Cell]:
    width, lead = draw.randint(5, 16), _figures(draw, draw.randint(1, 3))
    return lambda: lead + _figures(draw, width - len(lead))


def _integer(draw: Draw) -> Callable[[], Cell]:
    top = 10 ** draw.randint(1, 17)
    return lambda: draw.randrange(-top if draw.random() < 0.05 else 0, top)


def _counter(draw: Draw) -> Callable[[], Cell]:
    at, text = [draw.randrange(10 ** draw.randint(3, 15))], draw.random() < 0.5

    def following() -> Cell:
        at[0] += draw.randint(1, 9)
        return str(at[0]) if text else at[0]

    return following


def _padded(draw: Draw) -> Callable[[], Cell]:
    width = draw.randint(4, 14)
    at = [draw.randrange(10 ** draw.randint(1, width - 1))]

    def following() -> Cell:
        at[0] += draw.randint(1, 3)
        return f"{at[0]:0{width}}"

    return following


def _float(draw: Draw) -> Callable[[], Cell]:
    size = draw.randint(-3, 9)
    return lambda: draw.uniform(-1, 1) * 10**size


def _whole_float(draw: Draw) -> Callable[[], Cell]:
    top = 10 ** draw.randint(5, 15)
    return lambda: float(draw.randrange(top))


def _sensor(draw: Draw) -> Callable[[], Cell]:
    middle, spread, places = draw.uniform(-20, 1_000), draw.uniform(0.1, 50), draw.randint(1, 6)
    return lambda: round(draw.gauss(middle, spread), places)


def _price(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{:.2f}", "{:.2f} €", "{:,.2f}", "${:,.2f}", "{:.2f} EUR", "{:.0f}"))
    top = draw.choice((20, 200, 5_000, 10**6))
    comma = draw.random() < 0.5 and "," not in form

    def one() -> Cell:
        said = form.format(draw.uniform(0, top))
        return said.replace(".", ",") if comma else said

    return one


def _percent(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{:.0f}%", "{:.1f} %", "{:.2f}"))
    return lambda: form.format(draw.uniform(0, 100))


def _decimal_pair(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{:.4f}", "{:.6f}"))
    middle, spread = draw.uniform(-60, 60), draw.uniform(0.1, 20)
    return lambda: form.format(draw.gauss(middle, spread))


def _thousands(draw: Draw) -> Callable[[], Cell]:
    space, top = draw.choice((" ", "\u202f", "\u00a0", ",", ".")), 10 ** draw.randint(4, 10)
    return lambda: f"{draw.randrange(top):,}".replace(",", space)


def _range(draw: Draw) -> Callable[[], Cell]:
    mark, top = draw.choice(("-", " - ", "/", ":")), draw.choice((20, 200, 3_000))
    return lambda: f"{draw.randrange(top)}{mark}{draw.randrange(top)}"


# --- codes -----------------------------------------------------------------------------------------------------------


def _uuid(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{}", "{}", "{{{}}}", "urn:uuid:{}", "upper", "hex"))

    def one() -> Cell:
        code = uuid.UUID(int=draw.getrandbits(128), version=4)
        return code.hex if form == "hex" else str(code).upper() if form == "upper" else form.format(code)

    return one


def _hex(draw: Draw) -> Callable[[], Cell]:
    length, upper = draw.choice((2, 3, 4, 6, 7, 8, 10, 12, 16, 20, 32)), draw.random() < 0.2
    return lambda: draw.randbytes(length).hex().upper() if upper else draw.randbytes(length).hex()


def _base64(draw: Draw) -> Callable[[], Cell]:
    length = draw.randint(6, 60)
    encode = draw.choice((base64.b64encode, base64.urlsafe_b64encode, base64.b32encode))
    return lambda: encode(draw.randbytes(length)).decode().rstrip("=" if length % 2 else "")


def _code(draw: Draw) -> Callable[[], Cell]:
    length, signs = draw.randint(3, 20), draw.choice((_LETTERS, _LETTERS + "0123456789", "abcdef0123456789"))
    return lambda: "".join(draw.choices(signs, k=length))


def _masked(draw: Draw) -> Callable[[], Cell]:
    mask = "".join(draw.choice("A9999-") for _ in range(draw.randint(5, 14))).strip("-") + "9"
    return lambda: "".join(
        draw.choice(_LETTERS) if c == "A" else draw.choice("0123456789") if c == "9" else c for c in mask
    )


def _serial(draw: Draw) -> Callable[[], Cell]:
    prefix, length = "".join(draw.choices(_LETTERS, k=draw.randint(1, 4))), draw.randint(3, 12)
    mark = draw.choice(("", "-", "/", " ", "_", "."))
    return lambda: f"{prefix}{mark}{draw.randrange(10**length):0{length}}"


def _invoice(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(
        ("FA{y}-{n:05}", "{y}{m:02}{n:04}", "F-{y}/{m:02}-{n:03}", "INV{n:07}", "{y}-{n:06}", "{n:04}/{y}")
    )
    return lambda: form.format(y=draw.randint(2012, 2026), m=draw.randint(1, 12), n=draw.randrange(1, 10**5))


def _ean(draw: Draw) -> Callable[[], Cell]:
    length = draw.choice((7, 11, 12, 12, 12, 13))
    lead = draw.choice(("", "30", "34", "400", "4719", "978", "871", "50", "60", "69", "2"))
    number = draw.random() < 0.3

    def one() -> Cell:
        code = _weighted((lead + _figures(draw, 14))[:length], (3, 1))
        return int(code) if number else code

    return one


def _isbn(draw: Draw) -> Callable[[], Cell]:
    ten, mark = draw.random() < 0.3, draw.choice(("", "-"))

    def one() -> Cell:
        body = _figures(draw, 9)
        if ten:
            rest = -sum(int(char) * (10 - at) for at, char in enumerate(body)) % 11
            parts = ("2", body[1:4], body[4:9], "X" if rest == 10 else str(rest))
        else:
            code = _weighted("9782" + body[1:], (3, 1))
            parts = (code[:3], code[3], code[4:8], code[8:12], code[12])
        return mark.join(parts)

    return one


def _siren(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{}", "{}", "spaced", "number"))

    def one() -> Cell:
        code = _luhned(str(draw.randrange(3 * 10**7, 10**8)))
        return int(code) if form == "number" else f"{code[:3]} {code[3:6]} {code[6:]}" if form == "spaced" else code

    return one


def _siret(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{}", "{}", "spaced", "number"))

    def one() -> Cell:
        code = _luhned(f"{_luhned(str(draw.randrange(3 * 10**7, 10**8)))}{draw.randrange(100):04}")
        if form == "spaced":
            return f"{code[:3]} {code[3:6]} {code[6:9]} {code[9:]}"
        return int(code) if form == "number" else code

    return one


def _tracking(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("6A{}", "RR{}FR", "1Z{}", "{}", "XX{}", "8R{}"))
    length = {"RR{}FR": 9, "{}": draw.choice((12, 14, 20, 22)), "1Z{}": 16}.get(form, 11)
    return lambda: form.format(_figures(draw, length))


def _product(draw: Draw) -> Callable[[], Cell]:
    middle = f"{draw.randrange(1000):03}"
    return lambda: f"{draw.choice('ABCDE')}{middle}-{draw.randrange(10**4):04}-{draw.choice('XYZ')}{draw.randint(1, 9)}"


def _colour(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("#{}", "{}", "0x{}"))
    return lambda: form.format(draw.randbytes(3).hex())


def _luhn_code(draw: Draw) -> Callable[[], Cell]:
    width = draw.choice((7, 8, 9, 10, 11, 13))
    return lambda: _luhned(f"{draw.randint(1, 9)}{_figures(draw, width - 1)}")


# --- versions and times ----------------------------------------------------------------------------------------------


def _semantic(draw: Draw) -> Callable[[], Cell]:
    parts, lead = draw.choice((2, 3, 3)), draw.choice(("", "", "v"))
    tops = [draw.choice((3, 9, 30)), draw.choice((9, 30, 99)), draw.choice((9, 99, 400))][:parts]
    return lambda: lead + ".".join(str(draw.randint(0, top)) for top in tops)


def _four_parts(draw: Draw) -> Callable[[], Cell]:
    """Releases of one product or of several: few majors, small parts, builds from small to large."""
    majors = [draw.randint(0, draw.choice((3, 12, 40))) for _ in range(draw.randint(1, 6))]
    tops = draw.choice(
        ((9, 9, 9), (3, 20, 60), (20, 60, 60), (5, 30, 255), (30, 40, 400), (9, 99, 9_999), (0, 19_045, 4_000))
    )
    return lambda: ".".join(map(str, (draw.choice(majors), *(draw.randint(0, top) for top in tops))))


def _flat_parts(draw: Draw) -> Callable[[], Cell]:
    """Four parts of one size: section numbers, addresses of machines' registers."""
    top = draw.choice((9, 19, 30, 45, 60))
    return lambda: ".".join(str(draw.randint(0, top)) for _ in range(4))


def _browser(draw: Draw) -> Callable[[], Cell]:
    first = draw.randint(60, 120)
    return lambda: f"{first + draw.randint(0, 12)}.0.{draw.randint(3_000, 6_999)}.{draw.randint(0, 220)}"


def _epoch(draw: Draw) -> Callable[[], Cell]:
    factor, text = draw.choice((1, 1_000, 10**6)), draw.random() < 0.6

    def one() -> Cell:
        moment = draw.randrange(1_300_000_000 * factor, 1_800_000_000 * factor)
        return str(moment) if text else moment

    return one


def _event(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(
        ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M", "%Y%m%d", "%d.%m.%y", "%Y%m%d%H%M%S")
    )
    days = draw.choice((30, 400, 4_000))
    return lambda: (_FIRST_DAY + timedelta(days=draw.randrange(days), seconds=draw.randrange(86_400))).strftime(form)


def _hour(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{:02}:{:02}", "{}h{:02}", "{:02}:{:02}:00", "{:02}{:02}"))
    return lambda: form.format(draw.randint(0, 23), draw.randint(0, 59))


def _year(draw: Draw) -> Callable[[], Cell]:
    form = draw.choice(("{}", "{}-{:02}", "T{1:.0f} {0}", "number"))

    def one() -> Cell:
        year = draw.randint(1990, 2026)
        return year if form == "number" else form.format(year, draw.randint(1, 4))

    return one


def _flag(draw: Draw) -> Callable[[], Cell]:
    two = draw.choice(
        (("oui", "non"), ("O", "N"), ("true", "false"), ("0", "1"), ("Y", "N"), ("X", "-"), (True, False))
    )
    return lambda: draw.choice(two)


def _state(draw: Draw) -> Callable[[], Cell]:
    words = draw.choice(
        (("open", "closed", "pending"), ("A", "B", "C", "D"), ("OK", "KO"), ("S", "M", "L", "XL"), ("neuf", "usé"))
    )
    return lambda: draw.choice(words)


def _measure(draw: Draw) -> Callable[[], Cell]:
    unit, top = draw.choice(("kg", "mm", "°C", "kWh", "V", "ms", "%", "dB")), draw.choice((10, 400, 10_000))
    return lambda: f"{draw.uniform(0, top):.{draw.choice((0, 1))}f} {unit}"


KINDS: Mapping[str, Maker] = {
    name.strip("_"): maker
    for name, maker in {
        "digits": _digits, "led digits": _led_digits, "integer": _integer, "counter": _counter, "padded": _padded,
        "float": _float, "whole float": _whole_float, "sensor": _sensor, "price": _price, "percent": _percent,
        "coordinate": _decimal_pair, "thousands": _thousands, "range": _range, "uuid": _uuid, "hex": _hex,
        "base64": _base64, "code": _code, "masked": _masked, "serial": _serial, "invoice": _invoice, "ean": _ean,
        "isbn": _isbn, "siren": _siren, "siret": _siret, "tracking": _tracking, "product": _product,
        "colour": _colour, "luhn": _luhn_code, "version": _semantic, "version of 4": _four_parts,
        "flat version": _flat_parts, "browser": _browser, "epoch": _epoch, "event": _event, "hour": _hour,
        "year": _year, "flag": _flag, "state": _state, "measure": _measure,
    }.items()
}  # fmt: skip


# --- network addresses -----------------------------------------------------------------------------------------------


def _host(draw: Draw, net: str) -> Callable[[], Cell]:
    free = 4 - net.count(".")
    low = draw.random() < 0.5
    return lambda: net + ".".join(str(draw.randint(1, 60 if low else 254)) for _ in range(free))


def _public(draw: Draw) -> str:
    first = draw.choice([n for n in range(1, 224) if n not in (10, 127)])
    return ".".join(map(str, (first, draw.randrange(256), draw.randrange(256), draw.randint(1, 254))))


def _visitors(draw: Draw) -> Callable[[], Cell]:
    return lambda: _public(draw)


def _provider(draw: Draw) -> Callable[[], Cell]:
    """Customers of few networks: the first two octets are those of their providers."""
    nets = [_public(draw).rsplit(".", 2)[0] for _ in range(draw.randint(3, 12))]
    return lambda: f"{draw.choice(nets)}.{draw.randrange(256)}.{draw.randint(1, 254)}"


def _mixed(draw: Draw) -> Callable[[], Cell]:
    inside, share = _host(draw, draw.choice(("10.0.", "192.168.1.", "172.16."))), draw.uniform(0.2, 0.9)
    return lambda: inside() if draw.random() < share else _public(draw)


ADDRESSES: Mapping[str, Maker] = {
    "10.0.x.y": lambda draw: _host(draw, "10.0."),
    "10.x.y.z": lambda draw: _host(draw, "10."),
    "192.168.x.y": lambda draw: _host(draw, f"192.168.{draw.randint(0, 20)}."),
    "172.16-31.x.y": lambda draw: _host(draw, f"172.{draw.randint(16, 31)}."),
    "visitors": _visitors,
    "providers": _provider,
    "mixed": _mixed,
}
