"""Dates and conditions as SQL, so that a database counts them itself: one ``GROUP BY``, and only counts leave it.

Every date becomes the key that ``recense.retention.counting`` describes. Dates stand in databases as dates, moments
with and without a time zone, numbers (seconds, milliseconds, microseconds or nanoseconds since 1970, ``20260131``,
a year, Excel's days) and as text (ISO 8601 with or without an offset, ``31/01/2026`` as the French write it, months by
name, ``20260131``); ``recense.retention.keys`` lists them.
Identifiers are always quoted and literals escaped; the statements read and never write.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from datetime import date

from recense.connectors.sql.tables import Field, Table
from recense.errors import SourceError
from recense.retention.calendar import first_hour, later
from recense.retention.counting import FALSE_WORDS, NO_DATE, Choice, Condition, Kind, Question
from recense.retention.keys import (
    COMPACT,
    DASHED,
    DIGITS,
    FIRST_SERIAL,
    FRENCH,
    ISO,
    LAST_SERIAL,
    MONTHS,
    MOST_HOURS,
    NAMED,
    NUMBER,
    SERIAL,
    SERIAL_1970,
    SHORT,
    UNITS,
    YEAR,
    ZONED,
)

_D = "[0-9]"


class Dates(abc.ABC):
    """Writes questions in one database's SQL.

    Args:
        quote: how the database quotes an identifier.
    """

    def __init__(self, quote: Callable[[str], str]) -> None:
        self.quote = quote

    native_numbers = True
    """Whether a column of numbers holds nothing but numbers."""

    # -- what databases spell differently

    @abc.abstractmethod
    def text(self, column: str) -> str:
        """Returns a cell as text."""

    @abc.abstractmethod
    def matches(self, text: str, pattern: str) -> str:
        """Returns whether a text matches one of the patterns above."""

    @abc.abstractmethod
    def whole(self, number: str) -> str:
        """Returns a number, or a text of digits, as a whole one."""

    @abc.abstractmethod
    def days(self, iso: str) -> str:
        """Returns the days from 1970-01-01 to a valid day as text."""

    def floor(self, number: str, divisor: int) -> str:
        """Returns a whole number divided and rounded down."""
        return f"FLOOR({number} / {divisor}.0)"

    def right(self, text: str, count: int) -> str:
        """Returns the last characters of a text."""
        return f"RIGHT({text}, {count})"

    def joined(self, *parts: str) -> str:
        """Returns texts one after the other."""
        return "(" + " || ".join(parts) + ")"

    def literal(self, value: str) -> str:
        """Returns a text as a literal."""
        return "'" + value.replace("'", "''") + "'"

    def native(self, field: Field) -> str | None:
        """Returns the key of a column whose type is a date or moment, None for other types."""
        column = self.quote(field.column.path)
        if field.kind in ("date", "timestamp"):
            return column if field.kind == "date" else f"CAST({column} AS DATE)"
        return None

    def native_before(self, field: Field, day: date) -> str | None:
        """Returns whether a column of such a type lies before a day; a date before year 1 is none."""
        column = self.quote(field.column.path)
        if field.kind in ("date", "timestamp"):
            return f"({column} < {self._typed(field.kind, day)} AND {column} >= {self._typed(field.kind, date.min)})"
        return None

    def _typed(self, kind: str, day: date) -> str:
        return f"DATE '{day}'" if kind == "date" else f"TIMESTAMP '{day} 00:00:00'"

    # -- keys

    def key(self, field: Field) -> str:
        """Returns the key of a cell."""
        native = self.native(field)
        if native is not None:
            return native
        column = self.quote(field.column.path)
        if field.kind in ("integer", "unsigned", "float"):
            return f"CASE WHEN {column} IS NULL THEN NULL ELSE {self._number(column)} END"
        return self._text_key(f"TRIM({self.text(column)})")

    def _number(self, number: str) -> str:
        """Returns the key of a number: by its size, a year, ``YYYYMMDD``, or a moment in one of four units."""
        n = self.whole(number)
        day = self.text(n)
        compact = self._checked(self._parts(day, (1, 4), (5, 2), (7, 2)))
        cases = [
            f"WHEN {number} BETWEEN 1000 AND 9999 THEN {self.joined(self.literal('y'), day)}",
            f"WHEN {number} BETWEEN 10000101 AND 99991231 THEN {compact}",
            f"WHEN {number} BETWEEN {FIRST_SERIAL} AND {LAST_SERIAL} THEN "
            + self.joined(self.literal("h"), self.text(self.whole(f"(({n} - {SERIAL_1970}) * 24 + 12)"))),
        ]
        for digits, unit in UNITS:
            edge, hours = f"{10**digits}", self.floor(n, 3600 * unit)
            within = f"{number} > -{edge} AND {number} < {edge} AND ABS({hours}) < {MOST_HOURS}"
            cases.append(f"WHEN {within} THEN {self.joined(self.literal('h'), self.text(self.whole(hours)))}")
        return f"CASE {' '.join(cases)} ELSE {self.literal(NO_DATE)} END"

    def _text_key(self, t: str) -> str:
        cases = [f"WHEN {asked} THEN {key}" for asked, key in self._branches(t)]
        return f"CASE WHEN {t} IS NULL OR {t} = '' THEN NULL {' '.join(cases)} ELSE {self.literal(NO_DATE)} END"

    def _text_before(self, t: str, day: date) -> str:
        """Returns whether the day of a text lies before a day: each way of writing is compared in its own branch."""
        cases = [f"WHEN {asked} THEN {self._key_before(key, day)}" for asked, key in self._branches(t)]
        return f"CASE {' '.join(cases)} ELSE FALSE END"

    def _branches(self, t: str) -> list[tuple[str, str]]:
        """Returns the ways of writing, in the order in which they are tried, with the key of each."""
        iso = self._checked(self._parts(t, (1, 4), (6, 2), (9, 2)))
        zoned = f"CASE WHEN {iso} = {self.literal(NO_DATE)} THEN {self.literal(NO_DATE)} ELSE {self._zoned(t)} END"
        lower = self.lowered(t)
        found = [
            (self.matches(t, ZONED), zoned),
            (self.matches(t, ISO), iso),
            (self.matches(t, FRENCH), self._checked(self._parts(t, (7, 4), (4, 2), (1, 2)))),
            (self.matches(t, COMPACT), self._checked(self._parts(t, (1, 4), (5, 2), (7, 2)))),
            (self.matches(t, YEAR), self.joined(self.literal("y"), t)),
            (f"({self.matches(t, DIGITS)} OR {self.matches(t, SERIAL)})", self._number(self.whole(t))),
        ]
        found += [(self.matches(t, pattern), self._checked(self._parts(t, *places))) for pattern, *places in SHORT]
        for pattern, digits, start in NAMED:
            day = self._padded(self._part(t, 1, digits), digits)
            parts = self.right(t, 4), self._month(lower, start), day
            found.append((self.matches(lower, pattern), self._checked(parts)))
        return found

    def lowered(self, text: str) -> str:
        """Returns a text in lower case, é and û too."""
        return f"LOWER({text})"

    def _month(self, lower: str, start: int) -> str:
        """Returns the number of the month whose name begins at a place."""
        cases = []
        for number, names in enumerate(MONTHS, 1):
            for length in sorted({len(name) for name in names}):
                listed = ", ".join(self.literal(name) for name in names if len(name) == length)
                cases.append(f"WHEN {self._part(lower, start, length)} IN ({listed}) THEN '{number:02d}'")
        return f"CASE {' '.join(cases)} ELSE '00' END"

    def _padded(self, part: str, length: int) -> str:
        return part if length != 1 else self.joined("'0'", part)

    def _zoned(self, t: str) -> str:
        """Returns the hour of an ISO text with an offset from UTC."""
        minutes = f"{self.days(self._part(t, 1, 10))} * 1440 + {self._int(t, 12)} * 60 + {self._int(t, 15)}"
        offset = f"CASE WHEN {self.right(t, 1)} = 'Z' THEN 0 "
        for length, gap in ((6, 1), (5, 0)):
            tail = self.right(t, length)
            sign = self._part(tail, 1, 1)
            hours, rest = self._int(tail, 2), self._int(tail, 4 + gap)
            mark = f"{self._part(tail, 4, 1)} = ':' AND " if gap else ""
            total = f"({hours} * 60 + {rest})"
            offset += f"WHEN {mark}{sign} IN ('+', '-') THEN CASE WHEN {sign} = '-' THEN -{total} ELSE {total} END "
        tail = self.right(t, 3)
        hours = f"({self._int(tail, 2)} * 60)"
        offset += f"ELSE CASE WHEN {self._part(tail, 1, 1)} = '-' THEN -{hours} ELSE {hours} END END"
        return self.joined(self.literal("h"), self.text(self.whole(self.floor(f"({minutes} - ({offset}))", 60))))

    def _part(self, text: str, start: int, length: int) -> str:
        return f"SUBSTR({text}, {start}, {length})"

    def _int(self, text: str, start: int) -> str:
        return self.whole(self._part(text, start, 2))

    def _parts(self, text: str, *places: tuple[int, int]) -> tuple[str, str, str]:
        year, month, day = (self._padded(self._part(text, *place), place[1]) for place in places)
        return year, month, day

    def _checked(self, parts: tuple[str, str, str]) -> str:
        """Returns year, month and day as an ISO day if there is such a day, else the key of no date."""
        year, month, day = parts
        leap = (
            f"({year} LIKE '%00' AND {year} IN ({', '.join(self.literal(f'{y:04d}') for y in range(400, 10_000, 400))})"
            f" OR {year} NOT LIKE '%00' AND {self.whole(self._part(year, 3, 2))} % 4 = 0)"
        )
        last = (
            f"CASE WHEN {month} IN ('04', '06', '09', '11') THEN '30' WHEN {month} <> '02' THEN '31' "
            f"WHEN {leap} THEN '29' ELSE '28' END"
        )
        right = f"{year} <> '0000' AND {month} >= '01' AND {month} <= '12' AND {day} >= '01' AND {day} <= {last}"
        iso = self.joined(year, "'-'", month, "'-'", day)
        return f"CASE WHEN {right} THEN {iso} ELSE {self.literal(NO_DATE)} END"

    # -- conditions

    def before(self, field: Field, day: date) -> str:
        """Returns whether the day of a cell lies before a day."""
        native = self.native_before(field, day)
        if native is not None:
            return native
        if field.kind in ("integer", "unsigned", "float"):
            return self._key_before(self.key(field), day)
        return self._text_before(f"TRIM({self.text(self.quote(field.column.path))})", day)

    def _key_before(self, k: str, day: date) -> str:
        rest = f"SUBSTR({k}, 2)"
        return (
            f"CASE WHEN {k} = {self.literal(NO_DATE)} THEN FALSE "
            f"WHEN {k} LIKE 'h%' THEN {self.whole(rest)} < {first_hour(day)} "
            f"WHEN {k} LIKE 'y%' THEN {self.whole(rest)} < {day.year} ELSE {k} < '{day}' END"
        )

    def condition(self, condition: Condition, table: Table) -> str:
        """Returns a condition as 1 or 0."""
        field = field_of(table, condition.column)
        others = [field_of(table, name) for name in condition.others]
        match condition.kind:
            case Kind.PRESENT:
                said = self._present(field)
            case Kind.NO:
                said = f"NOT COALESCE({self._present(field)}, FALSE)"
            case Kind.ANY:
                said = " OR ".join(f"COALESCE({self._present(one)}, FALSE)" for one in (field, *others))
            case Kind.MARKED:
                filled = " OR ".join(f"COALESCE({self._trimmed(one)} <> '', FALSE)" for one in others)
                said = f"{self._present(field)} AND ({filled or 'FALSE'})"
            case Kind.ONE_OF:
                said = f"{self._lower(field)} IN ({', '.join(self._spellings(condition.values))})"
            case Kind.CONTAINS:
                patterns = [self.literal(f"%{value}%") for value in condition.values]
                said = " OR ".join(f"{self._lower(field)} LIKE {pattern}" for pattern in patterns)
            case Kind.AT_LEAST | Kind.AT_MOST:
                sign = ">=" if condition.kind is Kind.AT_LEAST else "<="
                said = self._compared(field, sign, condition.number)
            case Kind.BEFORE:
                said = self.before(field, condition.day or date.min)
            case Kind.EARLIER:
                said = self._earlier(field, others[0])
        return f"CASE WHEN {said} THEN 1 ELSE 0 END"

    def _trimmed(self, field: Field) -> str:
        return f"TRIM({self.text(self.quote(field.column.path))})"

    def _lower(self, field: Field) -> str:
        return f"LOWER({self._trimmed(field)})"

    def _present(self, field: Field) -> str:
        if field.kind in ("date", "timestamp", "timestamp_utc"):
            return f"{self.quote(field.column.path)} IS NOT NULL"
        if field.kind == "boolean":
            return self.quote(field.column.path)
        if self.native_numbers and field.kind in ("integer", "unsigned", "float"):
            return f"{self.quote(field.column.path)} <> 0"
        return f"{self._lower(field)} NOT IN ({', '.join(map(self.literal, ('', '0.0', *FALSE_WORDS)))})"

    def _spellings(self, values: Sequence[str]) -> list[str]:
        """Returns literals in lower case; some databases lower only the letters of ASCII."""
        forms = [form for value in values for form in (value, value.capitalize(), value.upper())]
        mixed = [_ascii_lower(form) for form in forms]
        return [self.literal(form) for form in dict.fromkeys(mixed)]

    def _compared(self, field: Field, sign: str, number: float) -> str:
        if field.kind in ("integer", "unsigned", "float"):
            return f"{self.quote(field.column.path)} {sign} {number!r}"
        plain = f"REPLACE(REPLACE({self._trimmed(field)}, ' ', ''), ',', '.')"
        return f"CASE WHEN {self.matches(plain, NUMBER)} THEN {self.decimal(plain)} {sign} {number!r} ELSE FALSE END"

    def decimal(self, text: str) -> str:
        """Returns a text of digits with a decimal point as a number."""
        return f"CAST({text} AS DECIMAL(30, 9))"

    def _earlier(self, first: Field, second: Field) -> str:
        natives = self.native(first), self.native(second)
        if first.kind == second.kind and None not in natives:
            return f"{natives[0]} < {natives[1]}"
        a, b = (self._as_text(self.key(field)) for field in (first, second))
        same = " OR ".join(f"({a} LIKE '{one}%' AND {b} LIKE '{one}%')" for one in ("h", "y"))
        days = f"{a} LIKE '____-__-__' AND {b} LIKE '____-__-__' AND {a} < {b}"
        hours = (
            f"CASE WHEN {same} THEN {self.whole(f'SUBSTR({a}, 2)')} < {self.whole(f'SUBSTR({b}, 2)')} ELSE FALSE END"
        )
        return f"({days}) OR ({hours})"

    def _as_text(self, expression: str) -> str:
        return self.text(f"({expression})")

    # -- statements

    def statement(self, table: Table, question: Question) -> str:
        """Returns the one statement that answers a question: key, a 0 or 1 per condition, and a count of rows."""
        flags = [self.condition(condition, table) for condition in question.conditions]
        key = self._start(table, question, flags)
        inner = ", ".join([f"{key} AS k", *(f"{flag} AS c{n}" for n, flag in enumerate(flags)), "COUNT(*) AS n"])
        # By position: a column of the table may have one of our names.
        groups = ", ".join(str(n) for n in range(1, len(flags) + 2))
        outer = ", ".join([self.text("k"), *(f"c{n}" for n in range(len(flags))), "n"])
        return f"SELECT {outer} FROM (SELECT {inner} FROM {table.relation} GROUP BY {groups}) q"  # noqa: S608 quoted

    def _start(self, table: Table, question: Question, flags: Sequence[str]) -> str:
        """Returns the key of the start that speaks for a row."""
        cases: list[str] = []
        keys = [self.key(field_of(table, start.column)) if start.column else None for start in question.starts]
        distinct = {key for key in keys if key}
        if len(distinct) > 1:  # the branches of a CASE have one type
            keys = [self._as_text(key) if key else None for key in keys]
        for start, key in zip(question.starts, keys, strict=True):
            if not start.when:
                if not cases:
                    return key or "NULL"
                cases.append(f"ELSE {key or 'NULL'}")
                break
            met = " AND ".join(f"{flags[position]} = 1" for position in start.when)
            cases.append(f"WHEN {met} THEN {key or 'NULL'}")
        return f"CASE {' '.join(cases)} END" if cases else "NULL"

    def forms(self, table: Table, column: str) -> str:
        """Returns the statement that says in which ways a column writes its dates (``iso``, ``french``, ``s`` …)."""
        field = field_of(table, column)
        return f"SELECT DISTINCT {self._form(field)} FROM {table.relation}"  # noqa: S608 quoted

    def _form(self, field: Field) -> str:
        column = self.quote(field.column.path)
        if field.kind in ("integer", "unsigned", "float"):
            return self._number_form(column)
        if self.native(field) is not None:
            return "'native'"
        t = f"TRIM({self.text(column)})"
        return self._text_form(t)

    def _number_form(self, number: str) -> str:
        seconds = f"{number} > -100000000000 AND {number} < 100000000000"
        return (
            f"CASE WHEN {number} IS NULL THEN 'none' WHEN {number} BETWEEN 1000 AND 9999 "
            f"OR {number} BETWEEN 10000101 AND 99991231 OR {number} BETWEEN {FIRST_SERIAL} AND {LAST_SERIAL} "
            f"THEN 'odd' WHEN {seconds} THEN 's' ELSE 'odd' END"
        )

    def _text_form(self, t: str) -> str:
        return (
            f"CASE WHEN {t} IS NULL OR {t} = '' THEN 'none' WHEN {self._text_key(t)} = {self.literal(NO_DATE)} "
            f"OR {self.matches(t, ZONED)} THEN 'odd' WHEN {self.matches(t, DASHED)} THEN 'iso' "
            f"WHEN {self.matches(t, FRENCH)} THEN 'french' ELSE 'odd' END"
        )

    def _due(self, field: Field, form: str, choice: Choice) -> list[str]:
        """Returns the conditions that a start lies before a day and is no sentinel."""
        parts = [f"({self._short_before(field, form, choice.before)})"]
        sentinels = [day for day in choice.sentinels if day < choice.before]
        day_of_cell = {
            "iso": self._part(self._cell(field), 1, 10),
            "french": self._french(self._cell(field)),
            "native": self.native(field) if field.kind in ("date", "timestamp") else None,
        }.get(form)
        if day_of_cell:
            mark = "DATE " if form == "native" else ""
            listed = ", ".join(f"{mark}'{day}'" for day in sentinels)
            parts += [f"{day_of_cell} NOT IN ({listed})"] if sentinels else []
            return parts
        for sentinel in sentinels:
            after = self._short_before(field, form, later(sentinel, 1))
            parts.append(f"NOT (({after}) AND NOT ({self._short_before(field, form, sentinel)}))")
        return parts

    def _short_before(self, field: Field, form: str, day: date) -> str:
        """Returns ``before``, for a column that writes all its dates in one way as people would write it."""
        cell = self._cell(field)
        match form:
            case "s":
                return f"{self.quote(field.column.path)} < {first_hour(day) * 3600}"
            case "iso":
                return f"{self.matches(cell, DASHED)} AND {cell} < '{day}'"
            case "french":
                return f"{self.matches(cell, FRENCH)} AND {self._french(cell)} < '{day}'"
        return self.before(field, day)

    def _cell(self, field: Field) -> str:
        return f"TRIM({self.text(self.quote(field.column.path))})"

    def _french(self, cell: str) -> str:
        return self.joined(self._part(cell, 7, 4), "'-'", self._part(cell, 4, 2), "'-'", self._part(cell, 1, 2))

    def selection(self, table: Table, question: Question, choice: Choice, forms: frozenset[str] = frozenset()) -> str:
        """Returns the condition that selects the rows of a choice; see ``DateCounts.selection``.

        Args:
            table: where the rows are.
            question: what was counted.
            choice: which rows.
            forms: the ways in which the start column writes its dates; when it is one, the condition is short.
        """
        written = forms - {"none"}
        form = next(iter(written)) if len(written) == 1 else ""
        start = question.starts[choice.start]
        field = field_of(table, start.column)
        asked = [self.condition(condition, table) for condition in question.conditions]
        parts = self._due(field, form, choice)
        parts += [f"{asked[position]} = 1" for position in start.when]
        parts += [f"{asked[position]} = 0" for position in choice.no]
        for other in question.starts[: choice.start]:
            if other.when:
                parts.append("NOT (" + " AND ".join(f"{asked[position]} = 1" for position in other.when) + ")")
        for shield in choice.shields:
            met = [f"{asked[position]} = 1" for position in shield.when]
            met += [f"{asked[shield.over]} = 0"] if shield.over is not None else []
            met += [f"NOT ({self._short_before(field, form, shield.edge)})"] if shield.edge is not None else []
            parts.append(f"NOT ({' AND '.join(met)})" if met else "FALSE")
        return "\n  AND ".join(dict.fromkeys(parts))


def field_of(table: Table, name: str) -> Field:
    """Returns a column of a table.

    Raises:
        SourceError: the table has no such column that may be read.
    """
    for field in table.fields:
        if field.column.path == name:
            return field
    raise SourceError("not_found", f"{table.dataset.name} has no column of the name that its retention rule needs")


def _ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)
