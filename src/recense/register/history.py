"""Earlier versions of a register: as git has them. Git only reads objects here; nothing of the repository is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from recense.errors import ConfigError, UserError
from recense.register import folder
from recense.register.folder import ACTIVITIES, MAX_BYTES, ORGANISATION, Register

_SECONDS = 60


def at(place: Path, ref: str) -> Register | None:
    """Returns the register of a folder as a commit has it; None when that commit had none.

    Args:
        place: the folder ``register/`` in a git work tree.
        ref: a branch, tag or commit.

    Raises:
        UserError: there is no git or no such commit. ConfigError: a file of that version is wrong.
    """
    commit = _git(place, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").decode().strip()
    listing = _git(place, "ls-tree", "-r", "-l", "-z", commit, "--", ".").decode("utf-8", "surrogateescape")
    names: dict[str, str] = {}
    for entry in filter(None, listing.split("\0")):
        head, name = entry.split("\t", 1)
        mode, _, blob, size = head.split()
        wanted = name == ORGANISATION or (Path(name).parent == Path(ACTIVITIES) and name.endswith(".yaml"))
        if not wanted:
            continue
        if mode not in {"100644", "100755"} or int(size) > MAX_BYTES:
            raise ConfigError(f"{ref}:{name}: is no plain file of a register")
        names[name] = blob
    if ORGANISATION not in names:
        return None
    texts = {name: _text(place, blob, f"{ref}:{name}") for name, blob in sorted(names.items())}
    organisation = folder.parse_organisation(texts.pop(ORGANISATION), f"{ref}:{ORGANISATION}")
    return Register(organisation, tuple(folder.parse_activity(text, f"{ref}:{name}") for name, text in texts.items()))


def tracked(place: Path) -> bool:
    """Tells whether a folder lies in a git work tree that has a commit."""
    try:
        _git(place, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except UserError:
        return False
    return True


def _text(place: Path, blob: str, name: str) -> str:
    try:
        return _git(place, "cat-file", "blob", blob).decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: is not UTF-8 text") from None


def _git(place: Path, *arguments: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", "-C", str(place), *arguments],
            capture_output=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise UserError("git is not installed; compare with the recorded approvals: leave --against out") from None
    except subprocess.TimeoutExpired:
        raise UserError(f"git did not answer within {_SECONDS} seconds in {place}") from None
    if done.returncode:
        what = arguments[-1].removesuffix("^{commit}")
        raise UserError(f"git has no '{what}' for {place}; name a branch, a tag or a commit of its repository")
    return done.stdout
