"""``--format html``: one self-contained page for a DPO without an account, and for CI artefacts.

No script, no external file, no inline style: the page's own policy (CSP) allows its one style sheet by its hash and
nothing else. Jinja2 escapes every text. It reads on paper, on a phone, in the dark and with a screen reader.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recense.reports import Look, report
from recense.reports.view import DatasetView, FindingView, View
from recense.reports.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = (Path(__file__).parent / "templates", Path(__file__).parent / "dashboard" / "templates")
"""The reports' own, and the dashboard's: what both show is written once."""

MOST_FINDINGS = 5_000
"""A browser stays quick up to here; the page says so when there are more."""


@report("html")
def html_page(view: View, look: Look) -> str:
    """Returns the page of one run."""
    return page(view, {})


def page(view: View, kept: Mapping[str, Any]) -> str:
    """Returns the page of a run.

    Args:
        view: the run.
        kept: what the catalog knows beyond it, for ``kept.html.j2``; nothing leaves that part out. Two keys are for
            the run's own part: ``states``, what was decided by the id of a finding, and ``beside``, the name of the
            file with all findings.
    """
    from recense.reports.dashboard.words import words

    shown = view.findings[:MOST_FINDINGS]
    values = {
        "view": view,
        "t": words(view.language, kept.get("zone", "UTC")),
        "kept": bool(kept),
        "states": {},
        "beside": None,
        "anchors": _anchors(shown),
        "datasets": _shown_datasets(view, shown),
        "clean": [one for one in view.datasets if not one.findings],
        "limit": view.t("limit.findings", shown=len(shown), all=len(view.findings))
        if len(shown) < len(view.findings)
        else None,
    }
    return environment().get_template("scan.html.j2").render({**style(), **values, **kept})


def style() -> dict[str, Any]:
    """Returns the style sheet of a page without outside files, and the hash by which its policy (CSP) allows it."""
    from markupsafe import Markup

    sheets = (Path(__file__).parent / "dashboard" / "static" / "dashboard.css", TEMPLATES[0] / "report.css")
    text = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"style": Markup(text), "style_hash": digest}  # noqa: S704 - our own files


@cache
def environment() -> Environment:
    """Returns what renders the pages: every text escaped, a missing one an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # otherwise every page asks the disk whether its templates are still the same
    )
    environment.filters["visible"] = visible
    return environment


def _anchors(findings: tuple[FindingView, ...]) -> dict[FindingView, str]:
    """Returns an element id for each finding: its own id, so that links keep working from one run to the next."""
    taken: dict[str, int] = {}
    anchors = {}
    for one in findings:
        count = taken[one.exact.id] = taken.get(one.exact.id, 0) + 1
        anchors[one] = f"f-{one.exact.id}" + (f"-{count}" if count > 1 else "")
    return anchors


def _shown_datasets(view: View, shown: tuple[FindingView, ...]) -> list[tuple[DatasetView, list[FindingView]]]:
    kept = set(map(id, shown))
    groups = [(dataset, [one for one in dataset.findings if id(one) in kept]) for dataset in view.datasets]
    return [(dataset, findings) for dataset, findings in groups if findings]
