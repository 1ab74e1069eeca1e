"""Joins a run with the register: the step between a scan and Article 30.

``recense.register`` knows no catalog and ``recense.catalog`` no register; this is the one place that has both sides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recense.errors import UserError

if TYPE_CHECKING:
    from recense.model import ScanRun
    from recense.policy.model import Policy
    from recense.register.building import Built
    from recense.register.model import RetentionStatus

RETENTION_SCHEMA = "recense.retention/1"
_MOST_BYTES = 64 << 20


def refresh_register(
    folder: Path,
    run: ScanRun,
    policy: Policy | None = None,
    retention: Mapping[str, Any] | None = None,
    *,
    drafting: bool = True,
) -> Built:
    """Brings the register in a folder up to date with a run.

    Args:
        folder: ``register/``; made when it is not there.
        run: with its findings (``Catalog.run``, or what a scan returned).
        policy: purposes that no activity has become drafts.
        retention: the document of ``recense retention report --format json``.
        drafting: whether new files may be written.

    Raises:
        UserError: a file is wrong or cannot be written, or ``retention`` is another document.
    """
    from recense.register.building import build, home_of
    from recense.register.facts import of_run

    return build(folder, of_run(run, home_of(folder)), policy, retention_statuses(retention), drafting=drafting)


def retention_statuses(document: Mapping[str, Any] | None) -> Sequence[RetentionStatus]:
    """Returns the verdicts in a retention report, none when there is no report.

    Raises:
        UserError: it is another document.
    """
    from pydantic import ValidationError

    from recense.register.facts import encodable
    from recense.register.model import RetentionStatus

    if document is None:
        return ()
    if not isinstance(document, Mapping) or document.get("schema") != RETENTION_SCHEMA:
        raise UserError(f"no retention report: its schema is not {RETENTION_SCHEMA}")
    try:
        return tuple(
            RetentionStatus(
                source=encodable(entry["source"]),
                dataset=encodable(entry["dataset"]),
                verdict=entry["verdict"],
                rule=entry.get("rule"),
                overdue=entry.get("overdue"),
                as_of=document.get("as_of"),
            )
            for entry in document["datasets"]
        )
    except (ValidationError, KeyError, TypeError, AttributeError):
        raise UserError(
            f"the retention report breaks {RETENTION_SCHEMA}: its datasets have source, dataset and verdict"
        ) from None


def read_retention(path: Path | None) -> Mapping[str, Any] | None:
    """Returns a retention report from a file, None when no file is named.

    Raises:
        UserError: it cannot be read or is no JSON.
    """
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise UserError(f"{path} is larger than {_MOST_BYTES >> 20} MB: that is no retention report")
        document: Mapping[str, Any] = json.loads(raw)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or type(error).__name__}") from None
    except (ValueError, RecursionError):
        raise UserError(f"{path} is no JSON; write it with 'recense retention report --format json'") from None
    return document
