"""recense-approvals.yaml: read strictly with lines, changed without touching what people wrote, merged by git."""

import datetime
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from gate_cases import DPO, TODAY, approval, commit, git
from hypothesis import given
from hypothesis import strategies as st
from processes import environment

from recense.errors import ConfigError, UserError
from recense.gate import editing
from recense.gate.approvals import json_schema, parse, read

ENTRY = """\
version: 1
approvals:
  # the shop needs it
  - id: APP-0002
    field: sql:clients.email
    categories: [contact]
    decision: declared        # declared | accepted | false_positive | inherited
    processing: RT-004        # register entry
    by: dpo@example.org
    on: 2026-03-02
    until: 2028-03-02
    why: Contract follow-up
    ticket: null
    aliases: []               # written by `approvals move`

  - {id: APP-3, field: "sql:users.mail", categories: [contact], decision: accepted, by: dpo@example.org,
     on: 2026-03-02, until: 2027-03-02, why: "Two people: asked"}
# the end
"""


def test_the_format_of_the_documentation_is_read() -> None:
    first, second = parse(ENTRY).entries
    assert (first.id, first.activity, first.on, first.line) == ("APP-0002", "RT-004", datetime.date(2026, 3, 2), 4)
    assert (second.field, second.why, second.aliases) == ("sql:users.mail", "Two people: asked", ())
    jsonschema.validate(_plain(yaml.safe_load(ENTRY)), json_schema())


