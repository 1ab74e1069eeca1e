"""Policy files: every quote stands in the published text, the shape is strict, and mistakes are named by line."""

import hashlib
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import recense.policy
from recense.errors import ConfigError
from recense.policy.jurisdiction import known, pack
from recense.policy.loading import EXAMPLES, STARTER, example, json_schema, load, parse
from recense.policy.model import Policy
from recense.policy.statements import Period

ROOM = Path(recense.policy.__file__).parent
DEF_NETWORK = (EXAMPLES / "def-network.yaml").read_text(encoding="utf-8")

# Digest of all quotes of the example when they were last checked against the published text: without the text beside
# the checkout, this is what tells that nobody rewrote a sentence.
QUOTES_CHECKED = "7936677faed73d96fc3c53e9069a1ea4618f133acd35d90dbd680a3748135604"


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture
def published(shared: Path) -> str:
    raw = (shared / "facts" / "privacy-policy.txt").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == example().source.sha256
    return flat(raw.decode("utf-8"))


def test_every_quote_stands_in_the_published_text(published: str) -> None:
    assert [place for place, quote in example().quotes() if flat(quote) not in published] == []


def test_every_sentence_of_the_sections_is_reachable(published: str) -> None:
    """Data, Article 9, purposes, recipients, retention, rights, processors, security: nothing but numbering is left."""
    covered = bytearray(len(published))
    for _, quote in example().quotes():
        for match in re.finditer(re.escape(flat(quote)), published):
            covered[match.start() : match.end()] = b"\1" * len(match[0])
    start = published.index("In accordance with applicable laws")
    rest = "".join("\n" if covered[at] else published[at] for at in range(start, len(published)))
    pieces = (re.sub(r"•|\([ivx]+\)", "", piece).strip() for piece in rest.split("\n"))
    assert [piece for piece in pieces if re.search(r"\w", piece)] == [
        "In-house recipients:",
        "External recipients:",
        "and / or",
    ]


def test_no_quote_was_rewritten() -> None:
    quotes = "\n".join(sorted(flat(quote) for _, quote in example().quotes()))
    assert hashlib.sha256(quotes.encode()).hexdigest() == QUOTES_CHECKED


# -- shape


@pytest.mark.parametrize("path", [*EXAMPLES.glob("*.yaml"), STARTER], ids=lambda path: path.stem)
def test_every_policy_that_ships_loads_and_follows_the_schema(path: Path) -> None:
    assert isinstance(load(path), Policy)
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json_schema()).validate(document)


