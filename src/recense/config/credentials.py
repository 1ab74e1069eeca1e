"""Passwords and where they may stand: never in recense.yaml, never in what recense prints or stores.

A URL in recense.yaml writes ``${CRM_PASSWORD}`` (an environment variable) or ``${file:/run/secrets/crm}`` (the first
line of a file). Both are resolved when the source is opened, in the process that opens it, and kept nowhere.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from recense.errors import ConfigError

HIDDEN = "***"
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_LOGIN = re.compile(r"[^:/?#@]*:[^@]*@")
_SECRET_PARAMETER = re.compile(
    r"(?i)(?<=[?&;])((?:[a-z]*password|passwd|pwd|pass|[a-z_]*secret[a-z_]*|[a-z_]*token|api_?key|access_?key)=)([^&;#]*)"
)
_MAX_SECRET = 65_536


def redact(url: str) -> str:
    """Returns a URL in which every password reads ``***``; placeholders, being no secret, stay.

    >>> redact("postgresql://reader:s3cret@db/crm?sslpassword=x")
    'postgresql://reader:***@db/crm?sslpassword=***'
    >>> redact("mysql://reader:${PW}@db/crm")
    'mysql://reader:${PW}@db/crm'
    """
    head, secret, tail = _userinfo(url)
    if secret is not None and not _only_placeholders(secret):
        url = f"{head}{HIDDEN}{tail}"
    return _SECRET_PARAMETER.sub(lambda m: m[0] if _only_placeholders(m[2]) else m[1] + HIDDEN, url)


def has_password(url: str) -> bool:
    """Tells whether a URL holds a password in clear; a placeholder is none.

    >>> has_password("postgresql://reader:s3cret@db/crm"), has_password("postgresql://reader:${PW}@db/crm")
    (True, False)
    """
    return redact(url) != url


def without_login(url: str) -> str:
    """Returns a URL without user, password and placeholder, for names, messages and the catalog.

    The user goes too: the same database is the same source whoever reads it, and a user's name is personal data.

    >>> without_login("postgresql://reader:${PW}@db/crm?token=x")
    'postgresql://db/crm?token=***'
    """
    start, at = _SCHEME.match(url), _at(url)
    if start and at >= 0:
        url = url[: start.end()] + url[at + 1 :]
    return _SECRET_PARAMETER.sub(lambda m: m[1] + HIDDEN, url)


def resolve(url: str, where: str) -> str:
    """Returns a URL with its placeholders filled in; call it only to open the source, and keep the result nowhere.

    A secret in the middle of a URL is percent-encoded before the host and in the query, so that a password may hold
    any character; a placeholder that is the whole value is taken as it is.

    Args:
        url: what recense.yaml says.
        where: names the place in messages (``source 'crm'``).

    Raises:
        ConfigError: a variable is not set, or a file cannot be read.
    """
    if whole := _PLACEHOLDER.fullmatch(url):
        return _look_up(whole[1], where)
    at = _at(url)
    query = url.find("?") if _SCHEME.match(url) and "?" in url else len(url)

    def fill(match: re.Match[str]) -> str:
        value = _look_up(match[1], where)
        return quote(value, safe="") if match.start() < at or match.start() > query else value

    return _PLACEHOLDER.sub(fill, url)


def variables(url: str) -> list[str]:
    """Returns the names of the environment variables that a URL needs.

    >>> variables("mysql://${USER_NAME}:${file:/run/pw}@db/crm")
    ['USER_NAME']
    """
    return [name for name in _PLACEHOLDER.findall(url) if not name.startswith("file:")]


def _look_up(name: str, where: str) -> str:
    if name.startswith("file:"):
        return _read_secret(Path(name.removeprefix("file:")), where)
    if not _VARIABLE.fullmatch(name):
        raise ConfigError(f"{where}: '${{{name}}}' is no placeholder; write ${{VARIABLE}} or ${{file:/path/to/secret}}")
    value = os.environ.get(name)
    if not value:
        raise ConfigError(f"{where} needs the environment variable {name}, which is not set")
    return value


def _read_secret(path: Path, where: str) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            lines = file.read(_MAX_SECRET).splitlines()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{where} needs the secret file {path}: {_why(error)}") from None
    if not lines or not lines[0]:
        raise ConfigError(f"{where} needs the secret file {path}, which is empty")
    return lines[0]


def _why(error: Exception) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else "is no UTF-8 text"


def _only_placeholders(text: str) -> bool:
    return not _PLACEHOLDER.sub("", text)


def _masked(url: str) -> str:
    """Returns a URL of the same length in which placeholders hold no mark that means something in a URL."""
    return _PLACEHOLDER.sub(lambda match: "x" * len(match[0]), url)


def _at(url: str) -> int:
    """Returns where the ``@`` before the host stands, -1 without one.

    A password may by mistake hold any mark, so where there is one the last ``@`` of all counts: rather hide too much.
    """
    start = _SCHEME.match(url)
    if not start:
        return -1
    masked = _masked(url)
    if _LOGIN.match(masked, start.end()):
        return masked.rfind("@")
    end = min((place for mark in "/?#" if (place := masked.find(mark, start.end())) >= 0), default=len(masked))
    return masked.rfind("@", start.end(), end)


def _userinfo(url: str) -> tuple[str, str | None, str]:
    """Splits a URL around its password: (before, password or None, after)."""
    start, at = _SCHEME.match(url), _at(url)
    colon = _masked(url).find(":", start.end(), at) if start and at >= 0 else -1
    if colon < 0 or colon + 1 == at:
        return url, None, ""
    return url[: colon + 1], url[colon + 1 : at], url[at:]
