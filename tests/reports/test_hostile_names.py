"""Whatever a table or column is called, a report keeps its shape: the structure never depends on a name."""

import json
import re
from functools import cache
from html.parser import HTMLParser

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from recense.reports import render
from recense.reports.visible import encodable, shortened, visible
from recense.testing.reports import HOSTILE, hidden_characters, hostile_run

SYNTAX = st.text(
    st.sampled_from("<>&\"'`|\\[]()*_~#!-+=:/.@{}$%^ \t\n\r\x1b\u202e\u2028\udce9\u0301é漢😀❤\ufe0fwa1"), max_size=40
)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=30)
names = st.one_of(SYNTAX, ANYTHING).filter(bool)

SOME = settings(max_examples=60, deadline=None)


class Shape(HTMLParser):
    """The tags and attribute names of a page in order, and the texts of its h3 headings."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.headings, self._inside = [], [], False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, *(name for name, _ in attributes)))
        self._inside = self._inside or tag == "h3"
        if tag == "h3":
            self.headings.append("")

    def handle_endtag(self, tag):
        self.tags.append(f"/{tag}")
        self._inside = self._inside and tag != "h3"

    def handle_data(self, data):
        if self._inside:
            self.headings[-1] += data


def markdown_shape(page):
    """The kinds of blocks and spans of a page in order, plain text aside, and the texts of its code spans."""
    shape, codes = [], []
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(page):
        shape.append(token.type)
        for child in token.children or ():
            if child.type == "code_inline":
                codes.append(child.content)
            if child.type not in {"text", "text_special"}:
                shape.append(child.type)
    return shape, codes


@cache
def plain(format):
    return render(hostile_run("plain"), format)


@SOME
@given(names)
@example(HOSTILE)
@example("</style><script>")
def test_html_keeps_its_tags(name):
    page = render(hostile_run(name), "html")
    shape = Shape(page)
    assert shape.tags == Shape(plain("html")).tags
    assert shape.headings[0] == visible(name)
    assert not hidden_characters(page)


@SOME
@given(names)
@example(HOSTILE)
@example("\\|")
@example("`|`` ")
def test_markdown_keeps_its_blocks_and_cells(name):
    page = render(hostile_run(name), "markdown")
    shape, codes = markdown_shape(page)
    assert shape == markdown_shape(plain("markdown"))[0]
    assert visible(name) in codes
    assert "html_inline" not in shape and "html_block" not in shape and "link_open" not in shape
    assert not hidden_characters(page)


@SOME
@given(names, st.integers(40, 160))
@example(HOSTILE, 80)
@example("漢" * 60, 41)
def test_no_line_of_the_terminal_is_wider_than_the_terminal(name, width):
    text = render(hostile_run(name), "table", width=width)
    assert not [line for line in text.split("\n") if cell_len(line) > width]
    assert not hidden_characters(text)


@SOME
@given(names)
@example(HOSTILE)
def test_colour_codes_are_ours_alone(name):
    text = render(hostile_run(name), "table", colour=True)
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", text)


@SOME
@given(names)
@example(HOSTILE)
@example("\u0600\U000e0020\x7f")
def test_json_keeps_names_exact_and_acts_on_no_terminal(name):
    for format in ("json", "jsonl"):
        text = render(hostile_run(name), format)
        text.encode()
        assert not hidden_characters(text)
    document = json.loads(render(hostile_run(name), "json"))
    assert document["datasets"][0]["dataset"] == encodable(name)


@given(names, st.integers(0, 60))
def test_shortening_keeps_to_its_width(name, width):
    short = shortened(visible(name), width)
    assert cell_len(short) <= width or width == 0
    assert short == visible(name) or "…" in short or width == 0
