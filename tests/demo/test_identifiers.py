"""Check digits, held against the libraries a scanner would use."""

import ipaddress
import uuid
from random import Random

import phonenumbers
import pytest
from schwifty import IBAN
from stdnum import ean, luhn
from stdnum.fr import nir, siren, siret, tva

from recense.demo import identifiers as ids

RNG = Random(1)
RANGE = range(200)


def test_company_numbers_have_valid_keys() -> None:
    for _ in RANGE:
        company = ids.siren(RNG)
        assert siren.is_valid(company)
        assert siret.is_valid(ids.siret(RNG, company))
        assert tva.is_valid(ids.vat(company))


def test_social_security_numbers_have_valid_keys_and_communes_that_do_not_exist() -> None:
    for _ in RANGE:
        number = ids.nir(RNG, RNG.random() < 0.5, RNG.randint(1940, 2005), RNG.randint(1, 12))
        assert nir.is_valid(number)
        assert int(number[7:10]) >= 910


def test_bank_accounts_are_valid_down_to_the_national_key() -> None:
    for _ in RANGE:
        assert IBAN(ids.iban(ids.rib(RNG)), validate_bban=True).country_code == "FR"


def test_cards_and_product_codes_have_valid_keys() -> None:
    for _ in RANGE:
        assert luhn.is_valid(ids.card(RNG))
        assert ean.is_valid(ids.ean(RNG))


@pytest.mark.parametrize("make", [ids.landline, ids.mobile])
def test_phone_numbers_are_valid_french_numbers(make: object) -> None:
    for _ in RANGE:
        number = make(RNG)  # type: ignore[operator]
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, "FR"))
        assert phonenumbers.is_valid_number(phonenumbers.parse(ids.international(number), None))


def test_landlines_are_of_the_fiction_blocks() -> None:
    assert all(ids.landline(RNG).startswith(ids.FICTION_LANDLINES) for _ in RANGE)


def test_network_addresses_are_for_documentation() -> None:
    for _ in RANGE:
        assert not ipaddress.ip_address(ids.ipv4(RNG)).is_global
        assert ipaddress.ip_address(ids.ipv6(RNG)) in ipaddress.ip_network("2001:db8::/32")


def test_uuids_are_of_version_4() -> None:
    assert all(uuid.UUID(ids.uuid4(RNG)).version == 4 for _ in RANGE)
    assert all(uuid.UUID(ids.uuid4(RNG)).variant == uuid.RFC_4122 for _ in RANGE)
