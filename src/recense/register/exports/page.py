"""The register as one self-contained page: no script, no external file; its style sheet is allowed by its hash.

It reads with a screen reader (landmarks, headings, row and column headers), on a phone, in the dark, and prints one
activity per page.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from recense.register.checking import activity_gaps
from recense.register.folder import Register
from recense.register.sheets import sheets
from recense.register.words import Words

TEMPLATES = Path(__file__).parents[1] / "templates"


def written(register: Register, language: str) -> bytes:
    """Returns the bytes of the page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = (TEMPLATES / "register.css").read_text(encoding="utf-8")
    gaps = {activity.id: len(activity_gaps(register, activity)) for activity in register.activities}
    first, *others = sheets(register, language)
    page = environment.get_template("register.html.j2").render(
        words=Words(language),
        language=language,
        style=Markup(style),  # noqa: S704 - our own file, and the page's CSP holds its hash
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        first=first,
        others=others,
        gaps=gaps,
    )
    return page.encode("utf-8", "backslashreplace")
