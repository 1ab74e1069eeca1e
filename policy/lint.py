"""What a person should look at in a policy: its gaps, and where it differs from the law beside it.

Every gap is computed from the policy and the jurisdiction packs that it names; its text stands in ``lint.yaml`` and
its source in the packs. A gap is an indicator for review: it says that two texts differ, not that a rule is broken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from recense import guard
from recense.plural import agreed
from recense.policy.jurisdiction import LegalPeriod, Pack, pack
from recense.policy.keeping import ANY, Condition, RetentionRule, Zone
from recense.policy.model import Policy
from recense.policy.statements import Label, Period

Severity = Literal["high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")
TEXTS = Path(__file__).parent / "lint.yaml"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to look at.

    Attributes:
        code: the rule of this module, a key of ``lint.yaml``. place: where in the policy (``retention.rules.R4``).
        values: what the text of the code is filled with; a value that differs by language is a mapping.
        sources: where the law or guidance stands. provenance: ``recalled`` when a source is still to be read again.
    """

    code: str
    place: str
    values: dict[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    provenance: str = "seen"

    @property
    def severity(self) -> Severity:
        """Returns how soon a person should look."""
        level: Severity = texts()[self.code]["severity"]
        return level

    def text(self, language: str) -> str:
        """Returns the sentence in a language."""
        values = {k: v[language] if isinstance(v, dict) else v for k, v in self.values.items()}
        return agreed(str(texts()[self.code][language]), values, language)


@cache
def texts() -> dict[str, Any]:
    """Returns severity and sentences by code."""
    data: dict[str, Any] = guard.read(TEXTS).data
    return data


def lint(policy: Policy) -> list[Gap]:
    """Returns everything to look at in a policy, most urgent first, then in the order of the file.

    Raises:
        ConfigError: the policy names a jurisdiction that there is no pack for.
    """
    law = Law(tuple(pack(id_) for id_ in policy.jurisdictions))
    found = [gap for rule in RULES for gap in rule(policy, law)]
    return sorted(found, key=lambda gap: SEVERITIES.index(gap.severity))


@dataclass(frozen=True, slots=True)
class Law:
    """The packs that a policy is compared with."""

    packs: tuple[Pack, ...]

    def sources(self, *topics: str) -> tuple[str, ...]:
        """Returns where the packs say that these topics stand."""
        return tuple(one.sources[topic] for topic in topics for one in self.packs if topic in one.sources)

    def periods(self, *kinds: str) -> list[LegalPeriod]:
        """Returns the legal periods of some kinds."""
        return [period for one in self.packs for period in one.periods if period.kind in kinds]


def who(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks at controller, contact, version and signature."""
    if policy.contact.kind != "dpo" and policy.contact.dpo is None:
        yield Gap("no_dpo", "contact", {"label": _both(policy.contact.label)}, law.sources("contact"))
    if policy.controller.group and not policy.controller.entities:
        yield Gap("entities_unlisted", "controller", {"group": policy.controller.group}, law.sources("controller"))
    if policy.version is None and policy.effective_from is None:
        yield Gap("no_version", "version", sources=law.sources("version"))
    if policy.status == "draft":
        yield Gap("unsigned", "status", sources=law.sources("version"))


def data(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks at open lists, restricted data and the civility."""
    opened = [category.id for category in policy.categories if not category.closed]
    if opened:
        yield Gap("open_lists", "categories", {"names": ", ".join(opened)}, law.sources("open_lists"))
    said = {entity for family in policy.undeclared for entity in family.entities}
    for one in (one for each in law.packs for one in each.restricted):
        unsaid = [entity for entity in one.entities if entity not in said and policy.element_of(entity) is None]
        if unsaid:
            values = {"names": ", ".join(unsaid)}
            yield Gap("restricted_unsaid", "undeclared", values, (one.source,), one.provenance)
    civility = policy.element_of("CIVILITY")
    if civility and civility[1].declared == "named":
        yield Gap("civility", f"categories.{civility[0].id}.{civility[1].id}", {}, law.sources("civility"), "recalled")


def article9(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks at what is said of Article 9: all kinds excluded, or an exception for each kind declared."""
    statement = policy.article9
    if statement.stance == "silent":
        yield Gap("article9_silent", "article9", sources=law.sources("article9"))
    if statement.stance == "none":
        quote = (statement.quote or "").casefold()
        missing = [
            kind.label
            for one in law.packs
            for kind in one.article9_kinds
            if kind.category not in statement.kinds or (kind.says and not any(word in quote for word in kind.says))
        ]
        if missing:
            names = {language: ", ".join(label.of(language) for label in missing) for language in ("en", "fr")}
            yield Gap("article9_kinds", "article9", {"names": names}, law.sources("article9"))
    grounds = {one.category: one.ground for one in statement.exceptions}
    declared = {*grounds, *(one.id for one in policy.categories if one.id.startswith("special."))}
    for category in sorted(declared):
        own = policy.category(category)
        ground = grounds.get(category) or (own.ground if own else None)
        code = "article9_ground" if ground else "article9_no_ground"
        values = {"category": category, "ground": ground or ""}
        yield Gap(code, f"article9.{category}", values, law.sources("article9_ground"))


def purposes(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks at legal bases, recipients and transfers."""
    inferred = [one.id for one in policy.purposes if one.legal_basis.origin == "inferred"]
    if inferred:
        values = {"n": len(inferred), "all": len(policy.purposes)}
        yield Gap("basis_inferred", "purposes", values, law.sources("legal_basis"))
    for one in policy.recipients:
        if one.kind == "internal" and one.everyone:
            yield Gap("everyone", f"recipients.{one.id}", {"label": _both(one.label)}, law.sources("recipients"))
    transfers = policy.transfers
    if transfers.stance in {"conditional", "silent"} and not transfers.countries:
        yield Gap("transfers_unnamed", "transfers", sources=law.sources("transfers"))


def rights(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks at the rights people are told of, how they prove who they are, and when they are answered."""
    told = {right.article for right in policy.rights.list if right.declared != "absent"}
    bases = {basis for one in policy.purposes for basis in (one.legal_basis.value, *one.legal_basis.alternatives)}
    missing = [
        right.label
        for one in law.packs
        for right in one.rights
        if right.article not in told and (right.when_basis is None or right.when_basis in bases)
    ]
    if missing:
        names = {language: ", ".join(label.of(language) for label in missing) for language in ("en", "fr")}
        yield Gap("rights_unsaid", "rights.list", {"names": names}, law.sources("rights"))
    if policy.rights.identity == "always_document":
        yield Gap("identity_always", "rights.identity", sources=(*law.sources("identity"), *_ceilings(law)))
    if policy.rights.answer_within is None:
        yield Gap("no_answer_time", "rights.answer_within", sources=law.sources("answer"))


def _ceilings(law: Law) -> Iterator[str]:
    return (one.source for one in law.periods("ceiling") if "identity_copy" in one.scope.records)


def starts(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks at periods without a start or with two, and at those that the text does not give."""
    for rule in policy.retention.rules:
        place, others = f"retention.rules.{rule.id}", ", ".join(rule.start_alternatives)
        values = {"rule": rule.id, "label": _both(rule.label), "start": rule.start, "others": others or "…"}
        if rule.start_origin == "inferred":
            topics = ("accounting",) if rule.start == "fiscal_year_end" else ("retention",)
            yield Gap("start_inferred", place, values, law.sources(*topics))
        elif rule.start_alternatives:
            topics = ("execution",) if rule.start == "contract_execution" else ("retention",)
            yield Gap("start_ambiguous", place, values, law.sources(*topics), "recalled")
        if rule.period_origin == "inferred":
            values |= {"period": _period(rule.period)}
            yield Gap("period_inferred", place, values, law.sources("retention"))
    if policy.retention.general is None:
        yield Gap("no_general_rule", "retention.rules", sources=law.sources("retention"))
    archive = policy.retention.archive
    archived = [rule.id for rule in policy.retention.rules if Zone.INTERMEDIATE_ARCHIVE in rule.zones]
    if archive and archive.anonymous and archived:
        values = {"names": ", ".join(archived), "read": archive.interpretation}
        yield Gap("archive_anonymous", "retention.archive", values, law.sources("archive"))


def floors(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks for rules that end before a statutory minimum does."""
    for rule in policy.retention.rules:
        for legal in law.periods("floor"):
            if not _named(rule, legal):
                continue
            always = _implied(legal.scope.where, rule.scope.where)
            wins = _implied(rule.scope.where, legal.scope.where) and rule is _winner(policy, legal)
            if (always or wins) and rule.period.months_about < legal.period.months_about:
                yield _differs("shorter_than_floor", rule, legal)


def references(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks for periods that are longer, shorter or of another clock than an authority's guidance."""
    for legal in law.periods("reference"):
        rule = _winner(policy, legal) if _concerned(policy, legal) else None
        if rule is None:
            continue
        if rule.start not in {legal.start, *legal.starts} and legal.scope.subjects:
            yield _differs("other_clock", rule, legal)
        elif rule.period.months_about > legal.period.months_about:
            yield _differs("longer_than_reference", rule, legal)
        elif rule.period.months_about < legal.period.months_about:
            yield _differs("stricter_than_reference", rule, legal)


def _named(rule: RetentionRule, legal: LegalPeriod) -> bool:
    """Tells whether a rule names a kind of record that a legal period names."""
    return bool({*rule.scope.records} & {*legal.scope.records} - {ANY})


def _concerned(policy: Policy, legal: LegalPeriod) -> bool:
    """Tells whether the policy deals with what a legal period is about."""
    relations = {subject.relation for subject in policy.subjects}
    own = {category.id for category in policy.categories}
    records = {record for rule in policy.retention.rules for record in rule.scope.records} - {ANY}
    return bool(
        relations & {*legal.scope.subjects} or own & {*legal.scope.categories} or records & {*legal.scope.records}
    )


def _winner(policy: Policy, legal: LegalPeriod) -> RetentionRule | None:
    """Returns the rule that decides over what a legal period is about: the most special one, else the general one."""
    named = [rule for rule in policy.retention.rules if _named(rule, legal)] or [
        rule for rule in policy.retention.rules if {*rule.scope.categories} & {*legal.scope.categories}
    ]
    fit = [rule for rule in named if _implied(rule.scope.where, legal.scope.where)]
    return max(fit, key=lambda rule: rule.priority, default=policy.retention.general)


def _implied(conditions: Sequence[Condition], given: Sequence[Condition]) -> bool:
    """Tells whether records that keep the given conditions keep these too."""

    def tested(one: Condition) -> tuple[object, ...]:
        return one.field, one.equals, one.at_least, one.at_most, one.present

    return {tested(one) for one in conditions} <= {tested(one) for one in given}


def _differs(code: str, rule: RetentionRule, legal: LegalPeriod) -> Gap:
    values = {
        "rule": rule.id,
        "label": _both(rule.label),
        "period": _period(rule.period),
        "start": rule.start,
        "legal": _both(legal.text),
        "legal_start": legal.start,
        "id": legal.id,
    }
    return Gap(code, f"retention.rules.{rule.id}", values, (legal.source,), legal.provenance)


def wording(policy: Policy, law: Law) -> Iterator[Gap]:
    """Looks at references that lead nowhere and at advice that authorities have given up."""
    for place, quote in policy.quotes():
        for match in re.finditer(r"\b[Aa]rticle (\d+)\s+(?:below|above|ci-dessous|ci-dessus)", quote):
            if match[1] not in policy.source.articles:
                yield Gap("dead_reference", place.removesuffix(".quote"), {"article": match[1]}, law.sources("wording"))
    renewed = re.compile(r"(password|mots? de passe).*(regularly|periodically|régulièrement|périodiquement)", re.I)
    for measure in policy.security:
        if measure.quote and renewed.search(measure.quote) and law.sources("passwords"):
            yield Gap("password_renewal", f"security.{measure.id}", {}, law.sources("passwords"))


def _both(label: Label) -> dict[str, str]:
    return {language: label.of(language) for language in ("en", "fr")}


def _period(period: Period) -> dict[str, str]:
    return {language: period.words(language) for language in ("en", "fr")}


RULES: tuple[Callable[[Policy, Law], Iterator[Gap]], ...] = (
    who,
    data,
    article9,
    purposes,
    rights,
    starts,
    floors,
    references,
    wording,
)
