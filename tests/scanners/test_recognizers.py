"""Presidio runs the detectors' expressions with another library than ours; both must read them alike."""

import time

import pytest
import regex

from recense.scanners.detector import detectors
from recense.scanners.recognizers import recognizers


def test_presidio_reads_with_the_flags_that_the_detectors_mean() -> None:
    for recognizer in recognizers(["fr"]):
        flags = regex.RegexFlag(recognizer.global_regex_flags)
        exact = not detectors()[recognizer.name].flags & 2
        assert flags == regex.ASCII | regex.VERSION0 | (0 if exact else regex.IGNORECASE)


@pytest.mark.timeout(60)
def test_sharp_s_takes_no_exponential_time() -> None:
    (email,) = recognizers(["fr"], only=["email"])
    begun = time.process_time()
    (found,) = email.analyze("ß" * 40 + " jean@example.fr", ["EMAIL_ADDRESS"])
    assert (found.start, found.end) == (41, 56) and time.process_time() - begun < 5
