"""How each kind of database spells what ``recense.connectors.sql.counting`` asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from recense.connectors.sql.counting import Dates
from recense.connectors.sql.tables import Field
from recense.retention.calendar import first_hour
from recense.retention.counting import NO_DATE
from recense.retention.keys import (
    COMPACT,
    DASHED,
    DIGITS,
    FRENCH,
    ISO,
    MONTHS,
    NAMED,
    NUMBER,
    SERIAL,
    SHORT,
    YEAR,
    ZONED,
)

_D = "[0-9]"


def moment(hour: int) -> str:
    """Returns an hour counted from 1970 as a UTC time that databases read; the edge of time beyond the year 1."""
    if hour < -17_000_000:
        return "0001-01-02 00:00:00"
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).strftime("%Y-%m-%d %H:%M:%S")


class PostgresDates(Dates):
    """PostgreSQL 12 or newer."""

    def text(self, column: str) -> str:
        """Returns a cell as text."""
        return f"({column})::text"

    def matches(self, text: str, pattern: str) -> str:
        """Returns whether a text matches."""
        return f"{text} ~ {self.literal(pattern)}"

    def whole(self, number: str) -> str:
        """Returns a whole number; what is a number already is rounded down."""
        return f"FLOOR(({number})::numeric)::bigint"

    def days(self, iso: str) -> str:
        """Returns days since 1970."""
        return f"(({iso})::date - DATE '1970-01-01')"

    def native(self, field: Field) -> str | None:
        """Returns the day in Paris of a moment with a time zone."""
        if field.kind == "timestamp_utc":
            return f"CAST({self.quote(field.column.path)} AT TIME ZONE 'Europe/Paris' AS DATE)"
        return super().native(field)

    def native_before(self, field: Field, day: date) -> str | None:
        """Returns whether a moment lies before a day begins in Paris."""
        if field.kind == "timestamp_utc":
            column = self.quote(field.column.path)
            low, edge = "TIMESTAMPTZ '0001-01-02 00:00:00+00'", f"TIMESTAMPTZ '{moment(first_hour(day))}+00'"
            return f"({column} < {edge} AND {column} >= {low})"
        return super().native_before(field, day)


class DuckdbDates(Dates):
    """DuckDB; its time zones come with an extension that is never loaded, so moments are counted by the hour."""

    def text(self, column: str) -> str:
        """Returns a cell as text."""
        return f"CAST({column} AS VARCHAR)"

    def matches(self, text: str, pattern: str) -> str:
        """Returns whether a text matches."""
        return f"regexp_matches({text}, {self.literal(pattern)})"

    def whole(self, number: str) -> str:
        """Returns a whole number; None for a text that is none."""
        return f"TRY_CAST(FLOOR(TRY_CAST({number} AS DOUBLE)) AS BIGINT)"

    def days(self, iso: str) -> str:
        """Returns days since 1970."""
        return f"(TRY_CAST({iso} AS DATE) - DATE '1970-01-01')"

    def native(self, field: Field) -> str | None:
        """Returns the hour of a moment with a time zone."""
        if field.kind == "timestamp_utc":
            hours = self.whole(self.floor(f"epoch({self.quote(field.column.path)})", 3600))
            return self.joined("'h'", self.text(hours))
        return super().native(field)

    def native_before(self, field: Field, day: date) -> str | None:
        """Returns whether a moment lies before a day begins in Paris."""
        if field.kind == "timestamp_utc":
            return f"epoch({self.quote(field.column.path)}) < {first_hour(day) * 3600}"
        return super().native_before(field, day)


class MysqlDates(Dates):
    """MySQL 8 or newer and MariaDB 10.5 or newer."""

    def text(self, column: str) -> str:
        """Returns a cell as text."""
        return f"CAST({column} AS CHAR)"

    def matches(self, text: str, pattern: str) -> str:
        """Returns whether a text matches; the patterns know no small letters."""
        return f"{text} REGEXP {self.literal(pattern)}"

    def whole(self, number: str) -> str:
        """Returns a whole number."""
        return f"CAST(FLOOR({number}) AS SIGNED)"

    def days(self, iso: str) -> str:
        """Returns days since 1970."""
        return f"DATEDIFF({iso}, '1970-01-01')"

    def joined(self, *parts: str) -> str:
        """Returns texts one after the other; ``||`` is OR here."""
        return f"CONCAT({', '.join(parts)})"

    def literal(self, value: str) -> str:
        """Returns a text as a literal; a backslash escapes here."""
        return super().literal(value.replace("\\", "\\\\"))

    def native(self, field: Field) -> str | None:
        """Returns the hour of a TIMESTAMP, which MySQL keeps in UTC."""
        if field.kind == "timestamp_utc":
            hours = self.text(f"FLOOR(UNIX_TIMESTAMP({self.quote(field.column.path)}) / 3600)")
            return f"CONCAT('h', {hours})"
        return super().native(field)

    def native_before(self, field: Field, day: date) -> str | None:
        """Returns whether a moment lies before a day begins in Paris."""
        if field.kind == "timestamp_utc":
            return f"UNIX_TIMESTAMP({self.quote(field.column.path)}) < {first_hour(day) * 3600}"
        return super().native_before(field, day)


def _globs(places: Sequence[tuple[int, int]]) -> list[str]:
    """Returns the globs of digits at some places, with one character between them."""
    parts = "[-/.]".join(_D * length for _, length in sorted(places))
    return [parts, parts + "[T ]*"]


_NAMED = {pattern: (digits, start) for pattern, digits, start in NAMED}


class SqliteDates(Dates):
    """SQLite, where every cell has a type of its own."""

    native_numbers = False
    _GLOBS: ClassVar[dict[str, list[str]]] = {
        ISO: [f"{_D * 4}{s}{_D * 2}{s}{_D * 2}{end}" for s in "-/." for end in ("", "[T ]*")],
        FRENCH: [f"{_D * 2}{s}{_D * 2}{s}{_D * 4}{end}" for s in "-/." for end in ("", "[T ]*")],
        DASHED: [f"{_D * 4}-{_D * 2}-{_D * 2}{end}" for end in ("", "[T ]*")],
        COMPACT: [f"{_D * 8}{end}" for end in ("", "[T ]*")],
        YEAR: [_D * 4],
        SERIAL: [f"[2-7]{_D * 4}"],
        ZONED: [
            f"{_D * 4}-{_D * 2}-{_D * 2}[T ]{_D * 2}:{_D * 2}*{end}"
            for end in ("Z", f"[+-]{_D * 2}:{_D * 2}", f"[+-]{_D * 4}", f"[+-]{_D * 2}")
        ],
        **{pattern: _globs(places) for pattern, *places in SHORT},
    }

    def text(self, column: str) -> str:
        """Returns a cell as text."""
        return f"CAST({column} AS TEXT)"

    def matches(self, text: str, pattern: str) -> str:
        """Returns whether a text matches: SQLite knows globs only."""
        if pattern == DIGITS:
            bare = f"LTRIM({text}, '-')"
            return f"(LENGTH({bare}) BETWEEN 9 AND 18 AND {bare} NOT GLOB '*[^0-9]*')"
        if pattern == NUMBER:
            return f"({text} GLOB '*[0-9]*' AND {text} NOT GLOB '*[^0-9.-]*' AND LENGTH({text}) < 26)"
        if pattern in _NAMED:
            return self._named(text, *_NAMED[pattern])
        return "(" + " OR ".join(f"{text} GLOB '{glob}'" for glob in self._GLOBS[pattern]) + ")"

    def _named(self, text: str, digits: int, start: int) -> str:
        """Returns whether a text is a day with the month's name, in small letters only."""
        head = f"SUBSTR({text}, 1, {start - 1}) GLOB '{_D * digits}{'er' if start > digits + 2 else ''}[-/. ]'"
        tail = f"{text} GLOB '*[-/. ]{_D * 4}'"
        name = f"SUBSTR({text}, {start}, LENGTH({text}) - {start + 4})"
        bare = f"RTRIM({name}, '.')"
        names = " OR ".join(f"{bare} GLOB '{one}*'" for group in MONTHS for one in group)
        shape = f"{bare} NOT GLOB '*[^a-zéû]*' AND LENGTH({name}) - LENGTH({bare}) <= 1 AND LENGTH({bare}) <= 10"
        return f"({head} AND {tail} AND {shape} AND ({names}))"

    def lowered(self, text: str) -> str:
        """Returns a text in lower case; SQLite lowers the letters of ASCII only."""
        return f"REPLACE(REPLACE(LOWER({text}), 'É', 'é'), 'Û', 'û')"

    def whole(self, number: str) -> str:
        """Returns a whole number."""
        return f"CAST({number} AS INTEGER)"

    def decimal(self, text: str) -> str:
        """Returns a number."""
        return f"CAST({text} AS REAL)"

    def floor(self, number: str, divisor: int) -> str:
        """Returns a whole number divided and rounded down; division cuts towards zero here."""
        return f"((({number}) - (((({number}) % {divisor}) + {divisor}) % {divisor})) / {divisor})"

    def right(self, text: str, count: int) -> str:
        """Returns the last characters of a text."""
        return f"SUBSTR({text}, -{count})"

    def days(self, iso: str) -> str:
        """Returns days since 1970."""
        return f"(CAST(STRFTIME('%s', {iso}) AS INTEGER) / 86400)"

    def native(self, field: Field) -> str | None:
        """Returns None: no type is sure to hold a date."""
        return None

    def native_before(self, field: Field, day: date) -> str | None:
        """Returns None."""
        return None

    def key(self, field: Field) -> str:
        """Returns the key of a cell by the cell's own type."""
        column = self.quote(field.column.path)
        return (
            f"CASE TYPEOF({column}) WHEN 'null' THEN NULL WHEN 'integer' THEN {self._number(column)} "
            f"WHEN 'real' THEN {self._number(self.whole(column))} WHEN 'text' THEN {self._text_key(f'TRIM({column})')} "
            f"ELSE {self.literal(NO_DATE)} END"
        )

    def before(self, field: Field, day: date) -> str:
        """Returns whether the day of a cell lies before a day, by the cell's own type."""
        column = self.quote(field.column.path)
        number = f"CASE WHEN TYPEOF({column}) = 'real' THEN {self.whole(column)} ELSE {column} END"
        return (
            f"CASE WHEN TYPEOF({column}) IN ('integer', 'real') THEN "
            f"{self._key_before(self._number(f'({number})'), day)} "
            f"WHEN TYPEOF({column}) = 'text' THEN {self._text_before(f'TRIM({column})', day)} ELSE FALSE END"
        )

    def _cell(self, field: Field) -> str:
        return self.quote(field.column.path)

    def _form(self, field: Field) -> str:
        column = self.quote(field.column.path)
        return (
            f"CASE TYPEOF({column}) WHEN 'null' THEN 'none' WHEN 'integer' THEN {self._number_form(column)} "
            f"WHEN 'text' THEN {self._text_form(column)} ELSE 'odd' END"
        )

    def _compared(self, field: Field, sign: str, number: float) -> str:
        column = self.quote(field.column.path)
        plain = f"REPLACE(REPLACE(TRIM({column}), ' ', ''), ',', '.')"
        as_text = f"CASE WHEN {self.matches(plain, NUMBER)} THEN {self.decimal(plain)} {sign} {number!r} ELSE FALSE END"
        return (
            f"CASE WHEN TYPEOF({column}) IN ('integer', 'real') THEN {column} {sign} {number!r} "
            f"WHEN TYPEOF({column}) = 'text' THEN {as_text} ELSE FALSE END"
        )
