"""Verdicts: what names, counts and neighbours add up to, and what chance does not."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recense.evidence import ColumnProfile, LabelCount, Tally
from recense.model import Column, Dataset, Proof
from recense.scanners.verdict import judge, known_detectors
from recense.scanners.weigh import ORDER, digits, genuine

ROWS = 1_000


def profile(tallies=None, forms=None, distinct=None, labels=None, decades=None, cells=ROWS, images=0) -> ColumnProfile:
    """A column of ``cells`` filled cells; forms and labels are shares."""
    many = cells if distinct is None else distinct
    sampled = min(many, 512)
    return ColumnProfile(
        cells=cells,
        characters=12 * cells,
        longest=24,
        images=images,
        forms={form: round(share * cells) for form, share in (forms or {"code": 1.0}).items()},
        tallies={detector: Tally(*counts) for detector, counts in (tallies or {}).items()},
        decades=decades or {},
        distinct=many,
        sampled=LabelCount(sampled, cells),
        labels={label: LabelCount(round(s * sampled), round(s * cells)) for label, s in (labels or {}).items()},
    )


def verdicts(table="t", kind="table", **columns: ColumnProfile) -> dict[str, dict[str, Proof]]:
    found: dict[str, dict[str, Proof]] = {name: {} for name in columns}
    for finding in judge(Dataset("test:", table, kind), columns):
        found.setdefault(finding.column, {})[finding.category] = finding.proof
    return found


def one(table="t", name="col", **of) -> dict[str, Proof]:
    return verdicts(table, **{name: profile(**of)})[name]


def empty(table: str, *columns: str) -> dict[str, dict[str, Proof]]:
    found: dict[str, dict[str, Proof]] = {}
    for finding in judge(Dataset("test:", table, "table", tuple(Column(name, "text") for name in columns)), {}):
        found.setdefault(finding.column, {})[finding.category] = finding.proof
    return found


# --- check digits against chance ---


def test_check_digits_prove_a_column():
    assert one(tallies={"iban": (980, 980, 12)}) == {"banking": Proof.PROVED}
    assert one(tallies={"fr-nir": (990, 990, 3)}) == {"government_id": Proof.PROVED}
    assert one(tallies={"card": (1000, 1000, 0)}) == {"banking": Proof.PROVED}


@pytest.mark.parametrize("detector", ["card", "fr-nir", "fr-rib", "imei", "fr-rpps", "fr-spi"])
def test_passing_as_often_as_chance_is_nothing(detector):
    chance = known_detectors()[detector].chance
    passed = round(10_000 * chance * 1.2)
    assert one(cells=10_000, tallies={detector: (passed, passed, 10_000 - passed)}) == {}


def test_serial_numbers_of_which_a_tenth_pass_are_nothing_whatever_they_are_called():
    assert one(name="numero_serie", tallies={"card": (26, 26, 974)}) == {}


def test_a_card_column_whose_numbers_fail_has_to_be_looked_at():
    assert one(name="card_number", tallies={"card": (20, 20, 980)}) == {"banking": Proof.TO_CHECK}


@pytest.mark.parametrize("secret", ["api-key", "jwt", "password-hash", "private-key"])
def test_keys_among_the_values_of_settings_are_found(secret):
    assert one(name="value", tallies={secret: (400, 400, 0)}) == {"credential": Proof.INDICATED}
    assert one(name="value", tallies={secret: (1, 1, 0)}) == {"credential": Proof.TO_CHECK}


def test_a_few_ibans_in_many_notes_are_found():
    found = one(name="commentaire", cells=10_000, forms={"prose": 1.0}, tallies={"iban": (3, 0, 0)})
    assert found["banking"] is Proof.INDICATED


def test_one_social_security_number_in_a_note_is_found():
    found = one(name="commentaire", cells=10_000, forms={"prose": 1.0}, tallies={"fr-nir": (1, 0, 0)})
    assert found["government_id"] is Proof.INDICATED


def test_digits_and_genuine_measure_chance():
    assert digits(Tally(100, 100, 900), 0.1) == 0
    assert digits(Tally(20), 0.1) == pytest.approx(20)
    assert genuine(Tally(100, 0, 0), 0.1) == pytest.approx(1)
    assert genuine(Tally(10, 0, 90), 0.1) == pytest.approx(0)


# --- names and values ---


def test_emails_are_proved_and_a_name_without_any_is_to_check():
    assert one(name="contact", tallies={"email": (950, 950, 0)})["contact"] is Proof.PROVED
    assert one(name="email", forms={"code": 1.0}) == {"contact": Proof.TO_CHECK}
    assert one(name="email", forms={"flag": 1.0}, distinct=2)["contact"] is Proof.TO_CHECK
    assert one(name="email_valide", forms={"flag": 1.0}, distinct=2) == {}


def test_phones_need_their_shape_in_nearly_every_cell_or_a_name():
    assert one(tallies={"phone-fr": (990, 990, 5)}) == {"contact": Proof.INDICATED}
    assert one(name="telephone", tallies={"phone-fr": (990, 990, 5)}) == {"contact": Proof.PROVED}
    assert one(forms={"integer": 1.0}, tallies={"phone-fr": (60, 60, 20)}) == {}


def test_what_speaks_against_beats_a_coincidence():
    siret = {"siret": (1000, 1000, 0), "card": (1000, 1000, 0)}
    assert one(name="identifiant", tallies=siret) == {}
    assert one(tallies={"version": (1000, 1000, 0), "ipv4": (1000, 1000, 0)}) == {}
    assert "technical_identification" in one(
        name="ip_client", tallies={"version": (1000, 1000, 0), "ipv4": (1000, 1000, 0)}
    )


def test_names_of_persons():
    assert one("clients", "nom", forms={"word": 1.0}, labels={"surname": 0.9}) == {"identification": Proof.PROVED}
    assert one("clients", "nom", forms={"word": 1.0}) == {"identification": Proof.INDICATED}
    assert one("x", "col", forms={"phrase": 1.0}, labels={"person": 0.9}) == {"identification": Proof.INDICATED}
    assert one("produits", "nom", forms={"phrase": 1.0}, labels={"person": 0.05}) == {}
    assert one("x", "col", forms={"phrase": 1.0}, labels={"person": 0.4, "company": 0.6}) == {}


def test_a_models_word_alone_is_nothing():
    assert one("x", "remarque", forms={"prose": 1.0}, labels={"ner_person": 0.13}) == {}


def test_places_are_personal_beside_persons_only():
    city = profile(forms={"word": 1.0}, labels={"city": 0.95})
    assert verdicts("communes", ville=city)["ville"] == {}
    people = {"prenom": profile(forms={"word": 1.0}, labels={"first_name": 0.95}), "ville": city}
    assert verdicts("inscrits", **people)["ville"]["contact"] in (Proof.PROVED, Proof.INDICATED)


def test_closed_sets_need_their_name():
    assert one("clients", "civilite", forms={"word": 1.0}, distinct=3) == {"identification": Proof.INDICATED}
    assert one("clients", "newsletter", forms={"flag": 1.0}, distinct=2) == {"consent": Proof.INDICATED}
    assert one("clients", "zz", forms={"word": 1.0}, distinct=3) == {}


def test_birth_dates_by_name_and_decades():
    lived = {1940: 100, 1950: 200, 1960: 300, 1970: 200, 1980: 200}
    born = profile(forms={"date": 1.0}, decades=lived)
    assert verdicts("t", date_naissance=born)["date_naissance"] == {"identification": Proof.PROVED}
    assert verdicts("t", d1=born)["d1"] == {}
    beside = verdicts("t", prenom=profile(forms={"word": 1.0}, labels={"first_name": 0.95}), d1=born)
    assert beside["d1"] == {"identification": Proof.TO_CHECK}
    orders = profile(forms={"date": 1.0}, decades={2010: 300, 2020: 700})
    assert verdicts("t", prenom=profile(forms={"word": 1.0}), d1=orders)["d1"] == {}


def test_a_column_may_hold_several_things():
    notes = profile(
        forms={"prose": 1.0}, tallies={"lexicon-health": (4, 0, 0), "fr-nir": (2, 0, 0), "email": (3, 0, 0)}
    )
    assert set(verdicts("t", notes=notes)["notes"]) >= {"special.health", "government_id", "contact"}


# --- Articles 9 and 10 ---


def test_article_9_by_stem_and_values():
    assert one(
        "salaries_rh", "religion", forms={"word": 1.0}, distinct=6, tallies={"lexicon-religion-value": (900, 900, 0)}
    ) == {"special.religion": Proof.PROVED}
    assert one("employes", "rqth", forms={"flag": 1.0}, distinct=2) == {"special.health": Proof.INDICATED}
    assert one("employes", "allergies", forms={"prose": 1.0}) == {"special.health": Proof.TO_CHECK}


def test_article_9_in_free_text_needs_a_person():
    strong = profile(forms={"prose": 1.0}, tallies={"lexicon-health": (1, 0, 0)})
    assert verdicts("t", remarque=strong)["remarque"] == {"special.health": Proof.INDICATED}
    weak = profile(forms={"prose": 1.0}, tallies={"lexicon-health-candidate": (2, 0, 0)})
    assert verdicts("t", remarque=weak)["remarque"] == {}
    persons = profile(tallies={"email": (990, 990, 0)})
    assert verdicts("t", remarque=weak, mel=persons)["remarque"]["special.health"] is Proof.TO_CHECK


def test_illness_codes_need_a_name_and_most_cells():
    codes = {"code-icd10": (950, 950, 0)}
    assert one("locaux", "salle", tallies=codes) == {}
    assert one("patients", "diagnostic", tallies=codes) == {"special.health": Proof.PROVED}


def test_traps_that_were_counted_are_no_finding():
    assert one("t", "note_technique", forms={"prose": 1.0}, tallies={"lexicon-trade-union": (0, 0, 40)}) == {}


# --- schemas without rows, pictures, documents ---


def test_an_empty_table_is_judged_by_its_names():
    found = empty("clients", "id_client", "nom", "email", "religion", "langue", "email_template")
    assert found["nom"] == {"identification": Proof.INDICATED}
    assert found["email"] == {"contact": Proof.INDICATED}
    assert found["religion"] == {"special.religion": Proof.INDICATED}
    assert found["langue"] == {"identification": Proof.TO_CHECK}
    assert "id_client" not in found and "email_template" not in found


def test_pictures():
    (finding,) = judge(Dataset("test:", "photo.jpg", "image"), {})
    assert (finding.category, finding.proof) == ("photo", Proof.TO_CHECK)
    assert one("salaries_rh", "image", images=ROWS, forms={}, cells=ROWS)["photo"] in (Proof.INDICATED, Proof.TO_CHECK)


def test_findings_tell_their_reasons_in_counts_and_never_more_cells_than_there_are():
    for finding in judge(Dataset("s", "clients", "table"), {"email": profile(tallies={"email": (900, 900, 4)})}):
        assert finding.evidence and all(witness.says for witness in finding.evidence)
        assert 0 <= finding.score <= 1 and finding.matched <= finding.cells


# --- properties ---

TALLIES = st.dictionaries(
    st.sampled_from(
        ["iban", "fr-nir", "card", "email", "phone-fr", "ipv4", "siret", "uuid", "version", "lexicon-health"]
    ),
    st.tuples(st.integers(0, ROWS), st.integers(0, ROWS), st.integers(0, ROWS)).map(
        lambda t: (t[0], min(t[0], t[1]), min(t[2], ROWS - t[0]))
    ),
    max_size=4,
)
NAMES = st.sampled_from(["col", "email", "card_number", "nir", "note", "telephone", "numero_serie", "iban"])
FORMS = st.sampled_from([{"code": 1.0}, {"integer": 1.0}, {"prose": 1.0}, {"word": 0.5, "phrase": 0.5}])


@given(TALLIES, NAMES, FORMS)
@settings(deadline=None)
def test_the_same_counts_give_the_same_findings_in_any_order(tallies, name, forms):
    first = profile(tallies, forms)
    back = profile(dict(reversed(tallies.items())), forms)
    dataset = Dataset("s", "t", "table")
    assert judge(dataset, {name: first}) == judge(dataset, {name: first})
    assert judge(dataset, {name: first}) == judge(dataset, {name: back})


@given(
    st.sampled_from(["iban", "fr-nir", "card", "email"]),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(0, 400),
    NAMES,
    FORMS,
)
@settings(deadline=None)
def test_refused_cells_never_raise_a_proof(detector, cells, refused, more, name, forms):
    def proof(count: int) -> int:
        of = profile({detector: (cells, cells, count)}, forms)
        category = known_detectors()[detector].category
        found = [f.proof for f in judge(Dataset("s", "t", "table"), {name: of}) if f.category == category]
        return ORDER.index(found[0]) if found else len(ORDER)

    assert proof(refused + more) >= proof(refused)


def test_a_thousand_random_tables_prove_nothing():
    """Digits, UUIDs, versions, epochs, EANs, SIRETs, serials: what random cells pass, by the detectors' own chances."""
    draw = random.Random(7)
    known = known_detectors()
    guesses = [d for d in known.values() if not d.against and d.category and d.chance < 1]
    rivals = ["uuid", "version", "epoch", "ean", "siret", "serial", None]
    columns = proved = indicated = 0
    for number in range(1_000):
        table = {}
        for place in range(4):
            tallies = {}
            for detector in draw.sample(guesses, 4):
                shaped = draw.choice([0, 5, 50, 500, ROWS])
                passed = sum(draw.random() < detector.chance for _ in range(shaped))
                if detector.chance > 0.2:  # shapes without a check: random digits seldom have them
                    shaped, passed = round(shaped * 0.07), round(passed * 0.07)
                tallies[detector.id] = (passed, passed, shaped - passed)
            if (rival := draw.choice(rivals)) is not None:
                tallies[rival] = (ROWS, ROWS, 0)
            table[f"c{place}"] = profile(tallies, {"integer": 1.0})
        columns += len(table)
        for finding in judge(Dataset("s", f"t{number}", "table"), table):
            proved += finding.proof is Proof.PROVED
            indicated += finding.proof is Proof.INDICATED
    assert proved == 0
    assert indicated <= columns * 0.001


