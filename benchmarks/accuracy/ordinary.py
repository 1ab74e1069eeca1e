"""What recense says of tables that hold nothing personal: ``python -m benchmarks.accuracy.ordinary``.

The tables come from what is installed with it. Every finding is listed; it is defended in ``ordinary_defended.yaml``
(with the reason) or it is an error.
"""

from __future__ import annotations

import http
import mimetypes
import sys
import unicodedata
import zoneinfo
from collections.abc import Callable, Mapping
from importlib.metadata import distributions
from pathlib import Path

DEFENDED = Path(__file__).with_name("ordinary_defended.yaml")
Columns = Mapping[str, list[str | None]]


def _table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> Columns:
    return {
        name: [None if row[place] in (None, "") else str(row[place]) for row in rows]
        for place, name in enumerate(header)
    }


def time_zones() -> Columns:
    """Zones of zoneinfo, cut into area and place."""
    zones = sorted(zoneinfo.available_timezones())
    return _table(("zone", "area", "place"), [(zone, zone.split("/")[0], zone.split("/")[-1]) for zone in zones])


def packages() -> Columns:
    """Metadata of the packages installed; their authors are people and are left out."""
    rows = [
        (d.metadata["Name"], d.version, d.metadata["Summary"], d.metadata["License-Expression"])
        for d in distributions()
    ]
    return _table(("package", "version", "summary", "licence"), rows)


def calling_codes() -> Columns:
    """Metadata of phonenumbers: regions and their prefixes, without the example numbers."""
    import phonenumbers

    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    data = [(region, phonenumbers.PhoneMetadata.metadata_for_region(region)) for region in regions]
    rows: list[tuple[object, ...]] = [
        (region, one.country_code, one.international_prefix, one.national_prefix, one.general_desc.possible_length)
        for region, one in data
    ]
    return _table(("region", "country_code", "international_prefix", "national_prefix", "lengths"), rows)


def bank_registry() -> Columns:
    """Banks of schwifty: codes and names of institutions."""
    from schwifty import registry

    banks = [bank for code in ("FR", "BE", "DE") for bank in registry.get_banks_by_country(code)][:4_000]
    header = ("country_code", "bank_code", "bic", "name", "short_name", "primary")
    return _table(header, [tuple(getattr(bank, key) for key in header) for bank in banks])


def number_ranges() -> Columns:
    """Files of python-stdnum: prefixes of IBAN by country."""
    import stdnum

    lines = (Path(stdnum.__file__).parent / "iban.dat").read_text(encoding="utf-8").splitlines()
    rows: list[tuple[object, ...]] = []
    for line in lines:
        if line and not line.startswith("#"):
            prefix, _, rest = line.partition(" ")
            rows.append((prefix, rest))
    return _table(("prefix", "structure"), rows)


def territories() -> Columns:
    """Territories of babel in two languages."""
    from babel import Locale

    french, english = Locale("fr").territories, Locale("en").territories
    return _table(("code", "nom_fr", "name_en"), [(code, french.get(code), english[code]) for code in sorted(english)])


def languages() -> Columns:
    """Languages of babel in two languages."""
    from babel import Locale

    french, english = Locale("fr").languages, Locale("en").languages
    return _table(("code", "langue", "language"), [(code, french.get(code), english[code]) for code in sorted(english)])


def media_types() -> Columns:
    """File endings and their MIME types."""
    return _table(("extension", "mime_type"), sorted(mimetypes.types_map.items()))


def characters() -> Columns:
    """Characters of Unicode with their names."""
    points = [point for point in range(32, 12_000) if unicodedata.name(chr(point), "")]
    rows = [
        (f"U+{p:04X}", unicodedata.name(chr(p)), unicodedata.category(chr(p)), unicodedata.bidirectional(chr(p)))
        for p in points
    ]
    return _table(("code_point", "name", "category", "bidirectional"), list(rows))


def status_codes() -> Columns:
    """HTTP's status codes."""
    return _table(("code", "phrase", "description"), [(s.value, s.phrase, s.description) for s in http.HTTPStatus])


def stop_words() -> Columns:
    """SpaCy's lists of frequent words in two languages."""
    from spacy.lang.en.stop_words import STOP_WORDS as english
    from spacy.lang.fr.stop_words import STOP_WORDS as french

    return _table(("word", "language"), [*((w, "fr") for w in sorted(french)), *((w, "en") for w in sorted(english))])


def modules() -> Columns:
    """Python's own modules with the first line of what they say of themselves."""
    import ast

    rows: list[tuple[object, ...]] = []
    folder = (
        Path(unicodedata.__file__ or "").parent if not hasattr(http, "__file__") else Path(http.__file__).parents[1]
    )
    for path in sorted(folder.glob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        said = ast.get_docstring(ast.parse(text)) or ""
        rows.append((path.name, text.count("\n"), said.split("\n")[0]))
    return _table(("file", "lines", "about"), rows)


TABLES: Mapping[str, Callable[[], Columns]] = {
    "time_zones": time_zones,
    "packages": packages,
    "calling_codes": calling_codes,
    "bank_registry": bank_registry,
    "iban_prefixes": number_ranges,
    "territories": territories,
    "languages": languages,
    "media_types": media_types,
    "unicode_characters": characters,
    "http_status": status_codes,
    "stop_words": stop_words,
    "python_modules": modules,
}


def findings() -> list[tuple[str, str, str, str, str]]:
    """Returns every finding: table, column, category, entity, proof."""
    import pyarrow as pa

    from recense.model import Column, Dataset
    from recense.scanners.observe import ScanSettings, observe
    from recense.scanners.verdict import judge

    found = []
    for name, make in TABLES.items():
        columns = make()
        batch = pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns.values()], list(columns))
        dataset = Dataset("file:", name, "table", tuple(map(Column, columns)))
        for one in judge(dataset, observe([batch], ScanSettings(sample_key=bytes(16))).profiles()):
            found.append((name, one.column, one.category, one.entity, str(one.proof)))
    return found


def defended() -> dict[tuple[str, str, str], str]:
    """Returns the reasons: (table, column, category) -> why the finding stands."""
    import yaml

    entries = yaml.safe_load(DEFENDED.read_text(encoding="utf-8")) or []
    return {(one["table"], one["column"], one["category"]): one["reason"] for one in entries}


def report() -> tuple[list[str], int]:
    """Returns a table of all findings with their defence, and how many have none."""
    reasons, found = defended(), findings()
    cells = {name: make() for name, make in TABLES.items()}
    lines = [
        f"{len(TABLES)} tables, {sum(map(len, cells.values()))} columns, "
        f"{sum(len(v) for columns in cells.values() for v in columns.values()):,} cells; {len(found)} findings.",
        "",
        "| table | column | found | proof | defence |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {table} | {column} | {category} ({entity}) | {proof} "
        f"| {reasons.get((table, column, category), '**none: an error**')} |"
        for table, column, category, entity, proof in found
    ]
    return lines, sum((table, column, category) not in reasons for table, column, category, _, _ in found)


if __name__ == "__main__":
    shown, errors = report()
    print(*shown, sep="\n")
    sys.exit(1 if errors else 0)
