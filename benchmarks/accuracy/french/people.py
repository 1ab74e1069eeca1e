"""Invented people with identifiers whose check digits hold; phones and machines' addresses as real ones look."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from benchmarks.accuracy.french import words


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who does not exist; ``lang`` says which country's names and addresses are theirs."""

    lang: str
    female: bool
    first: str
    last: str
    born: date
    street: str
    postcode: str
    town: str
    mobile: str
    landline: str
    mail: str
    iban: str
    nir: str

    @property
    def full(self) -> str:
        """First name and surname."""
        return f"{self.first} {self.last}"

    @property
    def address(self) -> str:
        """Street, postcode and town on one line."""
        if self.lang == "en":
            return f"{self.street}, {self.town} {self.postcode}"
        return f"{self.street}, {self.postcode} {self.town}"


def plain(text: str) -> str:
    """Returns a text without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def digits(rng: Random, count: int) -> str:
    """Returns so many random digits."""
    return "".join(rng.choices("0123456789", k=count))


def luhn(rng: Random, start: str, length: int) -> str:
    """Returns a number of that length with Luhn's check digit (ISO/IEC 7812)."""
    body = start + digits(rng, length - len(start) - 1)
    total = 0
    for place, figure in enumerate(reversed(body)):
        value = int(figure) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def nir(rng: Random, female: bool, born: date) -> str:
    """Returns a French social security number with its key (97 less the rest)."""
    body = f"{2 if female else 1}{born:%y%m}{rng.randint(1, 95):02d}{rng.randint(1, 700):03d}{rng.randint(1, 400):03d}"
    if body[5:7] == "20":
        body = body[:5] + "75" + body[7:]
    return f"{body}{97 - int(body) % 97:02d}"


def iban(rng: Random) -> str:
    """Returns a French IBAN; the key of the account (RIB) and of the IBAN hold."""
    bank, branch, account = rng.choice(words.BANKS), digits(rng, 5), digits(rng, 11)
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    bban = f"{bank}{branch}{account}{key:02d}"
    return f"FR{98 - int(bban + '152700') % 97:02d}{bban}"


def english_iban(rng: Random) -> str:
    """Returns a British IBAN whose key holds."""
    bank, rest = "MIDL", digits(rng, 14)
    number = "".join(str(ord(letter) - 55) for letter in bank) + rest + "161100"
    return f"GB{98 - int(number) % 97:02d}{bank}{rest}"


def grouped(number: str, size: int, between: str = " ") -> str:
    """Returns a number cut into groups."""
    return between.join(number[place : place + size] for place in range(0, len(number), size))


def person(rng: Random, lang: str = "fr") -> Person:
    """Returns somebody new."""
    female = rng.random() < 0.5
    born = date(1938, 1, 1) + timedelta(days=rng.randrange(25_000))
    english = lang == "en"
    firsts = (
        (words.ENGLISH_FEMALE if female else words.ENGLISH_MALE)
        if english
        else (words.FEMALE if female else words.MALE)
    )
    first, last = rng.choice(firsts), rng.choice(words.ENGLISH_SURNAMES if english else words.SURNAMES)
    postcode, town = rng.choice(words.ENGLISH_PLACES if english else words.PLACES)
    number = str(rng.randint(1, 180)) + rng.choice(("", "", "", "", "" if english else " bis"))
    street = f"{number} {rng.choice(words.ENGLISH_STREETS if english else words.STREETS)}"
    simple_first, simple_last = (plain(part).lower().replace(" ", "").replace("'", "") for part in (first, last))
    local = rng.choice((f"{simple_first}.{simple_last}", f"{simple_first[0]}{simple_last}", f"{simple_last}{born:%y}"))
    if english:
        mobile = rng.choice(("07911", "07777", "07890", "07845", "07738", "07966")) + digits(rng, 6)
        landline = rng.choice(("0113", "0121", "0131", "0141", "0161")) + rng.choice("23456789") + digits(rng, 6)
    else:  # 07 is open from 073 on
        mobile = "0" + rng.choice(("6" + digits(rng, 1), "7" + rng.choice("3456789"))) + digits(rng, 7)
        landline = f"0{rng.choice('12345')}{rng.choice('234567')}{digits(rng, 7)}"
    mail = f"{local}@{rng.choice(words.MAIL_HOSTS)}"
    account = english_iban(rng) if english else iban(rng)
    return Person(
        lang, female, first, last, born, street, postcode, town, mobile, landline, mail, account, nir(rng, female, born)
    )


def phone(rng: Random, who: Person) -> str:
    """Returns a phone number as people write it."""
    number = who.mobile if rng.random() < 0.7 else who.landline
    if who.lang == "en":
        return rng.choice((number, f"{number[:5]} {number[5:]}", f"+44 {number[1:5]} {number[5:]}"))
    return rng.choice(
        (number, grouped(number, 2), grouped(number, 2, "."), f"+33 {number[1]} {grouped(number[2:], 2)}")
    )


def name(rng: Random, who: Person) -> str:
    """Returns a whole name as people write it."""
    title = ("Ms" if who.female else "Mr") if who.lang == "en" else ("Mme" if who.female else "M.")
    return rng.choice(
        (who.full, who.full, f"{who.last.upper()} {who.first}", f"{title} {who.last}", f"{title} {who.full}")
    )


def ip(rng: Random) -> str:
    """Returns an IPv4 address of a network that is routed."""
    network = rng.choice((81, 82, 86, 90, 109, 176, 193, 212))
    return f"{network}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randint(1, 254)}"


def plate(rng: Random) -> str:
    """Returns a French vehicle plate of the current form."""
    letters = "ABCDEFGHJKLMNPQRSTVWXYZ"
    return f"{''.join(rng.choices(letters, k=2))}-{rng.randint(1, 999):03d}-{''.join(rng.choices(letters, k=2))}"
