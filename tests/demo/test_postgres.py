"""The customer database a second time, in a real PostgreSQL."""

import json
from pathlib import Path

import pytest

from recense.demo import build
from recense.errors import SourceError, TargetError


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest) -> str:
    try:
        return str(request.getfixturevalue("postgres_url"))
    except pytest.FixtureLookupError:
        pytest.skip("no fixture postgres_url: tests/servers.py is not registered")


def test_the_tables_are_written_into_a_schema_of_their_own_and_replaced(url: str, tmp_path: Path) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE clients (mine TEXT)"))
    build(tmp_path, postgres_url=url)
    manifest = build(tmp_path, postgres_url=url)
    with engine.connect() as connection:
        counts = {
            name: connection.execute(sa.text(f'SELECT count(*) FROM recense_demo."{name}"')).scalar_one()
            for name in sa.inspect(connection).get_table_names("recense_demo")
        }
        assert connection.execute(sa.text("SELECT count(mine) FROM clients")).scalar_one() == 0
    engine.dispose()
    assert counts == {
        name.partition("/")[2]: rows for name, rows in manifest.rows.items() if name.startswith("postgresql/")
    }
    twice = {e.source for e in manifest.entries if e.dataset == "clients"}
    assert twice == {"crm.sqlite", "postgresql"}
    assert manifest.targets[2] == url
    password = sa.make_url(url).password
    assert password and password not in manifest.path.read_text() and password not in repr(manifest)


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        build(tmp_path, postgres_url="postgresql://someone:zq77secret@127.0.0.1:1/base")
    assert caught.value.code == "unreachable"
    assert "127.0.0.1:1" in str(caught.value) and "zq77secret" not in str(caught.value)
    assert json.loads((tmp_path / "manifest.json").read_text()) == {"status": "being written"}
    assert build(tmp_path).path.is_file()  # what the failed build left behind is known for ours


@pytest.mark.parametrize("wrong", ["mysql://host/base", "not a url"])
def test_a_wrong_url_says_what_to_write(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="PostgreSQL"):
        build(tmp_path, postgres_url=wrong)
