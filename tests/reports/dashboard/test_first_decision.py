"""The README's way from nothing to the first decision, command by command."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
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


def test_a_newcomer_decides_after_five_commands_at_most(tmp_path: Path) -> None:
    said = commands()
    assert 2 <= len(said) <= 5 and said[0] == 'pip install "recense[all]"'
    (tmp_path / "exports").mkdir()
    rows = "".join(f"personne{n}@example.org\n" for n in range(50))
    (tmp_path / "exports" / "clients.csv").write_text("email\n" + rows, encoding="utf-8")
    run = [sys.executable, "-m", "recense"]
    for line in said[1:-1]:
        assert line.startswith("recense ")
        subprocess.run([*run, *line.split()[1:]], cwd=tmp_path, input=PASSWORD + "\n", text=True, check=True)
    port = free_port()
    served = subprocess.Popen([*run, *said[-1].split()[1:], "--port", str(port)], cwd=tmp_path)
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
