"""``recense approvals``: the only thing that writes recense-approvals.yaml, and only on request."""

from __future__ import annotations

import datetime
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recense.cli import console
from recense.cli.check import ApprovalsOption, PathArgument, PolicyOption, day
from recense.cli.options import CatalogOption, ConfigOption, load_config, open_catalog
from recense.errors import UserError, unknown
from recense.plural import counted

if TYPE_CHECKING:
    from recense.cli.gathering import Gathered
    from recense.gate.approvals import Approval

FieldArgument = Annotated[str, typer.Argument(metavar="FIELD", help="Its key: sql:clients.email.")]
PathOption = Annotated[Path, typer.Option("--path", metavar="PATH", help="What 'recense check' checks. Default: here.")]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="EMAIL", help="Who decides. Default: the policy's only approver, else git's user.email."
    ),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="Default and most: 24 months, Articles 9 and 10: 6.")
]
WhyOption = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="The reason, at least 10 characters.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The day of the decision. Default: today.")
]


def add_to(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(
        help="Change the approvals file, which nothing else writes.", no_args_is_help=True, rich_markup_mode=None
    )
    for verb in (request, list_approvals, move, renew, prune, baseline, pull, push, merge, schema):
        group.command("list" if verb is list_approvals else verb.__name__)(verb)
    app.add_typer(group, name="approvals")


def request(
    field: FieldArgument,
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="ID", help="Default: what the check finds.")
    ] = None,
    false_positive: Annotated[bool, typer.Option("--false-positive", help="It is not personal data.")] = False,
    activity: Annotated[str | None, typer.Option("--activity", metavar="ID", help="Activity in the register.")] = None,
    why: WhyOption = None,
    by: ByOption = None,
    until: UntilOption = None,
    ticket: Annotated[str | None, typer.Option("--ticket", metavar="TEXT")] = None,
    path: PathOption = Path(),
    approvals: ApprovalsOption = None,
    policy: PolicyOption = None,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write an approval for a field; whoever owns the file approves it by merging it.

    The decision is 'declared' where the policy declares the kind of data, else 'accepted'.
    """
    from recense.gate import editing
    from recense.gate.approvals import Approval, longest

    gathered = _gather(path, approvals, policy, config, as_of)
    found = [judged for judged in gathered.check.fields if judged.field == field]
    keys = {entry.key for entry in gathered.reading.schema.fields} | {j.field for j in gathered.check.fields}
    if field not in keys:
        raise UserError(unknown("field", field, _near(field, keys)))
    categories = tuple(dict.fromkeys(category or [judged.category for judged in found]))
    if not categories:
        raise UserError(f"{field} is not found to be personal; name its category with --category")
    declared = all(judged.entity in (gathered.policy.declared or ()) for judged in found) and bool(found)
    on = gathered.today
    approval = Approval(
        id=editing.new_id(field, categories, on, [entry.id for entry in gathered.approvals.entries]),
        field=field,
        categories=categories,
        decision="false_positive" if false_positive else "declared" if declared else "accepted",
        by=by or _signer(gathered),
        on=on,
        until=day(until) if until else longest(categories, on),
        why=why or _ask("Why"),
        activity=activity,
        ticket=ticket,
    )
    _write(gathered, editing.add(_text(gathered), [approval], _name(gathered)))
    console.data(f"{approval.id}  {field}  {', '.join(categories)}  {approval.decision} until {approval.until}")


def list_approvals(
    path: PathArgument = Path(),
    approvals: ApprovalsOption = None,
    config: ConfigOption = None,
    expiring: Annotated[bool, typer.Option("--expiring", help="Only what has ended or ends within 30 days.")] = False,
    as_of: AsOfOption = None,
) -> None:
    """List the approvals with what is left of them."""
    from recense.gate.approvals import SOON_DAYS

    gathered = _gather(path, approvals, None, config, as_of)
    stale = {note.approval for note in gathered.check.notes if note.code == "PD001"}
    rows = [("ID", "FIELD", "CATEGORIES", "DECISION", "BY", "UNTIL", "STATE")]
    for entry in gathered.approvals.entries:
        left = (entry.until - gathered.today).days
        if expiring and left > SOON_DAYS:
            continue
        state = "expired" if left < 0 else "stale" if entry.id in stale else f"{counted(left, 'day')} left"
        rows.append(
            (entry.id, entry.field, ", ".join(entry.categories), entry.decision, entry.by, str(entry.until), state)
        )
    console.data(console.table(rows))


def move(
    old: Annotated[str | None, typer.Argument(metavar="[OLD]", help="The field's key before the rename.")] = None,
    new: Annotated[str | None, typer.Argument(metavar="[NEW]", help="Its key now.")] = None,
    path: PathOption = Path(),
    approvals: ApprovalsOption = None,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Let approvals follow renames; without arguments, every rename that the check says is covered.

    The old name is kept under aliases. Articles 9 and 10 are moved only when both names are given.
    """
    from recense.gate import editing

    gathered = _gather(path, approvals, None, config, as_of)
    if (old is None) != (new is None):
        raise UserError("give both the old and the new key, or none")
    pairs = [(old, new)] if old and new else _renames(gathered)
    if new is not None and new not in {field.key for field in gathered.reading.schema.fields}:
        raise UserError(unknown("field", new, _near(new, {field.key for field in gathered.reading.schema.fields})))
    text = _text(gathered)
    for before, after in pairs:
        text = editing.move(text, _name(gathered), str(before), str(after))
        console.data(f"{before} -> {after}")
    if pairs:
        _write(gathered, text)
    else:
        console.note("no approval is covered through a rename")


