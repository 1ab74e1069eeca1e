"""The DPO's dashboard: server-rendered pages over the catalog, usable without JavaScript.

    security (headers, hosts) ─► visit (session, role, form, CSRF) ─► a screen ─► template

A **screen** is a plain function from a ``Visit`` to a ``Page``, registered with the role it needs; everything that all
screens share (who may, what is logged, which language) happens once, in ``visit.py``. Importing this package imports
no web library: ``create_app`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recense.plugins import driver

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from recense.reports.dashboard.settings import Settings

LIBRARIES = ("starlette", "argon2", "babel")


def create_app(settings: Settings) -> Starlette:
    """Returns the ASGI application.

    Raises:
        MissingExtra: the extra that brings the web server is not installed.
        ConfigError: the catalog cannot be opened.
    """
    for library in LIBRARIES:
        driver(library, "dashboard", "the dashboard")
    from recense.reports.dashboard.app import build

    return build(settings)
