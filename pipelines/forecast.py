"""Surveys and this machine's speed together: what a scan will take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recense.pipelines.calibration import speeds
from recense.pipelines.estimate import Plan, estimate
from recense.pipelines.plan import Survey
from recense.scanners import require


def forecast(surveys: Sequence[Survey], jobs: int, cache: Path | None = None) -> Plan:
    """Returns what a scan of the surveyed sources will take; the machine is measured when it is not known yet.

    Args:
        surveys: what stands in the sources.
        jobs: threads.
        cache: where measurements are kept; None means the user's cache folder.

    Raises:
        MissingExtra: the extra that scans is not installed.
    """
    require()
    spoken = any(found.spec.language is not False for found in surveys)
    silent = any(found.spec.language is False for found in surveys)
    return estimate(surveys, speeds(True, cache) if spoken else None, speeds(False, cache) if silent else None, jobs)
