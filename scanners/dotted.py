"""Four numbers joined by points: network addresses, or the versions of a product?

A single ``5.39.12.200`` may be either, a column seldom: addresses use the whole range of an octet, versions begin with
small numbers and grow (Semantic Versioning 2.0.0; four-part versions of Windows, Java, drivers and firmware). Each
sampled value gets a label of its own; ``reading`` weighs the labels of a column as it weighs check digits: how
improbable would so many low numbers be among addresses?
"""

from __future__ import annotations

import re
from enum import IntEnum

from recense.evidence import ColumnProfile, Tally
from recense.scanners import bars
from recense.scanners.digits import veiled
from recense.scanners.weigh import digits, genuine

_FOUR = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})\.(\d{1,6})", re.ASCII)
_FOUR_WITHIN = re.compile(r"(?<![\w.])\d{1,6}(?:\.\d{1,6}){3}(?!\w|\.\d)", re.ASCII)
_SAYS_VERSION = re.compile(
    r"(?<![^\W_])(?:versions?|ver|v|releases?|firmwares?|build|driver|pilote)[.]?\s*(?:[:=#]|is|est|n°|number|numéro)?\s*\Z",
    re.I,
)
_BEFORE = 24
"""Characters in which the word for a version stands."""
LABEL = "dotted:"
WIDE, INSIDE, TINY, LOW, LED, HIGH = (LABEL + kind for kind in ("wide", "inside", "tiny", "low", "led", "high"))
"""``wide``: a part above 255, or with a leading zero, so no address. ``inside``: a private network's (RFC 1918, RFC
6598, RFC 3927). Of the others, ``tiny``: all four parts below 64; ``low``: the first three; ``led``: the first two
below 32; ``high``: none of these."""

SAID, UNSAID = LABEL + "said", LABEL + "unsaid"
"""Of a text that holds four numbers: it calls all of them versions (``upgraded to version 4.1.2.120``), or not."""

SMALL, SMALLEST = 64, 32
TINY_CHANCE = 0.25
"""Of the addresses of one public network of 256 hosts, so many have a low last octet: one network is one draw."""
LED_CHANCE = 0.03
"""Of addresses anywhere, 1.6 % have three octets below 64 and 1.6 % two below 32."""


class Reading(IntEnum):
    """What four numbers are."""

    SILENT = 0
    """Addresses, or nothing is known."""
    DOUBTFUL = 1
    """They begin as low as versions do; a provider's network can."""
    VERSIONS = 2


def dotted(value: str, seen: bytes | None = None) -> frozenset[str]:
    """Returns the label of a value that is four numbers or holds them, no label for any other: of the value alone.

    Args:
        value: any text.
        seen: the same ``veiled``, where that was done already.

    >>> [sorted(dotted(v)) for v in ("192.168.1.7", "5.39.12.200", "118.0.5993.90", "4.2.1.3", "version 4.2.1.3")]
    [['dotted:inside'], ['dotted:low'], ['dotted:wide'], ['dotted:tiny'], ['dotted:said']]
    """
    if value.count(".") < 3 or b"0.0" not in (veiled(value) if seen is None else seen):
        return frozenset()
    written = _FOUR.fullmatch(value.strip())
    if written is None:
        said = {says_version(value, found.start()) for found in _FOUR_WITHIN.finditer(value)}
        return frozenset((SAID if said == {True} else UNSAID,)) if said else frozenset()
    first, second, third, last = (int(part) for part in written.groups())
    if max(first, second, third, last) > 255 or any(len(part) > 1 and part[0] == "0" for part in written.groups()):
        return frozenset((WIDE,))
    if _is_inside(first, second):
        return frozenset((INSIDE,))
    if max(first, second, third) < SMALL:
        return frozenset((TINY if last < SMALL else LOW,))
    return frozenset((LED if max(first, second) < SMALLEST else HIGH,))


def says_version(text: str, start: int) -> bool:
    """Tells whether the words before a place in a text say that a version stands there."""
    return _SAYS_VERSION.search(text[max(0, start - _BEFORE) : start]) is not None


def _is_inside(first: int, second: int) -> bool:
    return (
        first == 10
        or (first == 172 and 16 <= second < 32)
        or (first == 192 and second == 168)
        or (first == 100 and 64 <= second < 128)
        or (first == 169 and second == 254)
    )


def reading(profile: ColumnProfile) -> Reading:
    """Returns what the four-part values of a column are, by its distinct values: a busy address counts once.

    Private addresses say nothing for versions: 10.0.1.5 is low by design. Where parts above 255 occur, all are
    versions; else the others must be lower than chance makes addresses.
    """
    counts = {
        kind: profile.labels[kind].distinct for kind in (WIDE, INSIDE, TINY, LOW, LED, HIGH) if kind in profile.labels
    }
    wide = counts.get(WIDE, 0) / max(1, sum(counts.values()))
    others = sum(counts.get(kind, 0) for kind in (TINY, LOW, LED, HIGH))
    if others < bars.NONE * sum(counts.values()):
        others = 0  # a handful beside private addresses
    tiny = _odds(counts.get(TINY, 0), others, TINY_CHANCE)
    low = _odds(sum(counts.get(kind, 0) for kind in (TINY, LOW, LED)), others, LED_CHANCE)
    if wide >= bars.SOME or tiny >= bars.INDICATED_DIGITS:
        return Reading.VERSIONS
    return Reading.DOUBTFUL if wide >= bars.NONE or low >= bars.CHECK_DIGITS else Reading.SILENT


def spoken_of(profile: ColumnProfile) -> Reading:
    """Returns what the texts of a column say of the four-part numbers in them: versions, where none says otherwise."""
    said, unsaid = (profile.labels[kind].distinct if kind in profile.labels else 0 for kind in (SAID, UNSAID))
    if said < bars.MOST * max(1, said + unsaid):
        return Reading.SILENT
    return Reading.DOUBTFUL if unsaid else Reading.VERSIONS


def _odds(hits: int, tried: int, chance: float) -> float:
    """Returns how improbable so many hits are for addresses, in decimal digits; 0 when most values are none."""
    tally = Tally(cells=hits, refused=max(0, tried - hits))
    return digits(tally, chance) if genuine(tally, chance) >= bars.GENUINE else 0.0
