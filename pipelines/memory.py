"""How a scan keeps to a limit on memory: what is given up, in which order, and what it says of that.

A process that has loaded the detectors takes about 160 MB, the language models and their work come on top. What remains
is for batches: a thread holds the batch it looks at, what waits for it, and several times that while expressions run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recense.config import SourceSpec
from recense.errors import UserError
from recense.model import Limits
from recense.pipelines.plan import Options

DETECTORS = 170_000_000
"""Resident bytes of a process with detectors and word lists."""

MODELS = 240_000_000
"""Bytes that both language models and their work on a sample take beside them."""

PER_BYTE = 9
"""Bytes that a thread takes in all per byte of the batch it looks at: the decoded rows and the work on them."""

LEAST_BATCH = 1 << 20
MOST_BATCH = Limits().batch_bytes


@dataclass(frozen=True, slots=True)
class Fitted:
    """A scan that fits into memory.

    Attributes:
        notes: what was given up, in sentences.
    """

    specs: tuple[SourceSpec, ...]
    options: Options
    jobs: int
    notes: tuple[str, ...] = ()


def fit(specs: Sequence[SourceSpec], options: Options, jobs: int, memory: int | None) -> Fitted:
    """Returns a scan that keeps to a limit: first with smaller batches, then fewer threads, then without models.

    Args:
        specs: what to scan.
        options: how to scan.
        jobs: threads asked for.
        memory: bytes the process may take; None for no limit.

    Raises:
        UserError: not even the smallest scan fits.
    """
    if memory is None:
        return Fitted(tuple(specs), options, jobs)
    least = DETECTORS + LEAST_BATCH * PER_BYTE
    if memory < least:
        raise UserError(f"--memory {_mb(memory)} is too little: the detectors alone take {_mb(least)}")
    notes: list[str] = []
    language = any(spec.language is not False for spec in specs)
    if language and memory < least + MODELS:
        specs = [replace(spec, language=False) for spec in specs]
        notes.append(f"names and prose are not read: the language models need {_mb(least + MODELS)} in all (--memory)")
        language = False
    left = memory - DETECTORS - (MODELS if language else 0)
    if options.processes and jobs > 1:
        options = replace(options, processes=False)
        notes.append("threads read, not processes: each of those would take the memory of a scan")
    threads = max(1, min(jobs, left // (LEAST_BATCH * 4 * PER_BYTE)))
    if threads < jobs:
        notes.append(f"{threads} of {jobs} threads read")
    batch = max(LEAST_BATCH, min(options.limits.batch_bytes, left // threads // PER_BYTE))
    rows = max(1_024, options.limits.batch_rows * batch // MOST_BATCH)
    limits = replace(
        options.limits,
        batch_bytes=batch,
        batch_rows=min(options.limits.batch_rows, rows),
        held_bytes=min(options.limits.held_bytes, batch * 2),
    )
    if batch < options.limits.batch_bytes:
        notes.append(f"batches of {_mb(batch)} instead of {_mb(options.limits.batch_bytes)}: slower, same findings")
    return Fitted(tuple(specs), replace(options, limits=limits, together_bytes=batch), threads, tuple(notes))


def _mb(size: int) -> str:
    return f"{max(1, round(size / 1e6)):,} MB"