def _renames(gathered: Gathered) -> list[tuple[str, str]]:
    """Returns (what the approval names, what the field is called now)."""
    named = {entry.id: entry.field for entry in gathered.approvals.entries}
    pairs = [
        (named[judged.approval], judged.field)
        for judged in gathered.check.fields
        if judged.state == "renamed" and judged.approval in named
    ]
    return list(dict.fromkeys(pairs))


def renew(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids or fields of approvals.")],
    why: WhyOption = None,
    by: ByOption = None,
    until: UntilOption = None,
    path: PathOption = Path(),
    approvals: ApprovalsOption = None,
    policy: PolicyOption = None,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Decide again today: a new day, end and signature; an inherited field becomes accepted."""
    from recense.gate import editing
    from recense.gate.approvals import longest

    gathered = _gather(path, approvals, policy, config, as_of)
    known = [name for entry in gathered.approvals.entries for name in (entry.id, entry.field)]
    for id_ in ids:
        if id_ not in known:
            raise UserError(unknown("approval", id_, _near(id_, set(known))))
    signer = by or _signer(gathered)
    renewed: list[Approval] = []

    def edit(approval: Approval) -> Approval:
        if approval.id not in ids and approval.field not in ids:
            return approval
        on = gathered.today
        end = day(until) if until else longest(approval.categories, on)
        decision = "accepted" if approval.decision == "inherited" else approval.decision
        changed = replace(approval, on=on, until=end, by=signer, why=why or approval.why, decision=decision)
        renewed.append(changed)
        return changed

    _write(gathered, editing.change(_text(gathered), _name(gathered), edit))
    for approval in reversed(renewed):
        console.data(f"{approval.id}  {approval.field}  until {approval.until}")


def prune(
    path: PathArgument = Path(),
    approvals: ApprovalsOption = None,
    config: ConfigOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would go.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Although some statements could not be read.")] = False,
    as_of: AsOfOption = None,
) -> None:
    """Remove the approvals whose field is gone or has become something else."""
    from recense.gate import editing

    gathered = _gather(path, approvals, None, config, as_of)
    if gathered.check.unread and not force and not dry_run:
        first = gathered.check.unread[0]
        raise UserError(
            f"{counted(len(gathered.check.unread), 'statement')} could not be read ({first.file}:{first.line} …): "
            "a field could stand in one of them; --force prunes all the same"
        )
    lines = {note.line for note in gathered.check.notes if note.code == "PD001"}
    gone = [(entry.id, entry.field) for entry in gathered.approvals.entries if entry.line in lines]
    for id_, field in gone:
        console.data(f"{id_}  {field}")
    if gone and not dry_run:
        _write(gathered, editing.remove(_text(gathered), _name(gathered), gone))


def baseline(
    path: PathArgument = Path(),
    approvals: ApprovalsOption = None,
    policy: PolicyOption = None,
    config: ConfigOption = None,
    by: ByOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Give every field that blocks today 90 days, as decision 'inherited': debt with a date."""
    gathered = _gather(path, approvals, policy, config, as_of)
    until = gathered.today + datetime.timedelta(days=90)
    console.data(f"{counted(write_baseline(gathered, by), 'field')} until {until}")


def write_baseline(gathered: Gathered, by: str | None = None) -> int:
    """Writes an approval 'inherited' for every field that blocks for want of one; returns how many."""
    from recense.gate import editing
    from recense.gate.approvals import BASELINE_DAYS, Approval
    from recense.gate.model import Verdict

    wanted: dict[str, list[str]] = {}
    for judged in gathered.check.of(Verdict.BLOCK):
        if judged.state in ("unapproved", "real_values", "category_changed"):
            wanted.setdefault(judged.field, []).append(judged.category)
    if not wanted:
        return 0
    on = gathered.today
    signer = by or _signer(gathered)
    taken = [entry.id for entry in gathered.approvals.entries]
    made = [
        Approval(
            id=editing.new_id(field, categories, on, taken),
            field=field,
            categories=tuple(dict.fromkeys(categories)),
            decision="inherited",
            by=signer,
            on=on,
            until=on + datetime.timedelta(days=BASELINE_DAYS),
            why="There before the first check: to be decided",
        )
        for field, categories in wanted.items()
    ]
    _write(gathered, editing.add(_text(gathered), made, _name(gathered)))
    return len(made)


def merge(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="%O of git: the common ancestor.")],
    ours: Annotated[Path, typer.Argument(metavar="OURS", help="%A of git: ours, which gets the result.")],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", help="%B of git: the other branch.")],
) -> None:
    """Merge two branches' approvals, as git's merge driver (docs/ci.md)."""
    from recense.gate import editing

    texts = [file.read_text(encoding="utf-8") for file in (base, ours, theirs)]
    console.save(editing.merge(texts[0], texts[1], texts[2], str(ours)), ours)


