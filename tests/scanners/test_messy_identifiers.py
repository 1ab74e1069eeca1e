"""Identifiers as spreadsheets, exports and people write them: every form of a valid one is found, no invalid one.

The values are drawn with valid check digits. A form is one that keeps all digits, and then every cell must count as the
identifier; or one that lost some, and then none may.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.evidence import ColumnProfile, Tally
from recense.model import Column, Dataset, Proof
from recense.scanners.cells import as_text
from recense.scanners.detector import detectors
from recense.scanners.numerals import restored
from recense.scanners.observe import ScanSettings, observe
from recense.scanners.verdict import judge

sys.path.insert(0, str(Path(__file__).parent))
import shapes

SETTINGS = ScanSettings(sample_key=b"0123456789abcdef", language=False)
CELLS = 24
DATED = r"(?:0[1-9]|1[0-2])[0-2]\d"

SHAPES: Mapping[str, tuple[str, str, str]] = {
    "fr-nir": (r"[12]\d{2}(?:0[1-9]|1[0-2])[2-8]\d{9}", "numero_secu", "1 2 2 2 3 3 2"),
    "fr-nia": (r"[78]\d{2}(?:0[1-9]|1[0-2])[2-8]\d{9}", "numero_secu", "1 2 2 2 3 3 2"),
    "fr-spi": (r"[0-3]\d{12}", "numero_fiscal", "2 2 3 3 3"),
    "siren": (r"\d{9}", "siren", "3 3 3"),
    "siret": (r"\d{14}", "siret", "3 3 3 5"),
    "phone-fr": (r"0[1-7]\d{8}", "telephone", "2 2 2 2 2"),
    "card": (r"4\d{15}", "carte_bancaire", "4 4 4 4"),
    "fr-rib": (r"[1-4]\d{22}", "rib", "5 5 11 2"),
    "fr-postcode": (r"(?:0[1-9]|[1-8]\d|9[0-5])\d{3}", "code_postal", ""),
    "fr-cni": (r"\d{2}(?:0[1-9]|1[0-2])\d{8}", "numero_cni", ""),
    "fr-driving-licence": (r"\d{2}(?:0[1-9]|1[0-2])\d{8}", "numero_permis", "6 6"),
    "fr-agdref": (r"[79]\d{9}", "agdref", ""),
    "fr-rpps": (r"1\d{10}", "rpps", ""),
    "fr-adeli": (r"(?:0[1-9]|[1-8]\d)\d{7}", "adeli", ""),
    "fr-finess": (r"(?:0[1-9]|[1-8]\d)\d{7}", "finess", ""),
    "gb-nhs": (r"\d{10}", "nhs_number", "3 3 4"),
    "gb-utr": (r"\d{10}", "utr", ""),
    "gb-nino": (r"[CEHJ][A-C]\d{6}[A-D]", "nino", "2 2 2 2 1"),
    "be-nn": (rf"\d{{2}}{DATED}\d{{5}}", "niss", "2 2 2 3 2"),
    "de-idnr": (r"[1-9]\d{10}", "steuer_id", "2 3 3 3"),
    "nl-bsn": (r"\d{9}", "bsn", "3 3 3"),
    "pt-nif": (r"[1-3]\d{8}", "nif", "3 3 3"),
    "pl-pesel": (rf"\d{{2}}{DATED}\d{{5}}", "pesel", ""),
    "ro-cnp": (rf"[12]\d{{2}}{DATED}\d{{6}}", "cnp", "1 6 6"),
    "dk-cpr": (r"[0-2]\d(?:0[1-9]|1[0-2])\d{6}", "cpr", "6 4"),
    "no-fodselsnummer": (r"[0-2]\d(?:0[1-9]|1[0-2])\d{7}", "fodselsnummer", "6 5"),
    "at-svnr": (r"[1-9]\d{3}[0-2]\d(?:0[1-9]|1[0-2])\d{2}", "svnr", ""),
    "ch-ahv": (r"756\d{10}", "ahv", "3 4 4 2"),
    "gr-amka": (r"[0-2]\d(?:0[1-9]|1[0-2])\d{7}", "amka", ""),
    "bg-egn": (rf"\d{{2}}{DATED}\d{{4}}", "egn", ""),
    "si-emso": (r"[0-2]\d(?:0[1-9]|1[0-2])9\d{8}", "emso", ""),
    "hr-oib": (r"\d{11}", "oib", ""),
    "ee-isikukood": (rf"[34]\d{{2}}{DATED}\d{{4}}", "isikukood", ""),
    "lt-asmens-kodas": (rf"[34]\d{{2}}{DATED}\d{{4}}", "asmens_kodas", ""),
    "lu-matricule": (rf"19\d{{2}}{DATED}\d{{5}}", "matricule_cns", ""),
    "imei": (r"35\d{13}", "imei", "2 6 6 1"),
    "imsi": (r"208\d{12}", "imsi", ""),
}
"""Per detector: a shape to draw from, a telling header, and the usual groups."""
MARKS: Mapping[str, str] = {
    "fr-nir": " .-", "fr-nia": " .-", "fr-spi": " .-", "siren": " .-", "siret": " .-", "phone-fr": " .-",
    "card": " .-", "fr-rib": " .-", "fr-driving-licence": " .-", "gb-nhs": " -", "gb-nino": " -", "be-nn": " .-",
    "de-idnr": " .-", "nl-bsn": " .-", "pt-nif": " .-", "ro-cnp": " -", "dk-cpr": " -", "no-fodselsnummer": " -",
    "ch-ahv": " .", "imei": " .-",
}  # fmt: skip
SHORT = {"fr-spi": "fr-spi", "phone-fr": "phone-fr-short", "fr-postcode": "fr-postcode", "fr-finess": "fr-finess"}
"""Detectors that know a number which lost its leading zero, by themselves or by another."""

WHOLE_FORMS: Mapping[str, Callable[[str], str]] = {
    "kept as text": lambda text: f"'{text}",
    "quoted": lambda text: f'"{text}"',
    "a formula": lambda text: f'="{text}"',
    "blanks": lambda text: f"\t{text}\u00a0 ",
    "full-width": lambda text: "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in text),
    "lower case": str.lower,
}
NUMBER_FORMS: Mapping[str, Callable[[str], object]] = {
    "float": lambda text: f"{int(text)}.0",
    "float with comma": lambda text: f"{int(text)},0",
    "scientific": lambda text: f"{int(text):.{len(str(int(text))) - 1}e}",
    "scientific, upper case": lambda text: f"{int(text):.{len(str(int(text))) - 1}E}",
    "int64": int,
    "float64": float,
}
LOST_FORMS: Mapping[str, Callable[[str], str]] = {
    "six digits": lambda text: f"{int(text):.5e}",
    "three digits": lambda text: f"{int(text):.2E}",
    "with comma": lambda text: f"{int(text):.5E}".replace(".", ","),
    "one digit lost": lambda text: f"{int(text):.{len(str(int(text))) - 2}e}",
}


@cache
def valid(id_: str) -> tuple[str, ...]:
    """Returns distinct valid numbers, their leading digit other than zero where the detector needs all of them."""
    draw, found = random.Random(f"messy {id_}"), dict[str, None]()
    while len(found) < CELLS:
        text = shapes.text(SHAPES[id_][0], draw)
        if detectors()[id_].passes(text):
            found[text] = None
    return tuple(found)


def numbers(id_: str) -> list[str]:
    """Returns those that may be stored as a number: a lost zero only where a detector knows of it."""
    knows = id_ in SHORT and len(SHAPES[id_][2]) > 0
    keep = [text for text in valid(id_) if text.isdigit() and (text[0] != "0" or (knows and text[1] != "0"))]
    return [text for text in keep if len(text) <= 15]


def scanned(cells: object, name: str = "c1") -> ColumnProfile:
    return observe([pa.record_batch({name: pa.array(cells)})], SETTINGS).profiles()[name]


def tally(profile: ColumnProfile, id_: str) -> Tally:
    """Returns the counts of a detector, with those of the one for lost zeros."""
    ids = {id_, SHORT.get(id_, id_)}
    total = Tally()
    for one in ids:
        total = total.plus(profile.tallies.get(one, Tally()))
    return total


def found(profile: ColumnProfile, name: str) -> dict[str, Proof]:
    dataset = Dataset("test:", "personnes", "table", (Column(name),))
    return {one.entity: one.proof for one in judge(dataset, {name: profile})}


@pytest.mark.parametrize("form", WHOLE_FORMS)
@pytest.mark.parametrize("id_", SHAPES)
def test_a_number_in_quotes_blanks_or_wide_digits_fills_its_cell(id_: str, form: str) -> None:
    profile = scanned([WHOLE_FORMS[form](text) for text in valid(id_)])
    assert tally(profile, id_).whole == CELLS


@pytest.mark.parametrize("id_", MARKS)
@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009"])
def test_the_usual_groups_are_read_with_every_mark(id_: str, space: str) -> None:
    widths = [int(width) for width in SHAPES[id_][2].split()]
    for mark in MARKS[id_].replace(" ", space):
        profile = scanned([_grouped(text, widths, mark) for text in valid(id_)])
        assert tally(profile, id_).whole == CELLS, repr(mark)


def _grouped(text: str, widths: list[int], mark: str) -> str:
    parts, at = [], 0
    for width in widths:
        parts.append(text[at : at + width])
        at += width
    return mark.join(parts)


NUMERIC = [id_ for id_ in SHAPES if numbers(id_)]


LONG = [id_ for id_ in NUMERIC if len(numbers(id_)[0]) > 6]
"""Narrower numbers are counted and not scanned, unless a fraction makes texts of them: any quantity has five digits."""


@pytest.mark.parametrize(
    ("id_", "form"),
    [(id_, form) for id_ in NUMERIC for form in NUMBER_FORMS if id_ in LONG or form in ("float", "float with comma")],
)
def test_a_number_stored_as_a_number_is_the_same_number(id_: str, form: str) -> None:
    cells = [NUMBER_FORMS[form](text) for text in numbers(id_)]
    assert tally(scanned(cells), id_).whole == len(cells)


@pytest.mark.parametrize("mark", [" ", "\u202f", ",", "."])
@pytest.mark.parametrize("id_", [id_ for id_ in NUMERIC if len(numbers(id_)[0]) >= 13])
def test_long_numbers_in_thousands_are_joined(id_: str, mark: str) -> None:
    texts = [text for text in numbers(id_) if text[0] != "0"]
    profile = scanned([f"{int(text):,}".replace(",", mark) for text in texts])
    assert tally(profile, id_).whole == len(texts)


@pytest.mark.parametrize("form", LOST_FORMS)
@pytest.mark.parametrize("id_", LONG)
def test_a_number_that_lost_digits_does_not_count(id_: str, form: str) -> None:
    profile = scanned([LOST_FORMS[form](text) for text in numbers(id_)])
    assert tally(profile, id_).cells == 0


CHECKED = [
    id_ for id_ in SHAPES if detectors()[id_].check and detectors()[id_].chance <= 0.11 and id_ not in ("phone-fr",)
]


@pytest.mark.parametrize("id_", CHECKED)
def test_one_wrong_digit_is_refused_in_every_form(id_: str) -> None:
    broken = [text[:-1] + str((int(text[-1]) + 1) % 10) for text in valid(id_)]
    broken = [text for text in broken if not detectors()[id_].passes(text)]
    assert len(broken) >= 0.5 * CELLS
    for form in (str, WHOLE_FORMS["kept as text"], WHOLE_FORMS["a formula"]):
        profile = scanned([form(text) for text in broken])
        assert tally(profile, id_).cells == 0
        assert tally(profile, id_).refused == len(broken)


PERSONAL = [id_ for id_ in SHAPES if detectors()[id_].category]


def column(id_: str, form: str) -> list[str]:
    """The cells that can be written in this form: none where no number is told from any other without its zero."""
    texts = list(valid(id_))
    if form not in NUMBER_FORMS:
        return texts
    texts = [text for text in texts if text.isdigit() and len(text) <= 15]
    return [] if id_ == "dk-cpr" and any(text[0] == "0" for text in texts) else texts


@pytest.mark.parametrize(
    ("id_", "form"),
    [
        (id_, form)
        for id_ in PERSONAL
        for form in ("kept as text", "a formula", "float", "scientific", "int64", "float64")
        if column(id_, form)
    ],
)
def test_the_column_is_found_by_name_and_values(id_: str, form: str) -> None:
    detector, name = detectors()[id_], SHAPES[id_][1]
    write = WHOLE_FORMS.get(form) or NUMBER_FORMS[form]
    entities = found(scanned([write(text) for text in column(id_, form)], name), name)
    assert detector.entity in entities
    assert entities[detector.entity] is not Proof.TO_CHECK


@given(st.integers(10**8, 10**15 - 1))
def test_all_digits_come_back_or_none(number: int) -> None:
    digits = str(number)
    exact = f"{number:.{len(digits) - 1}e}"
    dressed = [f"'{digits}", f'"{digits}"', f'="{digits}"', f"{digits},0", f"{digits}.00", exact, exact.upper()]
    assert set(restored(pa.array(dressed)).to_pylist()) == {digits}
    lost = [f"{number:.{places}e}" for places in range(1, len(digits) - 1)]
    assert restored(pa.array(lost)).to_pylist() == lost
    grouped = f"{number:,}"
    assert restored(pa.array([grouped])).to_pylist() == [digits if len(digits) >= 13 else grouped]


@given(st.lists(st.text(alphabet="0123456789 .,'\"=eE+-aé\u202f", max_size=40), max_size=20))
def test_a_cell_comes_back_the_same_in_any_company(texts: list[str]) -> None:
    together = restored(pa.array(texts, pa.string())).to_pylist()
    assert together == [restored(pa.array([text], pa.string()))[0].as_py() for text in texts]


@pytest.mark.parametrize(
    "text",
    ["12,50", "1 250,00", "1,250,000", "12500,00", "=SUM(A1:A9)", '"Paris"', "2024-02-29", "1.2.3.4", "'", "1e5", ""],
)
def test_amounts_formulas_and_words_stay_as_they_are(text: str) -> None:
    assert as_text(pa.array([text])).text.to_pylist() == [text]
