"""Files, folders and globs as a source.

A file is a dataset, so is every sheet of a workbook and every member of an archive (``a.zip!/b.csv``), whatever its
name says: the bytes decide (``recense.connectors.formats``). A folder partitioned as ``key=value/…``, or written in
``part-…`` files, is one dataset with its keys as columns. A database file met in a folder gives its tables. Everything
else that lies there gives an ``Unreadable``.
"""

from __future__ import annotations

import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote, unquote_to_bytes

import pyarrow as pa

from recense.connectors import connector, folders
from recense.connectors.archives import Container, open_container
from recense.connectors.blobs import Blob, local, printable, refusal
from recense.connectors.formats import Format, Part, Trouble, formats, recognise
from recense.connectors.groups import Group, group_of, hidden, with_keys
from recense.connectors.targets import absolute, belongs_to_another, database_of, database_scheme, exists, near, path_of
from recense.connectors.thinning import thin
from recense.errors import MissingExtra, RecenseError, SourceError, TargetError
from recense.model import Column, Dataset, Draw, Limits, Partition, Sampler, Source, Unreadable

_OPEN_ARCHIVES = 16
_EMPTY = "empty"
_DATABASE = "database"


@connector("file")
def open_files(target: str, limits: Limits) -> Source:
    """Opens a path, a glob or a ``file:`` URL; a database file goes to the connector of its database.

    Raises:
        TargetError: nothing is there; the message names the nearest name that is.
        SourceError: a folder on the way may not be entered.
    """
    if not target:
        raise TargetError("the target is empty: write . for this folder (is a variable unset?)")
    if "\0" in target:
        raise TargetError("a path cannot hold a NUL character")
    path = Path(path_of(target)).expanduser()
    there = exists(path)
    if not there and folders.is_glob(str(path)):
        base, segments = folders.split_glob(str(absolute(path)))
        source = Files(base, limits, segments)
        if not source.found_any():
            raise TargetError(f"no file matches {printable(target)}" + near(base))
        return source
    if not there:
        raise TargetError(f"no such file or folder: {printable(target)}" + near(path))
    path = absolute(path)
    database = None if path.is_dir() else database_of(path)
    if database:
        return connector[database](f"{database}:///{path}", limits)
    return Files(path, limits)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a table lies.

    Attributes:
        path: of the file, relative to the source's base, percent-encoded since names need no encoding.
        members: indexes from archive to archive.
        format: name of the format, ``empty`` for no bytes, ``database`` for a database file.
        table: within the file.
        group: folder of a grouped dataset, relative to the base; None when the file stands alone.
    """

    path: str
    members: tuple[int, ...]
    format: str
    table: str = ""
    group: str | None = None

    def hint(self, part: Part) -> tuple[str, ...]:
        """Returns plain strings from which another process finds the part."""
        chain = ",".join(map(str, self.members))
        group = "" if self.group is None else f"={self.group}"
        return (self.path, chain, self.format, self.table, group, part.key, *part.hint)

    @classmethod
    def of(cls, hint: tuple[str, ...]) -> tuple[_Place, Part]:
        """Returns what ``hint`` made strings of."""
        path, chain, format_, table, group, key, *rest = hint
        members = tuple(map(int, chain.split(","))) if chain else ()
        return cls(path, members, format_, table, group[1:] if group else None), Part(key, hint=tuple(rest))


class Files:
    """A file, a folder, or the files that a glob matches. Not for use by several threads at once.

    Args:
        root: the file or folder, absolute; for a glob the folder before its first sign.
        segments: the glob's segments below ``root``.
    """

    kind = "files"

    def __init__(self, root: Path, limits: Limits, segments: list[str] | None = None) -> None:
        self.limits = limits
        self._root = root
        self._segments = segments
        self._base = root if segments or root.is_dir() else root.parent
        shown = root.joinpath(*segments) if segments else root
        self.uri = "file://" + quote(os.fsencode(shown), safe="/*[]!,=")
        self._places: dict[str, tuple[_Place, ...]] = {}
        self._tables: dict[str, Dataset] = {}  # our name of a database's table -> the database's own
        self._listed = False
        self._archives: OrderedDict[tuple[str, tuple[int, ...]], Container] = OrderedDict()
        self._databases: dict[tuple[str, tuple[int, ...]], Source] = {}

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes archives and databases and removes what was unpacked."""
        for source in self._databases.values():
            source.close()
        self._databases.clear()
        for archive in reversed(self._archives.values()):
            archive.close()
        self._archives.clear()
        if "_folder" in self.__dict__:
            self.__dict__.pop("_folder").cleanup()

    @cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        """A folder for database files out of archives: their libraries need a path."""
        return tempfile.TemporaryDirectory(prefix="recense-")

    def found_any(self) -> bool:
        """Tells whether there is anything to read or to report."""
        return next(self._files(), None) is not None

    def _files(self) -> Iterator[Path | folders.Denied]:
        if self._segments:
            return folders.matching(self._root, self._segments)
        return folders.walk(self._root) if self._root.is_dir() else iter([self._root])

    # Listing

    def datasets(self) -> Iterator[Dataset | Unreadable]:
        """Yields a dataset per table found, and an entry for everything that cannot be read."""
        self._places.clear()
        self._tables.clear()
        together: dict[str, Group] = {}
        for found in self._files():
            if isinstance(found, folders.Denied):
                yield self._unreadable(self._name(found.path), found.error)
                continue
            relative = os.path.relpath(found, self._base)
            group = group_of(relative) if self._base != found.parent or self._segments or found != self._root else None
            if group is None:
                yield from self._file(relative)
            else:
                together.setdefault(group, Group(group)).files.append(relative)
        for pending in together.values():
            yield from self._group(pending)
        self._listed = True

    def _name(self, path: Path) -> str:
        return printable(os.path.relpath(path, self._base))

    def _file(self, relative: str) -> Iterator[Dataset | Unreadable]:
        try:
            blob = local(self._base / relative)
            if not belongs_to_another(self._base / relative, blob):
                yield from self._blob(blob, quote(os.fsencode(relative)), (), printable(relative))
        except Exception as error:
            yield self._unreadable(printable(relative), error)

    def _blob(self, blob: Blob, path: str, members: tuple[int, ...], name: str) -> Iterator[Dataset | Unreadable]:
        """Yields what is in one file or member; raises what keeps it from being read."""
        if not blob.head:
            yield self._add(Dataset(self.uri, name, "file", rows=0), _Place(path, members, _EMPTY))
            return
        if database_scheme(blob.head):
            yield from self._database(path, members, name)
            return
        container = self._archive(path, members, blob)
        if container is None:
            format_ = recognise(blob)
            for table in format_.tables(blob, self.limits):
                full = f"{name}/{printable(table.name)}" if table.name else name
                if isinstance(table, Trouble):
                    yield Unreadable(self.uri, full, table.code, table.reason)
                    continue
                dataset = Dataset(self.uri, full, table.kind, table.columns, table.rows)
                yield self._add(dataset, _Place(path, members, format_.name, table.name))
            return
        if len(members) >= self.limits.depth:
            raise SourceError("too_large", f"archives within archives, more than {self.limits.depth} (limits.depth)")
        for member in container.members():
            inner = name if member.name is None else f"{name}!/{member.name}"
            chain = (*members, member.index)
            try:
                yield from self._blob(self._resolve(path, chain), path, chain, inner)
            except Exception as error:
                yield self._unreadable(inner, error)

    def _add(self, dataset: Dataset, *places: _Place) -> Dataset:
        name, copy = dataset.name, 2
        while name in self._places:  # an archive may hold two members of one name
            name = f"{dataset.name}#{copy}"
            copy += 1
        self._places[name] = places
        return replace(dataset, name=name)

    def _unreadable(self, name: str, error: Exception) -> Unreadable:
        trouble = _trouble(error)
        return Unreadable(self.uri, name, trouble.code, trouble.reason)

    def _group(self, group: Group) -> Iterator[Dataset | Unreadable]:
        """Yields a dataset per format in a partitioned folder; what cannot be part of one stands for itself."""
        name = printable(group.folder) if group.folder != "." else printable(self._base.name)
        found: dict[str, list[_Place]] = {}
        columns: dict[str, dict[str, Column]] = {}
        rows: dict[str, int | None] = {}
        for relative in group.files:
            path = quote(os.fsencode(relative))
            try:
                if belongs_to_another(self._base / relative, self._resolve(path, ())):
                    continue
                members, blob = self._unwrapped(path)
                format_ = recognise(blob) if blob.head and not database_scheme(blob.head) else None
                tables = list(format_.tables(blob, self.limits)) if format_ and format_.groups else []
            except Exception as error:
                yield self._unreadable(printable(relative), error)
                continue
            if format_ is None or len(tables) != 1 or isinstance(tables[0], Trouble):
                yield from self._file(relative)
                continue
            table = tables[0]
            key = format_.name
            found.setdefault(key, []).append(_Place(path, members, key, table.name, quote(os.fsencode(group.folder))))
            known = columns.setdefault(key, {})
            for column in (*table.columns, *(Column(k, "partition") for k in group.keys(relative))):
                known.setdefault(column.path, column)
            before = rows.get(key, 0)
            rows[key] = None if table.rows is None or before is None else before + table.rows
        for number, (key, places) in enumerate(found.items()):
            full = name if number == 0 else f"{name} ({key})"
            yield self._add(Dataset(self.uri, full, "folder", tuple(columns[key].values()), rows[key]), *places)

    def _unwrapped(self, path: str) -> tuple[tuple[int, ...], Blob]:
        """Returns a file without its compression, if it has one."""
        blob = self._resolve(path, ())
        members: tuple[int, ...] = ()
        while (container := self._archive(path, members, blob)) is not None and len(members) < self.limits.depth:
            first = next(iter(container.members()), None)
            if first is None or first.name is not None:
                raise SourceError("unsupported_format", "an archive within a partitioned folder; unpack it first")
            members = (*members, first.index)
            blob = self._resolve(path, members)
        return members, blob

    # Archives and databases

    def _resolve(self, path: str, members: tuple[int, ...]) -> Blob:
        """Returns the bytes of a file or of a member of archives in it."""
        blob = local(self._base / os.fsdecode(unquote_to_bytes(path)))
        for depth, index in enumerate(members):
            container = self._archive(path, members[:depth], blob)
            if container is None:
                raise SourceError("not_found", "it was an archive and is none any more")
            blob = container.blob(index)
        return blob

    def _archive(self, path: str, members: tuple[int, ...], blob: Blob) -> Container | None:
        key = (path, members)
        if key not in self._archives:
            container = open_container(blob, self.limits)
            if container is None:
                return None
            self._archives[key] = container
            if len(self._archives) > _OPEN_ARCHIVES:
                self._archives.popitem(last=False)[1].close()
        self._archives.move_to_end(key)
        return self._archives[key]

    def _database(self, path: str, members: tuple[int, ...], name: str) -> Iterator[Dataset | Unreadable]:
        for table in self._opened_database(path, members).datasets():
            if isinstance(table, Unreadable):
                yield Unreadable(self.uri, f"{name}/{table.path}", table.code, table.reason)
                continue
            renamed = replace(table, source=self.uri, name=f"{name}/{table.name}")
            dataset = self._add(renamed, _Place(path, members, _DATABASE, table.name))
            self._tables[dataset.name] = table
            yield dataset

    def _opened_database(self, path: str, members: tuple[int, ...]) -> Source:
        """Returns the source of a database file, unpacked first when it lies in an archive."""
        key = (path, members)
        if key not in self._databases:
            blob = self._resolve(path, members)
            file = blob.path or Path(self._folder.name) / f"database-{len(self._databases)}"
            if blob.path is None:
                with blob.open() as packed, file.open("wb") as unpacked:
                    while block := packed.read(1 << 20):
                        unpacked.write(block)
            name = database_scheme(blob.head) or "sqlite"
            if name not in connector.load():
                raise SourceError("unsupported_format", f"a {name} database, and no connector reads those here")
            self._databases[key] = connector[name](f"{name}:///{file}", self.limits)
        return self._databases[key]

    # Reading

    def partitions(self, dataset: Dataset) -> Iterator[Partition]:
        """Yields the parts of a dataset.

        Raises:
            SourceError: it is not there any more, or cannot be read any more.
        """
        if dataset.name not in self._places and not self._listed:
            for _ in self.datasets():
                pass
        if dataset.name not in self._places:
            raise SourceError("not_found", "it does not exist any more")
        for number, place in enumerate(self._places[dataset.name], start=1):
            try:
                yield from self._parts(dataset, place, number)
            except Exception as error:
                raise _trouble(error) from None

    def _parts(self, dataset: Dataset, place: _Place, number: int) -> Iterator[Partition]:
        blob = self._resolve(place.path, place.members)
        if place.format == _DATABASE:
            source = self._opened_database(place.path, place.members)
            table = self._tables.get(dataset.name) or replace(dataset, source=source.uri, name=place.table)
            for partition in source.partitions(table):
                hint = place.hint(Part(partition.key, hint=partition.hint))
                state = blob.state if place.members else partition.state  # an unpacked copy has a new time each time
                yield replace(partition, dataset=dataset, hint=hint, state=state)
            return
        parts = iter([Part(rows=0)]) if place.format == _EMPTY else _format(place).parts(blob, place.table, self.limits)
        # The key is stored: no cell may be in it. That a number still means the same file is told by the state.
        prefix = "" if place.group is None else f"{number} {printable(hidden(unquote(place.path)))}#"
        for part in parts:
            size = part.bytes or blob.size or (len(blob.head) if blob.whole else None)
            about = part.rows if part.rows is not None else _about(blob, size)
            yield Partition(dataset, prefix + part.key, part.rows, blob.state, place.hint(part), about, size)

    def batches(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a part.

        Raises:
            SourceError: reading stopped; what was yielded before is good.
        """
        yield from self._read(partition, None)

    def sample(self, partition: Partition, draw: Draw) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a part that a draw takes.

        Raises:
            SourceError: reading stopped; what was yielded before is good.
        """
        yield from self._read(partition, draw)

    def _read(self, partition: Partition, draw: Draw | None) -> Iterator[pa.RecordBatch]:
        place, part = _Place.of(partition.hint)
        try:
            if place.format == _DATABASE:
                source = self._opened_database(place.path, place.members)
                table = replace(partition.dataset, source=source.uri, name=place.table)
                inner = replace(partition, dataset=table, hint=part.hint, key=part.key)
                if draw is None:
                    yield from source.batches(inner)
                elif isinstance(source, Sampler):
                    yield from source.sample(inner, draw)
                else:
                    yield from thin(source.batches(inner), draw)
            elif place.format != _EMPTY:
                blob = self._resolve(place.path, place.members)
                format_ = _format(place)
                if draw is None:
                    batches = format_.batches(blob, place.table, part, self.limits)
                else:
                    batches = format_.sample(blob, place.table, part, draw, self.limits)
                if place.group is None:
                    yield from batches
                else:
                    group = Group(os.fsdecode(unquote_to_bytes(place.group)))
                    keys = group.keys(os.fsdecode(unquote_to_bytes(place.path)))
                    yield from (with_keys(batch, keys) for batch in batches)
        except Exception as error:
            raise _trouble(error) from None


def _about(blob: Blob, size: int | None) -> int | None:
    """Returns about how many rows a text has, from the lines at its beginning."""
    if blob.encoding is None or not size or not blob.text:
        return None
    lines = blob.text.count("\n") or 1
    return lines if blob.whole else max(lines, lines * size // len(blob.head))


def _format(place: _Place) -> Format:
    return formats[place.format]


def _trouble(error: Exception) -> SourceError:
    """Returns any error as one that a report can show: libraries' own words may quote cells, so only kinds are told."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, MissingExtra):  # the other files can be read: no reason to stop
        return SourceError("unsupported_format", str(error))
    if isinstance(error, RecenseError):
        return SourceError("failed", str(error))
    if isinstance(error, OSError):
        return refusal(error)
    if isinstance(error, MemoryError):
        return SourceError("too_large", "it does not fit in memory")
    return SourceError("failed", f"reading it failed with an unexpected {type(error).__name__}; please report it")
