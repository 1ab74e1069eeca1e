"""SQL of every dialect: which fields remain, where they stand, what is said when a statement is not understood."""
# ruff: noqa: E501

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from cases import declared, keys, write

from recense.connectors.schema import read_schema
from recense.connectors.schema.ddl.tokens import Lexer
from recense.connectors.schema.files import Unreadable

TABLES = {
    "postgres": (
        'CREATE TABLE IF NOT EXISTS "crm"."clients" (id bigserial PRIMARY KEY, "e mail" citext, tags text[]);',
        ["sql:crm.clients.e mail", "sql:crm.clients.id", "sql:crm.clients.tags"],
    ),
    "partition": (
        "CREATE TABLE t (a int, b text) PARTITION BY RANGE (a);\nCREATE TABLE t1 PARTITION OF t DEFAULT;",
        ["sql:t.a", "sql:t.b", "sql:t1.a", "sql:t1.b"],
    ),
    "like": (
        "CREATE TABLE t (a int);\nCREATE TABLE u (LIKE t INCLUDING ALL, b int);",
        ["sql:t.a", "sql:u.a", "sql:u.b"],
    ),
    "ctas": (
        "CREATE TABLE t (a int, nom text);\nCREATE TABLE u AS SELECT x.nom AS name, 1 AS one FROM t x;",
        ["sql:t.a", "sql:t.nom", "sql:u.name", "sql:u.one"],
    ),
    "ctas star": (
        "CREATE TABLE t (a int);\nCREATE MATERIALIZED VIEW u AS SELECT * FROM t WITH NO DATA;",
        ["sql:t.a", "sql:u.a"],
    ),
    "do": (
        "CREATE TABLE t (a int);\nDO $x$ BEGIN IF true THEN ALTER TABLE t ADD COLUMN b text; END IF; END $x$;",
        ["sql:t.a", "sql:t.b"],
    ),
    "execute": (
        "CREATE TABLE t (a int);\nDO $$ BEGIN EXECUTE 'ALTER TABLE t ADD b text'; END $$;",
        ["sql:t.a", "sql:t.b"],
    ),
    "mysql change": (
        "CREATE TABLE `t` (`id` int AUTO_INCREMENT, `a` varchar(9) COMMENT 'x', KEY `k` (`a`)) ENGINE=InnoDB;\n"
        "ALTER TABLE t CHANGE COLUMN a b varchar(20), MODIFY id bigint;",
        ["sql:t.b", "sql:t.id"],
    ),
    "mysql escapes": ("CREATE TABLE t (a varchar(9) DEFAULT 'it\\'s; ) x', b int) ENGINE=x;", ["sql:t.a", "sql:t.b"]),
    "mysql delimiter": (
        "DELIMITER $$\nCREATE PROCEDURE p() BEGIN ALTER TABLE t ADD b int; END$$\nDELIMITER ;\nCREATE TABLE t (a int);",
        ["sql:t.a", "sql:t.b"],
    ),
    "tsql": (
        "CREATE TABLE [dbo].[Clients] ([Id] int IDENTITY(1,1), [E Mail] nvarchar(50))\n"
        "ALTER TABLE Clients ADD Phone nvarchar(9), Fax int\nGO\nEXEC sp_rename 'dbo.Clients.Fax', 'Telefax', 'COLUMN'\nGO\n",
        ["sql:Clients.E Mail", "sql:Clients.Id", "sql:Clients.Phone", "sql:Clients.Telefax"],
    ),
    "oracle": (
        "CREATE TABLE t (a NUMBER(9), b VARCHAR2(9 CHAR))\n/\nALTER TABLE t ADD (c DATE, d DATE);\nALTER TABLE t DROP (a);",
        ["sql:t.b", "sql:t.c", "sql:t.d"],
    ),
    "snowflake": (
        "CREATE OR REPLACE TRANSIENT TABLE t (a VARIANT, b STRING COMMENT 'x') COMMENT = 'y';\n"
        "ALTER TABLE t ALTER COLUMN b SET DATA TYPE TEXT;",
        ["sql:t.a", "sql:t.b"],
    ),
    "bigquery": (
        "CREATE TABLE `p.d.t` (id INT64, c STRUCT<city STRING, geo ARRAY<STRUCT<lat FLOAT64>>> OPTIONS(description='x'));",
        ["sql:p.d.t.c.city", "sql:p.d.t.c.geo[].lat", "sql:p.d.t.id"],
    ),
    "sqlite": (
        "CREATE TABLE [t] ([a] INTEGER PRIMARY KEY AUTOINCREMENT, 'b' TEXT, \"c\") WITHOUT ROWID;",
        ["sql:t.a", "sql:t.b", "sql:t.c"],
    ),
    "names like constraints": (
        "CREATE TABLE t (key varchar(9), period int, index int, comment text, PRIMARY KEY (key), CHECK (period > 0));",
        ["sql:t.comment", "sql:t.index", "sql:t.key", "sql:t.period"],
    ),
    "temporary": ("CREATE TEMP TABLE x (email text);", []),
    "table comment at end": ("CREATE TABLE t (a int /* ; ) */, -- it's\n b int);", ["sql:t.a", "sql:t.b"]),
}