# --- what a column is, and what it is not ---


def test_of_nested_data_the_leaves_are_judged():
    declared = tuple(Column(path) for path in ("adresse", "adresse.rue", "contacts", "contacts[].email"))
    found = judge(Dataset("test:", "clients", "file", declared), {})
    assert {finding.column for finding in found} == {"adresse.rue", "contacts[].email"}
    read = judge(
        Dataset("test:", "clients", "file", (Column("adresse", "struct"),)), {"adresse.rue": profile(distinct=40)}
    )
    assert {finding.column for finding in read} == {"adresse.rue"}


def test_the_column_of_a_picture_is_the_connectors():
    (finding,) = judge(Dataset("test:", "a.jpg", "image", (Column("image", "binary"),)), {})
    assert finding.column == "image"


@pytest.mark.parametrize("kind", ["document", "log"])
def test_columns_that_a_connector_named_give_no_hint(kind):
    assert verdicts("clients", kind, line=profile(forms={"prose": 1.0})) == {"line": {}}


def test_a_cue_names_a_column_that_is_nothing_but_matches():
    plates = {"fr-plate": (980, 980, 0)}
    assert one(name="vehicule", tallies=plates) == {"identification": Proof.INDICATED}
    assert one(name="vehicule", tallies={"fr-plate": (300, 300, 0)}) == {}
    assert one(name="piece", tallies=plates) == {}


