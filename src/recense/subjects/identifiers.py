"""Identifiers of people in one form, however they are written; what is no identifier gives null.

The index and the question go through the same functions, so that what was written can be found. They work on whole
columns: pyarrow where it can, Python on the few values that need it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recense.subjects.bytewise import SAME, has_any, is_ascii, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable

REGION = "FR"
"""Where a telephone number without a country is from, when recense.yaml does not say."""


class Kind(StrEnum):
    """Kinds of identifiers that are indexed; ``named`` is a name with a date of birth."""

    email = "email"
    phone = "phone"
    nir = "nir"
    named = "named"
    customer = "customer"


_EMAIL = r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}$"
_ADDRESS_IN_TEXT = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)*\.\w{2,}")
_NIR = r"^[1-478]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?$"
_OVERSEAS = (  # the national numbering plan of Arcep: overseas blocks have country codes of their own
    (r"^0(262|263|639|692|693)(\d{6})$", "+262"),
    (r"^0(590|690|691)(\d{6})$", "+590"),
    (r"^0(594|694)(\d{6})$", "+594"),
    (r"^0(596|696|697)(\d{6})$", "+596"),
)
_ANY_OVERSEAS = r"^0(?:262|263|639|59[046]|69[0-7])"
_CIVILITIES = pa.array(["m", "mr", "mrs", "ms", "mme", "mlle", "dr", "monsieur", "madame", "mademoiselle"])
_LOWER = bytes(range(256)).lower()
_UPPER = bytes(range(256)).upper()
_WORDS = bytes(byte if byte in b"abcdefghijklmnopqrstuvwxyz" else 32 for byte in _LOWER)
"""Of ASCII, letters in lower case and spaces for all the rest."""

_ISO = r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
_EUROPEAN = r"^(0[1-9]|[12][0-9]|3[01])[-/. ](0[1-9]|1[0-2])[-/. ]([0-9]{4})$"
_DATES = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ].*)?", re.ASCII), (3, 2, 1)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII), (1, 2, 3)),
)


def emails(text: pa.Array) -> pa.Array:
    """Returns addresses in NFC and lower case; plus-tags and dots stay, since they may be addresses of others.

    >>> emails(pa.array([" Jeanne+a@Example.ORG", "a@b"])).to_pylist()
    ['jeanne+a@example.org', None]
    """
    trimmed = pc.utf8_trim_whitespace(text)
    plain = rewritten(trimmed, _LOWER) if is_ascii(trimmed) else pc.utf8_lower(pc.utf8_normalize(trimmed, form="NFC"))
    return _only(plain, pc.match_substring_regex(plain, _EMAIL))


_SIGNS = "=&?/'`{|}"
"""Signs that an address may have and seldom has: before one they are a field's (``user=``) or a URL's."""
_BEFORE_ADDRESS = re.compile(f"[{_SIGNS}]")
_ALONE = r"^\s*[^@\s=&?/'`{|}]+@[^@\s]+\s*$"
_ESCAPES = (("%40", "@"), ("%2B", "+"), ("%2b", "+"), ("%2E", "."), ("%2e", "."))


def without_escapes(text: pa.Array) -> pa.Array:
    """Returns texts with the signs of an address as they are, which the query of a URL escapes (RFC 3986).

    >>> without_escapes(pa.array(["GET /?mail=a%2Bb%40example.org"])).to_pylist()
    ['GET /?mail=a+b@example.org']
    """
    if not pc.any(pc.match_substring(text, "%40")).as_py():
        return text
    for escaped, sign in _ESCAPES:
        text = pc.replace_substring(text, escaped, sign)
    return text


def emails_within(text: pa.Array, whole: pa.Array) -> list[str]:
    """Returns the addresses that stand inside longer texts, written as ``emails`` writes them.

    Args:
        text: the cells.
        whole: what ``emails`` says of them.

    >>> cells = pa.array(["user=a.b@example.org ok"])
    >>> emails_within(cells, emails(cells))
    ['a.b@example.org', 'user=a.b@example.org']
    """
    if not has_any(text, _SIGNS.encode()):
        text = text.filter(pc.is_null(whole))
    some = pc.and_(pc.match_substring(text, "@"), pc.invert(pc.match_substring_regex(text, _ALONE)))
    prose = text.filter(some)
    found = {address for cell in prose.to_pylist() for address in _ADDRESS_IN_TEXT.findall(cell)}
    found |= {_BEFORE_ADDRESS.split(address)[-1] for address in found}
    return [one for one in emails(pa.array(sorted(found), pa.string())).to_pylist() if one]


def phones(text: pa.Array, region: str = REGION) -> pa.Array:
    """Returns numbers as E.164; one without a country is of ``region``.

    Plain national and international forms are read column-wise from the numbering plan that phonenumbers knows; all
    others go through phonenumbers itself.

    >>> phones(pa.array(["06 12 34 56 78", "+33 (0)6.12.34.56.78", "0033612345678", "612345678", "0692 11 22 33"])
    ... ).to_pylist()
    ['+33612345678', '+33612345678', '+33612345678', '+33612345678', '+262692112233']
    """
    plan = _plan(region)
    compact = _without_signs(text)
    out = pa.nulls(len(text), pa.string())
    for form in plan.forms(compact):
        left = pc.and_(pc.is_null(out), pc.fill_null(pc.starts_with(compact, form.begins), False))
        if pc.any(left).as_py():
            left = pc.and_(left, pc.match_substring_regex(compact, form.pattern))
        if pc.all(left).as_py():
            return form.international(compact)
        if pc.any(left).as_py():
            out = pc.replace_with_mask(out, left, form.international(compact.filter(left)))
    left = pc.and_(pc.is_null(out), pc.is_valid(compact))
    if pc.any(left).as_py():
        hard = pc.and_(left, pc.fill_null(pc.match_substring_regex(compact, r"^\+?\d{6,17}$"), False))
        values = [plan.parsed(value) for value in compact.filter(hard).to_pylist()]
        out = pc.replace_with_mask(out, hard, pa.array(values, pa.string())) if values else out
    return out


def _without_signs(text: pa.Array) -> pa.Array:
    if is_ascii(text) and not pc.any(pc.match_substring(text, "(0)")).as_py():
        return rewritten(text, SAME, b" \t\n\f\r.-/()")
    return pc.replace_substring_regex(text, r"\(0\)|[\s.\-/()\x{a0}\x{202f}\x{2011}\x{2013}]", "")


def nirs(text: pa.Array) -> pa.Array:
    """Returns the 13 characters of social security numbers without their key; Corsica keeps 2A and 2B.

    >>> nirs(pa.array(["1 85 05 78 006 084 91", "185052A006084", "9"])).to_pylist()
    ['1850578006084', '185052A006084', None]
    """
    compact = pc.replace_substring_regex(pc.utf8_upper(text), r"[^0-9A-Z]", "")
    return _only(pc.utf8_slice_codeunits(compact, 0, 13), pc.match_substring_regex(compact, _NIR))


def customers(text: pa.Array) -> pa.Array:
    """Returns customer numbers in upper case without spaces, points and dashes.

    >>> customers(pa.array(["c-00 07", "-"])).to_pylist()
    ['C0007', None]
    """
    if is_ascii(text):
        compact = rewritten(text, _UPPER, b" \t\n\f\r-._")
    else:
        compact = pc.replace_substring_regex(pc.utf8_upper(text), r"[\s\-._]", "")
    return _only(compact, pc.match_substring_regex(compact, r"^[0-9A-Z/#]{1,64}$"))


def names(text: pa.Array) -> pa.Array:
    """Returns names without accents, case, order and civility.

    >>> names(pa.array(["Hélène LE-GALL", "Mme le gall  Helene"])).to_pylist()
    ['gall helene le', 'gall helene le']
    """
    cells = pc.ascii_split_whitespace(folded(text))
    words, rows = cells.flatten(), pc.list_parent_indices(cells)
    kept = pc.and_(pc.not_equal(words, ""), pc.invert(pc.is_in(words, _CIVILITIES)))
    words, owner = words.filter(kept), rows.filter(kept).to_numpy(zero_copy_only=False)
    coded = words.dictionary_encode()
    rank = np.empty(len(coded.dictionary), np.int64)
    rank[pc.array_sort_indices(coded.dictionary).to_numpy()] = np.arange(len(rank))
    counts = np.bincount(owner, minlength=len(text))
    place = rank[coded.indices.to_numpy()]
    if len(place) == 2 * len(text) and (counts == 2).all():  # as most names have
        order = np.arange(len(place)) ^ np.repeat(place[0::2] > place[1::2], 2)
    else:
        order = np.argsort(owner * max(len(rank), 1) + place, kind="stable")
    ends = pa.array(np.concatenate(([0], np.cumsum(counts))), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(ends, words.take(pa.array(order))), " ")
    return _only(joined, pa.array(counts > 0))


def folded(text: pa.Array) -> pa.Array:
    """Returns texts without accents and ligatures, in lower case, with spaces for all that is no letter.

    Each spelling with accents is folded once: first names come again and again.
    """
    if is_ascii(text):
        return rewritten(text, _WORDS)
    coded = text.dictionary_encode()
    plain = pc.replace_substring_regex(pc.utf8_normalize(coded.dictionary, form="NFKD"), r"\p{M}+", "")
    if is_ascii(plain):
        return rewritten(plain, _WORDS).take(coded.indices)
    plain = pc.utf8_lower(plain)
    for ligature, letters in (("ß", "ss"), ("œ", "oe"), ("æ", "ae"), ("ø", "o"), ("ł", "l")):
        plain = pc.replace_substring(plain, ligature, letters)
    return pc.replace_substring_regex(plain, r"[^\p{L}]+", " ").take(coded.indices)


def days(text: pa.Array) -> pa.Array:
    """Returns dates as ``YYYY-MM-DD``; day before month as in Europe, unless only the other order is a date.

    >>> days(pa.array(["03/02/1980", "1980-02-03 00:00:00", "12/25/1980", "19800203", "31/31/2020"])).to_pylist()
    ['1980-02-03', '1980-02-03', '1980-12-25', '1980-02-03', None]
    """
    plain = pc.fill_null(pc.match_substring_regex(text, _ISO), False)
    if pc.all(plain).as_py():
        return text
    out = pc.if_else(plain, text, pa.scalar(None, pa.string()))
    return pc.replace_with_mask(out, pc.invert(plain), _days_written(text.filter(pc.invert(plain))))


def _days_written(text: pa.Array) -> pa.Array:
    """Returns dates of all other forms."""
    european = pc.fill_null(pc.match_substring_regex(text, _EUROPEAN), False)
    if pc.all(european).as_py():
        return pc.replace_substring_regex(text, _EUROPEAN, r"\3-\2-\1")
    coded = text.dictionary_encode()
    return pa.array([_day(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def named(name: pa.Array, born: pa.Array) -> pa.Array:
    """Returns names with dates of birth, row by row; null where either is missing."""
    return pc.binary_join_element_wise(names(name), days(born), "|")


def normal(kind: Kind, text: pa.Array, region: str = REGION) -> pa.Array:
    """Returns identifiers of a kind that stands in one column (all but ``named``) in their one form."""
    if kind is Kind.phone:
        return phones(text, region)
    one: dict[Kind, Callable[[pa.Array], pa.Array]] = {
        Kind.email: emails,
        Kind.nir: nirs,
        Kind.customer: customers,
    }
    return one[kind](text)


def is_region(text: str) -> bool:
    """Tells whether it is a country of which phonenumbers knows the numbering plan (ISO 3166-1 alpha-2)."""
    import phonenumbers

    return text in phonenumbers.SUPPORTED_REGIONS


def _only(values: pa.Array, mask: pa.Array) -> pa.Array:
    return pc.if_else(mask, values, pa.scalar(None, pa.string()))


def _day(text: str | None) -> str | None:
    for pattern, places in _DATES:
        if found := pattern.fullmatch((text or "").strip()):
            year, month, day = (int(found[place]) for place in places)
            if month > 12 and day <= 12:
                month, day = day, month
            return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None
    return None


class _Form(NamedTuple):
    """How numbers may be written: what they begin with, all of it, and what they become.

    ``cut``: so many characters at the beginning give way to what the number becomes, where that is all there is to do.
    """

    begins: str
    pattern: str
    written: str
    cut: int | None = None

    def international(self, numbers: pa.Array) -> pa.Array:
        """Returns numbers of this form as E.164."""
        if self.cut is None:
            return pc.replace_substring_regex(numbers, self.pattern, self.written)
        return pc.binary_join_element_wise(self.written, pc.utf8_slice_codeunits(numbers, self.cut), "")


class _Plan:
    """The numbering plan of a region, as far as plain forms follow from it."""

    def __init__(self, region: str) -> None:
        import phonenumbers

        self.region = region
        self._library: Any = phonenumbers
        plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        self.code = str(plan.country_code)
        trunk = plan.national_prefix or ""
        self.trunk = trunk if trunk == plan.national_prefix_for_parsing and trunk.isdigit() else ""
        self.abroad = "00" if plan.international_prefix == "00" else ""
        self.lengths = sorted(plan.general_desc.possible_length)

    def forms(self, compact: pa.Array) -> list[_Form]:
        """Returns the forms a column may have; the first that fits wins."""
        code, trunk, least, most = self.code, self.trunk, self.lengths[0], self.lengths[-1]
        made: list[_Form] = []
        if not trunk or not self.abroad:
            return []
        if self.region == "FR" and pc.any(pc.match_substring_regex(compact, _ANY_OVERSEAS)).as_py():
            made += [_Form("0", pattern, rf"{other}\1\2") for pattern, other in _OVERSEAS]
        # A trunk prefix after the country code is a mistake that phonenumbers mends, and so does this.
        for begins in (f"+{code}", f"{self.abroad}{code}"):
            head = begins.replace("+", r"\+")
            made.append(_Form(begins, rf"^{head}(?:{trunk})?([1-9]\d{{{least - 1},{most - 1}}})$", rf"+{code}\1"))
        made.append(_Form(trunk, rf"^{trunk}[1-9]\d{{{least - 1},{most - 1}}}$", f"+{code}", len(trunk)))
        if least == most:  # a spreadsheet took the leading zero
            made.append(_Form("", rf"^[1-9]\d{{{most - 1}}}$", f"+{code}", 0))
        return made

    def parsed(self, text: str) -> str | None:
        """Returns a number as phonenumbers reads it, None when it cannot be one."""
        try:
            number = self._library.parse(text, self.region)
        except self._library.NumberParseException:
            return None
        if not self._library.is_possible_number(number):
            return None
        return str(self._library.format_number(number, self._library.PhoneNumberFormat.E164))


@cache
def _plan(region: str) -> _Plan:
    return _Plan(region)
