"""recense.yaml: what is accepted, what is refused, and what the message says."""

from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recense.config import Config, SourceSpec, credentials, guard, load
from recense.errors import ConfigError, RecenseError, TargetError


def write(folder: Path, text: str) -> Path:
    path = folder / "recense.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(write(folder, text))
    return str(caught.value)


def test_without_a_file_there_are_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load()
    assert config.sources == () and config.path is None
    assert config.catalog_url() == f"sqlite:///{tmp_path}/recense.db"


def test_everything_can_be_set(tmp_path: Path) -> None:
    config = load(
        write(
            tmp_path,
            """
            version: 1
            catalog: results/found.db
            language: false
            jobs: 3
            sources:
              - {name: crm, url: "postgresql://reader:${CRM_PASSWORD}@db/crm", only: ["public.*"], skip: ["*_log"]}
              - {name: exports, path: exports, language: true}
            limits: {file_bytes: 400MB, batch_bytes: 1.5 MiB, depth: 2}
            report: {format: json, language: fr}
            """,
        )
    )
    assert config.catalog == f"sqlite:///{tmp_path}/results/found.db"
    assert (config.language, config.jobs, config.report_format, config.report_language) == (False, 3, "json", "fr")
    assert (config.limits.file_bytes, config.limits.batch_bytes, config.limits.depth) == (400_000_000, 1_572_864, 2)
    crm, exports = config.sources
    assert crm.wants("public.people") and not crm.wants("public.web_log") and not crm.wants("private.people")
    assert exports.target() == f"{tmp_path}/exports" and exports.language is True


def test_a_typo_names_file_line_key_and_the_nearest_key(tmp_path: Path) -> None:
    said = refused(tmp_path, "version: 1\nsources:\n  - name: crm\n    path: x\n    skp: [a]\n")
    assert said == (
        f"{tmp_path}/recense.yaml:5: unknown key 'sources[0].skp'; did you mean 'skip'? "
        "Known: language, name, only, path, sample, skip, url"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 2\n", ":1: version: input should be 1"),
        ("sources: []\n", "the key 'version' is missing"),
        ("version: 1\nlimits: {file_bytes: lots}\n", ":2: limits.file_bytes: write a size such as 400MB or 2GiB"),
        ("version: 1\nsources: [{name: a}]\n", "a source needs either url or path, and not both"),
        ("version: 1\nsources: [{name: a, path: x}, {name: a, path: y}]\n", "two sources are named 'a'"),
        ("version: 1\nversion: 1\n", ":2: the key 'version' stands here twice"),
        ("version: 1\nsources: [\n", "is not valid YAML here"),
        ("version: 1\nsources: {}\n", ":2: sources: write a list"),
        ("version: 1\nsources: [x]\n", ":2: sources[0]: write keys and values"),
        ("version: 1\nlanguage: oui\n", ":2: language: write true or false"),
        ('version: 1\njobs: "4"\n', ":2: jobs: write a whole number"),
        ("version: 1\ncatalog: ''\n", ":2: catalog: it is empty"),
        ("version: 1\ncatalog: 4\n", ":2: catalog: write a text"),
        ("version: 1\nlimits: {depth: 0}\n", ":2: limits.depth: write a whole number above 0"),
        ("version: 1\nx: !!python/object/apply:os.system [ls]\n", ":2: YAML tags"),
        ("- 1\n", "begins with 'version: 1'"),
        ("", "begins with 'version: 1'"),
        ("version: 1\nd: 2020-13-45\n", "a date or number that does not exist"),
        ("a: &a [*a]\n", "aliases make the document too large"),
        ("[" * 5000, "nested deeper than"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in refused(tmp_path, text)


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert "aliases" in refused(tmp_path, "\n".join(lines))


def test_a_huge_or_binary_file_is_refused(tmp_path: Path) -> None:
    assert "larger than 1 MB" in refused(tmp_path, "#" * (guard.MAX_BYTES + 1))
    (tmp_path / "recense.yaml").write_bytes(b"version: 1\nname: \xff\xfe\n")
    with pytest.raises(ConfigError, match=r"recense\.yaml:2: is not UTF-8"):
        load(tmp_path / "recense.yaml")


@given(st.text(max_size=200))
def test_any_text_is_a_configuration_or_a_sentence(text: str) -> None:
    try:
        guard.parse(text, "recense.yaml")
    except RecenseError as error:
        assert str(error).startswith("recense.yaml")


def test_the_schema_accepts_what_load_accepts_and_refuses_a_typo() -> None:
    schema = Config.schema()
    good = {"version": 1, "sources": [{"name": "a", "path": "x"}], "limits": {"file_bytes": "400MB"}}
    jsonschema.validate(good, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "sources": [{"name": "a", "pth": "x"}]}, schema)


def test_the_template_of_init_is_valid(tmp_path: Path) -> None:
    from recense.cli.setup import TEMPLATE

    assert load(write(tmp_path, TEMPLATE)).sources == ()
    uncommented = TEMPLATE.replace("sources: []", "sources:").replace("#  ", "  ")
    assert [spec.name for spec in load(write(tmp_path, uncommented)).sources] == ["crm", "exports"]
    assert yaml.safe_load(uncommented)["limits"]["file_bytes"] == "20GB"


# -- passwords


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:hunter2@db/crm",
        "mysql://reader:half${PW}@db/crm",
        "postgresql://db/crm?password=hunter2",
        "postgresql://reader:hun/ter2@db/crm",
        "https://host/x?access_token=hunter2",
    ],
)
def test_a_password_in_clear_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    said = refused(tmp_path, f"version: 1\nsources:\n  - name: crm\n    url: '{url}'\n")
    assert "recense.yaml:4" in said and "${CRM_PASSWORD}" in said
    assert "hunter2" not in said and "half" not in said and "ter2" not in said


