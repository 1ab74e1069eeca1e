"""No pattern may ruin the one automaton that looks for all of them (issue 3, must show 5).

RE2 builds its automaton as it reads. A pattern that makes it remember too much sends it back to building at every
byte, for all patterns at once: from 600 MB/s to 3. That is a factor of ten and more, so it shows in any run.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners import re2
from recense.scanners.detector import Detector, Shape, detectors
from recense.scanners.triage import Triage

RUINED = 4.0
"""Times the cost of the other half: so much only a pattern that ruins it adds."""


def texts() -> dict[str, pa.Array]:
    """Returns cells on which automata grow: mailboxes with digits, prose with numbers, numbers alone, JSON."""
    rng = random.Random(4)
    words = ["rappeler", "demain", "client", "devis", "porte", "badge", "le", "du", "Mme", "REF", "à", "SN"]
    mail = [f"{rng.choice(words)}.{rng.choice(words)}{rng.randrange(10**6)}@example.org" for _ in range(6_000)]
    prose = [" ".join(rng.choice([*words, str(rng.randrange(10**9))]) for _ in range(30)) for _ in range(2_000)]
    return {
        "mail": pa.array(mail),
        "prose": pa.array(prose),
        "numbers": pa.array([str(rng.randrange(10**15)) for _ in range(6_000)]),
        "json": pa.array(
            [f'{{"id": "{uuid.UUID(int=rng.getrandbits(128))}", "n": {rng.random()}}}' for _ in range(4_000)]
        ),
    }


def cost(asked: Sequence[Detector], cells: pa.Array) -> float:
    """Returns the least of three times, in CPU seconds of this thread, that one pass over the cells takes."""
    expression = re2.anywhere(asked, wide=True)
    least = float("inf")
    for _ in range(3):
        start = time.thread_time()
        pc.match_substring_regex(cells, pattern=expression)
        least = min(least, time.thread_time() - start)
    return least


def ruinous(asked: Sequence[Detector], cells: pa.Array) -> list[str]:
    """Returns the ids of the detectors that ruin the automaton of the others: the slower half, until one is left."""
    if len(asked) == 1:
        return [asked[0].id]
    halves = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    first, second = (cost(half, cells) for half in halves)
    if max(first, second) <= RUINED * min(first, second):
        return []
    return ruinous(halves[first < second], cells)


def test_no_detector_ruins_the_automaton_of_all() -> None:
    asked = list(detectors().values())
    found = {name: ids for name, cells in texts().items() if (ids := ruinous(asked, cells))}
    assert not found, f"these detectors ruin the one pass over these texts; narrow their 'triage': {found}"


def test_a_pattern_that_ruins_the_automaton_is_named() -> None:
    some = [d for id_, d in detectors().items() if id_ in ("email", "iban", "fr-nir", "uuid", "phone-fr", "siret")]
    bomb = replace(
        some[0], id="bomb", triage=None, proof=None, shapes=(Shape("[a-z][a-z ]{40}[a-z][a-z ]{40}x", 0.5, "open"),)
    )
    cells = texts()["prose"].slice(0, 60)
    assert ruinous([*some, bomb], cells) == ["bomb"]


def test_detectors_that_ruin_each_other_are_asked_apart() -> None:
    triage = Triage(detectors())
    cells = pa.concat_arrays([texts()["json"]] * 3)
    groups = triage.grouped(triage.detectors, cells)
    assert sorted(d.id for group in groups for d in group) == sorted(detectors())
    assert len(groups) > 1
    assert sum(cost(group, cells) for group in groups) * 3 < cost(triage.detectors, cells)
