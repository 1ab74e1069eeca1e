"""How the detectors are asked in one kind of column: what a plan holds, and what it learns from batch to batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from recense.scanners import re2
from recense.scanners.detector import Detector

MET = 24
"""Detectors that are worth an expression each on the few cells that the common one lets through."""


def possible(
    detectors: Iterable[Detector], alphabet: frozenset[str], longest: int, foreign: bool
) -> tuple[tuple[Detector, ...], bool]:
    """Returns the detectors that can match in such cells, and whether no word that one of them needs can stand there.

    Args:
        detectors: those in question.
        alphabet: the ASCII characters that occur.
        longest: bytes of the longest cell.
        foreign: whether other characters occur.
    """
    known = tuple(detectors)
    spoken = {d for d in known if foreign or re2.speakable(d.context, alphabet)}
    asked = (d for d in known if d.cue != "always" or d in spoken)
    bare = not any(d.cue == "required" for d in spoken)
    return tuple(d for d in asked if re2.possible(d, alphabet, longest)), bare


class Ways(NamedTuple):
    """How the detectors of a plan are asked; each is in one of them, once.

    Attributes:
        direct: those that nearly every cell answers, one by one.
        close: those that some cells answer, or nearly every one but for particular digits, in small groups.
        groups: the others: those of a group by one expression, first.
    """

    direct: tuple[Detector, ...]
    close: tuple[Detector, ...]
    groups: tuple[tuple[Detector, ...], ...]


class Plan:
    """Which detectors can match in a kind of column, and how to ask them.

    Attributes:
        bare: no word can stand in these cells, so a detector that needs one answers whole cells only.
        ways: how they are asked. Threads share a plan and learn it anew: take the ways once for a batch, or a detector
            that changes places meanwhile counts twice, or never.
    """

    def __init__(self, possible: Sequence[Detector], bare: bool) -> None:
        self.possible = tuple(possible)
        self.bare = bare
        self.ways = Ways((), (), (self.possible,) if self.possible else ())
        self.learned = False
        self.dense: frozenset[tuple[Detector, ...]] = frozenset()
        self._met: frozenset[Detector] = frozenset()

    def learn(self, ways: Ways) -> None:
        """Replaces all ways at once."""
        self.ways = ways
        self.learned = True

    def meet(self, detectors: Iterable[Detector]) -> None:
        """Remembers detectors that a few cells led to: the next batch asks them without searching for them."""
        self._met = self._met.union(detectors)

    def parted(self, group: tuple[Detector, ...]) -> tuple[tuple[Detector, ...], tuple[Detector, ...]]:
        """Returns those of a group that some cell has led to, and those that none has; all as the second when many."""
        met = self._met
        known = tuple(detector for detector in group if detector in met)
        if len(known) > MET:
            return (), group
        return known, tuple(detector for detector in group if detector not in met)
