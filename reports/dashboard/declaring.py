"""What the privacy policy says of a finding, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from recense.errors import RecenseError
from recense.model import Finding
from recense.policy.declared import Judgement, Word, judge
from recense.policy.loading import load
from recense.policy.model import Policy


def says(path: Path | None, findings: Sequence[Finding]) -> Judgement | None:
    """Returns the worst word of the policy on the entities of one finding; None without a policy that can be read."""
    if path is None or not findings:
        return None
    try:
        policy = _load(path, path.stat().st_mtime_ns)
    except (OSError, RecenseError):
        return None  # it was read when the dashboard began; what 'recense policy lint' says of it is for its author
    return min(judge(findings, policy), key=lambda one: list(Word).index(one.declared))


@lru_cache(maxsize=2)
def _load(path: Path, _changed: int) -> Policy:
    return load(path)
