"""recense talks to its sources and to nobody else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = "nom;courriel;note\n" + "Jeanne Martin;jeanne.martin@example.org;Voir https://example.org/fiche avec elle\n" * 20


def missing(part: str) -> None:
    message = f"{part} is not installed (tests/system_parts.sh installs it)"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def scan(folder: Path, *prefix: str) -> subprocess.CompletedProcess[str]:
    (folder / "clients.csv").write_text(TEXT, encoding="utf-8")
    command = [*prefix, sys.executable, "-m", "recense", "scan", "clients.csv", "--format", "json"]
    environment = {key: value for key, value in os.environ.items() if key != "DO_NOT_TRACK"} | {"HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=200)


def test_a_scan_without_any_network_interface_succeeds(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    probe = unshare and subprocess.run([unshare, "--user", "--net", "true"], capture_output=True).returncode == 0
    if not probe:
        missing("unshare, or the right to make a network namespace,")
    done = scan(tmp_path, "unshare", "--user", "--map-root-user", "--net")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "EMAIL_ADDRESS" in {finding["entity"] for finding in json.loads(done.stdout)["findings"]}


def test_a_scan_opens_no_connection(tmp_path: Path) -> None:
    if not shutil.which("strace"):
        missing("strace")
    trace = tmp_path / "trace"
    done = scan(tmp_path, "strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace))
    if "Operation not permitted" in done.stderr and not trace.stat().st_size:
        missing("the right to trace processes")
    assert done.returncode == 0, done.stderr[-2000:]
    calls = trace.read_text().splitlines()
    assert not [call for call in calls if "AF_INET" in call], "a connection to the network was attempted"
