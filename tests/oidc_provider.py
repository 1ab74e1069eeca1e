"""A small OpenID provider for tests, over real HTTP: discovery, keys, authorisation, tokens with PKCE, userinfo.

It signs people in without asking. ``spoil`` makes it lie: each key is one thing that a client must not believe.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode

from browser import served
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from recense.reports.dashboard.provider import provider_of

CLIENT, SECRET = "recense", "a secret of the client"


class OpenIdProvider:
    """The provider; ``claims`` are the next person's, ``spoil`` what is wrong with the next answers."""

    def __init__(self) -> None:
        self.issuer = ""
        self.claims: dict[str, Any] = {}
        self.info: dict[str, Any] = {}
        self.spoil: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.stranger = RSAKey.generate_key(2048, {"kid": "one"})
        self.asked: list[str] = []

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/keys", self.keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.userinfo),
            ]
        )

    async def discovery(self, request: Request) -> Response:
        self.asked.append("discovery")
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        return JSONResponse(document | self.spoil.get("discovery", {}))

    async def keys(self, request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256" and len(asked["nonce"]) > 20 and len(asked["state"]) > 20
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"]} | self.spoil.get("answer", {})
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        if "broken" in self.spoil:
            return Response("<html>maintenance</html>", 502)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        login = base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if request.headers.get("authorization") != f"Basic {login}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if not asked or challenge != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}
        )

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + 300, **self.claims}
        claims |= self.spoil.get("claims", {})
        for name in self.spoil.get("without", ()):
            claims.pop(name, None)
        if "none" in self.spoil:
            parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        if "shared" in self.spoil:  # the public key taken for a shared one
            parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": "one"}, claims)]
            text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
            seal = hmac.digest(self.key.as_pem(private=False), text, "sha256")
            return (text + b"." + base64.urlsafe_b64encode(seal).rstrip(b"=")).decode()
        key = self.stranger if "stranger" in self.spoil else self.key
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        if "tampered" in self.spoil:
            head, body, seal = token.split(".")
            said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | {"groups": ["admins"]}
            body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
            token = f"{head}.{body}.{seal}"
        return token

    async def userinfo(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer access":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({"sub": self.claims.get("sub"), **self.info})


@contextmanager
def provider() -> Iterator[OpenIdProvider]:
    """Gives a provider that listens on the loopback interface; nothing is known of one that had its port before."""
    provider_of.cache_clear()
    made = OpenIdProvider()
    with served(made.app()) as address:
        made.issuer = address
        yield made
