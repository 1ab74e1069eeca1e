"""What the dashboard is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recense.config.outward import Oidc

if TYPE_CHECKING:
    from collections.abc import Callable

    from recense.reports.located import Verify
    from recense.subjects.keys import Key

LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Persons:
    """How the index of people is asked.

    Attributes:
        key: reads the install's key each time, so that a destroyed one is gone at once.
        regions: countries of telephone numbers without one.
        verify: reads the columns of places again, with the sources' own rights; None when nothing can be read here.
    """

    key: Callable[[], Key]
    regions: frozenset[str] = frozenset({"FR"})
    verify: Verify | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve.

    Attributes:
        catalog: SQLAlchemy URL with secrets filled in.
        hosts: names under which the dashboard may be asked for; any other is refused (DNS rebinding).
        https: it is reached through TLS: cookies are then ``Secure`` and browsers are told to stay with it.
        language: of pages for people who have not chosen.
        policy: the privacy policy that findings are held against; None when there is none.
        register: folder with the register's YAML files; None when there is none.
        zone: time zone of what people read.
        persons: how the index of people is asked; None when recense.yaml has none.
        url: where people open it, without a slash at its end: a provider sends them back there.
        local_accounts: whether a name and a password open it. oidc: who else vouches for people, None for nobody.
    """

    catalog: str = field(repr=False)
    hosts: tuple[str, ...] = LOCAL
    https: bool = False
    language: str = "fr"
    policy: Path | None = None
    register: Path | None = None
    zone: str = "Europe/Paris"
    persons: Persons | None = None
    url: str = "http://127.0.0.1:8765"
    local_accounts: bool = True
    oidc: Oidc | None = None
