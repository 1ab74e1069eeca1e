"""Builds the index of people from what the partitions of a run gave, before the run counts as finished.

A dataset's filters take the place of earlier ones in one transaction, and only when they reach at least as far: after
a run that read less, the earlier ones stay and say so. The sealed parts are erased with the run's evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from recense.catalog import Catalog, now
from recense.catalog import persons as kept
from recense.catalog.persons import ColumnFilter, Coverage
from recense.config import Config
from recense.config.credentials import resolve
from recense.model import Dataset
from recense.pipelines.defects import describe
from recense.pipelines.persons import Indexing, unpack
from recense.pipelines.plan import Survey
from recense.subjects import keys
from recense.subjects.filters import Filter
from recense.subjects.keys import Key

_HELD = 64 << 20
"""Bytes of opened parts that are kept from the first pass for the second."""


def key_of(config: Config) -> Key:
    """Returns the install's key.

    Raises:
        UserError: there is none, or it is damaged. ConfigError: its variable is not set.
    """
    if config.persons.key:
        return Key.parse(resolve(config.persons.key, "persons.key"), "persons.key")
    return keys.read(config.persons.key_file)


def indexing(config: Config) -> Indexing | None:
    """Returns how people are indexed, None when recense.yaml does not ask for it.

    Raises:
        UserError: see ``key_of``; a country is none.
    """
    settings = config.persons
    if not settings.index:
        return None
    keys.refuse_unknown_regions((settings.region, *settings.regions.values()))
    return Indexing(key_of(config), settings.region, settings.regions)


def build(catalog: Catalog, run_id: str, surveys: Sequence[Survey], key: Key) -> None:
    """Builds the filters of every dataset of a run; one that fails leaves its earlier filters and says why."""
    for dataset in (dataset for survey in surveys for dataset in survey.datasets):
        wanted = {part.key for survey in surveys for part in survey.partitions if part.dataset == dataset}
        why: str | None
        sampled = any(survey.spec.sample for survey in surveys if dataset in survey.datasets)
        try:
            coverage, filters = _built(catalog, run_id, dataset, wanted, key)
        except Exception as error:
            coverage, filters = Coverage(dataset.source, dataset.name, run_id, now(), key.id, 0, False, None), []
            why = describe(error)
        else:
            why = coverage.why or ("a sample of its rows was read" if sampled else None)
        coverage = Coverage(
            coverage.source, coverage.dataset, run_id, coverage.built, key.id, coverage.rows, why is None, why
        )
        with catalog.transaction(write=True) as connection:
            before = kept.coverage(connection, dataset.source, dataset.name)
            if before is not None and not reaches(coverage, before):
                kept.leave(connection, before, run_id, coverage.why or "")
            else:
                kept.replace(connection, coverage, filters)


def reaches(new: Coverage, old: Coverage) -> bool:
    """Tells whether an index reaches as far as an earlier one; one of another key can no longer be used."""
    return new.complete or old.key_id != new.key_id or (not old.complete and new.rows >= old.rows)


def _built(
    catalog: Catalog, run_id: str, dataset: Dataset, wanted: set[str], key: Key
) -> tuple[Coverage, list[ColumnFilter]]:
    """Returns the filters of a dataset. Two passes over its parts: one counts, one sets bits; few parts in memory."""
    sizes: dict[tuple[str, str], int] = {}
    rows, problems = 0, []
    held: dict[str, bytes] = {}
    with catalog.transaction() as connection:
        for name, part in kept.parts(connection, run_id, dataset.source, dataset.name):
            if name not in wanted:
                continue
            wanted.discard(name)
            opened = key.unseal(part.sealed)
            if opened is None:
                problems.append("a part of it was read with another key")
                continue
            rows += part.rows
            problems += [part.problem] if part.problem else []
            for path, kind, hashes in unpack(opened):
                sizes[path, kind] = sizes.get((path, kind), 0) + len(hashes)
            if sum(map(len, held.values())) + len(opened) <= _HELD:
                held[name] = opened
        if wanted:
            problems.append("a part of it was read without the index")
        filled = _empty(dataset, sizes, key)
        rest = kept.parts(connection, run_id, dataset.source, dataset.name, beside=held)
        for opened in chain(held.values(), (key.unseal(part.sealed) or b"[]\n" for _, part in rest)):
            for path, kind, hashes in unpack(opened):
                if (path, kind) in filled:
                    filled[path, kind][1].add(hashes)
    filters = [
        ColumnFilter(dataset.source, dataset.name, path, kind, salt, one.turns, one.bits.tobytes())
        for (path, kind), (salt, one) in filled.items()
    ]
    why = problems[0] if problems else None
    return Coverage(dataset.source, dataset.name, run_id, now(), key.id, rows, why is None, why), filters


def _empty(
    dataset: Dataset, sizes: Mapping[tuple[str, str], int], key: Key
) -> dict[tuple[str, str], tuple[bytes, Filter]]:
    made = {}
    for (path, kind), size in sorted(sizes.items()):
        salt = key.salt(dataset.source, dataset.name, path, kind)
        made[path, kind] = (salt, Filter.sized(size, key.filter_secret(salt)))
    return made
