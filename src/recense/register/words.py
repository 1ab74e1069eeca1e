"""The sentences and labels of the register in French and English (``words.yaml``), French first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from recense.plural import agreed

_FILE = Path(__file__).parent / "words.yaml"


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded


class Words:
    """The words of one language.

    >>> Words("fr")("gaps.purposes"), Words("en")("gaps.safeguard", country="US")
    ('aucune finalité', 'transfer to US without a safeguard')
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **names: object) -> str:
        """Returns a sentence, ``group.word``, with names filled in."""
        group, word = key.split(".", 1)
        text: str = _data()[group][word][self.language]
        return agreed(text, names, self.language) if names else text

    def group(self, name: str) -> dict[str, str]:
        """Returns a group's words in their order."""
        return {key: label[self.language] for key, label in _data()[name].items()}


def row_of(category: str, entities: tuple[str, ...] = ()) -> tuple[str, str]:
    """Returns the block (``data_rows``, ``sensitive_rows``) and row of the CNIL's model that take a category.

    >>> row_of("contact"), row_of("special.health"), row_of("government_id", ("FR_NIR",))
    (('data_rows', 'civil'), ('sensitive_rows', 'special.health'), ('sensitive_rows', 'nir'))
    """
    if category in _data()["sensitive_rows"]:
        return "sensitive_rows", category
    if category == "government_id" and set(entities) & set(_data()["nir_entities"]):
        return "sensitive_rows", "nir"
    return "data_rows", _data()["row_of"].get(category, "other")
