"""The retention report and the plan of disposal: one document, and its renderings for people in French and English.

``recense.retention/1`` is in ``retention.schema.json`` beside this file. Renderings are made from the document, so
they can be made again from the catalog. No value is in any of them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from recense.errors import UserError, unknown
from recense.reports.document import dump
from recense.reports.visible import inert, visible
from recense.retention.judge import Entry
from recense.retention.words import Bucket, Verdict

SCHEMA = "recense.retention/1"
PLAN_SCHEMA = "recense.retention-plan/1"

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Retention on {as_of}", "Durées de conservation au {as_of}"),
    "plan_title": ("What is to be deleted, archived or reviewed, {as_of}", "À effacer, archiver ou examiner, {as_of}"),
    "note": (
        "An indicator for review: recense lists and never deletes. Backups, exports and copies outside the sources "
        "are not proved.",
        "Un indicateur à vérifier : recense liste et n'efface jamais. Sauvegardes, exports et copies hors des sources "
        "ne sont pas prouvés.",
    ),
    "dataset": ("dataset", "jeu de données"), "zone": ("zone", "zone"), "rule": ("rule", "règle"),
    "start": ("start", "départ"), "rows": ("rows", "lignes"), "overdue": ("overdue", "échues"),
    "oldest": ("oldest", "plus ancienne"), "verdict": ("verdict", "verdict"), "why": ("why", "pourquoi"),
    "action": ("then", "suite"), "nothing": ("Nothing is overdue.", "Rien n'est échu."),
    "none": ("No dataset to judge.", "Aucun jeu de données à juger."),
    "v_overdue": ("overdue", "échu"), "v_unprovable": ("unprovable", "non prouvable"),
    "v_compliant": ("compliant", "conforme"), "v_not_applicable": ("not applicable", "sans objet"),
    "held": ("held", "gelées"), "other": ("other buckets", "autres cas"),
    "b_not_due": ("not due", "non échues"), "b_due_within_90d": ("due within 90 days", "échues sous 90 jours"),
    "b_overdue": ("overdue", "échues"), "b_overdue_but_held": ("overdue but held", "échues mais gelées"),
    "b_blocked_by_legal_floor": ("under a legal minimum", "sous minimum légal"),
    "b_start_missing": ("no start", "sans départ"), "b_start_invalid": ("invalid start", "départ invalide"),
    "b_start_in_future": ("start in the future", "départ futur"), "b_start_proxy_only": ("proxy only", "indice seul"),
    "z_active": ("active", "base active"), "z_intermediate_archive": ("archive", "archivage intermédiaire"),
    "z_backup": ("backup", "sauvegarde"), "z_litigation_hold": ("hold", "gel"),
    "z_anonymised": ("anonymised", "anonymisé"),
    "e_direct": ("direct", "direct"), "e_proxy": ("proxy", "indice"), "e_never": ("none", "aucune"),
    "e_none": ("none", "aucune"),
    "a_delete": ("delete", "effacer"), "a_archive_or_delete": ("archive or delete", "archiver ou effacer"),
    "a_archive_if_legal_duty": ("archive if a law asks, else delete", "archiver si la loi l'exige, sinon effacer"),
    "a_anonymise": ("anonymise", "anonymiser"),
    "a_anonymise_then_delete": ("anonymise, then delete", "anonymiser puis effacer"),
    "a_review": ("review", "examiner"),
}  # fmt: skip


def word(key: str, language: str) -> str:
    """Returns a word of the page."""
    return WORDS[key][0 if language == "en" else 1]


def document(entries: Sequence[Entry], as_of: str, language: str = "en") -> dict[str, Any]:
    """Returns ``recense.retention/1``; only the sentences (``why``, ``signals[].says``) are in a language."""
    return {"schema": SCHEMA, "as_of": as_of, "datasets": [_entry(entry, language) for entry in entries]}


def kept_document(entries: Sequence[Entry], as_of: str) -> dict[str, Any]:
    """Returns what the catalog keeps: the document, with the reasons in both languages (``reasons``)."""
    kept = document(entries, as_of)
    for entry, written in zip(entries, kept["datasets"], strict=True):
        written["reasons"] = {language: entry.why(language) for language in ("en", "fr")}
    return kept


def _entry(entry: Entry, language: str) -> dict[str, Any]:
    return {
        "source": entry.source,
        "dataset": entry.dataset,
        "rule": entry.rule,
        "period": entry.period,
        "start_column": entry.start_column,
        "start_evidence": str(entry.start_evidence),
        "zone": str(entry.zone),
        "rows": entry.rows,
        "buckets": {str(bucket): entry.buckets[bucket] for bucket in Bucket},
        "oldest": entry.oldest.isoformat() if entry.oldest else None,
        "overdue": entry.overdue,
        "overdue_share": round(entry.overdue_share, 6),
        "verdict": str(entry.verdict),
        "why": entry.why(language),
        "rules": list(entry.rules),
        "bound": entry.configured,
        "overdue_days": entry.oldest_overdue_days,
        "signals": [
            {"code": signal.code, "rows": signal.rows, "says": signal.note.say(language)} for signal in entry.signals
        ],
    }


def plan_document(retained: Any) -> dict[str, Any]:
    """Returns ``recense.retention-plan/1``: per dataset, rule and zone the count, the predicate, and what is to happen.

    Args:
        retained: ``recense.pipelines.retention.Retained``.
    """
    keys = ("source", "dataset", "rule", "action", "rows", "where", "sql")
    return {
        "schema": PLAN_SCHEMA,
        "as_of": retained.as_of.isoformat(),
        "disposals": [
            {"zone": str(one.zone), **{key: getattr(one, key) for key in keys}} for one in retained.disposals
        ],
    }


Rendering = Callable[[Mapping[str, Any], str], str]


def render(data: Mapping[str, Any], format: str, language: str = "en") -> str:
    """Returns a retention document or plan as ``table | json | markdown | html | csv``.

    Raises:
        UserError: no such format; the message names the nearest.
    """
    if format == "json":
        return dump(data, indent=2) + "\n"
    if format not in FORMATS:
        raise UserError(unknown("report format", format, ["json", *FORMATS]))
    text = FORMATS[format](data, language)
    return text if text.endswith("\n") else text + "\n"


def _cells(data: Mapping[str, Any], language: str) -> tuple[list[str], list[list[str]]]:
    """Returns header and rows for people."""

    def title(key: str) -> str:
        return word(key, language)

    if data["schema"] == PLAN_SCHEMA:
        header = [title("dataset"), title("zone"), title("rule"), title("rows"), title("action")]
        return header, [
            [
                visible(one["dataset"]),
                title(f"z_{one['zone']}"),
                one["rule"],
                _number(one["rows"]),
                title(f"a_{one['action']}"),
            ]
            for one in data["disposals"]
        ]
    header = [
        title(key) for key in ("dataset", "zone", "rule", "start", "rows", "overdue", "other", "oldest", "verdict")
    ]
    return header, [
        [
            visible(one["dataset"]),
            title(f"z_{one['zone']}"),
            f"{one['rule']} {one['period']}".strip(),
            f"{visible(one['start_column'])} ({title('e_' + one['start_evidence'])})" if one["start_column"] else "-",
            _number(one["rows"]),
            _number(one["overdue"]),
            ", ".join(
                f"{title('b_' + bucket)} {_number(count)}"
                for bucket, count in one["buckets"].items()
                if count and bucket != Bucket.OVERDUE
            ),
            one["oldest"] or "-",
            title(f"v_{one['verdict']}"),
        ]
        for one in data["datasets"]
    ]


def _number(n: int) -> str:
    return f"{n:,}".replace(",", "\N{NO-BREAK SPACE}")


def _title(data: Mapping[str, Any], language: str) -> str:
    key = "plan_title" if data["schema"] == PLAN_SCHEMA else "title"
    return word(key, language).format(as_of=data["as_of"])


def _empty(data: Mapping[str, Any], language: str) -> str:
    return word("nothing" if data["schema"] == PLAN_SCHEMA else "none", language)


def _reasons(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns the sentences, or the statements of a plan, per dataset."""
    if data["schema"] == PLAN_SCHEMA:
        return [(f"{one['dataset']} ({one['rule']}, {one['rows']})", one["sql"]) for one in data["disposals"]]
    return [
        (
            one["dataset"],
            "; ".join([one["why"], *(signal["says"] for signal in one["signals"] if signal["code"] in _MORE)]),
        )
        for one in data["datasets"]
    ]


