"""Delimited text: whatever is written comes back, and no cell is lost."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.connectors import DEFAULT_LIMITS, open_source
from recense.connectors.dialect import find_table, sniff
from recense.connectors.encodings import detect
from recense.errors import SourceError
from recense.model import Limits
from recense.testing.connectors import read_all

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;|\t é'), max_size=20)


def written(rows: list[list[str]], delimiter: str, quoting: int = csv.QUOTE_MINIMAL, end: str = "\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def rows_of(data: bytes, name: str = "t.csv", limits: Limits = DEFAULT_LIMITS) -> list[list[object]]:
    """Returns the rows as lists of cells, surplus cells at their end; in no particular order."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(data)
        rows, troubles = read_all(Path(folder) / name, limits)
    assert not troubles
    result = []
    for row in rows[name]:
        surplus = row.pop("surplus[]", None) or []
        result.append([*row.values(), *surplus])
    return result


HEADER = ["identifiant", "nom_complet", "note_libre"]


@QUICK
@given(
    rows=st.lists(st.tuples(st.integers(0, 10**9).map(str), CELL, CELL), min_size=3, max_size=30),
    delimiter=st.sampled_from(",;|\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"]),
    small=st.booleans(),
)
def test_round_trip(
    rows: list[tuple[str, str, str]], delimiter: str, quoting: int, end: str, encoding: str, small: bool
) -> None:
    text = written([HEADER, *map(list, rows)], delimiter, quoting, end)
    if encoding == "utf-16-le":  # without a mark only western text is recognised
        text = text.encode("ascii", "ignore").decode()
    limits = Limits(batch_rows=3, batch_bytes=4096) if small else Limits()
    found = rows_of(text.encode(encoding), limits=limits)
    expected = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)][1:]
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected))


@QUICK
@given(rows=st.lists(st.lists(CELL.filter(str.strip), min_size=1, max_size=7), min_size=1, max_size=20), data=st.data())
def test_ragged_rows_lose_no_cell(rows: list[list[str]], data: st.DataObject) -> None:
    regular = [[str(i), "mot", "2026-01-01"] for i in range(25)]
    place = data.draw(st.integers(0, 20))
    text = written([HEADER, *regular[:place], *rows, *regular[place:]], ";")
    found = {cell for row in rows_of(text.encode()) for cell in row}
    assert {cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row} <= found | set(
        HEADER
    ) | {""}


