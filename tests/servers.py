"""Private database servers for tests: a PostgreSQL cluster and a MariaDB, each in a temporary folder.

Each listens on a free port of the loopback interface, runs as an unprivileged user, lives for one test session and is
gone afterwards. Where the binaries are missing the tests skip and say what to install; in CI (``CI=true``) they fail,
so that nobody mistakes a skipped suite for a green one.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

START_SECONDS = 60
PASSWORD = "correct horse: b@ttery/staple?"  # what a URL has to escape, so that escaping is tested all along


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Gives the URL of a private PostgreSQL, logged in as its owner (a superuser)."""
    binaries = _binaries("postgres", "initdb", "psql", package="postgresql", folders="/usr/lib/postgresql/*/bin")
    with _home("postgres") as home, _postgres(binaries, home) as url:
        yield url


@pytest.fixture(scope="module")
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> str:
    """Gives the URL of an empty database for each file of tests: they run in any order."""
    from sqlalchemy.engine import make_url

    name = request.node.nodeid.removesuffix(".py").replace("/", "_")
    run_postgres(postgres_server, "SELECT 1", database=name)
    return make_url(postgres_server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """Gives the URL of an empty database on a private MariaDB, logged in as a user who may do everything."""
    binaries = _binaries("mariadbd", "mariadb-install-db", "mariadb", package="mariadb-server", folders="/usr/sbin")
    with _home("mysql") as home, _mariadb(binaries, home) as url:
        yield url


def run_postgres(url: str, script: str | Path, database: str | None = None) -> str:
    """Runs a script through psql, stopping at the first error, and returns what it prints.

    Args:
        url: as the fixture gives it.
        script: SQL text, or the path of a file; dumps with ``\\restrict`` and ``COPY`` work.
        database: another database of the same server; it is created when there is none.
    """
    from sqlalchemy.engine import make_url

    target = make_url(url)
    psql = _binaries("psql", package="postgresql-client", folders="/usr/lib/postgresql/*/bin")["psql"]
    if database is not None:
        wanted = database.replace("'", "''")
        if not run_postgres(url, f"SELECT 'there' FROM pg_database WHERE datname = '{wanted}'").strip():
            quoted = database.replace('"', '""')
            run_postgres(url, f'CREATE DATABASE "{quoted}"')
        target = target.set(database=database)
    command = [str(psql), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", target.database or "postgres"]
    command += ["-h", target.host or "", "-p", str(target.port), "-U", target.username or ""]
    environment = os.environ | {"PGPASSWORD": target.password or "", "PGCLIENTENCODING": "UTF8"}
    return _run(command, script, environment)


def run_mariadb(url: str, script: str | Path, database: str | None = None, sql_mode: str = "") -> str:
    """Runs a script through the mariadb client, stopping at the first error, and returns what it prints.

    Dumps made for MySQL load in MariaDB with the client's character set fixed to utf8mb4 and, where they hold zero
    dates or values that are too long, with an empty ``sql_mode`` (the default here).

    Args:
        url: as the fixture gives it.
        script: SQL text, or the path of a file; ``DELIMITER`` works.
        database: another database of the same server; it is created when there is none.
        sql_mode: the session's mode while the script runs.
    """
    from sqlalchemy.engine import make_url

    target = make_url(url)
    client = _binaries("mariadb", package="mariadb-client", folders="/usr/bin")["mariadb"]
    if database is not None:
        quoted = database.replace("`", "``")
        run_mariadb(url, f"CREATE DATABASE IF NOT EXISTS `{quoted}` CHARACTER SET utf8mb4")
        target = target.set(database=database)
    command = [str(client), "--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"]
    command += ["--protocol=tcp", "-h", target.host or "", "-P", str(target.port), "-u", target.username or ""]
    command += [f"--init-command=SET SESSION sql_mode='{sql_mode}'", target.database or ""]
    return _run(command, script, os.environ | {"MYSQL_PWD": target.password or ""})


@contextlib.contextmanager
def _postgres(binaries: dict[str, Path], home: Path) -> Iterator[str]:
    data, port = home / "data", _free_port()
    secret = home / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    _as_user(
        "postgres",
        [str(binaries["initdb"]), "-D", str(data), "-U", "tester", "-A", "scram-sha-256", f"--pwfile={secret}"],
        ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        home,
    )
    secret.unlink()
    command = [str(binaries["postgres"]), "-D", str(data), "-p", str(port), "-k", str(home)]
    for setting in ("listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "max_connections=30"):
        command += ["-c", setting]
    command += ["-c", "shared_buffers=64MB", "-c", "log_min_messages=fatal"]

    def answers() -> None:
        import psycopg

        psycopg.connect(host="127.0.0.1", port=port, user="tester", password=PASSWORD, dbname="postgres").close()

    with _server("postgres", command, home, answers, stop=signal.SIGINT):  # SIGINT: fast shutdown
        yield _url("postgresql", "tester", port, "postgres")


@contextlib.contextmanager
def _mariadb(binaries: dict[str, Path], home: Path) -> Iterator[str]:
    data, port, first = home / "data", _free_port(), home / "first.sql"
    _as_user(
        "mysql",
        [
            str(binaries["mariadb-install-db"]),
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
        ],
        ["--skip-test-db"],
        home,
    )
    first.write_text(
        f"CREATE USER tester@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL ON *.* TO tester@'127.0.0.1' WITH GRANT OPTION;\n"
        "CREATE DATABASE tests CHARACTER SET utf8mb4;\n"
    )
    first.chmod(0o644)
    command = [str(binaries["mariadbd"]), "--no-defaults", f"--datadir={data}", f"--socket={home / 'socket'}"]
    command += [f"--port={port}", "--bind-address=127.0.0.1", f"--init-file={first}", "--skip-name-resolve"]
    command += [f"--pid-file={home / 'pid'}", "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0"]
    command += ["--max-allowed-packet=64M", "--character-set-server=utf8mb4", "--skip-log-bin"]

    def answers() -> None:
        import pymysql

        pymysql.connect(host="127.0.0.1", port=port, user="tester", password=PASSWORD, database="tests").close()

    with _server("mysql", command, home, answers, stop=signal.SIGTERM):
        yield _url("mysql", "tester", port, "tests")


@contextlib.contextmanager
def _server(
    user: str, command: list[str], home: Path, answers: Callable[[], None], stop: signal.Signals
) -> Iterator[None]:
    """Runs a server until the block ends; it is asked to stop, and killed when it does not within ten seconds."""
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=home, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **_identity(user)
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {process.returncode}: {log.read_text()[-2000:]}")
            try:
                answers()
                break
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _home(user: str) -> Iterator[Path]:
    """Gives a folder that belongs to the server's user, short enough for a socket's path."""
    home = Path(tempfile.mkdtemp(prefix="recense-"))
    try:
        home.chmod(0o755)
        if os.geteuid() == 0:
            account = _account(user)
            os.chown(home, account.pw_uid, account.pw_gid)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _as_user(user: str, command: list[str], options: list[str], home: Path) -> None:
    command = [*command, *options]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=START_SECONDS, **_identity(user))
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-2000:]}")