_MORE = ("spike", "order", "deleted", "anonymised")
"""Signals that the reasons do not name already."""


def _table(data: Mapping[str, Any], language: str) -> str:
    header, rows = _cells(data, language)
    if not rows:
        return f"{_title(data, language)}\n\n{_empty(data, language)}"
    lines = [header, *rows]
    widths = [max(len(row[n]) for row in lines) for n in range(len(header))]
    body = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in lines]
    said = [
        f"{visible(name)}: {visible(why) if data['schema'] == SCHEMA else _lines(why)}" for name, why in _reasons(data)
    ]
    return "\n".join([_title(data, language), "", *body, "", *said, "", word("note", language)])


def _lines(sql: str) -> str:
    """Returns a statement with nothing in it that could command a terminal, its line breaks kept."""
    return "\n" + "\n".join(visible(line) for line in sql.splitlines())


def _markdown(data: Mapping[str, Any], language: str) -> str:
    header, rows = _cells(data, language)
    parts = [f"## {_title(data, language)}", ""]
    if rows:
        parts += ["| " + " | ".join(map(_escaped, row)) + " |" for row in (header, ["---"] * len(header), *rows)]
        parts += ["", *(f"- **{_escaped(visible(name))}**: {_escaped(visible(why))}" for name, why in _reasons(data))]
    else:
        parts.append(_empty(data, language))
    return "\n".join([*parts, "", word("note", language)])