def test_the_published_schema_is_the_one_in_force() -> None:
    """``recense policy schema > policy/policy.schema.json`` writes it anew."""
    published = json.loads((ROOM / "policy.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()
    jsonschema.Draft202012Validator.check_schema(published)


@pytest.mark.parametrize("id_", known())
def test_every_pack_loads_and_names_its_sources(id_: str) -> None:
    assert all(period.source and period.provenance for period in pack(id_).periods)
    with pytest.raises(ConfigError, match="unknown jurisdiction 'frr'; did you mean 'fr'"):
        pack("frr")


def test_a_policy_is_known_by_what_it_says() -> None:
    other = parse(DEF_NETWORK.replace("period: P13M", "period: P12M"))
    assert example().name.startswith("def-network (draft) sha256:") and other.name != example().name


def test_rules_and_events_can_be_asked() -> None:
    retention = example().retention
    general = retention.general
    assert general is not None and general.id == "R1" and str(general.period) == "P3Y"
    assert retention.rule("R4").enforcement == "report_only"  # type: ignore[union-attr]
    event = retention.events["collection"]
    assert [event.grade(stem) for stem in ("date_collecte", "created_at", "updated_at", "price")] == [
        "direct",
        "proxy",
        "never",
        None,
    ]


# -- mistakes: file, line, what, and the valid values


def line_of(text: str, mark: str) -> int:
    return text[: text.index(mark)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "      period: P3Y",
            "      perriod: P3Y",
            r"unknown key 'retention.rules\[0\].perriod'; did you mean 'period'\? Known: after",
        ),
        ("      start: collection", "      start: colection", "unknown event 'colection'; did you mean 'collection'"),
        ("period: P3Y", "period: 3 yeers", r"retention.rules\[0\].period: write a period of ISO 8601: P3Y"),
        ("after: delete", "after: burn", "after: valid are 'delete', 'archive_or_delete'"),
        ("zones: [active]", "zones: [activ]", "zones.*valid are 'active', 'intermediate_archive'"),
        (
            "priority: 110",
            "priority: 100",
            r"the rules R3 \(P5Y from .*\) and R4 \(P2Y from .*\) conflict.*higher priority",
        ),
        (
            "entities: [PHONE_NUMBER]",
            "entities: [PHONE_NUMBR]",
            "unknown entity 'PHONE_NUMBR'; did you mean 'PHONE_NUMBER'",
        ),
        ("entities: [PHONE_NUMBER]", "entities: [EMAIL_ADDRESS]", "'EMAIL_ADDRESS' stands in 'phone' already"),
        ("  - id: lifestyle", "  - id: life_style", "unknown category 'life_style'; did you mean 'lifestyle'"),
        ("  stance: none", "  stance: maybe", "stance: valid are 'none', 'declared', 'silent'"),
        ("jurisdictions: [eu, fr]", "jurisdictions: [eu, fra]", "unknown jurisdiction 'fra'; did you mean 'fr'"),
        ("status: draft", "status: approved", "approved_by, approved_on"),
        ("approvers: [rgpd@reseau-def.com]", "approvers: [everybody]", "write e-mail addresses"),
        ("timezone: Europe/Paris", "timezone: Europe/Pariss", "unknown time zone"),
        ("schema: recense.policy/1", "schema: recense.policy/2", "valid are 'recense.policy/1'"),
        ("id: def-network", "id: !!python/name:os.system x", "YAML tags"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_valid_values(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = DEF_NETWORK.replace(old, new, 1)
    assert text != DEF_NETWORK
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        load(path)
    first = str(caught.value).splitlines()[0]
    named = re.match(rf"{re.escape(str(path))}:(\d+): ", first)
    assert named and caught.value.exit_code == 2
    if "conflict" not in says and "already" not in says:
        assert int(named[1]) == line_of(text, new.strip())


def test_a_statement_needs_its_sentence() -> None:
    with pytest.raises(ConfigError, match=r"purposes\[0\].*quote the policy's sentence .* or write origin: inferred"):
        parse(DEF_NETWORK.replace("quote: file processing;, ", ""))


def test_declared_special_data_contradict_a_policy_without_any() -> None:
    text = DEF_NETWORK.replace("  - id: lifestyle", "  - id: special.health").replace("[lifestyle", "[special.health")
    with pytest.raises(ConfigError, match=r"'special\.health' is declared here, and article9\.stance says 'none'"):
        parse(text)


@pytest.mark.parametrize("text", ["", "- a\n", "just words", "a: &a [*a]\n", "x: [" * 50])
def test_what_is_no_policy_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match=r"policy\.yaml"):
        parse(text)


@given(st.text(max_size=20) | st.integers() | st.none() | st.booleans())
def test_a_period_is_read_or_refused(value: object) -> None:
    try:
        period = Period.parse(value)
    except ValueError as error:
        assert "P3Y" in str(error)
    else:
        assert Period.parse(str(period)) == period


@given(st.integers(0, 999), st.integers(0, 9_999), st.integers(0, 99_999))
def test_periods_survive_writing(years: int, months: int, days: int) -> None:
    period = Period(years, months, days)
    assert Period.parse(str(period)) == period


@given(st.dictionaries(st.text(max_size=8), st.recursive(st.none() | st.text(max_size=5), st.lists, max_leaves=5)))
def test_any_mapping_is_refused_in_sentences(data: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        parse(yaml.safe_dump(data))
