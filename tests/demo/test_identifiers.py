"""Check digits, held against the libraries a scanner would use."""

import ipaddress
import uuid
from collections.abc import Callable
from random import Random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schwifty import IBAN
from stdnum import ean, luhn
from stdnum.fr import nir, siren, siret, tva

from recense.demo import identifiers as ids


def numbers(test: Callable[..., None]) -> Callable[..., None]:
    """Runs a test on many generators; without a deadline, since the first phone number loads the library's tables."""
    return settings(deadline=None)(given(rng=st.integers(0, 2**32).map(Random))(test))


@numbers
def test_company_numbers_have_valid_keys(rng: Random) -> None:
    company = ids.siren(rng)
    assert siren.is_valid(company)
    assert siret.is_valid(ids.siret(rng, company))
    assert tva.is_valid(ids.vat(company))


@numbers
def test_social_security_numbers_have_valid_keys_and_communes_that_do_not_exist(rng: Random) -> None:
    number = ids.nir(rng, rng.random() < 0.5, rng.randint(1940, 2005), rng.randint(1, 12))
    assert nir.is_valid(number)
    assert int(number[7:10]) >= 910


@numbers
def test_bank_accounts_are_valid_down_to_the_national_key(rng: Random) -> None:
    assert IBAN(ids.iban(ids.rib(rng)), validate_bban=True).country_code == "FR"


@numbers
def test_cards_and_product_codes_have_valid_keys(rng: Random) -> None:
    assert luhn.is_valid(ids.card(rng))
    assert ean.is_valid(ids.ean(rng))


@pytest.mark.parametrize("make", [ids.landline, ids.mobile])
@numbers
def test_phone_numbers_are_valid_french_numbers(make: Callable[[Random], str], rng: Random) -> None:
    number = make(rng)
    assert phonenumbers.is_valid_number(phonenumbers.parse(number, "FR"))
    assert phonenumbers.is_valid_number(phonenumbers.parse(ids.international(number), None))


@numbers
def test_landlines_are_of_the_fiction_blocks(rng: Random) -> None:
    assert ids.landline(rng).startswith(ids.FICTION_LANDLINES)


@numbers
def test_network_addresses_are_for_documentation(rng: Random) -> None:
    assert not ipaddress.ip_address(ids.ipv4(rng)).is_global
    assert ipaddress.ip_address(ids.ipv6(rng)) in ipaddress.ip_network("2001:db8::/32")


@numbers
def test_uuids_are_of_version_4(rng: Random) -> None:
    assert uuid.UUID(ids.uuid4(rng)).version == 4
    assert uuid.UUID(ids.uuid4(rng)).variant == uuid.RFC_4122
