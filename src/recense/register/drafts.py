"""Drafts for a person to complete: from a policy's purposes and from what was found. Nothing is made up.

What the policy does not say stays empty and is a gap of ``check``. Which datasets a purpose uses is proposed by the
words that its label shares with their names, in a file whose status is ``draft``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recense.policy.model import Policy, Purpose
from recense.policy.statements import Label
from recense.register.facts import SeenDataset
from recense.register.model import ACTIVITY_SCHEMA, ORGANISATION_SCHEMA

# Words of every second label, which tell nothing apart.
_COMMON = (
    "gestion management traitement processing service services suivi autres other reponse reponses answer answers "
    "sending envoi amelioration improvement improved network reseau site sites their these such notre nous avec pour "
    "dans with from data donnee donnees public table fichier file files export exports"
)
_EMPTY = frozenset(_COMMON.split())
_WORD = re.compile(r"[a-z]{4,}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PREFIX = 6
"""Letters by which two words count as one: ``facturation`` and ``factures`` share ``factur``."""


def slug(label: str) -> str:
    """Returns an id for a label.

    >>> slug("Gestion de la relation client"), slug("42")
    ('gestion-de-la-relation-client', 'activity-42')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", _folded(label)).strip("-")[:48].rstrip("-")
    return plain if plain[:1].isalpha() else f"activity-{plain}".rstrip("-")


def stems(text: str) -> set[str]:
    """Returns the telling beginnings of words in a label or a dataset's name.

    >>> sorted(stems("crm.FacturesClients"))
    ['client', 'factur']
    """
    words = _WORD.findall(_folded(_CAMEL.sub(" ", text)))
    return {word[:_PREFIX].rstrip("s") for word in words if word not in _EMPTY}


def _folded(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)).lower()


def suggestions(labels: Mapping[str, Label], datasets: Iterable[SeenDataset]) -> dict[str, list[SeenDataset]]:
    """Returns, per id, the datasets whose names share the most words with its label; a dataset may fit several.

    Args:
        labels: per purpose or activity id, its label.
        datasets: what no activity takes yet.
    """
    known = {id_: stems(f"{label.fr or ''} {label.en or ''}") for id_, label in labels.items()}
    fitting: dict[str, list[SeenDataset]] = {}
    for dataset in datasets:
        words = stems(dataset.dataset)
        scores = {id_: len(words & telling) for id_, telling in known.items()}
        best = max(scores.values(), default=0)
        for id_, score in scores.items():
            if best and score == best:
                fitting.setdefault(id_, []).append(dataset)
    return fitting


def organisation_text(policy: Policy | None) -> str:
    """Returns ``organisation.yaml`` with what the policy says of the controller; the rest is left to people."""
    entry: dict[str, Any] = {"schema": ORGANISATION_SCHEMA}
    if policy is not None:
        who = policy.controller
        entry |= {"organisation": _filled(name=who.name, address=who.address, country=who.country)}
        entry |= _filled(registration=dict(who.registration))
    head = (
        "# Registre des activités de traitement (article 30 du RGPD) : l'organisme.\n"
        "# Register of processing activities (Article 30 GDPR): the organisation. Complete by hand.\n"
    )
    if policy is None:
        head += "# organisation: {name: …, person: …, address: …, postcode: …, city: …, country: FR, email: …}\n"
    dpo: dict[str, Any] = {"status": "unknown"}
    if policy is not None and policy.contact.dpo:
        dpo = {"status": "designated", "who": {"name": policy.contact.dpo, "email": policy.contact.email}}
    text = head + _yaml(entry)
    text += "\n# designated (who: {name, email, phone …}) | none | unknown. A committee or a mailbox is no DPO.\n"
    text += _yaml({"dpo": dpo})
    if policy is not None and not policy.contact.dpo:
        text += _yaml({"contact_point": {"name": policy.contact.label.of("fr"), "email": policy.contact.email}})
    if policy is not None and policy.controller.joint_controllers:
        text += _yaml({"joint_controllers": [{"name": name} for name in policy.controller.joint_controllers]})
    return text


def blank_text(id_: str, name: str, role: str = "controller") -> str:
    """Returns an activity of which nothing is known but its name."""
    return _text(id_, {"fr": name}, {"role": role}, [])


