"""Rows of SQL files: real-looking values fail at their exact place; test data of reserved ranges does not."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.cli import main
from recense.connectors.schema.ddl.rows import rows

MAIL, PHONE, CARD = "j.lefevre@chauffage-lefevre.fr", "06 71 48 93 25", "4539148803436467"
TABLE = "CREATE TABLE clients (id int, ref text, contact text);\n"
REAL = {
    "insert": f"INSERT INTO clients (id, contact) VALUES\n  (1, 'a@example.org'),\n  (2, '«{MAIL}»');",
    "no list of columns": f"INSERT INTO clients VALUES (1, 'it''s; (x', '«{PHONE}»');",
    "sql server": f"INSERT [dbo].[clients] ([id], [contact]) VALUES (1, N'«{MAIL}»')\nINSERT t (id) VALUES (2)\nGO",
    "mysql": f"-- MySQL dump\nINSERT IGNORE INTO `clients` (`id`,`contact`) VALUES (2,'it\\'s'),(3,'«{MAIL}»');",
    "mysql set": f"INSERT INTO clients SET id = 1, contact = '«{MAIL}»';",
    "oracle": f"INSERT ALL\n INTO clients (id, contact) VALUES (1, '«{MAIL}»')\nSELECT 1 FROM dual;",
    "function": f"INSERT INTO clients (id, ref, contact) VALUES (1, lower('X', 'y'), '«{MAIL}»');",
    "number": f"INSERT INTO clients (id, contact) VALUES (1, «{CARD}»);",
    "comment": f"INSERT INTO clients (id, contact) VALUES (1 /* ( */, -- '\n '«{MAIL}»');",
    "copy": f"COPY public.clients (id, contact) FROM stdin;\n1\t\\N\n2\t«{MAIL}»\n\\.\n\nSELECT 1;",
    "copy csv": f"COPY clients (id, contact) FROM STDIN WITH (FORMAT csv);\n2,«{PHONE}»\n\\.\n",
}
RESERVED = (
    "INSERT INTO clients (id, contact) VALUES (1, 'a@example.org'), (2, '01 99 00 12 34'),"
    " (3, 'GB82WEST12345698765432'), (4, '4111111111111111'), (732829320, 'a@b.test'), (732829320, '732 829 320');\n"
    f"-- INSERT INTO clients (contact) VALUES ('{MAIL}');\n"
)


def check(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, list[dict[str, object]], str]:
    (folder / "seed.sql").write_text(TABLE + text, encoding="utf-8")
    code = main(["check", str(folder), "--format", "json"])
    out = capsys.readouterr().out
    return code, [field for field in json.loads(out)["fields"] if field["code"] == "PD201"], out


@pytest.mark.parametrize("case", REAL)
def test_real_looking_values_fail_at_their_place(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, _, rest = (TABLE + REAL[case]).partition("«")
    value = rest.partition("»")[0]
    code, (found,), out = check(tmp_path, capsys, REAL[case].replace("«", "").replace("»", ""))
    line, column = head.count("\n") + 1, len(head) - head.rfind("\n")
    assert (code, found["field"], found["verdict"]) == (1, "sql:clients.contact", "block")
    assert (found["line"], found["column"], found["end_column"]) == (line, column, column + len(value))
    assert value not in out


def test_reserved_ranges_do_not_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, capsys, RESERVED)[1] == []


def test_rows_behind_an_unseparated_table_are_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.sql").write_text(f"CREATE TABLE t (a nvarchar(9))\nINSERT INTO t VALUES ('{MAIL}')\nGO\n")
    assert main(["check", str(tmp_path), "--format", "json"]) == 1
    assert [f["field"] for f in json.loads(capsys.readouterr().out)["fields"] if f["code"] == "PD201"] == ["sql:t.a"]


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_a_value_is_read_as_it_was_written(values: list[str]) -> None:
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    (row,) = rows(f"INSERT INTO t VALUES ({quoted});", "sqlite")
    assert [value.text if value else None for value in row.values] == values


@given(st.text(alphabet="INSERTVALUES into('),;-/*\\\n\tCOPY FROM stdin x\"`[]"))
def test_any_text_ends(text: str) -> None:
    list(rows("INSERT INTO t VALUES (" + text, "mysql"))
    list(rows(text, ""))