def test_a_closed_list_needs_its_name_or_the_whole_column():
    letters = {"civility": (70, 70, 0), "gender": (160, 160, 0)}
    assert one("sites", "type_erp", forms={"word": 1.0}, distinct=9, tallies=letters) == {}
    assert one("clients", "civilite", forms={"word": 1.0}, distinct=3, tallies={"civility": (990, 990, 0)})


def test_a_version_is_no_address_whatever_it_looks_like():
    assert one("produits", "version_logiciel", forms={"other": 1.0}, tallies={"ipv4": (987, 987, 13)}) == {}


def test_places_where_cells_name_persons_are_theirs():
    columns = {
        "technicien": profile(forms={"phrase": 1.0}, labels={"person": 0.95}),
        "latitude": profile(forms={"decimal": 1.0}),
    }
    assert verdicts("tournees", **columns)["latitude"] == {"location": Proof.TO_CHECK}
    assert verdicts("tournees", latitude=columns["latitude"]) == {"latitude": {}}


def test_a_country_alone_reaches_nobody():
    country = profile(forms={"word": 1.0}, distinct=3)
    assert verdicts("produits", **{"fabricant.pays": country})["fabricant.pays"] == {}
    found = verdicts("x", **{"fournisseur.pays": country, "fournisseur.adresse": profile(labels={"address": 0.9})})
    assert found["fournisseur.pays"] == {"contact": Proof.TO_CHECK}


