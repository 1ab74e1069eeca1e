"""The one registry: a Presidio recognizer for every detector.

Each is a ``PatternRecognizer`` that Presidio runs with its own machinery; ours is only what the YAML adds to patterns:
folding before, the check in ``validate_result``, the cue and the score after. The column path must find exactly the
cells these find (``recense.scanners.triage``), and a property test keeps it so.

Importing this module imports Presidio: do it inside the function that needs it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

# Before Presidio: its e-mail and URL recognizers would ask two hosts for a list on first use.
os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")

from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult

from recense.scanners.detector import Detector, detectors
from recense.scanners.folding import fold
from recense.scanners.matching import accept


class YamlRecognizer(PatternRecognizer):  # type: ignore[misc]  # Presidio has no types
    """A detector of ``scanners/detectors/*.yaml`` as Presidio knows recognizers.

    Attributes:
        detector: what it was built from.
    """

    def __init__(self, detector: Detector, language: str = "fr") -> None:
        self.detector = detector
        super().__init__(
            supported_entity=detector.entity,
            patterns=[
                Pattern(name=f"{detector.id} {number}", regex=regex, score=max(shape.score, 0.001))
                for number, (regex, shape) in enumerate(zip(detector.regexes, detector.shapes, strict=True), 1)
            ],
            context=list(detector.context),
            supported_language=language,
            name=detector.id,
            global_regex_flags=_flags(detector),
        )

    def validate_result(self, pattern_text: str) -> bool | None:
        """Returns False when the check refuses the match; the score of an accepted one is set in ``analyze``."""
        return None if self.detector.passes(pattern_text) else False

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[RecognizerResult]:
        """Returns the places of the detector in a text; offsets are those of the text as given."""
        folded = fold(text)
        results = []
        for result in super().analyze(folded, entities, nlp_artifacts, regex_flags):
            match = accept(self.detector, folded, result.start, result.end, result.score)
            if match is None:
                continue
            result.score = match.score
            # The cue has been weighed here, with the words of the detector: Presidio's enhancer must not add again.
            result.recognition_metadata[RecognizerResult.IS_SCORE_ENHANCED_BY_CONTEXT_KEY] = True
            results.append(result)
        return results


def _flags(detector: Detector) -> int:
    """Returns a detector's flags in the numbers of ``regex``, which Presidio uses: there 256 is not ASCII.

    VERSION0, since VERSION1 folds ß to ss and then tries both for each one, in exponential time.
    """
    import regex  # type: ignore[import-untyped]

    ignore = regex.IGNORECASE if detector.flags & re.IGNORECASE else 0
    return int(regex.ASCII | regex.VERSION0 | ignore)


def recognizers(languages: Sequence[str] = ("fr", "en"), only: Iterable[str] | None = None) -> list[EntityRecognizer]:
    """Returns the recognizers of all detectors, ready for a Presidio registry.

    Args:
        languages: a recognizer serves one language in Presidio, so each detector gives one per language.
        only: ids of the detectors wanted, all by default.
    """
    wanted = None if only is None else set(only)
    return [
        YamlRecognizer(detector, language)
        for language in languages
        for detector in detectors().values()
        if wanted is None or detector.id in wanted
    ]
