"""``--format html``: one self-contained page for a DPO without an account, and for CI artefacts.

No script, no external file, no inline style: the page's own policy (CSP) allows its one style sheet by its hash and
nothing else. Jinja2 escapes every text. It reads on paper, on a phone, in the dark and with a screen reader.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from recense.reports import Look, report
from recense.reports.view import DatasetView, FindingView, View

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"

MOST_FINDINGS = 5_000
"""A browser stays quick up to here; the page says so when there are more."""


@report("html")
def html_page(view: View, look: Look) -> str:
    """Returns the page."""
    from markupsafe import Markup

    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    shown = view.findings[:MOST_FINDINGS]
    return (
        environment()
        .get_template("scan.html.j2")
        .render(
            view=view,
            t=view.t,
            style=Markup(style),  # noqa: S704 - our own file, and the page's CSP holds its hash
            style_hash=digest,
            anchors=_anchors(shown),
            datasets=_shown_datasets(view, shown),
            clean=[one for one in view.datasets if not one.findings],
            limit=view.t("limit.findings", shown=len(shown), all=len(view.findings))
            if len(shown) < len(view.findings)
            else None,
        )
    )


@cache
def environment() -> Environment:
    """Returns what renders the pages: every text escaped, a missing one an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


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
