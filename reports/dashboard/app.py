"""Joins screens, static files and the checks around them into one ASGI application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from recense.catalog import Catalog, accounts, audit
from recense.reports.dashboard import provider, screens
from recense.reports.dashboard.pages import render, warm
from recense.reports.dashboard.security import SecurityHeaders, cookie_name, is_own_origin
from recense.reports.dashboard.settings import Settings
from recense.reports.dashboard.visit import (
    LARGEST_FORM,
    SCREENS,
    Answer,
    ChooseLanguage,
    Download,
    Leave,
    Page,
    Redirect,
    Refused,
    Screen,
    SignIn,
    SignOut,
    Visit,
    permit,
)
from recense.reports.dashboard.words import LANGUAGES, words

HERE = Path(__file__).parent

AT_ONCE = 8
"""Pages made at the same time; others wait their turn. Python computes one at a time in any case, and more of them
would only take memory and connections to the catalog."""


def build(settings: Settings) -> Starlette:
    """Returns the application over one catalog."""
    for found in iter_modules(screens.__path__, f"{screens.__name__}."):
        import_module(found.name)
    if settings.oidc is not None:
        provider.provider_of(settings.oidc)  # a missing extra or secret is said before anybody signs in
    catalog = Catalog.open(settings.catalog)
    joined = _Dashboard(catalog, settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:
        current_default_thread_limiter().total_tokens = AT_ONCE
        await run_in_threadpool(warm)
        yield
        catalog.close()

    return Starlette(
        routes=[
            *(Route(one.path, joined.endpoint(one), methods=list(one.methods)) for one in SCREENS),
            Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
        ],
        middleware=[
            Middleware(SecurityHeaders, https=settings.https),
            Middleware(TrustedHostMiddleware, allowed_hosts=[host.strip("[]") for host in settings.hosts]),
        ],
        exception_handlers={HTTPException: joined.missing, Exception: joined.defect},
        lifespan=lifespan,
    )


class _Dashboard:
    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.settings = settings
        self.cookie = cookie_name(settings.https)
        self.begun = f"{self.cookie}_begun"

    def endpoint(self, entry: Screen) -> Any:
        """Returns what Starlette calls for a screen."""

        async def answer(request: Request) -> Response:
            if request.method == "POST" and not is_own_origin(request.headers, self.settings.https):
                return await run_in_threadpool(
                    self._refuse, await self._visit(request, {}), Refused(403, "refused.form")
                )
            try:
                form = await _form(request)
            except Refused as refused:
                return await run_in_threadpool(self._refuse, await self._visit(request, {}), refused)
            visit = await self._visit(request, form)
            return await run_in_threadpool(self._answer, entry, visit, request.method)

        return answer

    async def _visit(self, request: Request, form: dict[str, str]) -> Visit:
        return await run_in_threadpool(self._look_up, request, form)

    def _look_up(self, request: Request, form: dict[str, str]) -> Visit:
        token = request.cookies.get(self.cookie, "")
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        visit = Visit(
            catalog=self.catalog,
            settings=self.settings,
            words=words(self._language(request, None), self.settings.zone),
            session=None,
            path=path,
            params=dict(request.path_params),
            query=dict(reversed(request.query_params.multi_items())),
            form=form,
            address=request.client.host if request.client else "",
            htmx=request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true",
            token=token,
            begun=request.cookies.get(self.begun, ""),
        )
        if not token:
            return visit
        with self.catalog.transaction() as connection:
            found = accounts.session(connection, token, visit.now)
        if found is None:
            return visit
        if found.stale:
            with self.catalog.transaction(write=True) as connection:
                accounts.touch(connection, token, visit.now)
        chosen = words(self._language(request, found.account.language), self.settings.zone)
        return replace(visit, session=found, words=chosen)

    def _language(self, request: Request, kept: str | None) -> str:
        for choice in (request.cookies.get("recense_language"), kept):
            if choice in LANGUAGES:
                return str(choice)
        return self.settings.language

    def _answer(self, entry: Screen, visit: Visit, method: str) -> Response:
        try:
            permit(entry, visit, method)
            return self._respond(entry.handler(visit), visit)
        except Refused as refused:
            return self._refuse(visit, refused)

    def _respond(self, answer: Answer, visit: Visit) -> Response:
        if isinstance(answer, Download):
            headers = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
            return Response(answer.content, media_type=answer.kind, headers=headers)
        if isinstance(answer, Leave):
            away = RedirectResponse(answer.url, status_code=303)
            self._keep(away, self.begun, answer.begun, max_age=provider.MINUTES * 60)
            return away
        if isinstance(answer, Redirect):
            response: Response = RedirectResponse(_with_notice(answer), status_code=303)
        else:
            if answer.shows and visit.session:
                self._log(visit, answer)
            response = HTMLResponse(render(answer, visit), status_code=answer.status)
        return self._set_cookies(response, answer)

    def _set_cookies(self, response: Response, answer: Page | Redirect) -> Response:
        if isinstance(answer, SignIn):
            self._keep(response, self.cookie, answer.token)
            response.delete_cookie(self.begun, path="/", secure=self.settings.https, httponly=True)
        elif isinstance(answer, SignOut):
            response.delete_cookie(self.cookie, path="/", secure=self.settings.https, httponly=True)
        elif isinstance(answer, ChooseLanguage):
            response.set_cookie(
                "recense_language", answer.language, max_age=365 * 86_400, samesite="lax", secure=self.settings.https
            )
        return response

    def _keep(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        response.set_cookie(
            name, value, max_age=max_age, httponly=True, samesite="lax", secure=self.settings.https, path="/"
        )

    def _log(self, visit: Visit, page: Page) -> None:
        with self.catalog.transaction(write=True) as connection:
            details = {"findings": list(page.shows)}
            audit.append(connection, visit.moment, visit.account.name, "viewed", visit.path[:1024], details)

    def _refuse(self, visit: Visit, refused: Refused) -> Response:
        if refused.status == 401 and not visit.htmx:
            target = (
                f"/sign-in?{urlencode({'next': visit.path})}" if visit.path not in {"/", "/sign-in"} else "/sign-in"
            )
            return RedirectResponse(target, status_code=303)
        values = {"sentence": visit.words(refused.key)}
        return HTMLResponse(render(Page("refused.html.j2", values, refused.status), visit), refused.status)

    async def missing(self, request: Request, error: Exception) -> Response:
        """Returns the page for a path or method that does not exist."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        return await run_in_threadpool(self._refuse, await self._visit(request, {}), Refused(status, "refused.missing"))

    async def defect(self, request: Request, error: Exception) -> Response:
        """Returns the page for a defect of ours; the server logs what it was."""
        return await run_in_threadpool(self._refuse, await self._visit(request, {}), Refused(500, "refused.defect"))


async def _form(request: Request) -> dict[str, str]:
    """Returns the fields of a form, first value each; nothing but url-encoded text is taken.

    Raises:
        Refused: it is too long, or of another kind.
    """
    if request.method != "POST":
        return {}
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise Refused(413, "refused.large")
    if body and not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refused(415, "refused.form")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=200)
    except ValueError:
        raise Refused(400, "refused.form") from None
    return dict(reversed(fields))


def _with_notice(answer: Redirect) -> str:
    """Returns where to go: always a path of ours, whatever was asked for (open redirect)."""
    parts = urlsplit(answer.path)
    ours = (
        not parts.scheme
        and not parts.netloc
        and parts.path.startswith("/")
        and not answer.path.startswith(("//", "/\\"))
    )
    path = answer.path if ours and answer.path.isprintable() and "\\" not in answer.path else "/"
    if answer.notice is None:
        return path
    return f"{path}{'&' if urlsplit(path).query else '?'}notice={answer.notice}"
