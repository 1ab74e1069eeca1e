"""E-mail messages (``.eml``): a column per address field and subject, the other headers, the text of the body."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import Any

import pyarrow as pa

from recense.connectors.blobs import Blob, printable, read_fully
from recense.connectors.encodings import detect
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.formats.html_page import page_text
from recense.connectors.formats.text import paragraphs
from recense.connectors.rows import clean
from recense.errors import SourceError
from recense.model import Column, Limits

_MOST = 128 << 20
_FIELDS = ("from", "to", "cc", "bcc", "reply-to", "sender", "subject", "date")
_STARTS = re.compile(r"(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID|X-[\w-]+|From|To): ", re.IGNORECASE)
_FIELD = re.compile(r"^(?:From|To|Subject|Date): ", re.IGNORECASE | re.MULTILINE)


@register
class Mail(Format):
    """A message as one row; attachments that are no text are reported, not read."""

    name = "mail"
    groups = False

    def claim(self, blob: Blob) -> Claim:
        """Claims a text named ``.eml`` that has header fields, or one that starts like a message."""
        if blob.encoding is None:
            return Claim.NO
        starts = bool(_STARTS.match(blob.text)) and len(_FIELD.findall(blob.text[:8_192])) > 1
        if blob.suffix == ".eml" and ":" in blob.text[:200]:
            return Claim.MAGIC
        return Claim.CONTENT if starts else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields the message, and an entry per attachment that is not read."""
        names = [field.replace("-", "_") for field in _FIELDS]
        yield Table(kind="document", columns=tuple(Column(name, "text") for name in (*names, "headers[]", "body[]")))
        for number, part in enumerate(_leaves(_message(blob)), start=1):
            if not _is_text(part):
                name = _quietly(part.get_filename) or f"attachment {number}"
                reason = "an attachment; save it as a file to have it read"
                yield Trouble(printable(str(name)), "unsupported_format", reason)

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields one row."""
        message = _message(blob)
        fields = [(name.lower(), _text(value)) for name, value in _quietly(message.items) or _raw_items(message)]
        cells: list[Any] = []
        for field in _FIELDS:
            values = [value for name, value in fields if name == field]
            cells.append(pa.array(["\n".join(values) if values else None], pa.string()))
        others = [f"{clean(name)}: {value}" for name, value in fields if name not in _FIELDS]
        body = [row for leaf in _leaves(message) if _is_text(leaf) for row in paragraphs(iter([_content(leaf)]))]
        for texts in (others, body):
            cells.append(pa.array([texts], pa.list_(pa.string())))
        names = [field.replace("-", "_") for field in _FIELDS]
        yield pa.RecordBatch.from_arrays(cells, names=[*names, "headers[]", "body[]"])


def _message(blob: Blob) -> EmailMessage:
    if blob.encoding and blob.encoding.startswith("utf-") and blob.encoding != "utf-8":
        with blob.open_text() as stream:  # mail knows no UTF-16: somebody saved it so
            data = read_fully(stream, _MOST)
    else:
        data = blob.read(_MOST)
    try:
        return email.message_from_bytes(data, policy=email.policy.default)
    except Exception:
        raise SourceError("corrupt", "the message's headers are damaged") from None


def _leaves(message: Message) -> Iterator[EmailMessage]:
    for part in message.walk():
        if not part.is_multipart():
            yield part  # type: ignore[misc]


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_maintype() in ("text", "message")


def _content(part: EmailMessage) -> str:
    """Returns the text of a part, whatever its declared encoding is worth."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = _quietly(part.get_content_charset) or "utf-8"
    try:
        text = data.decode(charset)
    except (LookupError, ValueError):
        text = data.decode(detect(data[: 1 << 16]) or "latin-1", "replace")
    return "".join(page_text(iter([text]))) if part.get_content_subtype() == "html" else text


def _text(value: Any) -> str:
    return clean(" ".join(str(value).split())) or ""


def _raw_items(message: Message) -> list[tuple[str, Any]]:
    """Returns the headers as they stand, for messages whose headers the library cannot parse."""
    return list(message.raw_items())


def _quietly(call: Any) -> Any:
    """Returns what a call of the e-mail library gives, None when a malformed header makes it fail."""
    try:
        return call()
    except Exception:
        return None
