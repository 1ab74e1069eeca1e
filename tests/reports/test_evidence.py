"""Evidence in the reader's language: every sentence that scanners write is said in French, with the same numbers."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from demos import Demo
from hypothesis import given
from hypothesis import strategies as st

from recense.connectors.sql import failures
from recense.policy import taxonomy
from recense.reports.evidence import catalogue, said
from recense.reports.texts import NBSP
from recense.scanners import labels

ROOT = Path(__file__).parents[2]
HEADERS = ROOT / "scanners" / "headers"


def numbers(text: str) -> list[str]:
    return sorted(re.sub(rf"[,.{NBSP}]", "", number) for number in re.findall(rf"\d[\d,.{NBSP}]*", text))


def test_every_sentence_of_the_demo_is_said_in_french(demo: Demo) -> None:
    found = {witness.says for finding in demo.run().findings for witness in finding.evidence}
    assert len(found) > 100
    assert sorted(text for text in found if said(text, "fr").language != "fr") == []
    assert all(numbers(said(text, "fr").text) == numbers(text) for text in found)


@pytest.mark.parametrize("group", ["sentences", "settings", "reasons"])
def test_both_sides_of_a_pattern_have_the_same_holes(group: str) -> None:
    for entry in catalogue()[group]:
        holes = [sorted(re.findall(r"\{\w+\}", entry[language])) for language in ("en", "fr")]
        assert holes[0] == holes[1], entry


def test_whatever_a_rule_of_column_names_says_is_known() -> None:
    read = [yaml.safe_load(file.read_text("utf-8")) for file in HEADERS.glob("*.yaml")]
    rules = {entry["says"] for data in read for entry in data.get("rules", ()) if "says" in entry}
    rules |= {entity.label["en"].lower() for entity in taxonomy().entities.values()}
    assert len(rules) > 100
    assert [one for one in sorted(rules) if said(f"the name says {one}", "fr").language != "fr"] == []


def reasons() -> Iterator[str]:
    """Yields every sentence of the code that says why something was not read, with 7 for what the code puts in."""
    calls = {"SourceError": 1, "RetriableError": 1, "Unreadable": 3}
    readers = [file for file in ROOT.glob("connectors/**/*.py") if "schema" not in file.parts]
    for file in (*readers, *ROOT.glob("pipelines/*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and (place := calls.get(ast.unparse(call.func))) is not None:
                written = call.args[place] if len(call.args) > place else None
                if isinstance(written, ast.JoinedStr):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in written.values)
                elif isinstance(written, ast.Constant):
                    yield str(written.value)
    sentences = (one for one in vars(failures).values() if isinstance(one, tuple) and isinstance(one[-1], str))
    tables = (failures.SQLSTATES, failures.ERRNOS, failures.SQLITE_CODES)
    for _, _, reason in (*sentences, *(one for table in tables for one in table.values())):
        yield str(reason)
        yield f"{reason} (SQLSTATE 57014)"


def test_why_something_was_not_read_is_said_in_french() -> None:
    found = set(reasons())
    assert len(found) > 100
    assert sorted(reason for reason in found if said(reason, "fr").language != "fr") == []
    assert said("a.gz: the packed bytes are damaged (and 6 more)", "fr").text.endswith("sont abîmés (et 6 de plus)")
    told = said("fiches.xlsx: it is not a SQLite database, or an encrypted one (SQLITE_NOTADB) (and 4 more)", "fr").text
    assert told == "fiches.xlsx : ce n'est pas une base SQLite, ou elle est chiffrée (SQLITE_NOTADB) (et 4 de plus)"


def test_every_label_of_the_language_layer_is_known() -> None:
    known = [label.replace("_", " ") for label in labels.LABELS]
    assert [one for one in known if one not in catalogue()["glossary"]] == []


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1,600 of 2,500 cells match (random data: 0.0012); 1,598 hold nothing else",
         f"1{NBSP}600 cellules sur 2{NBSP}500 correspondent (données aléatoires : 0,0012) ; "
         f"1{NBSP}598 ne contiennent rien d'autre"),
        ("the comment: the name says phone number in a table about persons ('client')",
         "le commentaire : le nom annonce « téléphone », dans une table qui concerne des personnes (« client »)"),
        ("indexed on 2026-11-02; a later scan read less: not all of it was read",
         "indexé le 2026-11-02 ; une analyse plus récente a lu moins : tout n'a pas été lu"),
    ],
)  # fmt: skip
def test_a_sentence_keeps_its_numbers_and_names(stored: str, shown: str) -> None:
    assert (said(stored, "fr").text, said(stored, "fr").language) == (shown, "fr")
    assert said(stored, "en").text == stored


@pytest.mark.parametrize("text", ["a plug-in's own sentence", "the name says something nobody knows", "", "x" * 5_000])
def test_what_no_pattern_knows_stays_as_it_is_and_is_told(text: str) -> None:
    assert (said(text, "fr").text, said(text, "fr").language) == (text, "en")


@given(st.text(min_size=1, max_size=40))
def test_names_of_others_stay_as_they_are(word: str) -> None:
    found = said(f"beside '{word}' the word means something else", "fr")
    assert found.language == "en" or word in found.text
