"""The order of migrations that name what they build on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def after_parents(parents: Mapping[K, Iterable[K]]) -> list[K]:
    """Returns the keys so that each comes after its parents, else in the order given; a circle is cut.

    >>> after_parents({"c": ["b"], "a": [], "b": ["a"]})
    ['a', 'b', 'c']
    """
    done: dict[K, None] = {}
    entered: set[K] = set()
    for first in parents:
        stack = [(first, iter(parents[first]))] if first not in entered else []
        entered.add(first)
        while stack:
            key, rest = stack[-1]
            parent = next((p for p in rest if p in parents and p not in entered), None)
            if parent is None:
                done[key] = None
                stack.pop()
            else:
                entered.add(parent)
                stack.append((parent, iter(parents[parent])))
    return list(done)
