"""What every sentence of a policy file is made of: labels, periods, and statements with the words they rest on.

A **statement** is either *declared*, and then quotes the sentence of the published text that makes it, or *inferred*:
a reading of the text that a person of the controller has yet to confirm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta

Origin = Literal["declared", "inferred"]
"""Where a statement comes from: the published text, or our reading of it."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=4_000)]
Stem = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", description="A column name, or words of one, in lower case.")]
Email = Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}\.[A-Za-z]{2,24}$")]

PERIOD = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?")
"""The periods of ISO 8601 that the calendar can add: years, months, days."""


class Strict(BaseModel):
    """Base of everything in a policy file: frozen, and a key that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time on the calendar: ``P3Y``, ``P13M``, ``P1Y6M``, ``P0D``."""

    years: int = 0
    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, value: Any) -> Period:
        """Returns the period that a text in ISO 8601 stands for.

        >>> Period.parse("P13M")
        Period(years=0, months=13, days=0)

        Raises:
            ValueError: it is none; the message shows how one is written.
        """
        if isinstance(value, Period):
            return value
        match = PERIOD.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError("write a period of ISO 8601: P3Y (3 years), P13M (13 months), P30D (30 days), P1Y6M")
        return cls(*(int(part or 0) for part in match.groups()))

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0D")

    @property
    def months_about(self) -> float:
        """Returns the length in months, a day being a thirtieth: to compare periods, never to compute a deadline.

        >>> Period.parse("P1Y").months_about == Period.parse("P12M").months_about
        True
        """
        return self.years * 12 + self.months + self.days / 30

    def delta(self) -> relativedelta:
        """Returns what the calendar adds: the same date, or the last day of the month (Regulation 1182/71 art. 3)."""
        from dateutil.relativedelta import relativedelta

        return relativedelta(years=self.years, months=self.months, days=self.days)

    def words(self, language: str) -> str:
        """Returns the period as people say it.

        >>> Period.parse("P1Y6M").words("fr"), Period.parse("P10Y").words("en")
        ('1 an 6 mois', '10 years')
        """
        units = {"en": ("year", "month", "day"), "fr": ("an", "mois", "jour")}[language]
        counts = (self.years, self.months, self.days)
        said = [
            f"{count} {unit}{'s' if count > 1 and not unit.endswith('s') else ''}"
            for count, unit in zip(counts, units, strict=True)
            if count
        ]
        return " ".join(said) or f"0 {units[2]}"


PeriodField = Annotated[
    Period,
    BeforeValidator(Period.parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{PERIOD.pattern}$", "examples": ["P3Y", "P13M", "P0D"]}),
]


class Label(Strict):
    """A name in French, English or both."""

    en: Text | None = None
    fr: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Label:
        if self.en is None and self.fr is None:
            raise ValueError("write a label in at least one language: {en: …, fr: …}")
        return self

    def of(self, language: str) -> str:
        """Returns the label in a language (``fr``, ``en``), else in the other one."""
        first, second = (self.fr, self.en) if language == "fr" else (self.en, self.fr)
        return first or second or ""


class Statement(Strict):
    """Something the policy says.

    Attributes:
        quote: the sentence or the words of the published text, letter by letter but for spaces; None when inferred.
        origin: ``declared`` by the text, or ``inferred`` until a person of the controller signs.
        note: what a reader should know about this reading of the text.
    """

    quote: Text | None = Field(default=None, description="The words of the published policy, unchanged.")
    origin: Origin = Field(default="declared", description="declared needs a quote; inferred is a reading to confirm.")
    note: Text | None = Field(default=None, description="What a reader should know about this reading.")

    @model_validator(mode="after")
    def _grounded(self) -> Statement:
        if self.origin == "declared" and self.quote is None:
            raise ValueError("quote the policy's sentence (quote: …), or write origin: inferred")
        return self
