"""What pages say, in French and English: the reports' sentences and the dashboard's own, with dates by Babel."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from recense.reports import person_page, texts
from recense.reports.texts import LANGUAGES, Texts

HERE = Path(__file__).parent

__all__ = ["LANGUAGES", "Words", "words"]


class Words(Texts):
    """The sentences of one language, and dates and times as its readers write them."""

    def __init__(self, language: str, catalogue: dict[str, Any], zone: str) -> None:
        super().__init__(language, catalogue)
        self.zone = ZoneInfo(zone)
        self.other = next(one for one in LANGUAGES if one != language)

    def _local(self, iso: str) -> datetime:
        time = datetime.fromisoformat(iso)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(self.zone)

    def at(self, iso: str | None, format: str = "medium") -> str:
        """Returns a time in the reader's zone: ``22 nov. 2026, 02:14``."""
        if not iso:
            return self("none")
        try:
            from babel.dates import format_datetime
        except ImportError:  # a static report needs no extra
            return self.moment(iso)
        return format_datetime(self._local(iso), format, locale=self.language)

    def day(self, iso: str | date | None, format: str = "medium") -> str:
        """Returns a date: ``4 déc. 2026``."""
        if iso is None:
            return self("none")
        try:
            from babel.dates import format_date
        except ImportError:
            return str(iso)[:10]
        return format_date(iso if isinstance(iso, date) else self._local(iso).date(), format, locale=self.language)

    def since(self, iso: str, now: datetime) -> str:
        """Returns how long ago: ``6 jours``."""
        from babel.dates import format_timedelta

        return format_timedelta(now - self._local(iso), locale=self.language, threshold=1.0)

    def said(self, key: str, fallback: str) -> str:
        """Returns the text of a key, or the fallback when there is none: for words that come from data."""
        return self(key) if key in self else fallback


@cache
def _own() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "texts.yaml").read_text(encoding="utf-8"))
    return data


@cache
def words(language: str, zone: str) -> Words:
    """Returns the words of a language; ``language`` is one of ``LANGUAGES``."""
    both = {**texts.catalogue(), **person_page.catalogue(), **_own()}
    return Words(language, {key: entry[language] for key, entry in both.items()}, zone)
