"""The benchmark's tables and notes as the scorers take them."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.accuracy.columns import Table
from benchmarks.accuracy.documents import TextSet
from benchmarks.accuracy.french.build import Made
from benchmarks.accuracy.french.notes import ENTITIES, Note
from benchmarks.accuracy.score import Cell


def as_tables(made: Sequence[Made]) -> list[Table]:
    """Returns the tables with their labels."""
    return [
        Table(
            one.table.name,
            one.table.lang,
            dict(one.columns),
            {f.header: Cell(_where(one, f.header), f.label, f.entity, bool(f.note)) for f in one.table.fields},
        )
        for one in made
    ]


def _where(one: Made, header: str) -> str:
    trap = one.field(header).trap
    return f"{one.table.name}.{header}" + (f"  [{trap}]" if trap else "")


def as_texts(notes: Sequence[Note]) -> list[TextSet]:
    """Returns the French and the English notes; every label is exhaustive."""
    kinds = tuple(ENTITIES)
    return [
        TextSet(f"notes of our own, {lang}", kinds, [dict(note) for note in notes if note["lang"] == lang])
        for lang in ("fr", "en")
    ]
