"""Python as text: names of calls, constants and keywords of a syntax tree. Nothing is imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_MOST_DEPTH = 200


def called(node: ast.AST) -> str:
    """Returns the last part of what a call calls (``models.CharField`` gives CharField), ``""`` for anything else."""
    return last_name(node.func) if isinstance(node, ast.Call) else ""


def last_name(node: ast.AST) -> str:
    """Returns the last part of a dotted name, or of the name that is subscripted."""
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """Returns a dotted name (``op.add_column``); unknown parts are ``?``."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """Returns the value of the first of these keywords that a call has."""
    return next((item.value for name in names for item in call.keywords if item.arg == name), None)


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """Returns an argument by position or name."""
    return call.args[position] if position < len(call.args) else keyword(call, *names)


def constants(module: ast.Module) -> dict[str, ast.Constant]:
    """Returns the texts that a module gives names to (``TABLE = "clients"``)."""
    found: dict[str, ast.Constant] = {}
    for statement in module.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        target = statement.target if isinstance(statement, ast.AnnAssign) else target
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
            found[target.id] = value
    return found


def text(node: ast.AST | None, known: dict[str, ast.Constant] | None = None) -> ast.Constant | None:
    """Returns the text constant of an expression: literal, named, or in ``op.f(…)``, ``_(…)``, ``text(…)``."""
    if (
        isinstance(node, ast.Call)
        and len(node.args) == 1
        and last_name(node.func) in {"f", "_", "gettext_lazy", "text"}
    ):
        node = node.args[0]
    if isinstance(node, ast.Name) and known:
        node = known.get(node.id)
    return node if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def said(node: ast.AST | None) -> str | None:
    """Returns the text of an expression, None when it is no constant."""
    constant = text(node)
    return str(constant.value).strip()[:300] or None if constant is not None else None


def type_text(node: ast.AST | None) -> str:
    """Returns a type as it is written, short: ``String(40)``, ``EmailStr | None``."""
    if node is None:
        return ""
    if isinstance(node, ast.Call):
        numbers = [*node.args, *(k.value for k in node.keywords if k.arg in {"length", "max_length"})]
        length = next((a.value for a in numbers if isinstance(a, ast.Constant) and isinstance(a.value, int)), None)
        return called(node) + (f"({length})" if length is not None and not isinstance(length, bool) else "")
    try:
        return ast.unparse(node)[:200] if _depth(node) else ""
    except RecursionError:
        return ""


def _depth(node: ast.AST) -> bool:
    level = [node]
    for _ in range(_MOST_DEPTH):
        level = [child for parent in level for child in ast.iter_child_nodes(parent)]
        if not level:
            return True
    return False


def calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """Yields the calls of a body in the order of the text, outermost first, with the bodies of ``with`` and ``if``."""
    found = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return iter(
        sorted(
            found, key=lambda call: (call.lineno, call.col_offset, -(call.end_lineno or 0), -(call.end_col_offset or 0))
        )
    )
