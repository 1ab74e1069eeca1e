"""Random texts of the shape of a regular expression, to measure how often chance passes a check."""

from __future__ import annotations

import random
import re._parser as parser  # type: ignore[import-not-found]
import string

PRINTABLE = string.digits + string.ascii_letters + " .-_/:@"


def text(regex: str, rng: random.Random, ignore_case: bool = True) -> str:
    """Returns a random text that the expression matches (look-around is not honoured)."""
    return _walk(parser.parse(regex), rng)


def _walk(tree: object, rng: random.Random) -> str:
    out = []
    for op, arg in tree:  # type: ignore[attr-defined]
        name = str(op)
        if name == "LITERAL":
            out.append(chr(arg))
        elif name == "IN":
            out.append(_class(arg, rng))
        elif name == "BRANCH":
            out.append(_walk(rng.choice(arg[1]), rng))
        elif name == "SUBPATTERN":
            out.append(_walk(arg[-1], rng))
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, body = arg
            for _ in range(rng.randint(low, min(int(high), low + 12))):
                out.append(_walk(body, rng))
        elif name == "NOT_LITERAL":
            out.append(rng.choice([c for c in PRINTABLE if c != chr(arg)]))
        elif name == "ANY":
            out.append(rng.choice(PRINTABLE))
        elif name in ("ASSERT", "ASSERT_NOT", "AT"):
            continue
        else:
            raise NotImplementedError(name)
    return "".join(out)


def _class(items: object, rng: random.Random) -> str:
    chars: list[str] = []
    negated = False
    for op, arg in items:  # type: ignore[attr-defined]
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            chars.append(chr(arg))
        elif name == "RANGE":
            chars += map(chr, range(arg[0], arg[1] + 1))
        elif name == "CATEGORY":
            chars += {"CATEGORY_DIGIT": string.digits, "CATEGORY_WORD": string.ascii_letters + string.digits + "_"}[
                str(arg)
            ]
    if negated:
        chars = [c for c in PRINTABLE if c not in chars]
    return rng.choice(chars)
