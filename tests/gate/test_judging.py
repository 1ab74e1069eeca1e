"""Every row of the fail and warn lists (facts of the gate), identity through renames, and what never quiets it."""

import datetime

import pytest
from gate_cases import DPO, TODAY, approval, field, verdicts
from hypothesis import given
from hypothesis import strategies as st

from recense.gate import Approvals, Policy, Rules, Sighting, fingerprint, judge, notes
from recense.schema import Place, ValuesSeen

EMAIL = "sql:clients.email"
RELIGION = "sql:clients.religion"
POLICY = Policy(approvers=frozenset({DPO}), contact=DPO, declared=frozenset({"EMAIL_ADDRESS"}), name="acme")


def one(*approvals: object, key: str = EMAIL, **more: object) -> tuple[str, str]:
    judged = verdicts([field(key)], *approvals, **more)[key]  # type: ignore[arg-type]
    return judged.verdict.value, judged.state


# -- what fails


def test_article_9_without_approval_blocks() -> None:
    assert one(key=RELIGION) == ("block", "unapproved")
    assert one(key=RELIGION, policy=POLICY, unapproved="warn") == ("block", "unapproved")


def test_an_unapproved_category_blocks() -> None:
    assert one() == ("block", "unapproved")
    assert one(policy=POLICY) == ("block", "unapproved")


def test_recense_yaml_may_lower_what_the_policy_declares_and_nothing_strict() -> None:
    lowered = {"policy": POLICY, "unapproved": "warn"}
    assert one(**lowered) == ("warn", "declared_category")
    assert one(key="sql:clients.phone", **lowered) == ("block", "unapproved")
    for key in ("sql:clients.numero_secu", "sql:users.password", RELIGION):
        policy = Policy(declared=frozenset({"FR_NIR", "PASSWORD", "RELIGION"}))
        assert one(key=key, policy=policy, unapproved="warn") == ("block", "unapproved")


def test_an_expired_approval_blocks() -> None:
    ended = approval(EMAIL, "contact", until=TODAY - datetime.timedelta(days=1))
    assert one(ended) == ("block", "expired")
    assert one(approval(EMAIL, "contact", until=TODAY)) == ("warn", "expiring")  # its last day counts


def test_an_expired_approval_blocks_although_the_field_is_not_new() -> None:
    ended = approval(EMAIL, "contact", until=datetime.date(2026, 11, 1))
    judged = verdicts([field(EMAIL)], ended, base={fingerprint(EMAIL, "contact")})[EMAIL]
    assert (judged.verdict.value, judged.introduced) == ("block", False)


def test_an_approval_whose_category_changed_blocks_and_is_stale() -> None:
    given = approval(RELIGION, "contact")
    assert one(given, key=RELIGION) == ("block", "category_changed")
    judged = judge([], [], Rules(Approvals.of([given]), Policy(), TODAY))
    assert judged == ()
    fields = verdicts([field(RELIGION)], given)
    told = notes(list(fields.values()), {RELIGION}, set(), Approvals.of([given]))
    assert [note.code for note in told] == ["PD001"]


def test_email_renamed_to_religion_blocks_and_leaves_its_approval_stale() -> None:
    renamed = field(RELIGION, was=("clients.email",))
    given = approval(EMAIL, "contact")
    judged = verdicts([renamed], given)[RELIGION]
    assert (judged.verdict.value, judged.state) == ("block", "category_changed")
    assert judged.fingerprint != fingerprint(EMAIL, "contact")
    told = notes([judged], {RELIGION}, {EMAIL}, Approvals.of([given]))
    assert [(note.code, note.approval) for note in told] == [("PD001", "APP-1")]


def test_drop_and_add_under_another_name_blocks() -> None:
    judged = verdicts([field("sql:clients.mail")], approval(EMAIL, "contact"))["sql:clients.mail"]
    assert (judged.verdict.value, judged.state) == ("block", "unapproved")


def test_real_looking_values_in_a_fixture_block_until_approved() -> None:
    values = ValuesSeen("csv:people.mail", Place("people.csv", 2), "contact", "EMAIL_ADDRESS", 10, 4)
    (judged,) = judge([], [values], Rules(Approvals(), Policy(), TODAY))
    assert (judged.verdict.value, judged.code, judged.proof) == ("block", "PD201", "proved")
    assert "4 of 10" in judged.why
    given = Approvals.of([approval("csv:people.mail", "contact", decision="false_positive")])
    (judged,) = judge([], [values], Rules(given, Policy(), TODAY))
    assert judged.verdict.value == "allow"


# -- what warns


def test_a_rename_is_covered_with_a_note_once_and_twice() -> None:
    for was in (("clients.email",), ("clients.email", "clients.mail")):
        renamed = field("sql:clients.courriel", was=was)
        judged = verdicts([renamed], approval(EMAIL, "contact"))["sql:clients.courriel"]
        assert (judged.verdict.value, judged.state) == ("warn", "renamed")
        assert judged.fingerprint == fingerprint(EMAIL, "contact")
        assert "approvals move" in judged.why