def test_a_broken_file_does_not_quote_its_password(tmp_path: Path) -> None:
    assert "hunter2" not in refused(tmp_path, "version: 1\nsources: {url: 'postgresql://u:hunter2@db\n  : [\n")


def test_a_secret_is_filled_in_only_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "pw"
    secret.write_text("fi/le\nsecond line\n")
    text = (
        "version: 1\nsources:\n"
        "  - {name: a, url: 'postgresql://reader:${CRM_PASSWORD}@db/crm'}\n"
        f"  - {{name: b, url: 'mysql://reader:${{file:{secret}}}@db/crm'}}\n"
        "  - {name: c, url: '${WHOLE}'}\n"
    )
    a, b, c = load(write(tmp_path, text)).sources
    with pytest.raises(ConfigError, match="source 'a' needs the environment variable CRM_PASSWORD, which is not set"):
        a.target()
    monkeypatch.setenv("CRM_PASSWORD", "p@ss/wo?rd")
    monkeypatch.setenv("WHOLE", "sqlite:////tmp/x.db")
    assert a.target() == "postgresql://reader:p%40ss%2Fwo%3Frd@db/crm"
    assert b.target() == "mysql://reader:fi%2Fle@db/crm"
    assert c.target() == "sqlite:////tmp/x.db"
    assert "p@ss" not in repr(a) + repr(SourceSpec.of("mysql://u:p@ssword@db/x"))


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="\n\r${}"), min_size=1, max_size=30))
def test_no_typed_password_survives_redaction(password: str) -> None:
    unique = f"{password}Zq7719"
    url = f"postgresql://reader:{unique}@db.example/crm"
    assert "Zq7719" not in credentials.redact(url)
    assert "Zq7719" not in credentials.without_login(url)


def test_an_unknown_source_names_the_nearest() -> None:
    with pytest.raises(TargetError, match="did you mean 'crm'"):
        Config(sources=(SourceSpec("crm", "x"),)).source("crn")
