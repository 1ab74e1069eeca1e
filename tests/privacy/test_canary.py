"""No cell value leaves memory: canaries planted in every kind of source appear in nothing that is written.

Each canary is a value detectors accept (or a word in free text), unique enough to be searched for byte by byte in the
catalog, the reports, the logs, Prefect's database and home folder, and the temporary folder.
"""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet
import pytest

from recense.subjects import keys
from recense.subjects.identifiers import Kind

EMAIL = "zebulon.quarante@zq7719canari.example.org"
PHONE = "+33 6 71 77 13 37"
NIR = "1 85 05 78 006 084 91"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
CARD = "4970 1000 0000 0154"
NOTE = "Mme Zorglubine Quidamesque est en arrêt maladie, rappeler zq7719word demain matin sans faute"
CANARIES = (EMAIL, "zq7719canari", PHONE, "671771337", NIR, "185057800608491", IBAN, "30006000011234567890189",
            CARD, "4970100000000154", "Zorglubine", "Quidamesque", "zq7719word", "zq7719broken")  # fmt: skip
ROW = {"champ1": EMAIL, "tel": PHONE, "nir": NIR, "iban": IBAN, "carte": CARD, "commentaire": NOTE}
HEADER, VALUES = list(ROW), list(ROW.values())


def write_sources(folder: Path) -> None:
    """One file of every kind the files connector reads, and broken ones whose errors like to quote what they saw."""
    table = pa.table({name: [value] * 3 for name, value in ROW.items()})
    line = ";".join(VALUES)
    (folder / "plain.csv").write_text(";".join(HEADER) + f"\n{line}\n{line}\n", encoding="utf-8")
    (folder / "ragged.csv").write_text(";".join(HEADER) + f"\n{line};zq7719broken\nzq7719broken\n", encoding="cp1252")
    (folder / "rows.ndjson").write_text(json.dumps({"client": {"contact": ROW}, "tags": [EMAIL]}) + "\n")
    (folder / "broken.ndjson").write_text(json.dumps(ROW) + '\n{"a": "zq7719broken ' + EMAIL + "\n")
    (folder / "broken.json").write_text('{"a": "' + EMAIL + '", "b": zq7719broken}')
    (folder / "note.md").write_text(f"# Note\n\n{NOTE}\n\n{EMAIL}\n", encoding="utf-8")
    (folder / "acces.log.gz").write_bytes(gzip.compress(f"GET /?m={EMAIL}&c={CARD} 200\n".encode()))
    pyarrow.parquet.write_table(table, folder / "table.parquet")
    (folder / "cut.parquet").write_bytes((folder / "table.parquet").read_bytes()[:-40])
    pyarrow.feather.write_feather(table, folder / "table.feather")
    pyarrow.orc.write_table(table, folder / "table.orc")
    book = openpyxl.Workbook()
    for row in (HEADER, VALUES):
        book.active.append(row)
    book.save(folder / "book.xlsx")
    partition = folder / "partitioned" / f"mail={EMAIL}"
    partition.mkdir(parents=True)
    pyarrow.parquet.write_table(table, partition / "0.parquet")
    with zipfile.ZipFile(folder / "old.zip", "w") as archive:
        archive.writestr("plain.csv", ";".join(HEADER) + "\n" + line)
    with sqlite3.connect(folder / "crm.sqlite") as database:
        database.execute(f"CREATE TABLE clients ({', '.join(HEADER)})")
        database.execute(f"INSERT INTO clients VALUES ({', '.join('?' * len(HEADER))})", VALUES)
        database.execute("CREATE VIEW broken AS SELECT * FROM clients WHERE no_such_function(champ1)")


