"""Postal addresses, cities and countries by rules: no model finds a whole address, rules find nine of ten.

A French address is a number, a way word and a name; or a way word, box (BP, CS) or hamlet with a post code; or a post
code with one of its communes, cut at the longest known one. An English one is a number, a name and a way word, with
what follows (flat, town, state, ZIP or UK post code). Lone cities are no address: ``is_city`` says what they are.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from recense.scanners.gazetteers import communes, fold, spaced, words


class Place(NamedTuple):
    """An address in a text: offsets in characters, and whether a post code or number makes it sure."""

    start: int
    end: int
    sure: bool


@functools.cache
def _lists() -> Mapping[str, tuple[str, ...]]:
    data = yaml.safe_load((Path(__file__).parent / "wordlists" / "places.yaml").read_text(encoding="utf-8"))
    return {key: tuple(map(str, listed)) for key, listed in data.items()}


def _either(key: str, dot: bool = True) -> str:
    """Returns an alternation of a list's words, longest first, each with a dot or not."""
    found = sorted(_lists()[key], key=len, reverse=True)
    return f"(?:{'|'.join(re.escape(word).replace(chr(92) + ' ', ' +') for word in found)}){'[.]?' if dot else ''}"


_SUFFIX = r"(?: ?(?:bis|ter|quater)(?: ?[a-d](?![\w'’]))?| ?[a-d](?![\w'’]))"
_NUMBER = rf"(?<![\w/.,-])(?:n° ?)?\d{{1,4}}{_SUFFIX}?(?: ?[-/&] ?\d{{1,4}}{_SUFFIX}?)?"
_WORD = r"[^\W\d_][\w'’.-]*"
_CAPITAL = r"(?:[A-ZÀ-ÖØ-Þ][\w'’.-]*|\d{1,2}(?:er|ème|e)?(?![\w.])|(?:19|18)\d\d(?!\d))"
_POSTCODE = r"(?:F-|FR-)?(?<!\d)\d{2} ?\d{3}(?!\d)"
_GAP = r"[\s,;/–-]{1,4}"
_CEDEX = r"(?: ?cedex(?: ?\d{1,2})?)"


@functools.cache
def _street() -> re.Pattern[str]:
    """A number and a way word: ``12 bis, rue``; ``_name_end`` reads the name that follows."""
    return re.compile(rf"(?P<number>{_NUMBER})[ ,]{{1,3}}(?P<way>{_either('french_ways')})(?![\w'’-]) *", re.IGNORECASE)


_LONGEST_SHORT = 4
"""Letters of an abbreviation in a street's name at most: *Gal.*, *Mal.*, *Prof.*"""
_NAME_PIECE = re.compile(
    r" *(?:(?P<small>(?:de|du|des|d|la|le|les|l|aux|au|à|en|et|sur|sous|lès|lez)(?:['’]| (?=\S)))"
    r"|(?P<word>[^\W\d_][\w'’.-]*)|(?P<number>\d{1,4})(?:er|e|ème)?(?![\w]))",
    re.IGNORECASE,
)


def _name_end(text: str, at: int) -> int:
    """Returns where a street's name ends that starts at ``at``: ``at`` itself when there is none.

    Capitals go on with the name, and small words that lead to one; a name in lower case is one word, or up to four
    when a comma, a post code or the end of the text follows it; a date (*8 mai 1945*) is a name.
    """
    end, words, previous = at, 0, ""
    lower_end = at
    lower = 0
    position = at
    while words < 7 and (piece := _NAME_PIECE.match(text, position)):
        if piece.group("small"):
            position = piece.end()
            continue
        if number := piece.group("number"):
            following = _NAME_PIECE.match(text, piece.end())
            month = (
                following is not None
                and following.group("word") is not None
                and fold(following.group("word")).rstrip(".") in _words_of("months")
            )
            if not ((month and len(number) <= 2) or (previous in _words_of("months") and len(number) == 4)):
                break
            previous = number
        else:
            previous = fold(piece.group("word")).rstrip(".")
            if piece.group("word")[0].islower() and previous not in _words_of("months"):
                lower += 1
                if lower > 4:
                    break
                if lower == 1 and words == 0:
                    end = piece.end()
                lower_end = position = piece.end()
                continue
        if lower and words:  # lower-case words between: the name ended before them
            break
        words += 1
        end = position = piece.end()
        if text[end - 1] == "." and len(previous) > _LONGEST_SHORT:  # the sentence ends, no abbreviation
            return end - 1
    if lower and end < lower_end:
        coded = re.match(rf"[ ,;-]{{1,3}}{_POSTCODE}", text[lower_end : lower_end + 12])
        closed = re.match(r" *(?:[,;\n(]|$)", text[lower_end : lower_end + 4])
        if coded or (closed and words == 0 and lower <= 2):
            return lower_end
    return end


