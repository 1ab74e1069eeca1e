"""The demo's register: the example of ``demo/register`` brought up to date with the run, held against it, exported."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from recense.errors import UserError
from recense.model import ScanRun
from recense.pipelines.records import refresh_register
from recense.policy.loading import example
from recense.policy.model import Policy
from recense.register import checking, comparing, folder
from recense.register.exports import SUFFIXES, export
from recense.register.words import Words

EXPORTS = ("xlsx", "ods", "html", "csv", "jsonld", "fideslang")
MARKER = ".recense-demo"
SHOWN = 12
"""Entries of each part that the terminal shows; the exports hold all of them."""
WIDTH = 80
"""Columns of a terminal that is not wide."""


def show_register(
    place: Path,
    run: ScanRun,
    language: str,
    policy: Policy | None = None,
    ages: Mapping[str, Any] | None = None,
) -> str:
    """Writes ``register/`` and its exports into the demo's folder and returns what changed and what is missing.

    The example that ships is the approved version: what differs from it is what the scan found.

    Args:
        place: the demo's folder.
        run: the demo's run.
        language: ``fr`` or ``en``.
        policy: its purposes that the example lacks become drafts; the example's policy by default.
        ages: the document of the demo's retention report.

    Raises:
        UserError: a file cannot be written.
    """
    register = place / "register"
    _write_example(register)
    approved = folder.load(register)
    built = refresh_register(register, run, policy or example(), ages)
    suffixes = {format: suffix for suffix, format in SUFFIXES.items()}
    written = [place / f"register{suffixes[format]}" for format in EXPORTS]
    for format, path in zip(EXPORTS, written, strict=True):
        path.write_bytes(export(built.register, format, language))
    words = Words(language)
    changes = comparing.against(approved, built.register)
    gaps = checking.gaps(built.register)
    both = checking.differences(built.register, built.assignment)
    parts = [
        _part(words("demo.diff"), [_line(one.activity, one.says(language)) for one in changes]),
        _part(words("demo.directions"), [_line(one.activity, one.says(language)) for one in both]),
        _part(words("demo.gaps"), [_line(one.activity, one.says(language)) for one in gaps]),
        "\n".join(str(path) for path in (register, *written)),
    ]
    return "\n\n".join(parts)


def _write_example(register: Path) -> None:
    """Writes the example as it ships, in place of an earlier demo's; never over a register that people keep."""
    shipped = files("recense.demo") / "register"
    marker = register / MARKER
    if register.exists() and not marker.is_file():
        raise UserError(f"{register} is there already and is no demo's; write the demo into another folder")
    for path in folder.activity_paths(register):
        path.unlink()
    (register / folder.ORGANISATION).unlink(missing_ok=True)
    marker.unlink(missing_ok=True)
    folder.create(marker, "This register was written by 'recense demo', which writes it again.\n")
    folder.create(register / folder.ORGANISATION, (shipped / folder.ORGANISATION).read_text(encoding="utf-8"))
    for entry in sorted((shipped / folder.ACTIVITIES).iterdir(), key=lambda entry: entry.name):
        folder.create(register / folder.ACTIVITIES / entry.name, entry.read_text(encoding="utf-8"))


def _line(activity: str | None, text: str) -> str:
    said = f"{activity} · {text}" if activity else text
    return textwrap.fill(
        said, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _part(title: str, lines: list[str]) -> str:
    more = [f"  … + {len(lines) - SHOWN}"] if len(lines) > SHOWN else []
    return "\n".join([f"{title} : {len(lines)}", *lines[:SHOWN], *more])
