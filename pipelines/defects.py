"""Says what went wrong without saying what was read: a library's message may quote a cell."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path


def describe(error: BaseException) -> str:
    """Returns the kind of an unexpected error and the line of recense where it surfaced, never its message.

    With ``RECENSE_DEBUG=1`` the stack goes to stderr, file names and lines only.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if os.environ.get("RECENSE_DEBUG"):
        stack = "".join(f"  {frame.filename}:{frame.lineno} in {frame.name}\n" for frame in frames)
        print(f"{type(error).__name__}\n{stack}", end="", file=sys.stderr)
    ours = [frame for frame in frames if "recense" in Path(frame.filename).parts] or frames
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"unexpected {type(error).__name__}{place}: please report it (RECENSE_DEBUG=1 shows the path)"
