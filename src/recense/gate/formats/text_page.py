"""For people: each field with its source line, why, what to do, and whom to ask; Article 9 first."""

from __future__ import annotations

from collections.abc import Iterator

from recense.gate.codes import RULES
from recense.gate.formats.json_document import counts
from recense.gate.formats.visible import summary, visible
from recense.gate.judging import is_special
from recense.gate.model import STATES, Check, Judged, Verdict
from recense.plural import counted

LIMIT = 50
"""Fields that are shown when nobody says how many; the summary says how many are left out."""
WIDTH = 160
"""A longer source line is cut around the name."""
_LEVEL = {Verdict.BLOCK: "error", Verdict.WARN: "warning"}


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the page; fields that are allowed are only counted."""
    limit = LIMIT if limit is None else limit
    told = [judged for judged in check.fields if judged.verdict is not Verdict.ALLOW]
    parts = ["\n".join(_field(check, judged, language)) for judged in told[:limit]]
    parts += [_unread(entry.file, entry.line, entry.reason) for entry in check.unread[:limit]]
    parts += [
        f"note[{note.code}]: {visible(note.says)}\n  --> {visible(note.file)}:{note.line}" for note in check.notes
    ]
    hidden = max(0, len(told) - limit) + max(0, len(check.unread) - limit)
    parts.append("\n".join(_end(check, hidden)))
    return "\n\n".join(parts) + "\n"


def _field(check: Check, judged: Judged, language: str) -> Iterator[str]:
    rule, place = RULES[judged.code], judged.place
    name = visible(judged.field.partition(":")[2])
    title = rule.title[language] if judged.code != "PD201" else "real-looking values"
    sure = "holds" if judged.code == "PD201" else "looks like" if judged.proof == "indicated" else "may be"
    new = "  (new)" if judged.introduced else ""
    yield f"{_LEVEL[judged.verdict]}[{judged.code}]: `{name}` {sure} {title}{new}"
    yield f"  --> {visible(place.file)}:{place.line}:{place.column}"
    yield from _excerpt(check.lines.get((place.file, place.line)), judged)
    yield f"  = why: {visible(judged.why)}"
    if judged.verdict is Verdict.BLOCK:
        law = rule.why[language]
        if is_special(judged.category) and check.policy.refuses_special:
            law += ", and your privacy policy says such data is not processed"
        yield f"  = law: {law}"
        yield f"  = fix: {rule.fix[language]}"
        yield from _ask(check, judged)
    elif judged.state == "renamed":
        yield f"  = fix: recense approvals move {visible(judged.renamed_from or '')} {visible(judged.field)}"
    elif judged.state == "expiring":
        yield f"  = fix: recense approvals renew {visible(judged.approval or '')}"
    elif judged.state == "self_approved":
        who = f"; written by {visible(judged.author)}" if judged.author else ""
        yield f"  = by: {visible(judged.by or '')}{who}: somebody else has to approve it (CODEOWNERS)"


def _ask(check: Check, judged: Judged) -> Iterator[str]:
    key = _quoted(judged.field)
    whom = f"  (DPO: {visible(check.policy.contact)})" if check.policy.contact else ""
    if judged.state == "expired":
        yield f"  = ask: recense approvals renew {visible(judged.approval or '')}{whom}"
    elif judged.state == "renamed_special":
        yield f"  = ask: recense approvals move {_quoted(judged.renamed_from or '')} {key}{whom}"
    else:
        yield f"  = ask: recense approvals request {key}{whom}"
    if judged.state == "unapproved":
        yield f"  = not personal data? recense approvals request {key} --false-positive"


def _quoted(key: str) -> str:
    import shlex

    return shlex.quote(visible(key))


def _excerpt(line: str | None, judged: Judged) -> Iterator[str]:
    """Yields the source line with a caret under the name; nothing for a place in no text file."""
    says = STATES[judged.state]
    if line is None:
        yield f"  = {says}"
        return
    start, end = judged.place.column - 1, max(judged.place.end_column - 1, judged.place.column)
    cut = max(0, start - WIDTH // 2) if len(line) > WIDTH else 0
    before, name, after = line[cut:start], line[start:end], line[end : cut + WIDTH]
    number = str(judged.place.line)
    before, name = visible(before.replace("\t", "    ")), visible(name.replace("\t", "    "))
    yield f"{number} | {before}{name}{visible(after.replace(chr(9), '    '))}"
    yield f"{' ' * len(number)} | {' ' * len(before)}{'^' * max(1, len(name))} {says}"


def _unread(file: str, line: int, reason: str) -> str:
    return f"error[unread]: could not be read\n  --> {visible(file)}:{line}\n  = why: {visible(reason)}"


def _end(check: Check, hidden: int) -> Iterator[str]:
    total = counts(check)
    yield f"{summary(total)} in {counted(check.files, 'file')}" + (
        f"; {hidden} not shown, --limit 0 shows all" if hidden else ""
    )
    if check.base is not None:
        yield f"{total['introduced']} new since {visible(check.base)}"
    if total["allowed_unread"]:
        allowed = counted(total["allowed_unread"], "statement not read is", "statements not read are")
        yield f"{allowed} allowed by recense.yaml"
    if check.fields and check.policy.approvers is None:
        yield "no privacy policy with approvers is given: who signed the approvals is not checked"
