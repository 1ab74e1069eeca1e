"""ALTER TABLE: adds, drops, renames, new types and comments, as each dialect writes them."""

from __future__ import annotations

from recense.connectors.schema.ddl.columns import closing, column_def, is_constraint, split, table_name
from recense.connectors.schema.ddl.tables import Tables
from recense.connectors.schema.ddl.tokens import Token
from recense.connectors.schema.ddl.words import HARMLESS, NOT_COLUMNS, behind_words
from recense.connectors.schema.state import Name, fold


class Altering(Tables):
    """Statements that change tables."""

    def _alter(self, tokens: list[Token]) -> None:
        at = next(i for i, token in enumerate(tokens) if token.word == "TABLE")
        at = behind_words(tokens, at + 1, ("IF", "EXISTS"))
        at = behind_words(tokens, at, ("ONLY",))
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
            if continues and (word not in HARMLESS or len(item) == 1 or item[1].word not in {"TO", "=", "BY"}):
                item = [*verb, *item]
            name = self._change(name, item)
            verb = item[: 2 if len(item) > 1 and item[1].word == "COLUMN" else 1]

    def _change(self, name: str, item: list[Token]) -> str:
        """Applies one action of an ALTER TABLE; returns the name that the table has for the next one."""
        word = item[0].word
        if word == "ADD":
            self._alter_add(name, item)
        elif word == "DROP":
            self._alter_drop(name, item)
        elif word == "RENAME":
            return self._alter_rename(name, item)
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
            return table.name
        elif word not in HARMLESS and item[0].kind == "w":
            self._unread(item[0], "this action of an ALTER TABLE is not known")
        return name

    def _alter_add(self, name: str, item: list[Token]) -> None:
        at = 1
        if item[at].word in {"COLUMN", "COLUMNS"} and len(item) > 2:
            at += 1
        at = behind_words(item, at, ("IF", "NOT", "EXISTS"))
        table = self._table(name)
        if item[at].text == "(":
            self._items(table, item[at + 1 : closing(item, at)], item[at])
        elif item[at].word in NOT_COLUMNS and item[at - 1].word != "COLUMN" and is_constraint([*item[at:]]):
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
        elif (item[at].word in NOT_COLUMNS and len(item) > 2) or [t.word for t in item[1:3]] == ["PRIMARY", "KEY"]:
            return
        at = behind_words(item, at, ("IF", "EXISTS"))
        table = self.state.find(name, self.history)
        if table is None:
            return
        inside = item[at + 1 : closing(item, at)] if item[at].text == "(" else item[at : at + 1]
        for part in split(inside):
            path = part[0].name
            self.state.drop_column(table, path)

    def _alter_rename(self, name: str, item: list[Token]) -> str:
        words = [token.word for token in item]
        if words[1] in {"INDEX", "KEY", "CONSTRAINT", "PARTITION"} and len(item) > 3:
            return name
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
        return table.name

    def _alter_column(self, name: str, item: list[Token]) -> None:
        at = 1
        if item[at].word in {"INDEX", "CONSTRAINT", "CHECK", "SORTKEY", "DISTSTYLE", "DISTKEY"} and len(item) > 2:
            return
        if item[at].word == "COLUMN" and len(item) > 2:
            at += 1
        at = behind_words(item, at, ("IF", "EXISTS"))
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
