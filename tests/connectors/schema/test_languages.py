"""Every other language: fields, exact places, inline reasons, and hostile files."""
# ruff: noqa: E501

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cases import declared, keys, write

from recense.connectors.schema import read_schema

CASES = {
    "a.proto": (
        'syntax = "proto3";\nmessage Client { string email = 1; // mail\n message Address { repeated string city = 1; }\n'
        " oneof id { string nir = 3; } reserved 5; enum E { A = 0; } }",
        ["proto:Client.Address.city", "proto:Client.email", "proto:Client.nir"],
    ),
    "schema.prisma": (
        'model User {\n  id Int @id\n  email String @map("mail")\n  posts Post[]\n  @@map("users")\n}\nmodel Post {\n  id Int\n}\n',
        ["orm:Post.id", "orm:users.id", "orm:users.mail"],
    ),
    "r.avsc": (
        '{"type":"record","name":"R","fields":[{"name":"email","type":["null","string"]},'
        '{"name":"ad","type":{"type":"record","name":"A","fields":[{"name":"city","type":"string"}]}}]}',
        ["avro:R.ad.city", "avro:R.email"],
    ),
    "api.yaml": (
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    User:\n      properties:\n        'email': {type: string}\n"
        "        address:\n          properties:\n            city: {type: string}\n",
        ["openapi:User.address.city", "openapi:User.email"],
    ),
    "client.json": (
        '{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Client","properties":{"email":{"type":"string"}}}',
        ["json:Client.email"],
    ),
    "schema.yml": (
        "version: 2\nmodels:\n  - name: clients\n    columns:\n      - name: email\n"
        "sources:\n  - name: crm\n    tables:\n      - name: t\n        columns: [{name: nir}]\n",
        ["dbt:clients.email", "dbt:crm.t.nir"],
    ),
    "fixtures/c.csv": ('nom;"e mail";tel\n', ["csv:c.e mail", "csv:c.nom", "csv:c.tel"]),
    "fixtures/x.jsonl": ('{"a":1,"b":{"c":2}}\n{"d":1}\n', ["csv:x.a", "csv:x.b.c", "csv:x.d"]),
    "fixtures/u.json": ('[{"email":"x","adresse":{"ville":"y"}}]', ["csv:u.adresse.ville", "csv:u.email"]),
    "app/models.py": (
        "class Base(BaseModel):\n    é: str\nclass Sub(Base):\n    nir: str = Field(description='x')\n"
        "class User(db.Model):\n    __tablename__ = 'users'\n    phone = db.Column(db.String(20))\n    name: Mapped[str]\n"
        "class C(models.Model):\n    tel = models.CharField(max_length=20)\n"
        "t = Table('t', metadata, Column('mail', String))\n",
        ["orm:Base.é", "orm:C.tel", "orm:Sub.nir", "orm:t.mail", "orm:users.name", "orm:users.phone"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_fields_and_places(tmp_path: Path, name: str) -> None:
    text, expected = CASES[name]
    schema = declared(tmp_path, name, text)
    assert keys(schema) == expected
    assert schema.unread == ()
    assert schema.fixtures == ((name,) if name.startswith("fixtures/") else ())


REVISION = "from alembic import op\nimport sqlalchemy as sa\nrevision = {!r}\ndown_revision = {!r}\ndef upgrade():\n{}\ndef downgrade():\n    op.drop_table('clients')\n"


def test_alembic_follows_down_revision(tmp_path: Path) -> None:
    first = "    op.create_table('clients', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('email', sa.String(40)))"
    second = (
        "    with op.batch_alter_table('clients') as batch_op:\n        batch_op.alter_column('email', new_column_name='mail')\n"
        "    op.execute('ALTER TABLE clients ADD COLUMN religion text')"
    )
    write(tmp_path, "alembic/versions/z.py", REVISION.format("a", None, first))
    write(tmp_path, "alembic/versions/a.py", REVISION.format("b", "a", second))
    schema = read_schema(tmp_path)
    assert keys(schema) == ["sql:clients.id", "sql:clients.mail", "sql:clients.religion"]
    mail = next(field for field in schema.fields if field.column.path == "mail")
    assert (mail.lineage, mail.place.line, mail.column.type) == (("clients.email",), 7, "String(40)")


def test_alembic_names_what_is_computed(tmp_path: Path) -> None:
    write(
        tmp_path,
        "alembic/versions/a.py",
        REVISION.format("a", None, "    op.add_column(name(), sa.Column('x', sa.Text))"),
    )
    (unread,) = read_schema(tmp_path).unread
    assert unread.line == 6


def test_django_follows_dependencies(tmp_path: Path) -> None:
    head = "from django.db import migrations, models\nclass Migration(migrations.Migration):\n"
    write(
        tmp_path,
        "crm/migrations/0002_first.py",
        f"{head}    dependencies = []\n    operations = [migrations.CreateModel('Client', fields=[('email', models.EmailField()), ('x', models.TextField())])]\n",
    )
    write(
        tmp_path,
        "crm/migrations/0001_second.py",
        f"{head}    dependencies = [('crm', '0002_first')]\n    operations = [\n        migrations.RenameField('client', 'email', 'mail'),\n"
        "        migrations.RemoveField('client', 'x'),\n        migrations.RunSQL('ALTER TABLE crm_client ADD nir text'),\n    ]\n",
    )
    schema = read_schema(tmp_path)
    assert keys(schema) == ["sql:crm_client.mail", "sql:crm_client.nir"]
    assert schema.unread == ()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.yaml", "openapi: 3.0.0\nx: !!python/object/apply:os.system ['touch pwned']\n", "tag"),
        ("a.yaml", "openapi: 3.0.0\nx: " + "[" * 100_000, "deeper"),
        ("a.json", '{"$schema":"http://json-schema.org/x","properties":' * 50_000, "deeper"),
        ("a.proto", "message A {" * 10_000, "deeply"),
        ("a.prisma", "model A {\n", "does not end"),
        ("a.py", "from pydantic import BaseModel\nx = " + "-" * 50_000 + "1", "Python"),
        ("a.sql", "CREATE TABLE t (a int\0", "no text"),
        ("a.parquet", "no parquet", "Parquet"),
    ],
)
def test_broken_and_hostile_files_are_named(tmp_path: Path, name: str, text: str, reason: str) -> None:
    write(tmp_path, name, text)
    (unread,) = read_schema(tmp_path).unread
    assert unread.file == name
    assert reason in unread.reason


def test_a_model_is_never_imported(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    write(tmp_path, "m.py", f"open({str(mark)!r}, 'w')\nclass A(BaseModel):\n    x: int\n")
    assert keys(read_schema(tmp_path)) == ["orm:A.x"]
    assert not mark.exists()


def test_links_pipes_and_tools_folders(tmp_path: Path) -> None:
    write(tmp_path, "node_modules/a.sql", "CREATE TABLE no (a int);")
    write(tmp_path, "out/b.sql", "CREATE TABLE no (a int);")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.sql").symlink_to("self.sql")
    os.mkfifo(tmp_path / "pipe.sql")
    schema = read_schema(tmp_path, leave_out=["out/*"])
    assert schema.fields == ()
    assert [entry.file for entry in schema.unread] == ["pipe.sql"]


def test_an_alias_bomb_costs_nothing(tmp_path: Path) -> None:
    lines = ["openapi: 3.0.0", "a0: &a0 {properties: {x: {}}}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    write(tmp_path, "a.yaml", "\n".join(lines))
    assert read_schema(tmp_path).unread == ()


def test_only_what_changed(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "x\n")
    write(tmp_path, "b.csv", "y\n")
    assert keys(read_schema(tmp_path, changed_files=["b.csv"])) == ["csv:b.y"]


def test_the_applications_of_the_corpus(shared: Path) -> None:
    import csv

    folder = shared / "corpora" / "databases"
    schema = read_schema(folder)
    known = {f"{field.table}.{field.column.path}".casefold() for field in schema.fields}
    with (folder / "gold_columns.csv").open(encoding="utf-8") as file:
        gold = [row["column"].partition(".")[2].casefold() for row in csv.DictReader(file)]
    assert [name for name in gold if name not in known] == []
    assert schema.unread == ()