@pytest.mark.parametrize("name", TABLES)
def test_fields_and_places(tmp_path: Path, name: str) -> None:
    text, expected = TABLES[name]
    schema = declared(tmp_path, "schema.sql", text)
    assert keys(schema) == expected
    assert schema.unread == ()


def test_what_is_said_of_tables_and_columns(tmp_path: Path) -> None:
    schema = declared(
        tmp_path,
        "s.sql",
        "CREATE TABLE t (id int PRIMARY KEY, c int REFERENCES u(id), d text, -- menus\n FOREIGN KEY (d) REFERENCES v (x));\n"
        "COMMENT ON TABLE t IS 'people';\nCOMMENT ON COLUMN public.t.c IS 'l''autre';",
    )
    by_name = {field.column.path: field for field in schema.fields}
    assert by_name["id"].column.key == "primary"
    assert (by_name["c"].column.key, by_name["c"].column.comment) == ("foreign:u.id", "l'autre")
    assert (by_name["d"].column.key, by_name["d"].column.comment) == ("foreign:v.x", "menus")
    assert {field.table_comment for field in schema.fields} == {"people"}


def test_renames_keep_their_lineage_and_moves_their_place(tmp_path: Path) -> None:
    write(tmp_path, "m/1_a.sql", "CREATE TABLE clients (email text, x int);")
    write(tmp_path, "m/10_c.sql", "ALTER TABLE people RENAME COLUMN mail TO courriel;")
    write(
        tmp_path,
        "m/2_b.sql",
        "ALTER TABLE clients RENAME email TO mail;\nALTER TABLE clients DROP COLUMN x;\nALTER TABLE clients RENAME TO people;",
    )
    (field,) = read_schema(tmp_path).fields
    assert field.key == "sql:people.courriel"
    assert field.lineage == ("clients.email", "clients.mail", "people.mail")
    assert field.root == "sql:clients.email"
    assert (field.place.file, field.place.column, field.declared_at and field.declared_at.file) == (
        "m/10_c.sql",
        42,
        "m/1_a.sql",
    )


@pytest.mark.parametrize(
    "down",
    ["-- migrate:down", "-- +goose Down", "-- +migrate Down", "--//@UNDO", "# --- !Downs", "-- Down Migration"],
)
def test_what_leads_back_is_not_applied(tmp_path: Path, down: str) -> None:
    write(tmp_path, "m/001_a.sql", f"CREATE TABLE t (a int);\n{down}\nDROP TABLE t;\nCREATE TABLE gone (b int);\n")
    write(tmp_path, "m/002_b.down.sql", "DROP TABLE t;")
    write(tmp_path, "m/U003__undo.sql", "DROP TABLE t;")
    assert keys(read_schema(tmp_path)) == ["sql:t.a"]


def test_a_folder_per_migration_is_one_history(tmp_path: Path) -> None:
    write(tmp_path, "prisma/migrations/20240101_a/migration.sql", 'CREATE TABLE "User" ("email" TEXT, "x" INT);')
    write(
        tmp_path,
        "prisma/migrations/20240201_b/migration.sql",
        'ALTER TABLE "User" DROP COLUMN "x", ADD COLUMN "nir" TEXT;',
    )
    assert keys(read_schema(tmp_path)) == ["sql:User.email", "sql:User.nir"]


