"""Rows are cut into blocks at row ends only, however oddly the file is quoted."""

import random
from pathlib import Path

import pytest

from recense.connectors import open_source
from recense.model import Limits


def cells(path: Path, batch_bytes: int) -> list[dict[str, object]]:
    with open_source(str(path), Limits(batch_bytes=batch_bytes)) as source:
        return [
            row
            for dataset in source.datasets()
            for partition in source.partitions(dataset)  # type: ignore[arg-type]
            for batch in source.batches(partition)
            for row in batch.to_pylist()
        ]


@pytest.mark.parametrize("seed", range(6))
def test_the_size_of_a_block_changes_no_cell(tmp_path: Path, seed: int) -> None:
    # Before Python 3.11.5 a possessive repeat went on behind the part of a row that stands at a block's end.
    chance = random.Random(seed)
    fields = ["plain", 'a"b', '"quoted, with ""quotes"""', '"two\nlines"', "", 'x""', "é"]
    lines = [",".join(chance.choice(fields) for _ in range(3)) for _ in range(3_000)]
    file = tmp_path / "odd.csv"
    file.write_text("first,second,third\n" + "\n".join(lines) + "\n", encoding="utf-8")
    whole = cells(file, 16 << 20)
    assert len(whole) == 3_000
    assert cells(file, 1 << 12) == whole