def recense(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs the command with its home, temporary folder and Prefect's home inside ``folder``."""
    (folder / "tmp").mkdir(exist_ok=True)
    environment = os.environ | {
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "RECENSE_DEBUG": "1",
    }
    command = [sys.executable, "-m", "recense", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=280)


def leaks(folder: Path, outputs: list[bytes]) -> Iterator[str]:
    """Yields where a canary stands; searches every byte of every file, and gzip members unpacked."""
    needles = [canary.encode(coding) for canary in CANARIES for coding in ("utf-8", "utf-16-le")]
    blobs = [("output", output) for output in outputs]
    blobs += [(str(file.relative_to(folder)), file.read_bytes()) for file in folder.rglob("*") if file.is_file()]
    for name, blob in blobs:
        unpacked = gzip.decompress(blob) if blob[:2] == b"\x1f\x8b" else b""
        for needle in needles:
            if needle in blob or needle in unpacked:
                yield f"{needle!r} in {name}"


@pytest.mark.parametrize("flow", ["--no-flow", "--flow"])
def test_no_canary_leaves_memory(tmp_path: Path, flow: str) -> None:
    sources, work = tmp_path / "sources", tmp_path / "work"
    sources.mkdir()
    work.mkdir()
    write_sources(sources)
    (work / "recense.yaml").write_text("version: 1\npersons: {index: true}\n")
    assert recense("find-person", "--new-key", folder=work).returncode == 0
    scan = recense("scan", str(sources), flow, "--format", "json", "--output", "scan.json", folder=work)
    assert scan.returncode == 3, scan.stderr.decode()[-2000:]  # the broken files are reported, and everything else read
    found = json.loads((work / "scan.json").read_bytes())["findings"]
    assert {"FR_NIR", "IBAN_CODE", "CREDIT_CARD", "EMAIL_ADDRESS", "HEALTH"} <= {finding["entity"] for finding in found}
    outputs = [scan.stdout, scan.stderr]
    for format_ in ("table", "jsonl", "markdown", "html"):
        shown = recense("report", "--format", format_, folder=work)
        assert shown.returncode == 0, shown.stderr.decode()[-2000:]
        outputs += [shown.stdout, shown.stderr]
    for finding in found[:3]:
        outputs.append(recense("explain", finding["id"], folder=work).stdout)
    asked = ("--phone", PHONE, "--nir", NIR, "--verify", "--request", "DR-1", "-f", "json")
    answer = recense("find-person", *asked, folder=work)
    assert len(json.loads(answer.stdout)["places"]) > 4, answer.stderr.decode()[-2000:]
    outputs += [answer.stdout, answer.stderr]
    assert list(leaks(work, outputs)) == []
    assert list(hashes_left(work)) == []


def hashes_left(folder: Path) -> Iterator[str]:
    """Yields where the key, or a keyed hash of a canary, stands outside the key's own file."""
    key = keys.read(folder / "recense-person.key")
    needles = [key.secret, key.secret.hex().encode()]
    for kind, text in ((Kind.email, EMAIL), (Kind.phone, "+33671771337"), (Kind.nir, "1850578006084")):
        needle = key.hashes(kind, [text]).tobytes()
        needles += [needle, needle[::-1], needle.hex().encode(), str(int.from_bytes(needle, "little")).encode()]
    for file in folder.rglob("*"):
        if file.is_file() and file.name != "recense-person.key":
            yield from (str(file) for needle in needles if needle in file.read_bytes())


def test_the_search_itself_finds_a_planted_canary(tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(EMAIL.encode()))
    assert len(list(leaks(tmp_path, [NOTE.encode()]))) >= 3


def test_no_canary_of_a_server_leaves_memory(tmp_path: Path, postgres_url: str) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(sa.make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA IF EXISTS canari CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA canari"))
        connection.execute(sa.text(f"CREATE TABLE canari.clients ({', '.join(f'{name} text' for name in HEADER)})"))
        connection.execute(sa.text(f"INSERT INTO canari.clients VALUES ({', '.join(f':{n}' for n in HEADER)})"), ROW)
        # The server's own message quotes the value it could not cast.
        connection.execute(sa.text("CREATE VIEW canari.broken AS SELECT champ1::int AS n FROM canari.clients"))
    engine.dispose()
    scan = recense("scan", postgres_url, "--only", "canari.*", "--format", "json", folder=tmp_path)
    assert scan.returncode == 3
    assert {"FR_NIR", "EMAIL_ADDRESS"} <= {finding["entity"] for finding in json.loads(scan.stdout)["findings"]}
    assert list(leaks(tmp_path, [scan.stdout, scan.stderr])) == []
