"""The sections of ``RESULTS.md``."""

from __future__ import annotations

from benchmarks.accuracy import documents, ordinary, random_tables, rates
from benchmarks.accuracy.columns import by_label, head
from benchmarks.accuracy.compare import Comparison
from benchmarks.accuracy.databases import SEEN
from benchmarks.accuracy.score import Score, header

OWN = "French benchmark of our own"
CHANCE_TABLES = 1_000
BLIND = {
    **dict.fromkeys(SEEN, "no: the first rules were written on it"),
    "adventureworks": "its blind score was F1 .806 (README); its errors were read afterwards",
    "librehealth_ehr": "F1 .697 blind; half of its tables stayed unread a round longer (.901); all read now",
}


def sections(compared: Comparison) -> tuple[list[str], list[str], int]:
    """Returns the report's lines, the errors for the file beside it, and the ordinary findings nobody defends."""
    errors: list[str] = []
    lines = _schemas(compared, errors)
    for title, results in compared.results.items():
        lines += [
            "",
            f"## Columns: {title}",
            "",
            *_about(title, compared.peer_rows),
            head(),
            *(result.row() for result in results),
        ]
        lines += [
            "",
            "Columns found of each label (in brackets: under its category); those of `none` are false.",
            "",
        ]
        lines += by_label([results[0], *results[2:]] if len(results) > 2 else results)
        own = [f"- {error}" for error in results[0].score.errors]
        if title == OWN:
            lines += ["", "Every error of recense there:", "", *own]
        errors += ["", f"== {title}", *own]
    lines += ["", "## Texts: spans that overlap", ""]
    lines += ["Peers that give no places (piiscope) or no spans are not here; F1 (95 %), precision, recall.", ""]
    lines += documents.table(compared.spans)
    ours = [one for one in compared.spans if "recense" in one.engine]
    shown = [
        f"- {one.label}, {n} x: `{error}`"
        for one in ours
        if one.set.startswith("notes")
        for error, n in one.errors.most_common()
    ]
    lines += ["", "Errors of recense in the notes of our own (`+` false, `-` missed):", "", *shown]
    errors += [f"{one.set} {one.label} {n} {error}" for one in ours for error, n in one.errors.most_common()]
    table, wrong = documents.special(compared.notes)
    lines += ["", "## Articles 9 and 10 in the notes of our own", "", *table, "", "Errors:", ""]
    lines += [f"- {error}" for error in dict.fromkeys(_form(error) for error in wrong)]
    errors += wrong
    found, undefended = ordinary.report()
    lines += ["", "## Ordinary tables of installed packages", "", *found]
    lines += ["", "## Columns that chance filled, with headers that say nothing", ""]
    lines += ["All findings are false but those of the network addresses, which must stay found.", ""]
    lines += [*random_tables.report({1: random_tables.run(1, CHANCE_TABLES)}), "", *random_tables.addresses(1, 100)]
    lines += ["", "## Rates", "", *rates.report(compared.tables[OWN])]
    return lines, errors, undefended


def _form(error: str) -> str:
    """Returns an error without the number of its note: the same template fails alike, and is shown with one name."""
    kind, _, rest = error.split("  ", 2)
    return f"{kind}: {rest}"


def _about(title: str, rows: int) -> list[str]:
    if title.startswith("headers"):
        return ["The name rules of peers see headers; recense sees table, type and keys beside them.", ""]
    return [
        f"Value rules of peers read {rows} rows (seed 7), name rules too where they have them; each peer stands in the "
        "reading of its counts that is best for it on this set. recense reads all rows, as it ships.",
        "",
    ]


def _schemas(compared: Comparison, errors: list[str]) -> list[str]:
    if not compared.databases:
        return ["", "The corpora were not there: only what needs nothing but this repository was measured."]
    total, seen, unseen = Score("**all**"), Score("**tuned on**"), Score("**held out at first**")
    lines = ["", "## Schemas of real applications, names alone, one by one", "", header()]
    for name, score in sorted(compared.databases.items()):
        lines.append(score.row())
        total.merge(score)
        (seen if name in SEEN else unseen).merge(score)
        errors += score.errors
    lines += [seen.row(), unseen.row(), total.row(), "", "What is blind in it:", ""]
    return [*lines, *(f"- {name}: {BLIND.get(name, 'not said')}" for name in sorted(compared.databases))]
