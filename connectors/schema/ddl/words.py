"""Words of SQL that decide what a statement is, and how lists of tokens are walked over."""

from __future__ import annotations

from recense.connectors.schema.ddl.tokens import Token

MODIFIERS = frozenset([
    "OR", "REPLACE", "GLOBAL", "LOCAL", "UNLOGGED", "TRANSIENT", "EXTERNAL", "FOREIGN", "VIRTUAL", "DYNAMIC",
    "HYBRID", "ICEBERG", "TEMP", "TEMPORARY", "PRIVATE", "VOLATILE", "COLUMN", "IMMUTABLE", "SNAPSHOT",
    "MATERIALIZED", "SHARDED",
])  # fmt: skip
"""Words between CREATE and what is created."""

HARMLESS = frozenset([
    "OWNER", "ENABLE", "DISABLE", "CLUSTER", "SET", "RESET", "VALIDATE", "REPLICA", "INHERIT", "NO", "ENGINE",
    "AUTO_INCREMENT", "CONVERT", "ORDER", "CHECK", "NOCHECK", "FORCE", "WITH", "WITHOUT", "ATTACH", "DETACH",
    "PARTITION", "TABLESPACE", "COALESCE", "REORGANIZE", "EXCHANGE", "TRUNCATE", "ANALYZE", "OPTIMIZE", "REBUILD",
    "REPAIR", "REMOVE", "DISCARD", "IMPORT", "CHARACTER", "CHARSET", "DEFAULT", "COLLATE", "ALGORITHM", "LOCK",
    "ROW_FORMAT", "KEY_BLOCK_SIZE", "STATS_PERSISTENT", "CLUSTERED", "MOVE", "SHRINK", "LOGGING", "NOLOGGING",
    "PARALLEL", "CACHE", "NOCACHE", "SUSPEND", "RESUME", "UNSET", "REFRESH", "RECLUSTER", "APPEND", "SPLIT", "MERGE",
    "SWITCH", "STORAGE", "INITIALLY", "NOT", "OF", "READ", "PCTFREE", "COMPRESS", "NOCOMPRESS", "USING", "UNION",
    "ROW", "GRANT", "REVOKE", "LOCK_ESCALATION",
])  # fmt: skip
"""Actions of ALTER TABLE that change no column."""

NOT_COLUMNS = frozenset([
    "CONSTRAINT", "PRIMARY", "FOREIGN", "INDEX", "PARTITION", "CHECK", "UNIQUE", "FULLTEXT", "SPATIAL", "SEARCH",
    "ROW", "CLUSTERING", "PERIOD", "SYSTEM", "EXCLUDE", "SUPPLEMENTAL", "VERSIONING", "STATISTICS", "KEY", "DEFAULT",
])  # fmt: skip
"""What ADD and DROP name beside columns."""

TEMPORARY = frozenset(["TEMP", "TEMPORARY", "PRIVATE", "VOLATILE"])
_STARTS = frozenset(["CREATE", "ALTER", "DROP", "EXEC", "EXECUTE", "SP_RENAME"])
_DEFINED = frozenset(["TABLE", "VIEW", "INDEX", "PROCEDURE", "TRIGGER", "TYPE"])


def behind_words(tokens: list[Token], at: int, words: tuple[str, ...]) -> int:
    """Returns the index behind a phrase, or the same index when it does not stand there."""
    found = tuple(token.word for token in tokens[at : at + len(words)])
    return at + len(words) if found == words else at


def next_head(tokens: list[Token], start: int) -> int:
    """Returns where the next definition of the same statement begins: nothing separates them in SQL Server."""
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.kind == "p":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        elif depth <= 0 and token.kind == "w" and token.word in _STARTS:
            following = [following.word for following in tokens[index + 1 : index + 6]]
            kind = next((word for word in following if word not in MODIFIERS), "")
            if token.word.startswith(("EXEC", "SP_")) or kind in _DEFINED:
                if kind == "INDEX" and token.word != "CREATE" and tokens[index - 1].text == ",":
                    continue  # DROP INDEX as an action of ALTER TABLE
                if token.word == "DROP" and kind == "INDEX":
                    continue
                return index
    return len(tokens)


VERBS = frozenset(["INSERT", "UPDATE", "DELETE", "DECLARE", "PRINT", "BEGIN", "END", "RETURN", "TRUNCATE", "MERGE"])
"""Words with which another statement begins, where nothing separates them."""


def into(tokens: list[Token], start: int) -> int | None:
    """Returns the index of INTO in the SELECT that begins at ``start``, None when it makes no table."""
    depth = 0
    for index in range(start + 1, len(tokens)):
        token = tokens[index]
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "p" else 0
        if depth < 0 or (depth == 0 and token.word in {"FROM", "SELECT", "UNION", "WHERE"} | VERBS):
            return None
        if depth == 0 and token.word == "INTO":
            return index
    return None
