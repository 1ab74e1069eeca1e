"""What a repository declares: fields of SQL, migrations, models and schema files, by text alone.

``read_schema`` opens the files that may declare fields, runs nothing in them, and gives the final state of every
history of migrations with exact places. A language is one file in ``readers/``; see README.md here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from recense.schema import DeclaredField, DeclaredSchema

__all__ = ["read_schema"]


def read_schema(
    root: Path,
    *,
    leave_out: Iterable[str] | Callable[[str], bool] = (),
    changed_files: Iterable[str] | None = None,
    dialects: Mapping[str, str] | None = None,
) -> DeclaredSchema:
    """Returns everything that a folder declares, or one file.

    Args:
        root: a folder or a file. Folders of tools (``.git``, ``node_modules``, virtual environments) are left out.
        leave_out: globs over paths relative to the root, or a function that tells.
        changed_files: when given, only what these files take part in: they themselves, and migrations with them.
        dialects: SQL dialect by glob over relative paths (``{"legacy/*": "mysql"}``); otherwise it is guessed.
    """
    from recense.connectors.schema.files import SourceFile, Unreadable, files_below
    from recense.connectors.schema.readers import readers
    from recense.connectors.schema.state import MOST_FIELDS, Found

    known = readers.load()
    taken: dict[str, list[SourceFile]] = {name: [] for name in known}
    found = Found()
    changed = None if changed_files is None else {name.replace("\\", "/").removeprefix("./") for name in changed_files}
    for file in files_below(root, leave_out):
        for name, reader in known.items():
            if reader.wants(file) and (changed is None or reader.history or file.name in changed):
                taken[name].append(file)
    for name in sorted(known):
        files = taken[name]
        if not files or (changed is not None and not any(file.name in changed for file in files)):
            continue
        try:
            known[name].read(files, found, dialects or {})
        except Unreadable as error:
            found.not_understood(files[0].name, error.line, str(error))
    fields = _unique(found.fields)
    if len(fields) >= MOST_FIELDS:
        found.not_understood(fields[-1].place.file, 1, f"more than {MOST_FIELDS:,} fields: the rest was not read")
    unread = tuple(sorted(set(found.unread), key=lambda entry: (entry.file, entry.line, entry.reason)))
    return DeclaredSchema(tuple(fields), unread, len(found.read), tuple(sorted(found.fixtures)))


def _unique(fields: list[DeclaredField]) -> list[DeclaredField]:
    """Returns one field per key, sorted by place: the one with the longest lineage, else the first."""
    best: dict[str, DeclaredField] = {}
    for field in sorted(fields, key=lambda field: (-len(field.lineage), field.origin is not None, field.place)):
        best.setdefault(field.key.casefold() if field.kind == "sql" else field.key, field)
    return sorted(best.values(), key=lambda field: (field.place, field.key))
