"""Models of Django, SQLAlchemy, SQLModel and Pydantic, wherever they stand; read as text, never imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.python import argument, called, constants, keyword, last_name, said, text, type_text
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.readers.django import key_of, spoken
from recense.connectors.schema.state import Found, State, fold
from recense.model import Column
from recense.schema import DeclaredField

_HINTS = (
    b"models.",
    b"Column(",
    b"mapped_column",
    b"Mapped[",
    b"BaseModel",
    b"SQLModel",
    b"pydantic",
    b"Field(",
    b"Model)",
)
_ANNOTATED = frozenset(("BaseModel", "SQLModel", "RootModel", "ModelSchema", "GenericModel"))
_CONFIGURATION = frozenset(("BaseSettings",))
_COLUMNS = frozenset(("Column", "mapped_column", "deferred"))
_NO_FIELD = frozenset(("ClassVar", "PrivateAttr", "relationship", "Relationship", "dynamic_loader", "WriteOnlyMapped"))


@reader("models")
class Models(Reader):
    """Classes that declare fields. Whether a class is a model may be decided in another file: all are read together."""

    history = True

    def wants(self, file: SourceFile) -> bool:
        """Tells whether it is Python outside of migrations."""
        parts = set(file.folder.split("/"))
        return file.suffix == ".py" and not parts & {"migrations", "versions"} and file.name != "setup.py"

    def read(self, files: Sequence[SourceFile], found: Found, dialects: Mapping[str, str]) -> None:
        """Reads the models of all files."""
        modules: list[SourceFile] = []
        bases: dict[str, set[str]] = {}
        for file in files:
            try:
                raw = file.head(8 << 20)
                if not any(hint in raw for hint in _HINTS):
                    continue
                found.read.add(file.name)
                for node in _classes(file.module):
                    bases.setdefault(node.name, set()).update(last_name(base) for base in node.bases)
                modules.append(file)
            except Unreadable as error:
                found.read.add(file.name)
                found.not_understood(file.name, error.line, str(error))
        for file in modules:
            known = constants(file.module)
            for node in _classes(file.module):
                found.fields.extend(_Model(file, node, known).fields(_ancestors(node.name, bases)))
            found.fields.extend(_core_tables(file, known))
            file.forget()


def _classes(module: ast.Module) -> Iterator[ast.ClassDef]:
    """Yields the classes of a module, with those in classes, functions and branches."""
    level: list[ast.AST] = [module]
    while level:
        node = level.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                yield child
            if isinstance(child, (ast.stmt, ast.excepthandler)):
                level.append(child)


def _ancestors(name: str, bases: Mapping[str, set[str]]) -> set[str]:
    """Returns the names of all classes that a class builds on, as far as the repository shows them."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for base in bases.get(waiting.pop(), ()):
            if base not in found:
                found.add(base)
                waiting.append(base)
    return found


