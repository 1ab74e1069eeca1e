"""``recense find-person``: where a person who asks for their rights may be, and the key of the index."""

from __future__ import annotations

import getpass
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recense.cli import console
from recense.cli.options import (
    CatalogOption,
    ConfigOption,
    LanguageOption,
    OutputOption,
    check_output,
    load_config,
    open_catalog,
)
from recense.errors import ExitCode, UserError, unknown
from recense.plural import counted

if TYPE_CHECKING:
    from recense.catalog import Catalog
    from recense.catalog.requests import Request
    from recense.config import Config

FIELDS = ("email", "phone", "nir", "name", "birth", "customer")
FORMATS = ("table", "json", "html", "csv")


def add_to(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("find-person")(find_person)


def find_person(
    email: Annotated[str | None, typer.Option("--email", help="E-mail address.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Telephone number.")] = None,
    nir: Annotated[
        str | None, typer.Option("--nir", help="French social security number, 13 or 15 characters.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="First and last name, in any order.")] = None,
    birth: Annotated[str | None, typer.Option("--birth", help="Date of birth (1980-02-03), with --name.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="Customer, member or staff number.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read the named columns again and count the rows of the person.")
    ] = False,
    request: Annotated[
        str | None,
        typer.Option("--request", metavar="REF", help="Keep the answer, without identifiers, with this request."),
    ] = None,
    right: Annotated[
        str | None, typer.Option("--right", help="access, rectification, erasure, restriction, portability, objection.")
    ] = None,
    received: Annotated[
        str | None, typer.Option("--received", metavar="DATE", help="When the request came. Default: today.")
    ] = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="Draw the key of the index; look nobody up.")] = False,
    destroy_key: Annotated[
        bool, typer.Option("--destroy-key", help="Destroy the key and the index; look nobody up.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before destroying.")] = False,
    format: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="table, json, html or csv.")
    ] = None,
    output: OutputOption = None,
    language: LanguageOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Say which columns may hold a person, from keyed filters that hold no value.

    Without identifiers they are asked for, or read from standard input as lines such as 'email: …', so that none
    stays in the shell's history. Exits 3 when something was not indexed, not read or not counted.
    """
    from recense.scanners import require

    settings = load_config(config, catalog)
    require()
    if new_key or destroy_key:
        if new_key and destroy_key:
            raise UserError("--new-key and --destroy-key contradict each other: leave one out")
        _new(settings) if new_key else _destroy(settings, yes)
        return
    shown = format or (settings.report_format if settings.report_format in FORMATS else "table")
    if shown not in FORMATS:
        raise UserError(unknown("report format", shown, FORMATS))
    check_output(output)
    chosen = _right(right)
    given = dict(zip(FIELDS, (email, phone, nir, name, birth, customer), strict=True))
    stated = {field: value for field, value in given.items() if value}
    with open_catalog(settings) as kept:
        dossier = _dossier(kept, request, right, received)
        chosen = _right(dossier.kind) if dossier else chosen
        answer, gaps = _answer(
            settings, kept, stated or _asked(), verify, chosen, str(language or settings.report_language)
        )
        _remember(kept, dossier, answer, verify)
        if dossier is not None:
            dossier = _reread(kept, dossier.id)
    from recense.reports.person_page import render

    text = render(answer, shown, str(language or settings.report_language), dossier)
    if output is None:
        console.data(text)
    else:
        console.save(text, output)
    if gaps:
        console.note("recense: not everything was searched (exit 3); the answer says what")
        raise typer.Exit(ExitCode.INCOMPLETE)


def _answer(
    config: Config, catalog: Catalog, given: dict[str, str], verify: bool, right: Any, language: str
) -> tuple[dict[str, Any], bool]:
    """Returns the answer, and whether something is missing in it."""
    from dataclasses import replace

    from recense.pipelines.person_index import key_of
    from recense.reports import located
    from recense.subjects.asking import question

    policy = config.load_policy()
    asked = question(given, frozenset((config.persons.region, *config.persons.regions.values())))
    found = located.locate(catalog, key_of(config), asked)
    if verify and found.places:
        from recense.pipelines.verifying import specs_of
        from recense.pipelines.verifying import verify as count

        found = replace(found, places=tuple(count(config, specs_of(config, catalog), asked, found.places)))
    known = located.Known(policy, register_of(config))
    answer = located.document(catalog, found, known, right, language)
    return answer, not located.complete(answer)


def register_of(config: Config) -> Path:
    """Returns where the register of Article 30 is, if there is one."""
    return (config.path.parent if config.path else Path()) / "register"


def _asked() -> dict[str, str]:
    """Returns identifiers from standard input, or from the person at the terminal."""
    if sys.stdin.isatty():
        console.note("recense: what you type is not kept; leave empty what you do not know")
        return {field: str(typer.prompt(field, default="", show_default=False, err=True)) for field in FIELDS}
    given: dict[str, str] = {}
    for number, line in enumerate(sys.stdin, start=1):
        field, colon, value = line.partition(":")
        if line.strip() and (not colon or field.strip() not in FIELDS):
            raise UserError(f"line {number} of standard input: write 'email: …'; fields are {', '.join(FIELDS)}")
        if line.strip():
            given[field.strip()] = value.strip()
    return given


def _right(text: str | None) -> Any:
    from recense.subjects.requests import Right

    if text is None:
        return None
    if text not in list(Right):
        raise UserError(unknown("right", text, list(Right)))
    return Right(text)


def _dossier(catalog: Catalog, reference: str | None, right: str | None, received: str | None) -> Request | None:
    """Returns the request of a reference, opening it when there is none."""
    if reference is None:
        if received is not None:
            raise UserError("--received is kept with a request: name it with --request")
        return None
    from recense.catalog import audit, now, requests
    from recense.subjects.asking import is_identifier
    from recense.subjects.requests import due

    if is_identifier(reference) or not 0 < len(reference.strip()) <= requests.LONGEST:
        raise UserError(
            f"--request takes what you call the request, such as DR-2026-014, at most {requests.LONGEST} characters "
            "and no identifier of the person"
        )
    with catalog.transaction(write=True) as connection:
        found = requests.by_reference(connection, reference.strip())
        if found is None:
            day = _day(received)
            id_ = requests.add(
                connection, reference=reference.strip(), kind=right or "access", received=day, due=due(day), who=_who()
            )
            audit.append(connection, now(), _who(), "request_opened", id_, {"right": right or "access"})
            found = requests.get(connection, id_)
    return found


def _reread(catalog: Catalog, id_: str) -> Request | None:
    from recense.catalog import requests

    with catalog.transaction() as connection:
        return requests.get(connection, id_)


def _day(text: str | None) -> date:
    from recense.retention.calendar import today

    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("--received takes a day such as 2026-01-31") from None


def _remember(catalog: Catalog, dossier: Request | None, answer: dict[str, Any], verified: bool) -> None:
    """Writes the look-up into the log, kinds and counts only, and the answer to its request."""
    from recense.catalog import audit, now, requests

    details = {"by": answer["asked"], "filters": answer["filters"], "places": len(answer["places"]), "read": verified}
    with catalog.transaction(write=True) as connection:
        if dossier is not None:
            requests.change(connection, dossier.id, answer=answer)
        audit.append(connection, now(), _who(), "person_searched", dossier.id if dossier else "find-person", details)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in a container
        return "command line"


def _new(config: Config) -> None:
    from recense.subjects import keys

    if config.persons.key:
        raise UserError(
            f"recense.yaml takes the key from {config.persons.key}: put 64 random hexadecimal digits there, such as "
            "those of 'openssl rand -hex 32'"
        )
    key = keys.create(config.persons.key_file)
    console.note(
        f"recense: key {key.id} is in {config.persons.key_file}: keep it apart from the catalog and its backups; "
        "whoever has both can ask the index. Indexes of other keys stay closed: scan again"
    )


def _destroy(config: Config, yes: bool) -> None:
    from recense.catalog import audit, now, persons
    from recense.subjects import keys

    if not yes:
        if not sys.stdin.isatty():
            raise UserError("destroying the key erases the index for good: say --yes")
        typer.confirm("Destroy the key and the index of people for good?", abort=True, err=True)
    gone = False if config.persons.key else keys.destroy(config.persons.key_file)
    with open_catalog(config) as kept:
        with kept.transaction(write=True) as connection:
            count = persons.erase(connection)
            audit.append(connection, now(), _who(), "index_erased", "find-person", {"datasets": count})
        kept.flush()
    where = config.persons.key or str(config.persons.key_file)
    console.note(
        f"recense: the index of {counted(count, 'dataset')} is erased; "
        + ("the key is destroyed, copies of it are yours to destroy" if gone else f"destroy the key itself: {where}")
    )