@functools.cache
def _unnumbered() -> re.Pattern[str]:
    """A way, box or hamlet without number, which needs the post code that follows."""
    name = rf"(?: +{_WORD}){{1,6}}?"
    box = r"(?:B\.?P\.?|C\.?S\.?|T\.?S\.?A\.?) ?\d{1,5}|(?:lieu[- ]dit|lieudit)(?: +[\w'’.-]+){1,4}?|le bourg|au bourg"
    more = rf"(?:(?:B\.?P\.?|C\.?S\.?) ?\d{{1,5}}{_GAP})?"
    ways = _either("french_ways")
    return re.compile(rf"(?<!\w)(?:{ways}(?!\w){name}|{box})(?={_GAP}{more}{_POSTCODE})", re.IGNORECASE)


_CODE_CITY = re.compile(rf"(?P<code>{_POSTCODE})[ ,\t-]{{1,3}}(?P<city>[^\W\d_][\w'’. -]{{1,60}})", re.IGNORECASE)
_CITY_WORD = re.compile(r"[^\W\d_]+\.?")
_AFTER_STREET = re.compile(rf"(?:{_GAP}(?:B\.?P\.?|C\.?S\.?) ?\d{{1,5}})?{_GAP}", re.IGNORECASE)


@functools.cache
def _inside() -> re.Pattern[str]:
    """A part that stands before the number: ``résidence Les Jardins, bât. C,``."""
    return re.compile(
        rf"(?:(?<![\w]){_either('french_inside')}(?![\w])(?: *n° *\d+)?[^,;\n:!?]{{0,40}}[,;\n–-] *)+$", re.IGNORECASE
    )


_UK_CODE = r"(?-i:[A-Z]{1,2}\d[A-Z\d]?) ?(?-i:\d[A-Z]{2})\b"


@functools.cache
def _english() -> re.Pattern[str]:
    """A number, one to four words and a way word; then flat, town, state and code."""
    point = r"(?:(?:[NSEW]|North|South|East|West)\.? +)?"
    first = r"(?:(?-i:[A-Z][\w'’.-]*|\d{1,3}(?:st|nd|rd|th))|[a-z][\w'’-]+)"
    name = rf"{point}{first} *(?: +(?-i:[A-Z0-9][\w'’.-]*)| +[a-z][\w'’-]+){{0,3}}?"
    flat = r"(?:(?:flat|unit|apt|suite)\.? *\w{1,4},? +)?"
    unit = r"(?:,? *(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|#)\.? *#? *[\w-]{1,6})?"
    capital = r"(?-i:[A-Z][\w'’.-]*[a-z])"
    town = rf"[,\n]+ *{capital}(?: +{capital}){{0,3}}(?= *[,\n]| +[A-Z]{{1,2}}\d| *$| +\d{{5}})"
    towns = rf"(?: +(?-i:[NSEW]{{1,2}})(?!\w))?(?:{town}){{0,3}}"
    code = rf"(?:,?\s+{_UK_CODE}|(?:,?\s+(?-i:[A-Z]{{2}})(?!\w))?(?:,?\s+\d{{5}}(?:-\d{{4}})?(?!\d))?)"
    way = rf"(?P<way>{_either('english_ways')})(?!\w)"
    return re.compile(rf"(?<![\w/.,-]){flat}\d{{1,6}}[a-z]?,? +{name} +{way}{unit}{towns}{code}", re.IGNORECASE)


