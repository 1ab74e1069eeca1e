"""Two persons of one sex as a couple, as titles and nouns say: *Mme Girard et sa compagne*.

It lets infer a person's orientation (CJEU C-184/20), though no word of the lexicons stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_TEXT = 10_000
"""Characters of a text that are read at most."""
_MAN, _WOMAN = r"(?:M\.|MM\.|Mr\.?|Monsieur)", r"(?:Mmes?|Mlle|Mrs\.?|Ms\.?|Miss|Madame|Mademoiselle)"
_UNTIL_WOMAN = (
    r"(?:(?!\b(?:Mme|Mlle|Mrs|Ms|Miss|Madame|elle|she|sœur|fille|mère|client[e]|sister|daughter)\b)[^.;:!?\n]){0,60}?\b"
)
_UNTIL_MAN = r"(?:(?!\b(?:M|Mr|MM|Monsieur|il|he|frère|fils|père|client|brother|son|father)\b)[^.;:!?\n]){0,60}?\b"
"""What may stand between somebody and the partner: nobody else whose partner it could be."""
_NAME = r"\s+(?:[A-ZÀ-Þ][\w'’-]*\s*){1,3}"
_HIS, _HER = (
    r"(?:mari|époux|compagnon|copain|petit ami|amoureux)",
    r"(?:femme|épouse|compagne|copine|petite amie|amoureuse)",
)
_WITH = r"(?:et|avec|and|with|de|à)\s+"
_COUPLE = re.compile(
    rf"\b{_MAN}{_NAME}{_UNTIL_WOMAN}{_WITH}(?:son|his)\s+(?:futur\s+|ex-?\s?)?(?:{_HIS}|husband|boyfriend|fiancé)\b"
    rf"|\b{_WOMAN}{_NAME}{_UNTIL_MAN}{_WITH}(?:sa|her)\s+(?:future\s+|ex-?\s?)?(?:{_HER}|wife|girlfriend|fiancée)\b"
    rf"|\b{_MAN}\s+(?:[A-ZÀ-Þ][\w-]*\s+){{0,2}}[A-ZÀ-Þ][\w-]*['’]s?\s+(?:husband|boyfriend|male partner)\b"
    rf"|\b{_WOMAN}\s+(?:[A-ZÀ-Þ][\w-]*\s+){{0,2}}[A-ZÀ-Þ][\w-]*['’]s?\s+(?:wife|girlfriend|female partner)\b"
    rf"|\b{_HIS}\s+de\s+{_MAN}{_NAME}|\b{_HER}\s+de\s+{_WOMAN}{_NAME}"
)


def couples(text: str) -> Iterator[tuple[int, int]]:
    """Yields where a text tells of two persons of one sex as a couple: first character, last character + 1."""
    for match in _COUPLE.finditer(text[:LONGEST_TEXT]):
        yield match.span()
