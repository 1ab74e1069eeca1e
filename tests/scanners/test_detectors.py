"""Every detector finds its examples, refuses its counter-examples, and chance passes it as often as it says."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from recense.policy import taxonomy
from recense.scanners import detector as detector_module
from recense.scanners import re2
from recense.scanners.detector import Detector, detectors, digest
from recense.scanners.folding import fold
from recense.scanners.matching import judge, matches

sys.path.insert(0, str(Path(__file__).parent))
import shapes

ALL = list(detectors().values())


@pytest.mark.parametrize(
    ("detector", "example"), [pytest.param(d, e, id=f"{d.id}-{n}") for d in ALL for n, e in enumerate(d.match)]
)
def test_an_example_is_found(detector: Detector, example: str) -> None:
    assert matches(detector, example)


@pytest.mark.parametrize(
    ("detector", "example"), [pytest.param(d, e, id=f"{d.id}-{n}") for d in ALL for n, e in enumerate(d.reject)]
)
def test_a_counter_example_is_refused(detector: Detector, example: str) -> None:
    assert not matches(detector, example)


@pytest.mark.parametrize("detector", [pytest.param(d, id=d.id) for d in ALL if d.check])
def test_chance_passes_the_check_as_often_as_declared(detector: Detector) -> None:
    rng = random.Random(2026)
    tries = 800
    passed = sum(detector.passes(shapes.text(detector.shapes[0].regex, rng)) for _ in range(tries))
    rate = passed / tries
    spread = 4 * (max(detector.chance, 1 / tries) / tries) ** 0.5
    assert abs(rate - detector.chance) <= 0.2 * detector.chance + spread


def test_every_detector_names_its_source_and_an_entity_of_the_taxonomy() -> None:
    for detector in ALL:
        assert detector.source.strip()
        assert detector.about.strip(), detector.id
        assert detector.entity in taxonomy().entities
        assert not (detector.against and detector.category)


def test_the_categories_that_patterns_can_tell_are_covered() -> None:
    categories = {detector.category for detector in ALL if detector.category}
    assert categories >= {
        "identification", "contact", "photo", "professional_life", "banking", "technical_identification",
        "connection_log", "consent", "government_id", "credential", "location",
    }  # fmt: skip


def test_the_digest_changes_with_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest()
    documents = detector_module._documents()
    monkeypatch.setattr(detector_module, "_documents", lambda: [*documents, ("more.yaml", "detectors: []")])
    digest.cache_clear()
    try:
        assert digest() != before
    finally:
        digest.cache_clear()


WRITINGS = {
    "fr-nir": (
        "185057800608491",
        "1 85 05 78 006 084 91",
        "1-85-05-78-006-084-91",
        "1.85.05.78.006.084.91",
        "285072a00401153",
    ),
    "fr-spi": ("0701987765493", "701987765493", "07 01 987 765 493"),
    "iban": ("FR7630006000011234567890189", "fr76 3000 6000 0112 3456 7890 189", "FR76.3000.6000.0112.3456.7890.189"),
    "fr-rib": ("30006000011234567890189", "30006 00001 12345678901 89", "20041 01005 0500013m026 06"),
    "card": (
        "4970100000000154",
        "4970 1000 0000 0154",
        "4970-1000-0000-0154",
        "4970.1000.0000.0154",
        "4970100000000154.0",
    ),
    "siren": ("552008443", "552 008 443", "552.008.443", "552008443.0"),
    "siret": ("73282932000074", "732 829 320 00074", "73282932000074.0"),
    "phone-fr": (
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "+33 6 12 34 56 78",
        "0033612345678",
    ),
    "phone-fr-short": ("612345678", "612345678.0", "6 12 34 56 78"),
    "fr-postcode": ("01000", "1000", "75116", "75116.0"),
    "fr-plate": ("AB-123-CD", "ab-123-cd", "AB 123 CD", "AB123CD"),
    "mac": ("00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e"),
}


@pytest.mark.parametrize(("id_", "text"), [(id_, text) for id_, texts in WRITINGS.items() for text in texts])
@pytest.mark.parametrize("around", ["{}", "  {} ", "\u00a0{}\u00a0", "\u202a{}\u202c"])
def test_all_usual_writings_fill_a_cell(id_: str, text: str, around: str) -> None:
    assert judge(detectors()[id_], around.format(text)) == (True, True, False)


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_typographic_spaces_separate_like_plain_ones(space: str) -> None:
    for id_, text in (("phone-fr", "06 12 34 56 78"), ("iban", "FR76 3000 6000 0112 3456 7890 189")):
        (match,) = matches(detectors()[id_], f"voir {text.replace(' ', space)} !")
        assert (match.start, match.end) == (5, 5 + len(text))


def test_a_label_decides_in_text_and_the_column_name_in_cells() -> None:
    siren, fax = detectors()["siren"], detectors()["fax-fr"]
    assert not matches(siren, "colis 552008443 reçu")
    assert matches(siren, "n° SIREN : 552008443")
    assert judge(siren, "552008443")[1]
    assert not matches(fax, "01 64 53 20 01")
    assert matches(fax, "Télécopie : 01 64 53 20 01")


def test_a_cue_lifts_the_score() -> None:
    phone = detectors()["phone-fr"]
    bare, cued = matches(phone, "vu 0612345678 là")[0], matches(phone, "tél. 0612345678")[0]
    assert cued.score > bare.score and cued.cued and not bare.cued


def test_a_french_iban_with_a_wrong_rib_key_is_refused() -> None:
    assert judge(detectors()["iban"], "FR8420041010050500013M02607") == (False, False, True)


def test_a_siret_is_no_card_and_no_phone() -> None:
    accepted = {id_ for id_, d in detectors().items() if judge(d, "73282932000074")[0]}
    assert "siret" in accepted
    assert not accepted & {"card", "phone-fr", "phone-international", "phone-fr-short"}


def test_epochs_versions_uuids_and_latitudes_are_no_phones() -> None:
    phones = [d for d in ALL if d.entity in ("PHONE_NUMBER", "FAX_NUMBER", "IP_ADDRESS")]
    for text in ("1700000000", "1700000000000", "2.14.3", "1.2.3.4", "119.0.6045.105", "48.731200",
                 "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "2025-11-22T10:00:00Z", "4970100000000154"):  # fmt: skip
        assert not [d.id for d in phones if judge(d, text)[0]], text


class Short(random.Random):
    """Draws the fewest repetitions more often than not: a superset that asks for too much misses short matches."""

    def randint(self, a: int, b: int) -> int:
        return a if self.random() < 0.6 else super().randint(a, b)


@pytest.mark.parametrize("detector", [d for d in ALL if d.triage], ids=lambda d: d.id)
def test_a_wider_expression_finds_what_the_shapes_find(detector: Detector) -> None:
    rng = Short(detector.id)
    labels = [
        *detector.context,
        *["tél", "fax", "le", "at", "phone", "n°", "numéro", "x", "4", "(", "#", "=", ":"],
        "\n",
        "",
    ]
    texts = []
    for _ in range(600):
        before = "".join(rng.choice(labels) + rng.choice(["", " ", ": "]) for _ in range(2))
        after = rng.choice(["", " ", "x", ".", ",", "/J", "-", "4", " mobile", " x1"])
        texts.append(fold(before + shapes.text(rng.choice(detector.shapes).regex, rng) + after))
    found = [any(regex.search(text) for regex in detector.compiled) for text in texts]
    cells = pa.array(texts)
    for wide in (re2.anywhere((detector,)), re2.close(detector)):
        if wide is not None:
            likely = pc.match_substring_regex(cells, pattern=wide).to_pylist()
            missed = [text for text, match, hit in zip(texts, found, likely, strict=True) if match and not hit]
            assert not missed, ascii(missed[0])
    assert any(found)
