"""Tables of installed packages that hold nothing personal: every finding is defended, and every defence is needed."""

from benchmarks.accuracy.ordinary import TABLES, defended, findings


def test_every_finding_in_ordinary_tables_is_defended() -> None:
    assert len(TABLES) >= 10
    found = {(table, column, category) for table, column, category, _, _ in findings()}
    assert found == set(defended())
    assert all(defended().values())
