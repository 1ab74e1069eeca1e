"""Decisions about fields: appended, chained, and a changed row is found; on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from recense.catalog import Catalog
from recense.catalog.decisions import START, Decision, field_of, latest
from recense.errors import UserError

FIRST = Decision(
    "sql:clients.email", "contact", "accepted", "dpo@example.org", "2026-11-22T10:00:00+00:00", "needed by the shop",
    "2027-11-22", "RT-004",
)  # fmt: skip
SECOND = replace(
    FIRST, decision="remove", reason="not needed any more", until=None, decided="2026-11-23T10:00:00+00:00"
)


@pytest.fixture
def catalog(empty_catalog: Catalog) -> Catalog:
    return empty_catalog


def _execute(catalog: Catalog, statement: str) -> None:
    with catalog._engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_decisions_come_back_in_order_and_the_last_is_in_force(catalog: Catalog) -> None:
    assert catalog.decision_chain().head == START
    assert catalog.decide([FIRST]) == 1 and catalog.decide([SECOND]) == 1
    assert catalog.decisions() == [FIRST, SECOND]
    assert latest(catalog.decisions()) == {("sql:clients.email", "contact"): SECOND}
    chain = catalog.decision_chain()
    assert (chain.length, chain.broken) == (2, None) and chain.head != START


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE decisions SET until = '2099-01-01' WHERE sequence = 2", 2),
        ("UPDATE decisions SET who = 'me@example.org' WHERE sequence = 1", 1),
        ("DELETE FROM decisions WHERE sequence = 2", 2),
        ("UPDATE decisions SET hash = previous WHERE sequence = 3", 3),
        ("UPDATE decisions SET sequence = 9 WHERE sequence = 3", 3),
    ],
)
def test_a_row_that_was_changed_is_found(catalog: Catalog, tampering: str, broken: int) -> None:
    catalog.decide([FIRST, SECOND, FIRST])
    _execute(catalog, tampering)
    assert catalog.decision_chain().broken == broken


@pytest.mark.parametrize(
    "wrong",
    [{"decision": "maybe"}, {"category": "contcat"}, {"who": " "}, {"reason": ""}, {"until": None}, {"field": ""}],
)
def test_what_is_not_a_decision_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with Catalog.open(f"sqlite:///{tmp_path}/c.db") as catalog:
        with pytest.raises(UserError):
            catalog.decide([FIRST, replace(FIRST, **wrong)])  # type: ignore[arg-type]
        assert catalog.decisions() == []


def test_scanned_tables_and_the_gate_name_fields_alike() -> None:
    assert field_of("table", "public.clients", "email") == field_of("table", "clients", "email") == FIRST.field
    assert field_of("table", "crm.clients", "email") == "sql:crm.clients.email"
