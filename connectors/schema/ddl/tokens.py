"""Cuts SQL into statements of tokens with exact offsets; data in dumps is jumped over, not taken apart.

One lexer serves all dialects: where they contradict each other (a backslash in a string, ``#``, ``$$``), the dialect
decides. Every character is looked at a bounded number of times, whatever the file holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from recense.connectors.schema.files import Unreadable

MOST_TOKENS = 2_000_000
"""Tokens of one file outside its data (some 16 MB of definitions)."""


class Token(NamedTuple):
    """A token: ``kind`` is w(ord), q(uoted name), b(racketed), s(tring), d(ollar text), n(umber) or p(unctuation)."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Returns the offset behind it."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """Returns an unquoted word in upper case, a punctuation mark as it is, else nothing."""
        return self.text.upper() if self.kind == "w" else self.text if self.kind == "p" else ""

    @property
    def name(self) -> str:
        """Returns what it names, without quotes."""
        if self.kind in "qs":
            body = self.text[self.text.index(self.text[-1]) + 1 : -1]
            return body.replace(self.text[-1] * 2, self.text[-1])
        return self.text[1:-1] if self.kind == "b" else self.text

    @property
    def span(self) -> tuple[int, int]:
        """Returns the offsets of the name without quotes."""
        if self.kind in "qs":
            return self.start + self.text.index(self.text[-1]) + 1, self.end - 1
        return (self.start + 1, self.end - 1) if self.kind == "b" else (self.start, self.end)


_PLAIN, _ESCAPED = r"'(?:[^']|'')*+'", r"'(?:[^'\\]|\\.|'')*+'"
_QUOTED = r'"(?:[^"]|"")*+"|`(?:[^`]|``)*+`'
# Not "(?:[^*]++|\*(?!/))*+": before Python 3.11.5 a possessive repeat goes on from where its last, failed turn ended.
_COMMENT = r"--[^\n]*+|/\*(?s:.*?)\*/"
_NEXT = r"\n(?![ \t]{0,80}(?:GO\b|(?:CREATE|ALTER|DROP)[ \t]+(?:\w+[ \t]+){0,3}?TABLE\b|EXEC(?:UTE)?[ \t]))"

_SKIPPED = frozenset(
    [
        "INSERT",
        "REPLACE",
        "COPY",
        "UPDATE",
        "DELETE",
        "SELECT",
        "SET",
        "GRANT",
        "REVOKE",
        "PRAGMA",
        "COMMIT",
        "VALUES",
        "LOCK",
        "UNLOCK",
        "ANALYZE",
        "VACUUM",
        "MERGE",
        "EXPLAIN",
        "PRINT",
        "ROLLBACK",
        "SAVEPOINT",
        "TRUNCATE",
        "USE",
    ]
)
_STDIN = re.compile(r"\bFROM\s+STDIN\b", re.I)
_DATA = frozenset(("INSERT", "REPLACE", "COPY", "MERGE"))
_INTO = re.compile(r"\bINTO\b", re.I)
_GO = re.compile(r"[ \t]*(?:\d+[ \t]*)?(?=\r?\n|\Z)")
_DELIMITER = re.compile(r"[^\n]*")
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$")


class Lexer:
    """Statements of one text in one dialect.

    Attributes:
        data: whether statements that hold rows were met.
        selects_into: whether ``SELECT … INTO`` makes tables.
    """

    def __init__(self, text: str, dialect: str) -> None:
        self.text = text
        self.data = False
        self.selects_into = dialect not in {"mysql", "oracle", "sqlite", "bigquery", "snowflake"}
        self._dollars = dialect not in {"mysql", "tsql", "oracle", "sqlite", "bigquery"}
        string = _ESCAPED if dialect in {"mysql", "bigquery", "snowflake"} else rf"[eE]{_ESCAPED}|[nN]?{_PLAIN}"
        comment = _COMMENT + (r"|\#[^\n]*+" if dialect in {"mysql", "bigquery"} else "")
        self._token = re.compile(
            rf"\s*+(?:(?P<c>{comment})|(?P<s>{string})|(?P<q>{_QUOTED})|(?P<b>\[[^\]\n]*+\])|(?P<w>(?:[^\W\d]|[@#])[\w$#@]*+)"
            r"|(?P<n>\d[\w.]*+)|(?P<u>/\*|['\"`])|(?P<p>[^\s\w]|\d|_))",
            re.S,
        )
        self._skip = re.compile(
            rf"(?:[^;'\"`\-/\#\n$]++|{string}|{_QUOTED}|{comment}|{_NEXT}|(?!/\*)[-/\#$])*+", re.S | re.I
        )
        self._count = 0

    def statements(self, start: int = 0, end: int | None = None) -> Iterator[list[Token]]:
        """Yields the statements of a part of the text that may declare something.

        Raises:
            Unreadable: a string or comment does not end, or the file has too many tokens; ``line`` holds the offset.
        """
        end = len(self.text) if end is None else end
        statement: list[Token] = []
        position = start
        while match := self._token.match(self.text, position, end):
            kind = match.lastgroup or "p"
            position = match.end()
            if kind == "c":
                continue
            begin = match.start(kind)
            token = Token(kind, match[kind], begin)
            if kind == "u":
                raise Unreadable("a string or comment that begins here does not end", begin)
            word = token.word
            if kind == "p" and word == "$" and self._dollars and (opening := _DOLLAR.match(self.text, begin)):
                close = self.text.find(opening[0], opening.end(), end)
                if close < 0:
                    raise Unreadable("the quotation that begins here does not end", begin)
                position = close + len(opening[0])
                token = Token("d", self.text[begin:position], begin)
            elif kind == "p" and word == ";":
                if statement:
                    yield statement
                statement = []
                continue
            elif kind == "p" and word == "\\" and not statement:  # a command of psql
                position = self._end_of_line(position, end)
                continue
            elif kind == "w":
                if word == "GO" and self._alone(begin, position):
                    if statement:
                        yield statement
                    statement = []
                    continue
                if not statement and word == "DELIMITER":
                    self._dollars = False
                    position = self._end_of_line(position, end)
                    continue
                if not statement and word in _SKIPPED:
                    after = self._behind(word, begin, position, end)
                    if word != "SELECT" or not self._makes_table(begin, after):
                        position = after
                        continue
            if not statement and kind == "p":
                continue  # a delimiter of its own (``//``)
            self._count += 1
            if self._count > MOST_TOKENS:
                raise Unreadable(f"more than {MOST_TOKENS:,} words of definitions: the rest was not read", begin)
            statement.append(token)
        if statement:
            yield statement

    def _behind(self, word: str, begin: int, position: int, end: int) -> int:
        """Returns where the statement ends that begins here and declares nothing."""
        skipped = self._skip.match(self.text, position, end)
        after = skipped.end() if skipped else position
        self.data = self.data or word in _DATA
        if word == "COPY" and _STDIN.search(self.text, begin, min(after, begin + 100_000)):
            stop = self.text.find("\n\\.", after, end)
            return end if stop < 0 else stop + 3
        return after

    def _makes_table(self, begin: int, after: int) -> bool:
        """Tells whether a SELECT may say INTO a new table; in MySQL and Oracle it fills variables."""
        return self.selects_into and bool(_INTO.search(self.text, begin, min(after, begin + 100_000)))

    def _alone(self, begin: int, position: int) -> bool:
        line = self.text.rfind("\n", 0, begin) + 1
        return not self.text[line:begin].strip() and bool(_GO.match(self.text, position))

    def _end_of_line(self, position: int, end: int) -> int:
        stop = self.text.find("\n", position, end)
        return end if stop < 0 else stop


