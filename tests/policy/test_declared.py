"""Declared against found: what each kind of finding is told, by the company's policy and by a clinic's."""

from dataclasses import replace

import pytest

from recense.model import Finding, Proof, ScanRun
from recense.policy import taxonomy
from recense.policy.comparison import compare
from recense.policy.declared import Why, Word, judge, mark
from recense.policy.loading import example

DEF = example()
CLINIC = example("clinic")


def finding(entity: str, dataset: str = "clients", category: str | None = None, matched: int = 4) -> Finding:
    found = category or taxonomy().category_of(entity)
    assert found is not None
    return Finding("sqlite:///x", dataset, entity.lower(), found, entity, Proof.INDICATED, 0.8, 1_000, matched)


@pytest.mark.parametrize(
    ("entity", "word", "why", "words"),
    [
        ("EMAIL_ADDRESS", Word.DECLARED, Why.NAMED, "phone, e-mail address"),
        ("IBAN_CODE", Word.DECLARED, Why.NAMED, "Banking data as necessary"),
        ("CREDIT_CARD", Word.OPEN, Why.OPEN_ELEMENT, "Banking data as necessary"),
        ("BIRTH_DATE", Word.OPEN, Why.OPEN_ELEMENT, "Personal life and lifestyle"),
        ("SIGNATURE", Word.UNDECLARED, Why.CLOSED_LIST, "Identification: name, surname"),
        ("PROFESSIONAL_ID", Word.OPEN, Why.OPEN_LIST, "Professional life"),
        ("COORDINATES", Word.UNDECLARED, Why.FAMILY, None),
        ("VEHICLE_PLATE", Word.UNDECLARED, Why.FAMILY, None),
        ("FR_NIR", Word.PROHIBITED, Why.FAMILY, None),
        ("PASSWORD", Word.PROHIBITED, Why.FAMILY, None),
        ("CARD_CVV", Word.PROHIBITED, Why.FAMILY, None),
        ("PASSWORD_HASH", Word.OPEN, Why.OPEN_ELEMENT, None),
        ("CRIMINAL_OFFENCE", Word.PROHIBITED, Why.FAMILY, None),
        ("EMPLOYEE_ID", Word.UNDECLARED, Why.OUTSIDE, None),
        ("HEALTH", Word.PROHIBITED, Why.SPECIAL_NONE, "does not deal with sensitive data"),
    ],
)
def test_the_company_says(entity: str, word: Word, why: Why, words: str | None) -> None:
    (said,) = judge([finding(entity)], DEF)
    assert (said.declared, said.why) == (word, why)
    assert words is None or (said.sentence and words in said.sentence)


def test_all_eight_kinds_of_article_9_are_excluded_also_those_the_sentence_forgets() -> None:
    for id_, category in taxonomy().categories.items():
        if category.article == "9":
            said = judge([finding("ANY", category=id_)], DEF)[0]
            assert (said.declared, said.place) == (Word.PROHIBITED, "article9")


def test_a_clinic_declares_health_and_owes_the_exception() -> None:
    health, politics, email, nir = judge(
        [finding(e) for e in ("HEALTH", "POLITICS", "EMAIL_ADDRESS", "FR_NIR")], CLINIC
    )
    assert (health.declared, health.asks, health.ground) == (Word.DECLARED, "9(2)", "9(2)(h)")
    assert health.sentence and "soins" in health.sentence
    assert (politics.declared, politics.why) == (Word.PROHIBITED, Why.SPECIAL_OTHER)
    assert email.declared == Word.DECLARED and email.asks is None
    assert (nir.declared, nir.asks) == (Word.DECLARED, "condition")


@pytest.mark.parametrize(
    "dataset", ["rh/extrait_paie.csv", "HR.Payroll", "exports/BulletinsPaie.xlsx/Mars", "salariés"]
)
def test_payroll_is_outside_the_policy_and_not_undeclared_customers_data(dataset: str) -> None:
    name, nir, health = judge([finding(e, dataset) for e in ("LAST_NAME", "FR_NIR", "HEALTH")], DEF)
    assert (name.why, nir.why, nir.outside) == (Why.OUTSIDE, Why.OUTSIDE, "employee")
    assert {name.declared, nir.declared} == {Word.UNDECLARED}
    assert health.declared == Word.PROHIBITED


@pytest.mark.parametrize("dataset", ["rhone_clients", "chrono", "shr", "pairs_hrx"])
def test_a_word_within_a_word_is_not_meant(dataset: str) -> None:
    assert judge([finding("LAST_NAME", dataset)], DEF)[0].why == Why.NAMED


def test_marking_changes_nothing_else_and_is_undone_without_a_policy() -> None:
    found = (finding("EMAIL_ADDRESS"), finding("HEALTH"))
    marked = mark(found, DEF)
    assert [one.declared for one in marked] == ["declared", "prohibited"]
    assert mark(marked, None) == found
    assert (
        mark([replace(one, entity="NEVER_HEARD", category="nowhere") for one in found], DEF)[0].declared == "undeclared"
    )


def test_both_directions() -> None:
    run = ScanRun("r", "2026-01-01", None, "incomplete", "0", findings=tuple(map(finding, ("EMAIL_ADDRESS", "HEALTH"))))
    comparison = compare(run, DEF)
    assert [group.judgement.declared for group in comparison.found] == ["prohibited", "declared"]
    assert comparison.counts == {"prohibited": 1, "undeclared": 0, "open": 0, "declared": 1}
    unseen = {one.place: one for one in comparison.unseen}
    assert "contact.fax" in unseen and "contact.email" not in unseen
    assert unseen["contact.fax"].detectable and not unseen["lifestyle.purchase_plans"].detectable
    assert not comparison.complete
