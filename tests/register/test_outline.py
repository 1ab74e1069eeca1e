"""The dashboard holds the register against a run in outline: what differs is the same as against all of the run."""

from __future__ import annotations

import pytest

from recense.catalog import Catalog, DatasetProfile, listing
from recense.model import ColumnReport, Dataset, DatasetReport, Finding, Proof, ScanRun, SourceReport
from recense.register import checking, facts
from recense.register.folder import Register
from recense.register.model import Activity, Organisation

SOURCES = ("postgresql://db.example.org/crm", "file:///exports/half\ud800pair")
FOUND = (
    (0, "clients", "mail", "contact", Proof.INDICATED), (0, "clients", "mail2", "contact", Proof.PROVED),
    (0, "clients", "faith", "special.religion", Proof.TO_CHECK), (0, "logs\x00", "ip", "online", Proof.PROVED),
    (1, "clients", "mail", "contact", Proof.TO_CHECK), (1, "tests", "mail", "contact", Proof.PROVED),
    (1, "picked", "iban", "banking", Proof.PROVED),
)  # fmt: skip
EMPTY = ((0, "countries"), (1, "units"))
ORGANISATION = {"schema": "recense.register.organisation/1", "set_aside": [{"dataset": "tests", "reason": "made up"}]}


@pytest.fixture
def run(empty_catalog: Catalog) -> ScanRun:
    """Writes a run and returns it as the catalog tells it."""
    made = [
        Finding(SOURCES[source], dataset, column, category, f"KIND_{number}", proof, 0.9, 100, 50)
        for number, (source, dataset, column, category, proof) in enumerate(FOUND)
    ]
    places = dict.fromkeys([*((one.source, one.dataset) for one in made), *((SOURCES[s], name) for s, name in EMPTY)])
    column = ColumnReport("mail", "TEXT", 100, 0, 90, 0.0)
    read = tuple(DatasetReport(source, name, "table", 100, 100, (column,)) for source, name in places)
    moment = "2030-01-01T00:00:00+00:00"
    sources = tuple(SourceReport(uri, "files", "complete") for uri in SOURCES)
    whole = ScanRun("r1", moment, moment, "complete", "1", None, sources, read, tuple(made))
    empty_catalog.start("r1", rules="1", scope="s", targets=[])
    empty_catalog.finish(whole, [DatasetProfile(Dataset(*place, "table"), 100, {}) for place in places])
    return empty_catalog.run("r1")


def activities() -> tuple[Activity, ...]:
    chosen = (
        {"rules": [{"dataset": "cli*", "source": "postgresql:*"}, {"categories": ["health"]}]},
        {"datasets": [{"dataset": "picked"}, {"dataset": "units"}, {"dataset": "not there"}]},
        {"rules": [{"categories": ["contact"]}], "excluded": ["clients"]},
    )
    common = {"schema": "recense.register/1", "name": {"fr": "Nom", "en": "Name"}}
    return tuple(Activity.model_validate({"id": f"a{n}", "assign": one, **common}) for n, one in enumerate(chosen))


def test_what_differs_from_a_run_in_outline_is_what_differs_from_all_of_it(
    empty_catalog: Catalog, run: ScanRun
) -> None:
    with empty_catalog.transaction() as connection:
        read = listing.by_dataset(connection, "r1")
    outline = sorted((facts.in_outline(*place, kinds) for place, kinds in read.items()), key=lambda one: one.key)
    whole = facts.of_run(run).datasets

    def said(seen: tuple[facts.SeenDataset, ...]) -> list[tuple[object, ...]]:
        return sorted((*one.key, [(found.category, found.proof) for found in one.found]) for one in seen)

    assert said(tuple(outline)) == said(whole)
    register = Register(Organisation.model_validate(ORGANISATION), activities())
    gaps = [
        checking.differences(register, facts.assign(register.organisation, register.activities, datasets))
        for datasets in (outline, whole)
    ]
    assert sorted(map(repr, gaps[0])) == sorted(map(repr, gaps[1]))
    assert {gap.code for gap in gaps[0]} == {"unregistered", "idle"}