_OF = r"(?:de|del|della|dei|di|da|do|das|dos|la|las|los|el)"
_ROMANCE = (
    r"(?:Via|Viale|Piazza|Corso|Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Rua|Travessa)"
    rf"(?: {_OF})* +{_CAPITAL}(?: +{_CAPITAL}| {_OF}(?= )){{0,4}},? *(?:n°? *)?\d{{1,4}}[a-z]?(?!\w)"
)
_GERMANIC = (
    r"[A-ZÄÖÜ][\wäöüß.-]*(?:straße|strasse|str\.|weg|platz|gasse|allee|damm|ufer|straat|laan|plein|gracht|gatan|gata|vägen|väg"
    r"|gade|vej|veien|vegen|plads|plass|kade|singel|dijk|stræti|katu|kuja|utca|út)\.? +\d{1,4} ?[a-z]?(?!\w)"
)
_THEIR_CITY = r"(?:,?\s+(?:[A-Z]{1,2}-)?\d{4,5}(?!\d)(?: ?[A-Z]{2}(?!\w))?\s+[A-ZÄÖÜ][\wäöüß.-]+)?"
_SLAVIC = rf"(?:ul\.|ulica|ulice|al\.|os\.) ?{_CAPITAL}(?: +{_CAPITAL}){{0,3}} +\d{{1,4}}(?:/\d{{1,4}})?[a-z]?(?!\w)"
_MAGYAR = rf"{_CAPITAL}(?: +[\w.-]+){{0,3}} +(?:utca|u\.|útja?|tér|rkp\.|körút|krt\.) +\d{{1,4}}(?!\w)\.?"
# Overseas boxes of the United States' forces (USPS Publication 28, 238).
_FORCES = r"(?:(?:PSC|CMR|Unit|UNIT) \d{1,5},?\s+(?:Box|BOX) \d{1,5}|US(?:S|NS|CGC) [A-Z][\w-]+)"
_FORCES_CITY = r"(?:,?\s+[ADF]PO,?\s+A[AEP]\s+\d{5})"
_ROOM = r"(?:Apt|APT|Apartment|Suite|SUITE|Ste|Unit|Flat|Room)\.? *#?\d{1,5}[A-Z]?(?!\w)"
_AND_ROOM = rf"(?:[ ,]*\s[\s>?]*{_ROOM})"
"""A flat or suite on the same line or the next, which may be quoted."""
_ROOMED = rf"\d{{1,6}} +(?:[^\W\d_][\w'’.-]* +){{1,5}}\d{{0,5}}\.?{_AND_ROOM}"
_LINES = (
    rf"(?:[ ,]*\n[\s>?]*{_CAPITAL}(?:[ -]{_CAPITAL}){{0,3}}(?=\s*[,\n]| +\d)){{0,3}}"
    r"(?:,? +[A-Z]{2}(?!\w))?(?: +\d{4,6}(?!\d))?"
)
"""Town and country on lines of their own, and a post code behind."""
_ELSEWHERE = re.compile(
    rf"(?<!\w)(?:{_FORCES}{_FORCES_CITY}|{_ROOMED}{_LINES}"
    rf"|(?:{_ROMANCE}|{_GERMANIC}|{_SLAVIC}|{_MAGYAR}|P\.?O\.? ?Box \d{{1,6}}){_AND_ROOM}?{_THEIR_CITY})"
)


@functools.cache
def _country_line() -> re.Pattern[str]:
    """A country and a post code of five or six digits alone on a line: the end of an address."""
    return re.compile(rf"^[\W_]*(?P<place>{_either('countries', dot=False)} +\d{{5,6}})(?=[ \t]*(?:\n|$))", re.I | re.M)


