"""Reads one partition into evidence, alone or with the help of other threads.

The threads of a partition take turns at its source and look at their batches at the same time: RE2 and numpy release
the interpreter's lock. Evidence adds up, so the result does not depend on who saw which batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from recense.config import SourceSpec
from recense.connectors import open_source
from recense.connectors.thinning import thin
from recense.errors import RecenseError, RetriableError, SourceError
from recense.evidence import Evidence
from recense.model import Draw, Limits, Partition, Sampler, Source, Unreadable
from recense.pipelines.defects import describe

GOLDEN = 0.618
"""Multiples of it, without their whole parts, lie far from each other: where each thread begins among the columns."""

if TYPE_CHECKING:
    import pyarrow as pa

    from recense.catalog.persons import Part
    from recense.pipelines.persons import Collector, Indexing
    from recense.scanners.observe import Observer, ScanSettings

T = TypeVar("T")
Tick = Callable[[Partition, int, int], None]
"""Called with a partition and the rows and bytes of a batch of it that was looked at."""


@dataclass(frozen=True, slots=True)
class PartitionResult:
    """What was read of a partition, and why not all of it."""

    partition: Partition
    evidence: Evidence
    problem: Unreadable | None = None
    persons: Part | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A partition to read, with everything another process needs to do it.

    Attributes:
        draw: which rows to take; None takes all.
        indexing: how people are indexed; None leaves that out.
    """

    spec: SourceSpec
    partition: Partition
    settings: ScanSettings
    draw: Draw | None = None
    indexing: Indexing | None = None


def observe(
    spec: SourceSpec,
    partition: Partition,
    settings: ScanSettings,
    limits: Limits,
    *,
    patient: bool = False,
    draw: Draw | None = None,
    indexing: Indexing | None = None,
) -> PartitionResult:
    """Reads a partition and returns its evidence; what stops the reading is part of the result.

    Args:
        spec: the source, opened here so that this can run in any process.
        partition: what to read of it.
        settings: how to look.
        limits: bounds of the connector.
        patient: let a retriable error out, for a caller that tries again.
        draw: which rows to take; None takes all.
        indexing: how people are indexed; None leaves that out.

    Raises:
        RetriableError: only when ``patient``.
        UserError: a variable is not set or a driver not installed in this process.
    """
    with Reading(Task(spec, partition, settings, draw, indexing), limits) as reading:
        reading.work()
        return reading.result(patient)


