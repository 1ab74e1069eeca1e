from collections import Counter
from pathlib import Path

import pytest
import yaml

import recense.policy
from recense.policy import taxonomy

WORDS = taxonomy()
RAW = yaml.safe_load((Path(recense.policy.__file__).parent / "taxonomy.yaml").read_text(encoding="utf-8"))

# GDPR 9(1): racial or ethnic origin, political opinions, religious or philosophical beliefs, trade union membership,
# genetic data, biometric data, health, sex life or sexual orientation
ARTICLE_9 = {"ethnicity", "politics", "religion", "trade_union", "genetic", "biometric", "health", "sex"}


def test_an_entity_stands_in_one_place_only() -> None:
    named = Counter(entity for category in RAW["categories"].values() for entity in category["entities"])
    named.update(list(RAW["not_personal"]))
    assert {entity for entity, times in named.items() if times > 1} == set()
    assert set(named) == set(WORDS.entities)


@pytest.mark.parametrize("word", [*WORDS.categories.values(), *WORDS.entities.values()], ids=lambda word: word.id)
def test_every_word_has_a_french_and_an_english_label(word: recense.policy.Category | recense.policy.Entity) -> None:
    assert set(word.label) == {"fr", "en"}
    assert all(text.strip() for text in word.label.values())


def test_ids_are_of_one_style() -> None:
    assert all(id_.replace(".", "").replace("_", "").islower() for id_ in WORDS.categories)
    assert all(id_.replace("_", "").isalnum() and id_.isupper() for id_ in WORDS.entities)


def test_all_kinds_of_article_9_and_article_10_are_special() -> None:
    special = {id_ for id_, category in WORDS.categories.items() if category.article == "9"}
    assert special == {f"special.{kind}" for kind in ARTICLE_9}
    assert {id_ for id_, category in WORDS.categories.items() if category.article == "10"} == {"criminal"}
    assert WORDS.is_special("criminal") and not WORDS.is_special("contact") and not WORDS.is_special("nonsense")


def test_no_category_is_empty() -> None:
    used = {entity.category for entity in WORDS.entities.values()}
    assert set(WORDS.categories) <= used


@pytest.mark.parametrize("category", WORDS.categories.values(), ids=lambda category: category.id)
def test_every_category_speaks_the_words_of_other_tools(category: recense.policy.Category) -> None:
    assert category.dpv and all(term.startswith(("pd:", "dpv:")) for term in category.dpv)
    assert all(key.startswith("user.") for key in category.fideslang)
    # fideslang lacks keys for some Article 9 kinds; every other category has one
    assert category.fideslang or category.article == "9"


def test_what_is_not_personal_has_no_category() -> None:
    assert WORDS.category_of("SIRET") is None
    assert WORDS.category_of("FR_NIR") == "government_id"
    assert WORDS.category_of("NO_SUCH_THING") is None
