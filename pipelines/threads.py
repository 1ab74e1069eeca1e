"""Reads partitions with several threads: each takes a partition of its own, and one without helps another.

So one large file keeps all threads busy as well as a folder of small ones. The catalog is written by the caller only.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from time import sleep

from recense.errors import RetriableError
from recense.pipelines.plan import Options
from recense.pipelines.reading import PartitionResult, Reading, Task, Tick, look_together

SMALL, BUNDLED, BUNDLE_BYTES, HELD_BYTES = 2 << 20, 128, 16 << 20, 16 << 20
"""Bytes of a partition up to which it is looked at with others, how many of how many bytes, and the bytes of cells that
wait for it: for a document of a few kilobytes, compiling the expressions takes a hundred times longer than looking."""


def persistently(task: Task, options: Options, tick: Tick | None = None, crew: Crew | None = None) -> PartitionResult:
    """Reads a partition, trying again after errors that may pass.

    Args:
        task: what to read.
        options: how often to try.
        tick: told of every batch.
        crew: threads that may help.
    """
    for attempt in range(options.retries + 1):
        with Reading(task, options.limits, tick) as reading:
            if crew is not None:
                crew.offer(reading)
            try:
                reading.work()
                return reading.result(patient=attempt < options.retries)
            except RetriableError:
                sleep(options.retry_seconds * 2**attempt)
            finally:
                if crew is not None:
                    crew.withdraw(reading)
    raise AssertionError("the last try returns")


def several(tasks: Sequence[Task], options: Options, tick: Tick | None = None) -> Iterator[PartitionResult]:
    """Yields the results of small partitions whose cells are looked at together; what goes wrong is read alone."""
    if len(tasks) == 1:
        yield persistently(tasks[0], options, tick)
        return
    readings: list[Reading] = []
    for task in tasks:
        with Reading(task, options.limits, tick) as reading:  # one source open at a time
            reading.work(hold=True)
            readings.append(reading)
        if sum(reading.held for reading in readings) > min(HELD_BYTES, task.settings.together_bytes):
            yield from _settled(readings, options)
            readings = []
    yield from _settled(readings, options)


def _settled(readings: Sequence[Reading], options: Options) -> Iterator[PartitionResult]:
    """Yields the results of partitions that were read, after one look at what waits in all of them."""
    looked = look_together(readings)
    for reading in readings:
        try:
            result = reading.result(patient=True) if looked else None
        except RetriableError:
            result = None
        yield result or persistently(reading.task, options)


def bundles(work: Iterable[Task]) -> Iterator[list[Task]]:
    """Yields the tasks in order: small partitions that follow each other together, each other one alone."""
    bundle: list[Task] = []
    total = 0
    for task in work:
        size = task.partition.bytes
        small = size is not None and size <= SMALL
        if bundle and (not small or len(bundle) == BUNDLED or total + (size or 0) > BUNDLE_BYTES):
            yield bundle
            bundle, total = [], 0
        if small:
            bundle.append(task)
            total += size or 0
        else:
            yield [task]
    if bundle:
        yield bundle


def read_with_threads(
    work: Sequence[Task], options: Options, jobs: int, tick: Tick | None = None
) -> Iterator[PartitionResult]:
    """Yields results as they come.

    Raises:
        UserError: a variable is not set or a driver is not installed.
    """
    crew = Crew(work, options, tick)
    threads = [threading.Thread(target=crew.serve, name=f"recense-{n}", daemon=True) for n in range(jobs)]
    for thread in threads:
        thread.start()
    try:
        for _ in work:
            result = crew.results.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        crew.dismiss()
        for thread in threads:
            thread.join(timeout=options.stop_seconds)


class Crew:
    """The threads of a scan and what they share."""

    def __init__(self, work: Sequence[Task], options: Options, tick: Tick | None) -> None:
        self.results: queue.SimpleQueue[PartitionResult | BaseException] = queue.SimpleQueue()
        self._waiting = deque(bundles(work))
        self._open: list[Reading] = []
        self._busy = 0
        self._changed = threading.Condition()
        self._dismissed = False
        self._options = options
        self._tick = tick

    def offer(self, reading: Reading) -> None:
        """Lets other threads help with a partition."""
        with self._changed:
            self._open.append(reading)
            if self._dismissed:
                reading.stop()
            self._changed.notify_all()

    def withdraw(self, reading: Reading) -> None:
        """Ends the offer."""
        with self._changed:
            self._open.remove(reading)
            self._changed.notify_all()

    def dismiss(self) -> None:
        """Sends everybody home after the batch they hold."""
        with self._changed:
            self._dismissed = True
            self._waiting.clear()
            for reading in self._open:
                reading.stop()
            self._changed.notify_all()

    def serve(self) -> None:
        """Reads partitions, and helps others when none is left."""
        while True:
            with self._changed:
                own = self._waiting.popleft() if self._waiting else None
                helped = None if own else next((reading for reading in self._open if reading.open), None)
                if own is None and helped is None:
                    if self._dismissed or not self._busy:
                        return
                    self._changed.wait()
                    continue
                self._busy += own is not None
            if helped is not None:
                helped.work()
            elif own is not None:
                self._own(own)

    def _own(self, tasks: Sequence[Task]) -> None:
        try:
            if len(tasks) == 1:
                self.results.put(persistently(tasks[0], self._options, self._tick, self))
            else:
                for result in several(tasks, self._options, self._tick):
                    self.results.put(result)
        except BaseException as error:  # the caller's thread raises it
            self.results.put(error)
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()