def test_one_text_may_name_somebody():
    note = profile(forms={"prose": 1.0}, labels={"person_inside": 1.0}, cells=1)
    assert verdicts("notes/a.txt", "document", text=note) == {"text": {"identification": Proof.TO_CHECK}}
    many = profile(forms={"prose": 1.0}, labels={"person_inside": 0.002})
    assert verdicts("x", col=many) == {"col": {}}


# --- places without headers ---

STATE = {"forms": {"word": 1.0}, "distinct": 20, "labels": {"region": 0.95}}
ZIP = {"forms": {"integer": 1.0}, "distinct": 200, "labels": {"postcode_shape": 1.0}}
LAND = {"forms": {"word": 1.0}, "distinct": 2, "labels": {"country_code": 1.0}}
FAX = {"forms": {"other": 1.0}, "tallies": {"phone-english": (990, 990, 5)}}
TO_CHECK = {"contact": Proof.TO_CHECK}


def test_places_side_by_side_are_an_address_to_check():
    found = verdicts(column_0=profile(**STATE), column_1=profile(**ZIP), column_2=profile(**LAND))
    assert found == {"column_0": TO_CHECK, "column_1": TO_CHECK, "column_2": TO_CHECK}
    reached = verdicts(column_0=profile(**STATE), column_1=profile(**ZIP), column_2=profile(**FAX))
    assert reached["column_0"] == reached["column_1"] == TO_CHECK


