"""Gaps are computed: those of the company's policy are there with their source, and go when the policy changes."""

import pytest

from recense.policy.lint import RULES, SEVERITIES, Gap, lint, texts
from recense.policy.loading import EXAMPLES, example, parse

TEXT = (EXAMPLES / "def-network.yaml").read_text(encoding="utf-8")


def codes(gaps: list[Gap]) -> set[tuple[str, str]]:
    return {(gap.code, gap.place) for gap in gaps}


COMPANY = {
    ("no_dpo", "contact"): "GDPR 13(1)(b)",
    ("shorter_than_floor", "retention.rules.R4"): "L213-1",
    ("archive_anonymous", "retention.archive"): "recital 26",
    ("other_clock", "retention.rules.R1"): "gestion commerciale",
    ("identity_always", "rights.identity"): "12(6)",
    ("basis_inferred", "purposes"): "13(1)(c)",
    ("transfers_unnamed", "transfers"): "44-49",
    ("longer_than_reference", "retention.rules.R1"): "2021-122",
    ("article9_kinds", "article9"): "9(1)",
    ("civility", "categories.identification.title"): "C-394/23",
    ("stricter_than_reference", "retention.rules.R2"): "25 months",
    ("start_inferred", "retention.rules.R6"): "L123-22",
    ("start_inferred", "retention.rules.R7"): "L123-22",
    ("start_ambiguous", "retention.rules.R3"): "exécution",
    ("rights_unsaid", "rights.list"): "13(2)",
    ("everyone", "recipients.all_employees"): "5(1)(f)",
    ("entities_unlisted", "controller"): "26",
    ("dead_reference", "purposes[10]"): "12(1)",
    ("no_version", "version"): "24",
    ("open_lists", "categories"): "13",
    ("password_renewal", "security.S2"): "2022-100",
}


@pytest.mark.parametrize("place", COMPANY, ids=lambda place: place[0])
def test_the_company_s_policy_has_the_gap_with_its_source(place: tuple[str, str]) -> None:
    found = [gap for gap in lint(example()) if (gap.code, gap.place) == place]
    assert found and any(COMPANY[place] in source for gap in found for source in gap.sources)


def test_electronic_contracts_are_held_against_ten_years_for_consumers() -> None:
    gap = next(gap for gap in lint(example()) if gap.code == "shorter_than_floor" and "L213-1" in gap.sources[0])
    assert gap.severity == "high" and "2 years" in gap.text("en") and "10 years" in gap.text("en")
    assert "2 ans" in gap.text("fr") and "consommateurs" in gap.text("fr")


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ("period: P2Y", "period: P10Y", ("shorter_than_floor", "retention.rules.R4")),
        ("anonymous: true", "anonymous: false", ("archive_anonymous", "retention.archive")),
        ("identity: always_document", "identity: on_doubt", ("identity_always", "rights.identity")),
        ("answer_within: null", "answer_within: P1M", ("no_answer_time", "rights.answer_within")),
        ("  dpo: null", "  dpo: A. Person", ("no_dpo", "contact")),
        ("everyone: true", "everyone: false", ("everyone", "recipients.all_employees")),
        ("jurisdictions: [eu, fr]", "jurisdictions: [eu]", ("shorter_than_floor", "retention.rules.R4")),
        ("countries: []", "countries: [US]", ("transfers_unnamed", "transfers")),
        ("version: null", 'version: "2"', ("no_version", "version")),
        ("period: P13M", "period: P25M", ("stricter_than_reference", "retention.rules.R2")),
    ],
)
def test_a_gap_goes_when_the_policy_changes(old: str, new: str, gone: tuple[str, str]) -> None:
    text = TEXT.replace(old, new, 1) if old in TEXT else TEXT.replace("  kind: committee", f"  kind: committee\n{new}")
    assert gone in codes(lint(example())) and gone not in codes(lint(parse(text)))


def test_a_rule_for_logs_of_a_year_is_within_the_guidance() -> None:
    rule = """    - {id: R9, label: {en: logs}, origin: inferred, period: P1Y, start: log_event,
       scope: {records: [log]}, zones: [active], after: delete, priority: 60}
  holds:"""
    place = ("longer_than_reference", "retention.rules.R1")
    assert place not in codes(lint(parse(TEXT.replace("  holds:", rule, 1))))


def test_the_clinic_confirms_its_exception_and_has_none_of_the_company_s_gaps() -> None:
    found = {gap.code for gap in lint(example("clinic"))}
    assert "article9_ground" in found
    assert not found & {"no_dpo", "article9_kinds", "basis_inferred", "shorter_than_floor", "identity_always"}


def test_every_sentence_is_used_and_says_itself_in_both_languages() -> None:
    import inspect

    import recense.policy.lint as module

    code = inspect.getsource(module)
    assert [key for key in texts() if f'"{key}"' not in code] == []
    for gap in [*lint(example()), *lint(example("clinic"))]:
        assert gap.severity in SEVERITIES and gap.text("en") != gap.text("fr")
        assert not {"violation", "illegal", "breach"} & set(gap.text("en").split())
    assert len(RULES) == len(set(RULES))
