"""recense.yaml: sources, limits, catalog and report settings. Everything in it has a default, the file too.

``load`` gives plain frozen data. Passwords stay placeholders (``${CRM_PASSWORD}``) until ``SourceSpec.target`` is
called to open the source, so a ``SourceSpec`` can be logged, pickled and sent to another process.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recense.config import credentials
from recense.config.outward import Dashboard, Notify, dashboard_of, notify_of
from recense.errors import ConfigError, TargetError, unknown
from recense.model import Limits

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from recense.config.document import PersonsEntry, RetentionEntry
    from recense.guard import Document
    from recense.policy.model import Policy

FILE_NAME = "recense.yaml"
CATALOG_NAME = "recense.db"
KEY_NAME = "recense-person.key"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """What to scan: a target and which of its datasets.

    Attributes:
        name: short name from recense.yaml, or the target without its login.
        url: path, glob or URL; passwords of recense.yaml are still placeholders in it.
        only, skip: globs on dataset names; ``skip`` wins. Empty ``only`` means all.
        language: whether the language models read this source; None leaves it to the run.
        configured: whether it stands in recense.yaml (True) or was typed on the command line.
        sample: rows to read of each dataset, uniformly drawn; None reads every row.
    """

    name: str
    url: str = field(repr=False)
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    language: bool | None = None
    configured: bool = False
    sample: int | None = None

    @classmethod
    def of(cls, target: str) -> SourceSpec:
        """Returns the specification of a target typed on the command line."""
        return cls(name=credentials.without_login(target), url=target)

    def target(self) -> str:
        """Returns what a connector opens, secrets filled in. Keep it nowhere.

        Raises:
            ConfigError: a variable is not set.
        """
        return credentials.resolve(self.url, f"source '{self.name}'") if self.configured else self.url

    def wants(self, dataset: str) -> bool:
        """Tells whether a dataset of this name is to be read.

        >>> SourceSpec("crm", "sqlite:///crm.db", only=("main.*",), skip=("*_log",)).wants("main.web_log")
        False
        """
        chosen = not self.only or any(fnmatchcase(dataset, glob) for glob in self.only)
        return chosen and not any(fnmatchcase(dataset, glob) for glob in self.skip)


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column, and which of its cells say yes; without values, those that are filled and do not say no."""

    column: str
    values: tuple[str, ...] = ()


def _plain(dataset: str) -> str:
    """Returns a dataset's name, or a glob, without a default schema in front."""
    schema, dot, table = dataset.partition(".")
    return table if dot and table and schema.casefold() in ("public", "main", "dbo") else dataset