def _identity(user: str) -> dict[str, object]:
    """Returns what makes a child process run as an unprivileged user: servers refuse to run as root."""
    if os.geteuid() != 0:
        return {"env": os.environ | {"LC_ALL": "C.UTF-8"}}
    account = _account(user)
    return {
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [],
        "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/", "USER": account.pw_name},
    }


def _account(user: str) -> pwd.struct_passwd:
    """Returns the server's own account, or ``nobody`` where its package made none."""
    for name in (user, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError(f"{getpass.getuser()} needs an unprivileged account to run a database server as")


def _binaries(*names: str, package: str, folders: str) -> dict[str, Path]:
    """Returns the paths of binaries, or skips the test (fails it in CI)."""
    places = [str(folder) for folder in sorted(Path("/").glob(folders.lstrip("/")), reverse=True)]
    search = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *places])
    found = {name: shutil.which(name, path=search) for name in names}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        reason = f"{', '.join(missing)} not found; install it: sudo apt-get install {package}"
        (pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip)(reason)
    return {name: Path(path) for name, path in found.items() if path}


def _run(command: list[str], script: str | Path, environment: dict[str, str]) -> str:
    text = script.read_text("utf-8") if isinstance(script, Path) else script
    done = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", env=environment)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _url(scheme: str, user: str, port: int, database: str) -> str:
    from sqlalchemy.engine import URL

    url = URL.create(scheme, user, PASSWORD, "127.0.0.1", port, database)
    return url.render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
