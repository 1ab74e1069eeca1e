"""The estate itself: reproducible, readable, harmless, and described column by column."""

import gzip
import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from recense.demo import Kind, Manifest, build
from recense.demo.world import AS_OF
from recense.errors import TargetError
from recense.policy import taxonomy


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def delimited(path: Path, encoding: str, delimiter: str, skip: int = 0) -> list[list[str]]:
    lines = path.read_text(encoding=encoding).splitlines()[skip:]
    return [line.split(delimiter) for line in lines]


def texts(folder: Path) -> Iterator[str]:
    """Yields everything written, as text."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in {".png", ".jpg"}:
            continue
        data = path.read_bytes()
        if path.suffix == ".gz":
            yield gzip.decompress(data).decode()
        elif path.suffix in {".zip", ".xlsx"}:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from (archive.read(name).decode() for name in archive.namelist() if not name.endswith(".rels"))
        elif path.suffix == ".parquet":
            yield json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
        elif path.suffix == ".sqlite":
            with sqlite3.connect(path) as database:
                yield "\n".join(database.iterdump())
        else:
            yield data.decode("latin-1")


def columns(tree: object, prefix: str = "") -> set[str]:
    """Returns the paths of nested data as the connectors name them."""
    if isinstance(tree, dict):
        return {path for key, value in tree.items() for path in columns(value, f"{prefix}.{key}" if prefix else key)}
    return {f"{prefix}[]"} if isinstance(tree, list) else {prefix}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(estate: Manifest, tmp_path: Path) -> None:
    again, other = build(tmp_path / "again"), build(tmp_path / "other", seed=7)
    assert digests(again.folder) == digests(estate.folder)
    assert set(digests(other.folder)) - set(digests(estate.folder)) == {
        name for name in digests(other.folder) if name.startswith("partage/photos/")
    }  # photographs are named after people
    assert digests(other.folder)["crm.sqlite"] != digests(estate.folder)["crm.sqlite"]


def test_building_again_replaces_what_a_build_wrote_and_nothing_else(tmp_path: Path) -> None:
    first = build(tmp_path)
    (tmp_path / "partage" / "stale.csv").write_text("a\n1\n")
    (tmp_path / "mine.txt").write_text("mine")
    assert build(tmp_path) == first
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not (tmp_path / "partage" / "stale.csv").exists()


def test_a_folder_with_other_peoples_data_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "partage").mkdir()
    (tmp_path / "partage" / "thesis.txt").write_text("mine")
    with pytest.raises(TargetError, match="another folder"):
        build(tmp_path)
    assert (tmp_path / "partage" / "thesis.txt").read_text() == "mine"
    with pytest.raises(TargetError, match="is a file"):
        build(tmp_path / "partage" / "thesis.txt")


@pytest.mark.parametrize("name", ["recense.yaml", "policy.yaml", "report.html", "declared.html"])
def test_a_folder_with_a_configuration_of_its_own_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(TargetError, match=f"already holds {name}, which no demo wrote"):
        build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TargetError, match=r"cannot write into .*: Not a directory"):
        build(tmp_path / "file" / "demo")


def test_the_manifest_lies_outside_of_what_is_scanned(estate: Manifest) -> None:
    assert estate.path.is_file()
    assert estate.path.parent not in {Path(target) for target in estate.targets}
    saved = json.loads(estate.path.read_text(encoding="utf-8"))
    assert saved["schema"] == "recense.demo/1" and len(saved["entries"]) == len(estate.entries)


def test_every_entry_names_a_column_that_exists(estate: Manifest, share: Path) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    with sqlite3.connect(estate.folder / "crm.sqlite") as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master").fetchall():
            described = database.execute(f'SELECT * FROM "{table}" LIMIT 1').description
            found["crm.sqlite", table] = {column[0] for column in described}
    found["partage", "evenements/inscriptions.csv"] = set(
        delimited(share / "evenements/inscriptions.csv", "cp1252", ";", 1)[0]
    )
    found["partage", "evenements/participants_2024.csv"] = set(
        delimited(share / "evenements/participants_2024.csv", "utf-8-sig", ";")[0]
    )
    found["partage", "terrain/tournees.csv"] = set(delimited(share / "terrain/tournees.csv", "utf-8", ",")[0])
    found["partage", "standard/appels.tsv"] = set(delimited(share / "standard/appels.tsv", "utf-8", "\t")[0])
    found["partage", "rh/extrait_paie.csv"] = set(delimited(share / "rh/extrait_paie.csv", "cp1252", ";")[0])
    for line in (share / "newsletter/abonnes.ndjson").read_text(encoding="utf-8").splitlines():
        found.setdefault(("partage", "newsletter/abonnes.ndjson"), set()).update(columns(json.loads(line)))
    found["partage", "catalogue/produits.json"] = columns(
        json.loads((share / "catalogue/produits.json").read_text())[0]
    )
    found["partage", "config/application.json"] = columns(json.loads((share / "config/application.json").read_text()))
    found["partage", "telemetrie/centrales.parquet"] = set(pq.read_schema(share / "telemetrie/centrales.parquet").names)
    invoices = pyarrow.dataset.dataset(share / "factures", partitioning="hive").head(1).to_pylist()[0]
    found["partage", "factures"] = columns(invoices)
    workbook = CalamineWorkbook.from_path(str(share / "maintenance.xlsx"))
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python()
        header = next(row for row in rows if all(cell != "" for cell in row))
        found["partage", f"maintenance.xlsx/{name}"] = {str(cell) for cell in header}
    with zipfile.ZipFile(share / "archives/export_2019.zip") as archive:
        header_line = archive.read("contacts.csv").decode().splitlines()[0]
        found["partage", "archives/export_2019.zip!/contacts.csv"] = set(header_line.split(";"))
        assert archive.read("lisezmoi.txt")
        found["partage", "archives/export_2019.zip!/lisezmoi.txt"] = {"text"}
    for entry in estate.entries:
        if entry.column in {"text", "line", "image"} and (share / entry.dataset).is_file():
            found[entry.source, entry.dataset] = {entry.column}
    missing = [entry for entry in estate.entries if entry.column not in found.get((entry.source, entry.dataset), ())]
    assert missing == []
    assert {f"{source}/{dataset}" for source, dataset in found} == set(estate.rows)


def test_every_file_of_the_share_is_described(estate: Manifest, share: Path) -> None:
    described = {entry.dataset for entry in estate.entries}
    for path in share.rglob("*"):
        if path.is_file():
            name = path.relative_to(share).as_posix()
            within = [name, *(parent.as_posix() for parent in path.relative_to(share).parents)]
            assert any(dataset in within or dataset.startswith((f"{name}/", f"{name}!/")) for dataset in described), (
                f"{name} has no entry"
            )


def test_the_title_rows_stand_above_the_first_sheet_only(share: Path) -> None:
    workbook = CalamineWorkbook.from_path(str(share / "maintenance.xlsx"))
    first, second = (workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names[:2])
    assert first[3][0] == "N° intervention" and "Vigifeu" in str(first[0][0])
    assert second[0][0] == "Site"


def test_invoices_are_one_partitioned_dataset(estate: Manifest, share: Path) -> None:
    dataset = pyarrow.dataset.dataset(share / "factures", partitioning="hive")
    assert dataset.count_rows() == estate.rows["partage/factures"]
    assert "annee" in dataset.schema.names


def test_the_estate_is_of_the_size_of_a_demo(estate: Manifest) -> None:
    assert 15_000 < sum(estate.rows.values()) < 30_000


def test_entries_are_consistent(estate: Manifest) -> None:
    words = taxonomy()
    placed = [(e.source, e.dataset, e.column, e.category, e.kind) for e in estate.entries]
    for entry in estate.entries:
        if entry.kind is Kind.TRAP:
            assert entry.note, entry
        else:
            assert entry.entity and words.category_of(entry.entity) == entry.category
        if entry.kind is Kind.PLANTED:
            assert entry.note, entry
    personal = {place[:4] for place in placed if place[4] is not Kind.TRAP}
    traps = {place[:4] for place in placed if place[4] is Kind.TRAP}
    assert personal & traps == set()
    forbidden = {place[:3] for place in traps if place[3] is None}
    assert forbidden.isdisjoint(place[:3] for place in personal)


def test_what_the_issue_asks_for_is_planted(estate: Manifest) -> None:
    planted = {entry.entity for entry in estate.of_kind(Kind.PLANTED)}
    assert planted >= {
        "HEALTH", "TRADE_UNION", "RELIGION", "CRIMINAL_OFFENCE", "FR_NIR", "CREDIT_CARD", "PASSWORD", "TOKEN",
        "COORDINATES", "VEHICLE_PLATE", "PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "INCOME",
    }  # fmt: skip


def test_ages_are_counted_as_they_were_written(estate: Manifest) -> None:
    plan = next(dates for dates in estate.dates if dates.dataset == "prospects")
    with sqlite3.connect(estate.folder / "crm.sqlite") as database:
        rows = database.execute("SELECT date_collecte, gel_juridique FROM prospects").fetchall()
    deadline = AS_OF.replace(year=AS_OF.year - plan.years)
    sentinels = {"1900-01-01", "1970-01-01", "9999-12-31"}
    real = [(date.fromisoformat(day), hold) for day, hold in rows if day and day not in sentinels]
    assert plan.rows == len(rows)
    assert plan.missing == sum(day is None for day, _ in rows)
    assert plan.sentinel == sum(day in sentinels for day, _ in rows)
    assert plan.overdue == sum(day < deadline and hold is None for day, hold in real)
    assert plan.held == sum(day < deadline and hold is not None for day, hold in real) > 0
    assert plan.due == sum(deadline <= day <= AS_OF for day, _ in real)
    assert plan.future == sum(day > AS_OF for day, _ in real)
    for dates in estate.dates:
        assert dates.rows == sum(
            (dates.due, dates.overdue, dates.held, dates.archived, dates.missing, dates.future, dates.sentinel)
        )


@pytest.mark.parametrize(
    "pattern",
    [r"\w@((?:[\w-]+\.)+[a-z]+)\b", r"(?<![\w.])(?:https?://)((?:[\w-]+\.)+[a-z]+)"],
    ids=["e-mail", "web"],
)
def test_no_domain_is_anybodys(estate: Manifest, pattern: str) -> None:
    reserved = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid)$")
    allowed = {"schemas.openxmlformats.org"}  # the workbook's XML namespaces
    for text in texts(estate.folder):
        for domain in re.findall(pattern, text):
            assert domain in allowed or reserved.search(domain), domain


def test_public_addresses_are_of_documentation_networks(share: Path) -> None:
    log = gzip.decompress((share / "web/access.log.gz").read_bytes()).decode()
    for line in log.splitlines():
        assert line.split()[0].startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))
