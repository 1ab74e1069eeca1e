"""CREATE TABLE in its many forms, and what else makes a table: types, materialised views."""

from __future__ import annotations

from recense.connectors.schema.ddl.columns import ColumnDef, closing, split, table_name
from recense.connectors.schema.ddl.tables import Tables
from recense.connectors.schema.ddl.tokens import Token
from recense.connectors.schema.ddl.words import TEMPORARY, VERBS, behind_words, into
from recense.connectors.schema.state import Table

_INTO = TEMPORARY | {"TABLE", "UNLOGGED", "LOCAL", "GLOBAL"}


class Creating(Tables):
    """Statements that make tables."""

    def _create(self, tokens: list[Token]) -> None:
        at = next(i for i, token in enumerate(tokens) if token.word in {"TABLE", "VIEW"})
        temporary = any(token.word in TEMPORARY for token in tokens[:at])
        at = behind_words(tokens, at + 1, ("IF", "NOT", "EXISTS"))
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

    def _select_into(self, tokens: list[Token]) -> None:
        """Reads ``SELECT … INTO new_table``, which makes a table of a query."""
        at = into(tokens, 0) or 0
        target = next(i for i in range(at + 1, len(tokens)) if tokens[i].word not in _INTO)
        name, index = table_name(tokens, target)
        made = [token.word for token in tokens[at + 1 : target]]
        if name.startswith(("#", "@", "tempdb")) or set(made) & TEMPORARY:
            return  # gone with its session, or a variable
        if not name:
            self._unread(tokens[at], "a SELECT INTO whose table could not be read")
            return
        if self.state.find(name, self.history) is None:
            table = self.state.create(name, self.history, self.file.name)
            self._as_select(table, tokens[: _end_of_query(tokens, index)], tokens[target])


def _end_of_query(tokens: list[Token], start: int) -> int:
    """Returns where the query ends in which ``start`` lies: SQL Server needs no semicolon behind it."""
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index]
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "p" else 0
        goes_on = tokens[index - 1].word in {"UNION", "ALL", "EXCEPT", "INTERSECT"}
        if depth < 0 or (depth == 0 and (token.word in VERBS or (token.word == "SELECT" and not goes_on))):
            return index
    return len(tokens)
