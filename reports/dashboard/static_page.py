"""``recense report --format html``: the dashboard's pages as one file, for people without an account.

One run with what was decided about its findings, then what the catalog knows of retention, the register and coverage,
by the same templates and the same style sheet as the screens. No script, no form, no address but of its own parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recense.catalog import Catalog, decisions, listing
from recense.errors import RecenseError
from recense.model import ScanRun
from recense.reports.compose import view_of
from recense.reports.dashboard import registered, retained
from recense.reports.dashboard.pages import label
from recense.reports.dashboard.settings import Settings
from recense.reports.dashboard.visit import Visit
from recense.reports.dashboard.words import words
from recense.reports.evidence import said
from recense.reports.html_page import MOST_FINDINGS, page
from recense.reports.retention_page import word
from recense.reports.visible import visible
from recense.retention.words import Bucket

CHUNK = 500
"""Ids of one statement."""


def static_page(
    catalog: Catalog, run: ScanRun, language: str, register: Path | None = None, beside: str | None = None
) -> str:
    """Returns the page.

    Args:
        catalog: open; nothing is written.
        run: of this catalog.
        language: ``fr`` or ``en``.
        register: folder with the register's YAML files, None without one.
        beside: name of a file next to the page that lists every finding, for runs that are longer than the page.
    """
    settings = Settings("", language=language, register=register)
    visit = Visit(catalog, settings, words(language, settings.zone), None, "", {}, {}, {}, "")
    report, rows = retained.rows(visit)
    values: dict[str, Any] = {
        **_register(visit),
        "static": True,
        "level": "h3",
        "said": said,
        "zone": settings.zone,
        "label": lambda category: label(category, language),
        "word": lambda key: word(key, language),
        "states": _states(catalog, run),
        "beside": beside,
        "report": report,
        "rows": rows,
        "buckets": [str(bucket) for bucket in Bucket],
        "runs": catalog.runs()[:50],
    }
    with catalog.transaction() as connection:
        values |= {
            "sources": listing.sources(connection),
            "unread": listing.unread(connection),
            "read": listing.read_shares(connection),
        }
    return page(view_of(run, language), values)


def is_cut(run: ScanRun) -> bool:
    """Tells whether a run has more findings than the page shows."""
    return len(run.findings) > MOST_FINDINGS


def _register(visit: Visit) -> dict[str, Any]:
    try:
        register = registered.load(visit.settings.register)
    except RecenseError as error:
        return {"standings": (), "broken": visible(str(error))}
    if register is None:
        return {"standings": (), "broken": None}
    return {"broken": None, **registered.shown(visit, register, registered.standings(visit, register))}


def _states(catalog: Catalog, run: ScanRun) -> Mapping[str, str]:
    """Returns what was decided, by the id of a finding: only of those that somebody has looked at."""
    ids = list(dict.fromkeys(one.id for one in run.findings))
    found: dict[str, str] = {}
    with catalog.transaction() as connection:
        for start in range(0, len(ids), CHUNK):
            found |= decisions.states(connection, ids[start : start + CHUNK])
    return {id_: state for id_, state in found.items() if state != "open"}
