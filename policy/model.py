"""A privacy policy as frozen data: who, whose data, which data, why, to whom, how long, with which rights and measures.

The file says what the controller published, sentence by sentence; the law stands beside it in jurisdiction packs,
never inside. ``recense.policy.loading`` reads one, ``recense.policy.coherence`` says what contradicts itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from recense.policy.keeping import Retention
from recense.policy.statements import Email, Id, Label, PeriodField, Statement, Stem, Strict, Text

SCHEMA = "recense.policy/1"

State = Literal["named", "open", "absent"]
"""``named`` in the text · ``open``: falls under a list that ends with "…" or "e.g." · ``absent`` from the text."""

Basis = Literal[
    "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests", "none"
]
"""The six legal bases of Article 6(1), and ``none`` where the policy gives none."""

Ground = Annotated[str, Field(pattern=r"^9\(2\)\([a-j]\)$", description="An exception of Article 9(2): 9(2)(h).")]
Verdict = Literal["prohibited", "needs_decision", "needs_confirmation", "not_personal"]
Entity = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,63}$", description="An entity of policy/taxonomy.yaml.")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1, two letters.")]


class Published(Strict):
    """The text that the file was made from: ``sha256`` of its bytes, so that a new version shows."""

    name: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    url: Text | None = None


class Controller(Statement):
    """Who decides why and how data are processed (Article 4(7)).

    Attributes:
        registration: numbers by register (``siren``); entities: companies the policy also speaks for.
        financial_year_end: month and day, ``12-31``; None when the policy does not say.
    """

    name: Text
    legal_form: Text | None = None
    address: Text | None = None
    country: Country | None = None
    registration: dict[Id, Text] = Field(default={})
    group: Text | None = None
    entities: tuple[Text, ...] = ()
    joint_controllers: tuple[Text, ...] = ()
    representative: Text | None = None
    financial_year_end: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = None


class Contact(Statement):
    """Whom people write to. ``dpo`` is None when the text names none; that is not to be guessed."""

    kind: Literal["dpo", "committee", "contact_point"]
    label: Label
    email: Email
    dpo: Text | None = None


class Gate(Strict):
    """What the build gate needs: the address that its messages name."""

    contact: Email | None = None


class Subject(Statement):
    """A group of people whose data are processed. ``relation`` tells the law's clocks apart."""

    id: Id
    label: Label
    relation: Literal["customer", "prospect", "supplier", "visitor", "patient", "member", "employee", "other"] = "other"
    fideslang: Text | None = None
    dpv: Text | None = None


class Outside(Strict):
    """People whom this policy does not cover: what is found about them needs another policy, not this one's verdict.

    Attributes:
        datasets: words that, in a dataset's name, say that it is about them (``paie``, ``payroll``).
        entities: what is about them wherever it stands (``EMPLOYEE_ID``).
    """

    id: Id
    label: Label
    datasets: tuple[Stem, ...] = ()
    entities: tuple[Entity, ...] = ()
    note: Text | None = None


class Element(Strict):
    """A kind of datum within a category.

    Attributes:
        declared: ``named | open | absent``. entities: what detectors call it.
        quote: the words that name it; the category's sentence holds them.
        condition: what the text makes it depend on, quoted. origin: ``inferred`` for our own reading.
    """

    id: Id
    label: Label
    declared: State
    entities: tuple[Entity, ...] = ()
    quote: Text | None = None
    condition: Statement | None = None
    origin: Literal["declared", "inferred"] = "declared"
    fideslang: Text | None = None
    dpv: Text | None = None
    note: Text | None = None


class DataCategory(Statement):
    """A category of data under an id of ``policy/taxonomy.yaml``.

    Attributes:
        closed: the list ends with a full stop; ``false`` when it ends with "…", "e.g.", "in particular", "etc.".
        group: ``technical`` or ``non_technical`` in the text's own division, None when it has none.
        ground: the Article 9(2) exception that the text claims; only for ``special.*``.
    """

    id: Id
    label: Label
    closed: bool = True
    group: Literal["technical", "non_technical"] | None = None
    elements: tuple[Element, ...] = ()
    ground: Ground | None = None


class SpecialException(Statement):
    """Special data that the policy declares, under which exception of Article 9(2) and for which purpose."""

    category: Id
    ground: Ground | None = None
    purpose: Id | None = None


class SpecialData(Statement):
    """What the policy says of Article 9 data.

    Attributes:
        stance: ``none`` (it does not deal with any), ``declared`` (the exceptions below), ``silent``.
        kinds: the special categories that the sentence names.
    """

    stance: Literal["none", "declared", "silent"]
    kinds: tuple[Id, ...] = ()
    exceptions: tuple[SpecialException, ...] = ()


