"""recense takes the census of personal data: scan, approve, register, retain, gate.

The rooms (connectors, scanners, pipelines, reports, policy) lie at the top of the repository and are reached
through links in this folder. A checkout without symbolic links (Windows) reaches them through ``__path__``.
"""

from pathlib import Path

__version__ = "0.1.0"

if not (_here := Path(__file__).parent).joinpath("connectors").is_dir():
    __path__.append(str(_here.parents[1]))
