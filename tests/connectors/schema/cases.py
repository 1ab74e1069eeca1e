"""What the tests of the schema readers share: a small repository from texts, and where names stand in it."""

from pathlib import Path

from recense.connectors.schema import read_schema
from recense.schema import DeclaredField, DeclaredSchema


def repository(folder: Path, **files: str) -> Path:
    """Writes files (``__`` in a name is ``/``, the last ``_`` a dot) and returns the folder."""
    for name, text in files.items():
        head, _, suffix = name.rpartition("_")
        write(folder, f"{head.replace('__', '/')}.{suffix}", text)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def declared(folder: Path, name: str, text: str) -> DeclaredSchema:
    """Returns what a folder with this one file declares; every place must show the field's own name."""
    write(folder, name, text)
    schema = read_schema(folder)
    for field in schema.fields:
        if field.origin is None:
            shows(folder, field)
    return schema


def shows(folder: Path, field: DeclaredField) -> None:
    place = field.place
    line = (folder / place.file).read_text(encoding="utf-8").split("\n")[place.line - 1]
    shown = line[place.column - 1 : place.end_column - 1]
    assert shown == field.column.path.rpartition(".")[2].removesuffix("[]"), (field.key, place, shown)


def keys(schema: DeclaredSchema) -> list[str]:
    return sorted(field.key for field in schema.fields)
