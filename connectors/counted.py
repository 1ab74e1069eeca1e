"""Dates and conditions counted by Arrow, batch by batch: for files, and for databases whose SQL is not known.

The same keys and the same answers as in SQL (``recense.connectors.sql.counting``), see
``recense.retention.counting``. pyarrow is imported when rows are there to be counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from recense.connectors import projection
from recense.errors import SourceError
from recense.model import Dataset, Source
from recense.plugins import optional
from recense.retention.calendar import first_hour
from recense.retention.counting import FALSE_WORDS, NO_DATE, Condition, DateCounts, Group, Kind, Question, Tally, day_of
from recense.retention.keys import NUMBER, number_key, text_key

if TYPE_CHECKING:
    import pyarrow as pa

_EPOCH = date(1970, 1, 1)


def count_dates(source: Source, dataset: Dataset, question: Question) -> Tally:
    """Returns the rows of a dataset per day and conditions: by the source itself if it can, else by streaming.

    Raises:
        SourceError: it could not be counted.
    """
    if isinstance(source, DateCounts):
        return source.count_dates(dataset, question)
    return streamed(source, dataset, question)


def streamed(source: Source, dataset: Dataset, question: Question) -> Tally:
    """Returns the same by reading the rows in bounded memory."""
    with projection.only(frozenset(name.partition(".")[0] for name in question.columns)):
        return counted((b for part in source.partitions(dataset) for b in source.batches(part)), question, dataset)


def counted(batches: Iterable[pa.RecordBatch], question: Question, dataset: Dataset) -> Tally:
    """Returns the counts of some record batches.

    Raises:
        SourceError: no batch had a column that the question needs.
    """
    tally: Counter[Group] = Counter()
    bins = _Bins()
    missing, seen = set(question.columns), False
    for batch in batches:
        seen = seen or batch.num_rows > 0
        missing -= {name for name in missing if _has(batch, name)}
        tally.update(_batch(batch, question, bins))
    tally.update(bins.tally())
    if seen and missing:
        raise SourceError("not_found", f"{dataset.name} has no column of the name that its retention rule needs")
    return tally


def _has(batch: pa.RecordBatch, name: str) -> bool:
    names = batch.schema.names
    return name in names or ("." in name and name.partition(".")[0] in names)


def _batch(batch: pa.RecordBatch, question: Question, bins: _Bins) -> dict[Group, int]:
    """Returns the counts of one batch: keys and conditions are computed per column, and grouped."""
    import pyarrow as pa

    if not batch.num_rows:
        return {}
    flags = [_condition(batch, condition) for condition in question.conditions]
    key = _start(batch, question, flags)
    if bins.add(key, flags):
        return {}
    names = ["k", *(f"c{n}" for n in range(len(flags)))]
    grouped = pa.table([key, *flags], names=names).group_by(names, use_threads=False).aggregate([([], "count_all")])
    columns = [grouped.column(name) for name in names]
    shown = [_shown(columns[0]), *(column.to_pylist() for column in columns[1:])]
    counts: dict[Group, int] = Counter()
    for values, count in zip(zip(*shown, strict=True), grouped.column("count_all").to_pylist(), strict=True):
        counts[values[0], tuple(map(bool, values[1:]))] += count
    return counts


FIRST, LAST = 7_305, 24_837
"""Days from 1970 to 1990 and to 2038: the window in which days are counted by their number."""


class _Bins:
    """Counts days and few conditions by bins, many times faster than by groups.

    It takes no key that is not a day, no day outside the window, and nothing without numpy, which the base does not
    need: such batches are grouped.
    """

    def __init__(self) -> None:
        self._numpy = optional("numpy")
        self._counts: Any = None
        self._flags = 0

    def add(self, key: pa.Array, flags: Sequence[pa.Array]) -> bool:
        """Counts a batch, or returns that it cannot."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self._numpy is None or not pa.types.is_date32(key.type) or len(flags) > 4:
            return False
        days = key.cast(pa.int32())
        bounds = pc.min_max(days)
        low, high = bounds["min"].as_py(), bounds["max"].as_py()
        if low is not None and (low < FIRST or high > LAST):
            return False
        # Bin 0 holds the rows without a day; the bits below the day's number are the conditions.
        code = self._numpy.asarray(pc.fill_null(days, FIRST - 1)) - (FIRST - 1)
        for flag in flags:
            code = code * 2 + self._numpy.asarray(flag.cast(pa.uint8()))
        bins = (LAST - FIRST + 2) << len(flags)
        counts = self._numpy.bincount(code, minlength=bins)
        self._counts = counts if self._counts is None else self._counts + counts
        self._flags = len(flags)
        return True

    def tally(self) -> dict[Group, int]:
        """Returns what was counted."""
        found: dict[Group, int] = {}
        if self._counts is None or self._numpy is None:
            return found
        for number in self._numpy.flatnonzero(self._counts).tolist():
            day = number >> self._flags
            said = tuple(bool(number >> shift & 1) for shift in reversed(range(self._flags)))
            shown = (_EPOCH + timedelta(days=day + FIRST - 1)).isoformat() if day else None
            found[shown, said] = int(self._counts[number])
        return found


