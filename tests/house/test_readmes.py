"""What the READMEs show is run: code blocks work as they stand (the format of reports/ has its own test)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from recense.scanners.detector import load

ROOT = Path(__file__).parents[2]


def blocks(readme: str, language: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


@pytest.mark.parametrize("readme", ["README.md", "pipelines/README.md", "policy/README.md"])
def test_python_blocks_run(readme: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/clients.csv").write_text("nom;courriel\nJeanne Martin;jeanne@example.org\n" * 5)
    shown = blocks(readme, "python")
    assert shown
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(shown)], cwd=tmp_path, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_detector_of_the_readme_loads() -> None:
    (shown,) = blocks("scanners/README.md", "yaml")
    (detector,) = load(shown, "scanners/README.md")
    assert detector.id == "es-cif"


def test_links_between_documents_lead_somewhere() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    broken = [
        f"{name}: {target}"
        for name in tracked.stdout.split()
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8"))
        if "://" not in target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert not broken
