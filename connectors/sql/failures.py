"""What went wrong in a database, said in our own words.

Servers and drivers quote cells, statements, user names and files in their messages (``invalid input syntax for type
integer: "…"``), so no message of theirs goes any further: only the error's number does. An error is raised outside the
handler that caught the driver's one, so that not even the chain (``__context__``) leads to it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from recense.errors import RecenseError, RetriableError, SourceError

P = ParamSpec("P")
T = TypeVar("T")
Translate = Callable[[BaseException], SourceError]

TIMED_OUT = RetriableError, "failed", "it took longer than limits.statement_seconds, or someone cancelled the statement"
BUSY = RetriableError, "failed", "it is locked, or another transaction stands in the way; try again later"
LOST = RetriableError, "unreachable", "the connection was lost; try again later"
DOWN = RetriableError, "unreachable", "the server does not answer; check host, port and network, or try again later"
FULL = RetriableError, "unreachable", "the server takes no more connections or is starting up; try again later"
REFUSED = SourceError, "access_refused", "the server refused the login; check user and password"
NO_DATABASE = SourceError, "not_found", "the server has no database of this name; check the URL"
DENIED = SourceError, "permission_denied", "the account may not read it; grant it SELECT, or leave it out"
GONE = SourceError, "not_found", "it is gone, or it is a view of something that is gone or changed its name"
DAMAGED = SourceError, "corrupt", "the database says that its own data is damaged"
LARGE = SourceError, "too_large", "a row or an intermediate result is too large"
Sentence = tuple[type[SourceError], str, str]

# https://www.postgresql.org/docs/current/errcodes-appendix.html; two characters name a class.
SQLSTATES: dict[str, Sentence] = {
    "08": LOST, "28": REFUSED, "3D": NO_DATABASE, "42501": DENIED, "42P01": GONE, "42703": GONE, "42883": GONE,
    "3F": GONE, "40": BUSY, "55P03": BUSY, "55006": BUSY, "53": FULL, "54": LARGE, "57014": TIMED_OUT, "25P03": LOST,
    "57P01": LOST, "57P02": LOST, "57P03": FULL, "57P05": LOST, "XX001": DAMAGED, "XX002": DAMAGED,
    "22": (SourceError, "failed", "the server could not compute a value of it, as happens in a view that converts"),
    "55000": (SourceError, "failed", "it is not ready to be read: a materialized view has to be refreshed first"),
}  # fmt: skip

# https://mariadb.com/kb/en/mariadb-error-codes/; MySQL shares the numbers below 1900 and the client's from 2000.
ERRNOS: dict[int, Sentence] = {
    1040: FULL, 1203: FULL, 1226: FULL, 1129: FULL, 1044: REFUSED, 1045: REFUSED, 1130: REFUSED, 1251: REFUSED,
    1698: REFUSED, 1820: REFUSED, 1862: REFUSED, 2059: REFUSED, 2061: REFUSED, 1049: NO_DATABASE, 1142: DENIED,
    1143: DENIED, 1227: DENIED, 1370: DENIED, 1449: GONE, 1146: GONE, 1054: GONE, 1305: GONE, 1356: GONE, 1051: GONE,
    1205: BUSY, 1213: BUSY, 1412: BUSY, 1317: TIMED_OUT, 1969: TIMED_OUT, 3024: TIMED_OUT, 2002: DOWN, 2003: DOWN,
    2005: DOWN, 2006: LOST, 2013: LOST, 2014: LOST, 2055: LOST, 4031: LOST, 1053: LOST, 1927: LOST, 1034: DAMAGED,
    1194: DAMAGED, 1195: DAMAGED, 1712: DAMAGED, 1877: DAMAGED, 1153: LARGE, 1301: LARGE,
}  # fmt: skip

# https://www.sqlite.org/rescode.html, primary result codes.
SQLITE_CODES: dict[int, Sentence] = {
    3: DENIED, 23: DENIED, 5: BUSY, 6: BUSY, 9: TIMED_OUT, 18: LARGE, 7: LARGE,
    11: (SourceError, "corrupt", "the file is damaged; SQLite's own .recover may save what is left"),
    26: (SourceError, "corrupt", "it is not a SQLite database, or an encrypted one"),
    10: (RetriableError, "failed", "the file system reported an error"),
    14: (SourceError, "permission_denied", "the file, or the folder it lies in, cannot be opened"),
    8: (SourceError, "failed", "a writer was interrupted and left a journal; open the file once with SQLite to repair"),
    17: (RetriableError, "failed", "its schema changed meanwhile"),
    1: (SourceError, "failed", "SQLite cannot compute it: a view or virtual table needs something that is missing"),
}  # fmt: skip

# What libpq says of a login, which it gives no SQLSTATE for: by the words of the server's usual languages.
_LOGIN_WORDS = (
    (
        re.compile(r"password|mot de passe|authenti|pg_hba|no role|role .* does not|rôle|no password|peer", re.I),
        REFUSED,
    ),
    (re.compile(r"database .* does not exist|base de données .* n.existe pas", re.I), NO_DATABASE),
    (re.compile(r"too many|starting up|shutting down|trop de|en cours de d.marrage|remaining connection", re.I), FULL),
)
_SQLSTATE = re.compile(r"SQLSTATE: ([0-9A-Z]{5})\b")
_LOST_WORDS = re.compile(
    r"server closed the connection|connection (?:to server )?was lost|no connection to the server"
    r"|could not receive data|SSL connection has been closed|terminating connection",
    re.I,
)


def failure(sentence: Sentence, number: object = None) -> SourceError:
    """Returns the error a sentence describes; the driver's own number goes with it, for whoever looks it up."""
    kind, code, reason = sentence
    return kind(code, f"{reason} ({number})" if number else reason)


