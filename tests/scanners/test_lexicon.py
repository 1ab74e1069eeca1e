"""Articles 9 and 10: the sentence rules, and the fast count over a column."""

from __future__ import annotations

import os
import time
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from recense.policy import taxonomy
from recense.scanners import lexicon_filter
from recense.scanners.lexicon import Strength, examine
from recense.scanners.lexicon_filter import suspects
from recense.scanners.lexicon_scan import LexiconScan, detector_ids
from recense.scanners.lexicon_terms import kinds, normalise

SHARED = Path(os.environ.get("RECENSE_SHARED", Path(__file__).parents[2].parent / "shared"))
SPEAKING = {Strength.FOUND, Strength.CANDIDATE, Strength.INFERRED, Strength.VALUE}
LAW_KINDS = {
    "health": "health",
    "trade_union": "trade-union",
    "religious_philosophical": "religion",
    "political_opinion": "politics",
    "racial_ethnic_origin": "ethnicity",
    "genetic": "genetic",
    "biometric": "biometric",
    "sex_life_orientation": "sex",
    "criminal_offence": "criminal",
}


def spoken(text: str) -> dict[str, Strength]:
    """Returns the strongest strength per kind that the text speaks of."""
    found: dict[str, Strength] = {}
    for match in examine(text):
        if match.strength in SPEAKING:
            found[match.kind] = min(found.get(match.kind, match.strength), match.strength, key=list(Strength).index)
    return found


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.id)
def test_every_lexicon_keeps_its_own_examples(kind) -> None:  # type: ignore[no-untyped-def]
    assert kind.examples["match"] and kind.examples["reject"]
    for sentence in kind.examples["match"]:
        assert kind.id in spoken(sentence), sentence
    for sentence in kind.examples["reject"]:
        assert spoken(sentence) == {}, sentence


def test_every_lexicon_names_an_entity_of_article_9_or_10() -> None:
    for kind in kinds().values():
        category = taxonomy().category_of(kind.entity)
        assert category and taxonomy().is_special(category)


def test_the_cases_of_the_law_study() -> None:
    path = SHARED / "facts" / "law" / "lexicon_cases.yaml"
    if not path.exists():
        pytest.skip(f"needs the shared facts: {path} is not there")
    for name, sentences in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for sentence in sentences:
            if name.startswith("none"):
                assert spoken(sentence) == {}, sentence
            else:
                assert LAW_KINDS[name] in spoken(sentence), sentence


@pytest.mark.parametrize(
    ("text", "kind", "strength"),
    [
        ("Mme Roux est en arrêt maladie.", "health", Strength.FOUND),
        ("MME ROUX EST EN ARRET MALADIE", "health", Strength.FOUND),
        ("Mme Roux est en arre\u0302t maladie.", "health", Strength.FOUND),
        ("Arrêt maladie à saisir.", "health", Strength.CANDIDATE),
        ("Elle est diabétique. Rappeler lundi.", "health", Strength.FOUND),
        ("Il est diabétique.", "health", Strength.FOUND),
        ("Exercice : M. Durand (figurant) hospitalisé.", "health", Strength.CANDIDATE),
        ("Mme Petit n'est pas épileptique.", "health", Strength.CANDIDATE),
        ("Repas halal pour M. Benali.", "religion", Strength.INFERRED),
        ("catholique", "religion", Strength.VALUE),
        ("MUSULMANE", "religion", Strength.VALUE),
        ("Le salarié, délégué\u00a0syndical, sera absent.", "trade-union", Strength.FOUND),
        ("Le salarié est un délégué-syndical.", "trade-union", Strength.FOUND),
        ("Le salarié a une gastroentéropathie.", "health", Strength.FOUND),
        ("L’élève est atteinte d’un cancer.", "health", Strength.FOUND),
    ],
)
def test_the_strength_follows_person_negation_and_hypothesis(text: str, kind: str, strength: Strength) -> None:
    assert spoken(text) == {kind: strength}


