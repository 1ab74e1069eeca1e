"""The command line. One module per group of verbs; each verb imports what it needs when it is called.

``main`` is the only place where errors become exit codes (DESIGN §5, docs/errors.md).
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from recense import __version__
from recense.cli import console
from recense.errors import ExitCode, RecenseError

_MODULES = (
    "scan",
    "check",
    "approvals",
    "runs",
    "policy",
    "register",
    "retention",
    "person",
    "dashboard",
    "demo",
    "schedule",
    "notify",
    "setup",
)
"""The modules of the verbs, in the order in which the help shows them."""


def application(verb: str | None = None) -> typer.Typer:
    """Returns the command line.

    Args:
        verb: what is going to be called. ``check`` runs before every commit: it comes without the other verbs.
    """
    app = typer.Typer(
        name="recense",
        help="Takes the census of personal data in tables and files.",
        epilog="Exit codes: 0 clean · 1 blocked · 2 wrong usage · 3 not read completely · 4 internal error · "
        "130 stopped.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_root)
    for name in ("check",) if verb == "check" else _MODULES:
        importlib.import_module(f"recense.cli.{name}").add_to(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        console.data(f"recense {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Takes the census of personal data in tables and files."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code; every error ends here, as one message without values."""
    console.prepare()
    gc.set_threshold(50_000, 20, 50)  # a start makes much and throws nothing away: a fifth of its time was collecting
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped by a supervisor is stopped by the user
    try:
        command = typer.main.get_command(application(*arguments[:1]))
        return int(command.main(arguments, prog_name="recense", standalone_mode=False) or 0)
    except RecenseError as error:
        console.note(f"recense: {error}")
        return error.exit_code
    except typer.Abort:
        return ExitCode.STOPPED
    except KeyboardInterrupt:
        console.note("recense: stopped")
        return ExitCode.STOPPED
    except Exception as error:
        if hasattr(error, "format_message"):  # typer's own: an unknown option, a missing argument
            return _usage(error)
        return _defect(error)


def _usage(error: Exception) -> int:
    message = str(getattr(error, "format_message")())  # noqa: B009
    context = getattr(error, "ctx", None)
    if not message.strip():  # no arguments at all: typer has shown the help
        return ExitCode.USAGE
    path = context.command_path if context else "recense"
    console.note(f"recense: {message[:1].lower()}{message[1:].rstrip('.')}; see '{path} --help'")
    return ExitCode.USAGE


def _defect(error: Exception) -> int:
    """Reports a defect of ours: kind and place, never the message, which could quote what was read."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    console.note(
        f"recense: internal error ({type(error).__name__} at {where}). "
        "Please report it, with the output of RECENSE_DEBUG=1, which holds file names and lines but no data."
    )
    if os.environ.get("RECENSE_DEBUG"):
        for frame in frames:
            print(f"  {frame.filename}:{frame.lineno} in {frame.name}", file=sys.stderr)
    return ExitCode.INTERNAL
