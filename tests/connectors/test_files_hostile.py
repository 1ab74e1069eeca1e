"""Any bytes in, and the answer is rows or a named entry: never a traceback, a hang, a filled disk or a silent gap."""

from __future__ import annotations

import datetime
import gzip
import io
import os
import socket
import struct
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

import fastavro
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.connectors import isolated, open_source
from recense.errors import SourceError, TargetError
from recense.model import Limits, Unreadable
from recense.testing.connectors import read_all

CSV = b"nom;mail\nA;a@example.fr\nB;b@example.fr\n"
ROWS = [{"nom": "A", "mail": "a@example.fr"}, {"nom": "B", "mail": "b@example.fr"}]


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


# Targets


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("clietns.csv", "did you mean 'clients.csv'?"),
        ("dossir/x.csv", "did you mean 'dossier'?"),
        ("*.parquet", "no file matches"),
        ("postgre://h/d", "unknown URL scheme 'postgre'"),
        ("a\0b", "NUL"),
        ("file://ailleurs/x.csv", "three slashes"),
        ("", "the target is empty"),
        ("a" * 400, "no such file or folder"),
    ],
)
def test_wrong_targets_say_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, says: str
) -> None:
    (tmp_path / "clients.csv").write_bytes(CSV)
    (tmp_path / "dossier").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetError) as failure:
        open_source(target)
    assert says in str(failure.value)
    assert failure.value.exit_code == 2


def test_an_unknown_scheme_shows_no_password() -> None:
    with pytest.raises(TargetError) as failure:
        open_source("mongo://user7:s3cret@host/base")
    assert "s3cret" not in str(failure.value)
    assert "user7" not in str(failure.value)