@pytest.mark.parametrize(
    "text",
    [
        "Aucun blessé, pas d'hospitalisation.",
        "Scénario : une personne hospitalisée au 2e étage.",
        "En cas d'accident du travail, prévenir le responsable.",
        "Prévention du cancer du sein : conférence mardi.",
        "Nous ne traitons ni religion, ni opinion politique, ni orientation sexuelle, ni appartenance syndicale.",
        "Employment decisions are made regardless of religion, ethnicity or sexual orientation.",
        "M. Chrétien habite rue du Temple avec Mme Gay.",
        "Jean-Baptiste Moine est passé, John Brown aussi.",
        "Il faut couper la basse tension dans l'enceinte du site.",
        "Liaison FO testée par le technicien, façade sud.",
        "The employee said the feature is disabled by default.",
        "Facture acquittée par le client, porte condamnée.",
        "Essex, Sussex et transport de gêneurs.",
        "",
        "   ",
    ],
)
def test_traps_stay_silent(text: str) -> None:
    assert spoken(text) == {}


def test_trapped_and_legal_terms_are_counted() -> None:
    strengths = {
        match.strength
        for match in examine("Aucune hospitalisation. Ni religion, ni opinion politique, ni orientation sexuelle.")
    }
    assert strengths == {Strength.TRAPPED} or Strength.LEGAL in strengths


def test_offsets_are_those_of_the_original_text() -> None:
    for text in (
        "Mme Roux :  en   arrêt-maladie.",
        "Mme Roux : arre\u0302t maladie",
        "ﬁche de Mme Roux en arrêt maladie",
    ):
        (match,) = [m for m in examine(text) if m.kind == "health"]
        assert text[match.start : match.end].startswith("arr") and text[match.start : match.end].endswith("maladie")


def test_a_column_is_counted_like_its_cells() -> None:
    cells = pa.array(
        [
            "Mme Roux est en arrêt maladie",
            None,
            "Aucun blessé",
            "catholique",
            "Arrêt maladie à saisir",
            "E11.9",
            "Repas halal à prévoir",
            "rien",
            "",
        ]
        * 3
    )
    counts = LexiconScan().tally(cells)
    assert counts["lexicon-health"].cells == 3
    assert counts["lexicon-health-candidate"].cells == 3
    assert counts["lexicon-religion-candidate"] == counts["lexicon-religion-inferred"] == (3, 0, 0)
    assert counts["lexicon-religion-value"] == (3, 3, 0)
    assert counts["code-icd10"].whole == 3
    assert set(counts) <= set(detector_ids())


def test_a_dictionary_column_counts_the_same() -> None:
    cells = pa.array(["catholique", "Mme Roux est en arrêt maladie", None, "catholique"])
    assert LexiconScan().tally(cells.dictionary_encode()) == LexiconScan().tally(cells)


WORDS = [
    "arrêt",
    "maladie",
    "Mme",
    "Roux",
    "délégué",
    "syndical",
    "CGT",
    "gêne",
    "ARRET",
    "arrêt-maladie",
    "cancer",
    "du",
    "sein",
    "le",
    "salarié",
    "aucun",
    "plainte",
    "police",
    "vol",
    "médecin",
    "hôpital",
    "catholique",
    "FO",
    "fibre",
    "néphropathie",
    "NEPHROPATHIE",
    "d’un",
    "\u00a0",
    "-",
    ".",
    "\n",
    "E11",
]
SCAN = LexiconScan()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=20))
def test_the_triage_never_loses_a_cell(cells: list[str]) -> None:
    suspect = SCAN._suspects(pa.array(cells, pa.string()))
    assert not [cell for cell, kept in zip(cells, suspect, strict=True) if not kept and examine(cell)]


TERMS = sorted({str(t) for kind in kinds().values() for listed in (*kind.terms.values(), kind.values) for t in listed})
ENDED = [f"xyz{ending}" for kind in kinds().values() for ending in kind.endings]


def bold(text: str) -> str:
    """Returns the text in mathematical bold capitals, which NFKC makes plain ones."""
    return "".join(chr(0x1D400 + ord(char) - 65) if "A" <= char <= "Z" else char for char in text.upper())


