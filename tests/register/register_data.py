"""A small register and a run over a made-up shop: nothing in it is anybody's."""

from recense.model import DatasetReport, Finding, Proof, ScanRun, SourceReport

SHOP = "sqlite:///shop.db"

ORGANISATION = """\
schema: recense.register.organisation/1
organisation: {name: Boutique Exemple, address: 1 rue des Essais, postcode: "75001", city: Paris, country: FR}
dpo: {status: designated, who: {name: Camille Essai, email: dpo@boutique.example}}
"""

ACTIVITY = """\
# Notre fiche : les commentaires restent.
schema: recense.register/1
id: clients   # l'identifiant
name: {fr: Gestion des clients, en: Customer management}
role: controller
purposes:
  - label: {fr: Suivi des commandes, en: Order tracking}
    dpv: "dpv:CustomerManagement"
    fideslang: essential.service
legal_basis: {value: contract, origin: signed}
data_subjects: [{label: {fr: Clients, en: Customers}, dpv: "dpv:Customer", fideslang: customer}]
data_categories:
  - category: contact
    retention: {label: {fr: 3 ans après la collecte, en: 3 years from collection}}
  - category: identification
    retention: {label: {fr: 3 ans après la collecte}}
recipients: {status: stated, list: [{kind: processor, label: {fr: Hébergeur}, contract: C-12}]}
transfers: {status: none}
security: [{kind: technical, label: {fr: Chiffrement}, dpv: "dpv:Encryption"}]
assign:
  rules:
    - dataset: clients*
lifecycle: {status: validated, created_on: 2026-01-05}
"""


def finding(
    dataset: str, column: str, category: str, entity: str, proof: Proof = Proof.PROVED, source: str = SHOP
) -> Finding:
    return Finding(source, dataset, column, category, entity, proof, 0.9, 10, 10)


def a_run(*findings: Finding, datasets: tuple[str, ...] = (), status: str = "complete", id: str = "run-1") -> ScanRun:
    names = sorted({*(one.dataset for one in findings), *datasets})
    return ScanRun(
        id, "2026-01-31T10:00:00+00:00", "2026-01-31T11:00:00+00:00", "complete", "recense test",
        sources=(SourceReport(SHOP, "sqlite", status),),
        datasets=tuple(DatasetReport(SHOP, name, "table", 10, 10) for name in names),
        findings=findings,
    )  # fmt: skip
