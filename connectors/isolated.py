"""Reads a hostile file in a process of its own, with bounded memory.

Some libraries trust what a file says about itself: a workbook of 5 kB with one cell in its last corner makes the
spreadsheet library ask for half a terabyte and abort the process, an Avro block of 1 MB may claim a thousand million
rows. Formats read by such a library do so here; whatever happens to the child becomes a ``SourceError``.

Starting a child takes half a second, so one that finished cleanly serves again. It gets the open file itself, not a
path, with a request, and answers with frames: 8 bytes of length, then a record batch as an Arrow stream. Length 0 ends
the answer, a negative length announces the code and reason of a ``SourceError``. Standard error goes nowhere: a
library's last words may quote a cell. A child ends when its parent does.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO, cast

import pyarrow as pa

from recense.connectors.blobs import Blob, read_fully
from recense.errors import SourceError
from recense.model import Limits

MEMORY = 3 << 30
"""Bytes of address space of a child; about 1 GiB of it is taken by libraries before it starts."""

_LENGTH = struct.Struct(">q")
_MOST_ANSWERS = 200  # then a new child: what a library leaks does not add up


class _Child:
    """A process that answers requests one after the other."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-m", "recense.connectors.isolated"]
            command += [str(theirs.fileno()), str(MEMORY)]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            quiet = subprocess.DEVNULL
            self._process = subprocess.Popen(
                command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, pass_fds=[theirs.fileno()]
            )
        self._socket = ours
        self._answers = cast(BinaryIO, ours.makefile("rb"))
        self._served = 0
        self.owner = os.getpid()

    def ask(self, file: int, request: bytes) -> Iterator[pa.RecordBatch]:
        """Sends a request and yields its answer."""
        self._served += 1
        try:
            socket.send_fds(self._socket, [_LENGTH.pack(len(request))], [file])
            self._socket.sendall(request)
        except OSError:
            raise self._death() from None
        while length := self._number():
            data = read_fully(self._answers, abs(length))
            if len(data) < abs(length):
                raise self._death()
            if length < 0:
                raise SourceError(*json.loads(data))
            with pa.ipc.open_stream(data) as stream:
                yield from stream

    def _number(self) -> int:
        data = read_fully(self._answers, _LENGTH.size)
        if len(data) < _LENGTH.size:
            raise self._death()
        return int(_LENGTH.unpack(data)[0])

    @staticmethod
    def _death() -> SourceError:
        return SourceError("too_large", "the library that reads it ran out of memory or failed: a damaged file?")

    def usable(self) -> bool:
        """Tells whether it may serve again in this process."""
        return self.owner == os.getpid() and self._served < _MOST_ANSWERS and self._process.poll() is None

    def end(self) -> None:
        """Ends the process, whatever it does; of another process's child only the connection."""
        self._answers.close()
        self._socket.close()
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()


_idle: list[_Child] = []


def batches(module: str, blob: Blob, request: str, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields what ``read_isolated(stream, request, limits)`` of a module yields, run in a child process.

    Raises:
        SourceError: the function raised one, or the child did not survive the file.
    """
    message = json.dumps([module, request, asdict(limits)]).encode()
    with blob.seekable() as stream:
        file = stream.fileno()  # an unpacked file in memory moves to disk
        os.lseek(file, 0, os.SEEK_SET)
        child = _take()
        finished = False
        try:
            yield from child.ask(file, message)
            finished = True
        finally:
            if finished and child.usable():
                _idle.append(child)
            else:
                child.end()


def _take() -> _Child:
    while _idle:
        try:
            child = _idle.pop()
        except IndexError:  # another thread was faster
            break
        if child.usable():
            return child
        child.end()
    return _Child()


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().end()


# In the child


def _serve(connection: socket.socket) -> None:
    with connection, connection.makefile("rwb") as stream:
        while True:
            header, files, _, _ = socket.recv_fds(connection, _LENGTH.size, 1)
            if len(header) < _LENGTH.size or not files:
                return
            module, request, limits = json.loads(read_fully(cast(BinaryIO, stream), _LENGTH.unpack(header)[0]))
            with os.fdopen(files[0], "rb") as file:
                _answer(module, file, request, Limits(**limits), cast(BinaryIO, stream))
            stream.flush()


def _answer(module: str, file: BinaryIO, request: str, limits: Limits, output: BinaryIO) -> None:
    """Writes the frames of a request."""
    try:
        for batch in importlib.import_module(module).read_isolated(file, request, limits):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            data = sink.getvalue()
            output.write(_LENGTH.pack(data.size))
            output.write(data)
        output.write(_LENGTH.pack(0))
    except SourceError as error:
        _refuse(output, error.code, error.reason)
    except MemoryError:
        _refuse(output, "too_large", "it does not fit in memory")


def _refuse(output: BinaryIO, code: str, reason: str) -> None:
    data = json.dumps([code, reason]).encode()
    output.write(_LENGTH.pack(-len(data)) + data)


def _bound_memory(most: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold cells


if __name__ == "__main__":
    _bound_memory(int(sys.argv[2]))
    _serve(socket.socket(fileno=int(sys.argv[1])))
