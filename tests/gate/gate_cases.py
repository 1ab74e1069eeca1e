"""Fields, approvals and days by hand: most rules of the gate need no repository."""

import datetime
import json
import os
import subprocess
from collections.abc import Sequence
from typing import Any

from processes import environment

from recense.cli import main
from recense.cli.reading import classify_all
from recense.gate import Approval, Approvals, Judged, Policy, Rules, judge
from recense.model import Column
from recense.schema import DeclaredField, Place

TODAY = datetime.date(2026, 11, 23)
DPO = "dpo@example.org"


def field(key: str, *, was: Sequence[str] = (), line: int = 1, type: str = "text", **more: object) -> DeclaredField:
    kind, _, rest = key.partition(":")
    table, _, column = rest.partition(".")
    place = Place("db/1.sql", line, 5, 5 + len(column))
    return DeclaredField(kind, table, Column(column, type), place, lineage=tuple(was), **more)  # type: ignore[arg-type]


def approval(key: str, *categories: str, **more: object) -> Approval:
    settings: dict[str, object] = {
        "id": "APP-1", "decision": "accepted", "by": DPO, "on": datetime.date(2026, 10, 1),
        "until": datetime.date(2027, 3, 1), "why": "Contract follow-up",
    }  # fmt: skip
    return Approval(field=key, categories=categories, **{**settings, **more})  # type: ignore[arg-type]


def verdicts(
    fields: Sequence[DeclaredField], *approvals: Approval, policy: Policy | None = None, **more: object
) -> dict[str, Judged]:
    """Returns the verdicts by field, as the check command finds them."""
    rules = Rules(Approvals.of(approvals), policy or Policy(), TODAY, **more)  # type: ignore[arg-type]
    return {judged.field: judged for judged in judge(classify_all(fields), (), rules)}


ENVIRONMENT = environment() | {"GIT_CONFIG_GLOBAL": os.devnull}


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-qm", message)


def fields_of(capsys: Any, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Returns exit code and fields of ``recense check`` in the working directory."""
    capsys.readouterr()
    code = main(["check", "--format", "json", *arguments])
    return code, {field["field"]: field for field in json.loads(capsys.readouterr().out)["fields"]}
