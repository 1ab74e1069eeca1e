"""What a table is about: persons, what belongs to persons, companies, places, things, or a list of labels.

Found once per dataset from its name, its columns' names and its keys, and used for every one of its columns: ``name``
in ``users`` is a person's, in ``products`` it is not; a table with a first name and an e-mail address is about persons
whatever it is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import copy

from recense.model import Column
from recense.scanners.vocabulary import Meaning, Rule, Unit, Vocabulary, Words, vocabulary

# fmt: off
FILE_ENDINGS = frozenset({
    "csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "arrow", "feather", "orc", "xlsx", "xls", "xlsm", "ods",
    "gz", "zip", "bz2", "xz", "zst", "avro", "db", "sqlite", "sqlite3", "duckdb", "log", "md", "sql",
})
# fmt: on
NAMING = frozenset({"FIRST_NAME", "LAST_NAME", "BIRTH_DATE", "FR_NIR", "BIRTH_PLACE", "NATIONAL_ID", "PASSPORT"})
"""Entities that only natural persons have: one such column makes the rows persons."""
NAMES = frozenset({"FIRST_NAME", "LAST_NAME", "PERSON"})
"""Entities that name the person of a row: only then is its title a civility."""
TRAITS = frozenset({"GENDER", "CIVILITY", "AGE", "EMAIL_ADDRESS", "PHONE_NUMBER", "PASSWORD", "JOB_TITLE", "FAMILY"})
TRAITS |= {"USERNAME", "INCOME", "NATIONALITY", "PASSWORD_HASH"}
"""Entities that persons usually have: two different ones make the rows persons."""
ALSO = frozenset({"IP_ADDRESS", "PERSON", "ADDRESS", "CITY", "POSTCODE"})
"""Entities that tell of the rows without saying that they are persons."""
CLINICAL_COLUMNS, CLINICAL_SHARE = 4, 0.3
"""So many columns with medical words make a table a health record."""
AFFIX_SHARE, AFFIX_COLUMNS = 0.5, 4
"""A word that begins (or ends) so many of the columns of a table with at least so many is a prefix, not a noun."""


_SHORT_LABELS = frozenset({("nom", "court"), ("libelle", "court"), ("short", "name"), ("name", "short")})
"""Words of a column that make the longer name beside it a label as well."""


class TableContext:
    """The context of a dataset's columns; build it once per dataset.

    Args:
        name: the dataset's name as the source gives it (``schema.table``, ``folder/file.csv``, ``book.xlsx/Sheet1``).
        columns: all its columns.
        comment: the source's comment on the table.

    Attributes:
        setting: ``person | linked | company | place | thing | lookup | unknown``, see ``headers/trust.yaml``.
        topics: what the rows record: ``health``, ``payment``, ``visit`` …
        why: the end of the sentence "in a table …".
    """

    def __init__(self, name: str, columns: Iterable[Column], comment: str | None = None) -> None:
        self._vocabulary = vocabulary()
        self.columns = tuple(columns)
        names = {column.path: _last(column.path) for column in self.columns}
        glued = _glued_prefix(list(names.values()), self._vocabulary)
        self._raw = {path: self._vocabulary.words(name.removeprefix(glued) or name) for path, name in names.items()}
        self._units: dict[str, tuple[Unit, ...]] = {}
        schema, table = _table_part(name)
        words = self._vocabulary.words(table)
        self._affixes = _affixes(list(self._raw.values()), frozenset(words))
        self.table_words = frozenset(words) | frozenset(word for affix in self._affixes for word in affix)
        self._person_keys = {path for path in self._raw if self._names_person_key(path)}
        units = self._vocabulary.units(words)
        self.topics = self._topics((*units, *self._vocabulary.units(self._vocabulary.words(schema))), comment)
        self.setting, self.why = self._settle(units)

    def of_persons(self, why: str) -> TableContext:
        """Returns the same context for rows that turned out to belong to persons; ``why`` ends "in a table …"."""
        changed = copy(self)
        changed.setting, changed.why = "linked", why
        return changed

    def words(self, path: str) -> Words:
        """Returns the words of a column's name without the prefix or suffix that the table's columns share."""
        words = self._raw.get(path)
        if words is None:
            words = self._vocabulary.words(_last(path))
        head, tail = self._affixes
        if head and len(words) > len(head) and words[: len(head)] == head:
            words = words[len(head) :]
        if tail and len(words) > len(tail) and words[-len(tail) :] == tail:
            words = words[: -len(tail)]
        return words

    def units(self, path: str) -> tuple[Unit, ...]:
        """Returns a column's name as units of meaning, without the shared prefix or suffix."""
        if path not in self._units:
            self._units[path] = self._vocabulary.units(self.words(path))
        return self._units[path]

    def readings(self, path: str) -> Iterator[tuple[Unit, ...]]:
        """Yields a column's name as units: the name itself, with the shared prefix or suffix, with its parents.

        Of nested data the parent goes first when it is a noun: ``customer.name`` is a person's.
        """
        parents = _parents(path)
        nested = self._vocabulary.units((*self._vocabulary.words(parents), *self.words(path))) if parents else ()
        telling = any(unit.meaning and unit.meaning.subjects for unit in nested[:-1])
        if telling:
            yield nested
        yield self.units(path)
        if nested and not telling:
            yield nested
        whole = self._raw.get(path)
        if whole is not None and whole != self.words(path):
            yield self._vocabulary.units(whole)

    def is_opaque(self, path: str) -> bool:
        """Tells whether a column's name says nothing at all: words that nobody knows, ``column_3``, ``champ2``."""
        placeholders = self._vocabulary.placeholders
        return all(unit.meaning is None or placeholders.issuperset(unit.words) for unit in self.units(path))

    def nouns(self, unit: Unit) -> frozenset[str]:
        """Returns the kinds of nouns inside a phrase: ``note client`` is about a person."""
        return self._vocabulary.nouns(unit.words) if len(unit.words) > 1 else frozenset()

    def is_key(self, column: Column) -> bool:
        """Tells whether a column is a key: declared foreign, declared primary and called one, or table name and id."""
        if column.key is not None and column.key.startswith("foreign"):
            return True
        units = self.units(column.path)
        if len(units) == 1 and _is_key_rule(units[0].meaning) and self.table_words & set(units[0].words):
            return True
        ids = [unit for unit in units if _is_id(unit) and (len(units) > 1 or not _rules_of(unit))]
        if column.key is not None:
            return bool(ids)
        rest = [unit for unit in units if unit not in ids]
        return bool(ids) and all(self.table_words.issuperset(unit.words) for unit in rest)

    def is_person_key(self, column: Column) -> bool:
        """Tells whether a column's name is that of a number of persons: ``client_id``."""
        return column.path in self._person_keys

    def _names_person_key(self, path: str) -> bool:
        units = self._vocabulary.units(self._raw[path])
        ids = any(unit.meaning and "id" in unit.meaning.modifiers for unit in units)
        persons = any(unit.meaning and "person" in unit.meaning.subjects for unit in units)
        whole = units[0].meaning if len(units) == 1 else None
        return (ids and persons) or path.lower() in ("pid", "person_id") or _is_key_rule(whole)

    def _topics(self, units: Sequence[Unit], comment: str | None) -> frozenset[str]:
        found = {topic for unit in units if unit.meaning for topic in unit.meaning.topics}
        for affix in self._affixes:
            for unit in self._vocabulary.units(affix):
                found |= unit.meaning.topics if unit.meaning else frozenset()
        if comment and not units:
            spoken = self._vocabulary.units(self._vocabulary.words(comment))
            found |= {topic for unit in spoken if unit.meaning for topic in unit.meaning.topics}
        entities = self._entities()
        if entities & {"ADDRESS", "CITY", "POSTCODE"}:
            found.add("address")
        if entities & NAMES:
            found.add("named")
        if not _SHORT_LABELS.isdisjoint(self._raw.values()):
            found.add("labels")
        if self._clinical():
            found.add("health")
        if (
            "log" in found
            and "message" not in found
            and (self._person_keys or "IP_ADDRESS" in entities or "USERNAME" in entities)
        ):
            found.add("visit")
        return frozenset(found)

    def _clinical(self) -> bool:
        """Tells whether the columns themselves read like a health record."""
        medical = sum(
            any(
                unit.meaning and any(rule.entity == "HEALTH" for rule in unit.meaning.rules)
                for unit in self.units(path)
            )
            for path in self._raw
        )
        return medical >= CLINICAL_COLUMNS and medical >= CLINICAL_SHARE * len(self._raw)

    def _settle(self, units: Sequence[Unit]) -> tuple[str, str]:
        """Returns the setting and why: the columns' evidence first, then the name, then the keys."""
        named, noun = _by_name(units)
        if named == "unknown":
            for affix in self._affixes:
                named, noun = _by_name(self._vocabulary.units(affix))
                if named != "unknown":
                    break
        entities = self._entities()
        natural = len(entities & NAMING)
        traits = len(entities & (NAMING | TRAITS))
        if named == "person":
            return "person", f"about persons ('{noun}')"
        if (natural and named != "lookup") or natural > 1 or (traits > 1 and named in ("unknown", "linked")):
            if named == "company":
                return "linked", "of companies with their contacts"
            return "person", "that has columns only persons have"
        if named == "company" and "PERSON" in entities:
            return "linked", "of companies with their contacts"
        if named == "thing" and self._person_keys and "health" in self.topics:
            return "linked", "whose rows belong to persons"
        if named in ("unknown", "linked") and (self._person_keys or named == "linked"):
            return "linked", "whose rows belong to persons"
        if named == "unknown":
            return named, ""
        return named, f"about something else ('{noun}')"

    def _entities(self) -> set[str]:
        """Returns the entities that the columns' own words name beyond doubt."""
        found = set()
        for column in self.columns:
            units = self.units(column.path)
            rules = [rule for unit in units if unit.meaning for rule in unit.meaning.rules if rule.category]
            stems = [rule for rule in rules if not rule.topics]  # "title" is a person's in a table of employees only
            if not stems or len(units) > 3:
                continue
            for rule in stems:
                kept = rule.keeps | rule.requires
                clear = all(
                    unit.meaning is None
                    or rule in unit.meaning.rules
                    or not unit.meaning.modifiers
                    or unit.meaning.modifiers & kept
                    for unit in units
                )
                if clear and rule.entity in NAMING | TRAITS | ALSO:
                    if rule.id.endswith(("civility.title", "initials", "identification.person", "role", "nom-complet")):
                        continue
                    found.add(rule.entity)
        return found


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1].removesuffix("[]")


