"""The demo as a whole: what was planted is found, no trap is flagged, and nothing certain is found beside it."""

import pytest
from demos import Demo

from recense.demo import Comparison, Manifest, compare
from recense.demo.compare import Result
from recense.model import Finding, ScanRun


@pytest.fixture(scope="session")
def run(demo: Demo) -> ScanRun:
    """The estate as ``recense demo --no-flow`` scanned it."""
    return demo.run()


@pytest.fixture(scope="session")
def comparison(estate: Manifest, run: ScanRun) -> Comparison:
    return compare(estate, run)


def test_everything_is_read(run: ScanRun) -> None:
    assert [(entry.path, entry.code, entry.reason) for entry in run.unreadable] == []
    assert run.status == "complete"


def test_planted_and_found_are_the_same(comparison: Comparison) -> None:
    deviations = [
        *(line for result in comparison.results if not result.good for line in _told(result)),
        *(f"unexpected: {_short(finding)}" for finding in comparison.unexpected),
    ]
    assert comparison.exact, "\n".join(deviations)


def test_people_are_asked_to_look_at_little(comparison: Comparison) -> None:
    """A weak finding is no error and costs somebody's time."""
    assert len(comparison.to_check) <= 5, "\n".join(map(_short, comparison.to_check))


def _told(result: Result) -> list[str]:
    entry = result.entry
    where = f"{entry.source}/{entry.dataset} · {entry.column}"
    return [f"{result.outcome}: {where} should be {entry.category or 'nothing'} ({entry.kind}: {entry.note})"] + [
        f"    {_short(finding)}" for finding in result.findings
    ]


def _short(finding: Finding) -> str:
    said = "; ".join(f"{witness.detector}: {witness.says}" for witness in finding.evidence)
    return f"{finding.dataset} · {finding.column} as {finding.category} ({finding.entity}, {finding.proof}): {said}"
