"""Planted against found, on runs made by hand."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from recense.demo import Comparison, Entry, Kind, Manifest, Outcome, compare, render
from recense.errors import UserError
from recense.model import ColumnReport, DatasetReport, Finding, Proof, ScanRun

ENTRIES = (
    Entry("crm.sqlite", "clients", "email", "contact", "EMAIL_ADDRESS", Kind.EXPECTED),
    Entry("crm.sqlite", "clients", "siret", None, None, Kind.TRAP, "company numbers"),
    Entry("crm.sqlite", "clients", "nom", "identification", "LAST_NAME", Kind.EXPECTED),
    Entry("crm.sqlite", "clients", "nom", "special.religion", None, Kind.TRAP, "Chrétien is a surname"),
    Entry("crm.sqlite", "clients", "id", "identification", "CUSTOMER_ID", Kind.EITHER),
    Entry("partage", "rh/paie.csv", "num_secu", "government_id", "FR_NIR", Kind.PLANTED, "staff"),
)
MANIFEST = Manifest(1, Path("demo"), "2026-11-01", (), {}, ENTRIES)
CRM, SHARE = "sqlite:////anywhere/demo/crm.sqlite", "file:///anywhere/demo/partage"


def finding(
    column: str, category: str, proof: Proof = Proof.PROVED, dataset: str = "clients", source: str = CRM
) -> Finding:
    return Finding(source, dataset, column, category, "X", proof, 0.9, 10, 10)


GOOD = (
    finding("email", "contact"),
    finding("nom", "identification", Proof.INDICATED),
    finding("num_secu", "government_id", dataset="rh/paie.csv", source=SHARE),
)


def run(findings: Iterable[Finding], columns: dict[tuple[str, str], tuple[str, ...]] | None = None) -> ScanRun:
    read = columns or {
        (CRM, "clients"): ("id", "email", "siret", "nom", "extra"),
        (SHARE, "rh/paie.csv"): ("num_secu",),
    }
    reports = tuple(
        DatasetReport(
            source, dataset, "table", 10, 10, tuple(ColumnReport(name, "TEXT", 10, 0, 5, 0.0) for name in names)
        )
        for (source, dataset), names in read.items()
    )
    return ScanRun("1", "", "", "complete", "test", datasets=reports, findings=tuple(findings))


def outcome(comparison: Comparison, column: str, category: str | None) -> Outcome:
    return next(r.outcome for r in comparison.results if (r.entry.column, r.entry.category) == (column, category))


def test_all_found_and_nothing_else_is_exact() -> None:
    comparison = compare(MANIFEST, run(GOOD))
    assert comparison.exact
    assert comparison.counts(Kind.EXPECTED) == {Outcome.FOUND: 2}
    assert comparison.counts(Kind.TRAP) == {Outcome.QUIET: 2}


def test_a_missing_finding_is_named() -> None:
    comparison = compare(MANIFEST, run(GOOD[1:]))
    assert outcome(comparison, "email", "contact") is Outcome.MISSING
    assert not comparison.exact


def test_another_category_is_not_the_right_one() -> None:
    comparison = compare(
        MANIFEST, run((*GOOD[:2], finding("num_secu", "banking", dataset="rh/paie.csv", source=SHARE)))
    )
    assert outcome(comparison, "num_secu", "government_id") is Outcome.WRONG_CATEGORY
    assert not comparison.exact


@pytest.mark.parametrize("proof", Proof)
def test_a_flagged_trap_is_an_error_at_any_proof(proof: Proof) -> None:
    comparison = compare(MANIFEST, run((*GOOD, finding("siret", "banking", proof))))
    assert outcome(comparison, "siret", None) is Outcome.FLAGGED
    assert not comparison.exact and comparison.unexpected == ()


def test_a_trap_of_one_category_lets_the_others_pass() -> None:
    assert compare(MANIFEST, run(GOOD)).exact
    comparison = compare(MANIFEST, run((*GOOD, finding("nom", "special.religion", Proof.TO_CHECK))))
    assert outcome(comparison, "nom", "special.religion") is Outcome.FLAGGED


def test_what_is_found_and_was_never_planted_counts_when_it_is_certain() -> None:
    weak = compare(MANIFEST, run((*GOOD, finding("extra", "contact", Proof.TO_CHECK))))
    assert weak.exact and len(weak.to_check) == 1
    sure = compare(MANIFEST, run((*GOOD, finding("extra", "contact", Proof.INDICATED))))
    assert not sure.exact and len(sure.unexpected) == 1
    beside = compare(MANIFEST, run((*GOOD, finding("email", "banking"))))
    assert not beside.exact and len(beside.unexpected) == 1


def test_open_questions_never_count() -> None:
    assert compare(MANIFEST, run((*GOOD, finding("id", "identification")))).exact


def test_a_column_that_was_not_read_proves_nothing() -> None:
    read = {(CRM, "clients"): ("id", "email", "nom"), (SHARE, "rh/paie.csv"): ("num_secu",)}
    comparison = compare(MANIFEST, run(GOOD, read))
    assert outcome(comparison, "siret", None) is Outcome.NOT_SCANNED
    assert not comparison.exact
    nothing = compare(MANIFEST, ScanRun("1", "", "", "complete", "test"))
    assert {result.outcome for result in nothing.results} == {Outcome.NOT_SCANNED}


@pytest.mark.parametrize(
    ("source", "dataset"),
    [
        ("sqlite:///C:/data/crm.sqlite", "main.clients"),
        ("/elsewhere/crm.sqlite", "clients"),
        ("file:///elsewhere/demo", "crm.sqlite/clients"),
        ("file:///elsewhere/demo", "crm.sqlite!/clients"),
    ],
)
def test_the_place_of_the_estate_does_not_matter(source: str, dataset: str) -> None:
    moved = [replace(f, source=source, dataset=dataset) for f in GOOD[:2]]
    read = {(source, dataset): ("id", "email", "siret", "nom"), ("file:///other/share", "rh/paie.csv"): ("num_secu",)}
    nir = replace(GOOD[2], source="file:///other/share")
    assert compare(MANIFEST, run((*moved, nir), read)).exact


def test_a_scan_of_the_whole_folder_is_understood() -> None:
    above = "file:///anywhere/demo"
    moved = [replace(f, source=above, dataset=f"crm.sqlite/{f.dataset}") for f in GOOD[:2]]
    nir = replace(GOOD[2], source=above, dataset="partage/rh/paie.csv")
    read = {(above, "crm.sqlite/clients"): ("siret", "nom"), (above, "partage/rh/paie.csv"): ("num_secu",)}
    assert compare(MANIFEST, run((*moved, nir), read)).exact


def test_a_postgresql_copy_is_judged_for_itself() -> None:
    copies = tuple(replace(entry, source="postgresql") for entry in ENTRIES[:5])
    both = replace(MANIFEST, entries=ENTRIES + copies)
    url = "postgresql://host/base"
    read = {
        (CRM, "clients"): ("id", "email", "siret", "nom"),
        (url, "recense_demo.clients"): ("id", "email", "siret", "nom"),
        (SHARE, "rh/paie.csv"): ("num_secu",),
    }
    comparison = compare(both, run(GOOD, read))
    missing = [r.entry.source for r in comparison.results if r.outcome is Outcome.MISSING]
    assert missing == ["postgresql", "postgresql"]
    moved = (replace(f, source=url, dataset="recense_demo.clients") for f in GOOD[:2])
    assert compare(both, run((*GOOD, *moved), read)).exact


def test_findings_of_other_sources_are_left_out() -> None:
    comparison = compare(
        MANIFEST, run((*GOOD, finding("mail", "contact", dataset="other", source="sqlite:////x/y.sqlite")))
    )
    assert comparison.exact and comparison.outside == 1


@pytest.mark.parametrize(("language", "says"), [("fr", "Trouvé = planté."), ("en", "Found = planted.")])
def test_the_text_fits_a_narrow_screen_in_both_languages(language: str, says: str) -> None:
    text = render(compare(MANIFEST, run(GOOD)), language)
    assert says in text and "num_secu" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_text_shows_what_went_wrong() -> None:
    wrong = (finding("siret", "banking"), finding("extra", "contact"), *GOOD[1:])
    text = render(compare(MANIFEST, run(wrong)), "en")
    assert "flagged" in text and "missing" in text and "3 differences" in text
    assert "Found and never planted" in text


def test_long_lists_of_weak_findings_are_cut_and_counted() -> None:
    weak = [finding(f"extra{n}", "contact", Proof.TO_CHECK) for n in range(30)]
    assert "10 more" in render(compare(MANIFEST, run((*GOOD, *weak))), "en")


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="en, fr"):
        render(compare(MANIFEST, run(GOOD)), "de")
