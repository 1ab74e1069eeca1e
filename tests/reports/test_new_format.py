"""What it costs to add a format: the two files that the room's README shows, as a plug-in of a third party."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_two_files_of_the_readme_are_enough(tmp_path):
    module, test = re.findall(
        r"```python\n(.*?)```", (ROOT / "reports" / "README.md").read_text(encoding="utf-8"), re.S
    )
    (tmp_path / "plain_places.py").write_text(module, encoding="utf-8")
    tests = tmp_path / "tests" / "reports"
    tests.mkdir(parents=True)
    (tests / "test_plain_places.py").write_text(test, encoding="utf-8")
    info = tmp_path / "plain_places-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-places\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[recense.reports]\nplaces = plain_places\n")
    paths = [str(tmp_path), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "UPDATE_GOLDEN": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tests)]
    for _ in range(2):  # the first run writes the golden file, the second compares
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        environment.pop("UPDATE_GOLDEN", None)
    golden = (tmp_path / "tests" / "golden" / "scan.places.txt").read_text(encoding="utf-8")
    assert "clients.email: E-mail address\n" in golden
    assert "archive/2019.zip: not read, a password or key is needed\n" in golden
