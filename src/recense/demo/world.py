"""The people, companies and buildings that the demo's tables share, and the row that a column is made from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from recense.demo import identifiers as ids
from recense.demo import words

AS_OF = date(2026, 11, 1)
"""The day the estate was "written"; nothing in it depends on the clock."""


def slug(text: str, separator: str = "-") -> str:
    """Returns lower-case ASCII words joined by ``separator``.

    >>> slug("Hôtel de l'Étang")
    'hotel-de-l-etang'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return separator.join("".join(c if c.isalnum() else " " for c in plain).split())


@dataclass(frozen=True, slots=True)
class Company:
    """A customer of the group. ``domain`` is a sub-domain of a reserved name (RFC 2606)."""

    name: str
    domain: str
    siren: str
    siret: str
    naf: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    female: bool
    first: str
    last: str
    company: Company
    born: date
    landline: str
    mobile: str
    street: str
    postcode: str
    city: str
    job: str

    @property
    def civility(self) -> str:
        """Returns ``Mme`` or ``M.``."""
        return "Mme" if self.female else "M."

    @property
    def name(self) -> str:
        """Returns first name and surname."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """Returns the address at work."""
        return f"{slug(self.first)}.{slug(self.last)}@{self.company.domain}"

    @property
    def private_email(self) -> str:
        """Returns a private address."""
        return f"{slug(self.first)[:1]}{slug(self.last, '')}{self.born.year % 100:02d}@mail.example.net"


@dataclass(frozen=True, slots=True)
class Site:
    """A protected building, named after people and saints as French buildings are."""

    name: str
    kind: str
    street: str
    postcode: str
    city: str
    latitude: float
    longitude: float


class World:
    """Everybody and everything the tables share, from one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = self.random("world")
        self.companies = tuple(self._company(rng) for _ in range(400))
        self.people = tuple(self._person(rng, rng.choice(self.companies)) for _ in range(1800))
        group = Company("Groupe Vigifeu", "vigifeu.example.com", ids.siren(rng), "", "43.21A")
        self.staff = tuple(self._person(rng, group) for _ in range(120))
        self.sites = tuple(self._site(rng) for _ in range(300))

    def random(self, name: str) -> Random:
        """Returns a generator of its own for ``name``, so that one table's columns never shift another's."""
        return Random(f"{self.seed}:{name}")

    def _company(self, rng: Random) -> Company:
        owner = rng.choice(words.SURNAMES)
        trade, place = rng.choice(words.TRADES), rng.choice(words.TRADE_PLACES)
        name = rng.choice((f"{trade} {place}", f"{trade} {place}", f"{owner} {trade}"))
        tail = rng.choice(("example.com", "example.org", "example.net"))
        siren = ids.siren(rng)
        form = rng.choice(words.LEGAL_FORMS)
        return Company(f"{name} {form}", f"{slug(name)}.{tail}", siren, ids.siret(rng, siren), rng.choice(words.NAF))

    def _person(self, rng: Random, company: Company) -> Person:
        female = rng.random() < 0.5
        postcode, city = rng.choice(words.COMMUNES)
        return Person(
            female=female,
            first=rng.choice(words.FEMALE if female else words.MALE),
            last=rng.choice(words.SURNAMES),
            company=company,
            born=date(1958, 1, 1) + timedelta(days=rng.randrange(45 * 365)),
            landline=ids.landline(rng),
            mobile=ids.mobile(rng),
            street=f"{rng.randint(1, 120)} {rng.choice(words.STREETS)}",
            postcode=postcode,
            city=city,
            job=rng.choice(words.JOBS),
        )

    def _site(self, rng: Random) -> Site:
        kind, code = rng.choice(words.SITE_KINDS)
        postcode, city = rng.choice(words.COMMUNES[:48])
        street = f"{rng.randint(1, 120)} {rng.choice(words.STREETS)}"
        name = f"{kind} {rng.choice(words.SITE_NAMES)}"
        return Site(name, code, street, postcode, city, rng.uniform(43.3, 49.8), rng.uniform(-1.5, 6.5))


@dataclass(slots=True)
class Row:
    """What a column's cell is made from: the row's people and places, and the cells to its left.

    Attributes:
        index: from 0. bucket: the age drawn by an ``Ages`` column, else empty.
        cells: filled from left to right while the row is made.
    """

    index: int
    rng: Random
    world: World
    person: Person
    staff: Person
    site: Site
    bucket: str = ""
    cells: dict[str, Any] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        """Tells whether something that befalls this share of the rows befalls this one."""
        return self.rng.random() < share

    def pick(self, *choices: Any) -> Any:
        """Returns one of the choices."""
        return self.rng.choice(choices)

    def day(self, years: float = 3.0) -> date:
        """Returns a day within the last ``years``."""
        return AS_OF - timedelta(days=self.rng.randrange(1, int(years * 365)))

    def moment(self, years: float = 1.0) -> datetime:
        """Returns a second of a working day within the last ``years``."""
        midnight = datetime.combine(self.day(years), datetime.min.time())
        return midnight + timedelta(seconds=self.rng.randrange(27_000, 68_000))


def rows(world: World, name: str, count: int, roster: bool = False) -> Iterator[Row]:
    """Yields the rows of the table ``name``; drawn from a generator of its own.

    In a ``roster`` nobody stands twice: row ``i`` is person ``i`` and member ``i`` of the staff.
    """
    rng = world.random(name)
    for index in range(count):
        person, colleague, site = rng.choice(world.people), rng.choice(world.staff), rng.choice(world.sites)
        if roster:
            person, colleague = world.people[index % len(world.people)], world.staff[index % len(world.staff)]
        yield Row(index, rng, world, person, colleague, site)
