"""The answer sheet of a rights request: ``recense.person/1`` for people, as a page, a table or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from recense.errors import UserError, unknown
from recense.policy import taxonomy
from recense.register.exports.comma import inert
from recense.reports import texts as shared
from recense.reports.document import dump
from recense.reports.evidence import Said, said
from recense.reports.html_page import environment, style
from recense.reports.retention_page import word
from recense.reports.texts import Texts
from recense.reports.visible import visible
from recense.retention.words import Verdict

FORMATS = ("table", "json", "html", "csv")


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Returns the sheet's own texts by key, then by language."""
    path = Path(__file__).parent / "person_texts.yaml"
    data: Mapping[str, Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


@cache
def words(language: str) -> Texts:
    """Returns the words of the sheet in a language.

    Raises:
        UserError: there are none.
    """
    shared.texts(language)
    both = {**shared.catalogue(), **catalogue()}
    return Texts(language, {key: entry[language] for key, entry in both.items()})


def render(answer: Mapping[str, Any], format: str, language: str = "en", request: Any = None) -> str:
    """Returns an answer in one of ``FORMATS``.

    Args:
        answer: ``recense.person/1``.
        format: of the text.
        language: of the text.
        request: ``recense.catalog.requests.Request`` that it answers, if there is one.

    Raises:
        UserError: no such format.
    """
    if format not in FORMATS:
        raise UserError(unknown("report format", format, FORMATS))
    t = words(language)
    if format == "json":
        return dump(dict(answer), indent=2) + "\n"
    if format == "csv":
        return _csv(answer, t, request)
    if format == "html":
        return _html(answer, t, request)
    return _table(answer, t)


def category(name: str, language: str) -> str:
    """Returns what a category is called."""
    known = taxonomy().categories.get(name)
    return known.label[language] if known else visible(name)


def shown(text: str) -> str:
    """Returns a text safe to show; none stays none."""
    return visible(text) if text else ""


def verdict(name: str | None, language: str) -> str:
    """Returns what a retention verdict is called; nothing where none was given, a word of a newer recense as it is."""
    return word(f"v_{name}", language) if name in list(Verdict) else shown(name or "")


def rows_of(place: Mapping[str, Any], t: Texts) -> str:
    """Returns how many rows hold the person, in words."""
    if place["problem"]:
        return f"{t('person.rows.failed')}: {visible(place['problem'])}"
    return t("person.rows.unknown") if place["rows"] is None else t.number(place["rows"])


def head(request: Any, t: Texts) -> list[tuple[str, str]]:
    """Returns what is known of a request, as pairs of words."""
    if request is None:
        return []
    due = t("person.due.says", day=request.due)
    if request.extended:
        due += "; " + t("person.due.extended", day=request.extended, reason=visible(request.extension_reason or ""))
    return [
        (t("person.reference"), visible(request.reference)),
        (t("person.right"), t(f"person.right.{request.kind}")),
        (t("person.received"), request.received),
        (t("person.due"), due),
        (t("person.identity"), t(f"person.identity.{request.identity}")),
        (t("person.state"), t(f"person.state.{request.state}")),
    ]


def columns(t: Texts) -> list[str]:
    """Returns the heads of ``lines``."""
    names = ("source", "dataset", "column", "identifier", "categories", "rows", "activities", "recipients", "kept",
             "verdict")  # fmt: skip
    return [t(f"person.{name}") for name in names]


def lines(answer: Mapping[str, Any], t: Texts) -> list[list[str]]:
    """Returns one line per place with what is known of its dataset, every cell safe to show."""
    known = {(one["source"], one["dataset"]): one for one in answer["datasets"]}
    made = []
    for place in answer["places"]:
        dataset = known[place["source"], place["dataset"]]
        made.append(
            [
                visible(place["source"]),
                visible(place["dataset"]),
                visible(place["column"]),
                t(f"person.kind.{place['kind']}"),
                ", ".join(category(name, t.language) for name in (dataset["categories"] or place["categories"])),
                rows_of(place, t),
                visible(", ".join(dataset["activities"]) or t("person.unregistered")),
                shown(", ".join(dataset["recipients"])),
                shown(", ".join(dataset["kept"]) or " ".join(filter(None, (dataset["rule"], dataset["period"])))),
                verdict(dataset["verdict"], t.language),
            ]
        )
    return made


def rate(answer: Mapping[str, Any], t: Texts) -> str:
    """Returns how sure the places are, in words."""
    return t("person.rate", n=answer["filters"], times=t.number(round(1 / answer["rate"])))


def not_searched(answer: Mapping[str, Any], language: str) -> list[tuple[str, Said]]:
    """Returns what was not searched and why, in a language where its words are known."""
    found = []
    for source, name, why in [*answer["incomplete"], *answer["unread"]]:
        told = said(why, language)
        found.append((visible(name if name == source else f"{source} {name}"), Said(visible(told.text), told.language)))
    return found


def _table(answer: Mapping[str, Any], t: Texts) -> str:
    out = []
    for line in lines(answer, t):
        out.append(f"{line[1]}  {line[2]}  ({line[3]})  {t('person.rows')}: {line[5]}")
        out += [f"    {name}: {value}" for name, value in zip(columns(t)[6:], line[6:], strict=True) if value]
        out.append(f"    {t('person.categories')}: {line[4]}")
    if not out:
        out.append(t("person.none"))
    out.append(rate(answer, t))
    out += [f"{t('person.exceptions')}: {visible(one['text'])}" for one in answer["exceptions"]]
    out += [f"{t('person.not_searched')}: {place}: {why.text}" for place, why in not_searched(answer, t.language)]
    return "\n".join(out) + "\n"


def _csv(answer: Mapping[str, Any], t: Texts, request: Any) -> str:
    """Returns a table that begins no formula in a spreadsheet; the words around it stand above and below."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if t.language == "fr" else ",", lineterminator="\r\n")
    rows: list[Sequence[str]] = [*head(request, t), columns(t), *lines(answer, t), (rate(answer, t),)]
    rows += [(t("person.exceptions"), visible(one["text"])) for one in answer["exceptions"]]
    rows += [(t("person.not_searched"), place, why.text) for place, why in not_searched(answer, t.language)]
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
    return out.getvalue()


def _html(answer: Mapping[str, Any], t: Texts, request: Any) -> str:
    return (
        environment()
        .get_template("person.html.j2")
        .render(
            t=t,
            answer=answer,
            head=head(request, t),
            columns=columns(t),
            lines=lines(answer, t),
            rate=rate(answer, t),
            gaps=not_searched(answer, t.language),
            visible=visible,
            **style(),
        )
    )