def _parents(path: str) -> str:
    """Returns the two nearest parents of a nested column: ``order.customer.address.city`` -> ``customer address``."""
    return " ".join(part.removesuffix("[]") for part in path.split(".")[-3:-1])


def _table_part(name: str) -> tuple[str, str]:
    """Returns schema and table (or the file's name) of a dataset's name, without folders and endings of files."""
    sheet = name.replace("\\", "/").rsplit("/", 1)[-1]
    parts = sheet.split(".")
    while len(parts) > 1 and parts[-1].lower() in FILE_ENDINGS:
        parts.pop()
    return " ".join(parts[:-1]), parts[-1]


def _glued_prefix(names: Sequence[str], known: Vocabulary) -> str:
    """Returns the letters that begin most column names of a table without a separator: ``ELE`` of ``ELENOM``.

    Old hosts write a table's code before each name (``ELENOM``, ``ELESEXE``). A word of its own is no such code.
    """
    glued = [name for name in names if name.isalnum() and (name.isupper() or name.islower())]
    least = max(AFFIX_COLUMNS, AFFIX_SHARE * len(names))
    for length in (4, 3, 2):
        counts = Counter(name[:length] for name in glued if len(name) > length + 1)
        prefix, count = counts.most_common(1)[0] if counts else ("", 0)
        if count >= least and not known.knows(prefix):
            return prefix
    return ""


