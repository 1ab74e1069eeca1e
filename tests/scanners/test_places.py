"""Addresses, cities and countries by rules."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.scanners.places import (
    find_addresses,
    has_postcode_shape,
    is_address,
    is_city,
    is_country,
    is_country_code,
    is_region,
)

# The address stands between brackets.
TEXTS = [
    "Livrer au [12 bis rue Victor Hugo, 75001 Paris] demain",
    "[résidence Les Jardins, bât. C, 5 allée des Roses, 77500 Chelles]",
    "courrier : [BP 123 59000 LILLE CEDEX 9]",
    "[3 place de la République 69003 Lyon 3e]",
    "habite [12 rue victor hugo 75001 paris]",
    "[14 rue du 8 mai 1945, 33000 Bordeaux]",
    "[1 av. Foch\n57000 METZ]",
    "[CS 10234 - 35042 RENNES CEDEX]",
    "[15 quater A rue de l'Église 67000 Strasbourg]",
    "[Lieu-dit Le Bourg 15000 Aurillac]",
    "Le site du [12 route de Paris] est fermé",
    "[ZI des Bruyères, 78190 Trappes]",
    "[2 Chemin de la Mare, Saint-Jean-de-Braye]",
    "né en 1970, [75015 Paris]",
    "rdv au [5 rue Général-de-Gaulle], puis retour",
    "lives at [221B Baker Street, London NW1 6XE]",
    "ship to [1600 Pennsylvania Avenue NW, Washington, DC 20500]",
    "[Hauptstraße 5, 10115 Berlin]",
    "[Calle Mayor 5, 28013 Madrid]",
    "Facturation : [20 bd du Château]. Livraison identique.",
    "[29 A, ch. du 8 mai 1945]",
    "posté de [PSC 1437, Box 3833\nAPO AA 66791]",
    "[ul. Zamkowa 33]",
    "[12 r. de Verdun, 69003 LYON]",
]
NOTHING = [
    "il reste 2 pl libres",
    "3 cours de maths",
    "commande 12345 Paris",
    "VILLENEUVE SUR LOT",
    "rue Victor Hugo",
    "Mesure 5 m, 3 lots de 4",
    "in 2010 he moved to Park Street",
    "38 ST GERMAIN",
    "devis 2023-114 du 12/03",
    "version 3.2 de la voie 4",
    "",
    "12",
    "194 km de route entre Lille et la mer",
    "2024 Partie 3",
]


@pytest.mark.parametrize("marked", TEXTS)
def test_an_address_is_found_from_its_first_to_its_last_part(marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")
    assert [text[place.start : place.end] for place in find_addresses(text)] == [
        marked[marked.index("[") + 1 : marked.index("]")]
    ]


@pytest.mark.parametrize("text", NOTHING)
def test_numbers_and_lone_places_are_no_address(text: str) -> None:
    assert find_addresses(text) == []


def test_a_cell_is_an_address_or_only_holds_one() -> None:
    assert is_address("12 bis rue Victor Hugo, 75001 Paris")
    assert not is_address("Livrer chez la voisine, au 5 allée des Roses, 77500 Chelles avant midi")


def test_cities_and_countries() -> None:
    assert all(
        map(
            is_city,
            (
                "Paris",
                "LE HAVRE",
                "lyon 3e",
                "LILLE CEDEX 9",
                "St-Denis",
                "VILLENEUVE SUR LOT",
                "London",
                "L'Haÿ-les-Roses",
            ),
        )
    )
    assert not any(map(is_city, ("Chaudière", "", "12", "Table", "x" * 100)))
    assert is_country("États-Unis") and is_country("germany") and not is_country("Paris")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_gives_ordered_spans_inside_it(text: str) -> None:
    found = find_addresses(text)
    assert all(0 <= place.start < place.end <= len(text) for place in found)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))


def test_long_hostile_input_ends_quickly() -> None:
    for text in (
        "1 rue " * 3_000,
        "1, " * 5_000,
        "a" * 20_000,
        "12 rue de la de la " * 1_000,
        "résidence " * 3_000 + "5 rue X",
    ):
        find_addresses(text)


def test_regions_by_name_or_code() -> None:
    assert all(map(is_region, ("Île-de-France", "bretagne", "Seine-et-Marne", "TX", "Québec", "NSW", "West Virginia")))
    assert not any(map(is_region, ("tx", "Lyon", "XX", "", "Réunion de chantier")))


def test_country_codes_are_capitals() -> None:
    assert is_country_code("FR") and is_country_code("US")
    assert not any(map(is_country_code, ("fr", "EN", "ZZ", "FRA", "")))


def test_shapes_of_post_codes() -> None:
    assert all(map(has_postcode_shape, ("75001", "6002", "98280-1234", "M4B 1B5", "L4W1C2", "SW1A 1AA", "1012 AB")))
    assert not any(map(has_postcode_shape, ("123", "1234567", "AB", "12 34", "٧٥٠٠١", "75001 Paris")))
