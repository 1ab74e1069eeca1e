"""``recense check`` and ``recense approvals`` in a real git repository: exit codes, bases, edits, what it loads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from gate_cases import DPO, ENVIRONMENT, commit, git

from recense.cli import main
from recense.gate.approvals import read
from recense.gate.formats.json_document import SCHEMA_FILE

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def document(capsys: Captured, *arguments: str) -> tuple[int, dict[str, dict[str, object]]]:
    code, out, _ = run(capsys, "check", "--format", "json", *arguments)
    data = json.loads(out)
    jsonschema.validate(data, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    return code, {field["field"]: field for field in data["fields"]}


def approve(capsys: Captured, key: str, *more: str) -> None:
    code, _, err = run(
        capsys, "approvals", "request", key, "--why", "Contract follow-up", "--by", "dpo@example.org", *more
    )
    assert code == 0, err


def migrate(name: str, sql: str) -> None:
    (Path("db") / name).write_text(sql)


def test_a_field_blocks_until_it_is_approved(repository: Path, capsys: Captured) -> None:
    code, fields = document(capsys)
    email = fields["sql:clients.email"]
    assert code == 1 and email["verdict"] == "block"
    assert (email["file"], email["line"], email["column"], email["end_column"]) == ("db/0001_clients.sql", 3, 5, 10)
    approve(capsys, "sql:clients.email")
    code, fields = document(capsys)
    assert code == 0 and fields["sql:clients.email"]["verdict"] == "allow"
    before = Path("recense-approvals.yaml").read_bytes()
    assert run(capsys, "check", "--strict")[0] == 0
    assert Path("recense-approvals.yaml").read_bytes() == before  # the check never writes it


def test_moved_lines_and_types_keep_the_approval(repository: Path, capsys: Captured) -> None:
    approve(capsys, "sql:clients.email")
    _, before = document(capsys)
    migrate("0001_clients.sql", "-- a head\n\nCREATE TABLE clients (id int, price int,\n\n  email    text NOT NULL);\n")
    code, after = document(capsys)
    assert code == 0
    assert before["sql:clients.email"]["fingerprint"] == after["sql:clients.email"]["fingerprint"]
    assert after["sql:clients.email"]["line"] == 5


def test_base_marks_what_is_new_and_never_hides_what_is_old(repository: Path, capsys: Captured) -> None:
    git("checkout", "-qb", "change")
    migrate("0002_religion.sql", "ALTER TABLE clients ADD COLUMN religion varchar(40);\n")
    commit("religion")
    code, fields = document(capsys, "--base", "main")
    assert code == 1
    assert {key: (field["introduced"], field["verdict"]) for key, field in fields.items()} == {
        "sql:clients.email": (False, "block"),
        "sql:clients.religion": (True, "block"),
    }
    code, _, err = run(capsys, "check", "--base", "nowhere")
    assert code == 2 and "no revision 'nowhere' here" in err
    assert git("status", "--porcelain") == "" and git("worktree", "list").count("\n") == 1


def test_a_change_that_approves_its_own_field_is_marked_and_fails_when_strict(
    repository: Path, capsys: Captured
) -> None:
    approve(capsys, "sql:clients.email")
    commit("approved")
    git("checkout", "-qb", "change")
    migrate("0002_phone.sql", "ALTER TABLE clients ADD COLUMN phone varchar(40);\n")
    approve(capsys, "sql:clients.phone")
    commit("phone and its approval")
    code, fields = document(capsys, "--base", "main")
    phone = fields["sql:clients.phone"]
    assert (code, phone["verdict"], phone["state"]) == (0, "warn", "self_approved")
    assert (phone["by"], phone["author"]) == ("dpo@example.org", "dev@example.org")
    assert document(capsys, "--base", "main", "--strict")[0] == 1


def test_a_baseline_gives_what_is_there_ninety_days(repository: Path, capsys: Captured) -> None:
    migrate("0002_religion.sql", "ALTER TABLE clients ADD COLUMN religion varchar(40);\n")
    assert document(capsys)[0] == 1
    assert document(capsys, "--write-baseline", "--as-of", "2026-11-23")[0] == 0
    entries = read(Path("recense-approvals.yaml")).entries
    assert {entry.decision for entry in entries} == {"inherited"}
    assert {entry.until.isoformat() for entry in entries} == {"2027-02-21"}
    code, fields = document(capsys, "--as-of", "2027-02-22")
    assert code == 1 and {field["state"] for field in fields.values()} == {"expired"}
    code, out, _ = run(capsys, "approvals", "renew", "sql:clients.email", "--by", "dpo@example.org")
    assert code == 0 and "sql:clients.email" in out
    renewed = next(entry for entry in read(Path("recense-approvals.yaml")).entries if entry.field.endswith("email"))
    assert (renewed.decision, renewed.by) == ("accepted", "dpo@example.org")


def test_prune_removes_what_is_stale_unless_something_was_not_read(repository: Path, capsys: Captured) -> None:
    approve(capsys, "sql:clients.email")
    migrate("0001_clients.sql", "CREATE TABLE clients (id int, price int);\n")
    code, out, _ = run(capsys, "check")
    assert code == 0 and "note[PD001]: stale approval" in out
    assert run(capsys, "check", "--strict")[0] == 1
    migrate("0002_open.sql", "CREATE TABLE broken (a int, b")
    code, _, err = run(capsys, "approvals", "prune")
    assert code == 2 and "--force prunes all the same" in err
    (repository / "db/0002_open.sql").unlink()
    code, out, _ = run(capsys, "approvals", "prune")
    assert code == 0 and "sql:clients.email" in out and not read(Path("recense-approvals.yaml")).entries


def test_an_unread_statement_exits_3_unless_its_path_is_allowed_with_a_reason(
    repository: Path, capsys: Captured
) -> None:
    approve(capsys, "sql:clients.email")
    migrate("0002_open.sql", "CREATE TABLE broken (a int, b")
    code, out, _ = run(capsys, "check")
    assert code == 3 and "db/0002_open.sql" in out
    config = "version: 1\ncheck:\n  allow_unread:\n    - {path: db/0002*.sql, reason: half a file on purpose}\n"
    Path("recense.yaml").write_text(config)
    code, out, _ = run(capsys, "check")
    assert code == 0 and "allowed by recense.yaml" in out
    Path("recense.yaml").write_text(config.replace("half a file on purpose", "no"))
    code, _, err = run(capsys, "check")
    assert code == 2 and "recense.yaml:4" in err
    Path("recense.yaml").write_text("version: 1\ncheck:\n  exclude: [db/0002_open.sql]\n")
    assert run(capsys, "check")[0] == 0


def test_real_looking_values_in_a_fixture_fail_and_are_never_shown(repository: Path, capsys: Captured) -> None:
    approve(capsys, "sql:clients.email")
    rows = "".join(f"{n},zq7719.{n}@chauffage-lefevre.fr\n" for n in range(20))
    Path("people.csv").write_text("n,kontakt\n" + rows)
    code, fields = document(capsys)
    found = next(field for field in fields.values() if field["code"] == "PD201")
    assert code == 1 and (found["file"], found["line"], found["entity"]) == ("people.csv", 2, "EMAIL_ADDRESS")
    for name in ("text", "table", "sarif", "junit", "github", "gitlab", "markdown", "jsonl"):
        _, out, err = run(capsys, "check", "--format", name)
        assert "zq7719" not in out + err
    Path("people.csv").write_text("n,kontakt\n" + rows.replace("chauffage-lefevre.fr", "example.org"))
    assert run(capsys, "check")[0] == 0


def test_a_policy_says_who_may_approve_and_whom_to_ask(repository: Path, capsys: Captured) -> None:
    from recense.policy.loading import EXAMPLES

    policy = str(EXAMPLES / "def-network.yaml")
    approve(capsys, "sql:clients.email")
    code, out, _ = run(capsys, "check", "--policy", policy)
    assert code == 1 and "signed by somebody whom the policy does not list" in out
    assert "(DPO: rgpd@reseau-def.com)" in out
    assert run(capsys, "approvals", "renew", "sql:clients.email", "--policy", policy)[0] == 0
    assert run(capsys, "check", "--policy", policy)[0] == 0


def test_several_reports_are_written_in_one_run(repository: Path, capsys: Captured) -> None:
    code, _, _ = run(
        capsys, "check", "--report", "sarif=a.sarif", "--report", "markdown=a.md", "-f", "junit", "-o", "a.xml"
    )
    assert code == 1
    assert json.loads(Path("a.sarif").read_text())["version"] == "2.1.0"
    assert Path("a.md").read_text().startswith("<!-- recense check -->") and "<testsuites" in Path("a.xml").read_text()
    assert run(capsys, "check", "--report", "sarif")[0] == 2
    assert run(capsys, "check", "--format", "sarfi")[2].startswith(
        "recense: unknown format 'sarfi'; did you mean 'sarif'?"
    )


def test_a_folder_is_named_from_where_one_stands(repository: Path, capsys: Captured) -> None:
    _, fields = document(capsys, "db")
    assert {field["file"] for field in fields.values()} == {"db/0001_clients.sql"}
    os.chdir("/")
    _, fields = document(capsys, str(repository))
    assert {str(field["file"]) for field in fields.values()} == {f"{repository}/db/0001_clients.sql".removeprefix("/")}


def test_requests_name_what_is_wrong(repository: Path, capsys: Captured) -> None:
    code, _, err = run(capsys, "approvals", "request", "sql:clients.emial", "--why", "Contract follow-up")
    assert code == 2 and "did you mean 'sql:clients.email'?" in err
    code, _, err = run(capsys, "approvals", "request", "sql:clients.price", "--why", "Contract follow-up")
    assert code == 2 and "name its category with --category" in err
    code, _, err = run(capsys, "approvals", "request", "sql:clients.email", "--why", "short")
    assert code == 2 and "at least 10 characters" in err and not Path("recense-approvals.yaml").exists()
    code, _, err = run(
        capsys, "approvals", "request", "sql:clients.email", "--why", "Long enough", "--until", "2099-01-01"
    )
    assert code == 2 and "at most 24 months" in err


def test_explain_knows_the_codes(capsys: Captured) -> None:
    code, out, _ = run(capsys, "explain", "PD901")
    assert code == 0 and out.startswith("PD901: special-category data: religious") and "Article 9(2)" in out
    assert "catégorie particulière" in run(capsys, "explain", "PD901", "--lang", "fr")[1]
    assert run(capsys, "explain", "PD999")[0] == 2


# -- the catalog


def test_file_and_catalog_are_one_model(repository: Path, capsys: Captured) -> None:
    from recense.catalog import Catalog
    from recense.catalog.decisions import Decision

    approve(capsys, "sql:clients.email")
    assert run(capsys, "approvals", "push")[1].startswith("1 decision added")
    assert run(capsys, "approvals", "push")[1].startswith("0 decisions added")
    migrate(
        "0002_more.sql", "ALTER TABLE clients ADD COLUMN phone text;\nALTER TABLE clients ADD COLUMN religion text;\n"
    )
    when = "2026-11-20T10:00:00+00:00"
    with Catalog.open("sqlite:///recense.db") as catalog:
        catalog.decide([
            Decision("sql:clients.phone", "contact", "accepted", DPO, when, "needed by the shop", "2027-01-01"),
            Decision("sql:clients.religion", "special.religion", "remove", DPO, when, "must go"),
            Decision("sql:elsewhere.email", "contact", "accepted", DPO, when, "another house", "2027-01-01"),
        ])  # fmt: skip
    code, out, _ = run(capsys, "approvals", "pull")
    assert code == 0 and "to be removed: sql:clients.religion" in out and "1 decision is about a field" in out
    entries = {entry.field: entry for entry in read(Path("recense-approvals.yaml")).entries}
    assert set(entries) == {"sql:clients.email", "sql:clients.phone"}
    assert (entries["sql:clients.phone"].by, str(entries["sql:clients.phone"].until)) == (
        "dpo@example.org",
        "2027-01-01",
    )
    before = Path("recense-approvals.yaml").read_text()
    run(capsys, "approvals", "pull")
    assert Path("recense-approvals.yaml").read_text() == before
    assert run(capsys, "approvals", "push")[1].startswith("0 decisions added")


def test_doctor_finds_a_decision_that_was_changed(repository: Path, capsys: Captured) -> None:
    import sqlite3

    approve(capsys, "sql:clients.email")
    run(capsys, "approvals", "push")
    assert "1 decision (head " in run(capsys, "doctor")[1]
    with sqlite3.connect("recense.db") as database:
        database.execute("UPDATE decisions SET until = '2031-01-01'")
    code, out, _ = run(capsys, "doctor")
    assert code == 2 and "decision 1 of 1 was changed after it was written" in out
    assert run(capsys, "approvals", "pull")[0] == 2


# -- what it loads

HEAVY = ("prefect", "presidio_analyzer", "spacy", "pandas", "numpy", "great_expectations", "sqlalchemy", "pyarrow")


def test_a_check_loads_no_scanning_library(repository: Path) -> None:
    code = f"""
import sys, recense.cli
status = recense.cli.main(["check", "--base", "main", "--format", "json"])
print(status, [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == "1 []"
