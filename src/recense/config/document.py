"""The shape of recense.yaml as pydantic models: the one place that says which keys there are.

pydantic is imported with this module, so only ``recense.config.load`` and ``schema`` import it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from recense.config.outward import is_loopback, over_tls
from recense.model import Limits

_SIZE = re.compile(r"(\d{1,15})(?:\.(\d{1,3}))?\s*([kKMGT]i?)?[bB]?")
_UNITS = {
    **{"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12},
    **{"ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40},
}
_DEFAULT = Limits()


def size(value: Any) -> int:
    """Returns the bytes that ``400MB``, ``16 MiB`` or ``1048576`` stand for (MB = 10^6, MiB = 2^20).

    >>> size("400MB"), size("1.5 GiB"), size(1024)
    (400000000, 1610612736, 1024)
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("write a size such as 400MB or 2GiB")
    match = _SIZE.fullmatch(str(value).strip())
    if not match:
        raise ValueError("write a size such as 400MB or 2GiB")
    whole, fraction, unit = match.groups()
    factor = _UNITS[(unit or "").lower()]
    return int(whole) * factor + (int(fraction) * factor // 10 ** len(fraction) if fraction else 0)


_ADDRESS = re.compile(r"[^\s@<>,;:\"\\]{1,64}@[^\s@<>,;:\"\\]{1,255}", re.ASCII)


_SIZE_SCHEMA = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{_SIZE.pattern}$"}]}
Size = Annotated[int, BeforeValidator(size), Field(gt=0), WithJsonSchema(_SIZE_SCHEMA)]
Count = Annotated[int, Field(gt=0, strict=True)]
Glob = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceEntry(_Strict):
    """One source: a database by ``url`` or files by ``path``."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")] = Field(
        description="Short name, used on the command line, in schedules and in messages."
    )
    url: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="postgresql://reader:${CRM_PASSWORD}@host/db; passwords only as ${VARIABLE} or ${file:/path}.",
    )
    path: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="A file, folder or glob, relative to this file."
    )
    only: tuple[Glob, ...] = Field(default=(), description="Globs on dataset names: read these only.")
    skip: tuple[Glob, ...] = Field(default=(), description="Globs on dataset names: leave these out.")
    language: bool | None = Field(default=None, description="Overrides the key of the same name above for this source.")
    sample: Count | None = Field(default=None, description="Overrides the key of the same name above for this source.")

    @model_validator(mode="after")
    def _one_place(self) -> SourceEntry:
        if (self.url is None) == (self.path is None):
            raise ValueError("a source needs either url or path, and not both")
        return self


class LimitEntries(_Strict):
    """Bounds that keep a scan safe on any input."""

    batch_rows: Count = Field(default=_DEFAULT.batch_rows, description="Rows of a record batch at most.")
    batch_bytes: Size = Field(default=_DEFAULT.batch_bytes, description="Bytes of a record batch, roughly, at most.")
    file_bytes: Size = Field(
        default=_DEFAULT.file_bytes, description="Unpacked bytes of one file or archive member, at most."
    )
    ratio: Count = Field(default=_DEFAULT.ratio, description="Unpacked bytes per packed byte, at most.")
    depth: Count = Field(default=_DEFAULT.depth, description="Archives within archives, at most.")
    members: Count = Field(default=_DEFAULT.members, description="Members of one archive, at most.")
    nesting: Count = Field(default=_DEFAULT.nesting, description="Levels of nested data, at most.")
    statement_seconds: Count = Field(
        default=_DEFAULT.statement_seconds, description="A statement's time-out in seconds."
    )
    held_bytes: Size = Field(
        default=_DEFAULT.held_bytes,
        description="Bytes of rows that a sample holds back while the length of its file is not known.",
    )


class ReportEntry(_Strict):
    """How results are shown when the command line does not say."""

    format: str = Field(default="table", description="table, json, jsonl, markdown, html …")
    language: Literal["en", "fr"] = Field(default="en", description="Language of the report.")


class ColumnEntry(_Strict):
    """A column, and which of its cells say yes; without values, those that are filled and do not say no."""

    column: Glob
    values: tuple[Glob, ...] = ()


class RetentionEntry(_Strict):
    """Which rules of the privacy policy govern a dataset, and which columns say so."""

    dataset: Glob = Field(description="Glob on dataset names.")
    source: Glob | None = Field(default=None, description="Name of a source above; without it, every source.")
    rule: tuple[Glob, ...] = Field(description="Ids of retention rules; the policy's priorities rank them.")
    start: Glob | None = Field(default=None, description="Column with the day that starts the period.")
    evidence: Literal["direct", "proxy"] | None = Field(
        default=None, description="How well the start column speaks of the event; without it, its name decides."
    )
    zone: Literal["active", "intermediate_archive", "backup", "litigation_hold", "anonymised"] | None = Field(
        default=None, description="Where the whole dataset stands."
    )
    archive: ColumnEntry | None = Field(default=None, description="Column that says which rows are archived.")
    archive_rule: tuple[Glob, ...] = Field(default=(), description="Ids of the rules for the archived rows.")
    hold: Glob | None = Field(default=None, description="Column that says which rows are under a hold.")
    where: dict[str, ColumnEntry] = Field(default={}, description="Columns of the rules' conditions, by field.")
    fiscal_year_end: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = Field(
        default=None, description="How financial years end, as 'MM-DD'."
    )

    @field_validator("rule", "archive_rule", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _some_rule(self) -> RetentionEntry:
        if not self.rule:
            raise ValueError("rule names no rule")
        return self


class AllowedEntry(_Strict):
    """Files whose statements need not be understood, and why."""

    path: Glob = Field(description="A glob on paths below the folder that is checked: vendor/**/*.sql.")
    reason: Annotated[str, Field(min_length=10)] = Field(description="Why: at least 10 characters.")


class CheckEntry(_Strict):
    """What recense check reads, and how strict it is."""

    exclude: tuple[Glob, ...] = Field(default=(), description="Globs on paths: leave these files out.")
    allow_unread: tuple[AllowedEntry, ...] = Field(
        default=(), description="Statements in these files may stay unread; everything else unread is exit 3."
    )
    approvals: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="The approvals file, relative to this one. Default: recense-approvals.yaml."
    )
    unapproved: Literal["block", "warn"] = Field(
        default="block",
        description="warn: an unapproved field blocks only where the policy does not declare its kind; Articles 9 "
        "and 10, government ids and credentials always block.",
    )


Region = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class PersonsEntry(_Strict):
    """The index of people, for rights requests."""

    index: bool = Field(default=False, description="Build keyed filters while scanning, for 'recense find-person'.")
    key_file: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="File of the key, relative to this one. Default: recense-person.key."
    )
    key: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="The key as a placeholder, in place of the file: ${VARIABLE} or ${file:/path}."
    )
    region: Region = Field(default="FR", description="Country of telephone numbers without one, as two letters.")
    regions: dict[str, Region] = Field(default={}, description="The same by name of a source.")

    @model_validator(mode="after")
    def _one_key(self) -> PersonsEntry:
        if self.key is not None and self.key_file is not None:
            raise ValueError("name key or key_file, and not both")
        if self.key is not None and not re.fullmatch(r"\$\{[^{}]+\}", self.key):
            raise ValueError("a key in clear is refused; write ${VARIABLE} or ${file:/path}, or use key_file")
        return self


Secret = Annotated[str, Field(pattern=r"^\$\{[^{}]+\}$")]
"""Never the secret itself: ``${VARIABLE}`` or ``${file:/path}``."""
Names = Annotated[tuple[Glob, ...], Field(min_length=1)]


class OidcEntry(_Strict):
    """Signing in with OpenID Connect: who vouches, and which of their groups has which role here."""

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = Field(
        description="The provider's address, as its discovery document says it; https but on this machine."
    )
    client_id: Glob = Field(description="What the provider calls this dashboard.")
    client_secret: Secret | None = Field(
        default=None, description="${VARIABLE} or ${file:/path}; without it the client is public, with PKCE only."
    )
    scopes: Names = Field(default=("openid", "profile"), description="What to ask for; openid is always among them.")
    name_claim: Glob = Field(default="preferred_username", description="The claim that names the account.")
    role_claim: Glob = Field(default="groups", description="The claim that holds groups or roles.")
    roles: dict[Literal["reader", "engineer", "dpo", "admin"], Names] = Field(
        min_length=1, description="Values of role_claim that give a role; the highest counts, none is no access."
    )

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        return over_tls(value, "issuer")


class DashboardEntry(_Strict):
    """How people reach the dashboard, and who lets them in."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+/?$")] | None = Field(
        default=None, description="Where people open it: https://recense.example.org. Links and sign-in lead there."
    )
    local_accounts: bool = Field(default=True, description="false: only the provider below lets people in.")
    oidc: OidcEntry | None = Field(default=None, description="Sign in with OpenID Connect.")

    @model_validator(mode="after")
    def _some_way_in(self) -> DashboardEntry:
        if not self.local_accounts and self.oidc is None:
            raise ValueError("without local_accounts and without oidc nobody could sign in")
        return self


