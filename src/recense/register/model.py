"""The register of Article 30 as frozen data: an organisation, its processing activities, and what recense fills in.

People write ``register/organisation.yaml`` and one ``register/activities/<id>.yaml`` per activity. Of these files
recense writes one part only, the machine block (``Machine``), and keeps every other byte.
What nobody stated stays unstated: a status is ``unknown`` until a person writes another word.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from recense.policy.model import Basis, Country, Ground
from recense.policy.statements import Email, Id, Label, Strict, Text

ACTIVITY_SCHEMA = "recense.register/1"
ORGANISATION_SCHEMA = "recense.register.organisation/1"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: Any) -> str:
    """Returns a date as ISO 8601; YAML reads one without quotes as a date."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError("write a date that exists, such as 2026-01-31") from None


Day = Annotated[str, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Glob = Annotated[str, Field(min_length=1, max_length=1_000)]
Slug = Annotated[
    str,
    Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$", description="The file's name without .yaml."),
]


Term = Annotated[
    str,
    Field(pattern=r"^(dpv|pd|eu-gdpr):[A-Za-z0-9-]{1,80}$", description="A term of the W3C Data Privacy Vocabulary."),
]


class Actor(Strict):
    """An organisation or person with the details that Article 30 asks for. None is unknown, and never guessed."""

    name: Text
    person: Text | None = Field(default=None, description="Who represents it: last name, first name.")
    address: Text | None = None
    postcode: Text | None = None
    city: Text | None = None
    country: Country | None = None
    phone: Text | None = None
    email: Email | None = None

    @property
    def reachable(self) -> bool:
        """Tells whether there is an address, a telephone number or an e-mail address to write to."""
        return bool(self.address or self.phone or self.email)


class Dpo(Strict):
    """The data protection officer (Articles 37-39).

    Attributes:
        status: ``designated`` with ``who`` · ``none`` (no duty to designate one, and none was) · ``unknown``.
        designation: number or date of the designation with the authority, if any.
    """

    status: Literal["designated", "none", "unknown"] = "unknown"
    who: Actor | None = None
    designation: Text | None = None

    @model_validator(mode="after")
    def _named(self) -> Dpo:
        if (self.status == "designated") != (self.who is not None):
            raise ValueError("a designated DPO has 'who: {name: …, email: …}'; another status has none")
        return self


class SetAside(Strict):
    """Datasets that need no activity (test data, a copy), and a person's reason."""

    dataset: Glob
    source: Glob = "*"
    reason: Text
    by: Text | None = None


class Organisation(Strict):
    """Who holds the register (Article 30(1)(a), 30(2)(a)).

    Attributes:
        contact_point: whom people write to when it is not the DPO (a committee); it does not stand for a DPO.
        representative: in the Union, when the organisation has no seat there (Article 27).
    """

    schema_: Literal["recense.register.organisation/1"] = Field(alias="schema", description="Version of this format.")
    organisation: Actor | None = None
    registration: dict[Id, Text] = Field(default_factory=dict)
    dpo: Dpo = Dpo()
    contact_point: Actor | None = None
    representative: Actor | None = None
    joint_controllers: tuple[Actor, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


class Purpose(Strict):
    """Why data are processed. The first of an activity is its main purpose. ``ref``: id in the policy.

    Attributes:
        dpv, fideslang: the same in the words of other tools, for exports.
    """

    label: Label
    ref: Id | None = None
    dpv: Term | None = None
    fideslang: Text | None = None


class LegalBasis(Strict):
    """The basis of Article 6(1). Article 30 does not ask for it; every template does. ``signed``: a person decided."""

    value: Basis
    origin: Literal["declared", "inferred", "signed"] = "inferred"
    note: Text | None = None


class Subject(Strict):
    """A category of people (Article 30(1)(c)); ``dpv`` and ``fideslang`` as in ``Purpose``."""

    label: Label
    id: Id | None = None
    dpv: Term | None = None
    fideslang: Text | None = None


class Keeping(Strict):
    """The time limit for erasure (Article 30(1)(f)) in words. ``rule``: id of the policy's rule."""

    label: Label
    rule: Id | None = None


class DataCategory(Strict):
    """A category of data (Article 30(1)(c)) under an id of ``policy/taxonomy.yaml``.

    Attributes:
        description: in people's words. entities: finer kinds, where they matter (``FR_NIR``).
        mandatory: whether people must give it; source: from them or from elsewhere. None is unstated.
        retention: the time limit for this category. ground: the exception of Article 9(2) for ``special.*``.
    """

    category: Id
    description: Label | None = None
    entities: tuple[Id, ...] = ()
    mandatory: bool | None = None
    source: Literal["direct", "indirect"] | None = None
    retention: Keeping | None = None
    ground: Ground | None = None


class Recipient(Strict):
    """Who gets data (Article 30(1)(d)): inside, another organisation, or a processor with its contract."""

    label: Label
    kind: Literal["internal", "external", "processor"]
    ref: Id | None = None
    dpv: Term | None = None
    contract: Text | None = None


class Recipients(Strict):
    """``stated`` with the list, ``none``, or ``unknown``."""

    status: Literal["stated", "none", "unknown"] = "unknown"
    list: tuple[Recipient, ...] = ()

    @model_validator(mode="after")
    def _listed(self) -> Recipients:
        _consistent(self.status, self.list)
        return self


class Transfer(Strict):
    """Data that go to a third country (Article 30(1)(e)) and what safeguards them."""

    country: Country
    recipient: Text | None = None
    safeguard: Text | None = Field(default=None, description="Adequacy decision, standard contractual clauses …")
    document: Text | None = Field(default=None, description="Where the safeguard is documented.")


class Transfers(Strict):
    """``stated`` with the list, ``none`` (nothing leaves the Union), or ``unknown``."""

    status: Literal["stated", "none", "unknown"] = "unknown"
    list: tuple[Transfer, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _listed(self) -> Transfers:
        _consistent(self.status, self.list)
        return self


def _consistent(status: str, listed: Sized) -> None:
    if (status == "stated") != bool(listed):
        raise ValueError("'status: stated' goes with a list, 'none' and 'unknown' with none")


class Measure(Strict):
    """A security measure (Article 30(1)(g)); ``dpv`` as in ``Purpose``."""

    label: Label
    kind: Literal["technical", "organisational"]
    ref: Id | None = None
    dpv: Term | None = None


class Rule(Strict):
    """Assigns the datasets that meet all its conditions.

    Attributes:
        source, dataset: globs on the source's URI and the dataset's name (``*`` takes ``/`` and ``.`` too).
        categories: at least one of these was found in it.
    """

    source: Glob | None = None
    dataset: Glob | None = None
    categories: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _conditions(self) -> Rule:
        if not (self.source or self.dataset or self.categories):
            raise ValueError("a rule has at least one of source, dataset, categories")
        return self


class Chosen(Strict):
    """A dataset assigned by hand; without ``source``, the dataset of this name in any source."""

    dataset: Text
    source: Text | None = None


class Assign(Strict):
    """Which datasets an activity uses.

    Attributes:
        datasets: by hand; what one activity takes by hand, no rule of another takes.
        rules: any of them suffices. excluded: globs on dataset names that no rule may take.
    """

    datasets: tuple[Chosen, ...] = ()
    rules: tuple[Rule, ...] = ()
    excluded: tuple[Glob, ...] = ()


class Dpia(Strict):
    """The impact assessment of Article 35; recense never says that one is required."""

    status: Literal["done", "required", "not_required", "screening", "unknown"] = "unknown"
    reference: Text | None = None


class Approval(Strict):
    """Who approved which version: ``digest`` is what ``recense register diff`` prints for it."""

    by: Text
    date: Day
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Lifecycle(Strict):
    """The life of an entry. A retired activity takes no datasets and is not checked."""

    status: Literal["draft", "validated", "retired"] = "draft"
    created_on: Day | None = None
    updated_on: Day | None = None
    reviewed_by: Text | None = None
    approval: Approval | None = None


class Found(Strict):
    """What a scan saw of one category in a dataset: strongest proof, entities, columns and how many more."""

    category: Id
    proof: Literal["proved", "indicated", "to_check"]
    entities: tuple[Id, ...] = ()
    columns: tuple[str, ...] = ()
    more: int = 0


class MachineDataset(Strict):
    """A dataset of the activity, as last seen. ``assigned``: ``by_hand`` or ``by_rule``. ``seen``: end of that run."""

    source: str
    dataset: str
    assigned: Literal["by_hand", "by_rule"]
    rows: int | None = None
    seen: str
    found: tuple[Found, ...] = ()


class RetentionStatus(Strict):
    """The retention verdict on a dataset, from ``recense retention report``."""

    source: str
    dataset: str
    verdict: str
    rule: str | None = None
    overdue: int | None = None
    as_of: str | None = None


class Evidence(Strict):
    """The run that the block was last filled from, by which rules and, when one was given, under which policy."""

    run: str
    finished: str
    rules: str
    policy: str | None = None


class Machine(Strict):
    """The part that recense writes.

    Attributes:
        categories: ids seen in the datasets, with their strongest proof. last_scan: end of the latest run.
        digest: of this version, people's part and datasets together: what an approval records.
    """

    last_scan: str
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    categories: dict[Id, Literal["proved", "indicated", "to_check"]] = Field(default_factory=dict)
    datasets: tuple[MachineDataset, ...] = ()
    retention: tuple[RetentionStatus, ...] = ()
    evidence: Evidence


class Activity(Strict):
    """One processing activity, as controller (Article 30(1)) or as processor (Article 30(2)).

    Attributes:
        on_behalf_of, operations: for a processor, each controller and what is done for them (30(2)(a), (b)).
        automated_decision: a decision of Article 22; None is unstated.
    """

    schema_: Literal["recense.register/1"] = Field(alias="schema", description="Version of this format.")
    id: Slug
    name: Label
    reference: Text | None = None
    role: Literal["controller", "processor"] = "controller"
    purposes: tuple[Purpose, ...] = ()
    legal_basis: LegalBasis | None = None
    data_subjects: tuple[Subject, ...] = ()
    data_categories: tuple[DataCategory, ...] = ()
    recipients: Recipients = Recipients()
    transfers: Transfers = Transfers()
    security: tuple[Measure, ...] = ()
    on_behalf_of: tuple[Actor, ...] = ()
    operations: tuple[Label, ...] = ()
    assign: Assign = Assign()
    dpia: Dpia = Dpia()
    automated_decision: bool | None = None
    data_source: Text | None = None
    software: tuple[Text, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    note: Text | None = None
    machine: Machine | None = None

    @model_validator(mode="after")
    def _categories_once(self) -> Activity:
        ids = [entry.category for entry in self.data_categories]
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        if twice:
            raise ValueError(f"data_categories: '{twice[0]}' stands there twice")
        return self

    @property
    def active(self) -> bool:
        """Tells whether it is not retired."""
        return self.lifecycle.status != "retired"


def json_schema(organisation: bool = False) -> dict[str, Any]:
    """Returns the JSON Schema of an activity file, or of ``organisation.yaml``, for editors."""
    model, name = (Organisation, ORGANISATION_SCHEMA) if organisation else (Activity, ACTIVITY_SCHEMA)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{name.replace('/', ':').replace('.', ':')}",
        **model.model_json_schema(),
    }