class Reading:
    """A partition while it is being read. Close it, or use it in a ``with`` statement, in one thread.

    Args:
        task: what to read.
        limits: bounds of the connector.
        tick: told of every batch that was read.
    """

    def __init__(self, task: Task, limits: Limits, tick: Tick | None = None) -> None:
        self.task = task
        self._limits = limits
        self._tick = tick
        self._stack = ExitStack()
        self._batches: Iterator[pa.RecordBatch] | None = None
        self._ended = False
        self._problem: tuple[str, str] | None = None
        self._retry = False
        self._refused: RecenseError | None = None
        self._turn = threading.Lock()
        self._state = threading.Condition()
        self._observers: list[Observer] = []
        self._working = 0
        self._persons = _collector(task)

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()
        self._stack.close()

    @property
    def open(self) -> bool:
        """Tells whether another thread might still find a batch here."""
        return not self._ended

    @property
    def held(self) -> int:
        """Returns the bytes of the batches that ``work`` held back."""
        return sum(observer.waiting_bytes for observer in self._observers)

    def stop(self) -> None:
        """Makes all threads leave after the batch they hold."""
        self._ended = True

    def work(self, hold: bool = False) -> None:
        """Looks at batches until there are none; any number of threads may do so at the same time.

        Args:
            hold: leave the last ones to ``look_together``, or to ``result``.
        """
        from recense.scanners.observe import Observer

        with self._state:
            first = self._working * GOLDEN % 1
            self._working += 1
        dataset = self.task.partition.dataset
        gather = self._persons.add if self._persons is not None else None
        observer = Observer(self.task.settings, f"{dataset.source}\n{dataset.name}", gather, first)
        try:
            while self._filled(observer):
                self._guarded(observer.flush)
            if not hold:
                self._guarded(observer.flush)  # here, while the other threads do the same
        finally:
            with self._state:
                self._observers.append(observer)
                self._working -= 1
                self._state.notify_all()

    def _filled(self, observer: Observer) -> bool:
        """Lets the observer take as many batches as it looks at together; false when the partition ends before.

        All in one turn: with a turn a batch the threads would all be reading, one by one, and then all be looking.
        """
        with self._turn:
            while (batch := self._next()) is not None:
                enough = self._guarded(partial(observer.hold, batch))
                if self._tick is not None:
                    self._tick(self.task.partition, batch.num_rows, batch.nbytes)
                if enough:
                    return True
        return False

    def _next(self) -> pa.RecordBatch | None:
        if self._ended:
            return None
        try:
            if self._batches is None:
                source = self._stack.enter_context(open_source(self.task.spec.target(), self._limits))
                self._batches = _drawn(source, self.task, self._limits)
            return next(self._batches)
        except StopIteration:
            self._ended = True
        except SourceError as error:
            self._fail(error.code, error.reason)
            self._retry = isinstance(error, RetriableError)
        except RecenseError as error:
            self._ended, self._refused = True, error
        except Exception as error:  # any byte sequence in, never a traceback out
            self._fail("failed", describe(error))
        return None

    def _guarded(self, count: Callable[[], T]) -> T | None:
        """Counts cells; what fails in that is the partition's problem."""
        try:
            return count()
        except RecenseError as error:
            self._ended, self._refused = True, error
        except Exception as error:
            self._fail("failed", describe(error))
        return None

    def _fail(self, code: str, reason: str) -> None:
        self._ended = True
        self._problem = self._problem or (code, reason)

    def result(self, patient: bool = False) -> PartitionResult:
        """Waits for the other threads and returns what all saw; call it once, after ``work``.

        Raises:
            RetriableError: only when ``patient``.
            UserError: a variable is not set or a driver not installed in this process.
        """
        with self._state:
            self._state.wait_for(lambda: self._working == 0)
        if self._refused is not None:
            raise self._refused
        if self._retry and patient and self._problem:
            raise RetriableError(*self._problem)  # a new one: no library's message hangs on it
        problem = self._problem
        try:
            first, *others = self._observers
            for other in others:
                first.absorb(other)
            evidence = first.evidence()
        except Exception as error:
            evidence, problem = Evidence(), ("failed", describe(error))
        dataset = self.task.partition.dataset
        entry = Unreadable(dataset.source, dataset.name, *problem) if problem else None
        persons = self._persons.result(problem[1] if problem else None) if self._persons is not None else None
        return PartitionResult(self.task.partition, evidence, entry, persons)


def look_together(readings: Sequence[Reading]) -> bool:
    """Looks at what ``work`` held back in several partitions, in one go; False when that failed and none counts."""
    from recense.scanners.observe import count_together

    try:
        count_together([observer for reading in readings for observer in reading._observers])
    except Exception:  # one of them holds what detectors fail on: read alone, it says so itself
        return False
    return True


def _collector(task: Task) -> Collector | None:
    if task.indexing is None:
        return None
    from recense.pipelines.persons import Collector

    return Collector(task.indexing, task.partition.dataset, task.spec.name)


def _drawn(source: Source, task: Task, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Returns the rows of a task: all, or those of its draw."""
    if task.draw is None:
        return iter(source.batches(task.partition))
    if not task.draw.rows and not task.draw.share:
        return iter(())
    if isinstance(source, Sampler):
        return iter(source.sample(task.partition, task.draw))
    return thin(source.batches(task.partition), task.draw, limits.held_bytes)
