"""Errors keep their class, exit code and words on the way back from another process."""

import pickle

import pytest

from recense.errors import MissingExtra, RecenseError, RetriableError, SourceError


@pytest.mark.parametrize(
    "error",
    [
        SourceError("corrupt", "cut off after 3 rows"),
        RetriableError("unreachable", "no answer"),
        MissingExtra("postgresql://", "psycopg", "postgres"),
    ],
)
def test_errors_survive_pickling(error: RecenseError) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
