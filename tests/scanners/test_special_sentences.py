"""Articles 9 and 10 in running text, on sentences by two authors who had not read the lexicons.

First file (540): blind, 65.9 % of the positives were found and 14.4 % of the traps fired; all its errors are read now.

Second file (305 scored): the lexicons that stood before it was written found 85.5 % and 6.9 % of its traps fired. They
were then widened, without it as far as can be told: 95.2 % and 6.2 %. The sentences of odd number were read next, and
the lexicons fitted to them, so that 98.6 % and 3.1 % since is no blind figure: the odd half stood at 100 % and 0 %, the
even half, not read, at 97.2 % (70 of 72) and 6.2 % (5 of 80). Half of the even ones were read after that. A quarter of
the file is still unread and has floors of its own: 97.3 % (36 of 37) before and after, 7.7 % (3 of 39), then 5.1 %.

Floors stand just below what is found. ``python -m benchmarks.accuracy.special --errors`` lists what is wrong.
"""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.accuracy.special import SECOND, SENTENCES, Judged, Sentence, errors, judge, rate, sentences, table
from recense import guard

RECALL_FLOOR = 0.98
TRAP_CEILING = 0.02
SECOND_RECALL_FLOOR = 0.98
SECOND_TRAP_CEILING = 0.02
UNREAD_RECALL_FLOOR = 0.97
UNREAD_TRAP_CEILING = 0.06
SIZES = {("fr", False): 20, ("en", False): 10, ("fr", True): 20, ("en", True): 10}
TRAPS = {"sense", "negation", "hypothesis", "legal text", "group", "place or brand"}


def test_every_kind_has_as_many_sentences_of_each_sort() -> None:
    items = sentences()
    kinds = {item.kind for item in items}
    counted = Counter((item.kind, item.language, bool(item.trap)) for item in items)
    assert len(kinds) == 9  # the eight kinds of Article 9 in the taxonomy, and Article 10
    assert counted == {(kind, *group): size for kind in kinds for group, size in SIZES.items()}


def test_the_second_file_is_scored_but_for_what_is_doubtful() -> None:
    items, doubtful = sentences(SECOND), guard.read(SECOND).data["doubtful"]
    assert (len(items), len(doubtful)) == (305, 15)
    assert {row["text"] for row in doubtful}.isdisjoint(item.text for item in items)
    assert {item.kind for item in items} == {item.kind for item in sentences()}
    assert sum(item.unread for item in items) == 76


def test_sentences_differ() -> None:
    texts = Counter(item.text.casefold() for path in (SENTENCES, SECOND) for item in sentences(path))
    assert [text for text, times in texts.items() if times > 1] == []


def test_the_first_author_says_why() -> None:
    items = sentences()
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


def test_errors_do_not_show_what_is_unread() -> None:
    unread = Sentence("a", "health", "fr", "", unread=True)
    assert list(errors([Judged(unread, ())])) == []


def test_recall_and_traps_stay_at_their_floors() -> None:
    pytest.importorskip("presidio_analyzer", reason="needs the extra [scan]")
    judged = judge(sentences())
    assert rate(judged, trap=False) >= RECALL_FLOOR
    assert rate(judged, trap=True) <= TRAP_CEILING


def test_recall_and_traps_of_the_second_author_stay_at_their_floors() -> None:
    pytest.importorskip("presidio_analyzer", reason="needs the extra [scan]")
    judged = judge(sentences(SECOND))
    unread = [one for one in judged if one.sentence.unread]
    assert rate(judged, trap=False) >= SECOND_RECALL_FLOOR
    assert rate(judged, trap=True) <= SECOND_TRAP_CEILING
    assert rate(unread, trap=False) >= UNREAD_RECALL_FLOOR
    assert rate(unread, trap=True) <= UNREAD_TRAP_CEILING
