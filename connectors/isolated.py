"""Reads a hostile file in a process of its own, with bounded memory.

Some libraries trust what a file says about itself: a workbook of 5 kB with one cell in its last corner makes the
spreadsheet library ask for half a terabyte and abort the process, an Avro block of 1 MB may claim a thousand million
rows. Formats read by such a library do so here; whatever happens to the child becomes a ``SourceError``.

The child gets the file as its standard input and answers with frames: 8 bytes of length, then a record batch as an
Arrow stream. Length 0 ends the answer; length -1 is followed by the code and reason of a ``SourceError``. Its standard
error goes nowhere: a library's last words may quote a cell.
"""

from __future__ import annotations

import importlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO

import pyarrow as pa

from recense.connectors.blobs import Blob, read_fully
from recense.errors import SourceError
from recense.model import Limits

MEMORY = 3 << 30
"""Bytes of address space of the child; about 1 GiB of it is taken by libraries before it starts."""

_LENGTH = struct.Struct(">q")
_MOST = 1 << 30


def batches(module: str, blob: Blob, request: str, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields what ``read_isolated(stream, request, limits)`` of a module yields, run in a child process.

    Raises:
        SourceError: the function raised one, or the child did not survive the file.
    """
    command = [sys.executable, "-P", "-m", "recense.connectors.isolated", module, request, json.dumps(asdict(limits))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with blob.seekable() as stream:
        stream.fileno()  # an unpacked file in memory moves to disk
        stream.seek(0)
        child = subprocess.Popen(
            command, stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        try:
            assert child.stdout is not None
            yield from _frames(child.stdout, child)
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def _frames(pipe: BinaryIO | object, child: subprocess.Popen[bytes]) -> Iterator[pa.RecordBatch]:
    source: BinaryIO = pipe  # type: ignore[assignment]
    while True:
        header = read_fully(source, _LENGTH.size)
        length = _LENGTH.unpack(header)[0] if len(header) == _LENGTH.size else None
        if length == 0:
            return
        if length == -1:
            code, reason = json.loads(source.read())
            raise SourceError(code, reason)
        if length is None or not 0 < length <= _MOST:
            child.wait()
            raise SourceError("too_large", "the library that reads it ran out of memory or failed: a damaged file?")
        with pa.ipc.open_stream(read_fully(source, length)) as stream:
            yield from stream


def _answer(module: str, request: str, limits: Limits) -> None:
    """Writes the frames of a request; the child's main function."""
    output = sys.stdout.buffer
    try:
        with open(0, "rb", closefd=False) as stream:
            for batch in importlib.import_module(module).read_isolated(stream, request, limits):
                sink = pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, batch.schema) as writer:
                    writer.write_batch(batch)
                data = sink.getvalue()
                output.write(_LENGTH.pack(data.size))
                output.write(data)
        output.write(_LENGTH.pack(0))
    except SourceError as error:
        output.write(_LENGTH.pack(-1) + json.dumps([error.code, error.reason]).encode())
    except MemoryError:
        output.write(_LENGTH.pack(-1) + json.dumps(["too_large", "it does not fit in memory"]).encode())
    output.flush()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold cells


if __name__ == "__main__":
    _bound_memory()
    _answer(sys.argv[1], sys.argv[2], Limits(**json.loads(sys.argv[3])))