def _affixes(names: Sequence[Words], table: frozenset[str]) -> tuple[Words, Words]:
    """Returns the word that begins and the word that ends most of a table's column names (``adh``, ``ct``)."""
    if len(names) < AFFIX_COLUMNS:
        return (), ()
    found: list[Words] = []
    for place in (0, -1):
        counts = Counter(words[place] for words in names if len(words) > 1)
        word, count = counts.most_common(1)[0] if counts else ("", 0)
        common = count >= AFFIX_SHARE * len(names) and count >= AFFIX_COLUMNS - 1
        found.append((word,) if common and _is_affix(word, table) else ())
    return found[0], found[1]


def _is_affix(word: str, table: frozenset[str]) -> bool:
    """A stem or a modifier that many columns share (``date``, ``telephone``) still means what it says.

    The table's own noun does not (``comment_author`` in ``comments``), unless it names persons: ``num_client``.
    """
    (unit,) = vocabulary().units((word,))
    meaning = unit.meaning
    if meaning is None:
        return True
    return "person" not in meaning.subjects and (word in table or not (meaning.rules or meaning.modifiers))


def _by_name(units: Sequence[Unit]) -> tuple[str, str]:
    """Returns the setting that a table's name gives, and the noun that gives it."""
    telling = [unit for unit in units if unit.meaning and not vocabulary().neutral.issuperset(unit.words)]
    if not telling:
        return "unknown", ""
    for unit in (telling[-1], telling[0]):
        if unit.meaning and "lookup" in unit.meaning.topics:
            return "lookup", " ".join(unit.words)
    classes = [(kind, " ".join(unit.words)) for unit in telling if (kind := _class(unit.meaning))]
    if not classes:
        return "unknown", ""
    kinds = {name for name, _ in classes}
    if kinds == {"person"}:
        return classes[-1]
    if "person" in kinds:
        return "linked", classes[-1][1]
    if "record" in kinds:
        return "unknown", ""
    return classes[-1]


def _class(meaning: Meaning | None) -> str | None:
    if meaning is None:
        return None
    for name in ("person", "company", "place", "thing"):
        if name in meaning.subjects:
            return name
    records = meaning.topics & {"order", "message", "payment", "visit", "consent", "log"}
    return "record" if records else None


def _rules_of(unit: Unit) -> tuple[Rule, ...]:
    return unit.meaning.rules if unit.meaning else ()


def _is_id(unit: Unit) -> bool:
    """Tells whether a unit is a word for a key and nothing else."""
    modifiers = unit.meaning.modifiers if unit.meaning else ()
    return "id" in modifiers and not any(rule.category for rule in _rules_of(unit))


def _is_key_rule(meaning: Meaning | None) -> bool:
    return bool(meaning and any(rule.id.endswith("person-key") for rule in meaning.rules))
