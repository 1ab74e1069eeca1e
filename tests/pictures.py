"""Pictures of every screen of the demo's dashboard: ``python tests/pictures.py demo docs/pictures/screens [SCREEN …]``.

The folder is what ``recense demo`` wrote. A copy of its catalog is opened, so that nothing is decided in the demo. Each
screen is taken in light and dark at 1280 px and in light at 390 px, the first 900 px of it.
"""

from __future__ import annotations

import base64
import json
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

from browser import chromium, served

from recense.catalog import Catalog, accounts, listing
from recense.catalog.listing import Filter
from recense.cli.dashboard import served as settings_of
from recense.config import load
from recense.reports.dashboard import create_app
from recense.retention.calendar import today

PASSWORD = "a password for the pictures"
LOOKS = (("light", 1280), ("dark", 1280), ("light", 390))
TALLEST = 900


def screens(catalog: Catalog) -> dict[str, str]:
    """Returns the path of each screen by the name of its picture."""
    with catalog.transaction() as connection:
        one = listing.listed(connection, Filter(special=True), size=1).items[0]
    return {
        "to-do": "/",
        "decision": "/queue/special",
        "new": "/queue/new",
        "findings": "/findings",
        "finding": f"/findings/{one.id}",
        "retention": "/retention",
        "register": "/register?activity=facturation",
        "requests": "/requests",
        "sources": "/sources",
        "audit": "/audit",
    }


PALETTE = """async data => {
  const picture = await createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height), context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const cells = context.getImageData(0, 0, picture.width, picture.height).data;
  for (const step of [8, 16, 32, 64]) {
    const known = new Map(), indexes = new Uint8Array(cells.length / 4), colours = [];
    let at = 0;
    for (; at < indexes.length; at++) {
      const colour = [0, 1, 2].map(part => Math.min(255, Math.round(cells[4 * at + part] / step) * step));
      const key = colour.join();
      if (!known.has(key)) { if (known.size === 256) break; known.set(key, known.size); colours.push(colour); }
      indexes[at] = known.get(key);
    }
    if (at === indexes.length) {
      let text = "";
      for (let from = 0; from < at; from += 8192) text += String.fromCharCode(...indexes.subarray(from, from + 8192));
      return [picture.width, picture.height, colours.flat(), btoa(text)];
    }
  }
}"""
"""Gives width, height, colours and the index of each pixel: at most 256 colours, as fine as that allows."""


def small(blank: Any, picture: bytes) -> bytes:
    """Returns a picture as PNG with a palette; the browser reads the pixels."""
    width, height, colours, text = blank.evaluate(PALETTE, base64.b64encode(picture).decode())
    pixels = base64.b64decode(text)
    rows = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) + chunk(b"PLTE", bytes(colours))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def request_of(page: Any, demo: Path) -> str:
    """Opens rights requests as a DPO does, looks one person of the demo up and returns the path of that request."""
    first = json.loads((demo / "partage" / "newsletter" / "abonnes.ndjson").read_text("utf-8").splitlines()[0])
    for reference, days in (("DR-2026-012", 40), ("DR-2026-013", 25), ("DR-2026-014", 3)):
        page.goto("/requests")
        page.fill("#reference", reference)
        page.fill("#received", (today() - timedelta(days=days)).isoformat())
        page.click("main form button")
        page.wait_for_url("**/requests/*")
    page.fill("#f-email", first["email"])
    page.click("button[value=verify]")
    page.wait_for_url("**notice=looked_up")
    return str(page.url).partition("?")[0]


def take(demo: Path, into: Path, wanted: Collection[str] = ()) -> None:
    """Writes the pictures, or those of the screens that are wanted."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recense.db"
        shutil.copy(demo / "recense.db", file)
        config = load(demo / "recense.yaml", f"sqlite:///{file}")
        with Catalog.open(f"sqlite:///{file}") as catalog:
            with catalog.transaction(write=True) as connection:
                accounts.add(connection, "dpo", "dpo", PASSWORD)
            paths = screens(catalog)
        app = create_app(settings_of(config, ("127.0.0.1",), False, "http://127.0.0.1"))
        with served(app) as address, chromium() as browser:
            blank = browser.new_page()
            for scheme, width in LOOKS:
                context = browser.new_context(
                    base_url=address, color_scheme=scheme, viewport={"width": width, "height": 900}
                )
                page = context.new_page()
                page.goto("/sign-in")
                if not wanted or "sign-in" in wanted:
                    (into / f"sign-in-{scheme}-{width}.png").write_bytes(small(blank, page.screenshot()))
                page.fill("#name", "dpo")
                page.fill("#password", PASSWORD)
                page.click("main button")
                page.wait_for_url("**/")
                if "request" not in paths:
                    paths["request"] = request_of(page, demo)
                for name, path in paths.items():
                    if wanted and name not in wanted:
                        continue
                    page.goto(path)
                    tall = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
                    clip = {"x": 0, "y": 0, "width": width, "height": tall}
                    (into / f"{name}-{scheme}-{width}.png").write_bytes(
                        small(blank, page.screenshot(clip=clip, full_page=True))
                    )


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
