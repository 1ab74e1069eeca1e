"""Where the labelled corpora are; they are never part of the project's repository."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def shared(path: str) -> Path | None:
    """Returns a folder below ``RECENSE_SHARED``, else ``../shared`` beside the repository; None when it is absent."""
    folder = Path(os.environ.get("RECENSE_SHARED") or ROOT.parent / "shared") / path
    return folder if folder.is_dir() else None
