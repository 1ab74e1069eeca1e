"""Forward migrations of the catalog, one per schema version. A step, once released, is never edited: add the next.

Each step is a list of statements that SQLite and PostgreSQL both understand, or functions where no SQL will do; it
runs with the change of the version number in one transaction, so a migration killed half-way has not happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, inspect, text

from recense.catalog.searching import names
from recense.catalog.tables import Name
from recense.errors import ConfigError

Step = Sequence[str | Callable[[Connection], None]]


def _fold_names(connection: Connection) -> None:
    """Fills in what is ordered by and searched, which no SQL that both databases speak can write."""
    rows = connection.execute(
        text("SELECT id, source, dataset, path FROM review").columns(source=Name(), dataset=Name(), path=Name())
    ).all()
    statement = text("UPDATE review SET sort = :sort, words = :words WHERE id = :id")
    statement = statement.bindparams(bindparam("sort", type_=Name()), bindparam("words", type_=Name()))
    values = [{"id": row.id, **names(row.source, row.dataset, row.path)} for row in rows]
    if values:
        connection.execute(statement, values)


STEPS: Sequence[Step] = (
    (  # 1: recense 0.1
        """CREATE TABLE runs (id TEXT PRIMARY KEY, started TEXT NOT NULL, finished TEXT, status TEXT NOT NULL,
        rules TEXT NOT NULL, policy TEXT, scope TEXT NOT NULL, targets TEXT NOT NULL, replay_of TEXT, sample_key TEXT,
        sequence BIGINT NOT NULL)""",
        """CREATE TABLE sources (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, uri TEXT NOT NULL,
        position BIGINT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, PRIMARY KEY (run, uri))""",
        """CREATE TABLE datasets (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, source TEXT NOT NULL,
        name TEXT NOT NULL, position BIGINT NOT NULL, kind TEXT NOT NULL, rows BIGINT, rows_read BIGINT NOT NULL,
        comment TEXT, declared TEXT NOT NULL, PRIMARY KEY (run, source, name))""",
        """CREATE TABLE columns (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, source TEXT NOT NULL,
        dataset TEXT NOT NULL, path TEXT NOT NULL, position BIGINT NOT NULL, type TEXT NOT NULL, cells BIGINT NOT NULL,
        nulls BIGINT NOT NULL, distinct_values BIGINT, clean_bound DOUBLE PRECISION NOT NULL, profile TEXT NOT NULL,
        PRIMARY KEY (run, source, dataset, path))""",
        """CREATE TABLE partitions (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, source TEXT NOT NULL,
        dataset TEXT NOT NULL, key TEXT NOT NULL, state TEXT, rows BIGINT NOT NULL, complete BOOLEAN NOT NULL,
        problem TEXT, evidence {blob}, PRIMARY KEY (run, source, dataset, key))""",
        """CREATE TABLE findings (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, id TEXT NOT NULL,
        entity TEXT NOT NULL, position BIGINT NOT NULL, source TEXT NOT NULL, dataset TEXT NOT NULL, path TEXT NOT NULL,
        category TEXT NOT NULL, proof TEXT NOT NULL, score DOUBLE PRECISION NOT NULL, cells BIGINT NOT NULL,
        matched BIGINT NOT NULL, detectors TEXT NOT NULL, evidence TEXT NOT NULL, declared TEXT,
        PRIMARY KEY (run, id, entity))""",
        "CREATE INDEX findings_by_category ON findings (category, run)",
        """CREATE TABLE unreadable (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position BIGINT NOT NULL,
        source TEXT NOT NULL, path TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (run, position))""",
    ),
    (  # 2: retention verdicts, as the report's own document: counts and sentences, no value
        """CREATE TABLE retention_reports (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, id TEXT NOT NULL,
        made TEXT NOT NULL, as_of TEXT NOT NULL, policy TEXT NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (run, id))""",
    ),
    (  # 3: what people decided about fields
        """CREATE TABLE decisions (sequence BIGINT PRIMARY KEY, field TEXT NOT NULL, category TEXT NOT NULL,
        decision TEXT NOT NULL, activity TEXT, until TEXT, who TEXT NOT NULL, decided TEXT NOT NULL,
        reason TEXT NOT NULL, ticket TEXT, origin TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL)""",
        "CREATE INDEX decisions_by_field ON decisions (field, category)",
    ),
    (  # 4: the dashboard: what is found now, who may look, who looked
        """CREATE TABLE review (id TEXT PRIMARY KEY, source TEXT NOT NULL, dataset TEXT NOT NULL, path TEXT NOT NULL,
        category TEXT NOT NULL, field TEXT NOT NULL, rank BIGINT NOT NULL, sort TEXT NOT NULL, entities TEXT NOT NULL,
        proof TEXT NOT NULL, cells BIGINT NOT NULL, matched BIGINT NOT NULL, declared TEXT, rules TEXT NOT NULL,
        first_run TEXT NOT NULL, first_seen TEXT NOT NULL, last_run TEXT NOT NULL, last_seen TEXT NOT NULL, gone TEXT,
        state TEXT NOT NULL, why TEXT, until TEXT)""",
        "CREATE INDEX review_order ON review (rank, sort, id)",
        "CREATE INDEX review_state ON review (state, rank, sort, id)",
        "CREATE INDEX review_category ON review (category, rank, sort, id)",
        "CREATE INDEX review_source ON review (source, rank, sort, id)",
        "CREATE INDEX review_field ON review (field, category)",
        "CREATE INDEX findings_by_id ON findings (id)",
        "CREATE INDEX review_first ON review (first_seen)",
        """CREATE TABLE users (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT, language TEXT,
        active BOOLEAN NOT NULL, created TEXT NOT NULL, last_visit TEXT, keys BOOLEAN NOT NULL)""",
        """CREATE TABLE sessions (token TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE,
        csrf TEXT NOT NULL, began TEXT NOT NULL, seen TEXT NOT NULL, since TEXT)""",
        "CREATE TABLE refused_logins (at TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL)",
        "CREATE INDEX refused_logins_at ON refused_logins (at)",
        """CREATE TABLE audit (number BIGINT PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
        subject TEXT NOT NULL, details TEXT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL)""",
    ),
    (  # 5: what was decided about retention and the register, found in the log without reading all of it
        "CREATE INDEX audit_action ON audit (action, number)",
        "CREATE INDEX findings_by_place ON findings (run, source, dataset, path)",
    ),
    (  # 6: the index of people, and what people asked for
        """CREATE TABLE person_parts (run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, source TEXT NOT NULL,
        dataset TEXT NOT NULL, part TEXT NOT NULL, key_id TEXT NOT NULL, rows BIGINT NOT NULL, problem TEXT,
        sealed {blob} NOT NULL, PRIMARY KEY (run, source, dataset, part))""",
        """CREATE TABLE person_filters (source TEXT NOT NULL, dataset TEXT NOT NULL, path TEXT NOT NULL,
        kind TEXT NOT NULL, salt TEXT NOT NULL, turns BIGINT NOT NULL, bits {blob} NOT NULL,
        PRIMARY KEY (source, dataset, path, kind))""",
        """CREATE TABLE person_coverage (source TEXT NOT NULL, dataset TEXT NOT NULL, run TEXT NOT NULL,
        built TEXT NOT NULL, key_id TEXT NOT NULL, rows BIGINT NOT NULL, complete BOOLEAN NOT NULL, why TEXT,
        newer_run TEXT, newer_why TEXT, PRIMARY KEY (source, dataset))""",
        """CREATE TABLE person_requests (id TEXT PRIMARY KEY, reference TEXT NOT NULL, kind TEXT NOT NULL,
        received TEXT NOT NULL, due TEXT NOT NULL, extended TEXT, extension_reason TEXT, identity TEXT NOT NULL,
        state TEXT NOT NULL, closed TEXT, opened_by TEXT NOT NULL, answer TEXT)""",
        "CREATE INDEX person_requests_due ON person_requests (state, due)",
    ),
    (  # 7: a hundred thousand findings. One index holds all that a page of the list asks for, in its order
        "ALTER TABLE review ADD COLUMN words TEXT",
        _fold_names,
        "DROP INDEX review_order",
        "DROP INDEX review_state",
        "DROP INDEX review_category",
        "DROP INDEX review_source",
        "DROP INDEX review_first",
        """CREATE INDEX review_list ON review (rank, sort, id, gone, state, category, proof, declared, until{wide})""",
        "CREATE INDEX review_place ON review (source, dataset)",
        "CREATE INDEX review_until ON review (until, state, gone) WHERE until IS NOT NULL",
        "CREATE INDEX review_first ON review (first_seen, rank, state, gone, declared)",
        """CREATE TABLE review_counts (source TEXT NOT NULL, category TEXT NOT NULL, rank BIGINT NOT NULL,
        proof TEXT NOT NULL, declared TEXT NOT NULL, state TEXT NOT NULL, gone BIGINT NOT NULL, number BIGINT NOT NULL,
        loose BIGINT NOT NULL)""",
        """INSERT INTO review_counts SELECT source, category, rank, proof, coalesce(declared, ''), state,
        CASE WHEN gone IS NULL THEN 0 ELSE 1 END AS lost, count(*), 0 FROM review
        GROUP BY source, category, rank, proof, coalesce(declared, ''), state,
        CASE WHEN gone IS NULL THEN 0 ELSE 1 END""",
        """CREATE TABLE source_states (source TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        sequence BIGINT NOT NULL, rows BIGINT, rows_read BIGINT NOT NULL, columns BIGINT NOT NULL,
        bound DOUBLE PRECISION)""",
        """INSERT INTO source_states SELECT s.uri, r.id, r.sequence,
        (SELECT CASE WHEN count(*) = count(d.rows) THEN coalesce(sum(d.rows), 0) END FROM datasets d
         WHERE d.run = r.id AND d.source = s.uri),
        (SELECT coalesce(sum(d.rows_read), 0) FROM datasets d WHERE d.run = r.id AND d.source = s.uri),
        (SELECT count(*) FROM columns c WHERE c.run = r.id AND c.source = s.uri),
        (SELECT max(c.clean_bound) FROM columns c WHERE c.run = r.id AND c.source = s.uri AND NOT EXISTS
         (SELECT 1 FROM findings f WHERE f.run = c.run AND f.source = c.source AND f.dataset = c.dataset
          AND f.path = c.path))
        FROM sources s JOIN runs r ON r.id = s.run WHERE r.finished IS NOT NULL AND r.sequence =
        (SELECT max(r2.sequence) FROM sources s2 JOIN runs r2 ON r2.id = s2.run
         WHERE s2.uri = s.uri AND r2.finished IS NOT NULL)""",
    ),
    (  # 8: accounts another server vouches for; notices that were sent
        "ALTER TABLE users ADD COLUMN subject TEXT",
        "CREATE UNIQUE INDEX users_subject ON users (subject)",
        """CREATE TABLE notices (channel TEXT NOT NULL, event TEXT NOT NULL, noticed TEXT NOT NULL, sent TEXT,
        tries BIGINT NOT NULL, problem TEXT, PRIMARY KEY (channel, event))""",
    ),
    (  # 9: a run ends in several short transactions
        """CREATE TABLE endings (run TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE, claim TEXT,
        turn BIGINT)""",
    ),
)

_LOCK = 7_305_482_119  # any number, the same in every recense: one migrates, the others wait
_WORDS = {
    "sqlite": {"{blob}": "BLOB", "{wide}": ", source, words"},
    "postgresql": {"{blob}": "BYTEA", "{wide}": ""},  # an index row of 2,700 bytes at most: no names of any length
}


def version(connection: Connection) -> int:
    """Returns the schema version of a catalog, 0 for an empty database."""
    if not inspect(connection).has_table("schema_version"):
        return 0
    return int(connection.execute(text("SELECT max(version) FROM schema_version")).scalar() or 0)


def migrate(connection: Connection, where: str, steps: Sequence[Step] = STEPS) -> None:
    """Brings a catalog to the newest version, inside the caller's transaction.

    Args:
        connection: in a transaction that no other writer shares.
        where: the catalog's place without password, for messages.
        steps: the migrations; the version is how many there are.

    Raises:
        ConfigError: a newer recense wrote this catalog, or the database is another program's.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = version(connection)
    if found > len(steps):
        raise ConfigError(
            f"the catalog {where} has schema version {found} and this recense knows {len(steps)}: "
            "update recense, or name another catalog with --catalog"
        )
    if found == 0:
        if inspect(connection).get_table_names():
            raise ConfigError(f"{where} is the database of something else; name another catalog with --catalog")
        connection.execute(text("CREATE TABLE schema_version (version BIGINT PRIMARY KEY)"))
    for number, step in enumerate(steps[found:], start=found + 1):
        for statement in step:
            _do(connection, statement)
        connection.execute(text("INSERT INTO schema_version VALUES (:version)"), {"version": number})


def _do(connection: Connection, statement: str | Callable[[Connection], None]) -> None:
    if callable(statement):
        statement(connection)
        return
    for mark, word in _WORDS[connection.dialect.name].items():
        statement = statement.replace(mark, word)
    connection.execute(text(statement))
