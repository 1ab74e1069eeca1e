"""The README's way from nothing to the first decision, command by command, in an environment of its own."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import httpx

README = Path(__file__).parents[3] / "README.md"
PASSWORD = "correct horse battery staple"


def commands() -> list[str]:
    block = README.read_text("utf-8").partition("From nothing to the first decision")[2].partition("```\n\n")[0]
    return re.findall(r"^\$ (.+)$", block, re.MULTILINE)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answered(client: httpx.Client, path: str) -> httpx.Response:
    for _ in range(150):
        try:
            return client.get(path)
        except httpx.ConnectError:
            time.sleep(0.2)
    raise AssertionError("the dashboard does not listen")


def install(line: str, folder: Path) -> dict[str, str]:
    """Runs the README's ``pip install`` in a fresh environment and returns the variables of a shell in it.

    The wheel is built from this checkout. What it requires is found where this test runs, without an index: pip still
    compares each requirement of each extra with what is there, and fails on one that is not.
    """
    checkout = Path(__file__).parents[3]
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    (there := folder / "required").mkdir()
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(place).iterdir():
            if "recense" not in entry.name and entry.suffix != ".pth" and not (there / entry.name).exists():
                (there / entry.name).symlink_to(entry)
    (inside,) = (folder / "env").glob("lib/python3*/site-packages")
    (inside / "required.pth").write_text(f"{there}\n")
    shell = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    shell["PATH"] = f"{folder / 'env' / 'bin'}{os.pathsep}{shell['PATH']}"
    pip, *rest = shlex.split(line)
    assert (pip, rest[0]) == ("pip", "install")
    command = [str(folder / "env" / "bin" / "pip"), "install", "--no-index", "--find-links", str(folder / "dist")]
    subprocess.run([*command, *rest[1:]], cwd=folder, env=shell, check=True)
    assert list(inside.glob("recense-*.dist-info")), "the wheel is not what was installed"
    return shell


def test_a_newcomer_decides_after_five_commands_at_most(tmp_path: Path) -> None:
    said = commands()
    assert 2 <= len(said) <= 5 and said[0] == 'pip install "recense[all]"'
    shell = install(said[0], tmp_path)
    home = tmp_path / "home"
    (home / "exports").mkdir(parents=True)
    rows = "".join(f"personne{n}@example.org\n" for n in range(50))
    (home / "exports" / "clients.csv").write_text("email\n" + rows, encoding="utf-8")
    recense = str(tmp_path / "env" / "bin" / "recense")
    for line in said[1:-1]:
        assert line.startswith("recense ")
        words = [recense, *shlex.split(line)[1:]]
        subprocess.run(words, cwd=home, env=shell, input=PASSWORD + "\n", text=True, check=True)
    port = free_port()
    served = subprocess.Popen([recense, *shlex.split(said[-1])[1:], "--port", str(port)], cwd=home, env=shell)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            answered(client, "/sign-in")
            client.post("/sign-in", data={"name": "marie", "password": PASSWORD, "next": "/"})
            first = client.get("/queue/new").headers["location"]
            csrf = re.search(r'name="csrf" value="([^"]+)"', client.get(first).text)
            assert csrf
            form = {"csrf": csrf[1], "choice": "declared", "reason": "Our customers give us their address"}
            until = re.search(r'name="until"[^>]*value="([^"]+)"', client.get(first).text)
            assert until
            assert client.post(first, data=form | {"until": until[1]}).headers["location"].endswith("notice=decided")
    finally:
        served.terminate()
        served.wait(20)
