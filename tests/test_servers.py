"""The servers that tests run on: skipped where they are not installed, never in CI."""

from __future__ import annotations

import pytest
import servers

ABSENT = {"package": "absent-server", "folders": "/nowhere"}


def test_without_the_binaries_a_test_skips_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="sudo apt-get install absent-server"):
        servers._binaries("no-such-binary", **ABSENT)


def test_in_ci_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="sudo apt-get install absent-server"):
        servers._binaries("no-such-binary", **ABSENT)
