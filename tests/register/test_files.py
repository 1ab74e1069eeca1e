"""The register's files: strict, never beyond their folder, and people's words stay byte for byte."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_data import ACTIVITY, a_run, finding

from recense import guard
from recense.errors import ConfigError, UserError
from recense.register import block, facts, folder
from recense.register.building import build
from recense.register.facts import Facts

LINES = st.lists(
    st.sampled_from(
        ["# un commentaire", "", "  ", "a: 1", "b: [x, y]", "c:", "  - é", "d: |", "  texte", "\tx", "# <<< autre", "…"]
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.text(max_size=20))
def test_only_the_block_changes(lines: list[str], newline: str, ended: bool, word: str) -> None:
    people = newline.join(lines) + (newline if ended else "")
    word = facts.encodable(word)
    once = block.written(people, {"last_scan": "x", "datasets": [word]})
    before, machine, after = block.parts(once)
    assert before.startswith(people) and not after.strip()
    assert guard.parse(machine, "block").data == {"machine": {"last_scan": "x", "datasets": [word]}}
    below = once + f"# après{newline}e: 2{newline}"
    twice = block.written(below, {"last_scan": "y"})
    assert block.parts(twice)[0] == before and block.parts(twice)[2] == f"# après{newline}e: 2{newline}"
    assert block.written(twice, {"last_scan": "y"}) == twice


def test_a_build_keeps_every_byte_that_people_wrote(register: Path, seen: Facts) -> None:
    path = register / "activities/clients.yaml"
    odd = ACTIVITY.replace("\n", "\r\n").encode() + b"# derni\xc3\xa8re ligne, sans fin"
    path.write_bytes(odd)
    path.chmod(0o640)
    build(register, seen)
    assert path.read_bytes().startswith(odd)
    assert path.stat().st_mode & 0o777 == 0o640
    filled = path.read_bytes()
    assert build(register, seen).filled == ()  # the same run a second time changes nothing
    assert path.read_bytes() == filled
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["clients.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("role: controller", "rolle: controller", "clients.yaml:5: unknown key 'rolle'; did you mean 'role'"),
        ("role: controller", "role: boss", "clients.yaml:5: role: valid are 'controller', 'processor'"),
        (
            "category: contact",
            "category: contacts",
            "clients.yaml:13: unknown category 'contacts'; did you mean 'contact'",
        ),
        ("id: clients ", "id: client ", "clients.yaml:3: id: the file is named clients.yaml; write 'id: clients'"),
        ("2026-01-05", "2026-02-30", "clients.yaml: holds a date or number that does not exist"),
        ("2026-01-05", "'demain'", "lifecycle.created_on: write a date that exists, such as 2026-01-31"),
        ("{status: none}", "{status: stated}", "transfers: 'status: stated' goes with a list"),
        ("- dataset: clients*", "- {}", "assign.rules[0]: a rule has at least one of source, dataset, categories"),
        ("role: controller", "role: !!python/name:os.system x", "YAML tags (!…) are not allowed"),
        ("role: controller", "machine: {}", "the key 'machine' belongs to recense and stands without its markers"),
        ("role: controller", "# <<< recense", "the markers of the machine block must stand there once each"),
        ("name: {fr: Gestion des clients, en: Customer management}\n", "", "the key 'name' is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(register: Path, old: str, new: str, says: str) -> None:
    path = register / "activities/clients.yaml"
    assert old in ACTIVITY
    path.write_text(ACTIVITY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        folder.load(register)
    assert says in str(error.value)


def test_a_file_that_cannot_take_the_block_is_left_alone(register: Path, seen: Facts) -> None:
    path = register / "activities/clients.yaml"
    path.write_text("{schema: recense.register/1, id: clients, name: {fr: x}}\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(ConfigError):
        build(register, seen)
    assert path.read_bytes() == before


def test_links_are_refused(register: Path, tmp_path: Path, seen: Facts) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(ACTIVITY.replace("id: clients ", "id: autre "), encoding="utf-8")
    link = register / "activities/autre.yaml"
    link.symlink_to(outside)
    with pytest.raises(ConfigError, match="symbolic link"):
        build(register, seen)
    assert outside.read_text(encoding="utf-8").count("machine:") == 0
    link.unlink()
    (register / "activities").rename(tmp_path / "elsewhere")
    (register / "activities").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="symbolic link"):
        folder.load(register)


@pytest.mark.parametrize("id_", ["../x", "a/b", "/etc/x", "..", ".x", "a\\b", "a\nb", ""])
def test_an_id_leads_nowhere_else(register: Path, id_: str) -> None:
    from recense.register.drafts import blank_text

    with pytest.raises(ConfigError):
        folder.parse_activity(blank_text(id_, "x"), str(folder.path_of(register, id_)))


def test_nothing_is_written_over_a_file(register: Path) -> None:
    with pytest.raises(UserError, match="is there already"):
        folder.create(register / "organisation.yaml", "x")


def test_hostile_names_stay_inside_the_block(register: Path) -> None:
    names = ["# <<< recense", "a\n# <<< recense\nid: x", "\u2028# >>> recense", "caf\udce9", "'\"{}[]&*!%@`"]
    run = a_run(*(finding(f"clients{name}", name, "contact", "EMAIL_ADDRESS") for name in names))
    built = build(register, facts.of_run(run))
    machine = built.register.activity("clients").machine
    assert machine is not None
    assert {entry.dataset for entry in machine.datasets} == {facts.encodable(f"clients{name}") for name in names}
    assert (register / "activities/clients.yaml").read_text(encoding="utf-8").startswith(ACTIVITY)


def test_a_large_estate_fits(register: Path) -> None:
    findings = [
        finding(f"clients_{at}", f"colonne_{column}", "contact", "EMAIL_ADDRESS")
        for at in range(60)
        for column in range(60)
    ]
    built = build(register, facts.of_run(a_run(*findings)))
    machine = built.register.activity("clients").machine
    assert machine is not None and len(machine.datasets) == 60
    assert {(len(found.columns), found.more) for one in machine.datasets for found in one.found} == {(40, 20)}
