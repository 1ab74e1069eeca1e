"""What language says of the sampled distinct values of a column: labels that the verdict counts.

Cheap voices first (gazetteers and rules, some 20 µs a value); the model reads only values long enough to be prose.
Each value is labelled for itself: the same value has the same labels in every partition and worker.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from recense.scanners import language, people, places
from recense.scanners.persons import OVERRULED, THRESHOLD, Vote, may_name, vote

PERSON = "person"
"""The whole value is a person's full name (two name words, or a title and a name)."""
FIRST_NAME = "first_name"
"""The whole value is one or two given names."""
SURNAME = "surname"
"""The whole value is a family name; many first names and some words are surnames too."""
COMPANY = "company"
"""The whole value is an organisation's name: a legal form, or a word only firms and sites carry."""
CITY = "city"
"""The whole value is a city: a French commune or a large city elsewhere."""
COUNTRY = "country"
"""The whole value is a country's French or English name."""
COUNTRY_CODE = "country_code"
"""The whole value is a country's code of two capitals; so are languages and states."""
REGION = "region"
"""The whole value is a region, state or department: its name, or a code in capitals."""
POSTCODE = "postcode_shape"
"""The whole value has the shape of a post code: it says something beside other places only."""
ADDRESS = "address"
"""The whole value is a postal address, or little else stands in it."""
JOB_TITLE = "job_title"
"""The whole value is a job or function."""
PERSON_INSIDE = "person_inside"
"""Prose that names a person, by two voices."""
ADDRESS_INSIDE = "address_inside"
"""Prose that holds a postal address."""
PROSE = "prose"
"""Running words, in any language; ``prose_fr`` and ``prose_en`` besides when it is French or English."""
PROSE_FR = "prose_fr"
PROSE_EN = "prose_en"

LABELS = (
    PERSON, FIRST_NAME, SURNAME, COMPANY, CITY, COUNTRY, COUNTRY_CODE, REGION, POSTCODE, ADDRESS, JOB_TITLE,
    PERSON_INSIDE, ADDRESS_INSIDE, PROSE, PROSE_FR, PROSE_EN,
)  # fmt: skip
"""Every label there is."""

NER_WORDS = 5
"""Words from which on the model reads a value."""
NER_CHARACTERS = 1_000
"""Characters of a value that the model reads at most: the beginning, up to a word's end."""
_REMEMBERED = 2_000
"""Characters of a value up to which its labels are remembered, in this process's memory only."""
_SHORT = 120
"""A longer value is no name, city or company."""


def label_values(values: Sequence[str], ner: bool = True) -> list[frozenset[str]]:
    """Returns the labels of each value, in order.

    Args:
        values: distinct non-null values of a column.
        ner: False to leave the model out: gazetteers and titles alone name persons in prose.
    """
    return [(_remembered if len(value) <= _REMEMBERED else _labels)(value, ner) for value in values]


def _labels(value: str, ner: bool) -> frozenset[str]:
    value = value.strip()
    if places.has_postcode_shape(value):
        return frozenset({POSTCODE})
    if len(value) < 2 or not any(char.isalpha() for char in value):
        return frozenset()
    found = _whole(value) if len(value) <= _SHORT and "\n" not in value else set()
    if len(value) <= 250 and places.is_address(value):
        return frozenset({ADDRESS})
    if _is_text(value) and language.is_prose(value):
        found.add(PROSE)
        spoken = language.identify(value)
        if spoken in language.READABLE:
            found.add(f"{PROSE}_{spoken}")
    if PROSE in found or (len(value.split()) >= NER_WORDS and PERSON not in found):
        found |= _inside(value, ner and PROSE in found)
    return frozenset(found)


_remembered = functools.lru_cache(maxsize=1 << 14)(_labels)
"""The same towns, statuses and notes come back in other columns, tables and partitions."""


def _is_text(value: str) -> bool:
    """Tells words apart by spaces: an e-mail address, a UUID or a JSON text has words too."""
    return value.count(" ") >= NER_WORDS - 2 and not (value[0] in "{[" and value[-1] in "}]")


def _whole(value: str) -> set[str]:
    """Returns the labels of a value that is one thing as a whole."""
    found: set[str] = set()
    if "@" in value and " " not in value:
        return found  # an e-mail address or a handle is not a second finding for the name in it
    if places.is_country(value):
        found.add(COUNTRY)
    if places.is_country_code(value):
        found.add(COUNTRY_CODE)
    if places.is_region(value):
        found.add(REGION)
    if places.is_city(value):
        found.add(CITY)
    if people.is_company(value):
        found.add(COMPANY)
    if people.is_job_title(value):
        found.add(JOB_TITLE)
    if COMPANY not in found and COUNTRY not in found:
        if people.is_person_cell(value):
            found.add(PERSON)
        if people.is_first_name(value):
            found.add(FIRST_NAME)
        if people.is_surname(value):
            found.add(SURNAME)
    return found


def _inside(value: str, ner: bool) -> set[str]:
    """Returns what prose holds: a person by vote, an address by rules."""
    found = set()
    addresses = places.find_addresses(value[:NER_CHARACTERS])
    if addresses:
        found.add(ADDRESS_INSIDE)
    head = value if len(value) <= NER_CHARACTERS else value[: value.rfind(" ", 0, NER_CHARACTERS) + 1]
    head = head or value[:NER_CHARACTERS]
    if _names_person(head, addresses, ner):
        found.add(PERSON_INSIDE)
    return found


def _names_person(text: str, addresses: Sequence[places.Place], ner: bool) -> bool:
    """Tells whether two voices name a person outside the addresses; the model is asked only where it can matter."""
    code = language.reading_language(text)
    if not may_name(text, code):
        return False  # the model would be alone, whatever it says
    if _two_voices(vote(text, (), code), addresses, least=THRESHOLD + OVERRULED if ner else THRESHOLD):
        return True
    if not ner:
        return False
    from recense.scanners.text import named, persons

    return _two_voices(persons(text, named(text, code), code), addresses, least=THRESHOLD)


def _two_voices(voted: Sequence[Vote], addresses: Sequence[places.Place], least: float) -> bool:
    return any(
        len(v.voices) >= 2 and v.odds > least and not any(v.start < a.end and a.start < v.end for a in addresses)
        for v in voted
    )
