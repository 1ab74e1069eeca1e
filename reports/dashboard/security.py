"""What every answer carries and every request must show, whatever the page.

Sources: OWASP HTTP Headers and CSRF Prevention cheat sheets; CSP Level 3; Fetch Metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}


class SecurityHeaders:
    """Adds the headers to every answer; pages are never kept by a browser or proxy."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self.headers = dict(HEADERS)
        if https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kept = "public, max-age=3600" if scope["path"].startswith("/static/") else "no-store"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {**self.headers, "Cache-Control": kept}
                names = {name.lower().encode() for name in own} | {b"server"}
                rest = [(name, value) for name, value in message["headers"] if name.lower() not in names]
                message["headers"] = rest + [(name.lower().encode(), value.encode()) for name, value in own.items()]
            await send(message)

        await self.app(scope, receive, guarded)


def cookie_name(https: bool) -> str:
    """Returns the session cookie's name; the prefix makes browsers refuse it from other hosts and without TLS."""
    return "__Host-recense" if https else "recense_session"


def is_own_origin(headers: Mapping[str, str], https: bool) -> bool:
    """Tells whether a form was sent from one of our pages, as far as the browser says.

    ``Sec-Fetch-Site`` decides where it is sent, else ``Origin``; a client that sends neither is no browser and holds no
    cookie that somebody else could use.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    return parts.netloc == headers.get("host") and parts.scheme == ("https" if https else parts.scheme)
