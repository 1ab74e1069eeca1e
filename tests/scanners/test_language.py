"""Language of a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.scanners.language import identify, is_prose, reading_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Rappeler le client demain matin", "fr"),
        ("Client diabétique, prévoir repas adapté pour midi", "fr"),
        ("Please call me back", "en"),
        ("The door was closed by the engineer yesterday", "en"),
        ("Der Kunde hat heute angerufen und wartet auf eine Antwort", "other"),
        ("El cliente llamó ayer por la tarde y espera una respuesta", "other"),
        ("DUPONT Jean", None),
        ("Chaudière", None),
        ("REF-1234 / 45", None),
        ("", None),
    ],
)
def test_prose_has_a_language_and_names_have_none(text: str, language: str | None) -> None:
    assert identify(text) == language


def test_a_text_without_language_is_read_in_the_default_one() -> None:
    assert reading_language("DUPONT Jean") == "fr"
    assert reading_language("DUPONT Jean", default="en") == "en"
    assert reading_language("Der Kunde hat heute angerufen und wartet auf eine Antwort") == "en"


@given(st.text(max_size=300))
def test_the_answer_depends_on_the_text_alone(text: str) -> None:
    assert identify(text) == identify(text)
    assert is_prose(text) in (True, False)