def test_a_rename_never_carries_an_article_9_approval() -> None:
    renamed = field("sql:clients.religion_2", was=("clients.religion",))
    judged = verdicts([renamed], approval(RELIGION, "special.religion"))["sql:clients.religion_2"]
    assert (judged.verdict.value, judged.state) == ("block", "renamed_special")
    moved = approval("sql:clients.religion_2", "special.religion", aliases=(RELIGION,))
    assert verdicts([renamed], moved)["sql:clients.religion_2"].verdict.value == "allow"


def test_an_approval_that_ends_within_30_days_warns() -> None:
    assert one(approval(EMAIL, "contact", until=TODAY + datetime.timedelta(days=30))) == ("warn", "expiring")
    assert one(approval(EMAIL, "contact", until=TODAY + datetime.timedelta(days=31))) == ("allow", "approved")


def test_a_stale_approval_is_noted() -> None:
    given = Approvals.of([approval("sql:gone.email", "contact")], "x.yaml")
    assert [note.code for note in notes([], set(), set(), given)] == ["PD001"]
    assert notes([], {"sql:gone.email"}, set(), given) == []


def test_a_weak_name_alone_warns_except_article_9() -> None:
    rules = Rules(Approvals(), Policy(), TODAY)
    for category, verdict in (("identification", "warn"), ("credential", "warn"), ("special.health", "block")):
        (judged,) = judge([Sighting(field(EMAIL), category, "PERSON", "weak", "the name")], [], rules)
        assert (judged.verdict.value, judged.proof) == (verdict, "to_check")


def test_inline_marks_lower_only_what_is_not_special() -> None:
    marked = field(EMAIL, not_personal="a shared mailbox of the shop")
    judged = verdicts([marked])[EMAIL]
    assert (judged.verdict.value, judged.state) == ("warn", "inline")
    assert "shared mailbox" in judged.why
    judged = verdicts([field(RELIGION, not_personal="it is only a test")])[RELIGION]
    assert (judged.verdict.value, judged.state) == ("block", "unapproved")


# -- who and when


def test_by_must_be_an_approver_where_there_is_a_policy() -> None:
    stranger = approval(EMAIL, "contact", by="dev@example.org")
    assert one(stranger) == ("allow", "approved")  # no policy: not checked, and the report says so
    assert one(stranger, policy=POLICY) == ("block", "unknown_approver")
    assert one(approval(EMAIL, "contact", by="DPO@example.org"), policy=POLICY) == ("allow", "approved")
    inherited = approval(EMAIL, "contact", by="dev@example.org", decision="inherited")
    assert one(inherited, policy=POLICY)[0] == "allow"


def test_an_approval_of_tomorrow_does_not_count_yet() -> None:
    assert one(approval(EMAIL, "contact", on=TODAY + datetime.timedelta(days=1))) == ("block", "not_yet")


def test_a_field_that_comes_with_its_own_approval_is_marked() -> None:
    given = approval(EMAIL, "contact")
    judged = verdicts([field(EMAIL)], given, base=frozenset())[EMAIL]
    assert (judged.verdict.value, judged.state, judged.introduced) == ("warn", "self_approved", True)
    judged = verdicts([field(EMAIL)], given, base=frozenset(), base_approvals={("APP-1", EMAIL)})[EMAIL]
    assert (judged.verdict.value, judged.state) == ("allow", "approved")


def test_a_new_field_cannot_be_inherited() -> None:
    given = approval(RELIGION, "special.religion", decision="inherited")
    judged = verdicts([field(RELIGION)], given, base=frozenset())[RELIGION]
    assert (judged.verdict.value, judged.state) == ("block", "not_inherited")


def test_an_old_name_taken_by_a_new_column_is_not_covered() -> None:
    moved = approval("sql:clients.mail", "contact", aliases=(EMAIL,))
    fields = [field("sql:clients.mail", was=("clients.email",)), field(EMAIL)]
    found = verdicts(fields, moved)
    assert found["sql:clients.mail"].verdict.value == "allow"
    assert found[EMAIL].verdict.value == "block"


def test_an_approval_of_another_kind_covers_nothing() -> None:
    assert one(approval("orm:clients.email", "contact"))[0] == "block"


@pytest.mark.parametrize("name", ["email_template_id", "race_condition_flag", "phone_model"])
def test_neutral_names_are_not_found(name: str) -> None:
    assert not verdicts([field(f"sql:settings.{name}"), field("sql:settings.value")])


# -- identity


@given(st.integers(1, 9_999), st.sampled_from(["text", "varchar(80)", "bigint", ""]), st.text(max_size=20))
def test_moved_lines_types_and_comments_keep_the_fingerprint(line: int, type: str, comment: str) -> None:
    moved = field(EMAIL, line=line, type=type, table_comment=comment)
    assert fingerprint(moved.root, "contact") == "fd68281477353ce4"


def test_article_9_comes_first() -> None:
    fields = [field("sql:a.email", line=1), field(RELIGION, line=9), field("sql:clients.phone", line=2)]
    assert next(iter(verdicts(fields))) == RELIGION