def test_a_script_that_tears_down_hides_nothing(tmp_path: Path) -> None:
    write(tmp_path, "schema.sql", "CREATE TABLE t (nir text);")
    write(tmp_path, "z_drop_all.sql", "DROP TABLE IF EXISTS t;")
    assert keys(read_schema(tmp_path)) == ["sql:t.nir"]


def test_data_is_jumped_over_and_wants_a_look(tmp_path: Path) -> None:
    schema = declared(
        tmp_path,
        "dump.sql",
        "COPY public.t (a) FROM stdin;\nCREATE TABLE no (x int);\n\\.\nINSERT INTO t VALUES ('CREATE TABLE no (y int);', 'it''s');\n"
        "CREATE TABLE t (a int);\n",
    )
    assert (keys(schema), schema.fixtures, schema.unread) == (["sql:t.a"], ("dump.sql",), ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("CREATE TABLE a (x int);\nCREATE TABLE t AS SELECT * FROM elsewhere;", 2),
        ("CREATE TABLE t LIKE elsewhere;", 1),
        ("\n\nDO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD x int', t); END $$;", 3),
        ("CREATE TABLE t (a int,\n b text DEFAULT 'never closed);", 2),
        ("ALTER TABLE t FROBNICATE x;", 1),
        ("CREATE TABLE t (a int", 1),
        ("CREATE EXTERNAL TABLE t;", 1),
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, text: str, line: int) -> None:
    (unread,) = declared(tmp_path, "s.sql", text).unread
    assert (unread.file, unread.line) == ("s.sql", line)
    assert "never closed" not in unread.reason


def test_inline_reasons_need_a_comment_and_a_reason(tmp_path: Path) -> None:
    schema = declared(
        tmp_path,
        "s.sql",
        'CREATE TABLE t (\n email text, -- recense: not-personal reason="a template"\n phone text, -- recense: not-personal\n'
        " -- recense: not-personal reason='above'\n fax text\n , note text DEFAULT 'recense: not-personal reason=\"no\"');",
    )
    assert {field.column.path: field.not_personal for field in schema.fields} == {
        "email": "a template",
        "phone": None,
        "fax": "above",
        "note": None,
    }


def test_control_characters_in_names_stay_in_the_name(tmp_path: Path) -> None:
    schema = declared(tmp_path, "s.sql", 'CREATE TABLE "t\x1b[31m" ("<b>&\x07" text);')
    assert keys(schema) == ["sql:t\x1b[31m.<b>&\x07"]


@given(
    st.text(alphabet=st.sampled_from("'\"`$;-/*#\\()[] \nabCREATETABLE,"), max_size=80),
    st.sampled_from(["", "mysql", "tsql"]),
)
def test_tokens_cover_the_text_in_order(text: str, dialect: str) -> None:
    behind = 0
    try:
        for statement in Lexer(text, dialect).statements():
            for token in statement:
                assert token.start >= behind
                assert text[token.start : token.end] == token.text
                behind = token.end
    except Unreadable as error:
        assert 0 <= error.line <= len(text)


