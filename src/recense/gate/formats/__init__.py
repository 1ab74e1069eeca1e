"""The formats of a check. Each is a rendering of the document ``recense.check/1``, in a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from recense.errors import UserError, unknown
from recense.gate.model import Check

FORMATS: Mapping[str, str] = {
    "text": "for people: source line, why, fix, whom to ask",
    "table": "a line per field",
    "json": "the document recense.check/1",
    "jsonl": "a field per line",
    "sarif": "SARIF 2.1.0, for code scanning",
    "junit": "JUnit XML: a test per personal field",
    "github": "workflow commands: annotations on the changed lines",
    "gitlab": "GitLab code quality",
    "markdown": "a comment or a step summary",
}
"""Every format with what it is for; the module of the same name (``json_document`` for json) renders it."""
_MODULES = {"json": "json_document", "jsonl": "json_document", "text": "text_page", "markdown": "markdown_page"}


def check_name(name: str) -> None:
    """Refuses an unknown format before the work, not after it."""
    if name not in FORMATS:
        raise UserError(unknown("format", name, FORMATS))


def render(check: Check, name: str, *, limit: int | None = None, language: str = "en") -> str:
    """Returns a check in a format, ending with a line break.

    Args:
        check: the result.
        name: a key of ``FORMATS``.
        limit: how many fields the formats for people show; what is left out is said in the summary.
        language: ``en`` or ``fr``, of the rule help; sentences of the classifier are English.
    """
    check_name(name)
    module = import_module(f"recense.gate.formats.{_MODULES.get(name, name)}")
    writer: Callable[..., str] = module.lines if name == "jsonl" else module.render
    return writer(check, limit, language)
