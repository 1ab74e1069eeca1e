"""The register as JSON-LD in the W3C Data Privacy Vocabulary 2.3: a ``dpv:ROPA`` with a process per activity.

DPV has no official profile for records of Article 30 (its guide is an empty draft), so the shape is ours; every term is
one of ``dpv.yaml``, looked up in DPV 2.3. A term that is not there gives way to the general one (``dpv:Purpose``), and
the label keeps what was meant. What nobody stated is absent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from recense.policy import taxonomy
from recense.policy.statements import Label
from recense.register.checking import undescribed
from recense.register.folder import Register
from recense.register.model import Activity, Actor, DataCategory, Transfer

NAMESPACES = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
}
_CONTEXT = {
    **NAMESPACES,
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_BASES = {
    "consent": "eu-gdpr:A6-1-a",
    "contract": "eu-gdpr:A6-1-b",
    "legal_obligation": "eu-gdpr:A6-1-c",
    "vital_interests": "eu-gdpr:A6-1-d",
    "public_task": "eu-gdpr:A6-1-e",
    "legitimate_interests": "eu-gdpr:A6-1-f",
}
_RECIPIENTS = {"internal": "dpv:Recipient", "external": "dpv:Recipient", "processor": "dpv:DataProcessor"}

Node = dict[str, Any]


@cache
def terms() -> frozenset[str]:
    """Returns the terms that may be written, with their prefixes."""
    data = yaml.safe_load((Path(__file__).parents[1] / "dpv.yaml").read_text(encoding="utf-8"))
    return frozenset(f"{prefix}:{name}" for prefix, names in data.items() for name in names)


def written(register: Register, language: str) -> bytes:
    """Returns the bytes of the document; it holds the labels of both languages, whatever ``language`` says."""
    activities = [activity for activity in register.activities if activity.active]
    document: Node = {
        "@context": _CONTEXT,
        "@id": "urn:recense:register",
        "@type": "dpv:ROPA",
        "dct:conformsTo": {"@id": "https://w3id.org/dpv"},
        "dpv:hasRecordOfActivity": [_process(register, activity) for activity in activities],
    }
    return (json.dumps(_clean(document), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def _process(register: Register, activity: Activity) -> Node:
    organisation, base = register.organisation, f"urn:recense:register:activity:{activity.id}"
    own = _actor(organisation.organisation, "dpv:DataController", "urn:recense:register:organisation")
    is_processor = activity.role == "processor"
    if is_processor and own:
        own["@type"] = "dpv:DataProcessor"
    kinds = {kind: [one for one in activity.security if one.kind == kind] for kind in ("technical", "organisational")}
    basis = activity.legal_basis
    return {
        "@id": base,
        "@type": "dpv:PersonalDataHandling",
        "dct:title": _texts(activity.name),
        "dpv:hasIdentifier": activity.reference or activity.id,
        "dct:created": activity.lifecycle.created_on,
        "dct:modified": activity.lifecycle.updated_on,
        "dpv:hasDataController": [_actor(one, "dpv:DataController") for one in activity.on_behalf_of]
        if is_processor
        else own,
        "dpv:hasDataProcessor": own if is_processor else None,
        "dpv:hasJointDataControllers": [_actor(one, "dpv:DataController") for one in organisation.joint_controllers],
        "dpv:hasDataProtectionOfficer": _actor(organisation.dpo.who, "dpv:DataProtectionOfficer"),
        "dpv:hasRepresentative": _actor(organisation.representative, "dpv:Representative"),
        "dpv:hasPurpose": [_thing(one.label, one.dpv, "dpv:Purpose") for one in activity.purposes],
        "dpv:hasProcessing": [_thing(label, None, "dpv:Processing") for label in activity.operations],
        "dpv:hasLegalBasis": {"@id": _BASES[basis.value]}
        if basis is not None and basis.origin != "inferred" and basis.value in _BASES
        else None,
        "dpv:hasDataSubject": [_thing(one.label, one.dpv, "dpv:DataSubject") for one in activity.data_subjects],
        "dpv:hasPersonalData": [*map(_data, activity.data_categories), *_seen(activity)],
        "dpv:hasRecipient": [_thing(one.label, one.dpv, _RECIPIENTS[one.kind]) for one in activity.recipients.list],
        "dpv:hasThirdCountry": [_transfer(one) for one in activity.transfers.list],
        "dpv:hasTechnicalMeasure": [_thing(one.label, one.dpv, "dpv:TechnicalMeasure") for one in kinds["technical"]],
        "dpv:hasOrganisationalMeasure": [
            _thing(one.label, one.dpv, "dpv:OrganisationalMeasure") for one in kinds["organisational"]
        ],
    }


def _thing(label: Label, term: str | None, general: str) -> Node:
    """Returns something of a kind with its label; its kinds are the general term and, when it exists, the exact one."""
    types = [general, term] if term in terms() and term != general else [general]
    return {"@type": types, "dct:title": _texts(label)}


def _texts(label: Label) -> list[Node]:
    pairs = (("fr", label.fr), ("en", label.en))
    return [{"@value": text, "@language": language} for language, text in pairs if text]


def _actor(actor: Actor | None, kind: str, id_: str | None = None) -> Node | None:
    if actor is None:
        return None
    place = (actor.address, actor.postcode, actor.city, actor.country)
    contacts = [contact for contact in (actor.email, actor.phone) if contact]
    return {
        "@id": id_,
        "@type": kind,
        "dpv:hasName": actor.name,
        "dpv:hasAddress": ", ".join(part for part in place if part),
        "dpv:hasContact": contacts,
    }


def _data(entry: DataCategory) -> Node:
    known = taxonomy().categories.get(entry.category)
    label = Label(**known.label) if known else Label(en=entry.category)
    node = _category(entry.category, entry.description or label)
    if entry.retention is not None:
        node["dpv:hasStorageCondition"] = _thing(entry.retention.label, None, "dpv:StorageCondition")
    if entry.ground:
        node["dpv:hasLegalBasis"] = {"@id": f"eu-gdpr:A9-2-{entry.ground[5]}"}
    return node


def _category(id_: str, label: Label) -> Node:
    known = taxonomy().categories.get(id_)
    exact = [term for term in known.dpv if term in terms()] if known else []
    special = ["dpv:SpecialCategoryPersonalData"] if known and known.article == "9" else []
    types = dict.fromkeys(["dpv:PersonalData", *special, *exact])
    return {"@type": list(types), "dct:title": _texts(label), "dpv:hasIdentifier": id_}


def _seen(activity: Activity) -> Sequence[Node]:
    """Returns the categories that were seen and nobody described, marked as such."""
    known = taxonomy().categories
    nodes = []
    for id_ in undescribed(activity):
        node = _category(id_, Label(**known[id_].label) if id_ in known else Label(en=id_))
        node["skos:note"] = [
            {"@value": "seen by recense, not described in the register", "@language": "en"},
            {"@value": "constaté par recense, non décrit dans le registre", "@language": "fr"},
        ]
        nodes.append(node)
    return nodes


def _transfer(transfer: Transfer) -> Node:
    safeguard = (
        {"@type": "dpv:SafeguardForDataTransfer", "dct:title": transfer.safeguard} if transfer.safeguard else None
    )
    return {
        "@type": "dpv:ThirdCountry",
        "dpv:hasIdentifier": transfer.country,
        "dpv:hasRecipient": {"@type": "dpv:Recipient", "dpv:hasName": transfer.recipient}
        if transfer.recipient
        else None,
        "dpv:hasLegalMeasure": safeguard,
        "dct:references": transfer.document,
    }


def _clean(value: Any) -> Any:
    """Returns the document without what nobody stated."""
    if isinstance(value, dict):
        kept = {key: _clean(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {})}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value
