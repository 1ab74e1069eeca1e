"""A detector file that breaks a rule is refused with the place and the remedy."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from recense.errors import DetectorError
from recense.scanners import detector as module
from recense.scanners.detector import detectors, load

GOOD = """
detectors:
  - id: badge
    entity: EMPLOYEE_ID
    about: Badge number
    source: our own rule
    patterns:
      - {regex: 'BG\\d{6}', score: 0.6}
    cue: optional
    context: [badge]
    examples: {match: ['BG123456'], reject: ['BG12345']}
"""


def change(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_file_loads() -> None:
    (badge,) = load(GOOD, "site.yaml")
    assert (badge.id, badge.category, badge.file) == ("badge", "professional_life", "site.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (change("about:", "abuot:"), ["badge", "unknown key 'abuot'", "did you mean 'about'"]),
        (change("EMPLOYEE_ID", "EMPLOYE_ID"), ["badge", "'entity'", "did you mean 'EMPLOYEE_ID'"]),
        (change("    source: our own rule\n", ""), ["badge", "key 'source' is missing"]),
        (change("\\d{6}", "\\d{6"), ["badge", "examples.match"]),
        (change("BG\\d{6}", "BG(\\d{6}"), ["badge", "'patterns'", "no regular expression"]),
        (change("BG\\d{6}", "BG\\s\\d{6}"), ["badge", "white space"]),
        (change("BG\\d{6}", "(?=BG)BG\\d{6}"), ["badge", "RE2", "triage"]),
        (change("BG\\d{6}", "(?:BG\\d{6})?"), ["badge", "empty"]),
        (change("BG\\d{6}", "é\\d{6}"), ["badge", "[éÉ]"]),
        (change("score: 0.6", "score: 6"), ["badge", "'score'", "0 to 1"]),
        (change("score: 0.6", "scores: 0.6"), ["badge", "'regex', 'score'"]),
        (change("id: badge", "id: Badge_1"), ["'id'", "fr-nir"]),
        (change("cue: optional", "cue: maybe"), ["badge", "'cue'", "optional", "required"]),
        (change("    context: [badge]\n", ""), ["badge", "context"]),
        (change("cue: optional", "against: true"), ["badge", "'against'", "professional_life"]),
        (change("cue: optional", "against: 'no'"), ["badge", "'against'", "true or false"]),
        (change("cue: optional", "check: {kind: luhm}\n    chance: 0.1"), ["badge", "'check'", "did you mean 'luhn'"]),
        (change("cue: optional", "check: {kind: stdnum.no.thing}\n    chance: 0.1"), ["badge", "'check'"]),
        (change("cue: optional", "check: {kind: luhn}"), ["badge", "'chance'"]),
        (change("cue: optional", "triage: 'XX\\d'"), ["badge", "'triage'", "wider"]),
        (change("cue: optional", "triage: '(?=X)'"), ["badge", "'triage'", "RE2"]),
        (change("match: ['BG123456']", "match: ['BG12']"), ["badge", "examples.match, entry 1"]),
        (change("reject: ['BG12345']", "reject: ['BG123456']"), ["badge", "examples.reject, entry 1"]),
        (change("match: ['BG123456']", "match: []"), ["badge", "examples.match", "empty"]),
        (change("match: ['BG123456']", "match: [123456]"), ["badge", "list of texts"]),
        (change("    about:", "    id: other\n    about:"), ["given twice", "'id'"]),
        ("detectors: {}", ["'detectors'"]),
        ("- a", ["'detectors'"]),
        ("detectors: [1]", ["entry 1"]),
        ("a: &a [1]\nb: *a", ["aliases"]),
        ("detectors: !!python/object/apply:os.system ['true']", ["line 1"]),
        ("detectors: [" + "[" * 60 + "]" * 60 + "]", ["nested"]),
        ("detectors: [\x00]", ["not YAML"]),
        ("detectors: [", ["line"]),
        ("detectors: []\n#" + "x" * 2_100_000, ["larger than"]),
        ("? [a]\n: b", ["key"]),
    ],
)
def test_a_broken_file_is_refused_with_the_place(text: str, says: list[str]) -> None:
    with pytest.raises(DetectorError) as refusal:
        load(text, "site.yaml")
    for words in ["site.yaml", *says]:
        assert words in str(refusal.value)


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Installs a package with a detector file as a third party would, and forgets it afterwards."""

    def install(text: str) -> None:
        package = tmp_path / "acme_detectors"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "badge.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        point = SimpleNamespace(name="acme", value="acme_detectors")
        monkeypatch.setattr(module, "entry_points", lambda group: [point] if group == "recense.detectors" else [])
        detectors.cache_clear()

    yield install
    sys.modules.pop("acme_detectors", None)
    detectors.cache_clear()


def test_a_third_party_adds_detectors_with_one_file(plug_in: Callable[[str], None]) -> None:
    plug_in(GOOD)
    assert detectors()["badge"].file == "acme_detectors/badge.yaml"
    assert "fr-nir" in detectors()


def test_two_detectors_of_one_id_are_refused(plug_in: Callable[[str], None]) -> None:
    plug_in(GOOD.replace("id: badge", "id: fr-nir"))
    with pytest.raises(DetectorError, match=r"already defined in fr-people\.yaml"):
        detectors()


def test_a_plug_in_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = SimpleNamespace(name="ghost", value="no_such_package")
    monkeypatch.setattr(module, "entry_points", lambda group: [point])
    detectors.cache_clear()
    try:
        with pytest.raises(DetectorError, match="plug-in 'ghost'"):
            detectors()
    finally:
        detectors.cache_clear()
