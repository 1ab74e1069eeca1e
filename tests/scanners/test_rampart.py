"""Rampart: the reader of its model files, and its voice in the vote on persons."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recense.scanners import rampart
from recense.scanners import text as text_module
from recense.scanners.persons import vote
from recense.scanners.rampart import Heard

needs_rampart = pytest.mark.skipif(not rampart.installed(), reason="needs the extra [rampart]")
pytest.importorskip("presidio_analyzer", reason="needs the extra [scan]")


def persons(text: str, language: str = "fr") -> list[str]:
    """Returns the persons that all voices agree on, as text."""
    return [text[v.start : v.end] for v in text_module.persons(text, text_module.named(text, language), language)]


@needs_rampart
def test_every_word_has_one_answer_with_its_place() -> None:
    text = "Rappeler Mme Lefebvre, 12 rue des Lilas, 69003 Lyon"
    heard = rampart.hear(text)
    assert heard is not None
    says = {text[h.start : h.end]: h for h in heard}
    assert list(says) == ["Rappeler", "Mme", "Lefebvre", "12", "rue", "des", "Lilas", "69003", "Lyon"]
    assert says["Lefebvre"].person > 0.9 > 0.1 > says["Rappeler"].person
    assert says["Lyon"].place > 0.9 > 0.1 > says["Lyon"].person


@needs_rampart
def test_a_long_text_is_heard_to_its_end_and_each_word_once() -> None:
    text = "La vérification annuelle du site est terminée. " * 40 + "Signé Marie Kowalczyk. " + "Rien à dire. " * 60
    heard = rampart.hear(text)
    assert heard is not None
    words = [text[h.start : h.end] for h in heard]
    assert words == [word.strip(".") for word in text.split()]
    assert [w for w, h in zip(words, heard, strict=True) if h.person > 0.5] == ["Marie", "Kowalczyk"]


@needs_rampart
@settings(max_examples=30, deadline=None)
@given(text=st.one_of(st.text(max_size=700), st.text("ab é\n.-", max_size=1_500)))
def test_any_text_is_heard_in_order_inside_it(text: str) -> None:
    heard = rampart.hear(text)
    assert heard is not None
    assert all(0 <= h.start < h.end <= len(text) and 0 <= h.person <= 1 and 0 <= h.place <= 1 for h in heard)
    assert all(left.end <= right.start for left, right in itertools.pairwise(heard))


@needs_rampart
def test_the_package_of_the_weights_is_never_imported() -> None:
    code = (
        "import sys; from recense.scanners import rampart; assert 'onnxruntime' not in sys.modules; "
        "rampart.hear('Mme Roux'); assert 'onnxruntime' in sys.modules; "
        "assert not any(name.startswith('arcjet') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_extra_the_other_voices_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "hear", lambda text: None)
    assert persons("rappeler mme lefebvre demain") == ["lefebvre"]
    assert persons("John Smith called, ask Mary back", "en") == ["John Smith", "Mary"]


def test_rampart_alone_makes_no_person_of_common_words() -> None:
    text = "Benne pleine"
    assert vote(text, [], "fr", [Heard(0, 5, 0.99, 0.0), Heard(6, 12, 0.99, 0.0)]) == []


def test_rampart_tips_the_scale_for_a_name_that_no_list_knows() -> None:
    text = "Please ask Vhalor Xintrek about the order"
    at, end = text.index("Vhalor"), text.index(" about")
    sure = [Heard(at, at + 6, 0.999, 0.0), Heard(at + 7, end, 0.999, 0.0)]
    none = [Heard(at, at + 6, 0.001, 0.0), Heard(at + 7, end, 0.001, 0.0)]
    assert [(v.start, v.end) for v in vote(text, [], "en", sure)] == [(at, end)]
    assert vote(text, [], "en", none) == []


NAMED = [
    ("rappeler mme lefebvre demain", ["lefebvre"]),
    ("Appel de m. dupont ce matin", ["dupont"]),
    ("rdv avec mme le goff à 14h", ["le goff"]),
    ("M.Petit attend devant le portail", ["Petit"]),
    ("J-P. Marchetti et Rachid B. ont signé", ["J-P. Marchetti", "Rachid B"]),
    ("LE GOFF Yann a signé", ["LE GOFF Yann"]),
    ("LE BRIS Anne-Laure; KOUASSI Serge", ["LE BRIS Anne-Laure", "KOUASSI Serge"]),
    ("DURAND Paul; MARTIN Claire; PETIT Luc", ["DURAND Paul", "MARTIN Claire", "PETIT Luc"]),
    ("Vu Sophie de la compta", ["Sophie"]),
    ("Transporteur : Geodis, chauffeur Dragan", ["Dragan"]),
    ("Chambre 12 : Mme veuve Lambert née Roche", ["Lambert", "Roche"]),
    ("Contacter Nguyen Van Thanh dès que possible", ["Nguyen Van Thanh"]),
    ("Entré à la place de Florian Maurice hier", ["Florian Maurice"]),
]
NOBODY = [
    "Chaudière en panne, alarme incendie testée",
    "palette endommagée, benne pleine",
    "Monsieur le Préfet et M. le maire sont venus",
    "Madame la Directrice demande un devis",
    "login moreau.thomas bloqué",
    "Passage rue Victor Hugo puis place Charles de Gaulle",
    "résidence Les Jardins, bât. C, 5 allée des Roses, 77500 Chelles",
    "VILLENEUVE SUR LOT",
    "Clinique Saint-Jean et Lycée Jean Moulin : visite annuelle",
    "Dubois Électricité et Martin SARL ont répondu",
    "Les Allemands et les Italiens sont arrivés",
    "Facture Michel Chateau SARL",
]


@needs_rampart
@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_all_voices_name_the_persons_of_notes(text: str, expected: list[str]) -> None:
    assert persons(text) == expected


@needs_rampart
@pytest.mark.parametrize("text", NOBODY)
def test_all_voices_leave_what_only_looks_like_a_name(text: str) -> None:
    assert persons(text) == []


def test_ways_in_a_figure_of_speech_are_no_streets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "hear", lambda text: None)
    assert persons("Entré à la place de Florian Maurice hier") == ["Florian Maurice"]
    assert persons("Travaux place de Florian Maurice hier") == []
