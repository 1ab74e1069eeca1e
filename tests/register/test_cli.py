"""``recense register`` from a catalog to an export: verbs, exit codes, streams."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from processes import environment
from register_data import ACTIVITY, ORGANISATION, a_run, finding

from recense.catalog import Catalog, DatasetProfile
from recense.cli import main
from recense.demo.article30 import show_register
from recense.errors import UserError
from recense.model import Dataset, ScanRun

ENVIRONMENT = environment()
RUN = a_run(
    finding("clients", "courriel", "contact", "EMAIL_ADDRESS"),
    finding("clients", "nom", "identification", "LAST_NAME"),
    finding("evenements/2024.csv", "note", "special.health", "HEALTH"),
)


def keep(run: ScanRun, folder: Path) -> None:
    with Catalog.open(f"sqlite:///{folder}/recense.db") as catalog:
        catalog.start(run.id, rules="test", scope=run.id, targets=[])
        profiles = [
            DatasetProfile(Dataset(one.source, one.dataset, one.kind), one.rows_read, {}) for one in run.datasets
        ]
        catalog.finish(run, profiles)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "register/activities").mkdir(parents=True)
    (tmp_path / "register/organisation.yaml").write_text(ORGANISATION, encoding="utf-8")
    (tmp_path / "register/activities/clients.yaml").write_text(ACTIVITY, encoding="utf-8")
    keep(RUN, tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["register", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_build_lists_what_no_activity_takes(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = run(capsys, "build")
    assert (code, err) == (0, "")
    assert "vu, dans aucune activité : evenements/2024.csv (special.health" in out
    assert "run: run-1" in (folder / "register/activities/clients.yaml").read_text(encoding="utf-8")


def test_retention_verdicts_stand_beside_their_datasets(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    entry = {"source": RUN.sources[0].uri, "dataset": "clients", "rule": "R1", "verdict": "overdue", "overdue": 3}
    report = {"schema": "recense.retention/1", "as_of": "2026-02-01", "datasets": [entry]}
    (folder / "retention.json").write_text(json.dumps(report), encoding="utf-8")
    assert run(capsys, "build", "--retention", "retention.json")[0] == 0
    text = (folder / "register/activities/clients.yaml").read_text(encoding="utf-8")
    assert "verdict: overdue" in text and "overdue: 3" in text
    assert run(capsys, "build")[0] == 0  # a later build without a report keeps them
    assert "verdict: overdue" in (folder / "register/activities/clients.yaml").read_text(encoding="utf-8")
    (folder / "retention.json").write_text('{"schema": "x"}', encoding="utf-8")
    code, _, err = run(capsys, "build", "--retention", "retention.json")
    assert code == 2 and "its schema is not recense.retention/1" in err


def test_check_fails_only_on_what_is_asked(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    run(capsys, "build")
    assert run(capsys, "check")[0] == 0
    assert run(capsys, "check", "--fail-on", "gap")[0] == 0
    code, out, _ = run(capsys, "check", "--fail-on", "unregistered", "--format", "json", "--lang", "en")
    document = json.loads(out)
    assert code == 1 and document["schema"] == "recense.register.check/1"
    assert document["summary"] == {"unregistered": 1}
    code, out, _ = run(capsys, "check", "--max-age", "30d")  # the run is of January 2026
    assert code == 1 and "dernière analyse le 2026-01-31, il y a plus de 30 jours" in out
    code, _, err = run(capsys, "check", "--fail-on", "gaps")
    assert code == 2 and "unknown kind 'gaps'; did you mean 'gap'?" in err


def test_diff(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "build")
    code, out, _ = run(capsys, "diff", "--exit-code", "--format", "json", "--lang", "en")
    document = json.loads(out)
    assert code == 1 and document["changes"][0]["says"] == "no approved version"
    assert len(document["digests"]["clients"]) == 64
    code, _, err = run(capsys, "diff", "--against", "main")
    assert code == 2 and "git has no 'main'" in err


@pytest.mark.parametrize(
    ("name", "start"),
    [("r.xlsx", b"PK"), ("r.ods", b"PK"), ("r.html", b"<!doctype html>"), ("r.csv", b"\xef\xbb\xbfid"),
     ("r.jsonld", b"{"), ("r.yaml", b"organization:")],
)  # fmt: skip
def test_export(capsys: pytest.CaptureFixture[str], folder: Path, name: str, start: bytes) -> None:
    code, out, _ = run(capsys, "export", name)
    assert (code, out) == (0, "") and (folder / name).read_bytes().startswith(start)


def test_an_export_without_a_format_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "export", "register.pdf")
    assert code == 2 and "cannot tell the format from 'register.pdf'; use --format: xlsx, ods" in err


def test_new_begins_an_activity_within_the_folder(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, _ = run(capsys, "new", "paie", "--name", "Paie : salaires")
    assert (code, out.strip()) == (0, "register/activities/paie.yaml")
    assert run(capsys, "new", "paie", "--name", "x")[0] == 2
    code, _, err = run(capsys, "new", "../paie", "--name", "x")
    assert code == 2 and not (folder / "register/paie.yaml").exists() and "Traceback" not in err
    assert run(capsys, "export", "r.csv")[0] == 0


def test_the_schemas_take_what_the_reader_takes(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema
    import yaml

    run(capsys, "build")
    kinds = {(): "register/activities/clients.yaml", ("--organisation",): "register/organisation.yaml"}
    for option, path in kinds.items():
        schema = json.loads(run(capsys, "schema", *option)[1])
        jsonschema.Draft202012Validator.check_schema(schema)
        data = json.loads(json.dumps(yaml.safe_load(Path(path).read_text(encoding="utf-8")), default=str))
        jsonschema.validate(data, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**data, "nonsense": 1}, schema)


def test_the_register_needs_neither_scanners_nor_prefect(folder: Path) -> None:
    code = (
        "import sys\nfrom recense.cli import main\n"
        "codes = [main(['register', *words]) for words in (['build'], ['check'], ['diff'], ['export', 'r.xlsx'])]\n"
        "heavy = {'prefect', 'presidio_analyzer', 'spacy', 'pandas', 'great_expectations'} & set(sys.modules)\n"
        "sys.exit(f'{codes} {heavy}' if any(codes) or heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_demo_ends_in_a_diff_and_exports(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    place.mkdir()
    text = show_register(place, RUN, "fr")
    assert "evenements · jeu de données nouveau : evenements/2024.csv (special.health)" in text
    assert "lettres-d-information · inscrit, jamais vu : newsletter/desinscrits.csv" in text
    assert "Article 30(1)(a) : délégué à la protection des données inconnu" in text
    assert {path.name for path in place.glob("register.*")} == {
        f"register{suffix}" for suffix in (".xlsx", ".ods", ".html", ".csv", ".jsonld", ".yaml")
    }
    assert show_register(place, RUN, "en").startswith("Register: changes")  # a second demo writes it again
    with pytest.raises(UserError, match="is no demo's"):
        show_register(tmp_path, RUN, "fr")  # people's register stays
    assert (tmp_path / "register/activities/clients.yaml").read_text(encoding="utf-8") == ACTIVITY
