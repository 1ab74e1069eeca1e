"""Puts events into words: one document for machines, of which a mail is a rendering."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from recense.catalog.notices import KINDS, Event
from recense.policy import taxonomy
from recense.reports.texts import Texts, texts
from recense.reports.visible import visible

SCHEMA = "recense.notice/1"
LISTED = 50
"""Entries of a kind that a notice lists; the screen has all."""

PAGES = {"special": "/queue/special", "coverage": "/sources", "overdue": "/retention", "expiring": "/queue/expiring"}


def document(events: Sequence[Event], language: str, url: str, now: datetime) -> dict[str, Any]:
    """Returns ``recense.notice/1``: per kind a count, a sentence, a link to the screen, and the first ``LISTED``."""
    t = texts(language)
    groups = [(kind, [one for one in events if one.kind == kind]) for kind in KINDS]
    changes = [_change(kind, found, t, url) for kind, found in groups if found]
    keys = "\n".join(sorted(one.key for one in events))
    return {
        "schema": SCHEMA,
        "id": hashlib.sha256(keys.encode()).hexdigest()[:32],
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "language": language,
        "title": t("notice.title", n=len(events)),
        "changes": changes,
    }


def _change(kind: str, found: Sequence[Event], t: Texts, url: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "count": len(found),
        "says": t(f"notice.{kind}", n=len(found)),
        "url": url + PAGES[kind],
        "listed": [_entry(one, t) for one in found[:LISTED]],
        "more": max(0, len(found) - LISTED),
    }


def _entry(one: Event, t: Texts) -> dict[str, Any]:
    known = taxonomy().categories.get(one.category or "")
    return {
        "source": visible(one.source),
        "dataset": visible(one.dataset) if one.dataset else None,
        "category": one.category,
        "label": known.label[t.language] if known else None,
        "count": one.count,
    }


def plain_text(notice: Mapping[str, Any]) -> str:
    """Returns the notice as the text of a mail."""
    t = texts(notice["language"])
    parts = [notice["title"]]
    for change in notice["changes"]:
        lines = [change["says"], change["url"]]
        lines += [f"- {_line(entry, t)}" for entry in change["listed"]]
        lines += [f"- {t('count.more', n=change['more'])}"] if change["more"] else []
        parts.append("\n".join(lines))
    parts.append(f"{t('intro')} {t('no_values')}")
    return "\n\n".join(parts) + "\n"


def _line(entry: Mapping[str, Any], t: Texts) -> str:
    words = [entry["dataset"] or entry["source"], entry["label"], t.number(entry["count"]) if entry["count"] else None]
    return " · ".join(word for word in words if word)
