"""Column definitions: name, type, comment, key, and the fields of structs; constraints told apart from columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from recense.connectors.schema.ddl.tokens import Token

_OPENING, _CLOSING = frozenset("(<"), frozenset(")>")
_OPTIONS = frozenset(
    [
        "NOT",
        "NULL",
        "DEFAULT",
        "PRIMARY",
        "UNIQUE",
        "REFERENCES",
        "CHECK",
        "COMMENT",
        "COLLATE",
        "CONSTRAINT",
        "GENERATED",
        "AUTO_INCREMENT",
        "AUTOINCREMENT",
        "IDENTITY",
        "AS",
        "ON",
        "CHARSET",
        "ENCODE",
        "OPTIONS",
        "KEY",
        "FIRST",
        "AFTER",
        "INVISIBLE",
        "VISIBLE",
        "VIRTUAL",
        "STORED",
        "PERSISTED",
        "SPARSE",
        "MASKED",
        "ENCRYPTED",
        "ROWGUIDCOL",
        "TAG",
        "MASKING",
        "WITH_TAG",
        "USING",
        "STORAGE",
        "COMPRESSION",
        "ENABLE",
        "DISABLE",
        "INITIALLY",
        "DEFERRABLE",
        "POLICY",
        "FOREIGN",
        "SORTKEY",
        "DISTKEY",
        "RESTART",
        "START",
        "ADD",
        "DROP",
        "ALTER",
        "MODIFY",
        "=",
    ]
)
_CONSTRAINTS = frozenset(["CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "EXCLUDE"])
_INDEXES = frozenset(["KEY", "INDEX", "FULLTEXT", "SPATIAL", "UNIQUE"])
_TYPES = frozenset(
    [
        "INT",
        "INTEGER",
        "BIGINT",
        "SMALLINT",
        "TINYINT",
        "MEDIUMINT",
        "VARCHAR",
        "CHAR",
        "TEXT",
        "NVARCHAR",
        "NCHAR",
        "VARCHAR2",
        "NVARCHAR2",
        "DATE",
        "DATETIME",
        "TIME",
        "TIMESTAMP",
        "BOOLEAN",
        "BOOL",
        "BIT",
        "NUMERIC",
        "DECIMAL",
        "NUMBER",
        "FLOAT",
        "DOUBLE",
        "REAL",
        "STRING",
        "JSON",
        "JSONB",
        "UUID",
        "BLOB",
        "CLOB",
        "BYTEA",
        "LONGTEXT",
        "MEDIUMTEXT",
        "TINYTEXT",
        "ENUM",
        "SERIAL",
        "BIGSERIAL",
        "BINARY",
        "VARBINARY",
        "CHARACTER",
        "INT64",
        "BYTES",
        "TIMESTAMPTZ",
        "CITEXT",
        "INET",
        "XML",
        "DATETIME2",
        "MONEY",
        "VARIANT",
        "ARRAY",
        "STRUCT",
    ]
)


@dataclass(slots=True)
class ColumnDef:
    """A column definition.

    Attributes:
        name: the token that names it. path: the names above it in a struct and its own, with ``[]`` for arrays.
    """

    name: Token
    type: str = ""
    comment: str | None = None
    key: str | None = None
    path: str = ""
    nested: list[ColumnDef] = field(default_factory=list)


def is_name(token: Token) -> bool:
    """Tells whether a token can name something."""
    return token.kind in "wqbs" and bool(token.name.strip())


def split(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yields the parts between the commas that stand outside brackets; angle brackets count inside types only."""
    depth = angle = 0
    part: list[Token] = []
    for index, token in enumerate(tokens):
        mark = token.text if token.kind == "p" else ""
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        elif mark == "<" and index and tokens[index - 1].word in {"STRUCT", "ARRAY", "MAP", "ROW"}:
            angle += 1
        elif mark == ">" and angle:
            angle -= 1
        elif mark == "," and depth <= 0 and not angle:
            yield part
            part = []
            continue
        part.append(token)
    if part:
        yield part


def closing(tokens: list[Token], opening: int) -> int:
    """Returns the index of the bracket that closes the one at ``opening``; the end of the list if none does."""
    depth = 0
    for index in range(opening, len(tokens)):
        mark = tokens[index].text if tokens[index].kind == "p" else ""
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
            if depth == 0:
                return index
    return len(tokens)


def is_constraint(item: list[Token]) -> bool:
    """Tells whether an item of a table's list is a constraint or an index rather than a column.

    ``KEY`` and ``PERIOD`` are also names of columns: then a type follows.
    """
    first = item[0].word
    second = item[1].word if len(item) > 1 else ""
    if item[0].kind != "w" or second in _TYPES:
        return False
    if first in _CONSTRAINTS:
        return second != "" if first != "CONSTRAINT" else len(item) > 2 or second != ""
    if first in _INDEXES:
        return second == "(" or any(token.text == "(" for token in item[1:6])
    return (first, second) in {("PERIOD", "FOR"), ("SUPPLEMENTAL", "LOG"), ("LIKE", ""), ("PARTITION", "BY")}


