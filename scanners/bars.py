"""Every threshold of the verdict, in one place, each with its reason."""

from __future__ import annotations

PROVED_DIGITS = 9.0
"""A check digit proves a column when random data would pass as often in fewer than one of 10^9 columns."""
INDICATED_DIGITS = 3.9
"""… and indicates it below one of 8,000: two social security numbers (0.0105 each), or one IBAN (0.0001)."""
CHECK_DIGITS = 1.5
"""… and is worth a look below one of 30."""
PROSE_DIGITS = 2.0
"""What a telling shape inside a sentence adds: hardly any text holds 15 digits that begin like a NIR by accident."""

GENUINE = 0.5
"""Of what has the shape, so much must be more than chance: serial numbers pass a Luhn key one time in ten."""
RARE_CHANCE = 0.001
"""A check that random data passes less often needs no ``GENUINE`` share: one IBAN among broken ones is one."""
MISSTATED = 3.0
"""A rate of chance is measured on strings of one shape: one up to so many times higher is none in a million cells."""
CHECKED = 0.2
"""A check that random data passes more often is none."""
SHARED_CHECK = 0.02
"""A check that random data passes more often is one digit (Luhn, modulo 11) that other numbering systems have too:
where the range fits, all of theirs pass, so that a few cells of a column of numbers say little."""
TELLING_SHAPE = 0.5
"""A detector's shape from this score on says something without a check or a name."""
MARKED_SHAPE = 0.9
"""A secret's shape from this score on has a beginning that its issuer chose to be recognised by (``ghp_``, ``$2b$``):
no accident makes it among codes."""

COLUMN = 0.5
"""From this share of its cells a column is taken to be of a kind."""
MOST = 0.8
"""From this share on nearly every cell is; the rest are blanks, typing errors and foreign formats."""
SOME = 0.3
"""A mixed column: phone or e-mail, person or company."""
FEW = 0.02
"""A smaller share of the sampled texts that mention persons is what a name detector says of any text."""
NONE = 0.05
"""A name that fewer cells than this bear out stands alone."""

DISTINCT = 5
"""A column of names has several; one value repeated says nothing (OpenMetadata#33721: "Safari" is a person)."""
CODE_LENGTH = 5
"""Characters of the longest cell of a column of codes; the lexicons read longer terms in small letters too."""

CLOSED_SET = 12
"""Codes of a closed list (civility, sex, consent, yes or no) have at most so many values;
months, which are first names too, are twelve."""
TEXTS = 0.1
"""A column with so many sentences is free text; one with fewer holds titles and labels."""
CODE_SHARE = 0.6
"""ICD-10 codes look like rooms and bolts: so many cells must be codes, and the name must say so (law.md §4)."""
BIRTHS = (1900, 2020)
"""First and last decade of birth dates."""
BIRTH_SPREAD = 4
"""Birth dates spread over decades; the dates of orders and log-ins do not."""
SAMPLE_CONFIDENCE = 0.05
"""One minus the confidence of a bound on what a sample did not show (``bounds``)."""
LANGUAGE_RECALL = 0.85
"""Share of the names, places and addresses that the language detectors are assumed to find in the values they read."""
