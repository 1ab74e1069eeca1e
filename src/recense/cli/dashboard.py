"""``recense serve`` and ``recense users``: the DPO's dashboard, and who may open it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from recense.cli import console
from recense.cli.options import CatalogOption, ConfigOption, language_of, load_config, open_catalog
from recense.errors import UserError
from recense.plugins import driver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recense.config import Config
    from recense.reports.dashboard.settings import Persons, Settings
    from recense.reports.located import Place
    from recense.subjects.asking import Question

PORT = 8765
PASSWORD_VARIABLE = "RECENSE_NEW_PASSWORD"  # noqa: S105 - the name of a variable

RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help="reader, engineer, dpo or admin.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("serve")(serve)
    group = typer.Typer(help="Accounts of the dashboard.", no_args_is_help=True, rich_markup_mode=None)
    group.command("add")(add)
    group.command("close")(close)
    group.command("list")(everybody)
    app.add_typer(group, name="users")


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="Port to listen on.")] = PORT,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="Name people ask for; repeat. Default: local ones."),
    ] = None,
    https: Annotated[bool, typer.Option("--https", help="Reached through a proxy with TLS: secure cookies.")] = False,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Open the dashboard on this machine, until stopped with Ctrl-C."""
    uvicorn = driver("uvicorn", "dashboard", "the dashboard")
    from recense.catalog import accounts
    from recense.reports.dashboard import create_app
    from recense.reports.dashboard.settings import LOCAL

    settings = load_config(config, catalog)
    settings.load_policy()  # a wrong policy, or a missing or foreign catalog, is said before anything listens
    with open_catalog(settings) as kept:
        if taken := kept.fill_review():
            console.note(f"recense: took what {taken} earlier runs found into the list to review")
        kept.index_search()
        with kept.transaction() as connection:
            empty = not accounts.everybody(connection)
    if empty and settings.dashboard.oidc is None:
        console.note("recense: nobody may sign in yet; add the first account: recense users add NAME --role dpo")
    url = settings.dashboard.url or f"http://{host}:{port}"
    named = urlsplit(url).hostname
    names = (
        tuple(name) if name else tuple(dict.fromkeys((*LOCAL, *((named,) if settings.dashboard.url and named else ()))))
    )
    app = create_app(served(settings, names, https or url.startswith("https://"), url))
    console.note(f"recense: http://{host}:{port} until stopped with Ctrl-C")
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, date_header=False)


def served(config: Config, hosts: tuple[str, ...], https: bool, url: str) -> Settings:
    """Returns what the dashboard is told of a recense.yaml.

    Args:
        config: as read.
        hosts: names under which it may be asked for.
        https: whether it is reached through TLS.
        url: where people open it.
    """
    from recense.reports.dashboard.settings import Settings

    return Settings(
        config.catalog_url(),
        hosts,
        https,
        language_of(None, config),
        policy=config.policy,
        persons=_persons(config),
        register=config.register_folder(),
        url=url,
        local_accounts=config.dashboard.local_accounts,
        oidc=config.dashboard.oidc,
    )


def _persons(config: Config) -> Persons | None:
    """Returns how the dashboard asks the index of people, None when recense.yaml has none."""
    if not config.persons.index:
        return None
    from recense.catalog import Catalog
    from recense.pipelines.person_index import key_of
    from recense.pipelines.verifying import specs_of, verify
    from recense.reports.dashboard.settings import Persons

    def count(question: Question, places: Sequence[Place]) -> Sequence[Place]:
        with Catalog.open(config.catalog_url()) as kept:
            specs = specs_of(config, kept)
        return verify(config, specs, question, places)

    return Persons(lambda: key_of(config), frozenset((config.persons.region, *config.persons.regions.values())), count)


def add(
    account: NameArgument, role: RoleOption = "reader", catalog: CatalogOption = None, config: ConfigOption = None
) -> None:
    """Add an account, or give it a new role and password.

    The password is asked for, or read from the variable RECENSE_NEW_PASSWORD or from standard input.
    """
    from recense.catalog import accounts

    settings = load_config(config, catalog)
    with open_catalog(settings) as kept:
        password = _password()
        with kept.transaction(write=True) as connection:
            accounts.add(connection, account, role, password)
    console.note(f"recense: {account} may sign in ({role})")


def _password() -> str:
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
        if not password:
            raise UserError(f"no password: give it on standard input, or in the variable {PASSWORD_VARIABLE}")
        return password
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def close(account: NameArgument, catalog: CatalogOption = None, config: ConfigOption = None) -> None:
    """Close an account and sign it out; what it decided stays."""
    from recense.catalog import accounts

    with open_catalog(load_config(config, catalog)) as kept, kept.transaction(write=True) as connection:
        accounts.close(connection, account)
    console.note(f"recense: {account} is closed")


def everybody(catalog: CatalogOption = None, config: ConfigOption = None) -> None:
    """List accounts, roles and whether they are open."""
    from recense.catalog import accounts

    with open_catalog(load_config(config, catalog)) as kept, kept.transaction() as connection:
        known = accounts.everybody(connection)
    console.data(console.table([(one.name, one.role, "open" if one.active else "closed") for one in known]))
