"""Finds the columns that a dataset's rules need, and puts together what its source is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from recense.policy.keeping import Zone
from recense.retention import columns as named
from recense.retention.calendar import cutoff
from recense.retention.clauses import Clause, Facts, Floor, FloorClause, deadline
from recense.retention.columns import Evidence
from recense.retention.counting import Condition, Kind, Question, Start
from recense.retention.sentences import Note
from recense.retention.words import Grade

if TYPE_CHECKING:
    from recense.config import RetentionBinding
    from recense.policy.keeping import Condition as PolicyCondition
    from recense.policy.keeping import Retention, RetentionRule

FISCAL = "fiscal_year_end"
DEFAULT_FISCAL_END = "12-31"
ELECTRONIC = ("electronic", "electronique", "électronique", "online", "en ligne", "web", "internet", "e-commerce", "1",
              "true", "t", "oui", "yes")  # fmt: skip
"""What a cell says of a contract concluded electronically; a column such as ``is_online`` says yes or no."""

ORDERS = (
    ("collection", "last_contact"),
    ("contract_conclusion", "contract_execution"),
    ("order_placed", "invoice_issued"),
    ("contract_execution", "archived"),
)
"""Events of which the second cannot come before the first (facts, law §2.7)."""

_BACKUP = frozenset(["backup", "bak", "sauvegarde", "bkp"])


class Builder:
    """Binds one dataset; ``notes`` are the choices that a reader has to know."""

    def __init__(
        self, facts: Facts, retention: Retention, binding: RetentionBinding | None, as_of: date, fiscal: str | None
    ) -> None:
        self._facts, self._retention, self._binding, self._as_of = facts, retention, binding, as_of
        self._fiscal = (binding.fiscal_year_end if binding else None) or fiscal or DEFAULT_FISCAL_END
        self._conditions: list[Condition] = []
        self._starts: list[Start] = []
        self.notes: list[Note] = []

    def question(self) -> Question:
        """Returns everything that was asked so far."""
        return Question(tuple(self._starts), tuple(self._conditions))

    def say(self, key: str, **values: object) -> None:
        """Adds a note, once."""
        note = Note.of(key, **values)
        if note not in self.notes:
            self.notes.append(note)

    def _ask(self, condition: Condition) -> int:
        if condition not in self._conditions:
            self._conditions.append(condition)
        return self._conditions.index(condition)

    # -- zones and holds

    def zone(self) -> Zone:
        """Returns the dataset's zone: the configured one, else what its name says, else active."""
        if self._binding and self._binding.zone:
            return Zone(self._binding.zone)
        words = set(named.words(self._facts.dataset.replace(".", "_").replace("/", "_")))
        found = (
            Zone.ANONYMISED if named.ANONYMISED & words
            else Zone.BACKUP if _BACKUP & words
            else Zone.INTERMEDIATE_ARCHIVE if {"archive", "archives", "archived", "archivage"} & words
            else Zone.ACTIVE
        )  # fmt: skip
        if found is not Zone.ACTIVE:
            self.say("zone_by_name", zone=str(found))
        return found

    def archived(self) -> int | None:
        """Returns the condition that a row is in the intermediate archive."""
        if self._binding and self._binding.archive:
            chosen = self._binding.archive
            kind = Kind.ONE_OF if chosen.values else Kind.PRESENT
            return self._ask(Condition(kind, chosen.column, tuple(value.lower() for value in chosen.values)))
        found = named.archive_column(self._facts.columns)
        if found is None:
            return None
        column, state = found
        self.say("archive_by_column", column=column)
        return self._ask(Condition(Kind.CONTAINS if state else Kind.PRESENT, column, ("archiv",) if state else ()))

    def held(self) -> int | None:
        """Returns the condition that a row is under a hold."""
        if self._binding and self._binding.hold:
            return self._ask(Condition(Kind.PRESENT, self._binding.hold))
        columns = named.hold_columns(self._facts.columns)
        if not columns:
            return None
        self.say("hold_by_column", column="', '".join(columns))
        return self._ask(Condition(Kind.ANY, columns[0], others=tuple(columns[1:])))

    def hold_named(self, held: int | None) -> int | None:
        """Returns the condition that a hold has a number; None when the hold's own column is one, or none is there."""
        if held is None:
            return None
        columns = named.hold_columns(self._facts.columns)
        ids = [
            path
            for path in columns
            if {"id", "ref", "no", "num", "numero", "number", "dossier"} & set(named.words(path))
        ]
        own = self._conditions[held].column
        types = {column.path: column.type.lower() for column in self._facts.columns}
        if "bool" not in types.get(own, "") and own not in ids and not ids:
            return None
        if own in ids and len(columns) == 1:
            return None
        return (
            self._ask(Condition(Kind.ANY, ids[0], others=tuple(ids[1:]))) if ids else self._ask(Condition(Kind.NO, own))
        )

    def still_personal(self, marks: frozenset[str]) -> int | None:
        """Returns the condition that a row is marked (deleted, anonymised) and a personal column of it is filled."""
        column = named.marked(self._facts.columns, marks)
        personal = tuple(path for path in self._facts.personal if path != column)
        if column is None or not personal:
            return None
        return self._ask(Condition(Kind.MARKED, column, others=personal))

    def orders(self) -> tuple[tuple[int, str, str], ...]:
        """Returns the conditions that dates stand in the wrong order, with the two columns."""
        found = []
        for first, second in ORDERS:
            before, after = self._direct(first), self._direct(second)
            if before and after and before != after:
                found.append((self._ask(Condition(Kind.EARLIER, after, others=(before,))), before, after))
        return tuple(found)

    def _direct(self, event: str) -> str | None:
        said = named.choose(event, self._retention.events, self._facts.dates)
        return said.column if said.grade is Grade.DIRECT else None

    # -- rules

    def rules(self, ids: Sequence[str]) -> list[RetentionRule]:
        """Returns the rules of some ids, the one that wins first; with the general rule for what none of them takes.

        Rules for every kind of record that wait for a mark in the row (a request for erasure) come in by themselves.
        """
        general = self._retention.general
        chosen = [rule for rule in self._retention.rules if rule.id in ids]
        if not ids and general:
            self.say("general", rule=general.id)
        if general and general not in chosen and all(rule.scope.where for rule in chosen):
            chosen.append(general)
        for rule in self._retention.rules:
            everywhere = "*" in rule.scope.records and rule.scope.where and not rule.scope.categories
            if everywhere and rule not in chosen and all(self._column_of(one) for one in rule.scope.where):
                chosen.append(rule)
        return sorted(chosen, key=lambda rule: -rule.priority)

    def archive_clauses(self, rules: Sequence[RetentionRule], archived: int | None) -> tuple[Clause, ...]:
        """Returns the clauses of the intermediate archive: its own rules, else those that give it no leave.

        Args:
            rules: those of the dataset.
            archived: the condition of archived rows, None when all rows are archived.
        """
        own = [rule for rule in rules if Zone.INTERMEDIATE_ARCHIVE in rule.zones]
        if self._binding and self._binding.archive_rules:
            own = self.rules(self._binding.archive_rules)
        if not own:
            self.say("archive_without_rule")
        return self.clauses(own or rules, () if archived is None else (archived,))

    def clauses(self, rules: Iterable[RetentionRule], when: tuple[int, ...]) -> tuple[Clause, ...]:
        """Returns rules as clauses for the rows that meet some conditions; those behind one that takes all are left."""
        made: list[Clause] = []
        for rule in rules:
            conditions = self._where(rule)
            if conditions is None:
                continue
            made.append(self._clause(rule, (*when, *conditions)))
            if not conditions:
                break
        return tuple(made)

    def _clause(self, rule: RetentionRule, when: tuple[int, ...]) -> Clause:
        start, fiscal = self._start(rule)
        # Every clause has a start of its own, in the order of precedence: the first that fits a row speaks.
        self._starts.append(Start(start.column or "", when))
        position = len(self._starts) - 1
        self.say(start.word, column=start.column or "", event=start.event)
        if fiscal:
            self.say("fiscal", end=fiscal)
        report_only = rule.enforcement == "report_only"
        if report_only:
            self.say("report_only", rule=rule.id)
        return Clause(rule.id, rule.period, start, position, when, fiscal, report_only, str(rule.after))

    def _start(self, rule: RetentionRule) -> tuple[Evidence, str | None]:
        """Returns the evidence of a rule's start, and the financial year's end when the period runs from it."""
        event = self._retention.events.get(rule.start)
        sources = [event.derived.event] if event and event.derived else []
        sources += [one for one in rule.start_alternatives if one not in sources]
        fiscal = self._fiscal if rule.start == FISCAL else None
        binding = self._binding
        if binding and binding.start:
            return self._configured(rule, binding.start, binding.evidence, sources if fiscal else [], fiscal)
        found = named.choose(rule.start, self._retention.events, self._facts.dates)
        if fiscal is None or found.grade is Grade.DIRECT:
            return found, None
        options = [named.choose(one, self._retention.events, self._facts.dates) for one in sources] or [found]
        best = min(options, key=lambda one: list(Grade).index(one.grade))
        return best, fiscal

    def _configured(
        self, rule: RetentionRule, column: str, grade: str | None, sources: Sequence[str], fiscal: str | None
    ) -> tuple[Evidence, str | None]:
        events = self._retention.events
        said = named.evidence(rule.start, events.get(rule.start), column)
        if said is not None and said.grade is Grade.DIRECT:
            fiscal = None
        for source in sources:
            said = said or named.evidence(source, events.get(source), column)
        if grade is not None:
            word = "start_declared" if grade == "direct" else "start_proxy"
            return Evidence(rule.start, column, Grade(grade), word=word), fiscal
        if said is None:
            return Evidence(rule.start, column, Grade.DIRECT, word="start_declared"), fiscal
        if said.grade is Grade.NEVER:
            return Evidence(rule.start, None, Grade.NEVER, word="start_only_never"), fiscal
        return said, fiscal

    def _where(self, rule: RetentionRule) -> tuple[int, ...] | None:
        """Returns the conditions of a rule, None when no column tells one of them."""
        positions = []
        for condition in rule.scope.where:
            column = self._column_of(condition)
            if column is None:
                self.say("rule_left_out", rule=rule.id, field=condition.field)
                return None
            positions.append(self._ask(self._test(condition, column)))
        return tuple(positions)

    def _column_of(self, condition: PolicyCondition) -> str | None:
        if self._binding and condition.field in self._binding.where:
            return self._binding.where[condition.field].column
        # A pack of the law names no columns: those that the policy's rules name for the same field will do.
        rules = (one for rule in self._retention.rules for one in rule.scope.where if one.field == condition.field)
        stems = {named.stem(stem) for one in (condition, *rules) for stem in one.stems}
        return next((c.path for c in self._facts.columns if named.stem(c.path) in stems), None)

    def _test(self, condition: PolicyCondition, column: str) -> Condition:
        if condition.at_least is not None:
            return Condition(Kind.AT_LEAST, column, number=condition.at_least)
        if condition.at_most is not None:
            return Condition(Kind.AT_MOST, column, number=condition.at_most)
        if condition.equals is not None:
            values: tuple[str, ...] = (condition.equals,)
            if self._binding and condition.field in self._binding.where:
                values = self._binding.where[condition.field].values or values
            elif condition.equals == "electronic":
                values = ELECTRONIC
            return Condition(Kind.ONE_OF, column, tuple(value.lower() for value in values))
        return Condition(Kind.PRESENT if condition.present else Kind.NO, column)

    # -- floors

    def floor(self, floor: Floor) -> Iterable[FloorClause]:
        """Yields the floor as it protects rows of this dataset; nothing when no column tells a condition of it."""
        positions = []
        for condition in floor.where:
            column = self._column_of(condition)
            if column is None:
                self.say("floor_left_out", rule=floor.id, field=condition.field)
                return
            positions.append(self._ask(self._test(condition, column)))
        for field in floor.ask:
            self.say("floor_asks", rule=floor.id, field=field)
        fiscal = self._fiscal if floor.event == FISCAL else None
        said = named.choose(floor.event, self._retention.events, self._facts.dates)
        own = said.column
        if said.grade is not Grade.DIRECT and self._binding and self._binding.start:
            own = self._binding.start
        over = None
        if own is not None and own not in {start.column for start in self._starts}:
            day = cutoff(deadline(floor.period, fiscal), self._as_of)
            over = self._ask(Condition(Kind.BEFORE, own, day=day))
        yield FloorClause(floor.id, floor.period, own, tuple(positions), fiscal, over)
