"""Identity through real migrations: renames keep an approval with a note, what cannot be proved blocks."""

from pathlib import Path

import pytest
from gate_cases import fields_of

from recense.cli import main

RENAME = "ALTER TABLE clients RENAME COLUMN {} TO {};\n"


def approve(key: str, *more: str) -> None:
    assert main(["approvals", "request", key, "--why", "Contract follow-up", "--by", "dpo@example.org", *more]) == 0


def migrate(number: int, sql: str) -> None:
    Path(f"db/{number:04}.sql").write_text(sql)


def test_renamed_twice_keeps_fingerprint_and_approval(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    approve("sql:clients.email")
    before = fields_of(capsys)[1]["sql:clients.email"]["fingerprint"]
    for number, (old, new) in enumerate([("email", "mail"), ("mail", "courriel")], start=2):
        migrate(number, RENAME.format(old, new))
        code, fields = fields_of(capsys)
        found = fields[f"sql:clients.{new}"]
        assert (code, found["verdict"], found["state"], found["fingerprint"]) == (0, "warn", "renamed", before)
    assert main(["approvals", "move"]) == 0
    code, fields = fields_of(capsys, "--strict")
    assert (code, fields["sql:clients.courriel"]["verdict"]) == (0, "allow")


def test_email_renamed_to_religion_blocks(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    approve("sql:clients.email")
    migrate(2, RENAME.format("email", "religion"))
    code, fields = fields_of(capsys)
    found = fields["sql:clients.religion"]
    assert (code, found["verdict"], found["state"], found["code"]) == (1, "block", "category_changed", "PD901")


def test_dropped_and_added_under_another_name_blocks(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    approve("sql:clients.email")
    migrate(2, "ALTER TABLE clients DROP COLUMN email;\nALTER TABLE clients ADD COLUMN mail text;\n")
    code, fields = fields_of(capsys)
    assert (code, fields["sql:clients.mail"]["verdict"]) == (1, "block") and "sql:clients.email" not in fields


def test_a_renamed_article_9_field_blocks_until_it_is_moved(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    approve("sql:clients.email")
    migrate(2, "ALTER TABLE clients ADD COLUMN religion text;\n")
    approve("sql:clients.religion")
    assert fields_of(capsys)[0] == 0
    migrate(3, RENAME.format("religion", "confession_religieuse"))
    code, fields = fields_of(capsys)
    assert (code, fields["sql:clients.confession_religieuse"]["state"]) == (1, "renamed_special")
    assert main(["approvals", "move"]) == 0 and fields_of(capsys)[0] == 1  # never by itself
    assert main(["approvals", "move", "sql:clients.religion", "sql:clients.confession_religieuse"]) == 0
    assert fields_of(capsys)[0] == 0


def test_an_inline_mark_needs_a_reason_and_never_hides_article_9(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = '-- recense: not-personal reason="a mailbox of the shop"'
    Path("db/0001_clients.sql").write_text(
        f"CREATE TABLE clients (\n  email text, {mark}\n  religion text {mark}\n);\n"
    )
    code, fields = fields_of(capsys)
    assert (fields["sql:clients.email"]["verdict"], fields["sql:clients.email"]["state"]) == ("warn", "inline")
    assert (code, fields["sql:clients.religion"]["verdict"]) == (1, "block")
