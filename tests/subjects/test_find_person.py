"""From a scan to the answer, through the command line: found, counted, complete or not, and no value anywhere."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path

import pytest

from recense.catalog import Catalog, audit, persons, requests
from recense.cli import main

SCAN = ["scan", "--no-language", "-q", "-f", "json", "-o", "r.json"]
HEAD = "numero_client;courriel;telephone;nom;prenom;date_naissance;note;nir"


def person(n: int) -> str:
    return (
        f"C{n:05};User{n}@Example.org;06 00 {n // 10_000:02} {n // 100 % 100:02} {n % 100:02};Durand{word(n)};Zoé;"
        f"{1950 + n % 50}-03-04;voir {word(n)}@example.net;1 85 05 78 {n // 1000:03} {n % 1000:03} 91"
    )


def word(n: int) -> str:
    return "".join(chr(97 + n // 26**place % 26) for place in range(3))


def write(file: Path, numbers: range | list[int]) -> None:
    file.write_text("\n".join([HEAD, *map(person, numbers)]) + "\n", encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "clients.csv", range(500))
    Path("recense.yaml").write_text("version: 1\npersons: {index: true}\nsources: [{name: crm, path: data}]\n")
    assert main(["find-person", "--new-key"]) == 0
    assert main(SCAN) == 0
    return tmp_path


def answer(capsys, *arguments: str, code: int = 0) -> dict:
    capsys.readouterr()
    assert main(["find-person", *arguments, "-f", "json"]) == code
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("given", "column"),
    [
        (["--email", " USER7@example.ORG"], "courriel"),
        (["--email", "haa@EXAMPLE.net"], "note"),
        (["--phone", "+33 (0)6 00 00 00 07"], "telephone"),
        (["--customer", "c-00007"], "numero_client"),
        (["--nir", "1850578000007"], "nir"),
        (["--name", "ZOE durand-haa", "--birth", "04/03/1957"], None),
        (["--name", "DURANDHAA Zoé", "--birth", "04/03/1957"], "prenom + nom + date_naissance"),
    ],
)
def test_a_person_is_found_however_written_and_counted(place: Path, capsys, given: list[str], column) -> None:
    found = answer(capsys, *given, "--verify")
    assert [(one["column"], one["rows"]) for one in found["places"]] == ([(column, 1)] if column else [])
    assert found["rate"] == 1e-4 and found["filters"] > 0


def test_threads_processes_and_parts_give_the_same_filters(place: Path) -> None:
    def bits() -> dict:
        with Catalog.open(f"sqlite:///{place}/recense.db") as kept, kept.transaction() as connection:
            return {(f.dataset, f.path, f.kind): f.bits for f in persons.filters(connection, ["email", "phone"])}

    first = bits()
    assert main([*SCAN, "--jobs", "3"]) == 0 and bits() == first
    text = Path("recense.yaml").read_text()
    Path("recense.yaml").write_text(text + "limits: {batch_rows: 7}\nprocesses: true\njobs: 2\n")
    assert main(SCAN) == 0 and bits() == first


def test_a_scan_that_read_less_leaves_the_fuller_index_and_says_so(place: Path, capsys) -> None:
    assert main([*SCAN, "--sample", "10"]) == 0
    found = answer(capsys, "--email", "user499@example.org", code=3)
    assert len(found["places"]) == 1 and "sample" in found["incomplete"][0][2]
    write(place / "data" / "clients.csv", range(600))
    assert main(SCAN) == 0
    assert len(answer(capsys, "--email", "user599@example.org")["places"]) == 1


def test_an_error_in_the_index_costs_the_index_and_not_the_scan(place: Path, capsys, monkeypatch) -> None:
    from recense.pipelines import persons as gathering

    def fails(*_: object) -> None:
        raise ValueError("zq7719 would be a value")

    monkeypatch.setattr(gathering, "identified", fails)
    Path("recense.db").unlink()
    assert main(SCAN) == 0
    assert json.loads(Path("r.json").read_text())["summary"]
    found = answer(capsys, "--email", "user7@example.org", code=3)
    assert found["places"] == [] and "ValueError" in found["incomplete"][0][2]
    assert "zq7719" not in json.dumps(found)


def test_a_stopped_scan_resumes_into_a_whole_index(place: Path, capsys, monkeypatch) -> None:
    from recense.pipelines import steps

    for n in range(4):
        write(place / "data" / f"more{n}.csv", range(1000 + 10 * n, 1010 + 10 * n))
    kept, real = [], steps.keep

    def stops(*arguments: object) -> None:
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(arguments)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "keep", stops)
    assert main(SCAN) == 130
    monkeypatch.setattr(steps, "keep", real)
    assert main(["scan", "-q", "-f", "json", "-o", "r.json", "--resume", "last"]) == 0
    for n in (7, 1000, 1011, 1022, 1039):
        assert len(answer(capsys, "--email", f"user{n}@example.org")["places"]) == 1
    with Catalog.open(f"sqlite:///{place}/recense.db") as opened, opened.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM person_parts").scalar() == 0


def test_another_key_closes_the_index_and_destroying_it_erases_it(place: Path, capsys) -> None:
    Path("recense-person.key").unlink()
    assert main(["find-person", "--email", "user7@example.org"]) == 2
    assert "no key at" in capsys.readouterr().err
    assert main(["find-person", "--new-key"]) == 0
    assert main(["find-person", "--email", "user7@example.org"]) == 2
    assert "was built with key" in capsys.readouterr().err
    assert main(SCAN) == 0
    assert len(answer(capsys, "--email", "user7@example.org")["places"]) == 1
    assert main(["find-person", "--destroy-key", "--yes"]) == 0
    assert not Path("recense-person.key").exists()
    with Catalog.open(f"sqlite:///{place}/recense.db") as opened, opened.transaction() as connection:
        assert not persons.coverages(connection) and not list(persons.filters(connection, ["email"]))


def test_a_request_keeps_days_and_places_and_no_identifier(place: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("email: user7@example.org\nphone: 06 00 00 00 07\n"))
    arguments = ["--request", "DR-1", "--right", "erasure", "--received", "2026-01-31", "--verify"]
    assert len(answer(capsys, *arguments)["places"]) == 2
    with Catalog.open(f"sqlite:///{place}/recense.db") as opened, opened.transaction() as connection:
        (one,) = requests.listed(connection)
        actions = [entry.action for entry in audit.entries(connection)]
    assert (one.kind, one.due) == ("erasure", "2026-02-28") and one.answer is not None
    assert actions == ["person_searched", "request_opened"]
    kept = b"".join(file.read_bytes() for file in place.glob("recense.db*")).lower()
    for value in (b"user7@example.org", b"600000007", b"06 00 00 00 07"):
        assert value not in kept
    assert main(["find-person", "--request", "a@b.fr", "--email", "user7@example.org"]) == 2


def test_a_sheet_of_hostile_names_begins_no_formula_and_no_tag(place: Path, capsys) -> None:
    (place / "data" / "clients.csv").rename(place / "data" / "=cmd()<script>.csv")
    assert main(SCAN) == 0
    for format, bad in (("csv", "\n="), ("html", "<script>")):
        capsys.readouterr()
        assert main(["find-person", "--email", "user7@example.org", "-f", format, "--lang", "fr"]) == 3
        text = capsys.readouterr().out
        assert bad not in text and ";=" not in text and "=cmd()" in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{index: true, key: '0011'}", "refused"),
        ("{index: true, kee: x}", "did you mean 'key'"),
        ("{index: true, regions: {crmm: BE}}", "crm"),
        ("{index: true, region: France}", "region"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, monkeypatch, capsys, text: str, says: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("recense.yaml").write_text(f"version: 1\npersons: {text}\nsources: [{{name: crm, path: x}}]\n")
    assert main(["find-person", "--new-key"]) == 2
    assert says in capsys.readouterr().err


def test_everyone_of_ten_thousand_is_found(tmp_path: Path, monkeypatch) -> None:
    from recense.reports.located import locate
    from recense.subjects import keys
    from recense.subjects.asking import question

    monkeypatch.chdir(tmp_path)
    Path("recense.yaml").write_text("version: 1\npersons: {index: true}\nsources: [{name: crm, path: data}]\n")
    Path("data").mkdir()
    numbers = random.Random(4).sample(range(100_000), 10_000)
    write(Path("data/clients.csv"), numbers)
    assert main(["find-person", "--new-key"]) == 0 and main(SCAN) == 0
    key = keys.read(Path("recense-person.key"))
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as kept:
        for n in numbers[:50]:
            assert locate(kept, key, question({"phone": person(n).split(";")[2]})).places
        import numpy as np

        from recense.subjects.filters import Filter
        from recense.subjects.identifiers import Kind

        with kept.transaction() as connection:
            (one,) = [f for f in persons.filters(connection, ["email"]) if f.path == "courriel"]
        held = Filter(np.frombuffer(one.bits, np.uint8), one.turns, key.filter_secret(one.salt))
        assert held.holds(key.hashes(Kind.email, [f"user{n}@example.org" for n in numbers])).all()
        strangers = held.holds(key.hashes(Kind.email, [f"absent{n}@example.org" for n in range(100_000)]))
        assert strangers.sum() <= 20
