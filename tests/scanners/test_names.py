"""Names of fields: every rule's own examples, splitting, context, traps, speed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.model import Column
from recense.policy import taxonomy
from recense.scanners.names import NameHint, TableContext, classify, type_family
from recense.scanners.vocabulary import vocabulary
from recense.scanners.words import fold, singular

EXAMPLE = re.compile(r"(?:(?P<table>[^.(]*)(?:\((?P<others>.*)\))?\.)?(?P<column>[^.]+)")
RULES = vocabulary().rules
CASES = [
    (rule, text, want) for rule in RULES for want, texts in ((True, rule.match), (False, rule.reject)) for text in texts
]


def read(text: str, type_: str = "", comment: str | None = None) -> list[NameHint]:
    """Classifies ``table(other columns).column``."""
    parts = EXAMPLE.fullmatch(text)
    assert parts, text
    column = Column(parts["column"], type_, comment)
    others = [Column(name) for name in (parts["others"] or "").split()]
    return classify(column, TableContext(parts["table"] or "", [column, *others]))


def entities(text: str, type_: str = "") -> set[str]:
    return {hint.entity for hint in read(text, type_) if hint.strength != "against"}


def table(name: str, *columns: str, types: dict[str, str] | None = None) -> dict[str, set[str]]:
    listed = [Column(column, (types or {}).get(column, "")) for column in columns]
    context = TableContext(name, listed)
    return {c.path: {h.entity for h in classify(c, context) if h.strength != "against"} for c in listed}


@pytest.mark.parametrize(("rule", "text", "want"), CASES, ids=[f"{rule.id}: {text}" for rule, text, _ in CASES])
def test_every_rule_keeps_its_examples(rule, text, want):
    hints = [h for h in read(text) if h.entity == rule.entity and (rule.trust is None or h.strength != "against")]
    assert bool(hints) is want, read(text)


def test_every_rule_has_a_match_and_a_known_trust():
    assert all(rule.match or rule.id.endswith("person-key") for rule in RULES)
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("DT_NAISS", ("date", "naissance")),
        ("dtNais", ("date", "naissance")),
        ("Date de naissance", ("date", "naissance")),
        ("dateofbirth", ("date", "birth")),
        ("codePostal2", ("code", "postal")),
        ("CODEPOSTAL", ("code", "postal")),
        ("prénom-usuel", ("prenom", "usuel")),
        ("nb_enfants", ("nombre", "enfant")),
        ("IPAddress", ("ip", "address")),
        ("n° d'adhérent", ("n", "adherent")),
    ],
)
def test_headers_are_split_and_written_out(header, words):
    assert vocabulary().words(header) == words


@pytest.mark.parametrize(
    "header", ["parquet", "nomenclature", "postage", "username_hash_algo", "voltage", "metadata", "candidate"]
)
def test_words_are_not_cut_into_other_words(header):
    assert "AGE" not in entities(header)
    assert "PERSON" not in entities(header)


@pytest.mark.parametrize(
    "trap",
    [
        "email_template_id", "email_count", "is_email_valid", "email_sent_at", "phone_model", "has_phone", "phone_type",
        "address_of_page", "address_format", "nom_fichier", "nom_produit", "file_name", "hostname", "nb_noms",
        "race_condition_flag", "union_type", "patient_timeout", "parquet", "password_policy", "token_count", "zip_file",
        "products.name", "categories.nom", "products.weight", "settings.language", "tables.description", "roles.name",
        "page_title", "birthday_template", "contact_type", "user_id_seq", "ssh_key_fingerprint", "empreinte_carbone",
        "health_check_url", "servers.name", "plugin_author_url_config", "mobile_theme", "country_id", "products.state",
        "corpus.sentence", "posts.vote_count", "interest_rate", "current_state", "product_variant", "strike_price",
    ],
)  # fmt: skip
def test_traps_are_not_personal(trap):
    assert entities(trap) == set()


def test_a_name_depends_on_whose_table_it_is():
    assert entities("users.name") == {"PERSON"}
    assert entities("products.name") == set()
    assert table("t1", "name", "email", "birth_date")["name"] == {"PERSON"}
    assert table("t1", "name", "price", "weight")["name"] == set()


def test_a_table_with_first_names_is_about_persons_whatever_it_is_called():
    found = table("import_2024.csv", "prenom", "nom", "ville", "note", "cp")
    assert found == {
        "prenom": {"FIRST_NAME"},
        "nom": {"PERSON"},
        "ville": {"CITY"},
        "note": {"PERSON_NOTE"},
        "cp": {"POSTCODE"},
    }


def test_the_parent_of_a_nested_field_says_whose_it_is():
    found = table("events.json", "customer.name", "product.name", "customer.address.city", "items[].name")
    assert found["customer.name"] == {"PERSON"}
    assert found["customer.address.city"] == {"CITY"}
    assert found["product.name"] == found["items[].name"] == set()


def test_the_prefix_that_columns_share_is_no_word_of_theirs():
    found = table("F_COMPTET", "ct_num", "ct_email", "ct_telephone", "ct_prenom", "ct_nom")
    assert found["ct_nom"] == {"PERSON"}
    assert found["ct_email"] == {"EMAIL_ADDRESS"}


def test_keys_to_persons_are_not_findings():
    columns = [
        Column("id", "int", key="primary"),
        Column("customer_id", "int", key="foreign:customers.id"),
        Column("email", "text"),
    ]
    context = TableContext("orders", columns)
    assert [classify(column, context) for column in columns[:2]] == [[], []]
    assert entities("patients.patient_id") == set()


def test_a_code_of_a_belief_is_the_belief():
    columns = [Column("religion_id", "int", key="foreign:religions.id"), Column("nom"), Column("prenom")]
    (hint,) = classify(columns[0], TableContext("personnes", columns))
    assert hint.category == "special.religion"


def test_rows_that_belong_to_persons_are_linked():
    context = TableContext("orders", [Column("order_id", "int"), Column("customer_id", "int"), Column("total", "int")])
    assert context.setting == "linked"


@pytest.mark.parametrize(
    ("text", "type_", "want"),
    [
        ("users.email", "boolean", set()),
        ("users.email", "tinyint(1)", set()),
        ("users.phone", "timestamp", set()),
        ("users.birth_date", "date", {"BIRTH_DATE"}),
        ("users.name", "integer", set()),
        ("users.phone", "bigint", {"PHONE_NUMBER"}),
        ("users.newsletter", "tinyint(1)", {"CONSENT"}),
        ("users.photo", "blob", {"PHOTO"}),
    ],
)
def test_the_type_has_a_say(text, type_, want):
    assert entities(text, type_) == want


def test_comments_are_read_where_the_header_is_a_code():
    assert {h.entity for h in read("clients.zz47", comment="Date de naissance") if h.strength == "strong"} == {
        "BIRTH_DATE"
    }
    assert read("clients.zz47", comment="Technical field, do not use") == []


def test_codes_of_products_are_known():
    assert entities("GBDAT") == {"BIRTH_DATE"}
    assert entities("ORT01") == {"CITY"}


def test_special_categories_go_before_ordinary_ones():
    hints = [hint for hint in read("patients.medical_notes") if hint.strength != "against"]
    assert [hint.category for hint in hints] == ["special.health"]


@pytest.mark.parametrize(
    ("header", "category"),
    [
        ("appartenance_syndicale", "special.trade_union"), ("religion_code", "special.religion"),
        ("RQTH", "special.health"), ("is_disabled_person", "special.health"), ("allergies", "special.health"),
        ("opinion_politique", "special.politics"), ("origine_ethnique", "special.ethnicity"),
        ("casier_judiciaire", "criminal"), ("sexual_orientation", "special.sex"), ("dna_profile", "special.genetic"),
        ("empreinte_digitale", "special.biometric"), ("date_bapteme", "special.religion"),
    ],
)  # fmt: skip
def test_articles_9_and_10_by_name(header, category):
    assert category in {hint.category for hint in read(f"salaries_personnel.{header}") if hint.strength == "strong"}


def test_every_hint_explains_itself():
    for text in ("users.name", "email_template", "customer_name", "siret"):
        for hint in read(text):
            assert hint.says and hint.rule and hint.entity in taxonomy().entities


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=30), st.none() | st.text(max_size=200))
def test_any_name_is_read_without_error_and_always_alike(header, name, type_, comment):
    column = Column(header, type_, comment)
    first = classify(column, TableContext(name, [column]))
    assert first == classify(column, TableContext(name, [column]))
    assert len({hint.category or hint.entity for hint in first}) == len(first)


@given(
    st.lists(
        st.sampled_from(["nom", "email", "id_client", "prix", "date", "note", "ville", "siret", "name"]), unique=True
    )
)
def test_the_order_of_columns_does_not_matter(names):
    columns = [Column(name) for name in names]
    forward, back = TableContext("t", columns), TableContext("t", columns[::-1])
    assert [classify(c, forward) for c in columns] == [classify(c, back) for c in columns]


@given(st.text(max_size=40))
def test_folding_and_singular_are_total(text):
    assert len(singular(fold(text))) <= len(fold(text))


def test_types_of_many_dialects():
    assert type_family("character varying(12)") == ("text", 12)
    assert type_family("int unsigned")[0] == "integer"
    assert type_family("numeric(10,2)")[0] == "number"
    assert type_family("dictionary<values=string, indices=int32>")[0] == "text"
    assert type_family("whatever") == (None, None)