def _shown(keys: pa.ChunkedArray) -> list[str | None]:
    """Returns keys as texts; days are grouped as numbers since that is much faster."""
    import pyarrow as pa

    if pa.types.is_date32(keys.type):
        # Arrow writes any day, also those beyond the year 9999 that Python does not know.
        return [None if text is None else text for text in keys.cast(pa.string()).to_pylist()]
    return list(keys.to_pylist())


def _start(batch: pa.RecordBatch, question: Question, flags: Sequence[pa.Array]) -> pa.Array:
    """Returns the key of the start that speaks for each row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    nothing = pa.nulls(batch.num_rows, pa.string())
    if not question.starts:
        return nothing
    if not question.starts[0].when:
        return _key(batch, question.starts[0].column) if question.starts[0].column else nothing
    masks: list[Any] = []
    keys: list[Any] = []
    for start in question.starts:
        mask = pa.array([True] * batch.num_rows) if not start.when else flags[start.when[0]]
        for position in start.when[1:]:
            mask = pc.and_(mask, flags[position])
        masks.append(mask)
        key = _key(batch, start.column) if start.column else nothing
        keys.append(key)
    kinds = {key.type for key in keys if key is not nothing}
    if len(kinds) == 1:
        keys = [pa.nulls(batch.num_rows, next(iter(kinds))) if key is nothing else key for key in keys]
    elif kinds:
        keys = [key.cast(pa.string()) for key in keys]
    return pc.case_when(pa.StructArray.from_arrays(masks, names=[f"m{n}" for n in range(len(masks))]), *keys)


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    index = batch.schema.get_field_index(name)
    if index >= 0:
        column = batch.column(index)
    else:  # a field of nested data, as recense writes its path
        head, _, rest = name.partition(".")
        index = batch.schema.get_field_index(head)
        try:
            if index < 0 or not rest:
                raise KeyError(name)
            column = pc.struct_field(batch.column(index), rest.split("."))
        except (pa.ArrowException, LookupError, ValueError, TypeError, NotImplementedError):
            return pa.nulls(batch.num_rows, pa.string())
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _key(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Returns the keys of a column: ``date32`` for days, else texts."""
    import pyarrow as pa

    column = _column(batch, name)
    kind = column.type
    if pa.types.is_date32(kind):
        return column
    if pa.types.is_date64(kind) or (pa.types.is_timestamp(kind) and kind.tz is None):
        return column.cast(pa.date32(), safe=False)
    if pa.types.is_timestamp(kind):
        seconds = column.cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.int64())
        return _hours(seconds, 3600)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _number_keys(column)
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    return _text_keys(_text(column))


def _hours(numbers: pa.Array, divisor: int) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    down = pc.floor(pc.divide(pc.cast(numbers, pa.float64(), safe=False), float(divisor))).cast(pa.int64())
    return pc.binary_join_element_wise("h", down.cast(pa.string()), "")


def _number_keys(column: pa.Array) -> pa.Array:
    """Returns the keys of numbers, each distinct number once."""
    import pyarrow as pa

    packed = column.dictionary_encode()
    keys = pa.array([number_key(value) for value in packed.dictionary.to_pylist()], pa.string())
    return keys.take(packed.indices)