class WebhookEntry(_Strict):
    """An address that notices are posted to, signed."""

    url: Annotated[str, Field(pattern=r"^(https?://[^\s#]+|\$\{[^{}]+\})$")] = Field(
        description="https://… (http on this machine only); ${VARIABLE} when the address is a secret."
    )
    secret: Secret = Field(description="Key of the signature: ${VARIABLE} or ${file:/path}.")

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        return value if value.startswith("$") else over_tls(value, "url")


class MailEntry(_Strict):
    """A mail server that takes notices."""

    host: Glob = Field(description="The server's name.")
    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] = Field(default=587, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="none only for a server on this machine."
    )
    user: Glob | None = Field(default=None, description="Who signs in there.")
    password: Secret | None = Field(default=None, description="${VARIABLE} or ${file:/path}.")
    sender: Glob = Field(description="From: an address.")
    to: Names = Field(description="Who is told: addresses.")

    @field_validator("sender", "to")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        for one in (value,) if isinstance(value, str) else value:
            if not _ADDRESS.fullmatch(one):
                raise ValueError("write an address such as dpo@example.org")
        return value

    @model_validator(mode="after")
    def _safe(self) -> MailEntry:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("security: none is for a server on this machine only; write starttls or tls")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        return self


class NotifyEntry(_Strict):
    """Whom to tell when something changes that needs a decision; never with a value."""

    language: Literal["en", "fr"] = Field(default="fr", description="Language of notices.")
    webhook: WebhookEntry | None = Field(default=None, description="Post a signed JSON document.")
    mail: MailEntry | None = Field(default=None, description="Send a mail.")

    @model_validator(mode="after")
    def _some_way(self) -> NotifyEntry:
        if self.webhook is None and self.mail is None:
            raise ValueError("notify needs webhook or mail")
        return self