def _escaped(text: str) -> str:
    """Returns text that Markdown takes for nothing but text."""
    if text == "---":
        return text
    plain = escape(text.replace("\n", " "), quote=False)
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|~" else c for c in plain)


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #8886;padding:.4rem .6rem;text-align:left;"
    "vertical-align:top}.overdue{color:#b00020;font-weight:600}pre{white-space:pre-wrap}@media(prefers-color-scheme:"
    "dark){body{background:#121212;color:#eee}.overdue{color:#ff8a80}}"
)


def _html(data: Mapping[str, Any], language: str) -> str:
    """Returns one page without script or outside file; its policy allows its own style sheet alone."""
    import base64
    import hashlib

    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    header, rows = _cells(data, language)
    title = escape(_title(data, language))
    body = "".join(
        "<tr>" + "".join(f"<td{_marked(cell, language)}>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    table = (
        "<table><thead><tr>"
        + "".join(f"<th>{escape(cell)}</th>" for cell in header)
        + f"</tr></thead><tbody>{body}</tbody></table>"
    )
    tag = "pre" if data["schema"] == PLAN_SCHEMA else "p"
    said = "".join(f"<h2>{escape(visible(name))}</h2><{tag}>{escape(why)}</{tag}>" for name, why in _reasons(data))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{title}</h1>'
        f"{table if rows else f'<p>{escape(_empty(data, language))}</p>'}{said}<p>{escape(word('note', language))}</p>"
        "</body></html>"
    )


def _marked(cell: str, language: str) -> str:
    return ' class="overdue"' if cell == word(f"v_{Verdict.OVERDUE}", language) else ""


def _csv(data: Mapping[str, Any], language: str) -> str:
    """Returns CSV with the document's own keys; a cell that a spreadsheet would compute begins with an apostrophe."""
    rows = data["disposals"] if data["schema"] == PLAN_SCHEMA else [_flat(one) for one in data["datasets"]]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([inert(value) for value in row.values()])
    return buffer.getvalue()


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in entry.items() if not isinstance(value, list | dict)}
    return {**plain, **entry["buckets"], "signals": " ".join(f"{s['code']}={s['rows']}" for s in entry["signals"])}


FORMATS: dict[str, Rendering] = {"table": _table, "markdown": _markdown, "html": _html, "csv": _csv}