def schema() -> None:
    """Print the JSON Schema of the approvals file, for editors."""
    import json

    from recense.gate.approvals import json_schema

    console.data(json.dumps(json_schema(), indent=2))


def pull(
    path: PathArgument = Path(),
    approvals: ApprovalsOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write the catalog's decisions about fields of this repository into the approvals file."""
    from recense.cli.exchange import to_file

    gathered = _gather(path, approvals, None, config, as_of)
    with open_catalog(load_config(config, catalog)) as kept:
        _sound(kept.decision_chain().broken)
        found = kept.decisions()
    text, told = to_file(found, gathered, _text(gathered), _name(gathered))
    if text != _text(gathered):
        _write(gathered, text)
    for line in told:
        console.data(line)


def push(
    path: PathArgument = Path(),
    approvals: ApprovalsOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Append the approvals file's decisions to the catalog, where the dashboard shows them."""
    from recense.cli.exchange import to_catalog

    gathered = _gather(path, approvals, None, config, as_of)
    with open_catalog(load_config(config, catalog), create=True) as kept:
        _sound(kept.decision_chain().broken)
        made = to_catalog(gathered.approvals.entries, kept.decisions())
        console.data(f"{counted(kept.decide(made), 'decision')} added to {kept.where}")


def _sound(broken: int | None) -> None:
    if broken is not None:
        raise UserError(f"decision {broken} in the catalog was changed after it was written: see 'recense doctor'")


def _gather(
    path: Path, approvals: Path | None, policy: Path | None, config: Path | None, as_of: str | None
) -> Gathered:
    from recense.cli.gathering import gather

    given = approvals if approvals is not None and approvals.exists() else None
    gathered = gather(path, approvals=given, policy=policy, config=config, today=day(as_of))
    return gathered if approvals is None else replace(gathered, approvals_path=approvals)


def _text(gathered: Gathered) -> str:
    file = gathered.approvals_path
    return file.read_text(encoding="utf-8-sig") if file.exists() else ""


def _name(gathered: Gathered) -> str:
    return str(gathered.approvals_path)


def _write(gathered: Gathered, text: str) -> None:
    if text != _text(gathered):
        console.save(text, gathered.approvals_path)


def _signer(gathered: Gathered) -> str:
    """Returns who decides when nobody says: the policy's only approver, else who git signs with."""
    approvers = gathered.policy.approvers
    if approvers and len(approvers) == 1:
        return next(iter(approvers))
    from recense.cli.revisions import user

    found = user(gathered.approvals_path.parent)
    if found is None:
        raise UserError("say who decides: --by dpo@example.org")
    return found


def _ask(what: str) -> str:
    if not sys.stdin.isatty():
        raise UserError("give the reason: --why 'at least 10 characters'")
    return str(typer.prompt(what, err=True))


def _near(name: str, known: set[str]) -> list[str]:
    """Returns some known names, so that a message stays short."""
    import difflib

    return difflib.get_close_matches(name, sorted(known), n=5, cutoff=0.3) or sorted(known)[:5]
