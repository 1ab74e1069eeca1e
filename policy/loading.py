"""Reads a policy file: strict YAML through the guard, then its shape, then what it says against itself.

Every problem is one line with file, line, key and the valid values; no value of the file is quoted but names.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from recense import guard
from recense.errors import ConfigError
from recense.policy.coherence import problems
from recense.policy.model import SCHEMA, Policy

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
SHOWN = 8
"""Problems that one message lists."""

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path) -> Policy:
    """Returns the policy in a file.

    Raises:
        ConfigError: it cannot be read or is wrong; a line per problem gives file, line, key and the valid values.
    """
    return of_document(guard.read(path))


def parse(text: str, name: str = "policy.yaml") -> Policy:
    """Returns the policy in a text; see ``load``."""
    return of_document(guard.parse(text, name))


@cache
def example(name: str = "def-network") -> Policy:
    """Returns a policy that ships with recense: ``def-network`` or ``clinic``."""
    return load(EXAMPLES / f"{name}.yaml")


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of a policy file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':').replace('.', ':')}",
        **Policy.model_json_schema(),
    }


def of_document(document: guard.Document) -> Policy:
    """Returns the policy of a YAML document that was read; see ``load``."""
    policy = shaped(document, Policy, f"it begins with 'schema: {SCHEMA}' (see 'recense policy schema')")
    found = [f"{document.where(at)}: {sentence}" for at, sentence in problems(policy)]
    if found:
        raise ConfigError(_several(found))
    return policy


def shaped(document: guard.Document, model: type[Model], hint: str) -> Model:
    """Returns a document as a model.

    Args:
        document: what was read.
        model: its shape.
        hint: what to write when the document holds no mapping at all.

    Raises:
        ConfigError: the document has another shape.
    """
    if not isinstance(document.data, dict):
        raise ConfigError(f"{document.name} holds no keys; {hint}")
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise ConfigError(_several([_sentence(problem, document, model) for problem in found])) from None


def _several(sentences: Sequence[str]) -> str:
    more = [f"… and {len(sentences) - SHOWN} more"] if len(sentences) > SHOWN else []
    return "\n".join([*sentences[:SHOWN], *more])


_WANTED = {
    "tuple_type": "write a list: [a, b], or one '- …' per line",
    "model_type": "write keys and values",
    "model_attributes_type": "write keys and values",
    "dict_type": "write keys and values",
    "int_type": "write a whole number, without quotes",
    "int_parsing": "write a whole number, without quotes",
    "float_type": "write a number, without quotes",
    "float_parsing": "write a number, without quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "string_type": "write a text; quote what looks like a number or a date",
    "string_too_short": "it is empty",
    "string_too_long": "it is too long",
    "too_short": "the list is empty",
}
"""What to write, for the kinds of errors in which pydantic speaks of Python's types."""


def _sentence(problem: ErrorDetails, document: guard.Document, model: type[BaseModel]) -> str:
    location = tuple(problem["loc"])
    where, key, kind = document.where(location), _dotted(location), problem["type"]
    if kind == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean '{near[0]}'? Known" if near else "known"
        return f"{where}: unknown key '{key}'; {hint}: {', '.join(known)}"
    if kind == "missing":
        return f"{where}: the key '{key}' is missing"
    if kind in {"literal_error", "enum"}:
        return f"{where}: {key}: valid are {problem['ctx']['expected'].replace(' or ', ', ')}"
    if kind == "string_pattern_mismatch":
        return f"{where}: {key}: {_pattern(location)}"
    message = _WANTED.get(kind) or problem["msg"].removeprefix("Value error, ")
    return f"{where}: {key}: {message[:1].lower()}{message[1:]}"


def _pattern(location: Sequence[str | int]) -> str:
    """Returns what a text must look like: by its key."""
    shapes = {
        "email": "write an e-mail address",
        "approvers": "write e-mail addresses",
        "contact": "write an e-mail address",
        "channel": "write an e-mail address",
        "ground": "write an exception of Article 9(2), from 9(2)(a) to 9(2)(j)",
        "sha256": "write 64 hexadecimal digits in lower case",
        "entities": "write entities in capitals, such as EMAIL_ADDRESS",
        "countries": "write countries in two capitals, such as US",
        "country": "write a country in two capitals, such as FR",
        "approved_on": "write a date in quotes: '2026-01-31'",
        "effective_from": "write a date in quotes: '2026-01-31'",
        "financial_year_end": "write month and day: '12-31'",
        "timezone": "write a time zone such as Europe/Paris",
        "records": "write kinds of records in lower case such as contract, or '*' for every kind",
    }
    words = [part for part in location if isinstance(part, str)]
    return shapes.get(words[-1] if words else "", "use letters, digits, '_', '.' and '-' only, 64 at most")


def _known_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """Returns the keys that may stand at a place, by walking the models' annotations."""
    at: Any = model
    for part in location:
        inner = _inner(at, part)
        if inner is None:
            return []
        at = inner
    kind = next(_models(at), None)
    return sorted(field.alias or name for name, field in kind.model_fields.items()) if kind else []


def _inner(annotation: Any, part: str | int) -> Any:
    """Returns the annotation of what stands under a key or an index."""
    for kind in _models(annotation):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    for one in _alternatives(annotation):
        arguments = get_args(one)
        if get_origin(one) is tuple and isinstance(part, int):
            return arguments[0]
        if get_origin(one) is dict and isinstance(part, str):
            return arguments[1]
    return None


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Union, UnionType):
        return [one for each in get_args(annotation) for one in _alternatives(each)]
    if hasattr(annotation, "__metadata__"):
        return _alternatives(get_args(annotation)[0])
    return [annotation]


def _models(annotation: Any) -> Any:
    return (one for one in _alternatives(annotation) if isinstance(one, type) and issubclass(one, BaseModel))


def _dotted(location: Sequence[str | int]) -> str:
    """Returns a location as people write it.

    >>> _dotted(("retention", "rules", 0, "period"))
    'retention.rules[0].period'
    """
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
