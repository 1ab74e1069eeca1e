"""The dashboard in a process of its own, as ``recense serve`` runs it, with its own time written on each answer."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx

from recense.reports.dashboard import create_app
from recense.reports.dashboard.settings import Settings

TIMING = "server-timing"


class Timed:
    """Writes on each answer how many milliseconds passed between the request and the first byte of the answer."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers as ASGI asks."""
        begun = time.perf_counter()

        async def timed(message: Any) -> None:
            if message["type"] == "http.response.start":
                taken = f"{(time.perf_counter() - begun) * 1e3:.3f}"
                message["headers"] = [*message["headers"], (TIMING.encode(), taken.encode())]
            await send(message)

        await self.app(scope, receive, timed)


def _serve(url: str, port: int) -> None:
    import uvicorn

    register = Path(str(files("recense.demo") / "register"))
    settings = Settings(url, ("127.0.0.1",), language="en", register=register)
    app = Timed(create_app(settings))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", server_header=False, date_header=False)


class Server:
    """A dashboard that is up."""

    def __init__(self, address: str, process: int) -> None:
        self.address = address
        self.process = process

    def resident(self, line: str = "VmRSS") -> float:
        """Returns the megabytes that its process holds now; ``VmHWM``: the most it ever held."""
        found = re.search(line + r":\s+(\d+)", Path(f"/proc/{self.process}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0


@contextmanager
def server(url: str) -> Iterator[Server]:
    """Gives a dashboard over a catalog until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = get_context("spawn").Process(target=_serve, args=(url, port))
    process.start()
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                httpx.get(f"{address}/sign-in")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield Server(address, process.pid or 0)
    finally:
        process.terminate()
        process.join()
