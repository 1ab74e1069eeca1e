"""One change in each language, in a real git repository: the new personal field alone is new, at its exact place.

Each change brings a personal field, a neutral one and a rename, and takes a field away.
"""

from pathlib import Path
from typing import Any

import pytest
from gate_cases import commit, fields_of, git

SQL = {
    "postgres": (
        'CREATE TABLE public.clients (id bigserial PRIMARY KEY, email citext, fax text, "ref" text);',
        "BEGIN;\nALTER TABLE ONLY public.clients\n  ADD COLUMN IF NOT EXISTS «date_naissance» date,\n"
        "  ADD quantity integer DEFAULT 0 NOT NULL;\nALTER TABLE clients RENAME COLUMN email TO mail;\n"
        "ALTER TABLE clients DROP COLUMN fax CASCADE;\nCOMMIT;",
    ),
    "mysql": (
        "CREATE TABLE `clients` (`id` int NOT NULL AUTO_INCREMENT, `email` varchar(80), `fax` varchar(9), "
        "PRIMARY KEY (`id`)) ENGINE=InnoDB;",
        "ALTER TABLE `clients`\n  CHANGE COLUMN `email` `mail` varchar(90) NOT NULL,\n"
        "  ADD COLUMN `«date_naissance»` date COMMENT 'né le' AFTER `mail`,\n  ADD `quantity` int, DROP `fax`;",
    ),
    "sqlite": (
        "PRAGMA foreign_keys=OFF;\nCREATE TABLE clients (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, fax TEXT);",
        "ALTER TABLE clients RENAME COLUMN email TO mail;\nALTER TABLE clients ADD «date_naissance» TEXT;\n"
        "ALTER TABLE clients ADD quantity INTEGER;\nALTER TABLE clients DROP COLUMN fax;",
    ),
    "sqlite rebuilt": (
        "CREATE TABLE clients (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, fax TEXT);",
        "CREATE TABLE clients_new (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT,\n  «date_naissance» TEXT);\n"
        "INSERT INTO clients_new (id, email) SELECT id, email FROM clients;\nDROP TABLE clients;\n"
        "ALTER TABLE clients_new RENAME TO clients;",
    ),
    "tsql": (
        "CREATE TABLE [dbo].[clients] ([id] INT IDENTITY(1,1), [email] NVARCHAR(80), [fax] NVARCHAR(9))\nGO",
        "ALTER TABLE [dbo].[clients] ADD [«date_naissance»] DATE NULL, [quantity] INT\nGO\n"
        "EXEC sp_rename N'dbo.clients.email', N'mail', N'COLUMN';\nGO\nALTER TABLE dbo.clients DROP COLUMN [fax]\nGO",
    ),
    "oracle": (
        "CREATE TABLE clients (id NUMBER(10), email VARCHAR2(80), fax VARCHAR2(9))\n/",
        "ALTER TABLE clients ADD (\n  «date_naissance» DATE,\n  quantity NUMBER(4))\n/\n"
        "ALTER TABLE clients RENAME COLUMN email TO mail\n/\nALTER TABLE clients DROP (fax)\n/",
    ),
    "snowflake": (
        "CREATE OR REPLACE TRANSIENT TABLE clients (id NUMBER, email STRING, fax STRING, extra VARIANT);",
        "ALTER TABLE clients ADD COLUMN «date_naissance» DATE COMMENT 'né le';\n"
        "ALTER TABLE clients ADD COLUMN quantity NUMBER;\nALTER TABLE clients RENAME COLUMN email TO mail;\n"
        "ALTER TABLE clients DROP COLUMN fax;",
    ),
    "bigquery": (
        "CREATE TABLE `shop.crm.clients` (id INT64, email STRING, fax STRING OPTIONS(description='f'));",
        'ALTER TABLE `shop.crm.clients`\n  ADD COLUMN IF NOT EXISTS «date_naissance» DATE OPTIONS(description="né"),\n'
        "  ADD COLUMN quantity INT64;\nALTER TABLE `shop.crm.clients` RENAME COLUMN email TO mail;\n"
        "ALTER TABLE `shop.crm.clients` DROP COLUMN IF EXISTS fax;",
    ),
}