@dataclass(frozen=True, slots=True)
class RetentionBinding:
    """Which rules of the privacy policy govern a dataset, and which columns say so.

    Attributes:
        dataset: glob on dataset names. source: a source of recense.yaml, None for every one.
        rules: ids. start: column with the day that starts the period, None to look for it.
        evidence: ``direct`` or ``proxy`` where the column's name does not tell.
        zone: where the whole dataset stands. archive: which rows are archived. archive_rules: ids, for those.
        hold: column that says which rows are under a hold. where: columns of the rules' conditions, by field.
        place: file and line, for messages.
    """

    dataset: str
    source: str | None = None
    rules: tuple[str, ...] = ()
    start: str | None = None
    evidence: str | None = None
    zone: str | None = None
    archive: ColumnChoice | None = None
    archive_rules: tuple[str, ...] = ()
    hold: str | None = None
    where: Mapping[str, ColumnChoice] = field(default_factory=dict)
    fiscal_year_end: str | None = None
    place: str = ""

    def takes(self, source: str | None, dataset: str) -> bool:
        """Tells whether it is about a dataset of a source; the default schema may be said or left unsaid.

        >>> RetentionBinding("crm.*", "shop").takes("shop", "crm.clients")
        True
        >>> RetentionBinding("public.clients").takes(None, "clients")
        True
        """
        return self.source in (None, source) and (
            fnmatchcase(dataset, self.dataset) or fnmatchcase(_plain(dataset), _plain(self.dataset))
        )


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What ``recense check`` reads, and how strict it is.

    Attributes:
        exclude: globs on paths that are left out. allow_unread: (glob, reason) of files that may stay unread.
        approvals: the approvals file, None for the one beside recense.yaml.
        unapproved: ``block``, or ``warn`` for what the policy declares.
    """

    exclude: tuple[str, ...] = ()
    allow_unread: tuple[tuple[str, str], ...] = ()
    approvals: Path | None = None
    unapproved: str = "block"


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """Whether scans index people, and with which key.

    Attributes:
        index: whether they do. key: the key as a placeholder, empty for the file. key_file: where the key lies.
        region, regions: countries of telephone numbers without one, by default and by name of a source.
    """

    index: bool = False
    key: str = ""
    key_file: Path = Path(KEY_NAME)
    region: str = "FR"
    regions: Mapping[str, str] = field(default_factory=dict)

    def of(self, source: str) -> str:
        """Returns the country of a source."""
        return self.regions.get(source, self.region)


@dataclass(frozen=True, slots=True)
class Config:
    """What recense.yaml says, or the defaults.

    Attributes:
        path: the file, None when there is none.
        catalog: SQLAlchemy URL of the catalog, its password still a placeholder.
        language: whether language models read names and prose. jobs: threads that read at the same time.
        processes: whether several jobs are processes and not threads.
        sample: rows to read of each dataset, None for all. memory: bytes the process may take, None for no limit.
        report_format, report_language: what reports are when the command line does not say.
        check: settings of ``recense check``.
        policy: the privacy policy that findings are held against, None when there is none.
        persons: the index of people.
    """

    path: Path | None = None
    catalog: str = ""
    language: bool = True
    jobs: int = 1
    processes: bool = False
    sample: int | None = None
    memory: int | None = None
    sources: tuple[SourceSpec, ...] = ()
    limits: Limits = field(default_factory=Limits)
    retention: tuple[RetentionBinding, ...] = ()
    report_format: str = "table"
    report_language: str = "en"
    check: CheckSettings = CheckSettings()
    policy: Path | None = None
    persons: PersonSettings = PersonSettings()
    dashboard: Dashboard = Dashboard()
    notify: Notify | None = None

    def load_policy(self) -> Policy | None:
        """Returns the privacy policy that recense.yaml names, None when it names none.

        Raises:
            ConfigError: it cannot be read or is wrong; the message gives file, line, key and the valid values.
        """
        if self.policy is None:
            return None
        from recense.policy.loading import load

        return load(self.policy)

    def source(self, name: str) -> SourceSpec:
        """Returns the source of this name.

        Raises:
            TargetError: there is none; the message names the nearest.
        """
        for spec in self.sources:
            if spec.name == name:
                return spec
        raise TargetError(
            unknown("source", name, [spec.name for spec in self.sources]) + f" ({self.path or FILE_NAME})"
        )

    def catalog_url(self) -> str:
        """Returns the catalog's SQLAlchemy URL with secrets filled in. Keep it nowhere."""
        return credentials.resolve(self.catalog, "the catalog")

    def catalog_file(self) -> Path | None:
        """Returns the catalog's SQLite file, None for a database server."""
        return Path(self.catalog.removeprefix("sqlite:///")) if self.catalog.startswith("sqlite:///") else None

    def register_folder(self) -> Path | None:
        """Returns the folder of the register beside the configuration, None when there is none."""
        folder = (self.path.parent if self.path else Path()) / "register"
        return folder if folder.is_dir() else None

    @staticmethod
    def schema() -> dict[str, Any]:
        """Returns the JSON Schema of recense.yaml, for editors."""
        from recense.config.document import ConfigFile

        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": FILE_NAME,
            **ConfigFile.model_json_schema(),
        }


def find(path: Path | None = None) -> Path | None:
    """Returns the configuration file to use: the one named, else ``recense.yaml`` here if there is one.

    Raises:
        ConfigError: the one named does not exist.
    """
    if path is not None:
        if not path.is_file():
            raise ConfigError(f"no such configuration file: {path}; write one with 'recense init'")
        return path
    here = Path(FILE_NAME)
    return here if here.is_file() else None


def load(path: Path | None = None, catalog: str | None = None) -> Config:
    """Returns the configuration of a file, or the defaults when there is none.

    Args:
        path: the file; None looks for ``recense.yaml`` in the working directory.
        catalog: path or URL that takes precedence over the file's.

    Raises:
        ConfigError: the file is wrong; the message gives file, line, key and the nearest valid key.
    """
    found = find(path)
    if found is None:
        return Config(catalog=catalog_url_of(catalog or CATALOG_NAME, Path()))
    from recense import guard

    return _build(guard.read(found), found, catalog)


def catalog_url_of(text: str, folder: Path) -> str:
    """Returns the SQLAlchemy URL of a catalog given as path or URL; a path is relative to a folder."""
    if "://" in text or text.startswith("${"):
        return text
    return f"sqlite:///{(folder / text).absolute()}"


