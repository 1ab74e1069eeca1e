"""Applies SQL statements to a state: what each statement does to tables and columns."""

from __future__ import annotations

import re
from collections.abc import Callable
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
from recense.connectors.schema.ddl.tokens import Lexer, Token
from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.state import Found, Name, State, Table, fold

_MODIFIERS = frozenset(
    [
        "OR",
        "REPLACE",
        "GLOBAL",
        "LOCAL",
        "UNLOGGED",
        "TRANSIENT",
        "EXTERNAL",
        "FOREIGN",
        "VIRTUAL",
        "DYNAMIC",
        "HYBRID",
        "ICEBERG",
        "TEMP",
        "TEMPORARY",
        "PRIVATE",
        "VOLATILE",
        "COLUMN",
        "IMMUTABLE",
        "SNAPSHOT",
        "MATERIALIZED",
        "SHARDED",
    ]
)
_TEMPORARY = frozenset(["TEMP", "TEMPORARY", "PRIVATE", "VOLATILE"])
_HEADS = frozenset(["CREATE", "ALTER", "DROP", "COMMENT", "RENAME", "EXEC", "EXECUTE", "SP_RENAME"])
_IN_TEXT = re.compile(r"\b(?:CREATE\s+(?:\w+\s+){0,3}?TABLE|ALTER\s+TABLE|RENAME\s+COLUMN)\b", re.I)
_HARMLESS = frozenset(
    [
        "OWNER",
        "ENABLE",
        "DISABLE",
        "CLUSTER",
        "SET",
        "RESET",
        "VALIDATE",
        "REPLICA",
        "INHERIT",
        "NO",
        "ENGINE",
        "AUTO_INCREMENT",
        "CONVERT",
        "ORDER",
        "CHECK",
        "NOCHECK",
        "FORCE",
        "WITH",
        "WITHOUT",
        "ATTACH",
        "DETACH",
        "PARTITION",
        "TABLESPACE",
        "COALESCE",
        "REORGANIZE",
        "EXCHANGE",
        "TRUNCATE",
        "ANALYZE",
        "OPTIMIZE",
        "REBUILD",
        "REPAIR",
        "REMOVE",
        "DISCARD",
        "IMPORT",
        "CHARACTER",
        "CHARSET",
        "DEFAULT",
        "COLLATE",
        "ALGORITHM",
        "LOCK",
        "ROW_FORMAT",
        "KEY_BLOCK_SIZE",
        "STATS_PERSISTENT",
        "CLUSTERED",
        "MOVE",
        "SHRINK",
        "LOGGING",
        "NOLOGGING",
        "PARALLEL",
        "CACHE",
        "NOCACHE",
        "SUSPEND",
        "RESUME",
        "UNSET",
        "REFRESH",
        "RECLUSTER",
        "APPEND",
        "SPLIT",
        "MERGE",
        "SWITCH",
        "STORAGE",
        "INITIALLY",
        "NOT",
        "OF",
        "READ",
        "PCTFREE",
        "COMPRESS",
        "NOCOMPRESS",
        "USING",
        "UNION",
        "ROW",
        "GRANT",
        "REVOKE",
        "LOCK_ESCALATION",
    ]
)
_MORE = re.compile(r",\s*\S")
_BRACKETS = re.compile(r"\([^()]*\)")
_NOT_COLUMNS = frozenset(
    [
        "CONSTRAINT",
        "PRIMARY",
        "FOREIGN",
        "INDEX",
        "PARTITION",
        "CHECK",
        "UNIQUE",
        "FULLTEXT",
        "SPATIAL",
        "SEARCH",
        "ROW",
        "CLUSTERING",
        "PERIOD",
        "SYSTEM",
        "EXCLUDE",
        "SUPPLEMENTAL",
        "VERSIONING",
        "STATISTICS",
        "KEY",
        "DEFAULT",
    ]
)


