"""Real-looking values in fixtures: found by check digits, never what is reserved for examples."""

import pytest
from stdnum import luhn
from stdnum.fr import nir

from recense.gate.values import entity_of

REAL = {
    "jeanne.lefevre@chauffage-lefevre.fr": "EMAIL_ADDRESS",
    "Rappeler Jeanne <j.l@chauffage-lefevre.fr> demain": "EMAIL_ADDRESS",
    "06 71 48 93 25": "PHONE_NUMBER",
    "+33 6 71 48 93 25": "PHONE_NUMBER",
    "FR21 2004 1010 0509 7465 1M02 643": "IBAN_CODE",
    "4539 1488 0343 6467": "CREDIT_CARD",
}
RESERVED = (
    "jeanne@example.org", "a@b.test", "root@localhost", "x@mail.example.com", "06 39 98 12 34", "+33199001234",
    "4111 1111 1111 1111", "FR76 3000 6000 0112 3456 7890 189", "GB82 WEST 1234 5698 7654 32", "01 02 03 04 05",
    "06 12 34 56 78", "2026-11-23", "12345678901234", "00000000-0000-0000-0000-000000000000", "", "a@b", "@",
    "4539 1488 0343 6468", "192.168.0.1", "1 85 05 78 006 084 36",
)  # fmt: skip


@pytest.mark.parametrize("text", REAL)
def test_real_looking_values(text: str) -> None:
    assert entity_of(text) == REAL[text]


def test_a_social_security_number_needs_its_key() -> None:
    body = "2790813555102"
    key = nir.calc_check_digits(body)
    assert entity_of(f"{body} {key}") == "FR_NIR"
    assert entity_of(f"{body} {(int(key) % 97) + 1:02d}") is None
    assert luhn.is_valid("4539148803436467")


@pytest.mark.parametrize("text", RESERVED)
def test_what_is_reserved_for_examples_is_not_real(text: str) -> None:
    assert entity_of(text) is None


def test_any_length_is_bounded_work() -> None:
    assert entity_of("a." * 4_000_000 + "@" * 1_000_000) is None
    assert entity_of("x@" + "a-" * 2_000) is None
