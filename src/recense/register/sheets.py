"""The register as people read it: a list and one sheet per activity, in blocks of labelled rows.

Every export for people (XLSX, ODS, HTML, CSV) renders these. French labels are those of the CNIL's simplified model;
the order of its blocks and the columns of the transfers are ours. What nobody stated reads *Non renseigné*.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from recense.policy import taxonomy
from recense.register.checking import activity_gaps, undescribed
from recense.register.folder import Register
from recense.register.model import Activity, Actor, DataCategory, Dpo, Found, Organisation
from recense.register.words import Words, row_of

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ACTOR = ("name", "address", "postcode", "city", "country", "phone", "email")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a title. The first cell of a row is its label; ``columns`` head the cells, ``groups`` the columns."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def heads(self) -> tuple[tuple[str, ...], ...]:
        """Returns the rows of heads, widest first."""
        return tuple(row for row in (self.groups, self.columns) if row)


@dataclass(frozen=True, slots=True)
class Sheet:
    """``name`` is the tab, ``title`` the heading, ``id`` the activity's; empty for the list."""

    id: str
    name: str
    title: str
    blocks: tuple[Block, ...]


def plain(text: str) -> str:
    r"""Returns a text without characters that nobody sees or that move others: they become visible escapes.

    >>> print(plain("a\x1b\u202eb\nc"))
    a\x1b\u202eb c
    """
    text = " ".join(text.split()) if not text.isprintable() else text
    return "".join(
        char if char == " " or unicodedata.category(char) not in _HIDDEN else ascii(char)[1:-1] for char in text
    )


def sheets(register: Register, language: str) -> list[Sheet]:
    """Returns the list sheet, then a sheet per activity, in the register's order."""
    words = Words(language)
    return [_list(register, words), *(_activity(register, activity, words) for activity in register.activities)]


def list_columns(words: Words) -> list[tuple[str, tuple[str, ...]]]:
    """Returns the groups of the list's columns with their columns."""
    return [
        (
            words("list.identification"),
            tuple(words(f"list.{key}") for key in ("name", "reference", "created", "updated")),
        ),
        (words("list.actor"), (words("list.responsible"),)),
        (words("list.purpose"), (words("list.main_purpose"),)),
        (words("list.transfers"), (words("list.yes_no"),)),
        (words("list.sensitive"), (words("list.yes_no"),)),
    ]


def list_row(register: Register, activity: Activity, words: Words) -> tuple[str, ...]:
    """Returns an activity's row of the list."""
    language, life = words.language, activity.lifecycle
    responsible = (
        ", ".join(one.name for one in activity.on_behalf_of) if activity.role == "processor" else _own(register)
    )
    purposes = activity.purposes[0].label.of(language) if activity.purposes else ""
    if activity.role == "processor" and activity.operations:
        purposes = activity.operations[0].of(language)
    transfers = {"stated": words("said.yes"), "none": words("said.no")}.get(activity.transfers.status, "")
    row = (
        activity.name.of(language),
        activity.reference or activity.id,
        life.created_on or "",
        life.updated_on or "",
        responsible,
        purposes,
        transfers,
        words("said.yes" if _sensitive(activity) else "said.no"),
    )
    return tuple(plain(cell) or words("said.unknown") for cell in row)


def _own(register: Register) -> str:
    return register.organisation.organisation.name if register.organisation.organisation else ""


def _sensitive(activity: Activity) -> bool:
    known = taxonomy()
    named = {entry.category for entry in activity.data_categories} | set(undescribed(activity))
    nir = any(row_of(entry.category, entry.entities)[0] == "sensitive_rows" for entry in activity.data_categories)
    return nir or any(known.is_special(category) for category in named)


def _list(register: Register, words: Words) -> Sheet:
    organisation = register.organisation
    columns = tuple(words(f"actor.{key}") for key in _ACTOR)
    blocks = [
        Block(words("list.controller"), (_actor("", organisation.organisation, words),), columns),
        Block(words("list.dpo"), (_dpo("", organisation.dpo, words),), columns),
    ]
    if organisation.contact_point is not None:
        blocks.append(Block(words("list.contact_point"), (_actor("", organisation.contact_point, words),), columns))
    heads = tuple(column for _, group in list_columns(words) for column in group)
    over = tuple(title if not at else "" for title, group in list_columns(words) for at in range(len(group)))
    rows = tuple(list_row(register, activity, words) for activity in register.activities)
    blocks.append(Block(words("list.sheet"), rows, heads, over))
    return Sheet("", words("list.sheet"), words("page.title"), tuple(blocks))


