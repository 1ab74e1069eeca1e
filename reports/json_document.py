"""``--format json``: the whole run as one document, for programs and for keeping."""

from __future__ import annotations

from recense.reports import Look, report
from recense.reports.document import document, dump
from recense.reports.view import View


@report("json")
def json_document(view: View, look: Look) -> str:
    """Returns the document ``recense.scan/1``, indented."""
    return dump(document(view), indent=2)
