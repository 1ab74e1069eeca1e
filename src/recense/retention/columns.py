"""Which columns speak of what: the start of a period, a hold, an archive, an erasure. Judged by name and type only.

An event is a legal fact and a column only evidence of it (``recense.policy.keeping``). Names are compared word by
word, accents and filler words aside: ``dt_collecte``, ``DateDeCollecte`` and ``date_collecte`` are one stem.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from recense.model import Column
from recense.retention.words import Grade

if TYPE_CHECKING:
    from recense.policy.keeping import Event

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z0-9]+")
_FILLER = frozenset(
    [
        "date",
        "dt",
        "dte",
        "dat",
        "le",
        "la",
        "les",
        "l",
        "de",
        "d",
        "du",
        "des",
        "at",
        "on",
        "ts",
        "time",
        "datetime",
        "jour",
        "day",
        "heure",
        "the",
        "of",
        "utc",
    ]
)
_TEMPORAL = re.compile(r"date|time(?!d)", re.I)
_TEXTUAL = re.compile(r"char|text|string|clob|enum|^$|variant|json|unknown", re.I)
_NUMERIC = re.compile(r"int|numeric|decimal|number|double|float|real|serial|year", re.I)
_DATE_WORDS = frozenset(
    ["date", "dt", "dte", "dat", "at", "on", "ts", "time", "datetime", "timestamp", "horodatage", "jour", "day", "le"]
)

# Stems beside those of the policy's events: what data engineers call the same things. Late: never before the event
# itself, so that what seems overdue is; early: never after it.
_MORE_DIRECT: Mapping[str, tuple[str, ...]] = {
    "collection": ("collecte", "collected", "collection", "inscription", "signup", "registered", "registration",
                   "saisie", "subscribed", "adhesion", "premier_contact", "first_contact", "enrolled", "recueil"),
    "contract_execution": ("execution", "executed", "livraison", "delivered", "delivery", "fin_execution",
                           "prestation"),
    "contract_conclusion": ("signature", "signed", "conclusion", "concluded", "contrat", "contract"),
    "relationship_end": ("closed", "cloture", "resiliation", "terminated", "fin_contrat", "fin_relation", "ended"),
    "last_contact": ("dernier_contact", "last_contact", "last_login", "derniere_connexion", "last_seen",
                     "last_activity", "derniere_activite"),
    "order_placed": ("commande", "ordered", "order"),
    "invoice_issued": ("facture", "invoiced", "invoice", "facturation", "billed"),
    "document_release": ("emission", "issued", "released", "release"),
    "measurement": ("mesure", "measured", "visite", "visited", "hit", "event"),
    "log_event": ("log", "logged", "horodatage", "timestamp"),
    "erasure_request": ("demande_effacement", "erasure_requested", "deletion_requested"),
    "fiscal_year_end": ("exercice", "fiscal_year", "cloture_exercice"),
}  # fmt: skip
_BIRTH = ("created", "creation", "cree", "inserted", "insert", "insertion", "added", "ajout", "import", "imported",
          "loaded", "charge", "first_seen", "recorded", "enregistrement", "crt", "crea",
          "ouverture", "opened")  # fmt: skip
_NEVER = ("updated", "modified", "modification", "maj", "update", "mise_a_jour", "changed", "email_opened",
          "last_modified", "derniere_modification", "synced", "exported", "backup", "naissance", "birth", "born",
          "dob", "ddn", "expiration", "expires", "expiry", "echeance", "valid_until", "fin_validite", "deceased",
          "deces")  # fmt: skip
_AFTER: Mapping[str, tuple[str, ...]] = {
    "collection": ("last_contact", "relationship_end", "consent_withdrawn", "archived", "erasure_request"),
    "contract_conclusion": ("contract_execution", "archived"),
    "order_placed": ("invoice_issued",),
    "contract_execution": ("archived",),
}
"""What comes after what (facts, law §2.7): a later event that is old proves the earlier one older."""

HOLD = frozenset(["hold", "gel", "litige", "contentieux", "litigation", "lithold"])
_HOLD_OVER = frozenset(
    ["released", "release", "leve", "levee", "cloture", "closed", "fin", "end", "ended", "until", "review"]
)
ARCHIVE_FLAGS = frozenset(["archived", "archive", "archivage", "archivee"])
_STATES = frozenset(["zone", "statut", "status", "etat", "state", "phase", "lifecycle", "cycle"])
DELETED = frozenset(
    ["deleted", "deletion", "supprime", "supprimee", "suppression", "effacement", "erased", "purged", "purge", "efface"]
)
ANONYMISED = frozenset(["anonymised", "anonymized", "anonymise", "anonymisee", "anonymisation", "anonymization"])
_ASKED = frozenset(["demande", "request", "requested"])


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a column says of an event.

    Attributes:
        column: None when no column says anything.
        late: it is never before the event: a row that is overdue by it is overdue.
        word: why, as a key of ``recense.retention.sentences``.
    """

    event: str
    column: str | None
    grade: Grade
    late: bool = False
    word: str = "start_none"


@cache
def words(name: str) -> tuple[str, ...]:
    """Returns the words of a column's name in lower case, accents off; of a path, those of its last part.

    >>> words("DateDeCollecte"), words("adresse.créé_le")
    (('date', 'de', 'collecte'), ('cree', 'le'))
    """
    last = name.rsplit(".", 1)[-1]
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("_", last)).encode("ascii", "ignore").decode().lower()
    return tuple(_WORD.findall(plain))