def other(error: BaseException, number: object = None) -> SourceError:
    """Returns the error for what has no sentence of its own."""
    return SourceError("failed", f"the database reported an error ({number or type(error).__name__})")


def of_sqlstate(error: BaseException, state: str | None) -> SourceError:
    """Returns the error that a SQLSTATE stands for."""
    if not state:
        return other(error)
    sentence = SQLSTATES.get(state) or SQLSTATES.get(state[:2])
    return failure(sentence, f"SQLSTATE {state}") if sentence else other(error, f"SQLSTATE {state}")


def of_postgres(error: BaseException) -> SourceError:
    """Returns the error behind one of psycopg, of libpq or of ADBC's PostgreSQL driver."""
    error = driver_error(error)
    text = str(error)
    state = getattr(error, "sqlstate", None)
    if not state and (found := _SQLSTATE.search(text)):
        state = found[1]
    if state:
        return of_sqlstate(error, state)
    if _LOST_WORDS.search(text) and "FATAL" not in text:
        return failure(LOST)
    if any(kind.__name__ == "OperationalError" for kind in type(error).__mro__):  # of psycopg, or of ADBC's DB-API
        sentence = next((sentence for words, sentence in _LOGIN_WORDS if words.search(text)), None)
        return failure(sentence or (FULL if "FATAL" in text else DOWN))
    return other(error)


def of_mysql(error: BaseException) -> SourceError:
    """Returns the error behind one of PyMySQL."""
    error = driver_error(error)
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    if number in ERRNOS:
        return failure(ERRNOS[number], f"error {number}")
    if isinstance(error, UnicodeDecodeError):
        return SourceError("undecodable", "a text in it is not in the character set that its column declares")
    if isinstance(error, RuntimeError) and "cryptography" in str(error):
        return SourceError(
            "access_refused", "this login needs TLS, or the package cryptography: pip install cryptography"
        )
    if isinstance(error, OSError) or number == 0:
        return failure(LOST)
    return other(error, f"error {number}" if number else None)


def of_sqlite(error: BaseException) -> SourceError:
    """Returns the error behind one of the sqlite3 module."""
    number = getattr(error, "sqlite_errorcode", None)
    sentence = SQLITE_CODES.get(number & 0xFF) if number is not None else None
    return failure(sentence, getattr(error, "sqlite_errorname", None)) if sentence else other(error)


def of_duckdb(error: BaseException) -> SourceError:
    """Returns the error behind one of DuckDB, told by its class; messages quote statements and cells.

    In mid-stream it comes as an OSError, and only the message's first words tell the class.
    """
    text = str(error)
    name = type(error).__name__
    if isinstance(error, OSError) and (words := re.match(r"([A-Za-z ]{3,30}) Error:", text)):
        name = words[1].title().replace(" ", "") + "Exception"
    if "lock" in text and name == "IOException":
        return failure(BUSY)
    if (
        "not a valid DuckDB database" in text
        or "Corrupt database file" in text
        or name
        in {
            "SerializationException",
            "FatalException",
            "InternalException",
        }
    ):
        return SourceError("corrupt", f"it is not a DuckDB database, or a damaged one, or of a newer version ({name})")
    if "encrypted" in text.lower():
        return SourceError("encrypted", "the database is encrypted")
    sentences: dict[str, Sentence] = {
        "PermissionException": (
            SourceError,
            "permission_denied",
            "it reads files or the network, which recense does not let a database do; scan those files themselves",
        ),
        "CatalogException": GONE,
        "BinderException": GONE,
        "InterruptException": TIMED_OUT,
        "OutOfMemoryException": LARGE,
        "ConnectionException": BUSY,
        "TransactionException": BUSY,
    }
    return failure(sentences[name], name) if name in sentences else other(error, name)


def of_any(error: BaseException) -> SourceError:
    """Returns the error behind one of an unknown driver: by its SQLSTATE where it has one, else by its class."""
    from sqlalchemy import exc

    cause = driver_error(error)
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    if isinstance(state, str) and len(state) == 5:
        return of_sqlstate(cause, state)
    if isinstance(error, exc.NoSuchTableError):
        return failure(GONE)
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return failure(LOST)
    return other(cause)


def driver_error(error: BaseException) -> BaseException:
    """Returns the driver's own error behind SQLAlchemy's."""
    original = getattr(error, "orig", None)
    return original if isinstance(original, BaseException) else error


def translated(of: Translate) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a function raise errors of recense only, with no way back to the driver's message."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except RecenseError:
                raise
            except Exception as error:
                found = of(error)
            raise found

        return call

    return decorate


def translated_iterator(of: Translate) -> Callable[[Callable[P, Iterator[T]]], Callable[P, Iterator[T]]]:
    """Does for a generator what ``translated`` does for a function."""

    def decorate(function: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
        @functools.wraps(function)
        def iterate(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
            try:
                yield from function(*args, **kwargs)
                return
            except RecenseError:
                raise
            except Exception as error:
                found = of(error)
            raise found

        return iterate

    return decorate
