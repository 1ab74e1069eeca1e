"""A real browser for tests: Debian's Chromium, driven by playwright. Missing, tests skip, and fail where CI=true."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Any]:
    """Gives a browser."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright not found; install it: pip install playwright")
    if path is None:
        missing("chromium not found; install it: sudo apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def follow(page: Any, target: str) -> None:
    """Clicks what leads to another page and waits until all of that page is there.

    A click alone returns once the first bytes have come, and what a test then counts may not have been read yet.
    """
    with page.expect_navigation(wait_until="load"):
        page.click(target)


def missing(reason: str) -> None:
    """Skips the test, or fails it in CI, so that nobody mistakes a skipped suite for a green one."""
    (pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip)(reason)


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serves an ASGI application on a free port of the loopback interface and gives its address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", server_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
