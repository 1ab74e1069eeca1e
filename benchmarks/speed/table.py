"""The table that is measured: 20 columns, 16 of them text, French, with check digits that hold; nothing in it is real.

Names and words come from the demo's lists, phone numbers and addresses of machines from blocks nobody has.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recense.demo import identifiers, words

ROW_GROUP = 131_072
_FILLER_TEXT = (
    "rappeler demain matin pour fixer un rendez-vous avec le technicien au sujet de la vérification annuelle des "
    "extincteurs du site le devis est signé mais la livraison a pris du retard le client attend une réponse avant "
    "la fin de la semaine accès par la cour badge à demander à l'accueil contrôle fait sans remarque prochaine visite "
    "prévue en mars facture envoyée par courrier porte coupe-feu à remplacer au deuxième étage voir avec le gardien"
)
_FILLER = _FILLER_TEXT.split()
_STATES = ("actif", "résilié", "en attente", "suspendu", "prospect")


def write(path: Path, rows: int, seed: int = 7) -> None:
    """Writes the table as zstd Parquet in groups of ``ROW_GROUP`` rows; the same seed gives the same rows."""
    rng = Random(seed)
    schema = pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, ROW_GROUP):
            block = [_row(rng, number) for number in range(start, min(rows, start + ROW_GROUP))]
            arrays = [pa.array([make(row, rng) for row in block], kind) for kind, make in COLUMNS.values()]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def _row(rng: Random, number: int) -> dict[str, Any]:
    """Returns what the cells of a row have in common."""
    female = rng.random() < 0.5
    return {
        "number": number,
        "female": female,
        "first": rng.choice(words.FEMALE if female else words.MALE),
        "last": rng.choice(words.SURNAMES),
        "place": rng.choice(words.COMMUNES),
        "born": date(rng.randint(1940, 2004), rng.randint(1, 12), rng.randint(1, 28)),
        "seen": datetime(2020, 1, 1) + timedelta(seconds=rng.randrange(150_000_000)),
    }


def _email(row: dict[str, Any], rng: Random) -> str:
    local = f"{row['first']}.{row['last']}".lower().replace(" ", "-").replace("'", "")
    return f"{local}{row['number'] % 1000}@{rng.choice(('example.org', 'example.com', 'courriel.example'))}"


def _phone(row: dict[str, Any], rng: Random) -> str:
    number = identifiers.mobile(rng) if rng.random() < 0.6 else identifiers.landline(rng)
    return rng.choice((number, identifiers.spaced(number), identifiers.spaced(number, "."), "+33" + number[1:]))


def _comment(row: dict[str, Any], rng: Random) -> str:
    """Returns 10 to 60 words, in one of twenty cells with a person, a phone number or an address in it."""
    text = rng.choices(_FILLER, k=rng.randint(10, 60))
    if rng.random() < 0.05:
        told = (f"Mme {row['last']}", identifiers.spaced(identifiers.mobile(rng)), _email(row, rng))
        text.insert(rng.randrange(len(text)), rng.choice(told))
    return " ".join(text)


def _facts(row: dict[str, Any], rng: Random) -> str:
    return json.dumps({"canal": rng.choice(("web", "tel")), "contact": _email(row, rng), "lot": rng.randrange(10**6)})


Make = Callable[[dict[str, Any], Random], Any]
COLUMNS: dict[str, tuple[pa.DataType, Make]] = {
    "id": (pa.int64(), lambda row, rng: row["number"]),
    "prenom": (pa.string(), lambda row, rng: row["first"]),
    "nom": (pa.string(), lambda row, rng: row["last"].upper()),
    "titulaire": (pa.string(), lambda row, rng: f"{row['first']} {row['last']}"),
    "courriel": (pa.string(), _email),
    "telephone": (pa.string(), _phone),
    "adresse": (pa.string(), lambda row, rng: f"{rng.randint(1, 199)} {rng.choice(words.STREETS)}"),
    "ville": (pa.string(), lambda row, rng: row["place"][1]),
    "iban": (pa.string(), lambda row, rng: identifiers.iban(identifiers.rib(rng))),
    "nir": (pa.string(), lambda row, rng: identifiers.nir(rng, row["female"], row["born"].year, row["born"].month)),
    "ip": (pa.string(), lambda row, rng: identifiers.ipv4(rng)),
    "naissance": (pa.string(), lambda row, rng: row["born"].strftime("%d/%m/%Y")),
    "statut": (pa.string(), lambda row, rng: rng.choice(_STATES)),
    "session": (pa.string(), lambda row, rng: str(uuid.UUID(int=rng.getrandbits(128), version=4))),
    "produit": (pa.string(), lambda row, rng: f"REF-{rng.randrange(900):03d} {rng.choice(words.TRADES)}"),
    "commentaire": (pa.string(), _comment),
    "donnees": (pa.string(), _facts),
    "montant": (pa.float64(), lambda row, rng: rng.randrange(100, 500_000) / 100),
    "quantite": (pa.int32(), lambda row, rng: rng.randrange(1, 50)),
    "vu_le": (pa.timestamp("s"), lambda row, rng: row["seen"]),
}
"""Name -> type and how a cell is made of its row."""