@cache
def stem(name: str) -> tuple[str, ...]:
    """Returns the words that distinguish a column's name; all when only filler is left."""
    found = words(name)
    return tuple(word for word in found if word not in _FILLER) or found


def may_be_date(column: Column, decades: int = 0, cells: int = 0) -> bool:
    """Tells whether a column can hold dates: by its type, by its sampled cells, or as text or number by its name.

    Args:
        column: as declared.
        decades: sampled cells that were dates.
        cells: sampled cells.
    """
    if _TEMPORAL.search(column.type):
        return True
    if cells and decades * 2 > cells:
        return True
    named = bool(_DATE_WORDS & set(words(column.path)) or {"exercice", "fiscal", "year"} & set(words(column.path)))
    return named and bool(_TEXTUAL.search(column.type) or _NUMERIC.search(column.type))


def evidence(event: str, known: Event | None, column: str) -> Evidence | None:
    """Returns what a column's name says of an event, None when nothing.

    Args:
        event: id of the event.
        known: what the policy says of it.
        column: a column that may hold dates.
    """
    own = stem(column)
    never = _stems(known.never if known else ()) | _stems(_NEVER)
    direct = _stems(known.direct if known else ())
    proxies = _stems(known.proxy if known else ())
    if own in direct or (own not in proxies | never and _speaks(own, _MORE_DIRECT.get(event, ()))):
        return Evidence(event, column, Grade.DIRECT, word="start_direct")
    if any(_holds(own, one) for one in never):
        return Evidence(event, column, Grade.NEVER, word="start_never")
    if event == "collection" and (_speaks(own, _BIRTH) or own in _stems(("created", "creation"))):
        return Evidence(event, column, Grade.PROXY, late=True, word="start_birth")
    if own in proxies:
        return Evidence(event, column, Grade.PROXY, word="start_proxy")
    if _speaks(own, _BIRTH):
        return Evidence(event, column, Grade.PROXY, word="start_birth")
    return None


def choose(event: str, events: Mapping[str, Event], columns: Iterable[str]) -> Evidence:
    """Returns the best evidence of an event among columns that may hold dates.

    Direct before a proxy, before the date of another event, before a date of unknown meaning; what says nothing of the
    event is never taken.
    """
    found: list[tuple[int, Evidence]] = []
    for column in columns:
        said = evidence(event, events.get(event), column)
        if said is None:
            said = _by_other_event(event, events, column)
        said = said or Evidence(event, column, Grade.PROXY, word="start_unknown")
        found.append((_rank(said), said))
    if not found:
        return Evidence(event, None, Grade.NONE)
    best = min(found, key=lambda pair: pair[0])[1]  # the first in the table's order among equals
    return best if best.grade is not Grade.NEVER else Evidence(event, None, Grade.NEVER, word="start_only_never")


def _rank(said: Evidence) -> int:
    if said.grade is Grade.DIRECT:
        return 0
    if said.grade is Grade.NEVER:
        return 9
    return {"start_birth": 1, "start_proxy": 2, "start_unknown": 5}.get(said.word, 3 if said.late else 4)


def _by_other_event(event: str, events: Mapping[str, Event], column: str) -> Evidence | None:
    """Returns the proxy that the date of another event is."""
    for other in dict.fromkeys([*events, *_MORE_DIRECT]):
        if other in (event, "fiscal_year_end"):
            continue
        said = evidence(other, events.get(other), column)
        if said is not None and said.grade is Grade.DIRECT:
            return Evidence(event, column, Grade.PROXY, late=other in _AFTER.get(event, ()), word="start_other")
    return None


def _stems(names: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(stem(name) for name in names)


def _speaks(own: tuple[str, ...], stems: Sequence[str]) -> bool:
    return any(own == tuple(one.split("_")) for one in stems)


def _holds(own: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Tells whether some words stand in a name, one after the other."""
    return any(own[at : at + len(part)] == part for at in range(len(own) - len(part) + 1))


def hold_columns(columns: Sequence[Column]) -> list[str]:
    """Returns the columns that say that a row is under a hold; those that say when it ended are none."""
    return [
        column.path
        for column in columns
        if HOLD & set(words(column.path)) and not (_HOLD_OVER & set(words(column.path)))
    ]


def archive_column(columns: Sequence[Column]) -> tuple[str, bool] | None:
    """Returns the column that says which rows are archived, and whether it is a state (``archived``) or a flag."""
    flags = [c.path for c in columns if ARCHIVE_FLAGS & set(words(c.path)) and not _STATES & set(words(c.path))]
    if flags:
        return flags[0], False
    states = [c.path for c in columns if _STATES & set(words(c.path)) and _TEXTUAL.search(c.type)]
    ranked = sorted(states, key=lambda path: "zone" not in words(path) and not ARCHIVE_FLAGS & set(words(path)))
    return (ranked[0], True) if ranked else None


def marked(columns: Sequence[Column], marks: frozenset[str]) -> str | None:
    """Returns the first column whose name says that its row was deleted or anonymised; a mere request is neither."""
    return next(
        (c.path for c in columns if marks & set(words(c.path)) and not _ASKED & set(words(c.path))),
        None,
    )
