"""Whether a column's values bear out what its name says.

``bears_out`` compares a name's entity with the shapes, labels and number of distinct values: text for a name, few
values for a civility, dates for a birth date. Entities that detectors recognise must be recognised: a column called
``email`` without one e-mail address is worth a look at most.
"""

from __future__ import annotations

from enum import IntEnum

from recense.evidence import ColumnProfile
from recense.scanners import bars

WORDS = ("word", "phrase")
NUMBERS = ("integer", "decimal")
CODES = ("code", "word", "integer", "other", "phrase", "decimal")  # a spreadsheet stores numbers as floats

FORMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("PERSON", "FIRST_NAME", "LAST_NAME", "BIRTH_PLACE", "CITY", "REGION", "BANK_NAME"), (*WORDS, "code")
    ),
    **dict.fromkeys(("COMPANY", "DEPARTMENT", "JOB_TITLE", "QUALIFICATION"), (*WORDS, "code", "prose")),
    **dict.fromkeys(("ADDRESS", "HOBBY", "PURCHASE"), (*WORDS, "code", "prose", *NUMBERS)),
    **dict.fromkeys(("PERSON_NOTE",), ("phrase", "prose", "json")),
    **dict.fromkeys(("LOG_ACTION", "SEARCH_QUERY", "SECRET_QUESTION"), (*WORDS, "prose", "code", "json")),
    **dict.fromkeys(
        ("BIRTH_DATE", "DEATH_DATE", "LOG_TIMESTAMP", "CONSENT_DATE"), ("date", "integer", "phrase", "code")
    ),
    **dict.fromkeys(
        ("INCOME", "PAYMENT", "CREDIT", "AGE", "FAMILY"), (*NUMBERS, *WORDS, "code", "flag", "date", "other", "prose")
    ),
    **dict.fromkeys(("COORDINATES",), (*NUMBERS, "other", "code", "json", "phrase")),
    **dict.fromkeys(("NATIONALITY", "LANGUAGE", "COUNTRY", "PSEUDONYM", "USERNAME"), (*WORDS, "code")),
    **dict.fromkeys(("PASSWORD", "PASSWORD_HASH", "TOKEN", "PRIVATE_KEY"), (*CODES, "prose", "json")),
    **dict.fromkeys(("FR_NIR", "CREDIT_CARD", "BANK_ACCOUNT", "PHONE_NUMBER", "FAX_NUMBER", "POSTCODE"), CODES),
    **dict.fromkeys(("PHOTO",), ("code", "word", "phrase", "prose", "other")),
    **dict.fromkeys(("EMAIL_ADDRESS",), ("code", "phrase", "other", "word")),
}
"""Classes of shape (``recense.scanners.cells.FORMS``) that an entity may have; an entity not listed may have any."""

CLOSED = frozenset(
    {
        "GENDER",
        "CIVILITY",
        "CONSENT",
        "CARD_TYPE",
        "HOUSING",
        "MEMBERSHIP",
        "EMPLOYMENT",
        "VEHICLE",
        "FAMILY",
        "QUALIFICATION",
    }
)
"""Entities that are mostly codes of a closed list: few distinct values bear out the name."""

LABELS: dict[str, tuple[str, ...]] = {
    "PERSON": ("person", "surname", "first_name"),
    "LAST_NAME": ("surname", "person"),
    "FIRST_NAME": ("first_name", "person"),
    "COMPANY": ("company",),
    "CITY": ("city",),
    "BIRTH_PLACE": ("city",),
    "ADDRESS": ("address",),
}
"""Labels of the language detectors that bear out a name."""

STRICT = frozenset({"EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS", "USER_AGENT", "VISITED_URL"})
"""Entities whose detectors find nearly every real value: without a hit the name is wrong, or the cells are masked."""


class Fit(IntEnum):
    """How well values bear out a name."""

    DENIES = 0
    SILENT = 1  # nothing to judge: no cell, or none that was read
    SUITS = 2  # the shapes are right
    AGREES = 3  # the values are recognised
    PROVES = 4  # nearly all of them


def bears_out(entity: str, profile: ColumnProfile) -> Fit:
    """Returns how well a column's values, detectors aside, bear out that they are of an entity."""
    if not profile.filled or not profile.sampled.distinct:
        return Fit.SILENT
    if entity in CLOSED and profile.distinct <= bars.CLOSED_SET:
        return Fit.AGREES
    forms = FORMS.get(entity)
    if forms and profile.form_share(*forms) < bars.SOME:
        return Fit.DENIES
    if entity == "BIRTH_DATE" and profile.form_share("date") >= bars.COLUMN:
        return _births(profile)
    if entity in ("PASSWORD", "TOKEN", "PASSWORD_HASH") and profile.distinct <= 2 and profile.filled > bars.DISTINCT:
        return Fit.DENIES  # a flag called like a secret
    if entity in STRICT:
        return Fit.DENIES
    labels = LABELS.get(entity)
    if labels:
        share = max(profile.label_share(label) for label in labels)
        if share >= bars.MOST and profile.distinct >= bars.DISTINCT:
            return Fit.PROVES
        return Fit.AGREES if share >= bars.SOME else Fit.SUITS
    return Fit.SUITS


def _births(profile: ColumnProfile) -> Fit:
    """Dates that are called birth dates: of living people they lie in plausible decades."""
    if not profile.decades:
        return Fit.SUITS
    share = births_share(profile)
    if share >= bars.MOST:
        return Fit.PROVES if len(profile.decades) >= bars.BIRTH_SPREAD else Fit.AGREES
    return Fit.SUITS if share >= bars.SOME else Fit.DENIES


def births_share(profile: ColumnProfile) -> float:
    """Returns the share of dates that lie in the decades of living people's births."""
    first, last = bars.BIRTHS
    total = sum(profile.decades.values())
    return sum(n for decade, n in profile.decades.items() if first <= decade <= last) / total if total else 0.0


def looks_like_births(profile: ColumnProfile) -> bool:
    """Tells whether dates without a telling name may be births: spread from the thirties to fifteen years ago."""
    if profile.form_share("date") < bars.MOST or profile.distinct < bars.DISTINCT or births_share(profile) < 0.98:
        return False
    total = sum(profile.decades.values())
    grown = sum(n for decade, n in profile.decades.items() if 1930 <= decade <= 2000)
    return grown >= bars.MOST * total and len(profile.decades) >= bars.BIRTH_SPREAD
