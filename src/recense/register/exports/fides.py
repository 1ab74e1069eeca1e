"""The register as fideslang YAML (3.1.4): the organisation, its datasets, and a system per activity.

fideslang has no key for trade unions, philosophical beliefs and sex life: ``tags`` keep the W3C DPV term of what has
none. What nobody stated is absent; a legal basis stands only when the policy declares it or a person signed it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from recense.policy import taxonomy
from recense.register.folder import Register
from recense.register.model import Activity, MachineDataset

_BASES = {
    "consent": "Consent",
    "contract": "Contract",
    "legal_obligation": "Legal obligations",
    "vital_interests": "Vital interests",
    "public_task": "Public interest",
    "legitimate_interests": "Legitimate interests",
}
_GROUNDS = {
    "a": "Explicit consent",
    "b": "Employment, social security and social protection",
    "c": "Vital interests",
    "d": "Not-for-profit bodies",
    "e": "Made public by the data subject",
    "f": "Legal claims or judicial acts",
    "g": "Reasons of substantial public interest (with a basis in law)",
    "h": "Health or social care (with a basis in law)",
    "i": "Public health (with a basis in law)",
    "j": "Archiving, research and statistics (with a basis in law)",
}
FALLBACK_USE = "essential.service"
"""fideslang wants a use for every declaration; a purpose without a known one gets this."""


def written(register: Register, language: str) -> bytes:
    """Returns the bytes of the YAML file."""
    import yaml

    who = register.organisation.organisation
    document: dict[str, Any] = {
        "organization": [
            _filled(
                fides_key="default_organization",
                name=who.name if who else None,
                controller=_contact(who),
                data_protection_officer=_contact(register.organisation.dpo.who),
                representative=_contact(register.organisation.representative),
            )
        ],
        "dataset": _datasets(register),
        "system": [_system(register, activity, language) for activity in register.activities if activity.active],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    return text.encode("utf-8", "backslashreplace")


def _contact(actor: Any) -> dict[str, str] | None:
    if actor is None:
        return None
    address = ", ".join(part for part in (actor.address, actor.postcode, actor.city, actor.country) if part)
    return {"name": actor.name, "address": address, "email": actor.email or "", "phone": actor.phone or ""}


def key(text: str) -> str:
    """Returns a fides_key: letters, digits, ``_``, ``.`` and ``-``.

    >>> key("crm.clients été")
    'crm.clients_ete'
    """
    letters = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.sub(r"[^A-Za-z0-9_.-]", "_", "".join(letters)) or "_"


def _datasets(register: Register) -> list[dict[str, Any]]:
    """Returns a fideslang dataset per source, a collection per dataset, a field per column."""
    sources: dict[str, dict[str, MachineDataset]] = {}
    for activity in register.activities:
        for entry in activity.machine.datasets if activity.active and activity.machine else ():
            sources.setdefault(entry.source, {})[entry.dataset] = entry
    keys = _unique(sorted(sources))
    return [
        {
            "fides_key": keys[source],
            "name": source,
            "collections": [_collection(entry) for _, entry in sorted(sources[source].items())],
        }
        for source in sorted(sources)
    ]


def _unique(sources: list[str]) -> dict[str, str]:
    taken: dict[str, str] = {}
    for at, source in enumerate(sources):
        short = key(source.rstrip("/").rsplit("/", 1)[-1])
        taken[source] = short if short not in taken.values() else f"{short}_{at}"
    return taken


def _collection(entry: MachineDataset) -> dict[str, Any]:
    columns: dict[str, list[str]] = {}
    for found in entry.found:
        for column in found.columns:
            columns.setdefault(column, []).extend(_keys(found.category))
    # A dot in the name of a field or collection means nesting to fides.
    fields = [
        _filled(name=column.replace(".", "_"), data_categories=sorted(set(keys))) for column, keys in columns.items()
    ]
    return {"name": entry.dataset.replace(".", "_"), "fields": fields}


def _system(register: Register, activity: Activity, language: str) -> dict[str, Any]:
    names = [entry.category for entry in activity.data_categories]
    categories = sorted({one for name in names for one in _keys(name)})
    keyless = [name for name in names if not _keys(name)]
    known = taxonomy()
    who = register.organisation.organisation
    tags = [f"dpv:{term}" for name in keyless if name in known.categories for term in known.categories[name].dpv]
    return _filled(
        fides_key=key(activity.id),
        name=activity.name.of(language),
        description=_people(activity, language),
        tags=tags,
        system_type="Processing activity",
        privacy_declarations=_declarations(activity, categories, language),
        responsibility=["Processor" if activity.role == "processor" else "Controller"],
        legal_name=who.name if who else None,
        dpo=register.organisation.dpo.who.name if register.organisation.dpo.who else None,
        does_international_transfers=activity.transfers.status == "stated",
        requires_data_protection_assessments=activity.dpia.status in {"required", "done"},
        data_security_practices=" ; ".join(one.label.of(language) for one in activity.security),
    )


def _people(activity: Activity, language: str) -> str | None:
    return " ; ".join(one.label.of(language) for one in activity.data_subjects) or None


def _declarations(activity: Activity, categories: list[str], language: str) -> list[dict[str, Any]]:
    """Returns a declaration per purpose; a processor's activity, which states none, gives one."""
    common = _declaration(activity, categories, language)
    return [
        {"name": purpose.label.of(language), "data_use": key(purpose.fideslang or FALLBACK_USE), **common}
        for purpose in activity.purposes
    ] or [{"name": activity.name.of(language), "data_use": FALLBACK_USE, **common}]


def _declaration(activity: Activity, categories: list[str], language: str) -> dict[str, Any]:
    basis = activity.legal_basis
    signed = basis is not None and basis.origin in {"signed", "declared"}
    limits = dict.fromkeys(
        entry.retention.label.of(language) for entry in activity.data_categories if entry.retention is not None
    )
    grounds = [entry.ground for entry in activity.data_categories if entry.ground]
    special = any(taxonomy().is_special(entry.category) for entry in activity.data_categories)
    outside = [one.label.of(language) for one in activity.recipients.list if one.kind != "internal"]
    subjects = {key(one.fideslang) for one in activity.data_subjects if one.fideslang}
    return _filled(
        data_categories=categories or ["user"],
        data_subjects=sorted(subjects),
        legal_basis_for_processing=_BASES.get(basis.value) if signed and basis else None,
        retention_period=" ; ".join(limits),
        processes_special_category_data=special,
        special_category_legal_basis=_GROUNDS[grounds[0][5]] if grounds else None,
        data_shared_with_third_parties=bool(outside),
        third_parties=" ; ".join(outside),
    )


def _keys(category: str) -> tuple[str, ...]:
    known = taxonomy().categories.get(category)
    return known.fideslang if known else ()


def _filled(**entries: Any) -> dict[str, Any]:
    return {name: value for name, value in entries.items() if value or value is False}