def column_def(item: list[Token], text: str) -> ColumnDef | None:
    """Returns the column that an item defines, None when it begins with no name."""
    if not item or not is_name(item[0]):
        return None
    column = ColumnDef(item[0], path=item[0].name)
    stop = _end_of_type(item)
    if stop > 1:
        column.type = " ".join(text[item[1].start : item[stop - 1].end].split())[:200]
        column.nested = _nested(item[1:stop], text, column.path)
    _options(item[stop:], column)
    return column


def _end_of_type(item: list[Token]) -> int:
    """Returns the index behind the type of a column."""
    index = 1
    while index < len(item) and item[index].word not in _OPTIONS:
        token = item[index]
        if token.kind == "p" and token.text == "(":
            index = min(closing(item, index) + 1, len(item))
        elif token.word in {"CHARACTER", "CHAR"} and index + 1 < len(item) and item[index + 1].word == "SET":
            break
        elif token.word == "<":
            depth = 0
            while index < len(item):
                depth += {"<": 1, ">": -1}.get(item[index].word, 0)
                index += 1
                if not depth:
                    break
        else:
            index += 1
    return index


def _options(rest: list[Token], column: ColumnDef) -> None:
    """Reads comment and key from what follows the type."""
    for index, token in enumerate(rest):
        word, following = token.word, rest[index + 1 : index + 4]
        if word == "COMMENT" and following:
            text = following[1] if following[0].text == "=" and len(following) > 1 else following[0]
            if text.kind in "sq":
                column.comment = text.name
        elif word == "DESCRIPTION" and len(following) > 1 and following[0].text == "=" and following[1].kind in "sq":
            column.comment = following[1].name
        elif word == "PRIMARY":
            column.key = "primary"
        elif word == "REFERENCES":
            column.key = column.key or f"foreign:{_reference(rest[index + 1 :])}"


def _reference(tokens: list[Token]) -> str:
    """Returns ``table.column`` of what follows REFERENCES."""
    table, index = table_name(tokens, 0)
    inside = tokens[index + 1].name if index + 1 < len(tokens) and tokens[index].text == "(" else ""
    return f"{table}.{inside}" if inside else table


def table_name(tokens: list[Token], index: int) -> tuple[str, int]:
    """Returns a name of one or more parts and the index behind it; an empty name when there is none."""
    parts: list[str] = []
    while index < len(tokens) and is_name(tokens[index]):
        token = tokens[index]
        parts.extend(token.name.split(".") if token.text.startswith("`") else [token.name])
        index += 1
        if index < len(tokens) and tokens[index].text == ".":
            index += 1
            while index < len(tokens) and tokens[index].text == ".":  # db..table of SQL Server
                index += 1
            continue
        break
    return ".".join(parts), index


def _nested(tokens: list[Token], text: str, path: str, depth: int = 0) -> list[ColumnDef]:
    """Returns the fields of a struct type, as deep as they go."""
    if not tokens or depth > 15:
        return []
    head = tokens[0].word
    if head not in {"STRUCT", "ARRAY", "ROW", "OBJECT"} or len(tokens) < 3 or tokens[1].text not in _OPENING:
        return []
    last = max((i for i, token in enumerate(tokens) if token.text in _CLOSING), default=len(tokens))
    inside = tokens[2:last]
    if head == "ARRAY":
        return _nested(inside, text, f"{path}[]", depth + 1)
    found = []
    for item in split(inside):
        column = column_def_nested(item, text, path, depth)
        if column is not None:
            found.append(column)
    return found


def column_def_nested(item: list[Token], text: str, path: str, depth: int) -> ColumnDef | None:
    """Returns a field of a struct: ``name type`` or ``name: type``."""
    item = [token for index, token in enumerate(item) if not (index == 1 and token.text == ":")]
    if len(item) < 2 or not is_name(item[0]):
        return None
    column = ColumnDef(item[0], path=f"{path}.{item[0].name}")
    stop = _end_of_type(item)
    column.type = " ".join(text[item[1].start : item[max(stop - 1, 1)].end].split())[:200]
    column.nested = _nested(item[1:stop], text, column.path, depth + 1)
    _options(item[stop:], column)
    return column


def leaves(column: ColumnDef) -> Iterator[ColumnDef]:
    """Yields a column, or the fields that it consists of."""
    if not column.nested:
        yield column
    for inner in column.nested:
        yield from leaves(inner)
