"""YAML from hands we don't know: plain data only, no aliases, no key given twice, bounded in size and depth.

``yaml.safe_load`` refuses tags that build objects, but it expands aliases (ten lines become gigabytes) and keeps the
last of two equal keys without a word. Both are refused here.
"""

from __future__ import annotations

from typing import Any

import yaml

from recense.errors import UserError

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 20


class _Loader(yaml.SafeLoader):
    """SafeLoader without aliases, with a limit on depth, and strict on keys."""

    depth = 0

    def _here(self) -> Any:
        """Returns the place in the document."""
        return self.peek_event().start_mark  # type: ignore[no-untyped-call]

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not allowed, write the value out",
                problem_mark=self._here(),
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=self._here())
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key_node.start_mark)
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"key '{key_node.value}' is given twice", problem_mark=key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


def load(text: str, where: str, error: type[UserError]) -> Any:
    """Returns the plain data of a YAML document.

    Args:
        text: the document.
        where: what to call it in messages, usually the file's name.
        error: the class to raise when it is not acceptable.

    Raises:
        UserError: of the given class; the message names ``where``, line and column, and quotes no content.
    """
    if len(text) > MAX_CHARACTERS:
        raise error(f"{where}: larger than {MAX_CHARACTERS} characters; split the file")
    try:
        # A subclass of SafeLoader: it builds nothing but dicts, lists, strings, numbers, dates and booleans.
        return yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise error(f"{where}: {problem.problem or 'not YAML'}{place}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise error(f"{where}: not YAML ({type(problem).__name__})") from None
