"""Reads again, of the datasets that may hold a person, only the columns that may, and counts the rows that do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from recense.catalog import Catalog, listing
from recense.config import Config, SourceSpec
from recense.connectors import open_source
from recense.connectors.projection import only
from recense.errors import RecenseError, UserError
from recense.model import Dataset, Source
from recense.pipelines.defects import describe
from recense.pipelines.persons import TOGETHER, Layout, identified
from recense.pipelines.plan import recall
from recense.reports.located import Place
from recense.scanners.cells import Leaf, as_text, leaves
from recense.subjects.asking import Question
from recense.subjects.identifiers import Kind


def specs_of(config: Config, catalog: Catalog) -> list[SourceSpec]:
    """Returns the sources of the newest runs, as they were named; one that was typed with a login is left out."""
    with catalog.transaction() as connection:
        runs = sorted(set(listing.newest_runs(connection).values()))
    specs: dict[tuple[str, str], SourceSpec] = {}
    for run in runs:
        for entry in catalog.scope(run)[1]:
            with suppress(UserError):
                specs |= {(spec.name, spec.url): spec for spec in recall([entry], config)}
    return list(specs.values())


def verify(config: Config, specs: Sequence[SourceSpec], question: Question, places: Sequence[Place]) -> list[Place]:
    """Returns the places with how many rows hold the person; what cannot be read says why. No value is kept.

    Args:
        config: limits, and where telephone numbers are from.
        specs: the sources as the last runs named them.
        question: the identifiers.
        places: what the index named.
    """
    wanted = sorted({(place.source, place.dataset) for place in places})
    counted: dict[Place, int] = {}
    problems: dict[tuple[str, str], str] = {}
    left = set(wanted)
    for spec in specs:
        if not left:
            break
        try:
            with open_source(spec.target(), config.limits) as source:
                for dataset in list(source.datasets()) if any(place[0] == source.uri for place in left) else ():
                    here = (dataset.source, dataset.name) if isinstance(dataset, Dataset) else None
                    if here not in left or not isinstance(dataset, Dataset):
                        continue
                    left.discard(here)
                    own = [place for place in places if (place.source, place.dataset) == here]
                    try:
                        counted |= _count(source, dataset, own, question, config.persons.of(spec.name))
                    except RecenseError as error:
                        problems[here] = str(error)
                    except Exception as error:
                        problems[here] = describe(error)
        except RecenseError as error:
            reason = str(error)
            problems |= {place: reason for place in left if place not in problems and _may_be(spec, place[0])}
    return [_told(place, counted, problems) for place in places]


def _told(place: Place, counted: dict[Place, int], problems: dict[tuple[str, str], str]) -> Place:
    if place in counted:
        return replace(place, rows=counted[place])
    reason = problems.get((place.source, place.dataset), "it is no longer there, or its source is not in recense.yaml")
    return replace(place, problem=reason)


def _may_be(spec: SourceSpec, uri: str) -> bool:
    return spec.url.partition(":")[0] == uri.partition(":")[0] or uri.startswith("file:")


def _count(
    source: Source, dataset: Dataset, places: Sequence[Place], question: Question, region: str
) -> dict[Place, int]:
    """Returns the rows (cells, in nested data) that hold the person, of every place of a dataset."""
    wanted = {
        (place.column, Kind(place.kind)): pa.array(sorted(question.values[Kind(place.kind)]), pa.string())
        for place in places
    }
    kinds = frozenset(kind for _, kind in wanted)
    paths = {path for column, _ in wanted for path in column.split(TOGETHER)}
    counts = dict.fromkeys(wanted, 0)
    for partition in source.partitions(dataset):
        with only(frozenset(re.split(r"[.\[]", path)[0] for path in paths) | paths):
            for batch in source.batches(partition):
                columns = {path: Leaf(array, as_text(array).text) for path, array in leaves(batch) if path in paths}
                for path, kind, values in identified(columns, _plan(wanted, columns), region, kinds):
                    if (path, kind) in counts:
                        counts[path, kind] += pc.sum(pc.is_in(values, wanted[path, kind])).as_py() or 0
    return {place: counts[place.column, Kind(place.kind)] for place in places}


def _plan(wanted: Iterable[tuple[str, Kind]], columns: Mapping[str, Leaf]) -> Layout:
    """Returns how to read the columns that are asked for: as what the index took them for."""
    asked = list(wanted)
    kinds = {path: frozenset(kind for column, kind in asked if column == path) for path in columns}
    pairs = [tuple(column.split(TOGETHER)) for column, kind in asked if kind is Kind.named]
    return Layout(kinds, tuple(pair for pair in pairs if all(path in columns for path in pair)))
