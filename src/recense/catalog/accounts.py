"""Who may open the dashboard: local accounts, their sessions, and the logins that were refused.

A password is kept as an argon2id hash, a session as the SHA-256 of its cookie: reading the catalog lets nobody in.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from recense.catalog import audit, tables
from recense.errors import UserError, unknown
from recense.plugins import driver

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ROLES = ("reader", "engineer", "dpo", "admin")
"""From least to most: a reader looks, an engineer looks into sources, a DPO decides, an admin keeps accounts too."""

IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=10)
"""A session ends after an hour without use, and after a working day in any case."""

NOTED = timedelta(minutes=1)
"""How exactly the end of an hour without use is kept: not every page writes to the catalog."""

REFUSALS = 5
WITHIN = timedelta(minutes=15)
"""After so many refusals within this time, for one name or from one address, nobody is let in until it is over."""

SHORTEST_PASSWORD = 12

_NAME = re.compile(r"[\w.@+-]{1,128}\Z")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    name: str
    role: str
    active: bool
    language: str | None = None
    keys: bool = True

    def may(self, role: str) -> bool:
        """Tells whether the account has a role, or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in.

    Attributes:
        csrf: what every form must send back.
        since: when they were here the last time; None on a first visit.
        stale: it was noted more than ``NOTED`` ago that they are here.
    """

    account: Account
    csrf: str
    since: str | None
    stale: bool = False


@cache
def _hasher() -> PasswordHasher:
    return driver("argon2", "dashboard", "local accounts").PasswordHasher()  # type: ignore[no-any-return]


_HASHING = BoundedSemaphore(1)
"""Passwords checked at once: each takes 64 MB and up to four cores for a moment, and whoever knocks often must not take
all memory there is."""


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add(connection: Connection, name: str, role: str, password: str | None, by: str = "recense") -> Account:
    """Adds an account, or gives an existing one a new role and password and signs it out everywhere.

    Args:
        connection: a transaction that writes.
        name: letters, digits and ``. _ @ + -``.
        role: one of ``ROLES``.
        password: at least ``SHORTEST_PASSWORD`` characters; None for somebody whom another server vouches for.
        by: who does it, for the log.

    Raises:
        UserError: the name, role or password will not do.
    """
    if not _NAME.match(name):
        raise UserError("an account's name has letters, digits and . _ @ + - only, 128 at most")
    if role not in ROLES:
        raise UserError(unknown("role", role, ROLES))
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise UserError(f"a password has at least {SHORTEST_PASSWORD} characters")
    table = tables.users
    values: dict[str, Any] = {"role": role, "active": True}
    if password is not None:
        values["password"] = _hasher().hash(password)
    known = connection.execute(select(table.c.name).where(table.c.name == name)).scalar()
    if known:
        connection.execute(update(table).where(table.c.name == name).values(**values))
        connection.execute(delete(tables.sessions).where(tables.sessions.c.name == name))
    else:
        created = _moment(datetime.now(UTC))
        connection.execute(insert(table).values(name=name, created=created, keys=True, **{"password": None, **values}))
    audit.append(connection, _moment(datetime.now(UTC)), by, "account", name, {"role": role})
    return Account(name, role, True)


def vouched(connection: Connection, subject: str, name: str, role: str) -> Account | None:
    """Returns the account of somebody whom another server vouches for, made or given a new role where needed.

    Args:
        connection: a transaction that writes.
        subject: what stays the same for a person at their server; ``subject_of`` makes it.
        name: what the account is called when there is none yet.
        role: what the server's word gives today.

    Returns:
        None when the account is closed, or the name is another's: a name alone never opens somebody's account.
    """
    table = tables.users
    row = connection.execute(select(table).where(table.c.subject == subject)).mappings().one_or_none()
    if row is None:
        taken = connection.execute(select(table.c.name).where(table.c.name == name)).scalar()
        if taken or not _NAME.match(name):
            return None
        made = add(connection, name, role, None, by="oidc")
        connection.execute(update(table).where(table.c.name == name).values(subject=subject))
        return made
    if not row["active"]:
        return None
    if row["role"] != role:
        connection.execute(update(table).where(table.c.subject == subject).values(role=role))
        audit.append(connection, _moment(datetime.now(UTC)), "oidc", "account", row["name"], {"role": role})
    return Account(row["name"], role, True, row["language"], row["keys"])


def subject_of(issuer: str, subject: str) -> str:
    """Returns what stands for a person of a server: a digest, so that the catalog holds no identifier of theirs."""
    return hashlib.sha256(f"{issuer}\x1f{subject}".encode()).hexdigest()


def close(connection: Connection, name: str, by: str = "recense") -> None:
    """Closes an account and ends its sessions; its decisions stay.

    Raises:
        UserError: there is none of this name.
    """
    table = tables.users
    if connection.execute(update(table).where(table.c.name == name).values(active=False)).rowcount != 1:
        raise UserError(unknown("account", name, [one.name for one in everybody(connection)]))
    connection.execute(delete(tables.sessions).where(tables.sessions.c.name == name))
    audit.append(connection, _moment(datetime.now(UTC)), by, "account", name, {"active": False})


def everybody(connection: Connection) -> Sequence[Account]:
    """Returns all accounts by name."""
    query = select(tables.users).order_by(tables.users.c.name)
    return [_account(row) for row in connection.execute(query).mappings()]


def _account(row: RowMapping) -> Account:
    return Account(row["name"], row["role"], row["active"], row["language"], row["keys"])


def settle(connection: Connection, name: str, *, language: str | None = None, keys: bool | None = None) -> None:
    """Keeps what somebody wants to see: language, and whether keys decide."""
    values = {key: value for key, value in (("language", language), ("keys", keys)) if value is not None}
    if values:
        connection.execute(update(tables.users).where(tables.users.c.name == name).values(**values))


def is_barred(connection: Connection, name: str, address: str, now: datetime) -> bool:
    """Tells whether too many logins of this name, or from this address, were refused lately."""
    table = tables.refused_logins
    lately = table.c.at > _moment(now - WITHIN)
    of_name = select(func.count()).select_from(table).where(lately, table.c.name == name)
    of_address = select(func.count()).select_from(table).where(lately, table.c.address == address)
    limits = ((of_name, REFUSALS), (of_address, 4 * REFUSALS))
    return any((connection.execute(query).scalar() or 0) >= most for query, most in limits)


def refuse(connection: Connection, name: str, address: str, now: datetime) -> None:
    """Notes a refused login, and forgets those that no longer count."""
    table = tables.refused_logins
    connection.execute(delete(table).where(table.c.at <= _moment(now - WITHIN)))
    connection.execute(insert(table).values(at=_moment(now), name=name[:128], address=address[:64]))


def check_password(connection: Connection, name: str, password: str) -> Account | None:
    """Returns the account when the password is right, else None; takes equally long for a name that is not known."""
    from argon2.exceptions import VerificationError

    row = connection.execute(select(tables.users).where(tables.users.c.name == name)).mappings().one_or_none()
    stored = row["password"] if row else None
    try:
        with _HASHING:
            _hasher().verify(stored or _nobody(), password)
    except VerificationError:
        return None
    return _account(row) if row and stored and row["active"] else None


def open_session(connection: Connection, account: Account, now: datetime) -> str:
    """Returns the cookie of a new session; what the visitor had before is worth nothing now (session fixation)."""
    users, sessions = tables.users, tables.sessions
    oldest = [sessions.c.began < _moment(now - LONGEST), sessions.c.seen < _moment(now - IDLE)]
    connection.execute(delete(sessions).where(or_(*oldest)))
    since = connection.execute(select(users.c.last_visit).where(users.c.name == account.name)).scalar()
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(sessions).values(
            token=_digest(token),
            name=account.name,
            csrf=secrets.token_urlsafe(32),
            began=_moment(now),
            seen=_moment(now),
            since=since,
        )
    )
    connection.execute(update(users).where(users.c.name == account.name).values(last_visit=_moment(now)))
    return token


def session(connection: Connection, token: str, now: datetime) -> Session | None:
    """Returns the session of a cookie; None when there is none, it ran out, or its account was closed."""
    users, sessions = tables.users, tables.sessions
    query = (
        select(sessions, users).join(users, users.c.name == sessions.c.name).where(sessions.c.token == _digest(token))
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None or not row["active"]:
        return None
    if row["began"] < _moment(now - LONGEST) or row["seen"] < _moment(now - IDLE):
        return None
    return Session(_account(row), row["csrf"], row["since"], row["seen"] < _moment(now - NOTED))


def touch(connection: Connection, token: str, now: datetime) -> None:
    """Keeps a session open, and notes that its account was here."""
    table = tables.sessions
    connection.execute(update(table).where(table.c.token == _digest(token)).values(seen=_moment(now)))


def close_session(connection: Connection, token: str) -> None:
    """Ends a session."""
    connection.execute(delete(tables.sessions).where(tables.sessions.c.token == _digest(token)))
