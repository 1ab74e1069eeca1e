"""Folders that are one table: partitioned as ``key=value/…``, or written in numbered parts (Hive, Spark, pyarrow)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import unquote

import pyarrow as pa

_KEY = re.compile(r"([^=/\\]+)=(.*)", re.DOTALL)
_PART = re.compile(r"part-\d{4,}")
_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(slots=True)
class Group:
    """The files of one table, relative to the source's base."""

    folder: str
    files: list[str] = field(default_factory=list)

    def keys(self, file: str) -> dict[str, str | None]:
        """Returns the partition keys that a file's folders give.

        >>> Group("sales").keys("sales/year=2026/town=%C3%89vry/a.parquet")
        {'year': '2026', 'town': 'Évry'}
        """
        pairs = [_KEY.fullmatch(part) for part in PurePath(file).relative_to(self.folder).parts[:-1]]
        return {unquote(pair[1]): None if pair[2] == _NULL else unquote(pair[2]) for pair in pairs if pair}


def hidden(file: str) -> str:
    """Returns a path in which the values of partition keys, which are cells, are left out.

    >>> hidden("sales/year=2026/town=Nice/a.parquet")
    'sales/year=…/town=…/a.parquet'
    """
    *folders, name = PurePath(file).parts
    return str(PurePath(*(_KEY.sub(r"\1=…", folder) for folder in folders), name))


def group_of(file: str) -> str | None:
    """Returns the folder of the table that a file is a part of, None when it stands for itself.

    >>> group_of("sales/year=2026/month=01/a.parquet"), group_of("out/part-00001.csv"), group_of("a=b.csv")
    ('sales', 'out', None)
    """
    path = PurePath(file)
    for place, part in enumerate(path.parts[:-1]):
        if _KEY.fullmatch(part):
            return str(PurePath(*path.parts[:place]))
    return str(path.parent) if _PART.match(path.name) else None


def with_keys(batch: pa.RecordBatch, keys: dict[str, str | None]) -> pa.RecordBatch:
    """Returns a batch with the partition keys as text columns; a column of that name in the file stays."""
    for key, value in keys.items():
        if key not in batch.schema.names:
            cells = pa.repeat(pa.scalar(value, pa.string()), batch.num_rows)
            batch = batch.append_column(key, cells)
    return batch
