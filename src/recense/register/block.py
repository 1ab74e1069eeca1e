r"""The machine block of an activity file: the only lines that recense writes, between two marker lines.

Everything outside the markers stays as it is, byte for byte: words, comments, order, line ends.

>>> text = "id: crm\n"
>>> print(written(text, {"last_scan": "2026-01-31"}), end="")
id: crm
<BLANKLINE>
# >>> recense: written by 'recense register build'; what stands above is yours and is never changed
machine:
  last_scan: '2026-01-31'
# <<< recense
>>> written(written(text, {"a": 1}), {"last_scan": "x"}) == written(text, {"last_scan": "x"})
True
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recense.errors import ConfigError

BEGIN = "# >>> recense: written by 'recense register build'; what stands above is yours and is never changed"
END = "# <<< recense"
_BEGIN_WORDS, _END_WORDS = "# >>> recense", "# <<< recense"
KEY = "machine"


def parts(text: str, name: str = "the file") -> tuple[str, str, str]:
    """Returns what stands before the block, the block with its markers, and what stands after it.

    Without a block the last two are empty.

    Raises:
        ConfigError: the markers do not stand there once each, in order.
    """
    lines = text.splitlines(keepends=True)
    begins = [at for at, line in enumerate(lines) if line.startswith(_BEGIN_WORDS)]
    ends = [at for at, line in enumerate(lines) if line.startswith(_END_WORDS)]
    if not begins and not ends:
        return text, "", ""
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        line = (begins or ends)[-1] + 1
        raise ConfigError(
            f"{name}:{line}: the markers of the machine block must stand there once each, '{_BEGIN_WORDS} …' before "
            f"'{_END_WORDS}'; remove both and what is between them, and 'recense register build' writes them again"
        )
    first, last = begins[0], ends[0] + 1
    return "".join(lines[:first]), "".join(lines[first:last]), "".join(lines[last:])


def written(text: str, machine: Mapping[str, Any], name: str = "the file") -> str:
    """Returns a text with this machine block in place of the one it has, or after its end when it has none.

    Raises:
        ConfigError: as ``parts``.
    """
    before, old, after = parts(text, name)
    newline = "\r\n" if "\r\n" in text else "\n"
    block = (BEGIN + "\n" + _dumped(machine) + END).replace("\n", newline)
    if old:
        ending = old[len(old.rstrip("\r\n")) :]
        return before + block + ending + after
    if text and not text.endswith(("\n", "\r")):
        text += newline
    return f"{text}{newline if text else ''}{block}{newline}"


def _dumped(machine: Mapping[str, Any]) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Indents lists below their key and writes no anchors."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:
            return True

    return yaml.dump(
        {KEY: machine}, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1_000_000, default_flow_style=False
    )
