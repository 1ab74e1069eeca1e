"""Django migrations: the operations of every app in the order of their dependencies."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from recense.connectors.schema.embedded import apply_sql
from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.order import after_parents
from recense.connectors.schema.python import argument, called, constants, keyword, last_name, said, text, type_text
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.state import Found, Name, State, Table

_NO_COLUMN = frozenset(("ManyToManyField", "GenericRelation", "GenericForeignKey"))


@reader("django")
class Django(Reader):
    """Modules ``<app>/migrations/*.py`` with a class Migration."""

    history = True

    def wants(self, file: SourceFile) -> bool:
        """Tells whether it lies in a folder of migrations."""
        return file.suffix == ".py" and file.folder.rpartition("/")[2] == "migrations" and file.stem != "__init__"

    def read(self, files: Sequence[SourceFile], found: Found, dialects: Mapping[str, str]) -> None:
        """Applies the operations of all migrations."""
        migrations: dict[tuple[str, str], tuple[SourceFile, ast.ClassDef]] = {}
        for file in files:
            try:
                if "migrations.Migration" in file.text or "(Migration)" in file.text:
                    found.read.add(file.name)
                    for statement in file.module.body:
                        if isinstance(statement, ast.ClassDef) and statement.name == "Migration":
                            migrations[_app(file), file.stem] = (file, statement)
            except Unreadable as error:
                found.read.add(file.name)
                found.not_understood(file.name, error.line, str(error))
        replaced = {
            key for key, (_, node) in migrations.items() if any(p in migrations for p in _pairs(node, "replaces"))
        }
        graph = {key: _pairs(migrations[key][1], "dependencies") for key in sorted(migrations) if key not in replaced}
        for app, name in list(graph):  # a dependency on a squashed migration means what it replaces
            graph[app, name] = [p for pair in graph[app, name] for p in _meant(pair, migrations, replaced)]
        state, tables = State("sql"), dict[str, str]()
        for key in after_parents(graph):
            file, node = migrations[key]
            Migration(file, node, state, found, tables).apply()
            file.forget()
        found.fields.extend(state.fields())


def _meant(
    pair: tuple[str, str],
    migrations: Mapping[tuple[str, str], tuple[SourceFile, ast.ClassDef]],
    replaced: set[tuple[str, str]],
) -> list[tuple[str, str]]:
    return _pairs(migrations[pair][1], "replaces") if pair in replaced else [pair]


def _app(file: SourceFile) -> str:
    """Returns the app of a migration: the folder above ``migrations``."""
    parts = file.folder.split("/")
    return parts[-2] if len(parts) > 1 else ""


def _assigned(node: ast.ClassDef, name: str) -> ast.expr | None:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return getattr(statement, "value", None)
    return None


def _pairs(node: ast.ClassDef, name: str) -> list[tuple[str, str]]:
    """Returns the (app, migration) pairs of a list in a Migration."""
    value = _assigned(node, name)
    found: list[tuple[str, str]] = []
    for item in value.elts if isinstance(value, (ast.List, ast.Tuple)) else []:
        words = [said(part) for part in item.elts] if isinstance(item, (ast.Tuple, ast.List)) else []
        if len(words) == 2 and words[0] and words[1]:
            found.append((words[0], words[1]))
    return found


class Migration:
    """One migration. A table is called ``app_model``, or what ``db_table`` says."""

    def __init__(
        self, file: SourceFile, node: ast.ClassDef, state: State, found: Found, tables: dict[str, str]
    ) -> None:
        self.file, self.node, self.state, self.found = file, node, state, found
        self.tables = tables  # of models whose table has a name of its own
        self.app = _app(file)
        self.known = constants(file.module)

    def apply(self) -> None:
        """Applies its operations."""
        operations = _assigned(self.node, "operations")
        if operations is None:
            return
        if not isinstance(operations, (ast.List, ast.Tuple)):
            self._unread(operations, "operations that are put together when it runs")
            return
        for operation in _operations(operations):
            handler = getattr(self, "_" + called(operation).lower(), None)
            if handler is not None:
                handler(operation)

    def _unread(self, node: ast.AST, reason: str) -> None:
        self.found.not_understood(self.file.name, getattr(node, "lineno", 1), reason)

    def _find(self, call: ast.Call) -> Table:
        """Returns the table of the model that an operation names."""
        model = said(argument(call, 0, "model_name", "name")) or "?"
        return self._of_model(model)

    def _of_model(self, model: str) -> Table:
        return self.state.get(self._alias(model), "django", self.file.name)

    def _alias(self, model: str) -> str:
        return self.tables.get(f"{self.app}.{model.lower()}", f"{self.app}_{model.lower()}".lstrip("_"))

    def _set_alias(self, model: str, table: str) -> None:
        self.tables[f"{self.app}.{model.lower()}"] = table

    def _createmodel(self, call: ast.Call) -> None:
        model = said(argument(call, 0, "name")) or "?"
        options = argument(call, 2, "options")
        db_table = comment = None
        if isinstance(options, ast.Dict):
            values = {said(key): value for key, value in zip(options.keys, options.values, strict=True)}
            db_table, comment = said(values.get("db_table")), said(values.get("db_table_comment"))
        if db_table:
            self._set_alias(model, db_table)
        table = self.state.create(self._alias(model), "django", self.file.name)
        table.comment = comment
        fields = argument(call, 1, "fields")
        if not isinstance(fields, (ast.List, ast.Tuple)):
            self._unread(call, "fields that are put together when it runs")
            return
        for item in fields.elts:
            if isinstance(item, (ast.Tuple, ast.List)) and len(item.elts) == 2:
                self._field(table, item.elts[0], item.elts[1])
            else:
                self._unread(item, "fields that are put together when it runs")

    def _field(self, table: Table, name: ast.expr | None, definition: ast.expr | None) -> None:
        constant = text(name, self.known)
        if constant is None or not isinstance(definition, ast.Call):
            self._unread(name or self.node, "a field whose name is computed")
            return
        if called(definition) in _NO_COLUMN:
            return
        place = self.file.string_place(constant)
        self.state.add_column(
            table,
            Name(str(constant.value), place),
            type_text(definition),
            comment=spoken(definition),
            key=key_of(definition),
            not_personal=self.file.not_personal(place.line),
        )

    def _addfield(self, call: ast.Call) -> None:
        self._field(self._find(call), argument(call, 1, "name"), argument(call, 2, "field"))

    def _alterfield(self, call: ast.Call) -> None:
        constant, definition = text(argument(call, 1, "name"), self.known), argument(call, 2, "field")
        if constant is None or definition is None:
            self._unread(call, "a field whose name is computed")
            return
        name = Name(str(constant.value), self.file.string_place(constant))
        table = self._find(call)
        self.state.set_type(table, name, type_text(definition))
        if isinstance(definition, ast.Call) and (comment := spoken(definition)):
            self.state.comment_column(table, name, comment)

    def _removefield(self, call: ast.Call) -> None:
        name = text(argument(call, 1, "name"), self.known)
        if name is None:
            self._unread(call, "a field whose name is computed")
        else:
            self.state.drop_column(self._find(call), str(name.value))

    def _renamefield(self, call: ast.Call) -> None:
        old, new = text(argument(call, 1, "old_name"), self.known), text(argument(call, 2, "new_name"), self.known)
        if old is None or new is None:
            self._unread(call, "a field whose name is computed")
            return
        place = self.file.string_place(new)
        reason = self.file.not_personal(place.line)
        self.state.rename_column(self._find(call), str(old.value), Name(str(new.value), place), reason)

    def _renamemodel(self, call: ast.Call) -> None:
        old, new = said(argument(call, 0, "old_name")), said(argument(call, 1, "new_name"))
        if not old or not new:
            self._unread(call, "a model whose name is computed")
            return
        table = self._of_model(old)
        if self._alias(old) == f"{self.app}_{old.lower()}":
            self.state.rename_table(table, self._alias(new))
        else:
            self._set_alias(new, table.name)  # db_table keeps its name

    def _altermodeltable(self, call: ast.Call) -> None:
        model, new = said(argument(call, 0, "name")), said(argument(call, 1, "table"))
        if model and new:
            self.state.rename_table(self._of_model(model), new)
            self._set_alias(model, new)

    def _deletemodel(self, call: ast.Call) -> None:
        model = said(argument(call, 0, "name"))
        if model:
            self.state.drop_table(self._alias(model), "django")

    def _runsql(self, call: ast.Call) -> None:
        statements = argument(call, 0, "sql")
        for item in statements.elts if isinstance(statements, (ast.List, ast.Tuple)) else [statements]:
            if item is not None:
                apply_sql(self.file, item, text(item, self.known), self.state, "django", self.found)


def _operations(node: ast.List | ast.Tuple) -> Iterator[ast.Call]:
    """Yields operations in order; those of ``SeparateDatabaseAndState`` as the database gets them."""
    for item in node.elts:
        if isinstance(item, ast.Call) and called(item) == "SeparateDatabaseAndState":
            for name, position in (("database_operations", 0), ("state_operations", 1)):
                inner = argument(item, position, name)
                if isinstance(inner, (ast.List, ast.Tuple)) and inner.elts:
                    yield from _operations(inner)
                    break
        elif isinstance(item, ast.Call):
            yield item


def spoken(definition: ast.Call) -> str | None:
    """Returns what a Django field says of itself."""
    return said(keyword(definition, "db_comment", "help_text", "verbose_name"))


def key_of(definition: ast.Call) -> str | None:
    """Returns the key that a Django field makes."""
    primary = keyword(definition, "primary_key")
    if isinstance(primary, ast.Constant) and primary.value is True:
        return "primary"
    if called(definition) in {"ForeignKey", "OneToOneField"}:
        target = argument(definition, 0, "to")
        return f"foreign:{said(target) or (last_name(target) if target is not None else '')}"
    return None