@QUICK
@given(data=st.binary(max_size=2_000))
def test_any_bytes_named_csv_end_well(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.csv").write_bytes(data)
        with suppress(SourceError):  # bytes that begin as a database are read as one, whatever the name
            read_all(Path(folder) / "x.csv")


@QUICK
@given(text=st.text(st.sampled_from('ab1",;\n\r\t'), max_size=400))
def test_broken_quotes_lose_no_letter(text: str) -> None:
    """However wrong the quotes are, every letter is in some cell or column name."""
    data = ("nom;age;ville\n" + "x;1;y\n" * 3 + text).encode()
    found = "".join(str(cell) for row in rows_of(data, limits=Limits(batch_bytes=4096)) for cell in row if cell)
    for letter in "ab":
        assert found.count(letter) >= text.count(letter)


@pytest.mark.parametrize(
    ("text", "delimiter", "header", "preamble"),
    [
        ("nom;age\nDurand;42\nMartin;17\n", ";", ("nom", "age"), 0),
        ("sep=|\nnom|age\nDurand|42\n", "|", ("nom", "age"), 1),
        ("Export du 3 mars\n\nnom;age;ville\nA;42;X\nB;17;Y\nC;3;Z\n", ";", ("nom", "age", "ville"), 1),
        ("prix;taux\n1,5;2,3\n2,5;3,1\n", ";", ("prix", "taux"), 0),
        ("nom\tnote\nA\tx, y\nB\tz, w\n", "\t", ("nom", "note"), 0),
        ("nom,nom,\nA,1,2\nB,3,4\n", ",", ("nom", "nom_2", "column_3"), 0),
        ("pays;2023;2024\nFR;1;2\nDE;3;4\n", ";", ("pays", "2023", "2024"), 0),
    ],
)
def test_layout(text: str, delimiter: str, header: tuple[str, ...], preamble: int) -> None:
    found = sniff(text, complete=True)
    assert (found.delimiter, found.header, found.preamble, found.has_header) == (delimiter, header, preamble, True)


@pytest.mark.parametrize(
    "text",
    [
        "jean@example.fr;0601020304\nana@example.fr;0611121314\n",
        "Durand;1980-02-03;Lyon\nMartin;1981-02-03;Paris\n",
        "1;Durand;Lyon\n2;Martin;Paris\n",
        "Paris;Lyon;Durand\nNice;Paris;Martin\nParis;Nice;Petit\n",
        "Durand\nMartin\nPetit\n",
        "12 rue des Lilas 75011 Paris\n3 rue du Port 33000 Bordeaux\n",
    ],
)
def test_data_is_never_taken_for_a_header(text: str) -> None:
    """A cell taken for a column name would not be scanned, and would be shown."""
    found = sniff(text, complete=True)
    assert not found.has_header
    assert all(name.startswith("column_") for name in found.header)


def test_title_rows_are_scanned_too() -> None:
    rows, _ = _read(b"Extraction pour jean@example.fr\n\nnom;age\nA;1\nB;2\n")
    assert {"preamble": "Extraction pour jean@example.fr"} in rows
    assert {"nom": "B", "age": "2"} in rows


def _read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[list[dict[str, object]], list[tuple[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "t.csv").write_bytes(data)
        rows, troubles = read_all(Path(folder) / "t.csv", limits)
    return rows.get("t.csv", []), troubles


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp850", "mac_roman", "utf-8", "utf-16-be"])
def test_french_in_any_encoding(encoding: str) -> None:
    text = "prénom;été;note\nHélène;où ça;déjà reçu\nFrançois;1;maïs\n" + "Zoé;2;fenêtre à côté\n" * 5
    assert _read(text.encode(encoding))[0][0] == {"prénom": "Hélène", "été": "où ça", "note": "déjà reçu"}


def test_a_wrong_byte_in_utf_8_costs_nothing() -> None:
    data = b"nom;ville\n" + "Zoé;Évry\n".encode() * 20 + "Hélène;Nîmes\n".encode("cp1252")
    assert _read(data)[0][-1] == {"nom": "Hélène", "ville": "Nîmes"}


def test_nul_bytes_and_lone_carriage_returns() -> None:
    assert _read(b"a,b,c\n\x00,2,3\n")[0] == [{"a": "\x00", "b": "2", "c": "3"}]
    assert [row["nom"] for row in _read(b"nom;age\rA;1\rB;2\r")[0]] == ["A", "B"]


def test_backslash_quotes() -> None:
    rows, _ = _read(b'id,note\n1,"il a dit \\"non\\", puis oui"\n2,"x"\n')
    assert rows[0] == {"id": "1", "note": 'il a dit "non", puis oui'}


def test_a_huge_cell_stays_within_bounds() -> None:
    limits = Limits(batch_bytes=1 << 16)
    rows, troubles = _read(b"id,note\n1," + b"x" * (1 << 20) + b"\n2,fin\n", limits)
    cells = [cell for row in rows for cell in row.values() if cell]
    assert not troubles
    assert sum(map(len, (str(cell) for cell in cells if "x" in str(cell)))) == 1 << 20
    assert {"id": "2", "note": "fin"} in rows
    assert max(len(str(cell)) for cell in cells) <= 4 << 16


def test_an_open_quote_costs_one_row() -> None:
    limits = Limits(batch_bytes=1 << 12)
    rows, _ = _read(b'id,note\n1,"open\n' + b"2,fine\n" * 5_000, limits)
    assert sum(row.get("note") == "fine" for row in rows) >= 4_999


def test_a_big_file_streams(tmp_path: Path) -> None:
    """The first batch comes without reading on: memory does not depend on the size."""
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.write(b"id,nom\n")
        file.truncate(50 << 30)  # a hole of zeros after the first block
        file.seek(7)
        file.write(b"1,Durand\n" * (4 << 20))
    with open_source(str(big)) as source:
        (dataset,) = source.datasets()
        (partition,) = source.partitions(dataset)
        batch = next(iter(source.batches(partition)))
    assert batch.num_rows == Limits().batch_rows


def test_columns_have_unique_bounded_names() -> None:
    found = sniff("a,a,a_2,\n" + "1,2,3,4\n" * 3, complete=True)
    assert found.header == ("a", "a_2", "a_2_2", "column_4")
    start, header = find_table([["x" * 500, "y"], ["1", "2"]])
    assert (start, header) == (0, None)


@given(st.binary(max_size=300))
def test_detect_never_fails(head: bytes) -> None:
    encoding = detect(head)
    assert encoding is None or head.decode(encoding, "replace") is not None
