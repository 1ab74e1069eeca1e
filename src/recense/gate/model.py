"""The words of the gate: what the classifier saw, what is decided of it, and the document that every format renders."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from recense.schema import DeclaredField, Place, Unread

Strength = Literal["strong", "weak"]


class Verdict(StrEnum):
    """What becomes of a field."""

    BLOCK = "block"
    WARN = "warn"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the classifier says of a declared field; ``rule`` is the classifier's, ``says`` an English sentence."""

    field: DeclaredField
    category: str
    entity: str
    strength: Strength
    says: str

    @property
    def fingerprint(self) -> str:
        """Returns what identifies the field in every run, see ``fingerprint``."""
        return fingerprint(self.field.root, self.category)


@dataclass(frozen=True, slots=True)
class Judged:
    """A field with its verdict: a row of ``recense.check/1``.

    Attributes:
        proof: ``indicated`` for a clear name, ``to_check`` for a weak one, ``proved`` for values with check digits.
        state: why the verdict is what it is, a word of ``STATES``.
        introduced: whether this change brought it; None without ``--base``.
        approval: id of the decision that speaks of it, whether or not it covers it. by: who took it.
        author: who wrote the decision into the file, for a self-approved field.
        why: an English sentence. renamed_from: its key when it was first declared.
    """

    field: str
    place: Place
    category: str
    entity: str
    proof: str
    code: str
    verdict: Verdict
    state: str
    why: str
    fingerprint: str
    introduced: bool | None = None
    approval: str | None = None
    by: str | None = None
    until: datetime.date | None = None
    author: str | None = None
    renamed_from: str | None = None
    type: str = ""


STATES: Mapping[str, str] = {
    "unapproved": "no approval on file",
    "expired": "its approval has expired",
    "category_changed": "it is approved as something else: a category is part of a field's identity",
    "renamed_special": "its approval names it as it was: for Articles 9 and 10 an approval does not follow a rename",
    "unknown_approver": "its approval is signed by somebody whom the policy does not list as an approver",
    "not_yet": "its approval is dated in the future",
    "self_approved": "this change brings the field and its own approval",
    "renamed": "covered through a rename",
    "expiring": "its approval ends soon",
    "weak": "only a weak name speaks for it",
    "inline": "marked as not personal where it is declared",
    "declared_category": "no approval on file; the policy declares its category",
    "approved": "approved",
    "real_values": "values look real",
}
"""Why a verdict is what it is; the sentence stands under the caret."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the approvals file or the run that is no field: a stale approval, an id that stands twice."""

    code: str
    file: str
    line: int
    says: str
    approval: str | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """A statement that was not read and is allowed by recense.yaml, with the reason given there."""

    unread: Unread
    reason: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What the gate needs of a privacy policy.

    Attributes:
        approvers: who may decide; None when there is no policy, so that ``by`` cannot be checked.
        contact: whom to ask. declared: entities that the policy says are processed; None without a policy.
        refuses_special: whether it says that Article 9 data are not processed. name: for messages.
    """

    approvers: frozenset[str] | None = None
    contact: str | None = None
    declared: frozenset[str] | None = None
    refuses_special: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """The whole result.

    Attributes:
        fields: Article 9 first, then what blocks, then by place. base: the revision compared with, or None.
        files: how many files were read. strict: whether warnings fail too.
        lines: the source line of each place (file, line), for the text format.
    """

    fields: tuple[Judged, ...] = ()
    notes: tuple[Note, ...] = ()
    unread: tuple[Unread, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    base: str | None = None
    files: int = 0
    strict: bool = False
    policy: Policy = field(default_factory=Policy)
    approvals_file: str = ""
    lines: Mapping[tuple[str, int], str] = field(default_factory=dict)

    def of(self, verdict: Verdict) -> list[Judged]:
        """Returns the fields with a verdict."""
        return [judged for judged in self.fields if judged.verdict is verdict]

    @property
    def fails(self) -> bool:
        """Tells whether something blocks: with ``--strict`` a warning or a note does too."""
        if self.of(Verdict.BLOCK):
            return True
        return self.strict and bool(self.of(Verdict.WARN) or self.notes)


def fingerprint(root: str, category: str) -> str:
    """Returns 16 hex digits that identify a field and its category through renames and moved lines.

    No line, no type and no value goes into it: hashed personal data is still personal data.

    Args:
        root: key under which the field was first declared (``DeclaredField.root``).
        category: part of the identity: an approval of ``contact`` never covers ``special.health``.

    >>> fingerprint("sql:clients.email", "contact")
    'fd68281477353ce4'
    """
    dataset, _, column = root.rpartition(".")
    key = "|".join((dataset, column, category))
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:16]
