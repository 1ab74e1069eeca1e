"""The sets of one run, and the scores of every engine on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.accuracy import databases, documents, tables
from benchmarks.accuracy.columns import Result, Table, corpus_tables, everything, score_recense, web_tables
from benchmarks.accuracy.corpora import shared
from benchmarks.accuracy.documents import TextScore, TextSet
from benchmarks.accuracy.french import build
from benchmarks.accuracy.french.score import as_tables, as_texts
from benchmarks.accuracy.peers import CATEGORIES, PEERS, TEXT_LABELS, Answer, categories, readings
from benchmarks.accuracy.score import Cell, Score

HEADERS = "headers of six applications"
Schemas = Mapping[str, Mapping[tuple[str, str], Cell]]


@dataclass(slots=True)
class Comparison:
    """Sets by name, and what was scored on them; a set of the corpora that is not there is missing here too."""

    schemas: Schemas
    tables: dict[str, list[Table]]
    texts: list[TextSet]
    notes: list[dict[str, Any]]
    peer_rows: int
    results: dict[str, list[Result]] = field(default_factory=dict)
    databases: dict[str, Score] = field(default_factory=dict)
    spans: list[TextScore] = field(default_factory=list)

    def given(self) -> dict[str, Any]:
        """Returns what the peers are asked; tables are named by their set and place."""
        asked = {
            f"{name}/{place}": {"lang": table.lang, "columns": table.sample(self.peer_rows)}
            for name, some in self.tables.items()
            for place, table in enumerate(some)
        }
        texts = [{"lang": d["lang"], "text": d["text"]} for one in self.texts for d in one.documents]
        return {"headers": self._headers(), "tables": asked, "texts": texts}

    def _headers(self) -> list[str]:
        return [column for gold in self.schemas.values() for _, column in gold]

    def score_recense(self) -> None:
        """Scores recense: names alone on the schemas, all rows of the tables, every text."""
        folder = shared("corpora/databases")
        if self.schemas and folder is not None:
            self.databases = {
                name: databases.score_database(folder, name, gold, rows=False) for name, gold in self.schemas.items()
            }
            self.results[HEADERS] = [self._recense_headers(), everything(self._cells())]
        for name, some in self.tables.items():
            named = "headers" not in name
            self.results[name] = [
                score_recense(some, named),
                score_recense(some, named, language=False),
                everything((table.name, table.gold.values()) for table in some),
            ]
        for one in self.texts:
            self.spans += documents.score("**recense**", one, lambda _, text: documents.ours(text), one.labels)

    def _recense_headers(self) -> Result:
        from recense.scanners.verdict import judge

        result = Result("**recense**, names, types and keys", Score("recense"))
        folder = shared("corpora/databases")
        for name, gold in self.schemas.items():
            for dataset, _ in databases.datasets(folder, name, False) if folder else ():
                found: dict[str, list[tuple[str, str]]] = {}
                for one in judge(dataset, {}):
                    found.setdefault(one.column, []).append((one.category, one.proof))
                cells = ((gold.get((dataset.name, c.path)), found.get(c.path, [])) for c in dataset.columns)
                result.add(dataset.name, ((cell, some) for cell, some in cells if cell is not None))
        return result

    def _cells(self) -> list[tuple[str, list[Cell]]]:
        by_table: dict[str, list[Cell]] = {}
        for name, gold in self.schemas.items():
            for (table, _), cell in gold.items():
                by_table.setdefault(f"{name}.{table}", []).append(cell)
        return list(by_table.items())

    def score_peer(self, name: str, answer: Answer) -> None:
        """Scores a peer on what it reads."""
        reads = PEERS[name].reads
        if "headers" in reads and self.schemas:
            self._peer_headers(name, answer.found["headers"])
        if "tables" in reads:
            for title in self.tables:
                self.results[title].append(self._peer_tables(name, title, answer.found))
        if "texts" in reads:
            self._peer_texts(name, answer.found["texts"])

    def _peer_headers(self, name: str, kinds: list[list[str]]) -> None:
        result, place = Result(name, Score(name)), 0
        by_table: dict[str, list[tuple[Cell, list[tuple[str, str]]]]] = {}
        for database, gold in self.schemas.items():
            for (table, _), cell in gold.items():
                found = [(CATEGORIES[kind], "") for kind in kinds[place]]
                by_table.setdefault(f"{database}.{table}", []).append((cell, found))
                place += 1
        for table, columns in by_table.items():
            result.add(table, columns)
        self.results[HEADERS].append(result)

    def _peer_tables(self, name: str, title: str, found: Mapping[str, Any]) -> Result:
        """Returns the best of the peer's readings on this very set: chosen in its favour."""
        best: Result | None = None
        for reading, share, vague in readings():
            result = Result(f"{name} ({reading})", Score(name))
            for place, table in enumerate(self.tables[title]):
                counts, sample = found["tables"][f"{title}/{place}"], table.sample(self.peer_rows)
                columns = []
                for header, cell in table.gold.items():
                    kinds = categories(counts[header], len(sample[header]), share, vague)
                    if "headers" not in title:
                        kinds += [CATEGORIES[kind] for kind in found.get("names", {}).get(header, ())]
                    columns.append((cell, [(kind, "") for kind in kinds]))
                result.add(table.name, columns)
            best = result if best is None or result.f1 > best.f1 else best
        assert best is not None
        return best

    def _peer_texts(self, name: str, spans: list[list[list[Any]]]) -> None:
        start = 0
        for one in self.texts:
            part = spans[start : start + len(one.documents)]
            start += len(one.documents)
            labels = [label for label in one.labels if label in TEXT_LABELS and label not in PEERS[name].silent]
            self.spans += documents.score(name, one, lambda n, _, part=part: documents.theirs(part[n]), labels)  # type: ignore[misc]


def gather(docs: int, peer_rows: int) -> Comparison:
    """Returns the sets: our own, and those of the corpora that are there."""
    made, notes = build.tables(), build.texts()
    own = {"French benchmark of our own": as_tables(made)}
    schemas: Schemas = {}
    texts = []
    if (folder := shared("corpora/databases")) is not None:
        schemas = databases.labels(folder / "gold_columns.csv")
    if (folder := shared("corpora/tables")) is not None:
        own["real tables of the corpora"] = corpus_tables(folder, tables.labels(folder / "labels.csv"))
        own["SOTAB, no headers"] = web_tables(folder / "sotab_v2_train_part.jsonl")
    if (folder := shared("corpora/text")) is not None:
        texts = documents.corpus_sets(folder, docs)
    return Comparison(schemas, own, [*as_texts(notes), *texts], [dict(note) for note in notes], peer_rows)
