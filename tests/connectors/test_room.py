"""The room itself: light to import, and cheap to add to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from recense.connectors import redact
from recense.connectors.formats import formats
from recense.testing.connectors import read_all

HEAVY = {"pandas", "spacy", "presidio_analyzer", "prefect", "sqlalchemy", "fastavro", "python_calamine", "duckdb"}

A_FORMAT = '''
"""Fixed width: a format in one file."""
import pyarrow as pa
from recense.connectors.formats import Claim, Format, register


@register
class Fixed(Format):
    name = "fixed"

    def claim(self, blob):
        return Claim.MAGIC if blob.head.startswith(b"FIX1") else Claim.NO

    def batches(self, blob, table, part, limits):
        yield pa.record_batch({"nom": [blob.head[4:].decode()]})
'''


def test_the_room_is_light_to_import() -> None:
    code = (
        "import sys; from recense.connectors.formats import formats; formats.load()\n"
        "import recense.connectors.files\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_format_is_one_new_file(tmp_path: Path) -> None:
    """In a process of its own, whose package of formats has one folder more."""
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "fixed.py").write_text(A_FORMAT)
    (tmp_path / "data.fix").write_bytes(b"FIX1Durand")
    code = (
        "import sys, recense.connectors.formats as room; room.__path__.append(sys.argv[1])\n"
        "from recense.testing.connectors import read_all; print(read_all(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "formats"), str(tmp_path / "data.fix")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "({'data.fix': [{'nom': 'Durand'}]}, [])"


def test_every_format_is_documented() -> None:
    for name, format_ in formats.load().items():
        assert format_.name == name
        assert type(format_).__doc__


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:pw@h:5432/d", "postgresql://h:5432/d"),
        ("postgresql://ann@h/d?user=ann&password=pw&host=/run", "postgresql://h/d?host=%2Frun"),
        ("mysql://ann:p%40w@h/d#pw", "mysql://h/d"),
        ("mysql://ann:p/w@h/d", "mysql://h/d"),
        ("mysql://ann:p@w@h/d", "mysql://h/d"),
        ("https://token-pw@h/x?sig=pw", "https://h/x"),
        ("sqlite:////data/ann:pw@x.db", "sqlite:////data/ann:pw@x.db"),
    ],
)
def test_redact(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_a_path_with_a_colon_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a:b.csv").write_text("nom;age\nA;1\n")
    assert read_all(tmp_path / "a:b.csv")[0] == {"a:b.csv": [{"nom": "A", "age": "1"}]}
