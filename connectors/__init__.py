"""Where data comes from: every kind of source, behind one function.

``open_source`` takes what a person writes (a path, a glob or a URL) and returns a ``recense.model.Source``. A connector
is a function ``(target, limits) -> Source`` that registers under the URL schemes it reads::

    @connector("mongodb", "mongodb+srv")
    def open_mongodb(target: str, limits: Limits) -> Source: ...

Paths and globs have no scheme and go to the connector named ``file``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode

from recense.errors import TargetError, unknown
from recense.model import Limits, Source
from recense.plugins import Registry

Opener: TypeAlias = Callable[[str, Limits], Source]

connector: Registry[Opener] = Registry("connector", "recense.connectors")

DEFAULT_LIMITS = Limits()

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9_+.-]*)://")
# What SQLAlchemy takes for user and password: the password runs to the first @ and may hold / and ?.
_USERINFO = re.compile(r"[^:/?#@]*:[^@]*@")
# Query parameters that say where the data is; all others may hold a secret (password, token, sslkey …).
_HARMLESS = frozenset({"host", "port", "unix_socket", "service", "database", "dbname", "schema", "mode"})


def scheme(target: str) -> str | None:
    r"""Returns the URL scheme of a target in lower case, None for a path or a glob.

    >>> scheme("PostgreSQL+psycopg://db/shop"), scheme("data/*.csv"), scheme(r"C:\\data")
    ('postgresql+psycopg', None, None)
    """
    match = _SCHEME.match(target)
    return match["scheme"].lower() if match else None


def redact(url: str) -> str:
    """Returns a URL without user, password, fragment and any parameter that does not say where the data is.

    The user goes too: the same database is the same source whoever reads it, and a user's name is personal data.

    >>> redact("postgresql+psycopg://ann:s3cret@db.example:5432/shop?sslmode=require&password=x&host=/run/pg")
    'postgresql+psycopg://db.example:5432/shop?host=%2Frun%2Fpg'
    >>> redact("mysql://ann:p@ss/wo?rd@db/shop"), redact("sqlite:////data/a@b.db"), redact("data/a@b.csv")
    ('mysql://db/shop', 'sqlite:////data/a@b.db', 'data/a@b.csv')
    """
    match = _SCHEME.match(url)
    if not match:
        return url
    rest = url[match.end() :]
    if user := _USERINFO.match(rest):
        rest = rest[user.end() :]
        rest = rest[rest.rfind("@") + 1 :] if "@" in rest else rest  # an @ in the password: the host is after the last
    place, _, query = rest.partition("#")[0].partition("?")
    authority, slash, path = place.partition("/")
    place = authority.rpartition("@")[2] + slash + path
    kept = [(key, value) for key, value in parse_qsl(query) if key.lower() in _HARMLESS and "@" not in value]
    return match[0] + place + (f"?{urlencode(kept)}" if kept else "")


def open_source(target: str, limits: Limits = DEFAULT_LIMITS) -> Source:
    """Opens a path, a glob or a URL for reading. Close the source, or use it in a ``with`` statement.

    Raises:
        TargetError: no such path, no file matches the glob, or no connector knows the URL's scheme.
        MissingExtra: the connector's driver is not installed.
        SourceError: it exists and cannot be read.
    """
    name = scheme(target)
    if name is None:
        return connector["file"](target, limits)
    known = connector.load()
    opener = known.get(name) or known.get(name.partition("+")[0])  # postgresql+psycopg: any driver of postgresql
    if opener is None:
        raise TargetError(f"cannot read {redact(target)}: {unknown('URL scheme', name, known)}")
    return opener(target, limits)