ALEMBIC = (
    '"""a"""\nfrom alembic import op\nimport sqlalchemy as sa\nrevision = "a1"\ndown_revision = {down}\n\n\n'
    "def upgrade() -> None:\n{body}\n\n\ndef downgrade() -> None:\n    op.drop_column('clients', 'id')\n"
)
DJANGO = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    {body}\n"
MODELS = {
    "sqlalchemy.py": "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
    "class Base(DeclarativeBase):\n    pass\n\n\nclass Client(Base):\n    __tablename__ = 'clients'\n"
    "    id: Mapped[int] = mapped_column(primary_key=True)\n    email: Mapped[str]\n{fields}",
    "sqlmodel.py": "from sqlmodel import Field, SQLModel\n\n\nclass Client(SQLModel, table=True):\n"
    "    id: int | None = Field(default=None, primary_key=True)\n    email: str\n{fields}",
    "pydantic.py": "from pydantic import BaseModel\n\n\nclass Client(BaseModel):\n    email: str\n{fields}",
    "django/models.py": "from django.db import models\n\n\nclass Client(models.Model):\n"
    "    email = models.EmailField()\n{fields}",
}
FIELDS = {
    "sqlalchemy.py": "    {0}: Mapped[str]\n",
    "sqlmodel.py": "    {0}: str = ''\n",
    "pydantic.py": "    {0}: str\n",
    "django/models.py": "    {0} = models.TextField()\n",
}
TEXTS = {
    "models/schema.yml": (
        "version: 2\nmodels:\n  - name: clients\n    columns:\n      - name: email\n{fields}",
        "      - name: {0}\n        description: x\n",
    ),
    "models/sources.yml": (
        "version: 2\nsources:\n  - name: crm\n    tables:\n      - name: clients\n        columns:\n{fields}",
        "          - {{name: {0}}}\n",
    ),
    "schema.prisma": ("model Client {{\n  id Int @id\n  email String\n{fields}}}\n", "  {0} String?\n"),
    "client.avsc": (
        '{{"type": "record", "name": "Client", "fields": [\n{fields}{{"name": "email", "type": "string"}}]}}\n',
        '  {{"name": "{0}", "type": ["null", "string"]}},\n',
    ),
    "client.proto": (
        'syntax = "proto3";\nmessage Client {{\n  string email = 1;\n{fields}}}\n',
        "  optional string {0} = {2};\n",
    ),
    "client.schema.json": (
        '{{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Client", "type": "object",\n'
        '"properties": {{\n{fields}"email": {{"type": "string"}}}}}}\n',
        '  "{0}": {{"type": "string"}},\n',
    ),
    "openapi.yaml": (
        "openapi: 3.1.0\ncomponents:\n  schemas:\n    Client:\n      type: object\n      properties:\n{fields}",
        "        {0}: {{type: string}}\n",
    ),
    "swagger.json": (
        '{{"swagger": "2.0", "paths": {{}}, "definitions": {{"Client": {{"properties": {{\n{fields}'
        '"email": {{"type": "string"}}}}}}}}}}\n',
        '  "{0}": {{"type": "string"}},\n',
    ),
}


def mark(text: str) -> tuple[str, int, int]:
    """Returns the text without its « », and line and column of what stood between them."""
    head = text.partition("«")[0]
    return text.replace("«", "").replace("»", ""), head.count("\n") + 1, len(head) - head.rfind("\n")


def change(folder: Path, before: dict[str, str], after: dict[str, str], capsys: Any) -> list[tuple[Any, ...]]:
    """Commits one state and the next; returns what ``--base`` calls new; checks its place."""
    git("init", "-q")
    git("config", "user.email", "dev@example.org")
    git("config", "user.name", "dev")
    put(folder, before)
    commit("before")
    expected = put(folder, after)
    commit("after")
    code, fields = fields_of(capsys, "--base", "HEAD~1")
    assert code == 1
    new = [field for field in fields.values() if field["introduced"]]
    assert [(f["file"], f["line"], f["column"], f["verdict"]) for f in new] == [(*expected, "block")]
    return [(field["field"], field["category"]) for field in new]


