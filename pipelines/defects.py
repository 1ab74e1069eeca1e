"""Says what went wrong without saying what was read: a library's message may quote a cell."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path


def describe(error: BaseException) -> str:
    """Returns the kind of an unexpected error and the line outside libraries where it surfaced, never its message.

    With ``RECENSE_DEBUG=1`` the stack goes to stderr, file names and lines only.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if os.environ.get("RECENSE_DEBUG"):
        stack = "".join(f"  {frame.filename}:{frame.lineno} in {frame.name}\n" for frame in frames)
        print(f"{type(error).__name__}\n{stack}", end="", file=sys.stderr)
    own = [frame for frame in frames if not _is_library(frame.filename)] or list(frames)
    place = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    return f"unexpected {type(error).__name__}{place}: please report it (RECENSE_DEBUG=1 shows the path)"


def _is_library(filename: str) -> bool:
    """Tells a library's file from one of recense or of a plug-in's author."""
    parts = Path(filename).parts
    return "recense" not in parts and ("site-packages" in parts or filename.startswith((sys.base_prefix, "<")))
