"""Measures how running text is flagged for the kinds of Articles 9 and 10, on invented sentences.

Usage: ``python -m benchmarks.accuracy.special [--errors]``

The sentences of two files (``tests/scanners/special_sentences*.yaml``) are by two authors who had not read the
lexicons. A positive is found when a span of its own kind is in it; a trap has fired when any span of Articles 9 and 10
is in it, of whatever kind. The sentences are invented, so ``--errors`` may print them; it leaves out those that nobody
who writes lexicons has read, so that they go on telling how the lexicons do on new sentences.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from recense import guard
from recense.scanners.text import find_spans

_HERE = Path(__file__).parents[2] / "tests" / "scanners"
SENTENCES = _HERE / "special_sentences.yaml"
SECOND = _HERE / "special_sentences_second.yaml"
UNSORTED = "unsorted"
"""The sort of a trap whose author named none."""


class Sentence(NamedTuple):
    """One sentence and what is true of it.

    Attributes:
        kind: the category without ``special.``, such as ``health``, or ``criminal``.
        language: ``fr`` or ``en``.
        trap: the sort of trap, ``""`` for a positive.
        why: what the author had in mind, ``""`` when not told.
        unread: nobody who writes lexicons has read it.
    """

    text: str
    kind: str
    language: str
    trap: str
    why: str = ""
    unread: bool = False


class Judged(NamedTuple):
    """A sentence and the categories of Articles 9 and 10 that were flagged in it, sorted, without ``special.``."""

    sentence: Sentence
    flagged: tuple[str, ...]

    @property
    def hit(self) -> bool:
        """Whether a positive was found, or a trap has fired."""
        return bool(self.flagged) if self.sentence.trap else self.sentence.kind in self.flagged


def sentences(path: Path = SENTENCES) -> list[Sentence]:
    """Returns the scored sentences of a file, in its order; ``ConfigError`` when it cannot be read."""
    return list(_sentences(guard.read(path).data["sentences"]))


def _sentences(kinds: dict[str, dict[str, list[dict[str, Any]]]]) -> Iterator[Sentence]:
    for kind, groups in kinds.items():
        for group, rows in groups.items():
            sort, _, language = group.rpartition("_")
            for row in rows:
                trap = row.get("trap", UNSORTED if sort == "trap" else "")
                yield Sentence(row["text"], kind, language, trap, row.get("why", ""), row.get("unread", False))


def judge(items: Iterable[Sentence]) -> list[Judged]:
    """Returns every sentence with what the public text path flags in it, read in the sentence's own language."""
    return [Judged(item, _flagged(item)) for item in items]


def _flagged(item: Sentence) -> tuple[str, ...]:
    categories = {span.category for span in find_spans(item.text, item.language)}
    return tuple(sorted(c.removeprefix("special.") for c in categories if c == "criminal" or c.startswith("special.")))


def rate(judged: Iterable[Judged], *, trap: bool) -> float:
    """Returns the share, 0 to 1, of positives found or, with ``trap``, of traps fired; 0 when there is none."""
    hits = [one.hit for one in judged if bool(one.sentence.trap) is trap]
    return sum(hits) / len(hits) if hits else 0.0


def table(judged: list[Judged]) -> str:
    """Returns a Markdown table: per kind, positives found and traps fired, by language."""
    lines = ["| kind | found fr | found en | fired fr | fired en |", "|---|---|---|---|---|"]
    for kind in dict.fromkeys(one.sentence.kind for one in judged):
        cells = [_cell(judged, kind, language, trap) for trap in (False, True) for language in ("fr", "en")]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    recall, fired = rate(judged, trap=False), rate(judged, trap=True)
    return "\n".join([*lines, "", f"recall {recall:.1%}, traps fired {fired:.1%}"])


def _cell(judged: list[Judged], kind: str, language: str, trap: bool) -> str:
    hits = [
        one.hit
        for one in judged
        if (one.sentence.kind, one.sentence.language, bool(one.sentence.trap)) == (kind, language, trap)
    ]
    return f"{sum(hits)}/{len(hits)}"


def errors(judged: Iterable[Judged]) -> Iterator[str]:
    """Yields a line for each positive missed and each trap fired, of the sentences that may be read."""
    for one in judged:
        item = one.sentence
        if item.unread or one.hit is not bool(item.trap):
            continue
        sort = f"fired ({item.trap})" if item.trap else "missed"
        said = ", ".join(one.flagged) or "nothing"
        yield f"{sort} | {item.kind} {item.language} | {item.text} | flagged: {said} | {item.why}"


def main() -> None:
    """Prints a table for each file and, with ``--errors``, its errors."""
    parser = argparse.ArgumentParser(description="Flagging of Articles 9 and 10 on invented sentences.")
    parser.add_argument("--errors", action="store_true", help="list the sentences missed and the traps fired")
    arguments = parser.parse_args()
    for path in (SENTENCES, SECOND):
        judged = judge(sentences(path))
        print(f"{path.name}\n\n{table(judged)}")
        unread = [one for one in judged if one.sentence.unread]
        if unread:
            found, fired = rate(unread, trap=False), rate(unread, trap=True)
            print(f"unread ({len(unread)}): recall {found:.1%}, traps fired {fired:.1%}")
        print("\n".join(["", *(errors(judged) if arguments.errors else ())]))


if __name__ == "__main__":
    main()
