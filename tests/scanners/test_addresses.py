"""The floor of our own set of French addresses; its score is for ``python -m benchmarks.accuracy.addresses``."""

from __future__ import annotations

from benchmarks.accuracy.addresses import COUNT, score, texts


def test_french_addresses_of_our_own_set_are_found_and_traps_are_not() -> None:
    total, kinds, _ = score(texts())
    assert total.f1 >= 0.95, kinds
    assert total.precision >= 0.93, kinds
    assert total.exact >= 0.8 * COUNT, kinds


def test_the_set_is_the_seeds_and_its_labels_stand_in_its_texts() -> None:
    made = texts()
    assert made == texts() and made != texts(seed=1)
    assert sum(item.span is not None for item in made) == COUNT == sum(item.span is None for item in made)
    assert all(0 <= item.span[0] < item.span[1] <= len(item.text) for item in made if item.span)
