"""OpenID Connect: an authorisation code with PKCE, and an ID token that is believed only when all of it is right.

Sources: OpenID Connect Core 1.0 (3.1.2, 3.1.3.7), Discovery 1.0; RFC 7636 (PKCE, S256 only); RFC 9207 (``iss`` in the
answer); RFC 8725 (algorithms are ours to choose, never the token's). What begins a sign-in travels in a signed cookie,
so that nobody can fill a store of ours; it is good for one browser and ``MINUTES``.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any
from urllib.parse import quote_plus, urlsplit

from recense.catalog.accounts import ROLES
from recense.config.outward import Oidc
from recense.plugins import driver

MINUTES = 10
"""A sign-in that takes longer begins again."""

FRESH = 600.0
"""Seconds for which the provider's document and keys are kept."""

TIMEOUT = 5.0
"""Seconds for each step of a request to the provider."""

LARGEST = 1 << 20
"""Bytes of an answer of the provider."""

LEEWAY = 60
"""Seconds by which two clocks may differ."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key; ``none`` and shared keys are no proof of who signed."""

_KEY = secrets.token_bytes(32)


class Unreachable(Exception):
    """The provider does not answer, or not as a provider does."""


class Untrusted(Exception):
    """Something in the answer is not right; ``why`` says what, in a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Start:
    """Where to send the visitor, and the cookie to give them."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in: ``role`` is None when no claim gives one, ``back`` where they wanted to go."""

    subject: str
    name: str
    role: str | None
    back: str


@cache
def provider_of(settings: Oidc) -> Provider:
    """Returns the provider of a configuration, one for the process: it keeps the provider's keys.

    Raises:
        MissingExtra: the extra ``oidc`` is not installed.
        ConfigError: the client's secret is not there.
    """
    for library in ("authlib", "joserfc", "httpx"):
        driver(library, "oidc", "signing in with OpenID Connect")
    return Provider(settings, settings.secret())


