"""The words of the reports in French and English: sentences from ``texts.yaml``, numbers, shares and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from recense.errors import UserError, unknown
from recense.plural import NBSP, agreed, is_singular
from recense.reports.visible import visible

HERE = Path(__file__).parent
LANGUAGES = ("en", "fr")

__all__ = ["LANGUAGES", "NBSP", "Texts", "catalogue", "texts"]


class Texts:
    """The sentences of one language; call it with a key.

    A text is a string, or a pair ``one``/``other`` that the number ``n`` chooses from; where a sentence counts several
    things, each chooses its own words: ``{cells:cell|cells}``. Numbers in braces are written as the language writes
    them; everything else is put in as it is.
    """

    def __init__(self, language: str, catalogue: Mapping[str, Any]) -> None:
        self.language = language
        self._catalogue = catalogue

    def __contains__(self, key: str) -> bool:
        return key in self._catalogue

    def __call__(self, key: str, /, **values: object) -> str:
        """Returns the text of a key with its values filled in.

        Raises:
            KeyError: there is no such text; a test asks for every key that is used.
        """
        text = self._catalogue[key]
        if isinstance(text, Mapping):
            text = text["one" if is_singular(values["n"], self.language) else "other"]
        return agreed(str(text), values, self.language) if values else str(text)

    def number(self, n: int) -> str:
        """Returns a whole number in groups of three, with spaces that do not break."""
        return f"{n:,}".replace(",", NBSP)

    def share(self, share: float) -> str:
        r"""Returns a share as a percentage of two digits; 0 and 100 % are said only when they are exact.

        >>> texts("en").share(0.824), texts("fr").share(0.0042), texts("en").share(0.99999)
        ('82\xa0%', '0,42\xa0%', '>\xa099\xa0%')
        """
        percent = share * 100
        if percent <= 0 or percent >= 100:
            return f"{0 if percent <= 0 else 100}{NBSP}%"
        if percent > 99:
            return f">{NBSP}99{NBSP}%"
        return self._percent(Decimal(f"{percent:.2g}"))

    def bound(self, share: float) -> str:
        r"""Returns an upper bound as a percentage of two digits, rounded up so that the sentence stays true.

        >>> texts("en").bound(3 / 120_000), texts("fr").bound(0.0058341)
        ('0.0025\xa0%', '0,59\xa0%')
        """
        percent = Decimal(f"{share * 100:.6g}")  # six digits first: 0.0025000000000000005 is 0.0025
        step = Decimal(1).scaleb(percent.adjusted() - 1)
        return self._percent(percent.quantize(step, rounding=ROUND_CEILING))

    def _percent(self, value: Decimal) -> str:
        shown = f"{value.normalize():f}"
        return (shown.replace(".", ",") if self.language == "fr" else shown) + f"{NBSP}%"

    def moment(self, iso: str | None) -> str:
        """Returns an ISO 8601 time as day, month, year, hour and minute in UTC; what is no time is shown as it is."""
        if iso is None:
            return self("time.none")
        try:
            time = datetime.fromisoformat(iso)
        except ValueError:
            return visible(iso)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        month = str(self._catalogue["time.months"]).split()[time.month - 1]
        text = f"{time.day} {month} {time.year:04d} {time:%H:%M} UTC"
        return text.replace(" ", NBSP)


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Returns all texts by key, then by language."""
    data: Mapping[str, Mapping[str, Any]] = yaml.safe_load((HERE / "texts.yaml").read_text(encoding="utf-8"))
    return data


@cache
def texts(language: str) -> Texts:
    """Returns the texts of a language.

    Raises:
        UserError: there are none; the message names the languages there are.
    """
    if language not in LANGUAGES:
        raise UserError(unknown("report language", language, LANGUAGES))
    return Texts(language, {key: entry[language] for key, entry in catalogue().items()})
