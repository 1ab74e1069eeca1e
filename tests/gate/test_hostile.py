"""Hostile repositories: bounded work or a clear error, never a traceback, and nothing of theirs is run."""

import json
import os
from pathlib import Path

import pytest

from recense.cli import main
from recense.gate.formats import FORMATS


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err and "internal error" not in captured.err
    return code, captured.out, captured.err


def test_python_is_never_imported(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "import pathlib\npathlib.Path('owned').touch()\nfrom django.db import models\n"
    code += "class Client(models.Model):\n    religion = models.CharField(max_length=9)\n"
    (repository / "models.py").write_text(code)
    run(capsys)
    assert not (repository / "owned").exists()


def test_links_in_a_circle_end(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "db/loop").symlink_to(repository / "db")
    (repository / "db/self.sql").symlink_to("self.sql")
    os.mkfifo(repository / "db/pipe.sql")
    code, out, _ = run(capsys, "--format", "table")
    assert code == 1 and out.count("clients.email") == 1


@pytest.mark.parametrize("name", FORMATS)
def test_names_with_control_characters_and_html_are_escaped(
    repository: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = 'cl\x1b]0;x\x07<img src=x onerror=alert(1)>\u202e::error::|`"'
    column = "email\x1b[2J<script>@all"
    quoted = table.replace('"', '""')
    (repository / "db/evil<b>\x1b[2J.sql").write_text(
        f'CREATE TABLE "{quoted}" (id int, "{column}" text, religion text);\n'
    )
    code, out, err = run(capsys, "--format", name)
    assert code in (1, 3)
    assert not set("\x1b\x07\u202e") & set(out + err)
    if name == "markdown":
        assert "<img" not in out and "<script" not in out


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\napprovals: !!python/object/apply:os.system [touch owned]\n",
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{c}: &{c} [{','.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefg", "bcdefgh", strict=True)),
        "version: 1\napprovals: " + "[" * 5_000,
        "\x00\x01",
        "version: 1\napprovals:\n- " + "? " * 2_000,
    ],
)  # fmt: skip
def test_a_hostile_approvals_file_is_a_clear_error(
    repository: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "recense-approvals.yaml").write_text(text)
    code, out, err = run(capsys)
    assert (code, out) == (2, "") and "recense-approvals.yaml" in err
    assert not (repository / "owned").exists()


def test_a_file_of_no_schema_is_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "photo.png").write_bytes(b"\x89PNG\r\n")
    code, _, err = run(capsys, "photo.png")
    assert code == 2 and "declares no fields" in err
    code, out, _ = run(capsys, "--format", "json", "--quiet", ".git/hooks")
    assert code == 0 and json.loads(out)["summary"]["fields"] == 0


def test_a_revision_with_a_name_like_an_option_is_no_option(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, _ = run(capsys, "--base", "--output=owned")
    assert code == 2 and not (repository / "owned").exists()
