"""The demo: data with known truth, the scan's answer held against it, and the table that shows both.

``build`` writes the data of a made-up French fire-safety group and returns the ``Manifest`` of what is personal in
it; ``compare`` holds a run against the manifest; ``render`` prints planted against found.
"""

from __future__ import annotations

from recense.demo.ageing import BINDINGS, Ageing, compare_ages, render_ages
from recense.demo.compare import Comparison, Outcome, Result, compare
from recense.demo.estate import build
from recense.demo.manifest import Dates, Entry, Kind, Manifest
from recense.demo.render import render

__all__ = [
    "BINDINGS",
    "Ageing",
    "Comparison",
    "Dates",
    "Entry",
    "Kind",
    "Manifest",
    "Outcome",
    "Result",
    "build",
    "compare",
    "compare_ages",
    "render",
    "render_ages",
]
