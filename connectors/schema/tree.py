"""JSON and YAML as one kind of tree that knows where every key stands; bounded in size, depth and expansion.

JSON is read by a scanner of our own: Python's gives no places. YAML goes through libyaml's events and nodes; no value
is ever constructed, tags of programs are refused, and an alias is followed, not copied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from recense.connectors.schema.files import SourceFile, Unreadable
from recense.schema import Place

MOST_DEPTH = 100
MOST_NODES = 1_000_000
YAML_CHARACTERS = 8 << 20


@dataclass(slots=True)
class Node:
    """A value: a mapping, a list or a scalar.

    Attributes:
        kind: ``map``, ``list``, or ``scalar``. value: of a scalar, as text (or None). keys: place of every key's name.
    """

    kind: str
    place: Place
    value: str | None = None
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)

    def get(self, *path: str) -> Node | None:
        """Returns what stands under a path of keys, None when nothing does."""
        node: Node | None = self
        for key in path:
            node = node.entries.get(key) if node is not None else None
        return node

    def text(self, *path: str) -> str | None:
        """Returns the scalar under a path of keys."""
        node = self.get(*path)
        return node.value if node is not None and node.kind == "scalar" else None

    def each(self, key: str) -> Iterator[Node]:
        """Yields the items of the list under a key."""
        node = self.entries.get(key)
        yield from node.items if node is not None else ()


def read_tree(file: SourceFile) -> Node:
    """Returns the tree of a JSON or YAML file.

    Raises:
        Unreadable: it is broken, or breaks a bound.
    """
    return read_yaml(file) if file.suffix in {".yml", ".yaml"} else read_json(file)


_JSON = re.compile(
    r'[ \t\r\n]*+(?:(?P<string>"(?:[^"\\\n]|\\.)*+")|(?P<mark>[{}\[\],:])|(?P<word>[-+\w.]++)|(?P<other>\S))'
)


def read_json(file: SourceFile, end: int | None = None) -> Node:
    """Returns the tree of a JSON text.

    With ``end`` only so many characters are read, and what is cut off is left away (the first records of a large file).
    """
    text = file.text
    root = Node("list", Place(file.name))
    stack: list[Node] = [root]
    key: list[tuple[str, Place] | None] = [None]
    position, count = 0, 0
    expects_key = False
    while match := _JSON.match(text, position, len(text) if end is None else end):
        position = match.end()
        kind, word = match.lastgroup, match[match.lastgroup or 0]
        begin = position - len(word)
        if kind == "other":
            if end is not None:
                break
            raise Unreadable("is not valid JSON here", file.line(begin))
        top = stack[-1]
        if kind == "mark" and word in ",:":
            expects_key = word == "," and top.kind == "map"
            continue
        if kind == "mark" and word in "}]":
            if len(stack) == 1 or (word == "}") != (top.kind == "map"):
                raise Unreadable("is not valid JSON here", file.line(begin))
            stack.pop()
            key.pop()
            expects_key = False
            continue
        count += 1
        if count > MOST_NODES or len(stack) > MOST_DEPTH:
            reason = f"nested deeper than {MOST_DEPTH} levels" if len(stack) > MOST_DEPTH else "holds too many values"
            raise Unreadable(reason, file.line(begin))
        if kind == "string" and expects_key:
            key[-1] = (_unescaped(word), file.place(begin + 1, position - 1))
            expects_key = False
            continue
        quote = 1 if kind == "string" else 0
        node = Node("scalar", file.place(begin + quote, position - quote))
        if kind == "mark":
            node.kind = "map" if word == "{" else "list"
        else:
            node.value = _unescaped(word) if kind == "string" else word
        _attach(top, key[-1], node)
        if kind == "mark":
            stack.append(node)
            key.append(None)
            expects_key = node.kind == "map"
    if end is None and len(stack) > 1:
        raise Unreadable("is not valid JSON: it ends too early", file.line(len(text)))
    return root.items[0] if len(root.items) == 1 else root


def _attach(parent: Node, key: tuple[str, Place] | None, node: Node) -> None:
    if parent.kind == "map":
        if key is not None:
            parent.entries.setdefault(key[0], node)
            parent.keys.setdefault(key[0], key[1])
    else:
        parent.items.append(node)


def _unescaped(word: str) -> str:
    if "\\" not in word:
        return word[1:-1]
    try:
        return str(json.loads(word))
    except ValueError:
        return word[1:-1]


_PLAIN_TAGS = "tag:yaml.org,2002:"


def read_yaml(file: SourceFile) -> Node:
    """Returns the tree of the first document of a YAML text."""
    import yaml

    text = file.text
    if len(text) > YAML_CHARACTERS:
        raise Unreadable(f"larger than {YAML_CHARACTERS >> 20} MB")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_events(yaml, loader, text)
        composed = next(iter(yaml.compose_all(text, Loader=loader)), None)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable("is not valid YAML here", mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable("is not valid YAML") from None
    return _from_yaml(file, composed) if composed is not None else Node("scalar", Place(file.name))


def _check_events(yaml: Any, loader: Any, text: str) -> None:
    """Refuses tags of programs, deep nesting and too many nodes before a tree is built."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        line = event.start_mark.line + 1
        tag = getattr(event, "tag", None)
        if tag is not None and tag.startswith(_PLAIN_TAGS + "python"):
            raise Unreadable("a YAML tag that would run code (!!python/…)", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH or count > MOST_NODES:
            raise Unreadable(
                f"nested deeper than {MOST_DEPTH} levels" if depth > MOST_DEPTH else "holds too many values", line
            )


def _from_yaml(file: SourceFile, composed: Any) -> Node:
    """Returns our tree of PyYAML's nodes: one of ours for one of theirs, so aliases cost nothing."""
    made: dict[int, Node] = {}

    def convert(node: Any, depth: int = 0) -> Node:
        if id(node) in made:
            return made[id(node)]
        mark = node.start_mark
        place = Place(file.name, mark.line + 1, mark.column + 1, mark.column + 1)
        ours = made[id(node)] = Node("scalar", place)
        if node.id == "mapping":
            ours.kind = "map"
            for key, value in node.value:
                if key.id != "scalar":
                    continue
                inner = convert(value, depth + 1)
                if key.value == "<<" and not key.style:
                    for merged in [inner, *inner.items]:
                        for name, entry in merged.entries.items():
                            ours.entries.setdefault(name, entry)
                            ours.keys.setdefault(name, merged.keys[name])
                    continue
                ours.entries[key.value] = inner
                ours.keys[key.value] = _scalar_place(file, key)
        elif node.id == "sequence":
            ours.kind = "list"
            ours.items = [convert(item, depth + 1) for item in node.value]
        else:
            ours.value = node.value
            ours.place = _scalar_place(file, node)
        return ours

    return convert(composed)


def _scalar_place(file: SourceFile, node: Any) -> Place:
    """Returns the place of a scalar's content, without its quotes."""
    mark, quoted = node.start_mark, 1 if node.style in ("'", '"') else 0
    line = mark.line + 1
    column = mark.column + 1 + quoted
    length = len(node.value) if node.end_mark.line == mark.line else 0
    return Place(file.name, line, column, column + length)