def _city_length(text: str, code: str | None) -> int:
    """Returns how many characters at the start of the text are a commune's name (of the post code, if given), or 0.

    The longest known commune wins; a cedex number belongs to it. A post code whose communes are unknown here takes
    the words up to ``CEDEX`` (post codes of boxes belong to no commune).
    """
    words = list(_CITY_WORD.finditer(text))[: communes().longest]
    cedex = re.match(rf"[\w'’. -]{{2,40}}?{_CEDEX}(?!\w)", text, re.IGNORECASE)
    if cedex:
        return cedex.end()
    of_code = communes().by_postcode.get(code or "", frozenset())
    for count in range(len(words), 0, -1):
        end = words[count - 1].end()
        name = spaced(text[:end].rstrip(". "))
        bare = name.split(" ", 1)[1] if name.split(" ", 1)[0] in ("LE", "LA", "LES", "L") and " " in name else name
        if name in communes().names or bare in of_code:
            more = re.match(r" (?:\d{1,2} ?(?:er|e|ème|eme)(?:\s+arrondissement)?)(?!\w)", text[end:], re.IGNORECASE)
            return end + (more.end() if more else 0)
    return 0


def _with_city(text: str, end: int) -> tuple[int, bool]:
    """Returns the end of an address once its post code and city are added to its street, and whether they were."""
    gap = _AFTER_STREET.match(text, end)
    if gap:
        code = _CODE_CITY.match(text, gap.end())
        if code:
            length = _city_length(code.group("city"), _digits(code.group("code")))
            length = len(code.group("city")[:length].rstrip(" ."))
            return (code.start("city") + length, True) if length else (code.end("code"), True)
        bare = re.compile(_POSTCODE).match(text, gap.end())
        if bare:
            return bare.end(), True
        length = _city_length(text[gap.end() : gap.end() + 60], None)
        if length and text[gap.end()].isupper():
            return gap.end() + length, True
    return end, False


def _digits(code: str) -> str:
    return "".join(char for char in code if char.isdigit())


def _with_inside(text: str, start: int) -> int:
    """Returns the start of an address once the parts before its number are added."""
    before = _inside().search(text[max(0, start - 120) : start])
    return start - (min(start, 120) - before.start()) if before else start


def _french(text: str) -> Iterator[Place]:
    for match in _street().finditer(text):
        end = _name_end(text, match.end())
        if end == match.end():
            continue
        name = text[match.end() : end].strip()
        trimmed = text[match.start() : end].rstrip(" ,.-'’")
        end, coded = _with_city(text, match.start() + len(trimmed))
        way = fold(match.group("way")).rstrip(".")
        if (
            way in _words_of("french_abbreviations")
            and not coded
            and not any(map(str.isupper, name))
            and not _DATED.match(name)
        ):
            continue  # "3 ch de plus", "2 pl libres": abbreviations need a name or a city
        if way in _words_of("french_homonyms") and not coded and not any(char.isupper() for char in name):
            continue
        yield Place(_with_inside(text, match.start()), end, True)
    for match in _unnumbered().finditer(text):
        end, coded = _with_city(text, match.end())
        if coded:
            yield Place(_with_inside(text, match.start()), end, True)
    for match in _CODE_CITY.finditer(text):
        code = _digits(match.group("code"))
        length = _city_length(match.group("city"), code)
        city = spaced(match.group("city")[:length])
        if length and (code in communes().by_postcode or "CEDEX" in city):
            yield Place(match.start(), match.start("city") + length, True)


_DATED = re.compile(r"(?:du|le) \d{1,2}(?:er)? [^\W\d_]{3,9}", re.IGNORECASE)
"""A street named after a day: ``du 8 mai 1945``."""
_UNITS = frozenset(
    map(fold, ("km", "m", "miles", "mile", "hours", "heures", "minutes", "min", "jours", "days", "ans", "years"))
)
"""What numbers count before a word for a way: ``12 km de route``."""