DRESSES = (
    str,
    str.upper,
    bold,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)),
    lambda text: text.replace(" ", " - ").replace("'", "’"),
    lambda text: text.replace(" ", "\u00a0\u202f_"),
    lambda text: text + "s",
    lambda text: text + "es",
    lambda text: text + "×",
    lambda text: "÷" + text + "Œ",
)
GAPS = (" ", "", ", ", ". ", "é", "\n", "č")


def lost(cells: list[str]) -> list[str]:
    """Returns the cells that have a report and that the filter leaves out."""
    kept = suspects(pa.array(cells, pa.string())).tolist()
    return [cell for cell, suspect in zip(cells, kept, strict=True) if not suspect and examine(cell)]


@pytest.mark.parametrize("dress", DRESSES)
def test_the_filter_keeps_every_term_in_every_dress(dress) -> None:  # type: ignore[no-untyped-def]
    terms = [dress(term) for term in (*TERMS, *ENDED)]
    assert not lost(terms)
    assert not lost([f"Mme Martin, {term}: voir le médecin" for term in terms])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from([*TERMS, *ENDED, *WORDS]), st.sampled_from(DRESSES)).map(lambda t: t[1](t[0])),
            max_size=5,
        ).flatmap(
            lambda words: st.sampled_from([" ", "", ", ", ". ", "é", "\n", "č"]).map(lambda gap: gap.join(words))
        ),
        max_size=12,
    )
)
def test_the_filter_never_loses_a_cell_of_terms(cells: list[str]) -> None:
    assert not lost(cells)


def test_the_filter_looks_at_the_cells_of_a_slice_alone() -> None:
    cells = pa.array(["cancer", "rien", "can", "cer", "", "catholique", "É cancer"])
    whole = suspects(cells).tolist()
    assert whole == [True, False, False, False, False, True, True]
    for start in range(len(cells)):
        assert suspects(cells.slice(start)).tolist() == whole[start:]


def test_the_filter_gives_the_same_in_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = pa.array([f"Mme {term}" if number % 3 else "rien de tel" for number, term in enumerate(TERMS)])
    whole = suspects(cells).tolist()
    monkeypatch.setattr(lexicon_filter, "_BLOCK", 40)
    assert suspects(cells).tolist() == whole


def test_columns_looked_through_together_count_as_each_alone() -> None:
    columns = [
        ["Mme Roux est en arrêt maladie", None, "Aucun blessé"],
        [],
        ["12", "13", None],
        ["E11.9", "catholique", "catholique", "Mme Roux est en arrêt maladie"],
        ["rien"] * 5_000,
    ]
    arrays = [pa.array(column, pa.string()) for column in columns]
    arrays.append(pa.array(columns[3], pa.large_string()))
    assert SCAN.tally_each(arrays) == [SCAN.tally(array) for array in arrays]
    assert SCAN.tally_each(arrays)[3]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_examined_and_its_spans_lie_inside(text: str) -> None:
    plain, offsets = normalise(text)
    assert offsets is None or len(offsets) == len(plain)
    assert all(0 <= match.start <= match.end <= len(text) for match in examine(text))


def test_hostile_cells_cost_no_more_than_their_length() -> None:
    started = time.perf_counter()
    for text in (
        "cancer " * 30_000,
        "cancer. " * 30_000,
        "médecin hôpital " * 15_000,
        "a" * 500_000,
        "pas de " * 50_000 + "cancer",
    ):
        examine(text)
    assert time.perf_counter() - started < 30


def test_counts_add_up_over_any_split() -> None:
    cells = ["Mme Roux est en arrêt maladie", "catholique", "rien", "Elle est adhérente CGT"] * 5
    whole = SCAN.tally(pa.array(cells))
    parts = [SCAN.tally(pa.array(cells[:7])), SCAN.tally(pa.array(cells[7:]))]
    merged: dict[str, tuple[int, ...]] = {}
    for part in parts:
        for detector, tally in part.items():
            merged[detector] = tuple(map(sum, zip(merged.get(detector, (0, 0, 0)), tally, strict=True)))
    assert merged == {detector: tuple(tally) for detector, tally in whole.items()}


