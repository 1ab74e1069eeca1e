"""The contract that every connector keeps, as tests to inherit.

A plug-in's test module needs one class::

    from recense.testing.connectors import ConnectorContract

    class TestMongo(ConnectorContract):
        @pytest.fixture
        def target(self) -> str:
            return "mongodb://ann:s3cret@localhost/shop"

        secrets = ("ann", "s3cret")
        expected: ClassVar = {"shop.clients": 3}  # dataset -> rows

``make test`` of recense runs the same class over its own connectors.
"""

from __future__ import annotations

import contextlib
import dataclasses
import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from recense.connectors import DEFAULT_LIMITS, open_source
from recense.errors import SourceError
from recense.model import UNREADABLE_CODES, Dataset, Limits, Partition, Source, Unreadable

SMALL = Limits(batch_rows=7, batch_bytes=1 << 16)
"""Limits so small that a connector which ignores them is found out."""


def listing(source: Source) -> tuple[list[Dataset], list[Unreadable]]:
    """Returns the datasets of a source and what it cannot read."""
    found = list(source.datasets())
    datasets = [entry for entry in found if isinstance(entry, Dataset)]
    return datasets, [entry for entry in found if isinstance(entry, Unreadable)]


def rows(batches: Iterator[pa.RecordBatch]) -> Counter[str]:
    """Returns the rows of some batches, in no order, each as text: equal rows count together."""
    counted: Counter[str] = Counter()
    for batch in batches:
        counted.update(repr(sorted(row.items(), key=lambda pair: pair[0])) for row in batch.to_pylist())
    return counted


def read(source: Source, dataset: Dataset) -> Counter[str]:
    """Returns the rows of a dataset, from all its partitions."""
    total: Counter[str] = Counter()
    for partition in source.partitions(dataset):
        total += rows(source.batches(partition))
    return total


Contents = tuple[dict[str, list[dict[str, Any]]], list[tuple[str, str]]]


def read_all(target: str | Path, limits: Limits = DEFAULT_LIMITS) -> Contents:
    """Returns the rows per dataset, and (path, code) of all that could not be read, while listing or while reading."""
    found: dict[str, list[dict[str, Any]]] = {}
    troubles: list[tuple[str, str]] = []
    with open_source(str(target), limits) as source:
        for entry in source.datasets():
            if isinstance(entry, Unreadable):
                troubles.append((entry.path, entry.code))
                continue
            dataset = found.setdefault(entry.name, [])
            try:
                for partition in source.partitions(entry):
                    for batch in source.batches(partition):
                        dataset.extend(batch.to_pylist())
            except SourceError as error:
                troubles.append((entry.name, error.code))
    return found, troubles


def plain(value: Any) -> bool:
    """Tells whether a value is plain data that any process and any store can hold."""
    if isinstance(value, tuple):
        return all(map(plain, value))
    if dataclasses.is_dataclass(value):
        return all(plain(getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, str):
        value.encode()  # lone surrogates have no UTF-8 form: no catalog could keep them
    return value is None or isinstance(value, str | int | float | bool)


class ConnectorContract:
    """What recense relies on. Inherit, and give the fixture ``target``.

    Attributes:
        expected: rows per dataset, for some or all datasets of the target.
        secrets: what the target holds and nothing that is shown may hold.
    """

    expected: ClassVar[Mapping[str, int]] = {}
    secrets: ClassVar[tuple[str, ...]] = ()

    def test_lists_unique_datasets_and_known_codes(self, target: str) -> None:
        """Names are unique, sources agree, codes are known, everything is plain data."""
        with open_source(target, SMALL) as source:
            assert isinstance(source, Source)
            datasets, unreadable = listing(source)
            assert datasets
            names = [dataset.name for dataset in datasets]
            assert len(names) == len(set(names))
            assert all(name.isprintable() for name in names)
            entries: list[Dataset | Unreadable] = [*datasets, *unreadable]
            for entry in entries:
                assert entry.source == source.uri
                assert plain(entry)
            assert {entry.code for entry in unreadable} <= set(UNREADABLE_CODES)

    def test_reads_what_is_there(self, target: str) -> None:
        """Every row of every partition is read once: the counts are as expected and as declared."""
        with open_source(target) as source:
            found = {dataset.name: dataset for dataset in listing(source)[0]}
            assert set(self.expected) <= set(found)
            for name, count in self.expected.items():
                assert read(source, found[name]).total() == count

    def test_batches_keep_to_the_limits(self, target: str) -> None:
        """Batches are record batches of at most so many rows; limits change nothing but the size of batches."""
        with open_source(target, SMALL) as small, open_source(target) as large:
            for dataset in listing(small)[0]:
                count = 0
                for partition in small.partitions(dataset):
                    for batch in small.batches(partition):
                        assert isinstance(batch, pa.RecordBatch)
                        assert 0 < batch.num_rows <= SMALL.batch_rows
                        assert len(set(batch.schema.names)) == batch.num_columns
                        batch.validate(full=True)
                        count += batch.num_rows
                assert count == read(large, dataset).total()

    def test_reads_the_same_again(self, target: str) -> None:
        """Reading twice gives the same partitions and rows: nothing is consumed, nothing is written."""
        with open_source(target) as source:
            first = {dataset: (self._keys(source, dataset), read(source, dataset)) for dataset in listing(source)[0]}
            again = {dataset: (self._keys(source, dataset), read(source, dataset)) for dataset in listing(source)[0]}
        assert first == again
        with open_source(target) as reopened:
            assert first == {
                dataset: (self._keys(reopened, dataset), read(reopened, dataset)) for dataset in listing(reopened)[0]
            }

    @staticmethod
    def _keys(source: Source, dataset: Dataset) -> list[tuple[str, str | None]]:
        partitions = list(source.partitions(dataset))
        assert len({partition.key for partition in partitions}) == len(partitions)
        return [(partition.key, partition.state) for partition in partitions]

    def test_partitions_travel(self, target: str) -> None:
        """A partition is plain data: pickled, it is read by a source that another process opens."""
        with open_source(target) as source, open_source(target) as other:
            for dataset in listing(source)[0]:
                here: list[Partition] = list(source.partitions(dataset))
                for partition in here:
                    assert plain(partition)
                    there = pickle.loads(pickle.dumps(partition))  # noqa: S301 (our own bytes)
                    with open_source(target) as fresh:
                        assert rows(fresh.batches(there)) == rows(source.batches(partition))
                assert [part.key for part in other.partitions(dataset)] == [part.key for part in here]

    def test_counts_rows_as_it_declares(self, target: str) -> None:
        """A partition that declares its rows has as many."""
        with open_source(target) as source:
            for dataset in listing(source)[0]:
                for partition in source.partitions(dataset):
                    if partition.rows is not None:
                        assert rows(source.batches(partition)).total() == partition.rows

    def test_shows_no_secret(self, target: str) -> None:
        """User and password of the target are in nothing that is shown or stored."""
        with open_source(target) as source:
            datasets, unreadable = listing(source)
            partitions = [partition for dataset in datasets for partition in source.partitions(dataset)]
            shown = repr((source.uri, datasets, unreadable, partitions))
        for secret in self.secrets:
            assert secret not in shown

    def test_closes_twice(self, target: str) -> None:
        """Closing is final and harmless to repeat, also half-way through a read."""
        source = open_source(target)
        for dataset in listing(source)[0]:
            for partition in source.partitions(dataset):
                with contextlib.suppress(SourceError):
                    next(source.batches(partition), None)
        source.close()
        source.close()