def _activity(register: Register, activity: Activity, words: Words) -> Sheet:
    build = _processor_blocks if activity.role == "processor" else _controller_blocks
    blocks = [
        _description(activity, words),
        _actors(register.organisation, activity, words),
        *build(activity, words),
        _transfers(activity, words),
        _more(activity, words),
        _machine(activity, words),
        _completeness(register, activity, words),
    ]
    name = plain(activity.name.of(words.language))
    return Sheet(activity.id, name, f"{words('sheet.title')} : {name}", tuple(block for block in blocks if block))


def _description(activity: Activity, words: Words) -> Block:
    life = activity.lifecycle
    rows = (
        (words("list.name"), activity.name.of(words.language)),
        (words("list.reference"), activity.reference or activity.id),
        (words("list.created"), life.created_on or ""),
        (words("sheet.updated"), life.updated_on or ""),
        (words("sheet.status"), words(f"statuses.{life.status}")),
        (words("page.role"), words(f"page.{activity.role}")),
    )
    return _block(words, words("sheet.description"), rows)


def _actors(organisation: Organisation, activity: Activity, words: Words) -> Block:
    own = words("sheet.processor" if activity.role == "processor" else "sheet.responsible")
    rows = [_actor(own, organisation.organisation, words), _dpo(words("sheet.dpo"), organisation.dpo, words)]
    if organisation.representative is not None:
        rows.append(_actor(words("sheet.representative"), organisation.representative, words))
    if activity.role == "controller":
        rows += [_actor(words("sheet.joint"), one, words) for one in organisation.joint_controllers]
    rows += [_actor(words("sheet.customer"), one, words) for one in activity.on_behalf_of]
    return Block(words("sheet.actors"), tuple(rows), ("", *(words(f"actor.{key}") for key in _ACTOR)))


def _actor(label: str, actor: Actor | None, words: Words) -> tuple[str, ...]:
    head = (label,) if label else ()
    if actor is None:
        return (*head, words("said.unknown"), *[""] * (len(_ACTOR) - 1))
    cells = [plain(getattr(actor, key) or "") for key in _ACTOR]
    if actor.person:
        cells[0] = f"{cells[0]} ({plain(actor.person)})"
    return (*head, *cells)


def _dpo(label: str, dpo: Dpo, words: Words) -> tuple[str, ...]:
    if dpo.who is not None:
        return _actor(label, dpo.who, words)
    said = words("said.no_dpo" if dpo.status == "none" else "said.unknown")
    return (*((label,) if label else ()), said, *[""] * (len(_ACTOR) - 1))


def _controller_blocks(activity: Activity, words: Words) -> list[Block]:
    language = words.language
    purposes = [
        (words("sheet.main_purpose") if not at else f"{words('sheet.sub_purpose')} {at}", purpose.label.of(language))
        for at, purpose in enumerate(activity.purposes)
    ] or [(words("sheet.main_purpose"), "")]
    basis = activity.legal_basis
    said = words(f"bases.{basis.value}") if basis else ""
    if basis is not None and basis.origin == "inferred":
        said += words("said.inferred")
    subjects = [
        (f"{words('sheet.subject')} {at}", subject.label.of(language))
        for at, subject in enumerate(activity.data_subjects, start=1)
    ] or [(f"{words('sheet.subject')} 1", "")]
    return [
        _block(words, words("sheet.purposes"), (*purposes, (words("sheet.legal_basis"), said))),
        _measures(activity, words),
        _data(activity, words, "data_rows", words("sheet.data")),
        _data(activity, words, "sensitive_rows", words("sheet.sensitive")),
        _block(words, words("sheet.subjects"), tuple(subjects)),
        _recipients(activity, words),
    ]


def _processor_blocks(activity: Activity, words: Words) -> list[Block]:
    operations = [
        (f"{words('sheet.operation')} {at}", operation.of(words.language))
        for at, operation in enumerate(activity.operations, start=1)
    ] or [(f"{words('sheet.operation')} 1", "")]
    return [_block(words, words("sheet.operations"), tuple(operations)), _measures(activity, words)]


def _measures(activity: Activity, words: Words) -> Block:
    rows = tuple(
        (
            words(f"sheet.{kind}"),
            " ; ".join(one.label.of(words.language) for one in activity.security if one.kind == kind),
        )
        for kind in ("technical", "organisational")
    )
    return _block(words, words("sheet.measures"), rows)


