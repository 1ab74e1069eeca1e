"""Posts a notice to one address, signed so that the receiver knows who wrote it, and when.

``Recense-Timestamp`` holds seconds since 1970, ``Recense-Signature`` ``v1=`` and the hex HMAC-SHA256 of the timestamp,
a full stop and the body under the shared secret. A receiver refuses what is older than ``WINDOW`` (a replay) and what
it has seen (``id`` in the body stays the same over retries). Only the configured address is asked: https, http on this
machine only; a redirect is not followed, no proxy is taken from the environment.
"""

from __future__ import annotations

import hmac
import json
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from recense import __version__
from recense.config import credentials
from recense.config.outward import Webhook, over_tls
from recense.errors import ConfigError

WINDOW = 300
"""Seconds after which a receiver refuses a notice."""

TIMEOUT = 10.0
PAUSES = (0.0, 1.0, 4.0)
"""Seconds before each try; what still fails is tried again by the next run."""

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Returns the value of ``Recense-Signature``."""
    return "v1=" + hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def is_genuine(secret: str, timestamp: str, body: bytes, given: str, now: float) -> bool:
    """Tells a receiver whether a notice is ours and fresh."""
    if not timestamp.isascii() or not timestamp.isdecimal() or abs(now - int(timestamp)) > WINDOW:
        return False
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode())


def prepared(settings: Webhook) -> Callable[[Mapping[str, Any]], str | None]:
    """Returns what delivers a notice and says why it could not: ``unreachable``, ``redirect``, ``status_503``.

    Raises:
        ConfigError: a secret is not there, or the address that a variable holds is no safe one.
    """
    url = credentials.resolve(settings.url, "notify.webhook.url")
    secret = credentials.resolve(settings.secret, "notify.webhook.secret")
    try:
        over_tls(url, "url")
    except ValueError as error:
        raise ConfigError(f"notify.webhook: {error}") from None
    if not url.isprintable() or " " in url or not urlsplit(url).hostname:
        raise ConfigError("notify.webhook: the url is no address")

    def deliver(notice: Mapping[str, Any]) -> str | None:
        body = json.dumps(notice, ensure_ascii=True).encode()
        problem: str | None = None
        for pause in PAUSES:
            time.sleep(pause)
            problem, again = _post(url, secret, body)
            if not again:
                break
        return problem

    return deliver


def _post(url: str, secret: str, body: bytes) -> tuple[str | None, bool]:
    """Returns why nobody took it, None when somebody did, and whether to try again."""
    parts = urlsplit(url)
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"recense/{__version__}",
        "Recense-Timestamp": stamp,
        "Recense-Signature": signature(secret, stamp, body),
    }
    try:
        with closing(_connection(parts.scheme, str(parts.hostname), parts.port)) as connection:
            connection.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
            status = connection.getresponse().status
    except ssl.SSLError:
        return "tls", False
    except (OSError, HTTPException):
        return "unreachable", True
    if 200 <= status < 300:
        return None, False
    return ("redirect" if 300 <= status < 400 else f"status_{status}"), status in _AGAIN


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=TIMEOUT)