def find_addresses(text: str) -> list[Place]:
    """Returns the postal addresses of a text, in order, without overlaps: the longest wins.

    >>> [p[:2] for p in find_addresses("Livrer au 12 bis rue Victor Hugo, 75001 Paris demain")]
    [(10, 45)]
    """
    if not any(char.isdigit() for char in text):
        return []
    found = list(_french(text))
    for match in _english().finditer(text):
        way = fold(match.group("way")).rstrip(".")
        body = text[match.start() : match.end()]
        if len(way) < 4 and not match.group("way")[0].isupper():
            continue
        inner = body[: match.start("way") - match.start()].split()[1:]
        if inner and fold(inner[0]).rstrip(".") in _UNITS:
            continue
        if any(word[0].islower() for word in inner) and (not body.islower() or len(inner) > 2):
            continue
        found.append(Place(match.start(), match.start() + len(body.rstrip(" ,.\n")), True))
    found.extend(Place(match.start(), match.end(), True) for match in _ELSEWHERE.finditer(text))
    found.extend(Place(*match.span("place"), True) for match in _country_line().finditer(text))
    kept: list[Place] = []
    for place in sorted(found, key=lambda p: (p.start - p.end, p.start)):
        if not any(place.start < other.end and other.start < place.end for other in kept):
            kept.append(place)
    return sorted(kept)


def is_address(value: str) -> bool:
    """Tells whether the value is an address and little else (four fifths of its characters at least)."""
    stripped = value.strip()
    return 6 <= len(stripped) <= 250 and sum(p.end - p.start for p in find_addresses(stripped)) >= 0.8 * len(stripped)


@functools.cache
def _words_of(key: str) -> frozenset[str]:
    """Returns a list's words, folded."""
    return frozenset(fold(word) for word in _lists()[key])


@functools.cache
def _folded(key: str) -> frozenset[str]:
    return frozenset(spaced(name) for name in _lists()[key])


_CITY_EXTRAS = re.compile(rf"(?:{_CEDEX}|,? \d{{1,2}} ?(?:er|e|ème|eme)?(?: arrondissement)?)$", re.IGNORECASE)


def is_city(value: str) -> bool:
    """Tells whether the value is a city: a French commune (with cedex or arrondissement) or a large city elsewhere."""
    if not 2 <= len(value) <= 60:
        return False
    name = spaced(_CITY_EXTRAS.sub("", value.strip()))
    if name in _folded("cities"):
        return True
    if name not in communes().names:
        return False
    # The list has lost its articles (La Table, La Chaudière): a lone word must be a name rather than a common word.
    return " " in name or words().title.get(name, 0.0) >= words().lower.get(name, 0.0) / 2


def big_cities() -> frozenset[str]:
    """Returns the folded names of large cities beyond France, hyphens as spaces."""
    return _folded("cities")


def is_region(value: str) -> bool:
    """Tells whether a value is a region, state or department: its name, or its code in capitals (``TX``, ``NSW``)."""
    plain = value.strip()
    if len(plain) <= 3:
        return plain in _lists()["region_codes"]
    return len(plain) <= 40 and spaced(plain) in _folded("regions")


def is_country_code(value: str) -> bool:
    """Tells whether a value is a country's code of two capitals (ISO 3166-1)."""
    return len(value) == 2 and value in _country_codes()


@functools.cache
def _country_codes() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(SUPPORTED_REGIONS)


_POSTCODE_SHAPE = re.compile(
    r"\d{4,6}|\d{5}-\d{4}|\d{5}-\d{3}|\d{3}-\d{4}|\d{3} \d{2}|[A-Z]{1,2}-\d{4,5}"
    r"|[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}",
    re.IGNORECASE | re.ASCII,
)


def has_postcode_shape(value: str) -> bool:
    """Tells whether a value has the shape of some country's post code; most are four to six digits, as much else is."""
    return 4 <= len(value) <= 10 and _POSTCODE_SHAPE.fullmatch(value) is not None


def is_country(value: str) -> bool:
    """Tells whether the value is a country's French or English name."""
    return 2 <= len(value) <= 40 and spaced(value.strip()) in _folded("countries")