def _data(activity: Activity, words: Words, group: str, title: str) -> Block:
    """Returns the CNIL's rows with the categories that people described, then those that were only seen."""
    texts: dict[str, list[str]] = {row: [] for row in words.group(group)}
    limits: dict[str, list[str]] = {row: [] for row in texts}
    for entry in activity.data_categories:
        block, row = row_of(entry.category, entry.entities)
        if block == group:
            texts[row].append(_described(entry, words))
            if entry.retention is not None:
                limits[row].append(entry.retention.label.of(words.language))
    entities = _entities(activity)
    for category in undescribed(activity):
        block, row = row_of(category, entities.get(category, ()))
        if block == group:
            texts[row].append(words("said.seen") + _category(category, words))
    rows = tuple(
        (label, plain(" ; ".join(texts[row])), plain(" ; ".join(dict.fromkeys(limits[row]))))
        for row, label in words.group(group).items()
    )
    return Block(title, rows, ("", words("sheet.text"), words("sheet.keeping")))


def _entities(activity: Activity) -> dict[str, tuple[str, ...]]:
    seen: dict[str, tuple[str, ...]] = {}
    for dataset in activity.machine.datasets if activity.machine else ():
        for found in dataset.found:
            seen[found.category] = (*seen.get(found.category, ()), *found.entities)
    return seen


def _described(entry: DataCategory, words: Words) -> str:
    said = entry.description.of(words.language) if entry.description else _category(entry.category, words)
    return f"{said} [{entry.ground}]" if entry.ground else said


def _category(id_: str, words: Words) -> str:
    known = taxonomy().categories.get(id_)
    return known.label[words.language] if known else id_


def _recipients(activity: Activity, words: Words) -> Block:
    stated = activity.recipients
    rows = tuple(
        (plain(one.label.of(words.language)), words(f"recipient_kinds.{one.kind}")) for one in stated.list
    ) or ((words("said.none" if stated.status == "none" else "said.unknown"), ""),)
    return Block(words("sheet.recipients"), rows, (words("sheet.text"), words("sheet.recipient_kind")))


def _transfers(activity: Activity, words: Words) -> Block:
    stated = activity.transfers
    rows = tuple(
        tuple(plain(cell or "") for cell in (one.recipient, one.country, one.safeguard, one.document))
        for one in stated.list
    ) or ((words("said.none" if stated.status == "none" else "said.unknown"), "", "", ""),)
    heads = (words("sheet.recipient"), words("actor.country"), words("sheet.safeguard"), words("sheet.document"))
    return Block(words("sheet.transfers"), rows, heads)


def _more(activity: Activity, words: Words) -> Block | None:
    rows = []
    if activity.software:
        rows.append((words("sheet.software"), " ; ".join(activity.software)))
    if activity.data_source:
        rows.append((words("sheet.data_source"), activity.data_source))
    if activity.automated_decision is not None:
        rows.append((words("sheet.automated"), words("said.yes" if activity.automated_decision else "said.no")))
    return _block(words, words("sheet.more"), tuple(rows)) if rows else None


def _machine(activity: Activity, words: Words) -> Block | None:
    machine = activity.machine
    if machine is None:
        return None
    verdicts = {(one.source, one.dataset): one for one in machine.retention}
    rows = []
    for entry in machine.datasets:
        verdict = verdicts.get((entry.source, entry.dataset))
        rows.append(
            (
                plain(entry.dataset),
                plain(entry.source),
                " ; ".join(_seen(found, words) for found in entry.found) or words("said.none"),
                plain(f"{verdict.verdict} ({verdict.rule})" if verdict and verdict.rule else ""),
                plain(entry.seen[:10]),
            )
        )
    rows = rows or [(words("said.none"), "", "", "", plain(machine.last_scan[:10]))]
    heads = ("dataset", "source", "seen_categories", "retention", "last_scan")
    return Block(words("sheet.machine"), tuple(rows), tuple(words(f"sheet.{head}") for head in heads))


def _seen(found: Found, words: Words) -> str:
    columns = [plain(column) for column in found.columns[:8]]
    more = len(found.columns) - len(columns) + found.more
    if more > 0:
        columns.append(words("said.more", n=more))
    return f"{_category(found.category, words)} ({words(f'proofs.{found.proof}')}) : {', '.join(columns)}"


def _completeness(register: Register, activity: Activity, words: Words) -> Block:
    rows = tuple((words("sheet.gap"), gap.says(words.language)) for gap in activity_gaps(register, activity))
    return Block(words("sheet.complete"), rows or ((words("sheet.gap"), words("sheet.no_gap")),))


def _block(words: Words, title: str, rows: tuple[tuple[str, str], ...]) -> Block:
    return Block(title, tuple((label, plain(text) or words("said.unknown")) for label, text in rows))
