"""A person's identifiers as they were given, brought into the form of the index. They stay in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from recense.errors import UserError
from recense.subjects import identifiers
from recense.subjects.identifiers import REGION, Kind

FIELDS = ("email", "phone", "nir", "name", "birth", "customer")
"""What may be given; ``name`` and ``birth`` go together."""

LONGEST = 500
_HINTS = {
    Kind.email: "write it as name@example.org",
    Kind.phone: "write it as 06 12 34 56 78 or with its country: +32 470 12 34 56",
    Kind.nir: "write 13 or 15 characters",
    Kind.named: "give a name and a date of birth such as 1980-02-03",
    Kind.customer: "write letters and digits",
}


class UnclearIdentifier(UserError):
    """An identifier cannot be read, or none was given; ``kind`` says which, and no message quotes it."""

    def __init__(self, message: str, kind: Kind | None = None) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Question:
    """The identifiers of one person in their one form, per kind; a telephone number per region of the sources."""

    values: Mapping[Kind, frozenset[str]] = field(repr=False)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Returns what is asked by, in order."""
        return tuple(str(kind) for kind in Kind if kind in self.values)


def question(given: Mapping[str, str], regions: frozenset[str] = frozenset({REGION})) -> Question:
    """Returns what is asked.

    Args:
        given: by the names of ``FIELDS``; empty ones count as not given.
        regions: countries of the sources, for telephone numbers without one.

    Raises:
        UnclearIdentifier: nothing was given, or one is no such identifier; the message never quotes it.
    """
    given = {name: value.strip() for name, value in given.items() if value.strip()}
    if any(len(value) > LONGEST for value in given.values()):
        raise UnclearIdentifier(f"an identifier has more than {LONGEST} characters")
    found: dict[Kind, frozenset[str]] = {}
    for kind in Kind:
        if kind is Kind.named:
            if given.get("name") or given.get("birth"):
                pair = [pa.array([given.get(name) or None], pa.string()) for name in ("name", "birth")]
                found[kind] = _values(kind, [identifiers.named(*pair)])
        elif given.get(kind):
            cell = pa.array([given[kind]], pa.string())
            places = sorted(regions) if kind is Kind.phone else [REGION]
            found[kind] = _values(kind, [identifiers.normal(kind, cell, place) for place in places])
    if not found:
        raise UnclearIdentifier(
            "name at least one identifier: e-mail, phone, NIR, customer number, or name and date of birth"
        )
    return Question(found)


def _values(kind: Kind, columns: list[pa.Array]) -> frozenset[str]:
    values = frozenset(value for column in columns for value in column.to_pylist() if value)
    if not values:
        raise UnclearIdentifier(f"the identifier '{kind}' cannot be read: {_HINTS[kind]}", kind)
    return values


def is_identifier(text: str, region: str = REGION) -> bool:
    """Tells whether a text is an identifier itself, where only what a request is called may stand.

    >>> is_identifier("jeanne@example.org"), is_identifier("06 12 34 56 78"), is_identifier("DR-2026-014")
    (True, True, False)
    """
    cell = pa.array([text], pa.string())
    if "@" in text:
        return True
    kinds = (Kind.phone, Kind.nir)
    return any(identifiers.normal(kind, cell, region).null_count == 0 for kind in kinds)