@pytest.mark.parametrize(
    "columns",
    [
        {"column_0": STATE},
        {"column_0": STATE, "column_1": ZIP},  # nobody there
        {"column_0": ZIP, "column_1": FAX},  # five digits may be anything
        {"column_0": ZIP, "column_1": LAND},
        {"code_produit": ZIP, "couleur": LAND, "lot": STATE},  # the names say what they are
    ],
)
def test_a_place_alone_is_nothing(columns):
    found = verdicts(**{name: profile(**of) for name, of in columns.items()})
    assert not any(found[name] for name, of in columns.items() if of is not FAX)


def test_of_two_columns_of_short_numbers_neither_is_the_post_code():
    columns = {"c1": ZIP, "c2": ZIP, "c3": STATE, "c4": FAX}
    found = verdicts(**{name: profile(**of) for name, of in columns.items()})
    assert (found["c1"], found["c2"], found["c3"]) == ({}, {}, TO_CHECK)


def test_a_term_in_a_column_of_names_is_a_name():
    composers = profile(forms={"prose": 1.0}, labels={"person": 0.9}, tallies={"lexicon-religion": (3, 0, 0)})
    assert verdicts("clients", nom=composers) == {"nom": {"identification": Proof.PROVED}}


def test_one_term_in_many_titles_is_nothing():
    titles = profile(forms={"phrase": 1.0}, tallies={"lexicon-health": (1, 0, 0)})
    assert verdicts("tracks", name=titles) == {"name": {}}


def test_a_term_that_few_rows_of_persons_hold_is_worth_a_look():
    guest = profile(forms={"phrase": 1.0}, labels={"person": 0.95})
    menu = profile(forms={"phrase": 1.0}, distinct=4, tallies={"lexicon-religion-value": (120, 120, 0)})
    assert verdicts("repas", convive=guest, menu=menu)["menu"] == {"special.religion": Proof.TO_CHECK}
    assert verdicts("repas", menu=menu)["menu"] == {}
    assert "special.religion" not in verdicts("repas", convive=guest, genre=menu, sexe=menu)["sexe"]
    seldom = profile(forms={"phrase": 1.0}, tallies={"lexicon-religion-value": (12, 12, 0)})
    assert verdicts("repas", convive=guest, menu=seldom)["menu"] == {}


def test_a_code_that_is_also_a_party_is_a_code():
    guest = profile(forms={"phrase": 1.0}, labels={"person": 0.95})
    types = profile(forms={"word": 1.0}, distinct=9, tallies={"lexicon-politics-value": (130, 130, 0)})
    assert verdicts("sites", gardien=guest, type_erp=replace(types, longest=2))["type_erp"] == {}
    assert verdicts("sites", gardien=guest, bord=types)["bord"] != {}


def test_digests_bear_out_a_name_that_says_hashed():
    digests = {"tallies": {"hex-digest": (1000, 1000, 0)}}
    assert one("newsletter", "email_hash", **digests) == {"contact": Proof.TO_CHECK}
    assert one("newsletter", "commit_hash", **digests) == {}
    assert one("newsletter", "email_hash", forms={"flag": 1.0}, distinct=2) == {}
