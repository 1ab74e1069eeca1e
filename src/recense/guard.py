"""Reads YAML that may be hostile: bounded in size, depth and expansion, no tags, no key twice, with line numbers.

A YAML error's own text quotes the line it stumbled on, which may hold a password; messages here never do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from recense.errors import ConfigError

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 20_000

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: ten times as fast, the same safe subset."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a document may be: its bytes, and its nodes with aliases written out."""

    bytes: int = MAX_BYTES
    nodes: int = MAX_NODES


DEFAULT = Bounds()
Location = tuple[str | int, ...]


class Document:
    """A YAML document as plain data that still knows the line of every key.

    Attributes:
        data: dicts, lists and scalars.
        name: the file's name, for messages.
    """

    def __init__(self, name: str, data: Any, lines: dict[Location, int]) -> None:
        self.name = name
        self.data = data
        self._lines = lines

    def where(self, location: Location) -> str:
        """Returns ``file:line`` of a key, or of the nearest key around it."""
        while location and location not in self._lines:
            location = location[:-1]
        return f"{self.name}:{self._lines[location]}" if location in self._lines else self.name

    def line(self, location: Location) -> int:
        """Returns the line of a key or item, 0 when it is not in the document."""
        return self._lines.get(location, 0)


def read(path: Path, bounds: Bounds = DEFAULT, refuse: Callable[[str, str], None] | None = None) -> Document:
    """Returns the document in a file.

    Args:
        path: the file.
        bounds: how large it may be.
        refuse: gets text and name before the text is parsed, and raises what is to be said of it.

    Raises:
        ConfigError: it cannot be read, is no YAML, or breaks a bound.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(bounds.bytes + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or type(error).__name__}") from None
    if len(raw) > bounds.bytes:
        raise ConfigError(f"{path} is larger than {bounds.bytes >> 20} MB: that is no configuration")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8 text") from None
    if refuse is not None:
        refuse(text, str(path))
    return parse(text, str(path), bounds)


def parse(text: str, name: str, bounds: Bounds = DEFAULT) -> Document:
    """Returns the document in a text; see ``read``."""
    try:
        _check_events(text, name)
        loader = _FAST(text)
        try:
            node = loader.get_single_node()
            lines: dict[Location, int] = {}
            if node is not None:
                _walk(node, (), lines, name, [bounds.nodes])
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise ConfigError(f"{name}{line}: {_problem(error)}") from None
    except yaml.YAMLError:
        raise ConfigError(f"{name}: holds a character that YAML does not allow") from None
    except (ValueError, OverflowError, TypeError):
        raise ConfigError(f"{name}: holds a date or number that does not exist") from None
    return Document(name, data, lines)


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Returns what is wrong, without the library's quotation of the file."""
    if isinstance(error, yaml.constructor.ConstructorError):
        return "a value of this kind is not allowed here"
    if isinstance(error, yaml.composer.ComposerError):
        return "expected one document, with every alias defined before it is used"
    return "is not valid YAML here (check indentation, colons and quotes)"


def _check_events(text: str, name: str) -> None:
    """Refuses tags and deep nesting before anything recurses over the document."""
    depth = 0
    for event in yaml.parse(text, Loader=_FAST):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if getattr(event, "tag", None) is not None:
            raise ConfigError(f"{name}:{line}: YAML tags (!…) are not allowed; write plain values")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ConfigError(f"{name}:{line}: nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _walk(node: yaml.Node, at: Location, lines: dict[Location, int], name: str, count: list[int]) -> None:
    """Notes the line of every key as if aliases were written out, and stops when that is too much."""
    line = node.start_mark.line + 1 if node.start_mark else 1
    count[0] -= 1
    if count[0] < 0 or len(at) > MAX_DEPTH:
        raise ConfigError(f"{name}:{line}: aliases make the document too large; write it out")
    lines.setdefault(at, line)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            word = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if word in seen:
                raise ConfigError(f"{name}:{key.start_mark.line + 1}: the key '{word}' stands here twice")
            seen.add(word)
            lines[(*at, word)] = key.start_mark.line + 1
            _walk(value, (*at, word), lines, name, count)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*at, index), lines, name, count)