def test_globs(tmp_path: Path) -> None:
    for name in ("a/x.csv", "a/b/y.csv", "a/.cache/z.csv", "a/x[1].csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(CSV)
    assert sorted(read_all(tmp_path / "**" / "*.csv")[0]) == ["a/.cache/z.csv", "a/b/y.csv", "a/x.csv", "a/x[1].csv"]
    assert sorted(read_all(tmp_path / "a" / "?.csv")[0]) == ["x.csv"]
    assert sorted(read_all(tmp_path / "a" / "x[1].csv")[0]) == ["x[1].csv"]
    assert sorted(read_all(tmp_path / "*")[0]) == ["a/.cache/z.csv", "a/b/y.csv", "a/x.csv", "a/x[1].csv"]


# Folders


@pytest.mark.timeout(20)
def test_links_pipes_and_sockets(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a" / "x.csv").write_bytes(CSV)
    (root / "a" / "loop").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "same.csv").symlink_to(root / "a" / "x.csv")
    (root / "gone.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "beside.csv").write_bytes(CSV)
    (root / "beside.csv").symlink_to(tmp_path / "beside.csv")
    os.mkfifo(root / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        monkey = Path.cwd()
        os.chdir(root)  # the path of a socket is short
        server.bind("socket.csv")
        os.chdir(monkey)
        rows, troubles = read_all(root)
    assert rows == {"beside.csv": ROWS, "a/x.csv": ROWS}
    assert sorted(troubles) == [
        ("gone.csv", "not_found"),
        ("pipe.csv", "unsupported_format"),
        ("self", "not_found"),
        ("socket.csv", "unsupported_format"),
    ]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here that opens and cannot be read")
def test_a_disk_that_fails_is_named() -> None:
    with open_source("/proc/self/mem") as source:
        (entry,) = source.datasets()
    assert isinstance(entry, Unreadable)
    assert entry.reason == "the operating system says: Input/output error"


def test_names_of_any_bytes(tmp_path: Path) -> None:
    names = [b"caf\xe9.csv", b"a\nb.csv", "Zoé.csv".encode(), b"-rf.csv", b"100%.csv", b"x?.csv"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(CSV)
    rows, troubles = read_all(tmp_path)
    assert not troubles
    assert set(rows) == {"caf\\xe9.csv", "a\\x0ab.csv", "Zoé.csv", "-rf.csv", "100%.csv", "x?.csv"}
    assert all(found == ROWS for found in rows.values())
    with open_source(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")) as source:
        assert source.uri.endswith("/caf%E9.csv")


def test_partitioned_folders_are_one_dataset(tmp_path: Path) -> None:
    for town, year in (("%C3%89vry", 2025), ("Nice", 2026), ("__HIVE_DEFAULT_PARTITION__", 2026)):
        folder = tmp_path / "ventes" / f"ville={town}" / f"an={year}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"nom": [f"N{year}"]}), folder / "0.parquet")
        (folder / ".0.parquet.crc").write_bytes(b"crc\x00\x00\x00\x02\x00abcd")
    (tmp_path / "export").mkdir()
    for number in range(3):
        (tmp_path / "export" / f"part-0000{number}.csv.gz").write_bytes(gzip.compress(CSV))
    (tmp_path / "export" / "_SUCCESS").touch()
    rows, troubles = read_all(tmp_path)
    assert not troubles
    assert sorted(map(str, rows["ventes"])) == sorted(
        map(
            str,
            [
                {"nom": "N2025", "ville": "Évry", "an": "2025"},
                {"nom": "N2026", "ville": "Nice", "an": "2026"},
                {"nom": "N2026", "ville": None, "an": "2026"},
            ],
        )
    )
    assert rows["export"] == ROWS * 3
    assert set(rows) == {"ventes", "export", "export/_SUCCESS"}


def test_a_damaged_part_does_not_hide_the_others(tmp_path: Path) -> None:
    for number in range(3):
        folder = tmp_path / f"an=202{number}"
        folder.mkdir()
        pq.write_table(pa.table({"nom": ["A"]}), folder / "0.parquet")
    broken = tmp_path / "an=2021" / "0.parquet"
    broken.write_bytes(broken.read_bytes()[:-20])
    rows, troubles = read_all(tmp_path)
    assert len(rows[tmp_path.name]) == 2
    assert troubles == [("an=2021/0.parquet", "corrupt")]


# Archives


def test_a_bomb_is_refused_before_it_fills_anything(tmp_path: Path) -> None:
    zeros = b"nom;age\n" + b"a;1\n" * (5 << 20)
    (tmp_path / "zip.zip").write_bytes(packed({"zeros.csv": zeros}))
    (tmp_path / "gz.csv.gz").write_bytes(gzip.compress(zeros))
    _, troubles = read_all(tmp_path)
    assert ("zip.zip", "too_large") in troubles
    assert ("gz.csv.gz", "too_large") in troubles


def test_a_lying_size_does_not_help_a_bomb(tmp_path: Path) -> None:
    data = bytearray(packed({"zeros.csv": b"nom;age\n" + b"a;1\n" * (10 << 20)}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    (tmp_path / "a.zip").write_bytes(data)
    _, troubles = read_all(tmp_path)
    assert [code for _, code in troubles] in (["corrupt"], ["too_large"])


def test_limits_of_archives(tmp_path: Path) -> None:
    nested = CSV
    for level in range(6):
        nested = packed({f"n{level}.zip" if level else "x.csv": nested})
    (tmp_path / "nested.zip").write_bytes(nested)
    (tmp_path / "many.zip").write_bytes(packed({f"{i}.csv": CSV for i in range(30)}))
    (tmp_path / "large.csv.gz").write_bytes(gzip.compress(os.urandom(50_000).hex().encode()))
    _, troubles = read_all(tmp_path, Limits(members=20, file_bytes=20_000))
    assert sorted({(name.partition("!")[0], code) for name, code in troubles}) == [
        ("large.csv.gz", "too_large"),
        ("many.zip", "too_large"),
        ("nested.zip", "too_large"),
    ]


def test_names_in_archives_are_only_shown(tmp_path: Path) -> None:
    outside = tmp_path / "out"
    root = outside / "in"
    root.mkdir(parents=True)
    (root / "a.zip").write_bytes(packed({"../../evil.csv": CSV, "/etc/evil.csv": CSV, "a\nb.csv": CSV}))
    with tarfile.open(root / "a.tar", "w") as archive:
        entry = tarfile.TarInfo("../../evil.csv")
        entry.size = len(CSV)
        archive.addfile(entry, io.BytesIO(CSV))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    before = sorted(tmp_path.rglob("*"))
    rows, troubles = read_all(root)
    assert not troubles
    assert set(rows) == {
        "a.tar!/../../evil.csv",
        "a.zip!/../../evil.csv",
        "a.zip!//etc/evil.csv",
        "a.zip!/a\\x0ab.csv",
    }
    assert sorted(tmp_path.rglob("*")) == before


def test_members_of_one_name_are_two_datasets(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, pytest.warns(UserWarning):
        archive.writestr("x.csv", CSV)
        archive.writestr("x.csv", "nom\nZoé\n")
    rows, _ = read_all(tmp_path)
    assert len(rows) == 2


def test_encrypted_and_cut_archives(tmp_path: Path) -> None:
    data = bytearray(packed({"x.csv": CSV}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(data)
    (tmp_path / "cut.zip").write_bytes(packed({"x.csv": CSV})[:-10])
    whole = gzip.compress(b"nom;age\n" + b"".join(b"%d;%d\n" % (i, i * i) for i in range(100_000)))
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    _, troubles = read_all(tmp_path)
    assert sorted(troubles) == [("cut.csv.gz", "corrupt"), ("cut.zip", "corrupt"), ("locked.zip!/x.csv", "encrypted")]


def test_temporary_files_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    table = pa.table({"nom": [os.urandom(50).hex() for _ in range(40_000)]})
    pq.write_table(table, tmp_path / "x.parquet")
    (tmp_path / "a.zip").write_bytes(packed({"x.parquet": (tmp_path / "x.parquet").read_bytes()}))
    with open_source(str(tmp_path / "a.zip")) as source:
        (dataset,) = source.datasets()
        partitions = list(source.partitions(dataset))
        batches = source.batches(partitions[0])
        next(batches)
        assert not list(scratch.iterdir())  # even while reading: no kill can leave anything
    assert not list(scratch.iterdir())


# Formats


def test_a_far_cell_does_not_kill_the_scan(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "nom", "x"
    book.save(tmp_path / "far.xlsx")
    (tmp_path / "ok.csv").write_bytes(CSV)
    rows, troubles = read_all(tmp_path)
    assert rows["ok.csv"] == ROWS
    assert troubles == [("far.xlsx/Sheet", "too_large")]


def test_an_avro_block_that_claims_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "MEMORY", 900 << 20)
    monkeypatch.setattr(isolated, "_idle", [])
    out = io.BytesIO()
    schema = {"type": "record", "name": "r", "fields": [{"name": "x", "type": {"type": "array", "items": "null"}}]}
    fastavro.writer(out, schema, [{"x": [None]}])
    data = out.getvalue()
    body = b"\x80\x80\x80\x80\x80\x20" + b"\x00"  # an array of 2^38 nulls, in no bytes at all
    sync = data[-16:]
    start = data.index(sync) + 16
    block = b"\x02" + bytes([len(body) * 2]) + body + sync
    (tmp_path / "claims.avro").write_bytes(data[:start] + block)
    _, troubles = read_all(tmp_path)
    assert [code for _, code in troubles] == ["too_large"]


def test_workbooks_as_people_write_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Clients 2026"
    for row in (
        ["Liste des clients, jean@example.fr"],
        [],
        ["Nom", "Né le", "Téléphone", "Solde", "Actif"],
        ["Durand", datetime.date(1980, 2, 3), 612345678, 10.5, True],
        ["Petit", datetime.datetime(1981, 2, 3, 4, 5, 6), 698765432, 3.0, False],
    ):
        sheet.append(row)
    book.create_sheet("Vide")
    book.save(tmp_path / "c.xlsx")
    rows, troubles = read_all(tmp_path)
    assert not troubles
    assert rows == {
        "c.xlsx/Clients 2026": [
            {"preamble": "Liste des clients, jean@example.fr"},
            {"Nom": "Durand", "Né le": "1980-02-03", "Téléphone": "612345678", "Solde": "10.5", "Actif": "true"},
            {"Nom": "Petit", "Né le": "1981-02-03T04:05:06", "Téléphone": "698765432", "Solde": "3", "Actif": "false"},
        ],
        "c.xlsx/Vide": [],
    }


def test_office_documents_and_lying_names(tmp_path: Path) -> None:
    (tmp_path / "lettre.docx").write_bytes(packed({"[Content_Types].xml": b"", "word/document.xml": b""}))
    (tmp_path / "faux.docx").write_text("pas un document")
    (tmp_path / "vrai.csv.pdf").write_bytes(CSV)
    (tmp_path / "inconnu.bin").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "sans_suffixe").write_bytes(CSV * 5)
    rows, troubles = read_all(tmp_path)
    assert sorted(troubles) == [
        ("faux.docx", "corrupt"),
        ("inconnu.bin", "unsupported_format"),
        ("lettre.docx", "unsupported_format"),
    ]
    assert len(rows["sans_suffixe"]) == 14
    assert "a@example.fr" in str(rows["vrai.csv.pdf"])


def test_parquet_damaged_in_the_middle(tmp_path: Path) -> None:
    table = pa.table({"nom": [os.urandom(20).hex() for _ in range(20_000)]})
    pq.write_table(table, tmp_path / "x.parquet", compression="snappy", use_dictionary=False)
    data = bytearray((tmp_path / "x.parquet").read_bytes())
    data[1000:3000] = os.urandom(2000)
    (tmp_path / "x.parquet").write_bytes(data)
    read_all(tmp_path)  # no checksum tells; whatever pyarrow makes of it, it ends well


def test_a_parquet_bomb_is_refused(tmp_path: Path) -> None:
    """A dictionary of one long value, referred to by every row: 20 GB of cells in 1 MB of file."""
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * (1 << 20)]))
    pq.write_table(pa.table({"note": long}), tmp_path / "x.parquet", store_schema=False)
    with open_source(str(tmp_path), Limits(file_bytes=40 << 20)) as source:
        (dataset,) = source.datasets()
        (partition,) = source.partitions(dataset)
        with pytest.raises(SourceError) as failure:
            for batch in source.batches(partition):
                assert batch.nbytes < 64 << 20
    assert failure.value.code == "too_large"


def test_big_parquet_comes_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from recense.connectors.formats import parquet_file

    monkeypatch.setattr(parquet_file, "PART_BYTES", 20_000)
    table = pa.table({"nom": [os.urandom(50).hex() for _ in range(2_000)]})
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=100, use_dictionary=False)
    with open_source(str(tmp_path)) as source:
        (dataset,) = source.datasets()
        parts = list(source.partitions(dataset))
        assert len(parts) > 5
        assert sum(part.rows or 0 for part in parts) == 2_000
        assert sum(batch.num_rows for part in parts for batch in source.batches(part)) == 2_000


HEADS = [
    b"PAR1", b"ARROW1\0\0", b"ORC", b"Obj\x01", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh91AY&SY", b"FEA1",
    b"\xfd7zXZ\0", b"\xff\xff\xff\xff", b"SQLite format 3\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe",
    b"<html>",     b"From: a@example.fr\nTo: b\n", b"{", b"[", b"%PDF-", b"\xff\xd8\xff",
]  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    head=st.sampled_from(HEADS),
    tail=st.binary(max_size=400),
    suffix=st.sampled_from(["", ".csv", ".json", ".txt", ".parquet", ".arrow", ".tar", ".eml", ".html", ".log"]),
)
def test_any_bytes_end_well(head: bytes, tail: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"x{suffix}").write_bytes(head + tail)
        rows, troubles = read_all(folder)
    assert rows or troubles
    assert all(code != "failed" for _, code in troubles)


@settings(max_examples=60, deadline=None)
@given(
    place=st.floats(0, 1),
    junk=st.binary(min_size=1, max_size=12),
    kind=st.sampled_from(["zip", "tar", "gz", "parquet"]),
)
def test_damaged_files_end_well(place: float, junk: bytes, kind: str) -> None:
    data = bytearray(_sound(kind))
    at = int(place * (len(data) - 1))
    data[at : at + len(junk)] = junk
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"x.{kind}").write_bytes(data)
        rows, troubles = read_all(folder)
    assert rows or troubles
    assert all(code != "failed" for _, code in troubles)


def test_a_member_without_a_name_does_not_end_the_archive(tmp_path: Path) -> None:
    data = packed({"a.csv": CSV, "b.csv": CSV, "c.csv": CSV})
    (tmp_path / "x.zip").write_bytes(data[:-100] + data[-100:].replace(b"b.csv", b"\0.csv"))
    rows, _ = read_all(tmp_path / "x.zip")
    assert rows["x.zip!/a.csv"] == rows["x.zip!/c.csv"] == ROWS


def _sound(kind: str) -> bytes:
    if kind == "zip":
        return packed({"a.csv": CSV, "b.csv": CSV})
    if kind == "gz":
        return gzip.compress(CSV)
    out = io.BytesIO()
    if kind == "tar":
        with tarfile.open(fileobj=out, mode="w") as archive:
            entry = tarfile.TarInfo("a.csv")
            entry.size = len(CSV)
            archive.addfile(entry, io.BytesIO(CSV))
    else:
        pq.write_table(pa.table({"nom": ["A", "B"], "age": [1, 2]}), out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.csv.gz"])
def test_a_text_that_is_none_is_no_empty_table(tmp_path: Path, name: str) -> None:
    data = bytes(range(256)) * 20
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    assert read_all(tmp_path) == ({}, [(name, "undecodable")])


def test_entries_say_what_and_quote_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1s3cretPAR1")
    (tmp_path / "x.csv.gz").write_bytes(b"\x1f\x8b\x08" + zlib.compress(b"s3cret"))
    with open_source(str(tmp_path)) as source:
        for entry in source.datasets():
            assert isinstance(entry, Unreadable)
            assert entry.reason
            assert "s3cret" not in entry.reason


def test_a_file_that_goes_away(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(CSV)
    with open_source(str(tmp_path)) as source:
        (dataset,) = source.datasets()
        (partition,) = source.partitions(dataset)
        (tmp_path / "x.csv").unlink()
        with pytest.raises(SourceError) as failure:
            list(source.batches(partition))
        assert failure.value.code == "not_found"
