"""Pictures of every screen of the demo's dashboard: ``python tests/pictures.py demo docs/pictures/screens``.

The folder is what ``recense demo`` wrote. A copy of its catalog is opened, so that nothing is decided in the demo. Each
screen is taken in light and dark at 1280 px and in light at 390 px, the first 1,400 px of it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from browser import chromium, served

from recense.catalog import Catalog, accounts, listing
from recense.catalog.listing import Filter
from recense.config import load
from recense.reports.dashboard import create_app
from recense.reports.dashboard.settings import Settings

PASSWORD = "a password for the pictures"
LOOKS = (("light", 1280), ("dark", 1280), ("light", 390))
TALLEST = 1400


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
        "sources": "/sources",
        "audit": "/audit",
    }


def take(demo: Path, into: Path) -> None:
    """Writes the pictures."""
    into.mkdir(parents=True, exist_ok=True)
    config = load(demo / "recense.yaml")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recense.db"
        shutil.copy(demo / "recense.db", file)
        with Catalog.open(f"sqlite:///{file}") as catalog:
            with catalog.transaction(write=True) as connection:
                accounts.add(connection, "dpo", "dpo", PASSWORD)
            paths = screens(catalog)
        register = config.register_folder()
        app = create_app(Settings(f"sqlite:///{file}", policy=config.policy, register=register, hosts=("127.0.0.1",)))
        with served(app) as address, chromium() as browser:
            for scheme, width in LOOKS:
                context = browser.new_context(
                    base_url=address, color_scheme=scheme, viewport={"width": width, "height": 900}
                )
                page = context.new_page()
                page.goto("/sign-in")
                page.screenshot(path=into / f"sign-in-{scheme}-{width}.png")
                page.fill("#name", "dpo")
                page.fill("#password", PASSWORD)
                page.click("main button")
                page.wait_for_url("**/")
                for name, path in paths.items():
                    page.goto(path)
                    tall = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
                    clip = {"x": 0, "y": 0, "width": width, "height": tall}
                    page.screenshot(path=into / f"{name}-{scheme}-{width}.png", clip=clip, full_page=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
