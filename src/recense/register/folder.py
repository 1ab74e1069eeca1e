"""The folder ``register/``: reads its files strictly and writes machine blocks, whole or not at all.

A register lies in a repository that others may write to: names lead nowhere else (no ``/``, no ``..``), and neither
the folders nor the files may be symbolic links.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recense import guard
from recense.errors import ConfigError, UserError, unknown
from recense.policy import taxonomy
from recense.policy.loading import shaped
from recense.register import block
from recense.register.model import ACTIVITY_SCHEMA, ORGANISATION_SCHEMA, Activity, Organisation

ORGANISATION = "organisation.yaml"
ACTIVITIES = "activities"
MAX_ACTIVITIES = 2_000
MAX_BYTES = 8 << 20
BOUNDS = guard.Bounds(nodes=400_000)
"""Bounds of one file: machine blocks of large estates are longer than what people write."""


@dataclass(frozen=True, slots=True)
class Register:
    """An organisation and its activities, in the order of their ids."""

    organisation: Organisation
    activities: tuple[Activity, ...] = ()

    def activity(self, id_: str) -> Activity:
        """Returns the activity of an id.

        Raises:
            UserError: there is none; the message names the nearest.
        """
        for activity in self.activities:
            if activity.id == id_:
                return activity
        raise UserError(unknown("activity", id_, [activity.id for activity in self.activities]))


def load(folder: Path) -> Register:
    """Returns the register in a folder.

    Raises:
        ConfigError: there is none, or a file is wrong; the message gives file, line, key and the valid values.
    """
    if not folder.is_dir():
        raise ConfigError(f"no register at {folder}; begin one with 'recense register build'")
    paths = activity_paths(folder)
    organisation = parse_organisation(text_of(folder / ORGANISATION), str(folder / ORGANISATION))
    return Register(organisation, tuple(parse_activity(text_of(path), str(path)) for path in paths))


def activity_paths(folder: Path) -> list[Path]:
    """Returns the files of the activities, by name.

    Raises:
        ConfigError: a folder or file is a symbolic link, or there are too many.
    """
    place = folder / ACTIVITIES
    for each in (folder, place):
        _refuse_link(each)
    if not place.is_dir():
        return []
    paths = sorted(path for path in place.iterdir() if path.suffix in {".yaml", ".yml"} and path.name[0] != ".")
    if len(paths) > MAX_ACTIVITIES:
        raise ConfigError(f"{place} holds {len(paths)} files; a register has {MAX_ACTIVITIES} activities at most")
    for path in paths:
        _refuse_link(path)
        if path.suffix == ".yml":
            raise ConfigError(f"{path}: name it {path.stem}.yaml")
    return paths


def path_of(folder: Path, id_: str) -> Path:
    """Returns the file of an activity; an id is a plain file name, by its model."""
    return folder / ACTIVITIES / f"{id_}.yaml"


def text_of(path: Path) -> str:
    """Returns a file's text with its line ends as they are.

    Raises:
        ConfigError: it is no plain file, cannot be read, is too large or not UTF-8.
    """
    _refuse_link(path)
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"no such file: {path}; 'recense register build' writes one") from None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or type(error).__name__}") from None
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path} is larger than {MAX_BYTES >> 20} MB: that is no register entry")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8 text") from None


def parse_activity(text: str, name: str) -> Activity:
    """Returns the activity in a text.

    Raises:
        ConfigError: it is wrong; a line per problem, with file, line, key and the valid values.
    """
    document = guard.parse(text.removeprefix("\ufeff"), name, BOUNDS)
    _, machine, _ = block.parts(text, name)
    if isinstance(document.data, dict) and block.KEY in document.data and not machine:
        raise ConfigError(
            f"{document.where((block.KEY,))}: the key '{block.KEY}' belongs to recense and stands without its "
            "markers; remove it, and 'recense register build' writes it again"
        )
    activity = shaped(document, Activity, f"it begins with 'schema: {ACTIVITY_SCHEMA}'")
    stem = Path(name).stem
    if activity.id != stem:
        raise ConfigError(f"{document.where(('id',))}: id: the file is named {stem}.yaml; write 'id: {stem}'")
    _refuse_unknown_categories(activity, document)
    return activity


def parse_organisation(text: str, name: str) -> Organisation:
    """Returns the organisation in a text; raises as ``parse_activity``."""
    document = guard.parse(text.removeprefix("\ufeff"), name, BOUNDS)
    return shaped(document, Organisation, f"it begins with 'schema: {ORGANISATION_SCHEMA}'")


def _refuse_unknown_categories(activity: Activity, document: guard.Document) -> None:
    known = taxonomy().categories
    places: list[tuple[tuple[str | int, ...], str]] = [
        (("data_categories", index, "category"), entry.category) for index, entry in enumerate(activity.data_categories)
    ]
    for index, rule in enumerate(activity.assign.rules):
        places += [(("assign", "rules", index, "categories", at), id_) for at, id_ in enumerate(rule.categories)]
    for at, id_ in places:
        if id_ not in known:
            raise ConfigError(f"{document.where(at)}: {unknown('category', id_, known)}")


def fill(path: Path, machine: Mapping[str, Any]) -> bool:
    """Writes the machine block of an activity file and nothing else; returns whether the file changed.

    Raises:
        ConfigError: the block cannot stand in this file without changing what people wrote (a flow mapping, an end
            marker ``...``), or the file was changed while recense worked.
    """
    text = text_of(path)
    name = str(path)
    new = block.written(text, machine, name)
    if new == text:
        return False
    if _people(new, name) != _people(text, name):
        raise ConfigError(f"{name}: the machine block cannot stand in this file; write one block of 'key: value' lines")
    parse_activity(new, name)
    if text_of(path) != text:
        raise ConfigError(f"{name} was changed while recense worked on it; run 'recense register build' again")
    replace(path, new)
    return True


def _people(text: str, name: str) -> Any:
    data = guard.parse(text.removeprefix("\ufeff"), name, BOUNDS).data
    return {key: value for key, value in data.items() if key != block.KEY} if isinstance(data, dict) else data


def create(path: Path, text: str) -> None:
    """Writes a new file of the register.

    Raises:
        UserError: it is there already, or cannot be written.
    """
    for each in (path.parent.parent, path.parent):
        _refuse_link(each)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags, 0o644), "wb") as file:
            file.write(text.encode())
    except FileExistsError:
        raise UserError(f"{path} is there already") from None
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None


def replace(path: Path, text: str) -> None:
    """Replaces a file of the register, whole or not at all; it keeps its permissions.

    Raises:
        UserError: it cannot be written.
    """
    _refuse_link(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise UserError(f"cannot write {path}: {error.strerror or type(error).__name__}") from None


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise ConfigError(f"{path} is a symbolic link; a register holds plain files and folders only")
