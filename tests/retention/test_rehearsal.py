"""Databases of other companies, scanned for real, whose buckets plain Python counts on its own."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import servers
from sqlalchemy.engine import make_url

from recense.cli import main

AS_OF = date(2026, 11, 1)
PLACEHOLDERS = (date(1900, 1, 1), date(9999, 12, 31), date(1970, 1, 1))
HOLDS = ("LIT-2024-001", "oui", "1")
NO_HOLDS = (None, "", "non", "0")
Row = tuple[date | None, str | None]  # start, hold


def rows() -> list[Row]:
    """Starts of every age, placeholders, blanks and the future; every ninth row says something of a hold."""
    starts: list[date | None] = [AS_OF - timedelta(days=11 * n) for n in range(200)]
    starts += [date(2023, 10, 31), date(2023, 11, 1), date(2024, 2, 29), date(2023, 11, 2), date(2024, 1, 30)]
    starts += [date(2024, 1, 31), date(2024, 1, 29), None, None, *PLACEHOLDERS, date(2031, 5, 5), date(2099, 1, 1)]
    starts += [date(2021, 6, 1)] * 120  # a migration
    words = (*HOLDS, *NO_HOLDS)
    return [(start, words[n // 9 % len(words)] if n % 9 == 0 else None) for n, start in enumerate(starts)]


def truth(made: list[Row], years: int, held: bool = True) -> dict[str, int]:
    """Counts buckets in plain Python: overdue is what began before the same day so many years ago."""
    count: Counter[str] = Counter()
    edge = AS_OF.replace(year=AS_OF.year - years)
    soon = date(2027, 1, 31).replace(year=2027 - years)  # the last day that a period may have within 90 days
    for start, hold in made:
        if start is None:
            count["start_missing"] += 1
        elif start in PLACEHOLDERS:
            count["start_invalid"] += 1
        elif start > AS_OF + timedelta(days=1):
            count["start_in_future"] += 1
        elif start < edge:
            count["overdue_but_held" if held and hold in HOLDS else "overdue"] += 1
        else:
            count["due_within_90d" if start < soon else "not_due"] += 1
    return dict(count)


def people(made: list[Row]) -> list[tuple[str, str]]:
    return [(f"prenom.nom{n}@example.org", f"+33 6 12 34 {n // 100:02d} {n % 100:02d}") for n in range(len(made))]


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    assert main(["scan", "--no-language", "--quiet"]) in (0, 1)
    capsys.readouterr()
    main(["retention", "report", "--format", "json", "--as-of", AS_OF.isoformat()])
    entries = json.loads(capsys.readouterr().out)["datasets"]
    return {f"{entry['dataset']} {entry['zone']}": entry for entry in entries}


def buckets(entry: dict[str, Any]) -> dict[str, int]:
    return {bucket: count for bucket, count in entry["buckets"].items() if count}


def configured(place: str, more: str = "") -> None:
    key = "url" if "://" in place or place.startswith("$") else "path"
    Path("recense.yaml").write_text(
        f"version: 1\nsources:\n  - name: other\n    {key}: {json.dumps(place)}\n{more}", encoding="utf-8"
    )


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_french_sqlite(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = rows()
    who = people(made)
    with closing(sqlite3.connect("fr.db")) as base:
        base.execute("CREATE TABLE prospects (courriel TEXT, date_collecte TEXT, gel_juridique TEXT)")
        french = [start and start.strftime("%d/%m/%Y") for start, _ in made]
        base.executemany(
            "INSERT INTO prospects VALUES (?, ?, ?)",
            [(w[0], day, hold) for w, day, (_, hold) in zip(who, french, made, strict=True)],
        )
        base.execute("CREATE TABLE abonnes (courriel TEXT, created_at TEXT)")
        iso = [start and f"{start}T08:00:00" for start, _ in made]
        base.executemany("INSERT INTO abonnes VALUES (?, ?)", zip((w[0] for w in who), iso, strict=True))
        base.execute("CREATE TABLE comptes (courriel TEXT, date_inscription TEXT, archive_le TEXT, anonymise INTEGER)")
        base.executemany(
            "INSERT INTO comptes VALUES (?, ?, ?, ?)",
            [(w[0] if n % 2 else None, start and str(start), "2026-01-01" if n % 5 == 0 else None, int(n % 10 == 1))
             for n, (w, (start, _)) in enumerate(zip(who, made, strict=True))],
        )  # fmt: skip
        base.commit()
    configured(f"sqlite:///{here}/fr.db")
    found = report(capsys)
    assert buckets(found["prospects active"]) == truth(made, 3)
    assert {one["code"]: one["rows"] for one in found["prospects active"]["signals"]}["spike"] >= 120
    proxy = truth(made, 3, held=False)
    late = {key: proxy[key] for key in ("overdue", "start_missing", "start_invalid", "start_in_future")}
    assert buckets(found["abonnes active"]) == late | {"start_proxy_only": proxy["not_due"] + proxy["due_within_90d"]}
    archived = [row for n, row in enumerate(made) if n % 5 == 0]
    assert buckets(found["comptes active"]) == truth([r for n, r in enumerate(made) if n % 5], 3, held=False)
    assert buckets(found["comptes intermediate_archive"]) == truth(archived, 3, held=False)
    marks = [one for entry in found.values() for one in entry["signals"] if one["code"] == "anonymised"]
    assert sum(one["rows"] for one in marks) == sum(n % 10 == 1 for n in range(len(made)))


def test_an_english_postgresql(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = rows()
    who = people(made)

    def shown(value: object) -> str:
        return "NULL" if value is None else f"'{value}'"

    leads = ", ".join(
        f"({shown(w[0])}, {shown(start)}, {'true' if hold in HOLDS else 'false' if hold is not None else 'NULL'}, "
        f"{shown(AS_OF if n % 7 == 0 else None)})"
        for n, (w, (start, hold)) in enumerate(zip(who, made, strict=True))
    )
    deals = ", ".join(
        f"({shown(w[0])}, {shown(start and start - timedelta(days=40) if n % 3 else start)}, {shown(start)})"
        for n, (w, (start, _)) in enumerate(zip(who, made, strict=True))
    )
    servers.run_postgres(
        postgres_url,
        "DROP SCHEMA IF EXISTS sales CASCADE; CREATE SCHEMA sales; "
        "CREATE TABLE sales.leads (email text, signup_date date, legal_hold boolean, deleted_at date); "
        f"INSERT INTO sales.leads VALUES {leads}; "
        "CREATE TABLE sales.deals (email text, signed_on date, ended_on date); "
        f"INSERT INTO sales.deals VALUES {deals}",
        database="other_company",  # of its own: what other tests left on the server is not this company's
    )
    binding = (
        "retention:\n  - dataset: sales.deals\n    rule: R3\n    start: ended_on\n    zone: intermediate_archive\n"
        "  - dataset: sales.leads\n    source: other\n    rule: R1\n"
    )
    own = make_url(postgres_url).set(database="other_company").render_as_string(hide_password=False)
    monkeypatch.setenv("OTHER_COMPANY", own)
    configured("${OTHER_COMPANY}", binding)
    found = report(capsys)
    assert buckets(found["sales.leads active"]) == truth(made, 3)
    signals = {one["code"]: one["rows"] for one in found["sales.leads active"]["signals"]}
    assert signals["deleted"] == sum(n % 7 == 0 for n in range(len(made)))
    assert buckets(found["sales.deals intermediate_archive"]) == truth(made, 5, held=False)


def test_files_of_another_company(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = rows()
    who = people(made)
    folder = here / "share"
    folder.mkdir()
    with (folder / "clients.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["courriel", "téléphone", "Date de collecte", "Gel"])
        for (mail, phone), (start, hold) in zip(who, made, strict=True):
            writer.writerow([mail, phone, f"{start.day}/{start.month}/{start.year}" if start else "", hold or ""])
    with (folder / "users.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "closed_at"])
        for (mail, _), (start, _) in zip(who, made, strict=True):
            writer.writerow([mail, f"{start}T10:00:00.123+00:00" if start else ""])
    binding = 'retention:\n  - dataset: "users.csv"\n    rule: R1\n    start: closed_at\n    evidence: direct\n'
    configured(str(folder), binding)
    found = report(capsys)
    assert buckets(found["clients.csv active"]) == truth(made, 3)
    assert buckets(found["users.csv active"]) == truth(made, 3, held=False)
