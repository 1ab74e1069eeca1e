"""Planted against found as text for a terminal: what went wrong in full, what went well as counts."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from recense.demo.compare import Comparison, Outcome, Result
from recense.demo.manifest import Kind
from recense.errors import UserError, unknown
from recense.model import Finding, Proof
from recense.plural import agreed
from recense.policy import taxonomy

SHOWN = 20
"""Weak extra findings listed at most; the rest is counted."""

TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "title": "Planté / trouvé",
        "place": "Où",
        "what": "Quoi",
        "result": "Résultat",
        "planted": "Problèmes plantés",
        "expected": "Données attendues",
        "trap": "Pièges",
        "wrong": "À corriger : données attendues et pièges",
        "unexpected": "Trouvé sans avoir été planté",
        "to_check": "À vérifier par une personne (non compté)",
        "more": "… et {count} de plus",
        "any": "rien du tout",
        "exact": "Trouvé = planté.",
        "inexact": "Trouvé ≠ planté : {count} {count:écart|écarts}.",
        "summary": "{kind} : {good} sur {all}",
        "found": "trouvé",
        "wrong_category": "autre catégorie",
        "missing": "manquant",
        "not_scanned": "non analysé",
        "quiet": "ignoré, à raison",
        "flagged": "signalé à tort",
        "proved": "prouvé",
        "indicated": "indiqué",
    },
    "en": {
        "title": "Planted against found",
        "place": "Where",
        "what": "What",
        "result": "Result",
        "planted": "Planted problems",
        "expected": "Expected data",
        "trap": "Traps",
        "wrong": "To correct: expected data and traps",
        "unexpected": "Found and never planted",
        "to_check": "For a person to check (not counted)",
        "more": "… and {count} more",
        "any": "nothing at all",
        "exact": "Found = planted.",
        "inexact": "Found ≠ planted: {count} {count:difference|differences}.",
        "summary": "{kind}: {good} of {all}",
        "found": "found",
        "wrong_category": "other category",
        "missing": "missing",
        "not_scanned": "not scanned",
        "quiet": "left alone",
        "flagged": "flagged",
        "proved": "proved",
        "indicated": "indicated",
    },
}
PROOF_TO_CHECK = {"fr": "à vérifier", "en": "to check"}


def render(comparison: Comparison, language: str = "fr", width: int = 80) -> str:
    """Returns the comparison as plain text that fits ``width`` columns.

    Every planted problem is a row; expected data and traps are rows only where they went wrong, and counts otherwise.

    Raises:
        UserError: no text in this language.
    """
    if language not in TEXTS:
        raise UserError(unknown("language", language, TEXTS))
    page = _Page(language, width)
    planted = comparison.of(Kind.PLANTED)
    page.results(page.say("planted"), planted)
    page.results(page.say("wrong"), [r for r in comparison.results if not r.good and r.entry.kind is not Kind.PLANTED])
    page.findings(page.say("unexpected"), comparison.unexpected, limit=None)
    page.findings(page.say("to_check"), comparison.to_check, SHOWN)
    for kind in (Kind.PLANTED, Kind.EXPECTED, Kind.TRAP):
        of_kind = comparison.of(kind)
        good = sum(result.good for result in of_kind)
        page.line(page.say("summary").format(kind=page.say(kind), good=good, all=len(of_kind)))
    wrong = sum(not result.good for result in comparison.results) + len(comparison.unexpected)
    page.line(page.say("exact") if comparison.exact else agreed(page.say("inexact"), {"count": wrong}, language))
    return page.text()


class _Page:
    """A text under construction in one language and width."""

    def __init__(self, language: str, width: int) -> None:
        self.language = language
        self._out = io.StringIO()
        self._console = Console(file=self._out, width=width, color_system=None, force_terminal=False, highlight=False)

    def say(self, key: str) -> str:
        """Returns a text of the page's language."""
        return TEXTS[self.language][key]

    def line(self, text: str) -> None:
        """Adds a line."""
        self._console.print(Text(text))

    def text(self) -> str:
        """Returns the page, without blanks at the ends of lines."""
        return "".join(line.rstrip() + "\n" for line in self._out.getvalue().splitlines())

    def results(self, title: str, results: Iterable[Result]) -> None:
        """Adds a table of entries, unless there are none."""
        rows = [(r.entry.source, r.entry.place, self._category(r.entry.category), self._outcome(r)) for r in results]
        self._table(title, rows)

    def findings(self, title: str, findings: tuple[Finding, ...], limit: int | None) -> None:
        """Adds a table of findings, unless there are none; names the number of those beyond the limit."""
        rows = [
            (f.source.rpartition("/")[2], f"{f.dataset} · {f.column}", self._category(f.category), self._proof(f.proof))
            for f in findings[:limit]
        ]
        self._table(title, rows)
        if limit is not None and len(findings) > limit:
            self.line(self.say("more").format(count=len(findings) - limit))

    def _table(self, title: str, rows: list[tuple[str, str, str, str]]) -> None:
        if not rows:
            return
        table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False, expand=True)
        table.add_column(self.say("place"), overflow="fold", ratio=6)
        table.add_column(self.say("what"), ratio=4)
        table.add_column(self.say("result"), ratio=3)
        for source, place, what, result in rows:
            where = f"PostgreSQL {place}" if source == "postgresql" else place
            table.add_row(Text(where), Text(what), Text(result))
        self._console.print(table)
        self._console.print()

    def _category(self, category: str | None) -> str:
        if category is None:
            return self.say("any")
        known = taxonomy().categories.get(category)
        return known.label[self.language] if known else category

    def _proof(self, proof: Proof) -> str:
        return PROOF_TO_CHECK[self.language] if proof is Proof.TO_CHECK else self.say(proof)

    def _outcome(self, result: Result) -> str:
        """Returns the outcome, with what was said instead where that helps."""
        word = self.say(result.outcome)
        if not result.findings:
            return word
        if result.outcome is Outcome.FOUND:
            return f"{word}, {self._proof(result.findings[0].proof)}"
        return f"{word} ({self._category(result.findings[0].category)})"