class _Model:
    """A class that may be a model."""

    def __init__(self, file: SourceFile, node: ast.ClassDef, known: dict[str, ast.Constant]) -> None:
        self.file, self.node, self.known = file, node, known
        self.table = self._table()
        self.comment = (ast.get_docstring(node) or "").split("\n\n")[0][:300] or None

    def _table(self) -> str:
        """Returns the table that the class names, else the class."""
        for statement in self.node.body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id == "__tablename__" and isinstance(statement, ast.Assign):
                return said(statement.value) or self.node.name
            if isinstance(statement, ast.ClassDef) and statement.name == "Meta":
                for inner in statement.body:
                    if isinstance(inner, ast.Assign) and last_name(inner.targets[0]) == "db_table":
                        return said(inner.value) or self.node.name
        return self.node.name

    def fields(self, ancestors: set[str]) -> Iterator[DeclaredField]:
        """Yields the fields that the class declares itself."""
        annotated = bool(ancestors & _ANNOTATED) and not ancestors & _CONFIGURATION
        for statement in self.node.body:
            target, annotation, value = _parts(statement)
            if target is None or target.id.startswith("__") or last_name(value or target) in {"ConfigDict"}:
                continue
            call = value if isinstance(value, ast.Call) else None
            kind = called(call) if call is not None else ""
            if kind in _NO_FIELD or (annotation is not None and last_name(annotation) in _NO_FIELD):
                continue
            if kind in _COLUMNS:
                yield self._column(target, annotation, call)
            elif annotation is not None and last_name(annotation) == "Mapped":
                yield self._field(target, type_text(getattr(annotation, "slice", None)))
            elif call is not None and _is_django(call, kind):
                if kind not in {"ManyToManyField", "GenericForeignKey", "GenericRelation"}:
                    name = keyword(call, "db_column")
                    yield self._field(target, type_text(call), spoken(call), key_of(call), text(name, self.known))
            elif annotation is not None and annotated and not target.id.startswith("_") and target.id != "model_config":
                yield self._field(target, type_text(annotation), _described(call, annotation))

    def _column(self, target: ast.Name, annotation: ast.expr | None, call: ast.Call | None) -> DeclaredField:
        """Returns a column of SQLAlchemy; its name in the database may be the first argument."""
        assert call is not None
        name = text(argument(call, 0, "name"), self.known)
        rest = call.args[1:] if name is not None and call.args else call.args
        type_ = next((type_text(arg) for arg in rest if called(arg) != "ForeignKey"), "")
        if not type_ and annotation is not None:
            type_ = type_text(getattr(annotation, "slice", annotation))
        foreign = next(
            (said(argument(arg, 0)) for arg in rest if isinstance(arg, ast.Call) and called(arg) == "ForeignKey"), None
        )
        primary = keyword(call, "primary_key")
        key = "primary" if isinstance(primary, ast.Constant) and primary.value is True else None
        return self._field(
            target, type_, said(keyword(call, "comment", "doc")), f"foreign:{foreign}" if foreign else key, name
        )

    def _field(
        self,
        target: ast.Name,
        type_: str,
        comment: str | None = None,
        key: str | None = None,
        name: ast.Constant | None = None,
    ) -> DeclaredField:
        called_ = str(name.value) if name is not None else target.id
        place = self.file.string_place(name) if name is not None else self.file.node_place(target, target.id)
        return DeclaredField(
            "orm",
            self.table,
            Column(called_, type_, comment, key),
            place,
            not_personal=self.file.not_personal(place.line),
            table_comment=self.comment,
        )


def _parts(statement: ast.stmt) -> tuple[ast.Name | None, ast.expr | None, ast.expr | None]:
    """Returns name, annotation and value of an assignment."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target, statement.annotation, statement.value
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0], None, statement.value
    return None, None, None


def _is_django(call: ast.Call, kind: str) -> bool:
    """Tells whether a call makes a field of a Django model (not of a form or a serializer)."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if owner is not None and last_name(owner) in {"forms", "serializers", "filters", "form", "fields"}:
        return False
    if owner is None or last_name(owner) != "models":
        return (
            kind.endswith("Field")
            and kind != "Field"
            and keyword(call, "label", "widget", "write_only", "read_only") is None
        )
    return kind.endswith("Field") or kind in {"ForeignKey", "GenericForeignKey"}


def _described(call: ast.Call | None, annotation: ast.expr) -> str | None:
    """Returns the description of a Pydantic field: of ``Field(…)`` as default or in ``Annotated``."""
    inner = [node for node in ast.walk(annotation) if isinstance(node, ast.Call)]
    for candidate in [call, *inner]:
        if candidate is None or called(candidate) != "Field":
            continue
        if described := said(keyword(candidate, "description", "title")):
            return described
    return None


def _core_tables(file: SourceFile, known: dict[str, ast.Constant]) -> Iterator[DeclaredField]:
    """Yields the columns of ``Table("clients", metadata, Column("email", String))``."""
    if "Table(" not in file.text:
        return
    state = State("orm")
    for node in ast.walk(file.module):
        if isinstance(node, ast.Call) and called(node) == "Table" and (table := text(argument(node, 0, "name"), known)):
            for item in node.args[1:]:
                name = (
                    text(argument(item, 0, "name"), known)
                    if isinstance(item, ast.Call) and called(item) == "Column"
                    else None
                )
                if name is None or not isinstance(item, ast.Call):
                    continue
                place = file.string_place(name)
                home = state.create(str(table.value), file.name, file.name)
                column = Column(str(name.value), type_text(argument(item, 1, "type_")), said(keyword(item, "comment")))
                reason = file.not_personal(place.line)
                home.columns.setdefault(
                    fold(column.path), DeclaredField("orm", home.name, column, place, not_personal=reason)
                )
    yield from state.fields()