@given(
    st.lists(
        st.text(min_size=1, max_size=12).filter(lambda name: name.strip() and "\0" not in name),
        min_size=1,
        max_size=5,
        unique_by=str.casefold,
    )
)
def test_every_quoted_name_comes_back(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    names = [name.encode("utf-8", "ignore").decode().replace("\r", "") or "x" for name in names]
    folder = tmp_path_factory.mktemp("names")
    quoted = ", ".join('"' + name.replace('"', '""') + '" text' for name in names)
    with (folder / "s.sql").open("w", encoding="utf-8", newline="") as file:
        file.write(f"CREATE TABLE t ({quoted});")
    assert {field.column.path.casefold() for field in read_schema(folder).fields} == {name.casefold() for name in names}


SELECT_INTO = {
    "columns": ("SELECT nom, email AS mail INTO dbo.copie FROM dbo.clients;", ["sql:copie.mail", "sql:copie.nom"]),
    "star": ("SELECT * INTO copie FROM clients", ["sql:copie.email", "sql:copie.nom"]),
    "top, no separators": (
        "SELECT TOP 5 c.*, 1 AS one INTO [copie] FROM clients c\nINSERT INTO clients (nom) SELECT 'x'\n"
        "CREATE TABLE other (b int)",
        ["sql:copie.email", "sql:copie.nom", "sql:copie.one", "sql:other.b"],
    ),
    "in a procedure": (
        "CREATE PROCEDURE p AS BEGIN SELECT nom INTO copie FROM clients END",
        ["sql:copie.nom"],
    ),
    "temporary": ("SELECT * INTO #gone FROM clients;", []),
    "insert": ("INSERT INTO clients SELECT * FROM clients;\nDECLARE @x int; SELECT @x = 1;", []),
}


@pytest.mark.parametrize("case", SELECT_INTO)
def test_select_into_makes_a_table(case: str, tmp_path: Path) -> None:
    text, expected = SELECT_INTO[case]
    schema = declared(tmp_path, "a.sql", f"CREATE TABLE clients (nom nvarchar(9), email nvarchar(9))\nGO\n{text}\n")
    assert [key for key in keys(schema) if "clients" not in key] == expected
    assert not schema.unread


def test_select_into_of_an_unknown_table_is_said(tmp_path: Path) -> None:
    schema = declared(tmp_path, "a.sql", "CREATE TABLE t (a nvarchar(9))\nGO\nSELECT * INTO copie FROM elsewhere\n")
    assert [entry.line for entry in schema.unread] == [3]


def test_select_into_fills_variables_in_plpgsql(tmp_path: Path) -> None:
    text = "CREATE TABLE t (a int);\nDO $$ DECLARE v int; BEGIN SELECT a INTO v FROM t; SELECT a INTO v FROM t; END $$;"
    assert keys(declared(tmp_path, "a.sql", text)) == ["sql:t.a"]


def test_an_action_behind_a_rename_reaches_the_renamed_table(tmp_path: Path) -> None:
    text = "CREATE TABLE t (a int) ENGINE=x;\nALTER TABLE t RENAME TO u, ADD COLUMN b int, RENAME v, ADD c int;"
    assert keys(declared(tmp_path, "a.sql", text)) == ["sql:v.a", "sql:v.b", "sql:v.c"]


@pytest.mark.parametrize(
    "call",
    [
        "EXEC sys.sp_addextendedproperty N'MS_Description', N'table of x', 'SCHEMA', N'hr', 'TABLE', N't', 'COLUMN', N'a'",
        "EXECUTE [sys].[sp_addextendedproperty] N'MS_Description', N'table of x', N'SCHEMA', [hr], N'TABLE', [t], N'COLUMN', [a];",
        "EXEC sp_updateextendedproperty @value = N'table of x', @name = N'MS_Description', @level0type = SCHEMA,\n"
        "  @level0name = hr, @level1type = 'TABLE', @level1name = 't', @level2type = N'COLUMN', @level2name = N'a'",
    ],
)
def test_descriptions_of_sql_server_are_comments(call: str, tmp_path: Path) -> None:
    text = f"CREATE TABLE [hr].[t] ([a] nvarchar(9))\nGO\n{call}\nGO\n"
    (field,) = declared(tmp_path, "a.sql", text).fields
    assert field.column.comment == "table of x"


def test_sql_in_utf_16_is_read_in_both_orders(tmp_path: Path) -> None:
    for name, codec, mark in (
        ("a", "utf-16-le", b"\xff\xfe"),
        ("b", "utf-16-be", b"\xfe\xff"),
        ("c", "utf-16-le", b""),
    ):
        text = f"CREATE TABLE {name} (\r\n  é int,\r\n  nom text)\r\nGO\r\n"
        (tmp_path / f"{name}.sql").write_bytes(mark + text.encode(codec))
    fields = {field.key: field.place for field in read_schema(tmp_path).fields}
    assert {key: (place.line, place.column) for key, place in fields.items() if key.endswith("nom")} == {
        f"sql:{name}.nom": (3, 3) for name in "abc"
    }
