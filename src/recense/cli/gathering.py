"""Brings together what a check needs: configuration, schema, approvals, policy, base revision; returns the check."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from recense.errors import ConfigError, TargetError
from recense.gate import approvals as approvals_file
from recense.gate.approvals import Approvals
from recense.gate.judging import Rules, judge, notes, with_author
from recense.gate.model import Allowed, Check, Judged, Note, Policy
from recense.schema import Place, Unread

if TYPE_CHECKING:
    from recense.cli.reading import Reading
    from recense.config import CheckSettings, Config


@dataclass(frozen=True, slots=True)
class Gathered:
    """A check with what it was made from.

    Attributes:
        approvals_path: where the approvals file is, or would be. reading: the repository as it is now.
    """

    check: Check
    reading: Reading
    approvals: Approvals
    approvals_path: Path
    policy: Policy
    today: datetime.date


def gather(
    path: Path,
    *,
    today: datetime.date,
    base: str | None = None,
    approvals: Path | None = None,
    policy: Path | None = None,
    config: Path | None = None,
    strict: bool = False,
) -> Gathered:
    """Returns the check of a file or folder.

    Raises:
        TargetError: there is no such path. ConfigError: recense.yaml, the policy or the approvals file is wrong.
        UserError: there is no such revision.
    """
    from recense.cli.reading import read, source_lines

    if not path.exists():
        raise TargetError(f"no such file or folder: {path}")
    folder = path if path.is_dir() else path.parent
    settings, policy_path = _settings(folder, config)
    place = _approvals_path(folder, approvals, settings)
    kept = approvals_file.read(place)
    rules_policy = load_policy(policy or policy_path)
    reading = read(path, settings)
    before: frozenset[str] | None = None
    signed: frozenset[tuple[str, str]] = frozenset()
    if base is not None:
        before, signed = _before(path, base, settings, place)
    rules = Rules(kept, rules_policy, today, before, signed, settings.unapproved)
    judged = judge(reading.sightings, reading.values, rules)
    keys = {field.key for field in reading.schema.fields} | {found.field for found in reading.values}
    roots = {f"{field.kind}:{name}" for field in reading.schema.fields for name in field.lineage}
    shown = _shown(folder)
    check = Check(
        fields=tuple(_moved(entry, shown) for entry in _signed(judged, kept, folder, place)),
        notes=(*notes(judged, keys, roots, kept), *(_moved_note(note, shown) for note in reading.notes)),
        unread=tuple(_moved_unread(entry, shown) for entry in reading.unread),
        allowed=tuple(Allowed(_moved_unread(entry.unread, shown), entry.reason) for entry in reading.allowed),
        base=base,
        files=reading.schema.files,
        strict=strict,
        policy=rules_policy,
        approvals_file=str(place) if place.exists() else "",
        lines={
            (shown + file, line): text
            for (file, line), text in source_lines(
                folder, ((j.place.file, j.place.line) for j in judged), reading.schema.fixtures
            ).items()
        },
    )
    return Gathered(check, reading, kept, place, rules_policy, today)


def _settings(folder: Path, config: Path | None) -> tuple[CheckSettings, Path | None]:
    """Returns the settings of recense.yaml, in the folder or here, and the policy that it names."""
    from recense.config import FILE_NAME, CheckSettings, load

    found = config or next((file for file in (folder / FILE_NAME, Path(FILE_NAME)) if file.is_file()), None)
    if found is None:
        return CheckSettings(), None
    settings: Config = load(found)
    return settings.check, getattr(settings, "policy", None)


def _approvals_path(folder: Path, given: Path | None, settings: CheckSettings) -> Path:
    """Returns where the approvals are: as given, as configured, beside what is checked, or here."""
    if given is not None:
        if not given.is_file():
            raise ConfigError(f"no such approvals file: {given}; 'recense approvals request FIELD' begins one")
        return given
    if settings.approvals is not None:
        return settings.approvals
    name = approvals_file.FILE_NAME
    inside = folder.resolve().is_relative_to(Path.cwd())
    if (folder / name).exists() or not inside:
        return folder / name
    return Path(name)


def load_policy(path: Path | None) -> Policy:
    """Returns what the gate needs of a privacy policy; an empty one when there is none."""
    if path is None:
        return Policy()
    from recense.policy.loading import load

    policy = load(path)
    return Policy(
        approvers=frozenset(approver.casefold() for approver in policy.approvers) or None,
        contact=policy.gate.contact or policy.contact.email,
        declared=frozenset(
            entity
            for category in policy.categories
            for element in category.elements
            if element.declared == "named"
            for entity in element.entities
        ),
        refuses_special=policy.article9.stance == "none",
        name=policy.id,
    )


def _before(
    path: Path, base: str, settings: CheckSettings, place: Path
) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Returns the fingerprints and the approvals (id, field) of the base revision."""
    from recense.cli.reading import read
    from recense.cli.revisions import file_at, revision

    folder = path if path.is_dir() else path.parent
    with revision(folder, base) as before:
        target = before.folder if path.is_dir() else before.folder / path.name
        if not target.exists():
            return frozenset(), frozenset()
        reading = read(target, settings)
        text = file_at(before.commit, place)
    marks = {sighting.fingerprint for sighting in reading.sightings}
    marks |= {entry.fingerprint for entry in judge((), reading.values, Rules(Approvals(), Policy(), datetime.date.min))}
    try:
        kept = approvals_file.parse(text, str(place)) if text else Approvals()
    except ConfigError:  # the base's own check has failed on it already
        kept = Approvals()
    return frozenset(marks), frozenset((entry.id, entry.field) for entry in kept.entries)


def _signed(judged: tuple[Judged, ...], kept: Approvals, folder: Path, place: Path) -> list[Judged]:
    """Adds to each self-approved field who wrote its approval into the file."""
    wanted = {entry.approval for entry in judged if entry.state == "self_approved"}
    if not wanted:
        return list(judged)
    from recense.cli.revisions import authors

    lines = {entry.id: entry.line for entry in kept.entries if entry.id in wanted}
    found = authors(folder, place, list(lines.values()))
    return [
        with_author(entry, found.get(lines[entry.approval or ""])) if entry.state == "self_approved" else entry
        for entry in judged
    ]


def _shown(folder: Path) -> str:
    """Returns what is put before a place, so that it leads there from the working directory."""
    absolute = folder.resolve()
    here = Path.cwd()
    if absolute == here:
        return ""
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix().rstrip("/") + "/"


def _moved(judged: Judged, prefix: str) -> Judged:
    return replace(judged, place=_at(judged.place, prefix)) if prefix else judged


def _moved_unread(entry: Unread, prefix: str) -> Unread:
    return replace(entry, file=prefix + entry.file)


def _moved_note(note: Note, prefix: str) -> Note:
    return replace(note, file=prefix + note.file)


def _at(place: Place, prefix: str) -> Place:
    return replace(place, file=prefix + place.file)
