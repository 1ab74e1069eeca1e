"""The catalog's tables as they are in the newest schema version (``migrations`` says how they came to be).

Every row of a scan hangs on a run, so that a run is kept or forgotten as a whole. No table has a place for a cell's
value. Blobs hold the counts of a partition while its run is going on, what the index of people needs of it (sealed with
the install's key, erased when its filters are built), and the filters.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator

_ESCAPE = "\uf8ff"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff" + _ESCAPE + "]")
_json = json.JSONEncoder(separators=(",", ":")).encode  # made once: json.dumps makes an encoder for each value
_ESCAPED = re.compile(_ESCAPE + "([0-9a-f]{4})")


class Name(TypeDecorator[str]):
    """Text of any content: names come from hostile files, and no database stores NUL or half a surrogate pair."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Escapes what no database stores."""
        return None if value is None else _UNSTORABLE.sub(lambda m: f"{_ESCAPE}{ord(m[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """Undoes the escape."""
        if value is None or _ESCAPE not in value:
            return value
        return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), value)


class Json(TypeDecorator[Any]):
    """Plain data as ASCII JSON text: readable with any tool, the same on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        """Writes JSON."""
        return None if value is None else _json(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        """Undoes the escape."""
        return None if value is None else json.loads(value)


metadata = MetaData()


def _run() -> Column[str]:
    return Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


schema_version = Table("schema_version", metadata, Column("version", BigInteger, primary_key=True))

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started", Text, nullable=False),  # ISO 8601, UTC
    Column("finished", Text),
    Column("status", Text, nullable=False),  # running | complete | incomplete | stopped
    Column("rules", Text, nullable=False),
    Column("policy", Text),
    Column("scope", Text, nullable=False),  # digest of what was asked for: runs of one scope are compared
    Column("targets", Json, nullable=False),  # what to scan, without credentials: resuming needs it
    Column("replay_of", Text),
    Column("sample_key", Text),  # hex; erased when the run ends
    Column("sequence", BigInteger, nullable=False),  # order of start
)

# Runs that are being ended, see recense.catalog.ending: no row, and the run goes on or the review list knows it.
endings = Table(
    "endings",
    metadata,
    _run(),
    Column("claim", Text),  # whose rows are staged: drawn by the process that ends the run
    Column("turn", BigInteger),  # place in the queue of runs that the list is brought up to; None while rows are staged
)

sources = Table(
    "sources",
    metadata,
    _run(),
    Column("uri", Name, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Name),
)

datasets = Table(
    "datasets",
    metadata,
    _run(),
    Column("source", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rows", BigInteger),
    Column("rows_read", BigInteger, nullable=False),
    Column("comment", Name),
    Column("declared", Json, nullable=False),  # the columns as the source declares them: type, comment, key
)

columns = Table(
    "columns",
    metadata,
    _run(),
    Column("source", Name, primary_key=True),
    Column("dataset", Name, primary_key=True),
    Column("path", Name, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("type", Name, nullable=False),
    Column("cells", BigInteger, nullable=False),
    Column("nulls", BigInteger, nullable=False),
    Column("distinct_values", BigInteger),
    Column("clean_bound", Float, nullable=False),
    Column("profile", Json, nullable=False),
)

partitions = Table(
    "partitions",
    metadata,
    _run(),
    Column("source", Name, primary_key=True),
    Column("dataset", Name, primary_key=True),
    Column("key", Name, primary_key=True),
    Column("state", Name),
    Column("rows", BigInteger, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("problem", Json),  # the unreadable entry when it is not complete
    Column("evidence", LargeBinary),  # see packing; emptied when the run ends
)

findings = Table(
    "findings",
    metadata,
    _run(),
    Column("id", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("source", Name, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("path", Name, nullable=False),
    Column("category", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("cells", BigInteger, nullable=False),
    Column("matched", BigInteger, nullable=False),
    Column("detectors", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("declared", Text),
    Index("findings_by_category", "category", "run"),
)

unreadable = Table(
    "unreadable",
    metadata,
    _run(),
    Column("position", BigInteger, primary_key=True),
    Column("source", Name, nullable=False),
    Column("path", Name, nullable=False),
    Column("code", Text, nullable=False),
    Column("reason", Name, nullable=False),
)

retention_reports = Table(
    "retention_reports",
    metadata,
    _run(),
    Column("id", Text, primary_key=True),
    Column("made", Text, nullable=False),  # ISO 8601, UTC
    Column("as_of", Text, nullable=False),  # ISO date
    Column("policy", Text, nullable=False),
    Column("document", Json, nullable=False),  # recense.retention/1
)

# Decisions outlive runs: no run is forgotten with them. Append-only; see recense.catalog.decisions.
decisions = Table(
    "decisions",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("field", Name, nullable=False),
    Column("category", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("activity", Name),
    Column("until", Text),  # ISO 8601, a day
    Column("who", Name, nullable=False),
    Column("decided", Text, nullable=False),  # ISO 8601, UTC
    Column("reason", Name, nullable=False),
    Column("ticket", Name),
    Column("origin", Text, nullable=False),  # file | dashboard
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("decisions_by_field", "field", "category"),
)

review = Table(
    "review",
    metadata,
    Column("id", Text, primary_key=True),  # the finding's
    Column("source", Name, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("path", Name, nullable=False),
    Column("category", Text, nullable=False),
    Column("field", Name, nullable=False),  # what decisions name, see recense.catalog.decisions.field_of
    Column("rank", BigInteger, nullable=False),  # see recense.catalog.review.rank
    Column("sort", Name, nullable=False),  # source, dataset and column, cut: pages are cut by (rank, sort, id)
    Column("words", Name),  # what is searched, see recense.catalog.searching; None when it is the same as sort
    Column("entities", Json, nullable=False),
    Column("proof", Text, nullable=False),  # the strongest of its entities
    Column("cells", BigInteger, nullable=False),
    Column("matched", BigInteger, nullable=False),
    Column("declared", Text),
    Column("rules", Text, nullable=False),
    Column("first_run", Text, nullable=False),
    Column("first_seen", Text, nullable=False),  # ISO 8601, UTC
    Column("last_run", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("gone", Text),  # when a complete run of the same source no longer had it
    Column("state", Text, nullable=False),  # open | decided | reopened
    Column("why", Text),  # why it was opened again
    Column("until", Text),  # last day of the decision in force, ISO 8601; None when it never ends, or there is none
)

# Sums of the list above, see recense.catalog.counts: kept in the transaction that changes it.
review_counts = Table(
    "review_counts",
    metadata,
    Column("source", Name, nullable=False),
    Column("category", Text, nullable=False),
    Column("rank", BigInteger, nullable=False),
    Column("proof", Text, nullable=False),
    Column("declared", Text, nullable=False),  # empty when no policy was read
    Column("state", Text, nullable=False),
    Column("gone", BigInteger, nullable=False),  # 0 or 1
    Column("number", BigInteger, nullable=False),  # to be summed; negative where findings left
    Column("loose", BigInteger, nullable=False),  # 1 until the rows of a cell are put together
)

# Each source as its newest finished run left it, see recense.catalog.coverage.
source_states = Table(
    "source_states",
    metadata,
    Column("source", Name, primary_key=True),
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", BigInteger, nullable=False),  # the run's
    Column("rows", BigInteger),  # None when one of its datasets does not say how many it has
    Column("rows_read", BigInteger, nullable=False),
    Column("columns", BigInteger, nullable=False),
    Column("bound", Float),  # the worst of its columns without a finding; None without such columns
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),  # reader | engineer | dpo | admin
    Column("password", Text),  # argon2id; None when another server vouches (OIDC)
    Column("language", Text),
    Column("active", Boolean, nullable=False),
    Column("created", Text, nullable=False),
    Column("last_visit", Text),  # when the session before the present one was last used
    Column("keys", Boolean, nullable=False),  # keyboard shortcuts, WCAG 2.1.4
    Column("subject", Text, unique=True),  # digest of issuer and subject; None for a local account
)

notices = Table(
    "notices",
    metadata,
    Column("channel", Text, primary_key=True),  # webhook | mail
    Column("event", Text, primary_key=True),  # what the notice was about, see recense.catalog.notices
    Column("noticed", Text, nullable=False),  # ISO 8601, UTC
    Column("sent", Text),  # None as long as nobody took it
    Column("tries", BigInteger, nullable=False),
    Column("problem", Text),  # why the last try failed: a code of ours
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),  # SHA-256 of the cookie's
    Column("name", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("began", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("since", Text),  # the visit before this one: what is newer is new
)

refused_logins = Table(
    "refused_logins",
    metadata,
    Column("at", Text, nullable=False),
    Column("name", Name, nullable=False),
    Column("address", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Name, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Name, nullable=False),
    Column("details", Json, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)

# What a partition gave to the index of people, sealed with the install's key until the filters are built.
person_parts = Table(
    "person_parts",
    metadata,
    _run(),
    Column("source", Name, primary_key=True),
    Column("dataset", Name, primary_key=True),
    Column("part", Name, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("problem", Name),  # why the partition is not indexed to its end
    Column("sealed", LargeBinary, nullable=False),
)

# The index of people outlives runs: one filter per column and kind of identifier, see recense.catalog.persons.
person_filters = Table(
    "person_filters",
    metadata,
    Column("source", Name, primary_key=True),
    Column("dataset", Name, primary_key=True),
    Column("path", Name, primary_key=True),  # columns of a name and a date of birth are joined by " + "
    Column("kind", Text, primary_key=True),
    Column("salt", Text, nullable=False),  # hex
    Column("turns", BigInteger, nullable=False),
    Column("bits", LargeBinary, nullable=False),
)

person_coverage = Table(
    "person_coverage",
    metadata,
    Column("source", Name, primary_key=True),
    Column("dataset", Name, primary_key=True),
    Column("run", Text, nullable=False),  # that built the filters; no foreign key, they outlive it
    Column("built", Text, nullable=False),  # ISO 8601, UTC
    Column("key_id", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("why", Name),  # it is not complete
    Column("newer_run", Text),  # a later run that read less and left the filters as they were
    Column("newer_why", Name),
)

person_requests = Table(
    "person_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("reference", Name, nullable=False),  # what the DPO calls it; never an identifier
    Column("kind", Text, nullable=False),  # recense.subjects.requests.Right
    Column("received", Text, nullable=False),  # ISO 8601, a day; so are due, extended and closed
    Column("due", Text, nullable=False),
    Column("extended", Text),
    Column("extension_reason", Name),
    Column("identity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("closed", Text),
    Column("opened_by", Name, nullable=False),
    Column("answer", Json),  # the last look-up: places, counts and what was not read, no value
    Index("person_requests_due", "state", "due"),
)