class Family(Strict):
    """Data that the policy never mentions, and what to say when they are found.

    Attributes:
        verdict: ``prohibited | needs_decision | needs_confirmation | not_personal``.
        except_in: ids of ``outside`` groups whose datasets may lawfully hold it.
    """

    id: Id
    label: Label
    entities: Annotated[tuple[Entity, ...], Field(min_length=1)]
    verdict: Verdict
    why: Text
    except_in: tuple[Id, ...] = ()


class LegalBasis(Statement):
    """The legal basis of a purpose (Article 6(1)); ``inferred`` until the text gives it or a person signs."""

    value: Basis
    alternatives: tuple[Basis, ...] = ()


class Purpose(Statement):
    """Why data are processed. Empty ``subjects`` and ``categories`` mean that the text ties it to none."""

    id: Id
    label: Label
    legal_basis: LegalBasis
    subjects: tuple[Id, ...] = ()
    categories: tuple[Id, ...] = ()
    fideslang: Text | None = None
    dpv: Text | None = None


class Recipient(Statement):
    """Who gets data: people inside, a processor on the controller's behalf, or another recipient."""

    id: Id
    label: Label
    kind: Literal["internal", "processor", "external", "authority"]
    conditions: tuple[Text, ...] = ()
    dpv: Text | None = None


class Transfers(Statement):
    """Data that leave the European Union (Articles 13(1)(f), 30(1)(e), 44-49)."""

    stance: Literal["none", "conditional", "declared", "silent"]
    countries: tuple[Country, ...] = ()
    safeguards: tuple[Text, ...] = ()


class Right(Statement):
    """A right of the people concerned. ``article`` of the GDPR, or ``law`` elsewhere."""

    id: Id
    label: Label
    declared: State
    article: Text | None = None
    law: Text | None = None
    conditions: tuple[Statement, ...] = ()
    exceptions: tuple[Statement, ...] = ()
    dpv: Text | None = None


class Rights(Strict):
    """The rights, where to ask, what the text demands of a request, and when it is answered."""

    channel: Email | None = None
    identity: Literal["always_document", "on_doubt", "unsaid"] = "unsaid"
    answer_within: PeriodField | None = None
    list: tuple[Right, ...] = ()
    statements: tuple[Statement, ...] = ()


class Measure(Statement):
    """A security measure (Article 32)."""

    id: Id
    label: Label
    kind: Literal["technical", "organisational"]
    dpv: Text | None = None


class Processors(Strict):
    """What the text says of processors, sentence by sentence, and those it names."""

    statements: tuple[Statement, ...] = ()
    named: tuple[Text, ...] = ()


class Policy(Strict):
    """One published privacy policy.

    Attributes:
        status: only an ``approved`` policy (``approved_by``, ``approved_on``) is the controller's own word.
        approvers: e-mails of those who may approve fields and decisions; the gate asks.
        jurisdictions: ids of the packs that ``recense policy lint`` compares it with.
        statements: further sentences that bind (scope, collection, legal basis, register, changes), by topic.
    """

    schema_: Literal["recense.policy/1"] = Field(alias="schema", description="Version of this format.")
    id: Id
    title: Label
    version: Text | None = None
    language: Literal["en", "fr"] = "en"
    status: Literal["draft", "approved", "superseded"] = "draft"
    approved_by: Text | None = None
    approved_on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    effective_from: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    source: Published
    jurisdictions: tuple[Id, ...] = ("eu",)
    approvers: tuple[Email, ...] = ()
    gate: Gate = Gate()
    controller: Controller
    contact: Contact
    subjects: Annotated[tuple[Subject, ...], Field(min_length=1)]
    outside: tuple[Outside, ...] = ()
    categories: Annotated[tuple[DataCategory, ...], Field(min_length=1)]
    article9: SpecialData
    undeclared: tuple[Family, ...] = ()
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    recipients: tuple[Recipient, ...] = ()
    transfers: Transfers
    retention: Retention
    rights: Rights = Rights()
    security: tuple[Measure, ...] = ()
    processors: Processors = Processors()
    statements: dict[Id, tuple[Statement, ...]] = Field(default={})

    def category(self, id_: str) -> DataCategory | None:
        """Returns the category of an id, None when the policy has none of it."""
        return next((category for category in self.categories if category.id == id_), None)

    def element_of(self, entity: str) -> tuple[DataCategory, Element] | None:
        """Returns the element that takes in an entity, with its category; None when none does."""
        return next(
            ((kind, element) for kind in self.categories for element in kind.elements if entity in element.entities),
            None,
        )

    def quotes(self) -> Iterator[tuple[str, str]]:
        """Yields every quoted sentence with its place in the file (``retention.rules[0].quote``)."""
        yield from _quotes(self, "")


def _quotes(value: object, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Strict):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            place = f"{at}.{name}" if at else name
            if name == "quote" and inner is not None:
                yield place, inner
            else:
                yield from _quotes(inner, place)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _quotes(item, f"{at}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _quotes(item, f"{at}.{key}")
