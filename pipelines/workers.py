"""Reads partitions with several processes. The catalog is written by the caller's process only.

Workers are spawned, not forked: database drivers and language models do not survive a fork. At most two partitions
per worker are handed out at a time, so that memory does not grow with the number of partitions.
"""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context

from recense.evidence import Evidence
from recense.model import Partition, Unreadable
from recense.pipelines.plan import Options
from recense.pipelines.reading import PartitionResult, Task
from recense.pipelines.threads import persistently


def read_with_processes(work: Sequence[Task], options: Options, jobs: int) -> Iterator[PartitionResult]:
    """Yields results as they come; a partition whose worker died is tried once more, alone.

    A worker that dies (out of memory, a crash in a driver) takes the whole pool with it, so nobody knows which
    partition killed it: those that were being read are suspects and are read one at a time, which finds the guilty.
    """
    suspects = yield from _read(work, options, jobs, ahead=2 * jobs)
    guilty = yield from _read(suspects, options, jobs=1, ahead=1)
    for task in guilty:
        yield _died(task.partition)


def _read(
    work: Sequence[Task], options: Options, jobs: int, ahead: int
) -> Generator[PartitionResult, None, list[Task]]:
    """Yields results and returns the tasks that were being read whenever a worker died."""
    waiting = list(reversed(work))
    suspects: list[Task] = []
    while waiting:
        running: dict[Future[PartitionResult], Task] = {}
        pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_die_quietly)
        try:
            while waiting or running:
                while waiting and len(running) < ahead:
                    task = waiting.pop()
                    running[pool.submit(_task, task, options)] = task
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    result = future.result()
                    del running[future]
                    yield result
        except BrokenProcessPool:
            suspects.extend(running.values())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()
            raise
        pool.shutdown(wait=True, cancel_futures=True)
    return suspects


def _task(task: Task, options: Options) -> PartitionResult:
    return persistently(task, options)


def _die_quietly() -> None:
    """An interrupt from the keyboard reaches every process: a worker just ends, the parent does the talking."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _died(partition: Partition) -> PartitionResult:
    dataset = partition.dataset
    reason = "the process that read it died, perhaps for lack of memory: lower limits.batch_bytes in recense.yaml"
    return PartitionResult(partition, Evidence(), Unreadable(dataset.source, dataset.name, "failed", reason))
