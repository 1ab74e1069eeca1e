"""Articles 9 and 10 in running text, on sentences by an author who had not read the lexicons.

Blind, 65.9 % of the positives were found and 14.4 % of the traps fired; the floors stand just below what is found
since the errors were read. ``python -m benchmarks.accuracy.special --errors`` lists what is wrong.
"""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.accuracy.special import SENTENCES, Judged, Sentence, errors, judge, rate, sentences, table
from recense import guard

RECALL_FLOOR = 0.93
TRAP_CEILING = 0.07
SIZES = {("fr", False): 20, ("en", False): 10, ("fr", True): 20, ("en", True): 10}
TRAPS = {"sense", "negation", "hypothesis", "legal text", "group", "place or brand"}


def test_every_kind_has_as_many_sentences_of_each_sort() -> None:
    items = sentences()
    kinds = {item.kind for item in items}
    counted = Counter((item.kind, item.language, bool(item.trap)) for item in items)
    assert len(kinds) == 9  # the eight kinds of Article 9 in the taxonomy, and Article 10
    assert counted == {(kind, *group): size for kind in kinds for group, size in SIZES.items()}


def test_sentences_differ_and_say_why() -> None:
    items = sentences()
    texts = Counter(item.text.casefold() for item in items)
    assert [text for text, times in texts.items() if times > 1] == []
    assert all(item.why for item in items)
    assert {item.trap for item in items} - {""} == TRAPS


def test_a_doubtful_sentence_is_not_scored() -> None:
    doubtful = {row["text"] for row in guard.read(SENTENCES).data["doubtful"]}
    assert doubtful
    assert doubtful.isdisjoint(item.text for item in sentences())


def test_the_score_counts_its_own_kind_found_and_any_kind_fired() -> None:
    positive = Sentence("a", "health", "fr", "", "made up")
    trap = Sentence("b", "health", "fr", "sense", "made up")
    judged = [Judged(positive, ("health",)), Judged(positive, ("genetic",)), Judged(trap, ("genetic",))]
    assert rate(judged, trap=False) == 0.5
    assert rate(judged, trap=True) == 1.0
    assert [line.split(" | ")[0] for line in errors(judged)] == ["missed", "fired (sense)"]
    assert "| health | 1/2 | 0/0 | 1/1 | 0/0 |" in table(judged)


def test_recall_and_traps_stay_at_their_floors() -> None:
    pytest.importorskip("presidio_analyzer", reason="needs the extra [scan]")
    judged = judge(sentences())
    assert rate(judged, trap=False) >= RECALL_FLOOR
    assert rate(judged, trap=True) <= TRAP_CEILING
