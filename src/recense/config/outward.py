"""What recense.yaml says of the outside: who vouches for people, and whom to tell. Secrets stay placeholders here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from recense.config import credentials

if TYPE_CHECKING:
    from recense.config.document import DashboardEntry, NotifyEntry


def is_loopback(host: str | None) -> bool:
    """Tells whether a host is this machine."""
    return host in {"localhost", "127.0.0.1", "::1"}


def over_tls(url: str, key: str) -> str:
    """Returns an address that nobody on the way can read: https, or on this machine.

    Raises:
        ValueError: it is neither.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname):
        raise ValueError(f"the {key} begins with https://; http is for this machine only")
    if parts.username or parts.password:
        raise ValueError(f"the {key} holds a login; write it as ${{VARIABLE}}, or leave it out")
    return url


@dataclass(frozen=True, slots=True)
class Oidc:
    """A provider of OpenID Connect.

    Attributes:
        roles: pairs of a claim's value and the role it gives.
        client_secret: a placeholder, None for a public client.
    """

    issuer: str
    client_id: str
    roles: tuple[tuple[str, str], ...]
    client_secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ("openid", "profile")
    name_claim: str = "preferred_username"
    role_claim: str = "groups"

    def secret(self) -> str | None:
        """Returns the client's secret. Keep it nowhere.

        Raises:
            ConfigError: the variable is not set.
        """
        return credentials.resolve(self.client_secret, "dashboard.oidc") if self.client_secret else None


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address for notices, and the key that signs them; both may be placeholders."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server; ``password`` is a placeholder. ``security`` is ``starttls | tls | none``."""

    host: str
    port: int
    security: str
    sender: str
    to: tuple[str, ...]
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Notify:
    """Whom to tell, in which language."""

    language: str = "fr"
    webhook: Webhook | None = None
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """How the dashboard is reached (``url`` without a slash at its end, None when not said) and who lets people in."""

    url: str | None = None
    local_accounts: bool = True
    oidc: Oidc | None = None


def dashboard_of(entry: DashboardEntry) -> Dashboard:
    """Returns the part ``dashboard`` of recense.yaml."""
    oidc = None
    if entry.oidc is not None:
        values: Mapping[str, tuple[str, ...]] = {str(role): named for role, named in entry.oidc.roles.items()}
        pairs = tuple((value, role) for role, named in values.items() for value in named)
        oidc = Oidc(
            entry.oidc.issuer,
            entry.oidc.client_id,
            pairs,
            entry.oidc.client_secret,
            tuple(dict.fromkeys(("openid", *entry.oidc.scopes))),
            entry.oidc.name_claim,
            entry.oidc.role_claim,
        )
    return Dashboard(entry.url.rstrip("/") if entry.url else None, entry.local_accounts, oidc)


def notify_of(entry: NotifyEntry | None) -> Notify | None:
    """Returns the part ``notify`` of recense.yaml."""
    if entry is None:
        return None
    webhook = Webhook(entry.webhook.url, entry.webhook.secret) if entry.webhook else None
    mail = None
    if one := entry.mail:
        mail = Mail(one.host, one.port, one.security, one.sender, one.to, one.user, one.password)
    return Notify(entry.language, webhook, mail)