def activity_text(policy: Policy, purpose: Purpose, id_: str, datasets: Sequence[SeenDataset]) -> str:
    """Returns a draft for one purpose of a policy."""
    entry: dict[str, Any] = {
        "role": "controller",
        "purposes": [
            _filled(label=_label(purpose.label), ref=purpose.id, dpv=purpose.dpv, fideslang=purpose.fideslang)
        ],
        "legal_basis": {"value": purpose.legal_basis.value, "origin": purpose.legal_basis.origin},
        "data_subjects": [
            _filled(label=_label(subject.label), id=subject.id, dpv=subject.dpv, fideslang=subject.fideslang)
            for subject in policy.subjects
            if subject.id in purpose.subjects or (not purpose.subjects and subject.origin == "declared")
        ],
        "data_categories": [_category(policy, category) for category in purpose.categories],
        "recipients": _recipients(policy),
        "transfers": _transfers(policy),
        "security": [
            _filled(label=_label(measure.label), kind=measure.kind, ref=measure.id, dpv=measure.dpv)
            for measure in policy.security
        ],
    }
    return _text(id_, _label(purpose.label), entry, datasets)


def _category(policy: Policy, id_: str) -> dict[str, Any]:
    known = policy.category(id_)
    rules = [rule for rule in policy.retention.rules if id_ in rule.scope.categories]
    general = policy.retention.general
    rule = max(rules, key=lambda rule: rule.priority) if rules else general
    entry: dict[str, Any] = {"category": id_}
    if rule is not None:
        start = policy.retention.events[rule.start].label
        said = {
            "fr": f"{rule.period.words('fr')} ({start.of('fr')})",
            "en": f"{rule.period.words('en')} ({start.of('en')})",
        }
        entry["retention"] = {"label": said, "rule": rule.id}
    if known is not None and known.ground:
        entry["ground"] = known.ground
    return entry


def _recipients(policy: Policy) -> dict[str, Any]:
    kinds = {"authority": "external"}
    listed = [
        _filled(label=_label(one.label), kind=kinds.get(one.kind, one.kind), ref=one.id, dpv=one.dpv)
        for one in policy.recipients
    ]
    return {"status": "stated", "list": listed} if listed else {"status": "unknown"}


def _transfers(policy: Policy) -> dict[str, Any]:
    said = policy.transfers
    if said.stance == "none":
        return {"status": "none"}
    if said.countries:
        safeguard = ", ".join(said.safeguards)
        return {
            "status": "stated",
            "list": [_filled(country=country, safeguard=safeguard) for country in said.countries],
        }
    return {"status": "unknown"}


_SECTIONS = {
    "purposes": "30(1)(b) Finalités : la première est la principale",
    "legal_basis": "Base légale (article 6) : « inferred » jusqu'à ce qu'une personne signe (« signed »)",
    "data_subjects": "30(1)(c) Catégories de personnes concernées",
    "data_categories": "30(1)(c), (f) Catégories de données, avec le délai d'effacement de chacune",
    "recipients": "30(1)(d) Destinataires : stated | none | unknown",
    "transfers": "30(1)(e) Transferts hors UE : stated (country, safeguard, document) | none | unknown",
    "security": "30(1)(g) Mesures de sécurité",
}


def _text(id_: str, name: Mapping[str, str], entry: Mapping[str, Any], datasets: Sequence[SeenDataset]) -> str:
    head = "# Fiche de registre, à compléter : recense n'écrit que le bloc du bas, tout le reste est à vous.\n"
    text = head + _yaml({"schema": ACTIVITY_SCHEMA, "id": id_, "name": dict(name)})
    for key, value in entry.items():
        text += (f"\n# {_SECTIONS[key]}\n" if key in _SECTIONS else "") + _yaml({key: value})
    text += "\n# Jeux de données : à la main (datasets) ou par règles (rules: source, dataset, categories)\n"
    proposed = [{"source": one.source, "dataset": one.dataset} for one in datasets]
    if proposed:
        text += "# Proposés par recense d'après leurs noms : à vérifier.\n"
    text += _yaml({"assign": {"datasets": proposed, "rules": []}})
    return text + "\n" + _yaml({"lifecycle": {"status": "draft"}})


def _label(label: Label) -> dict[str, str]:
    return _filled(fr=label.fr, en=label.en)


def _filled(**entries: Any) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if value}


def _yaml(data: Mapping[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=110)
