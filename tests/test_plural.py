"""One of a thing is one, in every catalogue of sentences and both languages; French counts none in the singular too."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from recense.demo.render import TEXTS
from recense.plural import agreed, counted
from recense.policy.lint import texts as lint_texts
from recense.reports import evidence
from recense.reports.evidence import said
from recense.reports.texts import Texts
from recense.retention.sentences import SENTENCES, Note

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "fr")
FILES = ("reports/texts.yaml", "reports/dashboard/texts.yaml", "reports/person_texts.yaml")
NO_NOUN = "des dans mais mois moins fois plus sans sous pas days is was has hours less unless as holds shows aux hors"
"""Words with an s at their end that are no plural after a one: « 1 dans », "more than 1 is"."""

COUNTS = """n n2 n3 n4 cells rows read shown all count days columns most times outside prohibited undeclared open
declared new gone changed sentinels age position nulls distinct"""
TEXTS_OF_THEIR_OWN = ("changes.", "limit.", "findings.more")
"""Counts in a list after a colon, and limits that are never one."""


def filled(text: str, language: str, n: int) -> str:
    names = {name.split(":")[0] for _, name, _, _ in string.Formatter().parse(text) if name}
    return agreed(text, {name: n if name in COUNTS.split() else "X" for name in names}, language)


def disagreements(sentence: str, language: str, n: int) -> list[str]:
    """Returns what looks like a plural after a number that asks for the singular."""
    found = re.findall(rf"(?<![\d.,]){n} (?:non |sur )?([^\W\d_]+[sx])\b", sentence)
    found += re.findall(rf"(?<![\d.,]){n} (?:[^\W\d_]+ )?(?:ont|sont|have|are|match|hold)\b", sentence)
    return [word for word in found if word not in NO_NOUN.split()]


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Yields every sentence that counts, by its key, as it stands in a catalogue."""
    for file in FILES:
        for key, entry in yaml.safe_load((ROOT / file).read_text("utf-8")).items():
            forms = entry[language]
            yield f"{file}:{key}", forms["one"] if isinstance(forms, Mapping) else str(forms)
    for group in ("sentences", "reasons"):
        yield from ((f"evidence:{entry['en']}", entry[language]) for entry in evidence.catalogue()[group])
    yield from ((f"retention:{key}", both[LANGUAGES.index(language)]) for key, both in SENTENCES.items())
    yield from ((f"lint:{key}", entry[language]) for key, entry in lint_texts().items())
    yield from ((f"demo:{key}", text) for key, text in TEXTS[language].items())
    words = yaml.safe_load((ROOT / "src/recense/register/words.yaml").read_text("utf-8"))
    groups = ((name, group) for name, group in words.items() if name in ("said", "gaps", "changes"))
    yield from ((f"register:{name}.{key}", entry[language]) for name, group in groups for key, entry in group.items())


@pytest.mark.parametrize(("language", "n"), [("en", 1), ("fr", 1), ("fr", 0)])
def test_one_is_one_in_every_catalogue(language: str, n: int) -> None:
    wrong = {
        key: found
        for key, text in sentences(language)
        if "{" in text
        and not any(part in key for part in TEXTS_OF_THEIR_OWN)
        and (found := disagreements(filled(text, language, n), language, n))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_that_counts_has_a_form_for_several_too(language: str) -> None:
    both: dict[str, Any] = {"a": "{n} {n:ligne|lignes} sur {all}", "b": {"one": "{n} row", "other": "{n} rows"}}
    t = Texts(language, both)
    assert t("a", n=2, all=12_000).replace("\N{NO-BREAK SPACE}", " ") == "2 lignes sur 12 000"
    assert [t("b", n=n) for n in (0, 1, 2)] == (
        ["0 row", "1 row", "2 rows"] if language == "fr" else ["0 rows", "1 row", "2 rows"]
    )


@pytest.mark.parametrize(
    ("stored", "english", "french"),
    [
        ("1 of 1 cells match; 0 hold nothing else", "1 of 1 cell matches; 0 hold nothing else",
         "1 cellule sur 1 correspond ; 0 ne contient rien d'autre"),
        ("1 of 2,500 cells match, 1 refused; 1 hold nothing else",
         "1 of 2,500 cells matches, 1 refused; 1 holds nothing else",
         "1 cellule sur 2 500 correspond, 1 refusée ; 1 ne contient rien d'autre"),
        ("1 cells, 1 distinct, have a fitting shape", "1 cell, 1 distinct, has a fitting shape",
         "1 cellule, dont 1 distincte, a une forme qui convient"),
        ("2 cells, 1 distinct, bear it out", "2 cells, 1 distinct, bear it out",
         "2 cellules, dont 1 distincte, le confirment"),
        ("1 cells have the shape and fail the check", "1 cell has the shape and fails the check",
         "1 cellule a la forme mais échoue au contrôle"),
        ("the comment: 1 characters hold no surname", "the comment: 1 character holds no surname",
         "le commentaire : 1 caractère ne contient pas « nom de famille »"),
        ("1 of 3 lines are no JSON: they were read as plain text",
         "1 of 3 lines is no JSON: it was read as plain text", "1 ligne sur 3 n'est pas du JSON : lue comme du texte"),
    ],
)  # fmt: skip
def test_what_was_stored_of_one_cell_is_shown_in_the_singular(stored: str, english: str, french: str) -> None:
    shown = [said(stored, language).text.replace("\N{NO-BREAK SPACE}", " ") for language in LANGUAGES]
    assert shown == [english, french]


def test_a_verdict_about_one_row_is_in_the_singular() -> None:
    one = Note.of("overdue", n=1, rule="R1", period="P3Y", days=1)
    assert one.say("en") == "1 row is past R1 (P3Y), by 1 day"
    assert one.say("fr") == "1 ligne a dépassé R1 (P3Y), de 1 jour"
    some = Note.of("overdue", n=3, rule="R1", period="P3Y", days=2)
    assert some.say("en") == "3 rows are past R1 (P3Y), the oldest by 2 days"
    assert some.say("fr") == "3 lignes ont dépassé R1 (P3Y), la plus ancienne de 2 jours"


def test_english_nouns_take_their_own_plural() -> None:
    assert [counted(n, "entry", "entries") for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
