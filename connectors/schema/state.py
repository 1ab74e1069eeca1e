"""The state of a schema while migrations are applied to it, and what the readers found.

Tables live in **histories** (the migrations of one folder, one dump). A statement finds its table in its own history
first, then in the nearest other one; what it adds to a table that nobody declared is kept under that name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from recense.model import Column
from recense.schema import DeclaredField, Place, Unread

MOST_FIELDS = 200_000
"""Fields of one repository; more are a reason to say so rather than to fill the memory."""

_DEFAULT_SCHEMAS = ("public.", "dbo.", "main.")


class Name(NamedTuple):
    """A name and where it stands."""

    text: str
    place: Place


@dataclass(slots=True)
class Table:
    """A table as it stands after the statements so far; columns by folded name, in order."""

    name: str
    history: str
    file: str
    columns: dict[str, DeclaredField] = field(default_factory=dict)
    comment: str | None = None


def plain(table: str) -> str:
    """Returns a table's name without the schema that a database takes when none is written."""
    for schema in _DEFAULT_SCHEMAS:
        if table.lower().startswith(schema):
            return table[len(schema) :]
    return table


def fold(name: str) -> str:
    """Returns what identifies a name: databases differ in case, people do not mean it."""
    return name.casefold()


class State:
    """Tables of all histories; every method is one kind of statement."""

    def __init__(self, kind: str = "sql") -> None:
        self.kind = kind
        self._tables: dict[str, list[Table]] = {}
        self._dropped: dict[str, Table] = {}
        self.count = 0

    def find(self, name: str, history: str) -> Table | None:
        """Returns the table that a statement of a history means, None when nobody declared it."""
        known = self._tables.get(fold(plain(name))) or self._by_last_part(name)
        return max(known, key=lambda table: _nearness(table.history, history)) if known else None

    def _by_last_part(self, name: str) -> list[Table]:
        """Returns the tables of this name when exactly one schema has one (``SET search_path``, ``USE``)."""
        if "." in plain(name):
            return self._tables.get(fold(name.rpartition(".")[2]), []) if "." in name else []
        ending = "." + fold(name)
        found = [key for key in self._tables if key.endswith(ending) and self._tables[key]]
        return self._tables[found[0]] if len(found) == 1 else []

    def create(self, name: str, history: str, file: str) -> Table:
        """Returns the table to add columns to: a new one, or the one of this history that exists already.

        Columns of a table that is created twice are united: no database would run it so, a folder that serves
        several databases does.
        """
        name = plain(name)
        for table in self._tables.get(fold(name), ()):
            if table.history == history:
                return table
        table = Table(name, history, file)
        self._tables.setdefault(fold(name), []).append(table)
        return table

    def get(self, name: str, history: str, file: str) -> Table:
        """Returns the table that a statement means, or a new one."""
        return self.find(name, history) or self.create(name, history, file)

    def add(self, table: Table, declared: DeclaredField) -> None:
        """Adds a column; one that is there keeps its lineage and place and gets the new type."""
        key = fold(declared.column.path)
        old = table.columns.get(key)
        if old is not None:
            table.columns[key] = replace(
                old,
                column=replace(
                    old.column,
                    type=declared.column.type or old.column.type,
                    comment=declared.column.comment or old.column.comment,
                ),
                not_personal=old.not_personal or declared.not_personal,
            )
        elif self.count < MOST_FIELDS:
            self.count += 1
            table.columns[key] = declared

    def add_column(self, table: Table, name: Name, type_: str = "", **more: str | None) -> None:
        """Adds a column by its name; ``more`` are comment, key, not_personal and origin."""
        not_personal, origin = more.pop("not_personal", None), more.pop("origin", None)
        column = Column(name.text, type_, more.get("comment"), more.get("key"))
        self.add(
            table,
            DeclaredField(self.kind, table.name, column, name.place, not_personal=not_personal, origin=origin),
        )

    def drop_column(self, table: Table, name: str) -> None:
        """Drops a column and what is nested in it."""
        key = fold(name)
        for path in [path for path in table.columns if path == key or path.startswith((key + ".", key + "[]"))]:
            del table.columns[path]
            self.count -= 1

    def rename_column(self, table: Table, old: str, new: Name, not_personal: str | None = None) -> None:
        """Renames a column, keeps its order and writes its lineage; an unknown one is taken to have existed."""
        columns: dict[str, DeclaredField] = {}
        key = fold(old)
        if key not in table.columns:
            self.add_column(table, Name(old, new.place))
        for path, declared in table.columns.items():
            if path == key or path.startswith((key + ".", key + "[]")):
                renamed = new.text + declared.column.path[len(old) :]
                declared = replace(
                    declared,
                    column=replace(declared.column, path=renamed),
                    place=new.place,
                    declared_at=declared.declared_at or declared.place,
                    lineage=(*declared.lineage, f"{declared.table}.{declared.column.path}"),
                    not_personal=not_personal,  # it was said of the old name
                )
                path = fold(renamed)
            columns[path] = declared
        table.columns = columns

    def set_type(self, table: Table, name: Name, type_: str) -> None:
        """Changes a column's type; of an unknown one, declares it here."""
        old = table.columns.get(fold(name.text))
        if old is None:
            self.add_column(table, name, type_)
        else:
            table.columns[fold(name.text)] = replace(old, column=replace(old.column, type=type_ or old.column.type))

    def comment_column(self, table: Table, name: Name, comment: str | None) -> None:
        """Sets what is said of a column."""
        old = table.columns.get(fold(name.text))
        if old is None:
            self.add_column(table, name, comment=comment)
        else:
            table.columns[fold(name.text)] = replace(old, column=replace(old.column, comment=comment))

    def drop_table(self, name: str, history: str, only: bool = False) -> None:
        """Drops a table; ``only`` if this history made it (a script that tears down is no migration)."""
        table = self.find(name, history)
        if table is not None and (table.history == history or not only):
            self._tables[fold(table.name)].remove(table)
            self._dropped[fold(table.name)] = table
            self.count -= len(table.columns)

    def rename_table(self, table: Table, new: str) -> None:
        """Renames a table: its columns keep their place, and their lineage names the old table.

        A table that takes the name of one that its own file dropped is that table, built again (SQLite alters so):
        the columns that were there keep their place and lineage.
        """
        new = plain(new)
        if table in self._tables.get(fold(table.name), ()):
            self._tables[fold(table.name)].remove(table)
        gone = self._dropped.get(fold(new))
        rebuilt = gone.columns if gone is not None and gone.history == table.history else None
        for path, declared in table.columns.items():
            if rebuilt is not None:
                old = rebuilt.get(path, declared)
                table.columns[path] = replace(old, table=new, column=declared.column)
                continue
            table.columns[path] = replace(
                declared,
                table=new,
                declared_at=declared.declared_at or declared.place,
                lineage=(*declared.lineage, f"{declared.table}.{declared.column.path}"),
            )
        table.name = new
        self._tables.setdefault(fold(new), []).append(table)

    def fields(self) -> list[DeclaredField]:
        """Returns the columns of all tables that are left."""
        return [
            replace(declared, table_comment=table.comment) if table.comment else declared
            for tables in self._tables.values()
            for table in tables
            for declared in table.columns.values()
        ]


def _nearness(one: str, other: str) -> tuple[int, int]:
    """Returns how many folders two histories share: the own history is nearest."""
    if one == other:
        return (1 << 20, 0)
    shared = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        shared += 1
    return shared, -len(one)


@dataclass(slots=True)
class Found:
    """What the readers found; filled by them."""

    fields: list[DeclaredField] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    fixtures: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)

    def not_understood(self, file: str, line: int, reason: str) -> None:
        """Notes a statement or a file that was not understood; the reason quotes no value."""
        self.unread.append(Unread(file, line, reason))