class Provider:
    """What speaks with one provider."""

    def __init__(self, settings: Oidc, secret: str | None) -> None:
        self.settings = settings
        self._secret = secret
        self._kept: dict[str, tuple[float, Any]] = {}

    def start(self, redirect: str, back: str) -> Start:
        """Begins a sign-in.

        Raises:
            Unreachable: the provider's document cannot be had.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        document = self._document()
        begun = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "back": back[:1024],
        }
        url = prepare_grant_uri(
            document["authorization_endpoint"],
            self.settings.client_id,
            "code",
            redirect,
            " ".join(self.settings.scopes),
            begun["state"],
            nonce=begun["nonce"],
            code_challenge=create_s256_code_challenge(begun["verifier"]),
            code_challenge_method="S256",
        )
        return Start(str(url), _signer().dumps(begun))

    def finish(self, redirect: str, cookie: str, query: Mapping[str, str]) -> Person:
        """Ends a sign-in with what the provider sent the visitor back with.

        Raises:
            Unreachable: the provider does not answer.
            Untrusted: the answer belongs to no sign-in of this browser, or its token is not right.
        """
        begun = _begun(cookie)
        if not hmac.compare_digest(query.get("state", "").encode(), begun["state"].encode()):
            raise Untrusted("state")
        if query.get("iss", self.settings.issuer) != self.settings.issuer:
            raise Untrusted("issuer")
        if "error" in query or not query.get("code"):
            raise Untrusted("refused")
        tokens = self._tokens(redirect, query["code"], begun["verifier"])
        claims = self._claims(str(tokens.get("id_token", "")), begun["nonce"])
        if self.settings.role_claim not in claims and tokens.get("access_token"):
            claims = {**self._userinfo(str(tokens["access_token"]), claims["sub"]), **claims}
        name = claims.get(self.settings.name_claim)
        if not isinstance(name, str) or not name:
            raise Untrusted("name")
        return Person(claims["sub"], name, self._role(claims.get(self.settings.role_claim)), begun["back"])

    def _role(self, claim: Any) -> str | None:
        """Returns the highest role that the values of a claim give."""
        held = set(claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else ())
        if isinstance(claim, str):
            held.add(claim)  # names of groups may hold spaces
        given = [ROLES.index(role) for value, role in self.settings.roles if value in held]
        return ROLES[max(given)] if given else None

    def _tokens(self, redirect: str, code: str, verifier: str) -> Mapping[str, Any]:
        """Exchanges the code (RFC 6749, 4.1.3), signed in as the client where it has a secret (2.3.1)."""
        document = self._document()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }
        headers = {"Accept": "application/json"}
        if self._secret:
            known = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in known:
                login = f"{quote_plus(self.settings.client_id)}:{quote_plus(self._secret)}"
                headers["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
            else:
                form["client_secret"] = self._secret
        status, found = self._ask("POST", document["token_endpoint"], headers, form)
        if status in {400, 401}:
            raise Untrusted("code")
        if status != 200:
            raise Unreachable
        return found

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Returns the claims of an ID token after every check of OpenID Connect Core, 3.1.3.7."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._signed(token)
            registry.validate(claims)
        except JoseError as error:
            raise Untrusted(str(getattr(error, "claim", "") or "signature")) from None
        except (ValueError, TypeError, KeyError):
            raise Untrusted("token") from None
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise Untrusted("azp")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Untrusted("sub")
        return claims

    def _signed(self, token: str) -> dict[str, Any]:
        """Returns what a token says when one of the provider's keys signed it; keys are asked for again once."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        for again in (False, True):
            keys = KeySet.import_key_set(self._keys(again))
            try:
                return dict(jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims)
            except (JoseError, ValueError):
                if again:
                    raise
        raise AssertionError

    def _userinfo(self, access: str, subject: str) -> Mapping[str, Any]:
        endpoint = self._document().get("userinfo_endpoint")
        if not endpoint:
            return {}
        found = self._get(endpoint, {"Authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise Untrusted("userinfo")
        return found

    def _document(self) -> Mapping[str, Any]:
        """Returns the provider's document, when it is the one of our issuer and leads nowhere unsafe."""
        kept: Mapping[str, Any] | None = self._recent("document")
        if kept is not None:
            return kept
        found = self._get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.settings.issuer:
            raise Unreachable
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not all(isinstance(found.get(name), str) for name in needed):
            raise Unreachable
        scheme = urlsplit(self.settings.issuer).scheme
        given = [found[name] for name in (*needed, "userinfo_endpoint") if found.get(name)]
        if not all(urlsplit(str(address)).scheme in {"https", scheme} for address in given):
            raise Unreachable
        self._kept["document"] = (monotonic(), found)
        return found

    def _keys(self, again: bool) -> Any:
        if not again and (kept := self._recent("keys")):
            return kept
        found = self._get(self._document()["jwks_uri"])
        if not isinstance(found.get("keys"), list) or not found["keys"]:
            raise Unreachable
        self._kept["keys"] = (monotonic(), found)
        return found

    def _recent(self, name: str) -> Any:
        at, kept = self._kept.get(name, (0.0, None))
        return kept if kept is not None and monotonic() - at < FRESH else None

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        status, found = self._ask("GET", url, headers or {})
        if status != 200:
            raise Unreachable
        return found

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Returns status and JSON object of an answer, of bounded time and size; redirects are not followed."""
        import httpx

        body = b""
        try:
            with (
                httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
                client.stream(method, url, headers=dict(headers), data=form) as answer,
            ):
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise Unreachable
            found = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise Unreachable from None
        if not isinstance(found, dict):
            raise Unreachable
        return answer.status_code, found


def _signer() -> Any:
    return driver("itsdangerous", "dashboard", "signing in").URLSafeTimedSerializer(_KEY, salt="oidc")


def _begun(cookie: str) -> Mapping[str, str]:
    import itsdangerous

    try:
        found: Mapping[str, str] = _signer().loads(cookie, max_age=MINUTES * 60)
    except itsdangerous.BadData:
        raise Untrusted("browser") from None
    return found
