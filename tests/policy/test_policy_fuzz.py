"""Whatever is done to a policy file, the loader takes it or says where it is wrong; never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.errors import ConfigError
from recense.policy.loading import EXAMPLES, load

TEXTS = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.yaml"))]
SPLINTERS = [
    "", "3 yeers", "!!python/object:os.system x", "&a [*a]", "*nobody", "{", "[", "- ", ": ", "\t", "\x00", "null",
    "2024-02-30", "1e999", "'", '"', "?", "|", "\ufeff", "é" * 300, "P0D", "P-3Y", "~", "yes", "<<: *x", "---\n",
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_example_is_read_or_refused_with_its_line(tmp_path: Path, data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        splinter = data.draw(st.sampled_from(SPLINTERS) | st.text(max_size=12))
        match data.draw(st.sampled_from(["drop", "twice", "value", "key", "indent", "insert"])):
            case "drop":
                lines[at] = ""
            case "twice":
                lines.insert(at, lines[at])
            case "value":
                lines[at] = lines[at].partition(":")[0] + ": " + splinter
            case "key":
                lines[at] = re.sub(r"\w+:", splinter + ":", lines[at], count=1)
            case "indent":
                lines[at] = " " + lines[at]
            case _:
                lines.insert(at, splinter)
    path = tmp_path / "policy.yaml"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        load(path)
    except ConfigError as error:
        assert "policy.yaml" in str(error)
        assert len(str(error)) < 6_000


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: b"# notre politique\n" + raw,
    ],
    ids=["crlf", "bom", "comment"],
)
def test_what_editors_do_to_a_file_does_not_matter(tmp_path: Path, spoil) -> None:
    for number, text in enumerate(TEXTS):
        path = tmp_path / f"{number}.yaml"
        path.write_bytes(spoil(text.encode()))
        load(path)
