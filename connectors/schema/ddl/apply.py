"""Applies SQL statements to a state: what each statement does to tables and columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from recense.connectors.schema.ddl.altering import Altering
from recense.connectors.schema.ddl.columns import split, table_name
from recense.connectors.schema.ddl.creating import Creating
from recense.connectors.schema.ddl.tokens import Lexer, Token
from recense.connectors.schema.ddl.words import MODIFIERS, behind_words, into, next_head
from recense.connectors.schema.files import Unreadable
from recense.connectors.schema.state import Name, fold

_HEADS = frozenset(["CREATE", "ALTER", "DROP", "COMMENT", "RENAME", "EXEC", "EXECUTE", "SP_RENAME", "SELECT"])
_IN_TEXT = re.compile(r"\b(?:CREATE\s+(?:\w+\s+){0,3}?TABLE|ALTER\s+TABLE|RENAME\s+COLUMN)\b", re.I)


class Statements(Creating, Altering):
    """The statements of one file, applied one after the other."""

    def run(self, start: int = 0, end: int | None = None, deep: int = 0) -> None:
        """Applies the statements of a part of the file.

        Raises:
            Unreadable: a string does not end, so that the rest cannot be told apart.
        """
        lexer = Lexer(self._text, self.dialect)
        lexer.selects_into &= not deep  # in the body of a function it fills variables
        self._selects_into = lexer.selects_into
        try:
            for tokens in lexer.statements(start, end):
                self._statement(tokens, deep)
        except Unreadable as error:
            raise Unreadable(str(error), self.file.line(error.line)) from None
        finally:
            self.data = self.data or lexer.data

    def _statement(self, tokens: list[Token], deep: int) -> None:
        """Applies every definition in a statement: SQL Server writes several without a separator."""
        if tokens[0].word == "CREATE" and any(pair == ("INSERT", "INTO") for pair in _pairs(tokens)):
            self.data = self.data or "TABLE" in {token.word for token in tokens[1:5]}  # nothing separates them
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
            stop = next_head(tokens, index + 2)
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

    def _handler(self, tokens: list[Token], index: int) -> Callable[[list[Token]], None] | None:
        """Returns what applies the definition that begins here, None when none does."""
        word, rest = tokens[index].word, [token.word for token in tokens[index + 1 : index + 7]]
        if not rest:
            return None
        if word in {"CREATE", "ALTER", "DROP"}:
            kind = next((w for w in rest if w not in MODIFIERS), "")
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
            named = [token.name.lower() for token in tokens[index + 1 : index + 7]]
            if "sp_rename" in named:
                return self._sp_rename
            if {"sp_addextendedproperty", "sp_updateextendedproperty"} & set(named):
                return self._extended_property
            return self._execute
        elif word == "SP_RENAME" and index == 0:
            return self._sp_rename
        elif word == "SELECT" and self._selects_into and into(tokens, index) is not None:
            return self._select_into
        return None

    def _drop(self, tokens: list[Token]) -> None:
        at = next(i for i, token in enumerate(tokens) if token.word == "TABLE")
        at = behind_words(tokens, at + 1, ("IF", "EXISTS"))
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
        given = _arguments(tokens)
        if given.get("name", "").lower() != "ms_description" or given.get("level1type", "").lower() != "table":
            return
        schema, name, column = (given.get(f"level{level}name", "") for level in (0, 1, 2))
        table = self.state.find(f"{schema}.{name}" if schema else name, self.history)
        if table is None:
            return
        if not given.get("level2type"):
            table.comment = given.get("value")
        elif given["level2type"].lower() == "column" and (declared := table.columns.get(fold(column))):
            self.state.comment_column(table, Name(column, declared.place), given.get("value"))

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


_PROPERTY = ("name", "value", "level0type", "level0name", "level1type", "level1name", "level2type", "level2name")


def _arguments(tokens: list[Token]) -> dict[str, str]:
    """Returns the arguments of ``sp_addextendedproperty``, given by name or by position, without quotes."""
    start = next(i for i, token in enumerate(tokens) if token.name.lower().endswith("extendedproperty")) + 1
    found: dict[str, str] = {}
    for position, item in enumerate(split(tokens[start:])):
        named = len(item) > 2 and item[0].text.startswith("@") and item[1].text == "="
        name = item[0].text[1:].lower() if named else _PROPERTY[position] if position < len(_PROPERTY) else ""
        value = item[2:3] if named else item[:1]
        if value and name and value[0].word != "NULL":
            found[name] = value[0].name
    return found


def _pairs(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yields the words that stand side by side."""
    return ((one.word, other.word) for one, other in pairwise(tokens))
