"""One request by one person, checked: who it is, what they may, what they sent.

``screen`` registers a function under a path with the role it needs. Around it, once for all screens: the session is
looked up, the role compared, a form's token compared (CSRF), the answer rendered, and a page that shows findings
logged. A screen never sees the web framework.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from recense.catalog import Catalog, accounts
from recense.reports.dashboard.settings import Settings
from recense.reports.dashboard.words import Words

LARGEST_FORM = 64 << 10
"""Bytes of a form: reasons and notes; nothing is uploaded."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a screen answers with: a template and what goes into it.

    Attributes:
        shows: ids of findings that the page shows: each is written to the log with the page.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go and see another page of the dashboard; ``notice`` is the key of a sentence to show there."""

    path: str
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn(Redirect):
    """The same, with the cookie of a new session."""

    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignOut(Redirect):
    """The same, and the session's cookie is forgotten."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Go to the provider that vouches for people, with a cookie that knows the way back; no form says where."""

    url: str
    begun: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChooseLanguage(Redirect):
    """The same, in another language from now on."""

    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Download:
    """A file for the visitor."""

    name: str
    content: bytes
    kind: str


Answer = Page | Redirect | Leave | Download


class Refused(Exception):
    """The visitor may not, or what they asked for does not exist; ``key`` names the sentence that says so."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


@dataclass(frozen=True, slots=True)
class Visit:
    """What a screen is given.

    Attributes:
        session: None only on screens that anybody may see. token: the session's cookie.
        begun: the cookie of a sign-in that has begun at a provider.
        path: with the query, as asked for. query, form: the first value of each name.
        now: the same moment for everything that the request does.
        htmx: only a part of the page is wanted.
    """

    catalog: Catalog
    settings: Settings
    words: Words
    session: accounts.Session | None
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    address: str
    htmx: bool = False
    token: str = field(default="", repr=False)
    begun: str = field(default="", repr=False)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def account(self) -> accounts.Account:
        """Returns who it is."""
        if self.session is None:
            raise Refused(401, "refused.sign_in")
        return self.session.account

    @property
    def moment(self) -> str:
        """Returns the time as the catalog writes it."""
        return self.now.isoformat(timespec="seconds")

    @property
    def today(self) -> date:
        """Returns the day it is for the people who read: ends of decisions are days of theirs."""
        return self.now.astimezone(self.words.zone).date()

    def number(self, name: str) -> int | None:
        """Returns a whole number of the query, None when it is absent.

        Raises:
            Refused: it is not a number.
        """
        text = self.query.get(name, "")
        if not text:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 15:
            raise Refused(400, "refused.query")
        return int(text)


Handler = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True)
class Screen:
    """A registered screen: ``role`` is None when anybody may see it."""

    path: str
    methods: tuple[str, ...]
    role: str | None
    handler: Handler


SCREENS: list[Screen] = []


def screen(path: str, *, role: str | None, methods: tuple[str, ...] = ("GET",)) -> Callable[[Handler], Handler]:
    """Registers a screen under a path (``/findings/{id}``) for a role and those above it."""

    def add(handler: Handler) -> Handler:
        SCREENS.append(Screen(path, methods, role, handler))
        return handler

    return add


def permit(entry: Screen, visit: Visit, method: str) -> None:
    """Raises ``Refused`` unless the visitor may use the screen and, when something is sent, sent our own form."""
    if entry.role is None:
        return
    if visit.session is None:
        raise Refused(401, "refused.sign_in")
    if not visit.account.may(entry.role):
        raise Refused(403, "refused.role")
    if method == "POST" and not hmac.compare_digest(visit.form.get("csrf", "").encode(), visit.session.csrf.encode()):
        raise Refused(403, "refused.form")
