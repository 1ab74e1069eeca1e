"""The files connector keeps the connectors' contract, over one folder of every format."""

from __future__ import annotations

import gzip
import json
import sqlite3
import tarfile
import zipfile
from pathlib import Path
from typing import ClassVar

import fastavro
import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq
import pytest

from recense.connectors import connector
from recense.testing.connectors import ConnectorContract

ROWS = 40
TABLE = pa.table(
    {
        "nom": [f"Nom {i}" for i in range(ROWS)],
        "naissance": pa.array([None if i % 7 == 0 else f"19{50 + i}-01-02" for i in range(ROWS)]),
        "adresse": [{"ville": f"Ville {i}", "cp": str(10_000 + i)} for i in range(ROWS)],
        "tags": [[f"t{i}"] * (i % 3) for i in range(ROWS)],
    }
)
FLAT = TABLE.select(["nom", "naissance"])


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("estate")
    pyarrow.csv.write_csv(FLAT, root / "clients.csv")
    with gzip.open(root / "clients.csv.gz", "wb") as packed:
        packed.write((root / "clients.csv").read_bytes())
    pq.write_table(TABLE, root / "clients.parquet", row_group_size=9)
    pq.write_to_dataset(
        FLAT.append_column("annee", pa.array([str(2020 + i % 3) for i in range(ROWS)])), root / "ventes", ["annee"]
    )
    pyarrow.feather.write_feather(TABLE, root / "clients.feather")
    with pa.ipc.new_stream(str(root / "clients.arrows"), TABLE.schema) as writer:
        writer.write_table(TABLE)
    pyarrow.orc.write_table(TABLE, root / "clients.orc")
    rows = TABLE.to_pylist()
    (root / "clients.json").write_text(json.dumps(rows))
    (root / "clients.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (root / "journal.log").write_text("".join(f"2026-01-{i % 28 + 1:02} INFO ligne {i}\n" for i in range(ROWS)))
    (root / "notes.md").write_text("\n\n".join(f"Paragraphe {i}" for i in range(ROWS)))
    with (root / "clients.avro").open("wb") as file:
        fields = [{"name": "nom", "type": "string"}, {"name": "naissance", "type": ["null", "string"]}]
        fastavro.writer(file, {"type": "record", "name": "c", "fields": fields}, FLAT.to_pylist())
    book = openpyxl.Workbook()
    for row in [("nom", "naissance"), *((row["nom"], row["naissance"]) for row in FLAT.to_pylist())]:
        book.active.append(row)
    book.create_sheet("vide")
    book.save(root / "clients.xlsx")
    with zipfile.ZipFile(root / "archive.zip", "w") as archive:
        for name in ("clients.csv", "clients.parquet", "clients.csv.gz"):
            archive.write(root / name, f"in/{name}")
    with tarfile.open(root / "archive.tgz", "w:gz") as archive:
        archive.add(root / "clients.csv", "clients.csv")
    (root / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (root / "vide.csv").touch()
    (root / "plan.pdf").write_bytes(b"%PDF-1.7\n\x00\xff")
    return root


@pytest.mark.timeout(120)
class TestFolder(ConnectorContract):
    expected: ClassVar = {
        "clients.csv": ROWS,
        "clients.csv.gz": ROWS,
        "clients.parquet": ROWS,
        "ventes": ROWS,
        "clients.feather": ROWS,
        "clients.arrows": ROWS,
        "clients.orc": ROWS,
        "clients.json": ROWS,
        "clients.ndjson": ROWS,
        "journal.log": ROWS,
        "notes.md": ROWS,
        "clients.avro": ROWS,
        "clients.xlsx/Sheet": ROWS,
        "clients.xlsx/vide": 0,
        "archive.zip!/in/clients.csv": ROWS,
        "archive.zip!/in/clients.parquet": ROWS,
        "archive.zip!/in/clients.csv.gz": ROWS,
        "archive.tgz!/clients.csv": ROWS,
        "photo.jpg": 1,
        "vide.csv": 0,
    }

    @pytest.fixture
    def target(self, estate: Path) -> str:
        return str(estate)


class TestSingleFile(ConnectorContract):
    expected: ClassVar = {"clients.parquet": ROWS}

    @pytest.fixture
    def target(self, estate: Path) -> str:
        return (estate / "clients.parquet").as_uri()


class TestGlob(ConnectorContract):
    expected: ClassVar = {"clients.csv": ROWS, "vide.csv": 0}

    @pytest.fixture
    def target(self, estate: Path) -> str:
        return str(estate / "*.csv")


class TestDatabaseInFolder(ConnectorContract):
    expected: ClassVar = {"crm.bin/clients": 2, "sauvegarde.zip!/crm.bin/clients": 2}

    @pytest.fixture
    def target(self, tmp_path: Path) -> str:
        if "sqlite" not in connector.load():
            pytest.skip("no connector for SQLite in this checkout")
        with sqlite3.connect(tmp_path / "crm.bin") as database:
            database.executescript("CREATE TABLE clients (nom TEXT); INSERT INTO clients VALUES ('A'), ('B')")
        database.close()
        with zipfile.ZipFile(tmp_path / "sauvegarde.zip", "w") as archive:
            archive.write(tmp_path / "crm.bin", "crm.bin")
        return str(tmp_path)
