"""The reports room: the same facts of a scan, as text for people and as documents for machines.

A format is a function from the ``View`` (``recense.reports.view``: sorted, labelled, in one language) to a string. It
registers itself by decorator; a new file in this folder, or an entry point of the group ``recense.reports``, is
enough. rich and Jinja2 are imported inside the formats that need them, so that importing this room costs nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from recense.plugins import Registry

if TYPE_CHECKING:
    from recense.model import ScanRun
    from recense.reports.view import View


@dataclass(frozen=True, slots=True)
class Look:
    """How the reader will see the text; formats for machines ignore it.

    Attributes:
        colour: terminal escape codes are allowed.
        width: cells of a terminal line; no line is longer.
    """

    colour: bool = False
    width: int = 80


Format: TypeAlias = "Callable[[View, Look], str]"

report: Registry[Format] = Registry("report format", "recense.reports")


def render(run: ScanRun, format: str, *, language: str = "en", colour: bool = False, width: int = 80) -> str:
    """Returns a run as text in one of the registered formats; it ends with a line break.

    Args:
        run: what the scan found; it holds no cell's value, so neither does the report.
        format: ``table``, ``json``, ``jsonl``, ``markdown``, ``html`` or the name of a plug-in.
        language: ``fr`` or ``en``; formats for machines use ids and ignore it.
        colour: allow terminal colours; the environment variable ``NO_COLOR`` overrules it.
        width: cells of a terminal line.

    Raises:
        UserError: no such format or language; the message names the nearest one.
    """
    from recense.reports.compose import view_of

    make = report[format]
    look = Look(colour=colour and not os.environ.get("NO_COLOR"), width=width)
    text = make(view_of(run, language), look)
    return text if text.endswith("\n") else text + "\n"