class Statements:
    """The statements of one file, applied one after the other.

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

    def run(self, start: int = 0, end: int | None = None, deep: int = 0) -> None:
        """Applies the statements of a part of the file.

        Raises:
            Unreadable: a string does not end, so that the rest cannot be told apart.
        """
        lexer = Lexer(self._text, self.dialect)
        try:
            for tokens in lexer.statements(start, end):
                self._statement(tokens, deep)
        except Unreadable as error:
            raise Unreadable(str(error), self.file.line(error.line)) from None
        finally:
            self.data = self.data or lexer.data

    def _statement(self, tokens: list[Token], deep: int) -> None:
        """Applies every definition in a statement: SQL Server writes several without a separator."""
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.kind == "d":
                if deep < 4:
                    mark = token.text.index("$", 1) + 1
                    self.run(token.start + mark, token.end - mark, deep=deep + 1)
                index += 1
                continue
            handler = self._handler(tokens, index) if token.kind == "w" and token.word in _HEADS else None
            if handler is None:
                index += 1
                continue
            stop = _next_head(tokens, index + 2)
            part = tokens[index:stop]
            try:
                handler(part)
            except (IndexError, ValueError):
                self._unread(token, f"this {token.word} statement could not be understood")
            # what follows in the same statement may hold another one, or a text in dollars
            index = (
                stop
                if not any(t.kind == "d" for t in part)
                else index + next(i for i, t in enumerate(part) if t.kind == "d")
            )

    def _unread(self, token: Token, reason: str) -> None:
        self.found.not_understood(self.file.name, self.file.line(token.start), reason)

    def _handler(self, tokens: list[Token], index: int) -> Callable[[list[Token]], None] | None:
        """Returns what applies the definition that begins here, None when none does."""
        word, rest = tokens[index].word, [token.word for token in tokens[index + 1 : index + 7]]
        if not rest:
            return None
        if word in {"CREATE", "ALTER", "DROP"}:
            kind = next((w for w in rest if w not in _MODIFIERS), "")
            if kind == "TABLE":
                return {"CREATE": self._create, "ALTER": self._alter, "DROP": self._drop}[word]
            if word == "CREATE" and kind == "VIEW" and "MATERIALIZED" in rest:
                return self._create
            if word == "CREATE" and kind == "TYPE":
                return self._create_type
        elif word == "COMMENT" and rest[0] == "ON" and len(rest) > 1 and rest[1] in {"COLUMN", "TABLE"}:
            return self._comment
        elif word == "RENAME" and index == 0:
            return self._rename_tables
        elif word in {"EXEC", "EXECUTE"}:
            named = [token.name.lower() for token in tokens[index + 1 : index + 4]]
            if "sp_rename" in named:
                return self._sp_rename
            if "sp_addextendedproperty" in named:
                return self._extended_property
            return self._execute
        elif word == "SP_RENAME" and index == 0:
            return self._sp_rename
        return None

    # CREATE

    def _create(self, tokens: list[Token]) -> None:
        at = next(i for i, token in enumerate(tokens) if token.word in {"TABLE", "VIEW"})
        temporary = any(token.word in _TEMPORARY for token in tokens[:at])
        at = _behind_words(tokens, at + 1, ("IF", "NOT", "EXISTS"))
        name, index = table_name(tokens, at)
        if temporary or name.startswith(("#", "tempdb")):
            return  # gone with its session
        if not name:
            self._unread(tokens[0], "a table without a name that could be read")
            return
        subject = tokens[at]
        table = self.state.create(name, self.history, self.file.name)
        word = tokens[index].word if index < len(tokens) else ""
        if word == "ON" and index + 3 < len(tokens):  # ON CLUSTER of ClickHouse
            index += 3
            word = tokens[index].word
        if word == "(":
            end = closing(tokens, index)
            if tokens[index + 1].word in {"SELECT", "WITH"}:
                self._as_select(table, tokens[index + 1 : end], subject)
                return
            if end == len(tokens):
                self._unread(subject, "the list of columns does not end")
            self._items(table, tokens[index + 1 : end], subject)
            self._behind_list(table, tokens[end + 1 :], subject)
        elif word in {"LIKE", "CLONE", "COPY"}:
            self._copy(table, table_name(tokens, index + 1)[0], subject)
        elif word == "PARTITION" and tokens[index + 1].word == "OF":
            self._copy(table, table_name(tokens, index + 2)[0], subject)
        elif word == "OF":
            self._copy(table, table_name(tokens, index + 1)[0], subject)
        elif word == "USING" and any(token.text == "(" for token in tokens[index:]):  # a virtual table of SQLite
            opening = next(i for i in range(index, len(tokens)) if tokens[i].text == "(")
            items = [item for item in split(tokens[opening + 1 : closing(tokens, opening)]) if len(item) == 1]
            for item in items:
                self._add(table, ColumnDef(item[0], path=item[0].name))
        else:
            self._behind_list(table, tokens[index:], subject, required=True)

    def _behind_list(self, table: Table, tokens: list[Token], subject: Token, required: bool = False) -> None:
        """Reads what follows the list of columns: comment, INHERITS, AS SELECT."""
        for index, token in enumerate(tokens):
            word, following = token.word, tokens[index + 1 : index + 3]
            if word == "COMMENT" and following:
                text = following[1] if following[0].text == "=" and len(following) > 1 else following[0]
                table.comment = text.name if text.kind in "sq" else table.comment
            elif word == "DESCRIPTION" and len(following) > 1 and following[1].kind in "sq":
                table.comment = following[1].name
            elif word == "INHERITS" and following and following[0].text == "(":
                for item in split(tokens[index + 2 : closing(tokens, index + 1)]):
                    self._copy(table, table_name(item, 0)[0], subject)
            elif word in {"LIKE", "CLONE"} and required:
                self._copy(table, table_name(tokens, index + 1)[0], subject)
                return
            elif word in {"SELECT", "WITH"} and any(t.word == "SELECT" for t in tokens[index:]):
                self._as_select(table, tokens[index:], subject)
                return
        if required and not table.columns:
            self._unread(subject, "a table without a list of columns cannot be judged")

    def _create_type(self, tokens: list[Token]) -> None:
        """Reads a composite type, whose fields are those of the columns that use it."""
        at = next(i for i, token in enumerate(tokens) if token.word == "TYPE")
        name, index = table_name(tokens, at + 1)
        words = [token.word for token in tokens[index : index + 3]]
        opening = index + (words.index("(") if "(" in words else 3)
        if words[:1] == ["AS"] and opening < len(tokens) and not {"ENUM", "RANGE"} & set(words):
            table = self.state.create(name, self.history, self.file.name)
            self._items(table, tokens[opening + 1 : closing(tokens, opening)], tokens[at + 1])

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

    # ALTER

    def _alter(self, tokens: list[Token]) -> None:
        at = next(i for i, token in enumerate(tokens) if token.word == "TABLE")
        at = _behind_words(tokens, at + 1, ("IF", "EXISTS"))
        at = _behind_words(tokens, at, ("ONLY",))
        name, index = table_name(tokens, at)
        if not name:
            self._unread(tokens[0], "an ALTER TABLE without a name that could be read")
            return
        if index < len(tokens) and tokens[index].text == "*":
            index += 1
        if index + 2 < len(tokens) and tokens[index].word == "WITH" and tokens[index + 1].word in {"CHECK", "NOCHECK"}:
            index += 2
        verb: list[Token] = []
        for item in split(tokens[index:]):
            if not item:
                continue
            word = item[0].word
            continues = (
                bool(verb)
                and verb[0].word in {"ADD", "DROP"}
                and not (word in {"ADD", "DROP", "ALTER", "MODIFY", "CHANGE", "RENAME"} and len(item) > 1)
            )
            if continues and (word not in _HARMLESS or len(item) == 1 or item[1].word not in {"TO", "=", "BY"}):
                item = [*verb, *item]
            self._change(name, item)
            verb = item[: 2 if len(item) > 1 and item[1].word == "COLUMN" else 1]

    def _table(self, name: str) -> Table:
        return self.state.get(name, self.history, self.file.name)

    def _change(self, name: str, item: list[Token]) -> None:
        """Applies one action of an ALTER TABLE."""
        word = item[0].word
        if word == "ADD":
            self._alter_add(name, item)
        elif word == "DROP":
            self._alter_drop(name, item)
        elif word == "RENAME":
            self._alter_rename(name, item)
        elif word == "CHANGE":
            at = 2 if item[1].word == "COLUMN" and len(item) > 3 else 1
            table, old = self._table(name), item[at]
            column = column_def(item[at + 1 :], self._text)
            if column is None:
                raise ValueError("no new name")
            if fold(column.name.name) != fold(old.name):
                self._rename(table, old.name, column.name)
            self._retype(table, column)
        elif word == "MODIFY":
            at = 2 if item[1].word == "COLUMN" else 1
            inside = item[at + 1 : closing(item, at)] if item[at].text == "(" else item[at:]
            for part in split(inside):
                column = column_def(part, self._text)
                if column is not None and not is_constraint(part):
                    self._retype(self._table(name), column)
        elif word == "ALTER":
            self._alter_column(name, item)
        elif word == "COMMENT":
            text = item[2] if item[1].text == "=" else item[1]
            self._table(name).comment = text.name
        elif word == "SWAP":
            self._unread(item[0], "two tables change places: their columns were not followed")
        elif word == "SET" and len(item) > 2 and item[1].word == "SCHEMA":
            table = self._table(name)
            self.state.rename_table(table, f"{item[2].name}.{table.name.rpartition('.')[2]}")
        elif word not in _HARMLESS and item[0].kind == "w":
            self._unread(item[0], "this action of an ALTER TABLE is not known")

    def _alter_add(self, name: str, item: list[Token]) -> None:
        at = 1
        if item[at].word in {"COLUMN", "COLUMNS"} and len(item) > 2:
            at += 1
        at = _behind_words(item, at, ("IF", "NOT", "EXISTS"))
        table = self._table(name)
        if item[at].text == "(":
            self._items(table, item[at + 1 : closing(item, at)], item[at])
        elif item[at].word in _NOT_COLUMNS and item[at - 1].word != "COLUMN" and is_constraint([*item[at:]]):
            self._constraint(table, item[at:])
        elif (item[at].word in {"PARTITION", "ROW", "SEARCH", "SUPPLEMENTAL", "PERIOD", "VERSIONING"} and at == 1) or (
            item[at].word in {"DEFAULT", "SYSTEM"} and item[at - 1].word != "COLUMN"
        ):
            return
        else:
            column = column_def(item[at:], self._text)
            if column is None:
                raise ValueError("no name")
            self._add(table, column)

    def _alter_drop(self, name: str, item: list[Token]) -> None:
        at = 1
        if item[at].word == "COLUMN" and len(item) > 2:
            at += 1
        elif (item[at].word in _NOT_COLUMNS and len(item) > 2) or [t.word for t in item[1:3]] == ["PRIMARY", "KEY"]:
            return
        at = _behind_words(item, at, ("IF", "EXISTS"))
        table = self.state.find(name, self.history)
        if table is None:
            return
        inside = item[at + 1 : closing(item, at)] if item[at].text == "(" else item[at : at + 1]
        for part in split(inside):
            path = part[0].name
            self.state.drop_column(table, path)

    def _alter_rename(self, name: str, item: list[Token]) -> None:
        words = [token.word for token in item]
        if words[1] in {"INDEX", "KEY", "CONSTRAINT", "PARTITION"} and len(item) > 3:
            return
        table = self._table(name)
        if words[1] in {"TO", "AS"}:
            new, _ = table_name(item, 2)
            self._rename_table(table, new)
        elif "TO" in words[2:]:
            to = words.index("TO", 2)
            self._rename(table, item[to - 1].name, item[to + 1])
        elif len(item) == 2:
            self._rename_table(table, item[1].name)
        else:
            raise ValueError("no TO")

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

    def _alter_column(self, name: str, item: list[Token]) -> None:
        at = 1
        if item[at].word in {"INDEX", "CONSTRAINT", "CHECK", "SORTKEY", "DISTSTYLE", "DISTKEY"} and len(item) > 2:
            return
        if item[at].word == "COLUMN" and len(item) > 2:
            at += 1
        at = _behind_words(item, at, ("IF", "EXISTS"))
        column, rest = item[at], item[at + 1 :]
        words = [token.word for token in rest]
        table, named = self._table(name), Name(column.name, self.file.place(*column.span))
        if words[:1] == ["COMMENT"]:
            self.state.comment_column(table, named, rest[1].name)
        elif "TYPE" in words[:3]:
            start = words.index("TYPE")
            self._retype_as(table, [column, *rest[start + 1 :]])
        elif words[:1] == ["RENAME"]:
            self._rename(table, column.name, rest[-1])
        elif words and words[0] not in {"SET", "DROP", "ADD", "RESTART", "RESET"}:
            self._retype_as(table, item[at:])

    def _retype_as(self, table: Table, item: list[Token]) -> None:
        column = column_def(item, self._text)
        if column is not None:
            self._retype(table, column)

    # The others

    def _drop(self, tokens: list[Token]) -> None:
        at = next(i for i, token in enumerate(tokens) if token.word == "TABLE")
        at = _behind_words(tokens, at + 1, ("IF", "EXISTS"))
        for item in split(tokens[at:]):
            name, _ = table_name(item, 0)
            if name:
                self.state.drop_table(name, self.history, only=not self.tears_down)

    def _rename_tables(self, tokens: list[Token]) -> None:
        start = 2 if tokens[1].word in {"TABLE", "TABLES"} else 1
        for item in split(tokens[start:]):
            old, index = table_name(item, 0)
            if index < len(item) and item[index].word == "TO":
                self._rename_table(self._table(old), table_name(item, index + 1)[0])

    def _comment(self, tokens: list[Token]) -> None:
        name, index = table_name(tokens, 3)
        text = tokens[index + 1] if tokens[index].word == "IS" else tokens[-1]
        said = text.name if text.kind in "sq" else None
        if text.kind == "s" and text.text[0] in "eE" and said:
            said = re.sub(r"\\(.)", r"\1", said)
        if tokens[2].word == "TABLE":
            table = self.state.find(name, self.history)
            if table is not None:
                table.comment = said
            return
        owner, _, _ = name.rpartition(".")
        column = tokens[index - 1]
        table = self.state.find(owner, self.history)
        if table is not None and fold(column.name) in table.columns:  # else a view's column
            self.state.comment_column(table, Name(column.name, self.file.place(*column.span)), said)

    def _sp_rename(self, tokens: list[Token]) -> None:
        """Applies ``sp_rename 'table.column', 'new', 'COLUMN'`` of SQL Server."""
        texts = [token for token in tokens if token.kind == "s"]
        if len(texts) < 2:
            self._unread(tokens[0], "a rename by sp_rename whose names are computed")
            return
        parts = [part[0] or part[1] for part in re.findall(r"\[([^\]]+)\]|([^.\[\]]+)", texts[0].name)]
        kind = texts[2].name.upper() if len(texts) > 2 else "OBJECT"
        new = texts[1]
        if kind == "COLUMN" and len(parts) > 1:
            self._rename(self._table(".".join(parts[:-1])), parts[-1], new)
        elif kind == "OBJECT" and self.state.find(".".join(parts), self.history):
            self._rename_table(self._table(".".join(parts)), new.name)

    def _extended_property(self, tokens: list[Token]) -> None:
        """Reads ``MS_Description``: how SQL Server keeps what is said of a table or column."""
        said = [token.name for token in tokens if token.kind == "s"]
        lowered = [text.lower() for text in said]
        if len(said) < 4 or lowered[0] != "ms_description" or "table" not in lowered[2:]:
            return
        at = lowered.index("table", 2)
        table = self.state.find(said[at + 1], self.history) if at + 1 < len(said) else None
        if table is None:
            return
        if "column" in lowered[at + 2 :]:
            column = lowered.index("column", at + 2) + 1
            key = fold(said[column]) if column < len(said) else ""
            if key in table.columns:
                self.state.comment_column(table, Name(said[column], table.columns[key].place), said[1])
        else:
            table.comment = said[1]

    def _execute(self, tokens: list[Token]) -> None:
        """Applies SQL that is executed from a text, when the whole statement stands there."""
        texts = [token for token in tokens if token.kind == "s" and _IN_TEXT.search(token.text)]
        for token in texts:
            at = tokens.index(token)
            before = tokens[at - 1].text if at else ""
            after = tokens[at + 1].text if at + 1 < len(tokens) else ""
            computed = after in {"|", "+", ","} or before in {"|", "+"} or "FORMAT" in {t.word for t in tokens[:at]}
            if computed or "''" in token.text[1:-1]:
                self._unread(token, "a definition that is put together when it runs")
            else:
                self.run(*token.span, deep=1)


def _behind_words(tokens: list[Token], at: int, words: tuple[str, ...]) -> int:
    """Returns the index behind a phrase, or the same index when it does not stand there."""
    found = tuple(token.word for token in tokens[at : at + len(words)])
    return at + len(words) if found == words else at


def _next_head(tokens: list[Token], start: int) -> int:
    """Returns where the next definition of the same statement begins: nothing separates them in SQL Server."""
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.kind == "p":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        elif (
            depth <= 0
            and token.kind == "w"
            and token.word in {"CREATE", "ALTER", "DROP", "EXEC", "EXECUTE", "SP_RENAME"}
        ):
            following = [following.word for following in tokens[index + 1 : index + 6]]
            kind = next((word for word in following if word not in _MODIFIERS), "")
            if token.word.startswith(("EXEC", "SP_")) or kind in {
                "TABLE",
                "VIEW",
                "INDEX",
                "PROCEDURE",
                "TRIGGER",
                "TYPE",
            }:
                if kind == "INDEX" and token.word != "CREATE" and tokens[index - 1].text == ",":
                    continue  # DROP INDEX as an action of ALTER TABLE
                if token.word == "DROP" and kind == "INDEX":
                    continue
                return index
    return len(tokens)


def _set_key(table: Table, column: str, key: str) -> None:
    declared = table.columns.get(fold(column))
    if declared is not None and declared.column.key is None:
        table.columns[fold(column)] = replace(declared, column=replace(declared.column, key=key))
