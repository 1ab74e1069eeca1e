"""Where words go when the streams and files of a process are not the usual ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from processes import environment

from recense.cli import console, main
from recense.errors import UserError

ENVIRONMENT = environment()


def shell(command: str) -> "subprocess.CompletedProcess[str]":
    line = command.replace("recense", f"{sys.executable} -m recense")
    return subprocess.run(["bash", "-c", line], env=ENVIRONMENT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("redirection", [">&-", "> /dev/full"])
def test_a_result_that_cannot_be_written_is_one_sentence(redirection: str) -> None:
    done = shell(f"recense config schema {redirection}")
    assert done.returncode == 2 and done.stderr.startswith("recense: cannot write to stdout: ")
    assert len(done.stderr.splitlines()) == 1


def test_messages_without_stderr_do_not_land_among_the_data() -> None:
    done = shell("recense report 2>&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert shell("recense config schema 2>&-").returncode == 0


@pytest.mark.parametrize("name", [".", "", "folder", "folder/"])
def test_a_report_does_not_replace_a_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    with pytest.raises(UserError, match=r"cannot write .*: Is a directory"):
        console.save("text", Path(name))
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_a_report_goes_through_links_and_pipes_and_leaves_them_there(tmp_path: Path) -> None:
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to("report")
    console.save("text", link)
    assert link.is_symlink() and (tmp_path / "report").read_text() == "text"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    console.save("text", pipe)
    assert reader.communicate(timeout=30)[0] == b"text" and pipe.is_fifo()


def test_a_report_keeps_the_rights_of_the_file_that_it_replaces(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.touch(0o640)
    report.chmod(0o640)
    console.save("text", report)
    assert report.read_text() == "text" and report.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("place", [".", "no/folder/x.html"])
def test_a_scan_does_not_read_for_a_report_that_has_no_place(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("mail\na@example.org\n")
    assert main(["scan", "a.csv", "--no-language", "-o", place]) == 2
    assert capsys.readouterr().err.startswith(f"recense: cannot write {place}: ")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_scan_does_not_read_for_a_format_that_recense_yaml_misspells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("mail\na@example.org\n")
    Path("recense.yaml").write_text("version: 1\nreport: {format: tabel}\n")
    assert main(["scan", "a.csv", "--no-language"]) == 2
    assert "did you mean 'table'?" in capsys.readouterr().err and not Path("recense.db").exists()


def test_a_schedule_takes_globs_as_a_scan_does() -> None:
    from recense.cli.schedule import _parameters
    from recense.config import Config

    assert _parameters(Config(), ["exports/*.csv"], None)["sources"] == [str(Path("exports/*.csv").absolute())]