def put(folder: Path, files: dict[str, str]) -> tuple[str, int, int]:
    place = ("", 0, 0)
    for name, text in files.items():
        plain, line, column = mark(text)
        place = (name, line, column) if "«" in text else place
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(plain, encoding="utf-8")
    return place


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("dialect", SQL)
def test_sql(dialect: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = SQL[dialect]
    table = "shop.crm.clients" if dialect == "bigquery" else "clients"
    new = change(here, {"db/001_init.sql": before}, {"db/002_more.sql": after}, capsys)
    assert new == [(f"sql:{table}.date_naissance", "identification")]


def test_alembic(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = ALEMBIC.format(
        down=None,
        body="    op.create_table('clients', sa.Column('id', sa.Integer), sa.Column('email', sa.Text), "
        "sa.Column('fax', sa.Text))",
    )
    second = ALEMBIC.replace('"a1"', '"b2"').format(
        down="'a1'",
        body="    with op.batch_alter_table('clients') as batch:\n"
        "        batch.add_column(sa.Column('«date_naissance»', sa.Date))\n"
        "    op.add_column('clients', sa.Column('quantity', sa.Integer))\n"
        "    op.alter_column('clients', 'email', new_column_name='mail')\n    op.drop_column('clients', 'fax')",
    )
    new = change(here, {"migrations/versions/b_init.py": first}, {"migrations/versions/a_more.py": second}, capsys)
    assert [category for _, category in new] == ["identification"]


def test_django_migrations(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = DJANGO.format(
        body="operations = [migrations.CreateModel(name='Client', fields=[('id', models.AutoField()), "
        "('email', models.EmailField()), ('fax', models.TextField())]),\n"
        "        migrations.CreateModel('Gone', [('religion', models.TextField())])]"
    )
    second = DJANGO.format(
        body="dependencies = [('crm', '0001_initial')]\n    operations = [\n"
        "        migrations.AddField(model_name='client', name='«date_naissance»', field=models.DateField()),\n"
        "        migrations.AddField('client', 'quantity', models.IntegerField()),\n"
        "        migrations.RenameField('client', 'email', 'mail'),\n        migrations.RemoveField('client', 'fax'),\n"
        "        migrations.AlterModelTable(name='client', table='customers'),\n"
        "        migrations.DeleteModel(name='Gone'),\n    ]"
    )
    new = change(here, {"crm/migrations/0001_initial.py": first}, {"crm/migrations/0002_more.py": second}, capsys)
    assert [category for _, category in new] == ["identification"]


def lines(template: str, *names: str) -> str:
    return "".join(
        template.format(name, name.strip("«»"), number + 2) if "{1}" in template or "{2}" in template
        else template.format(name)
        for number, name in enumerate(names)
    )  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_models(name: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = MODELS[name].format(fields=lines(FIELDS[name], "color", "fax"))
    after = MODELS[name].format(fields=lines(FIELDS[name], "quantity", "shade", "«date_naissance»"))
    new = change(here, {name: before}, {name: after}, capsys)
    assert [category for _, category in new] == ["identification"]


@pytest.mark.parametrize("name", TEXTS)
def test_documents(name: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, entry = TEXTS[name]
    before = text.format(fields=lines(entry, "color", "fax"))
    after = text.format(fields=lines(entry, "quantity", "shade", "«date_naissance»"))
    new = change(here, {name: before}, {name: after}, capsys)
    assert [category for _, category in new] == ["identification"]


def test_csv(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = "email,color,fax\n,,\n", 'email,quantity,shade,"«date_naissance»"\n,,,\n'
    new = change(here, {"seeds/clients.csv": before}, {"seeds/clients.csv": after}, capsys)
    assert new == [("csv:clients.date_naissance", "identification")]


def test_json_lines(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = '{"email": "", "fax": ""}\n', '{"email": "", "quantity": 1}\n{"«date_naissance»": ""}\n'
    new = change(here, {"seeds/clients.jsonl": before}, {"seeds/clients.jsonl": after}, capsys)
    assert new == [("csv:clients.date_naissance", "identification")]


def test_parquet(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow
    import pyarrow.parquet

    git("init", "-q")
    git("config", "user.email", "dev@example.org")
    git("config", "user.name", "dev")
    for message, names in (("before", ["email", "color", "fax"]), ("after", ["email", "shade", "date_naissance"])):
        pyarrow.parquet.write_table(pyarrow.table({name: [""] for name in names}), here / "clients.parquet")
        commit(message)
    code, fields = fields_of(capsys, "--base", "HEAD~1")
    new = [(f["field"], f["file"], f["verdict"]) for f in fields.values() if f["introduced"]]
    assert code == 1 and new == [("csv:clients.date_naissance", "clients.parquet", "block")]
