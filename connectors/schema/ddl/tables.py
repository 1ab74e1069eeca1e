"""What every statement that makes or changes a table does with columns: add, copy, rename, take from a query."""

from __future__ import annotations

import re
from dataclasses import replace

from recense.connectors.schema.ddl.columns import (
    ColumnDef,
    closing,
    column_def,
    is_constraint,
    is_name,
    leaves,
    split,
    table_name,
)
from recense.connectors.schema.ddl.tokens import Token
from recense.connectors.schema.files import SourceFile
from recense.connectors.schema.state import Found, Name, State, Table, fold

_MORE = re.compile(r",\s*\S")
_BRACKETS = re.compile(r"\([^()]*\)")


class Tables:
    """The tables and columns that the statements of one file reach.

    Args:
        history: where tables are made and looked for first. tears_down: whether DROP TABLE reaches other histories.
    """

    def __init__(
        self, file: SourceFile, dialect: str, state: State, history: str, found: Found, tears_down: bool
    ) -> None:
        self.file = file
        self.dialect = dialect
        self.state = state
        self.history = history
        self.found = found
        self.tears_down = tears_down
        self.data = False
        self._text = file.text

    def _unread(self, token: Token, reason: str) -> None:
        self.found.not_understood(self.file.name, self.file.line(token.start), reason)

    def _items(self, table: Table, tokens: list[Token], subject: Token) -> None:
        """Reads the list of columns and constraints of a table."""
        for item in split(tokens):
            if not item:
                continue
            if item[0].word == "LIKE" and len(item) > 1 and is_name(item[1]):
                self._copy(table, table_name(item, 1)[0], subject)
            elif is_constraint(item):
                self._constraint(table, item)
            elif (column := column_def(item, self._text)) is not None:
                self._add(table, column)
            else:
                self._unread(item[0], "an entry of this table's list of columns could not be understood")

    def _constraint(self, table: Table, item: list[Token]) -> None:
        """Notes the keys that a constraint declares."""
        words = [token.word for token in item]
        for at, word in enumerate(words):
            if word not in {"PRIMARY", "FOREIGN"} or "(" not in words[at:]:
                continue
            opening = words.index("(", at)
            end = closing(item, opening)
            names = [part[0].name for part in split(item[opening + 1 : end]) if part]
            keys = ["primary"] * len(names)
            if word == "FOREIGN":
                if "REFERENCES" not in words[end:]:
                    return
                target, index = table_name(item, words.index("REFERENCES", end) + 1)
                inside = list(split(item[index + 1 : closing(item, index)])) if index < len(item) else []
                keys = [f"foreign:{target}" + (f".{p[0].name}" if p else "") for p in inside] or [f"foreign:{target}"]
            for name, key in zip(names, keys, strict=False):
                _set_key(table, name, key)
            return

    def _add(self, table: Table, column: ColumnDef) -> None:
        for leaf in leaves(column):
            start, end = leaf.name.span
            place = self.file.place(start, end)
            self.state.add_column(
                table,
                Name(leaf.path or leaf.name.name, place),
                leaf.type,
                comment=leaf.comment or self._spoken(place.line, end),
                key=leaf.key,
                not_personal=self.file.not_personal(place.line),
            )

    def _spoken(self, line: int, end: int) -> str | None:
        """Returns the comment at the end of the line on which a column stands alone, if it says anything of it."""
        rest = self.file.source_line(line)[self._column(line, end) :]
        definition, mark, said = rest.partition("--")
        alone = not _MORE.search(_BRACKETS.sub("", definition)) and definition.count("'") % 2 == 0
        return said.strip()[:300] or None if mark and alone and "recense:" not in said else None

    def _column(self, line: int, offset: int) -> int:
        """Returns the index of an offset within its line."""
        return offset - (self._text.rfind("\n", 0, offset) + 1)

    def _copy(self, table: Table, parent: str, subject: Token) -> None:
        """Copies the columns of another table; their place is the name of the new table."""
        source = self.state.find(parent, self.history) if parent else None
        if source is None or source is table:
            self._unread(subject, "copies the columns of a table that is not declared here")
            return
        place = self.file.place(*subject.span)
        reason = self.file.not_personal(place.line)
        for declared in list(source.columns.values()):
            column = declared.column
            self.state.add_column(
                table,
                Name(column.path, place),
                column.type,
                comment=column.comment,
                key=column.key,
                origin=f"{source.name}.{column.path}",
                not_personal=reason,
            )

    def _as_select(self, table: Table, tokens: list[Token], subject: Token) -> None:
        """Takes the columns of a query, with where they come from."""
        if len(table.columns) and all(declared.place.file == self.file.name for declared in table.columns.values()):
            return  # the list before AS names them
        from recense.connectors.schema.ddl.lineage import projections

        words = [token.word for token in tokens]
        if words[-1:] == ["DATA"]:  # WITH [NO] DATA
            tokens = tokens[: -3 if words[-2:-1] == ["NO"] else -2]
        start, end = tokens[0].start, tokens[-1].end
        taken = projections(self._text[start:end], self.dialect, lambda name: self.state.find(name, self.history))
        if taken is None:
            self._unread(subject, "the query whose columns this table takes could not be understood")
            return
        for name, offset, type_, origin in taken.columns:
            at = subject.span if offset is None else (start + offset, start + offset + len(name))
            place = self.file.place(*at)
            self.state.add_column(
                table, Name(name, place), type_, origin=origin, not_personal=self.file.not_personal(place.line)
            )
        for reason in taken.unknown:
            self._unread(subject, reason)

    def _table(self, name: str) -> Table:
        return self.state.get(name, self.history, self.file.name)

    def _rename_table(self, table: Table, new: str) -> None:
        """Renames a table; a name without a schema stays in the schema of the old one."""
        schema = table.name.rpartition(".")[0]
        self.state.rename_table(table, new if "." in new or not schema else f"{schema}.{new}")

    def _rename(self, table: Table, old: str, new: Token) -> None:
        place = self.file.place(*new.span)
        self.state.rename_column(table, old, Name(new.name, place), self.file.not_personal(place.line))

    def _retype(self, table: Table, column: ColumnDef) -> None:
        name = Name(column.name.name, self.file.place(*column.name.span))
        self.state.set_type(table, name, column.type)
        if column.comment is not None:
            self.state.comment_column(table, name, column.comment)

    def _retype_as(self, table: Table, item: list[Token]) -> None:
        column = column_def(item, self._text)
        if column is not None:
            self._retype(table, column)


def _set_key(table: Table, column: str, key: str) -> None:
    declared = table.columns.get(fold(column))
    if declared is not None and declared.column.key is None:
        table.columns[fold(column)] = replace(declared, column=replace(declared.column, key=key))