ORDINARY = """
Mme Roux : son IBAN est invalide, la rappeler.
M. Petit signale que son mot de passe est invalide.
Le véhicule du client est immobilisé, M. Leroy prévenu.
The account of the user is disabled, says Bob Turner.
The order was signed off by Mr Bell yesterday.
Perceuse Black and Decker livrée à M. Petit.
Mr Shaw says the cable is black and the plug is white.
Véhicule ALD de Mme Colin à restituer en mars.
Burglar alarm tested with Mr Jones on site.
Bob Turner served three years as site manager.
Results came out as expected, Mary Jones confirmed.
We transitioned to the new supplier, Tom Reed said.
Pièces d'origine chinoise refusées par M. Garnier.
Carrelage d'origine italienne commandé par Mme Blanc.
Extincteur de la salle de prière vérifié, M. Benali présent.
Iris Martin a ouvert la porte avec son badge.
Contrôle dans l'enceinte du magasin, M. Petit présent.
Le contrat de Mme Roux est en arrêt depuis mars.
Le groupe électrogène du client est en arrêt, prévenir M. Roy.
Rue Gay-Lussac, demander Mme Martin au 2e.
White male connector ordered by Mr Hill.
Le local est stérile, M. Faure a fait le ménage.
M. Noir est satisfait de la visite.
Le dossier de M. Petit est sous traitement.
La carte de la cliente est invalide depuis mars.
Mme Faure est d'origine satisfaite du devis.
Section PS du plan : M. Roy demande un détecteur de plus.
M. Legrand, responsable secteur SUD, rappelle demain.
Permis de feu suspendu par M. Hardy pour la nuit.
Le prix du client est diminué de 5 %, voir M. Roy.
The server of the customer is recovering, call Mr Hill.
Réunion de section à 9 h avec M. Petit, liste des cartes à jour.
Mrs Lane asks whether the door is straight.
Mme Petit est en couple avec le dossier 45, doublon à fusionner.
"""


@pytest.mark.parametrize("sentence", ORDINARY.split("\n")[1:-1])
def test_a_trade_company_s_ordinary_sentences_say_nothing_of_anybody(sentence: str) -> None:
    assert spoken(sentence) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Stock d'insuline à renouveler avant vendredi.",
        "Pregnancy tests are out of stock.",
        "Livraison de palettes à la maison d'arrêt, quai 3.",
        "Criminal record checks go up to £18 from April.",
    ],
)
def test_goods_are_nobodys_illness_or_offence(text: str) -> None:
    assert spoken(text) == {}
    assert {match.strength for match in examine(text)} == {Strength.TRAPPED}


def test_goods_beside_somebody_leave_the_illness() -> None:
    assert spoken("Livraison de palettes reportée, Mme Roux est sous dialyse.") == {"health": Strength.FOUND}


@pytest.mark.parametrize(
    "text", ["The server suffers from amnesia after reboot.", "Tumeur du bois : prévenir Mme Roux."]
)
def test_what_is_said_of_a_thing_is_nobodys(text: str) -> None:
    assert [(match.kind, match.strength) for match in examine(text)] == [("health", Strength.TRAPPED)]


def test_who_works_in_a_prison_is_no_prisoner() -> None:
    assert spoken("M. Roche est surveillant à la maison d'arrêt.") == {}
    assert spoken("M. Roche est incarcéré à la maison d'arrêt.") == {"criminal": Strength.FOUND}


@pytest.mark.parametrize("text", ["Aveugle avec chien guide, M. Pages.", "Arabe de Syrie, M. Khoury."])
def test_a_note_may_name_whom_it_is_on_some_words_later(text: str) -> None:
    assert Strength.FOUND in spoken(text).values()


def test_small_words_are_nobody() -> None:
    assert {match.strength for match in examine("Contrat à temps partiel, témoin de Jéhovah ou non")} == {
        Strength.UNLINKED
    }


def test_whose_shoes_are_black_says_nothing_of_a_person() -> None:
    assert spoken("Mr White's black shoes are ready.") == {}
    assert spoken("She's black and likes the new shoes.") == {"ethnicity": Strength.FOUND}
