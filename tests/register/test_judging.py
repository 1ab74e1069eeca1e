"""What belongs to which activity, what Article 30 still wants, and what differs from the approved version."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from register_data import ACTIVITY, ORGANISATION, SHOP, a_run, finding

from recense.errors import UserError
from recense.model import Proof
from recense.policy.loading import example
from recense.register import checking, comparing, facts, folder, history
from recense.register.building import build, digest
from recense.register.facts import Facts, assign


def edit(register: Path, old: str, new: str, name: str = "activities/clients.yaml") -> None:
    path = register / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def said(register: Path, language: str = "en") -> list[str]:
    return [gap.says(language) for gap in checking.gaps(folder.load(register))]


def test_hand_comes_before_rules_and_nothing_is_lost(register: Path, seen: Facts) -> None:
    second = ACTIVITY.replace("id: clients ", "id: paie ").replace(
        "rules:\n    - dataset: clients*", "datasets: [{dataset: clients}]"
    )
    (register / "activities/paie.yaml").write_text(second, encoding="utf-8")
    known = folder.load(register)
    got = assign(known.organisation, known.activities, seen.datasets)
    assert [(one.dataset, how) for one, how in got.by_activity["paie"]] == [("clients", "by_hand")]
    assert got.by_activity["clients"] == ()
    assert [one.dataset for one in got.unassigned] == ["paie"]  # personal data, and no rule takes it
    edit(
        register,
        "organisation:",
        "set_aside: [{dataset: pai*, reason: jeu d'essai}]\norganisation:",
        "organisation.yaml",
    )
    known = folder.load(register)
    got = assign(known.organisation, known.activities, seen.datasets)
    assert not got.unassigned and [(one.dataset, why) for one, why in got.set_aside] == [("paie", "jeu d'essai")]


@pytest.mark.parametrize(
    ("rule", "takes"),
    [
        ("dataset: cli*", True),
        ("dataset: CLI*", False),
        ("source: 'sqlite:*', dataset: clients", True),
        ("source: 'postgresql:*', dataset: clients", False),
        ("categories: [contact, banking]", True),
        ("categories: [banking]", False),
        ("dataset: clients, categories: [banking]", False),
    ],
)
def test_a_rule_needs_all_its_conditions(register: Path, seen: Facts, rule: str, takes: bool) -> None:
    edit(register, "- dataset: clients*", f"- {{{rule}}}")
    known = folder.load(register)
    got = assign(known.organisation, known.activities, seen.datasets)
    assert bool([one for one, _ in got.by_activity["clients"] if one.dataset == "clients"]) is takes


def test_a_complete_entry_has_no_gap(register: Path, seen: Facts) -> None:
    build(register, seen)
    assert said(register) == []


GAPS = [
    ("organisation.yaml", "address: 1 rue des Essais, ", "", "30(1)(a): no address, telephone or e-mail"),
    ("organisation.yaml", "dpo: {status: designated, who: {name: Camille Essai, email: dpo@boutique.example}}", "",
     "30(1)(a): the data protection officer is unknown"),
    ("organisation.yaml", ", email: dpo@boutique.example", "",
     "30(1)(a): no contact details of the data protection officer"),
    ("organisation.yaml", "country: FR", "country: US",
     "30(1)(a): organisation outside the Union (US) without representative"),
    (None, "purposes:\n  - label: {fr: Suivi des commandes, en: Order tracking}\n"
     '    dpv: "dpv:CustomerManagement"\n    fideslang: essential.service\n', "",
     "30(1)(b): no purpose stated"),
    (None, 'data_subjects: [{label: {fr: Clients, en: Customers}, dpv: "dpv:Customer", fideslang: customer}]', "",
     "30(1)(c): no category of data subjects stated"),
    (None, "  - category: identification\n    retention: {label: {fr: 3 ans après la collecte}}\n", "",
     "30(1)(c): seen in the data but not described: Identification"),
    (None, "recipients: {status: stated, list: [{kind: processor, label: {fr: Hébergeur}, contract: C-12}]}", "",
     "30(1)(d): recipients are unknown"),
    (None, "transfers: {status: none}", "", "30(1)(e): no countries or safeguards stated"),
    (None, "transfers: {status: none}", "transfers: {status: stated, list: [{country: US}]}",
     "30(1)(e): transfer to US without a safeguard"),
    (None, "    retention: {label: {fr: 3 ans après la collecte}}\n", "",
     "30(1)(f) (where possible): no time limit for erasure for: Identification"),
    (None, 'security: [{kind: technical, label: {fr: Chiffrement}, dpv: "dpv:Encryption"}]', "",
     "30(1)(g) (where possible): no security measure stated"),
    (None, "legal_basis: {value: contract, origin: signed}", "legal_basis: {value: contract}",
     "6: legal basis inferred and not signed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "says"), GAPS, ids=[gap[3][:24] + str(at) for at, gap in enumerate(GAPS)]
)
def test_each_letter_of_article_30_has_its_gap(
    register: Path, seen: Facts, file: str | None, old: str, new: str, says: str
) -> None:
    build(register, seen)
    edit(register, old, new, file or "activities/clients.yaml")
    assert [gap for gap in said(register) if f"Article {says}" in gap], said(register)
    assert len(said(register, "fr")) == 1 and said(register, "fr")[0].startswith("Article ")


def test_a_processor_is_asked_for_its_four_letters(register: Path) -> None:
    from recense.register.drafts import blank_text

    folder.create(register / "activities/hebergement.yaml", blank_text("hebergement", "Hébergement", "processor"))
    articles = [gap.article for gap in checking.gaps(folder.load(register)) if gap.activity == "hebergement"]
    assert articles == ["30(2)(a)", "30(2)(b)", "30(2)(c)", "30(2)(d)"]


def test_special_data_ask_for_their_exception_and_open_a_screening(register: Path) -> None:
    run = a_run(
        finding("clients", "note", "special.health", "HEALTH"),
        finding("clients", "x", "criminal", "CRIMINAL_OFFENCE", Proof.TO_CHECK),
    )
    build(register, facts.of_run(run))
    gaps = said(register)
    assert any(gap.startswith("Article 9(2): special categories without") and "Health" in gap for gap in gaps)
    assert any("DPIA screening required" in gap for gap in gaps)
    assert not any("Criminal" in gap for gap in gaps)  # one weak witness asks nothing


def test_both_directions(register: Path, seen: Facts) -> None:
    edit(register, "  - category: identification", "  - category: banking\n  - category: identification")
    edit(register, "- dataset: clients*", "- dataset: clients*\n    - dataset: fidelite*")
    built = build(register, seen)
    got = [(gap.kind, gap.says("en")) for gap in checking.differences(built.register, built.assignment)]
    assert got == [
        ("unregistered", f"seen, in no activity: paie (government_id; {SHOP})"),
        ("unseen", "registered, never seen: dataset fidelite*"),
        ("unseen", "categories described, never seen: Banking data"),
    ]


def test_stale(register: Path, seen: Facts) -> None:
    now = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert [gap.code for gap in checking.stale(folder.load(register), timedelta(30), now)] == ["never_scanned"]
    build(register, seen)  # last scan on 31 January at 11:00
    assert not checking.stale(folder.load(register), timedelta(30), now)
    assert [gap.code for gap in checking.stale(folder.load(register), timedelta(30), now + timedelta(seconds=1))] == [
        "stale"
    ]
    with pytest.raises(UserError, match="write days or weeks"):
        checking.age("soon")


def test_what_a_run_did_not_read_stays_and_what_it_read_and_misses_is_gone(register: Path, seen: Facts) -> None:
    build(register, seen)
    partial = facts.of_run(a_run(finding("clients_2", "x", "contact", "EMAIL_ADDRESS"), status="partial", id="run-2"))
    names = lambda built: [one.dataset for one in built.register.activity("clients").machine.datasets]  # noqa: E731
    assert names(build(register, partial)) == ["clients", "clients_2"]
    whole = facts.of_run(a_run(finding("clients_2", "x", "contact", "EMAIL_ADDRESS"), id="run-3"))
    assert names(build(register, whole)) == ["clients_2"]


def test_an_approval_covers_words_and_datasets_but_not_counts(register: Path, seen: Facts) -> None:
    build(register, seen)
    assert [change.code for change in comparing.approvals(folder.load(register))] == ["not_approved"]
    approved = digest(folder.load(register).activity("clients"))
    edit(
        register,
        "created_on: 2026-01-05",
        f"created_on: 2026-01-05, approval: {{by: C. Essai, date: 2026-02-01, digest: {approved}}}",
    )
    assert [change.code for change in comparing.approvals(folder.load(register))] == ["approved"]
    build(register, facts.of_run(a_run(*(
        finding("clients", column, category, entity) for column, category, entity in
        [("courriel", "contact", "EMAIL_ADDRESS"), ("nom", "identification", "LAST_NAME")]
    ), id="later")))  # fmt: skip
    assert [change.differs for change in comparing.approvals(folder.load(register))] == [False]
    build(register, facts.of_run(a_run(finding("clients", "iban", "banking", "IBAN_CODE"))))
    assert [change.code for change in comparing.approvals(folder.load(register))] == ["after_approval"]


def test_against_a_commit(register: Path, seen: Facts) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
            cwd=register.parent,
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "empty")
    git("tag", "before")
    build(register, seen)
    git("add", ".")
    git("commit", "-q", "-m", "approved")
    assert history.at(register, "before") is None
    assert comparing.against(history.at(register, "HEAD"), folder.load(register)) == []
    edit(register, "{status: none}", "{status: unknown}")
    edit(register, "Boutique Exemple", "Boutique Essai", "organisation.yaml")
    build(register, facts.of_run(a_run(
        finding("clients", "iban", "banking", "IBAN_CODE"),
        finding("clients_vip", "courriel", "contact", "EMAIL_ADDRESS"),
    )))  # fmt: skip
    changes = comparing.against(history.at(register, "HEAD"), folder.load(register))
    assert [change.says("en") for change in changes] == [
        "organisation changed: organisation",
        "words changed: transfers",
        "new dataset: clients_vip (contact)",
        "new category: banking (clients)",
        "category gone: contact (clients)",
        "category gone: identification (clients)",
    ]
    for ref in ("nowhere", "--output=x", "HEAD:register"):
        with pytest.raises(UserError, match="git has no"):
            history.at(register, ref)


def test_drafts_come_from_the_policy_and_invent_nothing(tmp_path: Path, seen: Facts) -> None:
    policy = example()
    built = build(tmp_path / "register", seen, policy)
    register = built.register
    assert register.organisation.organisation is not None
    assert register.organisation.organisation.name == policy.controller.name
    assert register.organisation.dpo.status == "unknown"  # the policy names a committee and no DPO
    assert {purpose.ref for one in register.activities for purpose in one.purposes} == {
        one.id for one in policy.purposes
    }
    assert {one.lifecycle.status for one in register.activities} == {"draft"}
    assert {one.transfers.status for one in register.activities} == {"unknown"}
    assert all(one.legal_basis is None or one.legal_basis.origin == "inferred" for one in register.activities)
    crm = next(one for one in register.activities if "relation-client" in one.id)
    assert [one.dataset for one in crm.assign.datasets] == ["clients"]  # shares its word with the purpose
    assert [one.dataset for one in built.assignment.unassigned] == ["paie"]
    assert build(tmp_path / "register", seen, policy).created == ()


def test_without_a_policy_the_controller_is_a_gap(tmp_path: Path, seen: Facts) -> None:
    built = build(tmp_path / "register", seen)
    assert [gap.code for gap in checking.gaps(built.register)] == ["organisation", "dpo"]
    assert [one.dataset for one in built.assignment.unassigned] == ["clients", "paie"]


def test_another_kind_of_organisation_needs_no_code(tmp_path: Path, seen: Facts) -> None:
    built = build(tmp_path / "register", seen, example("clinic"))
    described = [entry for one in built.register.activities for entry in one.data_categories]
    care = [entry for entry in described if entry.category == "special.health"]
    assert care and all(entry.ground and entry.ground.startswith("9(2)") for entry in care)
    assert not [gap for gap in checking.gaps(built.register) if gap.article == "9(2)"]


def test_the_entry_of_the_documentation_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs/register.md").read_text(encoding="utf-8")
    shown = page.split("```yaml\n")[1].split("```")[0]
    assert folder.parse_activity(shown, "newsletters.yaml").purposes[0].ref == "P04"


def test_a_committed_register_names_no_folder_of_a_machine(tmp_path: Path) -> None:
    from dataclasses import replace

    from recense.pipelines.records import refresh_register

    here = f"sqlite:///{tmp_path}/shop.db"
    run = a_run(finding("clients", "email", "contact", "EMAIL_ADDRESS", source=here))
    run = replace(run, sources=(replace(run.sources[0], uri=here),))
    run = replace(run, datasets=tuple(replace(one, source=here) for one in run.datasets))
    place = tmp_path / "register"
    (place / "activities").mkdir(parents=True)
    (place / "activities" / "clients.yaml").write_text(ACTIVITY, encoding="utf-8")
    (place / "organisation.yaml").write_text(ORGANISATION, encoding="utf-8")
    facts_before = facts.of_run(run)  # as an earlier recense wrote them
    (activity,) = build(place, facts_before, drafting=False).register.activities
    assert activity.machine is not None
    verdict = {"source": here, "dataset": "clients", "verdict": "overdue", "rule": "R1", "overdue": 3}
    retention = {"schema": "recense.retention/1", "as_of": "2026-11-01", "datasets": [verdict]}
    refresh_register(place, run, retention=retention)
    written = (place / "activities" / "clients.yaml").read_text(encoding="utf-8")
    assert str(tmp_path) not in written
    assert "source: sqlite:///shop.db" in written and "verdict: overdue" in written
    before = written
    refresh_register(place, run, retention=retention)
    assert (place / "activities" / "clients.yaml").read_text(encoding="utf-8") == before
