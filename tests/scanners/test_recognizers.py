"""The recognizers work inside Presidio's own engine, in both languages, without asking the network."""

from __future__ import annotations

import socket

import pytest

from recense.scanners.detector import detectors
from recense.scanners.matching import matches
from recense.scanners.recognizers import recognizers


def test_there_is_one_recognizer_per_detector_and_language() -> None:
    built = recognizers(("fr", "en"))
    assert len(built) == 2 * len(detectors())
    assert {r.supported_entities[0] for r in built} == {d.entity for d in detectors().values()}


def test_presidios_engine_runs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a recognizer asked the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    registry = RecognizerRegistry(recognizers=recognizers(("fr",)), supported_languages=["fr"])
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": "fr", "model_name": "none"}]),
        supported_languages=["fr"],
    )
    text = (
        "Mme Martin, née le 12/05/1985, tél. 06 12 34 56 78, jeanne@example.com, IBAN FR76 3000 6000 0112 3456 7890 189"
    )
    found = {(r.entity_type, text[r.start : r.end]) for r in engine.analyze(text, language="fr")}
    assert found >= {
        ("BIRTH_DATE", "12/05/1985"),
        ("PHONE_NUMBER", "06 12 34 56 78"),
        ("EMAIL_ADDRESS", "jeanne@example.com"),
        ("IBAN_CODE", "FR76 3000 6000 0112 3456 7890 189"),
    }


def test_a_recognizer_scores_as_the_detector_does() -> None:
    for recognizer in recognizers(("en",)):
        detector = detectors()[recognizer.name]
        for text in detector.match:
            expected = {(m.start, m.end): m.score for m in matches(detector, text)}
            for result in recognizer.analyze(text, recognizer.supported_entities):
                assert result.score == pytest.approx(expected[result.start, result.end], abs=0.002)