def _plain(data: object) -> object:
    """What an editor sees: dates as text, and the key `on`."""
    if isinstance(data, dict):
        return {("on" if key is True else key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(item) for item in data]
    return data.isoformat() if isinstance(data, datetime.date) else data


WRONG = {
    "an unknown key": ("    by: dpo", "    bye: dpo", "x.yaml:9: unknown key 'bye'; did you mean 'by'?"),
    "a missing key": ("    why: Contract follow-up\n", "", "x.yaml:4: why: is missing"),
    "a short reason": ("Contract follow-up", "ok", "x.yaml:12: why: give the reason in at least 10 characters"),
    "an unknown category": (
        "[contact]\n    decision: d",
        "[conatct]\n    decision: d",
        "x.yaml:6: categories: unknown",
    ),
    "an unknown decision": ("decision: declared ", "decision: approved ", "x.yaml:7: decision: unknown decision"),
    "an end too far": ("until: 2028-03-02", "until: 2028-03-03", "x.yaml:11: until: a decision of that day lasts"),
    "an end before the start": ("until: 2028-03-02", "until: 2026-03-01", "x.yaml:11: until: lies before"),
    "no date": ("until: 2028-03-02", "until: soon", "x.yaml:11: until: write a date"),
    "a field without kind": ("field: sql:clients.email", "field: clients.email", "x.yaml:5: field: write kind:table"),
    "text for a list": ("categories: [contact]\n    d", "categories: contact\n    d", "x.yaml:6: categories: write a"),
    "a second key": ("    ticket: null", "    by: me", "x.yaml:13: the key 'by' stands here twice"),
    "a merge that was not finished": ("  - id: APP-0002", "<<<<<<< HEAD\n  - id: APP-0002", "x.yaml:4: a merge left"),
    "a tag": ("why: Contract", "why: !!python/object:os.system Contract", "x.yaml:12: YAML tags"),
    "another version": ("version: 1", "version: 2", "x.yaml: begins with 'version: 1'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_line(case: str) -> None:
    old, new, says = WRONG[case]
    assert old in ENTRY
    with pytest.raises(ConfigError) as raised:
        parse(ENTRY.replace(old, new, 1), "x.yaml")
    assert str(raised.value).startswith(says)


def test_article_9_lasts_six_months_and_inherited_ninety_days() -> None:
    text = ENTRY.replace("[contact]\n    decision", "[contact, special.health]\n    decision", 1)
    with pytest.raises(ConfigError, match="lasts at most 6 months here: until 2026-09-02"):
        parse(text)
    with pytest.raises(ConfigError, match="at most 90 days for a decision: until 2026-05-31"):
        parse(ENTRY.replace("decision: declared", "decision: inherited", 1))


def test_a_bomb_is_refused() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(9))
    with pytest.raises(ConfigError):
        parse(levels)


def test_no_file_is_no_approval(tmp_path: Path) -> None:
    assert read(tmp_path / "none.yaml").entries == ()


# -- edits


def test_an_edit_leaves_comments_order_and_spacing() -> None:
    moved = editing.move(ENTRY, "x", "sql:clients.email", "sql:clients.courriel")
    changed = [(a, b) for a, b in zip(ENTRY.splitlines(), moved.splitlines(), strict=True) if a != b]
    assert changed == [
        ("    field: sql:clients.email", "    field: sql:clients.courriel"),
        ("    aliases: []               # written by `approvals move`",
         "    aliases: [sql:clients.email]               # written by `approvals move`"),
    ]  # fmt: skip
    again = editing.move(moved, "x", "sql:clients.courriel", "sql:clients.mail")
    assert parse(again).entries[0].aliases == ("sql:clients.email", "sql:clients.courriel")


def test_an_entry_on_one_line_gets_its_aliases_too() -> None:
    moved = editing.move(ENTRY, "x", "sql:users.mail", "sql:users.email")
    assert parse(moved).entries[1].aliases == ("sql:users.mail",)
    assert parse(moved).entries[0] == parse(ENTRY).entries[0]


def test_removing_takes_the_comment_above_and_nothing_else() -> None:
    text = editing.remove(ENTRY, "x", [("APP-3", "sql:users.mail")])
    assert text == ENTRY[: ENTRY.index("  - {id")] + "# the end\n"
    assert editing.add(text, [], "x") == text


def test_moving_what_nobody_approved_is_an_error() -> None:
    with pytest.raises(UserError, match="names sql:no\\.where"):
        editing.move(ENTRY, "x", "sql:no.where", "sql:a.b")


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=10, max_size=40).filter(
    lambda t: len(t.strip()) >= 10
)
COLUMNS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(lambda t: t.strip("."))


@given(st.lists(st.tuples(COLUMNS, WORDS), min_size=1, max_size=6, unique_by=lambda pair: pair[0]))
def test_any_text_comes_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    made = [approval(f"sql:t.{column}", "contact", why=why, id=f"A-{n}") for n, (column, why) in enumerate(pairs)]
    text = ""
    for entry in made:
        text = editing.add(text, [entry], "x")
    found = {entry.id: (entry.field, entry.why) for entry in parse(text).entries}
    assert found == {entry.id: (entry.field, entry.why) for entry in made}
    fields = [entry.field for entry in parse(text).entries]
    assert fields == sorted(fields)


# -- two branches


def _request(key: str) -> None:
    file = Path("recense-approvals.yaml")
    entry = approval(key, "contact", id=editing.new_id(key, ["contact"], TODAY), by=DPO)
    file.write_text(editing.add(file.read_text() if file.exists() else "", [entry], str(file)))


def test_a_merge_of_two_branches_keeps_both_approvals(repository: Path) -> None:
    _request("sql:clients.email")
    commit("approved")
    git("checkout", "-qb", "one")
    _request("sql:accounts.phone")
    commit("one")
    git("checkout", "-q", "main")
    _request("sql:suppliers.phone")
    commit("two")
    git("merge", "-q", "one", "-m", "merge")
    fields = [entry.field for entry in read(Path("recense-approvals.yaml")).entries]
    assert fields == ["sql:accounts.phone", "sql:clients.email", "sql:suppliers.phone"]


def test_two_approvals_at_the_same_place_are_merged_by_the_driver(repository: Path) -> None:
    (repository / ".gitattributes").write_text("recense-approvals.yaml merge=recense\n")
    git("config", "merge.recense.driver", f"{sys.executable} -m recense approvals merge %O %A %B")
    _request("sql:clients.email")
    commit("approved")
    git("checkout", "-qb", "one")
    _request("sql:clients.phone")
    commit("one")
    git("checkout", "-q", "main")
    _request("sql:clients.portable")
    commit("two")
    done = subprocess.run(
        ["git", "merge", "-q", "one", "-m", "merge"], capture_output=True, text=True,
        env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    fields = {entry.field for entry in read(Path("recense-approvals.yaml")).entries}
    assert fields == {"sql:clients.email", "sql:clients.phone", "sql:clients.portable"}


def test_both_sides_of_a_conflict_kept_by_hand_are_read(repository: Path) -> None:
    """Ids come from field, categories and day: two branches never draw the same one for different fields."""
    texts = [editing.add("", [approval(key, "contact", id=editing.new_id(key, ["contact"], TODAY))], "x")
             for key in ("sql:a.email", "sql:b.email")]  # fmt: skip
    both = texts[0] + texts[1].partition("approvals:\n")[2]
    assert len({entry.id for entry in parse(both).entries}) == 2


def test_what_both_changed_is_kept_twice_and_what_one_removed_is_gone() -> None:
    ours = editing.change(ENTRY, "x", lambda a: _until(a, 2027) if a.id == "APP-0002" else a)
    theirs = editing.change(ENTRY, "x", lambda a: _until(a, 2026) if a.id == "APP-0002" else a)
    theirs = editing.remove(theirs, "x", [("APP-3", "sql:users.mail")])
    merged = parse(editing.merge(ENTRY, ours, theirs, "x")).entries
    assert [entry.field for entry in merged] == ["sql:clients.email"] * 2
    assert {entry.until.year for entry in merged} == {2026, 2027} and len({entry.id for entry in merged}) == 2


def _until(entry, year: int):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(entry, until=datetime.date(year, 12, 1))
