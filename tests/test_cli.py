"""The command line: exit codes, streams, bad input (docs/errors.md), and how light it is."""

import json
import os
import re
import resource
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import environment

from recense.cli import application, console, main
from recense.connectors import connector
from recense.errors import ExitCode, RecenseError

ROOT = Path(__file__).parents[1]
ENVIRONMENT = environment()
SECRET = "hunter2zq7719"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect(tmp_path / "crm.sqlite") as made:
        made.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT)")
        made.executemany("INSERT INTO people (email) VALUES (?)", [(f"zq7719.{n}@example.org",) for n in range(30)])
    return tmp_path


CRM = "sqlite:///crm.sqlite"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def scanned(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    code, out, _ = run(capsys, "scan", CRM, "--no-language", "--format", "json", *more)
    assert code == 0
    return dict(json.loads(out))


# -- the verbs


def test_scan_gives_data_on_stdout_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "scan", CRM, "--no-language", "--format", "json")
    assert code == 0 and err == ""
    document = json.loads(out)
    assert document["schema"] == "recense.scan/1"
    assert {(f["column"], f["entity"]) for f in document["findings"]} == {("email", "EMAIL_ADDRESS")}
    assert "zq7719" not in out


def test_a_report_can_be_shown_again_in_any_format(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    document = scanned(capsys)
    code, out, _ = run(capsys, "report", "--format", "json")
    assert code == 0 and json.loads(out) == document
    code, out, _ = run(capsys, "report", "-f", "html", "-o", "report.html", "--lang", "fr")
    assert (code, out) == (0, "") and '<html lang="fr"' in (folder / "report.html").read_text()


def test_explain_shows_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    (finding,) = scanned(capsys)["findings"]  # type: ignore[misc]
    for name in (finding["id"], finding["id"][:6], "people.email"):
        code, out, _ = run(capsys, "explain", name)
        assert code == 0 and "for:" in out and "against:" in out and "30 of 30" in out
    code, _, err = run(capsys, "explain", "nothing")
    assert code == 2 and "has no finding 'nothing'" in err


def test_explain_why_not_tells_what_was_heard_of_a_silent_column(capsys: pytest.CaptureFixture[str]) -> None:
    scanned(capsys)
    code, out, _ = run(capsys, "explain", "--why-not", "people.id")
    assert code == 0 and "no finding:" in out and "that of a key" in out and "1 of 2 columns has a finding" in out
    code, _, err = run(capsys, "explain", "--why-not", "people.email")
    assert code == 2 and "has a finding" in err
    code, _, err = run(capsys, "explain", "--why-not", "people.emial")
    assert code == 2 and "no column 'people.emial'" in err and "people" in err


ENGLISH = re.compile(
    r"\b(for|against|nothing|cells?|match|name|values?|the|of|read|source:|finding|proved|score \d\.)\b"
)


@pytest.mark.parametrize("way", ["option", "configuration"])
def test_explain_speaks_french(capsys: pytest.CaptureFixture[str], folder: Path, way: str) -> None:
    scanned(capsys)
    if way == "configuration":
        (folder / "recense.yaml").write_text("version: 1\nreport: {language: fr}\n")
    asked = ["--lang", "fr"] if way == "option" else []
    code, out, _ = run(capsys, "explain", "people.email", *asked)
    assert code == 0 and out.splitlines()[2].startswith("catégorie contact (") and "30 sur 30" in out
    assert "preuve    prouvé, score " in out and "pour :" in out and "contre : rien" in out
    assert "30 cellules sur 30 correspondent" in out
    assert ENGLISH.findall("\n".join(line for line in out.splitlines() if not line.startswith("source"))) == []
    code, silent, _ = run(capsys, "explain", "--why-not", "people.id", *asked)
    assert code == 0 and "lu        30 cellules, 0 nulle, 30 distinctes" in silent and "aucun indice :" in silent
    assert "le nom est celui d'une clé" in silent and "1 champ sur 2 a un indice" in silent
    assert ENGLISH.findall("\n".join(line for line in silent.splitlines() if not line.startswith("source"))) == []
    code, rule, _ = run(capsys, "explain", "PD901", *asked)
    assert code == 0 and "pourquoi :" in rule and "à faire :" in rule


def test_a_language_asked_for_wins_over_the_configured_one(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    scanned(capsys)
    (folder / "recense.yaml").write_text("version: 1\nreport: {language: fr}\n")
    assert "for:" in run(capsys, "explain", "people.email", "--lang", "en")[1]


def test_replay_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    document = scanned(capsys)
    (Path() / "crm.sqlite").unlink()
    code, out, _ = run(capsys, "replay", "--format", "json")
    assert code == 0 and json.loads(out)["findings"] == document["findings"]
    code, out, _ = run(capsys, "runs")
    assert code == 0 and len(out.splitlines()) == 3


def test_init_writes_what_load_and_editors_understand(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(capsys, "init")[0] == 0
    code, out, _ = run(capsys, "config", "show")
    assert code == 0 and "recense.yaml" in out
    code, out, _ = run(capsys, "config", "schema")
    assert json.loads(out) == json.loads((folder / "recense.schema.json").read_text())
    code, _, err = run(capsys, "init")
    assert code == 2 and "--force replaces it" in err


def test_doctor_lists_what_is_there_and_what_is_not_set(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, _ = run(capsys, "doctor")
    assert "[scan]" in out and "catalog" in out
    text = "version: 1\nsources: [{name: crm, url: 'mysql://u:${ZQ_MISSING}@db/x'}]\n"
    (folder / "recense.yaml").write_text(text)
    code, out, _ = run(capsys, "doctor")
    assert code == 2 and "ZQ_MISSING is not set" in out


def test_sources_of_the_configuration_are_scanned_by_name(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "recense.yaml").write_text(
        "version: 1\nlanguage: false\nreport: {format: json}\nsources:\n"
        "  - {name: crm, url: 'sqlite:///crm.sqlite'}\n  - {name: gone, path: gone.csv}\n"
    )
    code, out, _ = run(capsys, "scan", "crm")
    assert code == 0 and json.loads(out)["findings"]
    code, out, err = run(capsys, "scan")  # the missing one is an entry, the other is scanned all the same
    assert code == 3 and json.loads(out)["findings"] and "1 entry was not read (exit 3)" in err
    assert run(capsys, "scan", "--allow-unreadable", "not_found")[0] == 0
    assert run(capsys, "scan", "--allow-unreadable", "*gone*")[0] == 0
    assert run(capsys, "scan", "--allow-unreadable", "corrupt")[0] == 3


def test_check_judges_names_only(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "schema.sql").write_text(
        "-- CREATE TABLE no (religion text);\n"
        "CREATE TABLE IF NOT EXISTS public.clients (\n"
        "  id bigint PRIMARY KEY,\n  email varchar(80) DEFAULT 'a(b,c',\n"
        '  "numero_secu" char(15),\n  price numeric(10, 2),\n  UNIQUE (email)\n);\n'
        "ALTER TABLE clients ADD COLUMN religion text;\n"
    )
    code, out, _ = run(capsys, "check", "--format", "json")
    document = json.loads(out)
    fields = {field["field"]: field for field in document["fields"]}
    assert code == 1 and document["schema"] == "recense.check/1"
    secu = fields["sql:clients.numero_secu"]
    assert (secu["verdict"], secu["line"], secu["column"], secu["category"]) == ("block", 5, 4, "government_id")
    assert fields["sql:clients.religion"]["verdict"] == "block"
    assert fields["sql:clients.email"]["verdict"] == "block"
    assert not {"sql:clients.price", "sql:no.religion"} & set(fields)


def test_check_is_clean_or_incomplete(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "stock.sql").write_text("CREATE TABLE stock (sku text, price int);\n")
    assert run(capsys, "check", "stock.sql")[0] == 0
    (folder / "broken.sql").write_text("CREATE TABLE broken (a int, b")
    code, out, _ = run(capsys, "check")
    assert code == 3 and "broken.sql" in out


# -- bad input: docs/errors.md shows the same


BAD_INPUT: dict[str, tuple[list[str], int, str]] = {
    "a missing path": (["scan", "nope.csv"], 2, "no such file or folder: nope.csv"),
    "an unknown kind of URL": (["scan", "mongo://db/crm"], 2, "unknown URL scheme 'mongo'"),
    "a server that does not answer": (
        ["scan", f"postgresql://reader:{SECRET}@127.0.0.1:1/crm"],
        3,
        "the server does not answer",
    ),
    "a key misspelt": (["scan", "--config", "typo.yaml"], 2, "unknown key 'sorces'; did you mean 'sources'?"),
    "a password in clear": (["scan", "--config", "literal.yaml"], 2, "write ${CRM_PASSWORD} instead"),
    "no configuration": (["scan", "--config", "none.yaml"], 2, "no such configuration file: none.yaml"),
    "nothing to scan": (["scan"], 2, "nothing to scan"),
    "an unknown format": (["scan", CRM, "--format", "tabel"], 2, "did you mean 'table'?"),
    "an unknown option": (["scan", CRM, "--fromat", "json"], 2, "no such option"),
    "an unknown verb": (["scam"], 2, "no such command 'scam'"),
    "a run that is not there": (["report", "2020"], 2, "unknown run '2020'"),
    "a report that cannot be written": (["report", "-o", "no/folder/x.html"], 2, "cannot write no/folder/x.html"),
    "a policy with a wrong key": (["policy", "lint", "typo-policy.yaml"], 2, "did you mean 'period'?"),
    "a policy with an unknown event": (["policy", "lint", "event-policy.yaml"], 2, "unknown event 'colection'"),
    "a policy with a period in words": (["policy", "lint", "words-policy.yaml"], 2, "write a period of ISO 8601"),
    "a policy with two rules that conflict": (["policy", "lint", "two-policy.yaml"], 2, "both have priority 10"),
    "no policy": (["policy", "compare"], 2, "no policy: name a file"),
    "a password for Prefect": (["scan", "--flow", f"mysql://u:{SECRET}@db/x"], 2, "stores parameters in clear"),
    "no register": (["register", "check"], 2, "no register at register; begin one with 'recense register build'"),
}


@pytest.fixture
def with_run(capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored run, the files that the bad commands name, and no pause between new tries."""
    scanned(capsys)
    (folder / "typo.yaml").write_text("version: 1\nsorces: []\n")
    literal = f"version: 1\nsources:\n  - name: crm\n    url: postgresql://reader:{SECRET}@db/crm\n"
    (folder / "literal.yaml").write_text(literal)
    from recense.policy.loading import STARTER

    starter = STARTER.read_text(encoding="utf-8")
    second = (
        "    - {id: R2, label: {en: R2}, origin: inferred, period: P1Y, start: collection, after: delete, priority: 10}"
    )
    for name, text in {
        "typo": starter.replace("period: P3Y", "perriod: P3Y"),
        "event": starter.replace("start: collection", "start: colection"),
        "words": starter.replace("period: P3Y", "period: 3 yeers"),
        "two": f"{starter.rstrip()}\n{second}\n",
    }.items():
        (folder / f"{name}-policy.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("recense.pipelines.steps.time.sleep", lambda _: None)


@pytest.mark.parametrize("case", BAD_INPUT)
@pytest.mark.usefixtures("with_run")
def test_bad_input_is_one_sentence_and_its_code(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, code, sentence = BAD_INPUT[case]
    ended, out, err = run(capsys, *arguments)
    assert ended == code and sentence in err
    assert "Traceback" not in err and SECRET not in out + err
    if code == 2:
        lines = 2 if case == "a policy with a wrong key" else 1  # the key that is there, and the one that is missing
        assert out == "" and err.startswith("recense: ") and len(err.splitlines()) == lines


@pytest.mark.usefixtures("with_run")
def test_the_documentation_shows_what_is_really_said(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``UPDATE_GOLDEN=1`` writes the examples anew."""
    monkeypatch.delitem(connector.load(), "unsteady", raising=False)  # other tests register it in this process
    parts = []
    for case, (arguments, code, _) in BAD_INPUT.items():
        _, _, err = run(capsys, *arguments)
        said = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "20261122-101500-3f9a", err.replace(str(folder), "~/project"))
        command = shlex.join(["recense", *arguments]).replace(SECRET, "secret")
        parts.append(f"### {case[0].upper()}{case[1:]}: exit {code}\n\n```console\n$ {command}\n{said.rstrip()}\n```\n")
    page = ROOT / "docs" / "errors.md"
    head, mark, _ = page.read_text(encoding="utf-8").partition("<!-- written by tests/test_cli.py -->\n")
    wanted = head + mark + "\n" + "\n".join(parts)
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_text(wanted, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == wanted


@pytest.mark.parametrize(
    "arguments",
    [["scan", "nope.csv"], ["scan", "--resume", "last"], ["report"], ["runs"], ["replay"], ["explain", "x"]],
)
def test_what_scans_nothing_leaves_no_catalog_behind(
    arguments: list[str], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "") and err.startswith("recense: no ")
    assert not (folder / "recense.db").exists()


def test_doctor_makes_nothing_and_names_what_is_broken(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    _, out, _ = run(capsys, "doctor")
    assert "which the first scan makes" in out and not (folder / "recense.db").exists()
    (folder / "recense.db").write_text("no database")
    code, out, _ = run(capsys, "doctor")
    assert code == 2 and re.search("^broken +catalog ", out, re.MULTILINE)


def test_a_wrong_password_and_a_table_without_permission(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        server = request.getfixturevalue("postgres_url")
    except pytest.FixtureLookupError:
        pytest.skip("no fixture postgres_url: tests/servers.py is not registered")
    import sqlalchemy as sa

    owner = sa.make_url(server)
    engine = sa.create_engine(owner.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in (
            "DROP SCHEMA IF EXISTS errors CASCADE",
            "CREATE SCHEMA errors",
            "CREATE TABLE errors.open (email text)",
            "INSERT INTO errors.open VALUES ('zq7719@example.org')",
            "CREATE TABLE errors.closed (email text)",
            "DROP ROLE IF EXISTS errors_reader",
            f"CREATE ROLE errors_reader LOGIN PASSWORD '{SECRET}'",
            "GRANT USAGE ON SCHEMA errors TO errors_reader",
            "GRANT SELECT ON errors.open TO errors_reader",
        ):
            connection.execute(sa.text(statement))
    engine.dispose()
    reader = owner.set(username="errors_reader", password=SECRET).render_as_string(hide_password=False)
    wrong = owner.set(username="errors_reader", password=SECRET + "x").render_as_string(hide_password=False)
    options = ["--only", "errors.*", "--format", "json", "--no-language"]
    code, out, err = run(capsys, "scan", reader, *options)
    document = json.loads(out)
    assert code == 3 and [entry["code"] for entry in document["unreadable"]] == ["permission_denied"]
    assert {finding["dataset"] for finding in document["findings"]} == {"errors.open"}
    assert SECRET not in out + err and "errors_reader" not in out + err
    if _trusts(wrong):
        pytest.skip("this server lets everybody in")
    code, out, err = run(capsys, "scan", wrong, *options)
    assert code == 3 and json.loads(out)["unreadable"][0]["code"] == "access_refused"
    assert SECRET not in out + err


def _trusts(url: str) -> bool:
    import sqlalchemy as sa

    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    try:
        engine.connect().close()
    except sa.exc.OperationalError:
        return False
    return True


def test_an_empty_file_is_no_traceback(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "empty.csv").write_bytes(b"")
    code, out, err = run(capsys, "scan", "empty.csv", "--format", "json", "--no-language")
    assert code in (0, 3) and "internal error" not in err
    assert json.loads(out)["datasets"] or json.loads(out)["unreadable"]


def test_every_error_of_recense_has_an_exit_code() -> None:
    def all_of(kind: type[RecenseError]) -> set[type[RecenseError]]:
        return {kind}.union(*(all_of(sub) for sub in kind.__subclasses__()))

    assert {error.exit_code for error in all_of(RecenseError)} == {
        ExitCode.USAGE,
        ExitCode.INCOMPLETE,
        ExitCode.INTERNAL,
    }


def test_a_defect_says_where_and_no_value(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        cell = "zq7719"
        raise ValueError(f"cannot parse {cell}")

    monkeypatch.setattr("recense.config.load", broken)
    monkeypatch.setenv("RECENSE_DEBUG", "1")
    code, out, err = run(capsys, "runs")
    assert code == 4 and "internal error (ValueError at test_cli.py:" in err
    assert "zq7719" not in out + err and "Traceback" not in err


# -- stopping


TABLES = 400  # enough for the signal to arrive while some are still to be read


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_scan_exits_130_and_is_resumed(
    how: signal.Signals, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from recense.catalog import Catalog

    with sqlite3.connect(folder / "big.sqlite") as made:
        for number in range(TABLES):
            made.execute(f"CREATE TABLE t{number} (email TEXT)")
            made.execute(f"INSERT INTO t{number} VALUES ('a@example.org')")
    command = [sys.executable, "-m", "recense", "scan", "sqlite:///big.sqlite", "--no-language", "--format", "json"]
    victim = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job inherits it ignored
    )  # fmt: skip
    done = 0
    deadline = time.monotonic() + 60
    while victim.poll() is None and done < 2 and time.monotonic() < deadline:
        if (folder / "recense.db").exists():
            with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
                runs = catalog.runs()
                done = len(catalog.finished_partitions(runs[0].id)) if runs else 0
        time.sleep(0.005)
    victim.send_signal(how)
    _, err = victim.communicate(timeout=60)
    assert victim.returncode == 130, err
    resume = re.search(r"recense scan --resume (\S+)", err)
    assert resume and "Traceback" not in err
    code, out, _ = run(capsys, "scan", "--resume", resume[1], "--format", "json")
    assert code == 0 and len(json.loads(out)["datasets"]) == TABLES


# -- how it behaves among other programs


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "recense", *arguments], env=ENVIRONMENT | environment, capture_output=True, timeout=120
    )


HEAVY = ("prefect", "presidio_analyzer", "spacy", "pandas", "great_expectations", "pyarrow", "sqlalchemy", "yaml")


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["scan", "--help"], ["schedule", "--help"]])
def test_help_is_light_and_fast(arguments: list[str]) -> None:
    code = (
        "import sys, recense.cli; recense.cli.main(sys.argv[1:]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stderr.strip() == "[]" and "Usage" in done.stdout
    # Half a second (DESIGN §6), in processor time; a slow or busy machine is told by what every Typer program costs.
    typer = min(processor_seconds("import typer, typer._adapters, rich") for _ in range(5))
    assert min(processor_seconds(code, *arguments) for _ in range(5)) < max(0.5, 1.5 * typer)


def processor_seconds(code: str, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, *arguments], env=ENVIRONMENT, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_every_verb_has_help() -> None:
    for command in application().registered_commands:
        assert command.callback is not None and command.callback.__doc__


def test_output_is_utf8_in_the_c_locale() -> None:
    connection = sqlite3.connect("accent.sqlite")
    connection.execute('CREATE TABLE "été" (courriel TEXT)')
    connection.execute("INSERT INTO \"été\" VALUES ('a@example.org')")
    connection.commit()
    connection.close()
    done = call("scan", "sqlite:///accent.sqlite", "--no-language", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr
    assert "été" in done.stdout.decode("utf-8") and b"\x1b" not in done.stdout


def test_a_reader_that_goes_away_is_no_error() -> None:
    assert call("scan", CRM, "--no-language").returncode == 0
    command = f"{sys.executable} -m recense report --format json | head -c 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], env=ENVIRONMENT, capture_output=True)
    assert b"Traceback" not in done.stderr and done.stdout == b"{"


def test_names_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    with sqlite3.connect(folder / "evil.sqlite") as made:
        made.execute('CREATE TABLE "a\x1b]0;owned\x07\u202eb" (email TEXT)')
    _, out, err = run(capsys, "scan", "sqlite:///evil.sqlite", "--no-language")
    assert not set("\x1b\x07\u202e") & set(out + err)
    assert console.printable("a\x1b\u202e\nb") == "a\\x1b\\u202e\nb"