def _build(document: Document, path: Path, catalog: str | None) -> Config:
    from pydantic import ValidationError

    from recense.config.document import ConfigFile

    if not isinstance(document.data, dict):
        raise ConfigError(f"{document.name} holds no settings; it begins with 'version: 1' (see 'recense init')")
    try:
        entries = ConfigFile.model_validate(document.data)
    except ValidationError as error:
        problems = [_sentence(problem, document) for problem in error.errors(include_input=False, include_url=False)]
        raise ConfigError("\n".join(problems[:5])) from None
    folder = path.absolute().parent
    sources: list[SourceSpec] = []
    for index, entry in enumerate(entries.sources):
        place = document.where(("sources", index, "url"))
        url = entry.url if entry.url is not None else _path(entry.path or "", folder)
        if entry.url is not None:
            _refuse_password(entry.url, entry.name, f"{place}: the url of source '{entry.name}'")
        if any(known.name == entry.name for known in sources):
            raise ConfigError(f"{document.where(('sources', index))}: two sources are named '{entry.name}'")
        spec = SourceSpec(entry.name, url, entry.only, entry.skip, entry.language, True, entry.sample)
        sources.append(spec)
    _refuse_password(entries.catalog, "catalog", f"{document.where(('catalog',))}: the catalog's URL")
    return Config(
        path=path,
        catalog=catalog_url_of(catalog, Path()) if catalog else catalog_url_of(entries.catalog, folder),
        language=entries.language,
        jobs=entries.jobs,
        processes=entries.processes,
        sample=entries.sample,
        memory=entries.memory,
        sources=tuple(sources),
        limits=Limits(**entries.limits.model_dump()),
        retention=tuple(
            _binding(entry, document.where(("retention", index))) for index, entry in enumerate(entries.retention)
        ),
        report_format=entries.report.format,
        report_language=entries.report.language,
        check=CheckSettings(
            exclude=entries.check.exclude,
            allow_unread=tuple((allowed.path, allowed.reason) for allowed in entries.check.allow_unread),
            approvals=folder / entries.check.approvals if entries.check.approvals else None,
            unapproved=entries.check.unapproved,
        ),
        policy=folder / Path(entries.policy).expanduser() if entries.policy else None,
        persons=_persons(entries.persons, document, folder, [spec.name for spec in sources]),
        dashboard=dashboard_of(entries.dashboard),
        notify=notify_of(entries.notify),
    )


def _persons(entry: PersonsEntry, document: Document, folder: Path, sources: Sequence[str]) -> PersonSettings:
    for name in entry.regions:
        if name not in sources:
            raise ConfigError(f"{document.where(('persons', 'regions', name))}: {unknown('source', name, sources)}")
    return PersonSettings(
        index=entry.index,
        key=entry.key or "",
        key_file=folder / Path(entry.key_file or KEY_NAME).expanduser(),
        region=entry.region,
        regions=dict(entry.regions),
    )


def _binding(entry: RetentionEntry, place: str) -> RetentionBinding:
    return RetentionBinding(
        dataset=entry.dataset,
        source=entry.source,
        rules=entry.rule,
        start=entry.start,
        evidence=entry.evidence,
        zone=entry.zone,
        archive=ColumnChoice(entry.archive.column, entry.archive.values) if entry.archive else None,
        archive_rules=entry.archive_rule,
        hold=entry.hold,
        where={name: ColumnChoice(choice.column, choice.values) for name, choice in entry.where.items()},
        fiscal_year_end=entry.fiscal_year_end,
        place=place,
    )


def _path(text: str, folder: Path) -> str:
    """Returns a path of recense.yaml: relative to its folder, unless a variable begins it."""
    return text if text.startswith("${") else str(folder / Path(text).expanduser())


def _refuse_password(url: str, name: str, where: str) -> None:
    if credentials.has_password(url):
        variable = re.sub(r"\W", "_", name).upper() + "_PASSWORD"
        raise ConfigError(f"{where} holds a password in clear; write ${{{variable}}} instead and set that variable")


_WANTED = {
    "tuple_type": "write a list: [a, b], or one '- …' per line",
    "model_type": "write keys and values, such as {name: crm, path: exports}",
    "int_type": "write a whole number, without quotes",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "string_type": "write a text; quote what looks like a number or a date",
    "string_too_short": "it is empty",
    "greater_than": "write a whole number above 0",
}
"""What to write, for the kinds of errors in which pydantic speaks of Python's types."""


def _sentence(problem: ErrorDetails, document: Document) -> str:
    """Returns one validation error as a sentence without the value that was refused."""
    location = tuple(problem["loc"])
    where = document.where(location)
    key = _dotted(location)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean '{near[0]}'? Known" if near else "known"
        return f"{where}: unknown key '{key}'; {hint}: {', '.join(known)}"
    if problem["type"] == "missing":
        return f"{where}: the key '{key}' is missing"
    if problem["type"] == "string_pattern_mismatch" and location[-1] in {"client_secret", "secret", "password"}:
        return f"{where}: {key} is written as ${{VARIABLE}} or ${{file:/path/to/secret}}, never in clear"
    if problem["type"] == "string_pattern_mismatch" and location[-1] in {"url", "issuer"}:
        return f"{where}: {key}: write an address such as https://recense.example.org"
    if problem["type"] == "string_pattern_mismatch":
        return f"{where}: {key}: use letters, digits, '_', '.' and '-' only, 64 at most"
    message = _WANTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    return f"{where}: {key}: {message[:1].lower()}{message[1:]}"


def _known_keys(location: Sequence[str | int]) -> list[str]:
    from recense.config.document import KEYS

    model = KEYS.get(tuple("*" if isinstance(part, int) else part for part in location))
    return sorted(model.model_fields) if model else []


def _dotted(location: Sequence[str | int]) -> str:
    """Returns a location as people write it.

    >>> _dotted(("sources", 0, "url"))
    'sources[0].url'
    """
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
