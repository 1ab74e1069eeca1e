"""Alembic migrations: ``upgrade()`` of every revision, in the order of ``down_revision``."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from recense.connectors.schema.embedded import apply_sql
from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.order import after_parents
from recense.connectors.schema.python import argument, called, calls, constants, dotted, keyword, said, text, type_text
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.state import Found, Name, State, Table

_OPERATIONS = frozenset(
    [
        "create_table",
        "add_column",
        "drop_column",
        "alter_column",
        "rename_table",
        "drop_table",
        "execute",
        "bulk_insert",
        "create_table_comment",
    ]
)


@reader("alembic")
class Alembic(Reader):
    """Revisions in a folder ``versions`` or ``migrations``."""

    history = True

    def wants(self, file: SourceFile) -> bool:
        """Tells whether it lies where Alembic keeps its revisions."""
        folders = file.folder.split("/")
        return file.suffix == ".py" and ("versions" in folders or "alembic" in folders or "migrations" in folders)

    def read(self, files: Sequence[SourceFile], found: Found, dialects: Mapping[str, str]) -> None:
        """Applies the upgrades of all revisions, oldest first."""
        revisions: dict[str, tuple[SourceFile, tuple[str, ...]]] = {}
        for file in files:
            try:
                if "down_revision" not in file.text:
                    continue
                found.read.add(file.name)
                identity, parents = _identity(file.module)
                revisions.setdefault(f"{_home(file)}:{identity or file.name}", (file, parents))
            except Unreadable as error:
                found.read.add(file.name)
                found.not_understood(file.name, error.line, str(error))
        state = State("sql")
        graph = {key: [f"{_home(file)}:{parent}" for parent in parents] for key, (file, parents) in revisions.items()}
        for key in after_parents(graph):
            file = revisions[key][0]
            Revision(file, state, found).apply()
            file.forget()
        found.fields.extend(state.fields())


def _home(file: SourceFile) -> str:
    return file.folder


def _identity(module: ast.Module) -> tuple[str, tuple[str, ...]]:
    """Returns a revision's id and those it follows."""
    values: dict[str, tuple[str, ...]] = {}
    for statement in module.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            words = [
                n.value for n in ast.walk(statement.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            ]
            if isinstance(target, ast.Name):
                values[target.id] = tuple(words)
    identity = values.get("revision", ())
    return (identity[0] if identity else ""), values.get("down_revision", ()) + values.get("depends_on", ())


class Revision:
    """One migration; its functions but ``downgrade`` lead forward."""

    def __init__(self, file: SourceFile, state: State, found: Found) -> None:
        self.file, self.state, self.found = file, state, found
        self.history = _home(file)
        self.known = constants(file.module)
        self.batches: dict[str, str] = {}

    def apply(self) -> None:
        """Applies the operations."""
        for function in self.file.module.body:
            if not isinstance(function, ast.FunctionDef) or "downgrade" in function.name:
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.With):
                    self._batch(node)
            for call in calls(function.body):
                name = dotted(call.func)
                owner, _, operation = name.rpartition(".")
                if operation in _OPERATIONS and (owner.endswith("op") or owner in self.batches):
                    self._operation(call, operation, self.batches.get(owner))

    def _batch(self, node: ast.With) -> None:
        """Notes ``with op.batch_alter_table("clients") as batch_op``."""
        for item in node.items:
            call = item.context_expr
            if (
                isinstance(call, ast.Call)
                and called(call) == "batch_alter_table"
                and isinstance(item.optional_vars, ast.Name)
            ):
                table = text(argument(call, 0, "table_name"), self.known)
                self.batches[item.optional_vars.id] = str(table.value) if table else ""

    def _operation(self, call: ast.Call, operation: str, batch: str | None) -> None:
        if operation == "execute":
            statement = argument(call, 0, "sqltext")
            if statement is not None:
                apply_sql(self.file, statement, text(statement, self.known), self.state, self.history, self.found)
            return
        if operation == "bulk_insert":
            self.found.fixtures.add(self.file.name)
            return
        shift = 0
        if batch is not None and operation not in {"create_table", "rename_table", "drop_table"}:
            table_name: str | None = self._batch_table(call, batch)
        else:
            constant = text(argument(call, 0, "table_name", "old_table_name"), self.known)
            table_name, shift = (str(constant.value) if constant else None), 1
        if not table_name:
            self._unread(call, f"{operation} on a table whose name is computed")
            return
        schema = said(keyword(call, "schema"))
        self._apply(call, operation, f"{schema}.{table_name}" if schema else table_name, shift)

    def _batch_table(self, call: ast.Call, batch: str) -> str | None:
        """Returns the table of the nearest ``with`` around a call: a name may be used for several tables."""
        best: str | None = batch or None
        line = 0
        for node in ast.walk(self.file.module):
            if isinstance(node, ast.With) and line < node.lineno <= call.lineno <= (node.end_lineno or 0):
                for item in node.items:
                    inner = item.context_expr
                    if isinstance(inner, ast.Call) and called(inner) == "batch_alter_table":
                        constant = text(argument(inner, 0, "table_name"), self.known)
                        best, line = (str(constant.value) if constant else None), node.lineno
        return best

    def _apply(self, call: ast.Call, operation: str, table_name: str, shift: int) -> None:
        state, name = self.state, self._name
        if operation == "create_table":
            table = state.create(table_name, self.history, self.file.name)
            table.comment = said(keyword(call, "comment"))
            for column in call.args[1:]:
                if called(column) == "Column":
                    self._column(table_name, column)
                elif isinstance(column, ast.Starred):
                    self._unread(column, "columns that are put together when it runs")
            return
        if operation == "drop_table":
            state.drop_table(table_name, self.history)
            return
        if operation == "rename_table":
            new = text(argument(call, 1, "new_table_name"), self.known)
            if new is None:
                self._unread(call, "a table whose new name is computed")
            else:
                schema = table_name.rpartition(".")[0]
                state.rename_table(self._table(table_name), f"{schema}.{new.value!s}" if schema else str(new.value))
            return
        if operation == "create_table_comment":
            self._table(table_name).comment = said(argument(call, shift, "comment"))
            return
        target = argument(call, shift, "column", "column_name")
        if operation == "add_column":
            self._column(table_name, target)
            return
        constant = text(target, self.known)
        if constant is None:
            self._unread(call, f"{operation} of a column whose name is computed")
        elif operation == "drop_column":
            state.drop_column(self._table(table_name), str(constant.value))
        else:
            self._alter(call, table_name, name(constant))

    def _alter(self, call: ast.Call, table_name: str, old: Name) -> None:
        table, current = self._table(table_name), old
        renamed = keyword(call, "new_column_name", "name")
        if renamed is not None:
            new = text(renamed, self.known)
            if new is None:
                self._unread(call, "a column whose new name is computed")
                return
            current = self._name(new)
            self.state.rename_column(table, old.text, current, self.file.not_personal(current.place.line))
        if (type_ := keyword(call, "type_")) is not None:
            self.state.set_type(table, current, type_text(type_))
        if (comment := keyword(call, "comment")) is not None:
            self.state.comment_column(table, current, said(comment))

    def _column(self, table_name: str, node: ast.expr | None) -> None:
        constant = text(argument(node, 0, "name"), self.known) if isinstance(node, ast.Call) else None
        if constant is None or not isinstance(node, ast.Call):
            self._unread(node, "a column whose name is computed")
            return
        named = self._name(constant)
        key = "primary" if isinstance(k := keyword(node, "primary_key"), ast.Constant) and k.value is True else None
        foreign = next((inner for inner in node.args if called(inner) == "ForeignKey"), None)
        if isinstance(foreign, ast.Call) and (target := said(argument(foreign, 0, "column"))):
            key = f"foreign:{target}"
        self.state.add_column(
            self._table(table_name),
            named,
            type_text(argument(node, 1, "type_")),
            comment=said(keyword(node, "comment", "doc")),
            key=key,
            not_personal=self.file.not_personal(named.place.line),
        )

    def _table(self, name: str) -> Table:
        return self.state.get(name, self.history, self.file.name)

    def _name(self, constant: ast.Constant) -> Name:
        return Name(str(constant.value), self.file.string_place(constant))

    def _unread(self, node: ast.AST | None, reason: str) -> None:
        self.found.not_understood(self.file.name, getattr(node, "lineno", 1), reason)