def _text(column: pa.Array) -> pa.Array:
    """Returns cells as trimmed texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = [None if value is None else value.decode("utf-8", "replace") for value in column.to_pylist()]
        column = pa.array(values, pa.string())
    elif pa.types.is_nested(kind):
        values = [None if value is None else "nested" for value in column.to_pylist()]
        column = pa.array(values, pa.string())
    elif not pa.types.is_string(kind):
        column = column.cast(pa.string())
    return pc.utf8_trim(column, " ")


def _text_keys(texts: pa.Array) -> pa.Array:
    """Returns the keys of texts, each distinct text once."""
    import pyarrow as pa

    packed = texts.dictionary_encode()
    keys = pa.array([text_key(value) for value in packed.dictionary.to_pylist()], pa.string())
    return keys.take(packed.indices)


def _condition(batch: pa.RecordBatch, condition: Condition) -> pa.Array:
    """Returns a condition per row, never null."""
    import pyarrow.compute as pc

    return pc.fill_null(_asked(batch, condition), False)


def _asked(batch: pa.RecordBatch, condition: Condition) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    match condition.kind:
        case Kind.PRESENT:
            return _present(batch, condition.column)
        case Kind.NO:
            return pc.invert(_present(batch, condition.column))
        case Kind.ANY:
            return _either([_present(batch, name) for name in (condition.column, *condition.others)])
        case Kind.MARKED:
            filled = _either([_filled(_column(batch, name)) for name in condition.others])
            return pc.and_(_present(batch, condition.column), filled)
        case Kind.ONE_OF:
            lower = pc.utf8_lower(_text(_column(batch, condition.column)))
            return pc.is_in(lower, value_set=pa.array(condition.values, pa.string()))
        case Kind.CONTAINS:
            lower = pc.utf8_lower(_text(_column(batch, condition.column)))
            return _either([pc.match_substring(lower, value) for value in condition.values])
        case Kind.AT_LEAST:
            return pc.greater_equal(_numbers(batch, condition.column), condition.number)
        case Kind.AT_MOST:
            return pc.less_equal(_numbers(batch, condition.column), condition.number)
        case Kind.BEFORE:
            return _by_key(_key(batch, condition.column), condition)
        case Kind.EARLIER:
            return _earlier(_key(batch, condition.column), _key(batch, condition.others[0]))


def _either(masks: Sequence[pa.Array]) -> pa.Array:
    import pyarrow.compute as pc

    found = pc.fill_null(masks[0], False)
    for mask in masks[1:]:
        found = pc.or_(found, pc.fill_null(mask, False))
    return found


def _filled(column: pa.Array) -> pa.Array:
    """Returns whether cells hold anything but blanks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.fill_null(pc.not_equal(_text(column), ""), False)
    return pc.is_valid(column)


def _present(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Returns whether cells are filled and do not say no."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _column(batch, name)
    if pa.types.is_temporal(column.type):
        return pc.is_valid(column)
    if pa.types.is_boolean(column.type):
        return pc.fill_null(column, False)
    lower = pc.utf8_lower(_text(column))
    said = pc.is_in(lower, value_set=pa.array(["", "0.0", *FALSE_WORDS], pa.string()))
    return pc.and_(pc.is_valid(lower), pc.invert(said))


def _numbers(batch: pa.RecordBatch, name: str) -> pa.Array:
    """Returns cells as numbers, null where they are none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _column(batch, name)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return column.cast(pa.float64(), safe=False)
    plain = pc.replace_substring(pc.replace_substring(_text(column), " ", ""), ",", ".")
    good = pc.match_substring_regex(plain, NUMBER)
    return pc.if_else(good, plain, pa.scalar(None, pa.string())).cast(pa.float64())


def _by_key(keys: pa.Array, condition: Condition) -> pa.Array:
    """Returns whether days lie before the condition's, each distinct key judged once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    day = condition.day
    if day is None:
        raise ValueError("a comparison needs a day")
    if pa.types.is_date32(keys.type):
        return pc.and_(pc.less(keys, pa.scalar(day)), pc.greater_equal(keys, pa.scalar(day.min)))
    packed = keys.dictionary_encode()
    said = pa.array([_before(key, day) for key in packed.dictionary.to_pylist()], pa.bool_())
    return said.take(packed.indices)


def _before(key: str | None, day: date) -> bool:
    if key is None or key == NO_DATE:
        return False
    if key.startswith("h"):
        return int(key[1:]) < first_hour(day)
    return int(key[1:]) < day.year if key.startswith("y") else key < day.isoformat()


def _earlier(first: pa.Array, second: pa.Array) -> pa.Array:
    """Returns whether days lie before others, where both are written in the same way."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_date32(first.type) and pa.types.is_date32(second.type):
        return pc.less(first, second)
    days = [_comparable(one) for one in (first, second)]
    return pc.less(*days)


def _comparable(keys: pa.Array) -> pa.Array:
    """Returns keys as days, null for what is none."""
    import pyarrow as pa

    if pa.types.is_date32(keys.type):
        return keys
    packed = keys.dictionary_encode()
    return pa.array([day_of(key) for key in packed.dictionary.to_pylist()], pa.date32()).take(packed.indices)