_MARKERS = re.compile(
    r"^[ \t]*(?:--|\#)[ \t]*(?:"
    r"(?P<down>migrate:down|\+goose[ \t]+down|\+migrate[ \t]+down|//[ \t]*@undo|-*[ \t]*!downs|"
    r"(?:down|rollback|undo)[ \t]+migration\b|@?(?:down|undo|rollback)[ \t]*:?[ \t]*$)"
    r"|(?P<up>migrate:up|\+goose[ \t]+up|\+migrate[ \t]+up|-*[ \t]*!ups|up[ \t]+migration\b|@?up[ \t]*:?[ \t]*$))",
    re.I | re.M,
)


def sections(text: str) -> Iterator[tuple[int, int]]:
    """Yields the parts of a migration that lead forward: not what stands under ``-- migrate:down`` and its like.

    Known are dbmate, goose, sql-migrate, MyBatis (``--//@UNDO``), Play (``!Downs``) and plain ``-- Down`` headings.
    """
    start, forward = 0, True
    for match in _MARKERS.finditer(text):
        if forward:
            yield start, match.start()
        start, forward = match.end(), match["up"] is not None
    if forward:
        yield start, len(text)


_DIALECTS = (
    (
        "mysql",
        re.compile(r"\bENGINE\s*=|\bAUTO_INCREMENT\b|^DELIMITER\b|\bMariaDB\b|\bMySQL\b|\bUNSIGNED\b", re.I | re.M),
    ),
    ("tsql", re.compile(r"^\s{0,80}GO\s*?$|\bsp_rename\b|\bIDENTITY\s*\(\d|\[dbo\]|\bNVARCHAR\b", re.I | re.M)),
    (
        "postgres",
        re.compile(
            r"\$\$|\bPostgreSQL\b|\bBIGSERIAL\b|\bJSONB\b|\bSERIAL\b|::\w|\bplpgsql\b|\bTIMESTAMPTZ\b|\bBYTEA\b", re.I
        ),
    ),
    ("oracle", re.compile(r"\bVARCHAR2\b|\bNUMBER\s*\(|^/\s*?$", re.I | re.M)),
    ("snowflake", re.compile(r"\bVARIANT\b|\bTIMESTAMP_[NLT]TZ\b|\bTRANSIENT\b", re.I)),
    ("bigquery", re.compile(r"\bINT64\b|\bSTRUCT\s*<|\bOPTIONS\s*\(", re.I)),
    ("sqlite", re.compile(r"\bAUTOINCREMENT\b|\bPRAGMA\b|\bWITHOUT\s+ROWID\b", re.I)),
)
_BY_NAME = (
    ("mysql", ("mysql", "mariadb")),
    ("postgres", ("postgres", "psql", "pgsql", "supabase")),
    ("tsql", ("mssql", "sqlserver", "tsql")),
    ("oracle", ("oracle",)),
    ("snowflake", ("snowflake",)),
    ("bigquery", ("bigquery",)),
    ("sqlite", ("sqlite",)),
)


def guess_dialect(name: str, text: str) -> str:
    """Returns the dialect of a file by its path, else by words that only one dialect has, else ``""`` (standard)."""
    lowered = name.lower()
    for dialect, words in _BY_NAME:
        if any(word in lowered for word in words):
            return dialect
    sample = text[:65_536]
    return next((dialect for dialect, pattern in _DIALECTS if pattern.search(sample)), "")
