"""The catalogue: every text in both languages, every text used, and no verdict where only an indicator stands."""

import re
import string
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from recense.catalog.notices import KINDS
from recense.errors import UserError
from recense.model import UNREADABLE_CODES, Proof
from recense.policy import taxonomy
from recense.policy.declared import Why
from recense.reports import person_page
from recense.reports.texts import LANGUAGES, NBSP, catalogue, texts

ROOM = Path(__file__).parents[2] / "reports"
FAMILIES = {
    "article": ("9", "10"),
    "code": tuple(UNREADABLE_CODES),
    "declared": ("declared", "open", "undeclared", "prohibited"),
    "proof": tuple(Proof),
    "run": ("complete", "incomplete", "stopped"),
    "source": ("complete", "partial", "failed"),
    "witness": ("name", "values", "language", "neighbours", "against"),
    "meaning": (*taxonomy().categories, "other"),
    "action": (*taxonomy().categories, "other"),
    "why": tuple(Why),
    "notice": ("title", *KINDS),
}


def forms(entry: object) -> list[str]:
    return [str(form) for form in entry.values()] if isinstance(entry, Mapping) else [str(entry)]


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", catalogue())
def test_every_text_is_there_in_both_languages_with_the_same_holes(key):
    entry = catalogue()[key]
    assert sorted(entry) == sorted(LANGUAGES)
    assert all(form.strip() for language in LANGUAGES for form in forms(entry[language]))
    english, french = ({hole for form in forms(entry[language]) for hole in holes(form)} for language in LANGUAGES)
    assert english == french


def test_every_word_of_the_model_has_a_text():
    for family, words in FAMILIES.items():
        assert [word for word in words if f"{family}.{word}" not in catalogue()] == []


def test_every_text_is_used_and_every_text_used_is_there():
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*ROOM.glob("*.py"), *ROOM.glob("notices/*.py"), *ROOM.glob("templates/*.j2")]
    )
    literal = set(re.findall(r"""["']([a-z_0-9]+(?:\.[a-z_0-9]+)*)["']""", code))
    built = {*FAMILIES, "bound", "coverage"}  # t(f"bound.{standing}"): the formats' tests meet them all
    heads = {f"head.{word}" for word in literal} | {f"count.{proof}" for proof in Proof}
    unused = [key for key in catalogue() if key not in literal | heads and key.split(".")[0] not in built]
    known = {*catalogue(), *person_page.catalogue()}
    missing = [key for key in re.findall(r"""\bt\("([a-z_.0-9]+)"[,)]""", code) if key not in known]
    assert (unused, missing) == ([], [])


def test_a_finding_is_an_indicator_never_a_violation():
    for entry in catalogue().values():
        for language in LANGUAGES:
            assert not re.search(r"violation|breach|illegal|illégal|manquement", " ".join(forms(entry[language])), re.I)


def test_plurals_follow_the_language():
    assert texts("en")("count.columns", n=0) == "0 columns"
    assert texts("fr")("count.columns", n=0) == "0 champ"
    assert texts("fr")("count.columns", n=12_000) == f"12{NBSP}000 champs"


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (0, "0", "0"),
        (1, "100", "100"),
        (0.5, "50", "50"),
        (2.5e-9, "0.00000025", "0,00000025"),
        (0.997, "> 99", "> 99"),
    ],
)
def test_a_share_is_0_or_100_only_when_it_is_exact(share, english, french):
    assert texts("en").share(share) == f"{english} %".replace(" ", NBSP)
    assert texts("fr").share(share) == f"{french} %".replace(" ", NBSP)


def test_a_bound_is_never_rounded_down():
    assert texts("en").bound(0.005_81) == f"0.59{NBSP}%"
    assert texts("en").bound(3 / 120_000) == f"0.0025{NBSP}%"


def test_times_are_shown_in_utc_and_what_is_no_time_as_it_is():
    assert texts("fr").moment("2026-11-22T03:00:04+01:00").replace(NBSP, " ") == "22 nov. 2026 02:00 UTC"
    assert texts("en").moment("yesterday\x1b[2J") == "yesterday\\x1b[2J"
    assert texts("en").moment(None) == "not finished"


def test_an_unknown_language_names_the_known_ones():
    with pytest.raises(UserError, match=r"unknown report language 'de'; known: en, fr"):
        texts("de")


@pytest.mark.parametrize("file", ["reports/texts.yaml", "reports/dashboard/texts.yaml"])
def test_a_text_is_in_both_languages_and_nothing_else(file: str) -> None:
    entries = yaml.safe_load((Path(__file__).parents[2] / file).read_text(encoding="utf-8"))
    assert {key for key, entry in entries.items() if set(entry) != {"en", "fr"}} == set()