class ConfigFile(_Strict):
    """recense.yaml: what to scan, where results go, and the limits."""

    version: Literal[1] = Field(description="Version of this format: 1.")
    catalog: Annotated[str, Field(min_length=1)] = Field(
        default="recense.db",
        description="Where results are kept: a SQLite file relative to this one, or postgresql://…",
    )
    language: bool = Field(default=True, description="Read names and prose with the language models.")
    jobs: Annotated[int, Field(ge=1, le=256, strict=True)] = Field(default=1, description="Threads that read at once.")
    processes: bool = Field(
        default=False,
        description="Several jobs are processes, not threads: a crash costs one partition, memory counts for each.",
    )
    sample: Count | None = Field(
        default=None, description="Rows to read of each dataset, drawn uniformly; without it every row is read."
    )
    memory: Size | None = Field(
        default=None, description="Memory that a scan may take (400MB): it then takes smaller steps and fewer threads."
    )
    sources: tuple[SourceEntry, ...] = Field(default=(), description="What to scan.")
    retention: tuple[RetentionEntry, ...] = Field(default=(), description="Which retention rules govern which data.")
    limits: LimitEntries = LimitEntries()
    report: ReportEntry = ReportEntry()
    check: CheckEntry = CheckEntry()
    persons: PersonsEntry = PersonsEntry()
    dashboard: DashboardEntry = DashboardEntry()
    notify: NotifyEntry | None = Field(default=None, description="Whom to tell about changes.")
    policy: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="The privacy policy that findings are held against, relative to this file: policy.yaml.",
    )


KEYS: dict[tuple[str, ...], type[BaseModel]] = {
    (): ConfigFile,
    ("sources", "*"): SourceEntry,
    ("limits",): LimitEntries,
    ("retention", "*"): RetentionEntry,
    ("retention", "*", "archive"): ColumnEntry,
    ("retention", "*", "where", "*"): ColumnEntry,
    ("report",): ReportEntry,
    ("dashboard",): DashboardEntry,
    ("dashboard", "oidc"): OidcEntry,
    ("notify",): NotifyEntry,
    ("notify", "webhook"): WebhookEntry,
    ("notify", "mail"): MailEntry,
    ("check",): CheckEntry,
    ("persons",): PersonsEntry,
    ("check", "allow_unread", "*"): AllowedEntry,
}
"""Which keys stand where; ``*`` is any index of a list."""
