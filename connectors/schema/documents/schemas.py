"""JSON Schema and OpenAPI (2 and 3): the properties of every object, by path."""

from __future__ import annotations

import re

from recense.connectors.schema.documents import Document, add, document
from recense.connectors.schema.files import SourceFile
from recense.connectors.schema.state import Found
from recense.connectors.schema.tree import Node
from recense.schema import Place

_MOST_DEPTH = 40
_OPENAPI = re.compile(rb"""(?:^|[{,\s])["']?(?:openapi|swagger|asyncapi)["']?\s*:\s*["']?[\d.]+""", re.M)
_COMBINED = ("allOf", "anyOf", "oneOf", "then", "else", "not", "if")
_METHODS = frozenset(["get", "put", "post", "delete", "options", "head", "patch", "trace"])


@document("json-schema")
class JsonSchema(Document):
    """A document with ``$schema`` of json-schema.org, or an object with ``properties``."""

    def may_be(self, file: SourceFile, head: bytes) -> bool:
        """Tells whether the words of a JSON Schema stand in it."""
        return (
            file.suffix == ".jsonschema"
            or b"json-schema.org" in head
            or b'"properties"' in head
            or ("schema" in file.stem.lower() and b"properties:" in head)
        )

    def read(self, file: SourceFile, tree: Node, found: Found) -> bool:
        """Reads the root object and every definition."""
        marked = "json-schema.org" in (tree.text("$schema") or "") or file.suffix == ".jsonschema"
        if tree.kind != "map" or not (marked or (tree.get("properties") and tree.text("type") == "object")):
            return False
        name = file.path.name.split(".")[0]
        root = (tree.text("title") or name).strip()
        Properties(file, found, "json", root).walk(tree)
        for group in ("definitions", "$defs"):
            definitions = tree.get(group)
            for key, node in definitions.entries.items() if definitions else ():
                Properties(file, found, "json", key).walk(node)
        return True


@document("openapi")
class OpenApi(Document):
    """A document with ``openapi:`` or ``swagger:``."""

    rank = 1

    def may_be(self, file: SourceFile, head: bytes) -> bool:
        """Tells whether the version stands at its top."""
        return bool(_OPENAPI.search(head))

    def read(self, file: SourceFile, tree: Node, found: Found) -> bool:
        """Reads named schemas, parameters, and schemas written in the place where they are used."""
        if tree.kind != "map" or not {"openapi", "swagger", "asyncapi"} & set(tree.entries):
            return False
        for where in (("components", "schemas"), ("definitions",)):
            schemas = tree.get(*where)
            for name, node in schemas.entries.items() if schemas else ():
                Properties(file, found, "openapi", name).walk(node)
        for group in ("requestBodies", "responses", "messages"):
            named = tree.get("components", group) or tree.get(group)
            for name, node in named.entries.items() if named else ():
                self._bodies(file, found, name, node)
        for parameters in (tree.get("components", "parameters"), tree.get("parameters")):
            for name, node in parameters.entries.items() if parameters else ():
                self._parameter(file, found, name, node)
        paths = tree.get("paths")
        for path, node in paths.entries.items() if paths else ():
            for method, operation in node.entries.items():
                if method in _METHODS:
                    self._operation(file, found, f"{method} {path}", operation)
                elif method == "parameters":
                    for parameter in operation.items:
                        self._parameter(file, found, path, parameter)
        return True

    def _operation(self, file: SourceFile, found: Found, name: str, node: Node) -> None:
        name = node.text("operationId") or name
        for parameter in node.each("parameters"):
            self._parameter(file, found, name, parameter)
        body = node.get("requestBody")
        if body is not None:
            self._bodies(file, found, name, body)
        responses = node.get("responses")
        for status, response in responses.entries.items() if responses else ():
            self._bodies(file, found, f"{name} {status}", response)

    def _parameter(self, file: SourceFile, found: Found, owner: str, node: Node) -> None:
        name = node.get("name")
        if name is not None and name.value and node.text("in") in {"query", "path", "header", "cookie", "formData"}:
            type_ = node.text("schema", "type") or node.text("type") or ""
            add(found, file, "openapi", owner, name.value, name.place, type_, node.text("description"))
        elif node.text("in") == "body" and (schema := node.get("schema")) is not None:
            Properties(file, found, "openapi", owner).walk(schema)

    def _bodies(self, file: SourceFile, found: Found, name: str, node: Node) -> None:
        content = node.get("content")
        schemas = [media.get("schema") for media in content.entries.values()] if content else []
        for schema in [*schemas, node.get("schema"), node.get("payload")]:
            if schema is not None:
                Properties(file, found, "openapi", name).walk(schema)


class Properties:
    """The properties of one object schema, as fields of one table; each property counts once."""

    def __init__(self, file: SourceFile, found: Found, kind: str, table: str) -> None:
        self.file, self.found, self.kind, self.table = file, found, kind, table
        self._seen: set[int] = set()
        self._comment: str | None = None

    def walk(self, node: Node, prefix: str = "", depth: int = 0) -> None:
        """Reads what a schema declares; ``$ref`` is not followed, its target is read under its own name."""
        if depth > _MOST_DEPTH:
            self.found.not_understood(self.file.name, node.place.line, "objects nested too deeply")
            return
        if id(node) in self._seen:  # an alias that leads back
            return
        self._seen.add(id(node))
        if not prefix:
            self._comment = self._comment or node.text("description")
        properties = node.get("properties")
        for name, inner in properties.entries.items() if properties else ():
            path = f"{prefix}.{name}" if prefix else name
            self._property(path, inner, properties.keys[name], depth)  # type: ignore[union-attr]
        for word in _COMBINED:
            combined = node.get(word)
            if combined is not None:
                for inner in combined.items or [combined]:
                    self.walk(inner, prefix, depth + 1)
        if node.text("type") == "array" and (items := node.get("items")) is not None and depth < 3:
            self.walk(items, f"{prefix}[]" if prefix else "", depth + 1)

    def _property(self, path: str, node: Node, place: Place, depth: int) -> None:
        items = node.get("items")
        inner = items if items is not None and items.kind == "map" else node
        shown = f"{path}[]" if inner is items else path
        if inner.get("properties") is None and not any(inner.get(word) for word in ("allOf", "anyOf", "oneOf")):
            type_ = " ".join(word for word in (_type(inner), inner.text("format")) if word)
            comment = " ".join(text for text in (node.text("title"), node.text("description")) if text)
            reason = _not_personal(node)
            add(self.found, self.file, self.kind, self.table, shown, place, type_, comment, self._comment, reason)
            return
        count = len(self.found.fields)
        self.walk(inner, shown, depth + 1)
        if len(self.found.fields) == count:  # a choice of scalars or of references
            reason = _not_personal(node)
            add(
                self.found,
                self.file,
                self.kind,
                self.table,
                shown,
                place,
                _type(inner),
                node.text("description"),
                self._comment,
                reason,
            )


_REASON = re.compile(r"recense:\s*not-personal\s+reason\s*=\s*[\"']([^\"']+)[\"']", re.I)


def _not_personal(node: Node) -> str | None:
    """Returns the reason in a ``$comment`` or ``x-recense``: JSON has no comments."""
    match = _REASON.search(node.text("$comment") or node.text("x-recense") or "")
    return match[1].strip() or None if match else None


def _type(node: Node) -> str:
    type_ = node.get("type")
    if type_ is None:
        return (node.text("$ref") or "").rpartition("/")[2]
    return type_.value or " | ".join(item.value or "" for item in type_.items)
