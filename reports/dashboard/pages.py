"""Renders a page: Jinja2 with everything escaped, the words of the visitor's language, and what every page shows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recense import __version__
from recense.policy import taxonomy
from recense.reports.evidence import said
from recense.reports.html_page import environment
from recense.reports.visible import visible

if TYPE_CHECKING:
    from recense.reports.dashboard.visit import Page, Visit

MENU = (
    ("/", "menu.todo"),
    ("/findings", "menu.findings"),
    ("/retention", "menu.retention"),
    ("/register", "menu.register"),
    ("/requests", "menu.requests"),
    ("/sources", "menu.sources"),
    ("/audit", "menu.audit"),
)


def warm() -> None:
    """Compiles the templates, so that no first visitor waits for it."""
    for path in sorted((Path(__file__).parent / "templates").glob("*.j2")):
        environment().get_template(path.name)


def render(page: Page, visit: Visit) -> str:
    """Returns a page as HTML; a request of htmx gets the same page, of which it takes the part it asked for."""
    values: dict[str, Any] = {
        "t": visit.words,
        "visit": visit,
        "account": visit.session.account if visit.session else None,
        "csrf": visit.session.csrf if visit.session else "",
        "menu": [entry for entry in MENU if visit.session],
        "here": visit.path.partition("?")[0],
        "notice": _notice(visit),
        "version": __version__,
        "label": lambda category: label(category, visit.words.language),
        "static": False,
        "level": "h2",
        "is_special": taxonomy().is_special,
        "key": source_key,
        "said": said,
        **page.values,
    }
    return environment().get_template(page.template).render(values)


def source_key(uri: str) -> str:
    """Returns what stands for a source in a URL: a name of hostile characters stays out of links and fields."""
    return hashlib.sha256(uri.encode(errors="surrogatepass")).hexdigest()[:12]


def _notice(visit: Visit) -> str | None:
    """Returns the sentence that a redirect asked for; only the keys of notices are taken from a URL."""
    key = f"notice.{visit.query.get('notice', '')}"
    return visit.words(key) if key in visit.words else None


def label(category: str, language: str) -> str:
    """Returns the name of a category; one that came with a plug-in is its own."""
    known = taxonomy().categories.get(category)
    return known.label[language] if known else visible(category)
