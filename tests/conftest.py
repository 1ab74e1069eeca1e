"""Fixtures and settings that tests of every room share."""

from __future__ import annotations

import sys
from pathlib import Path

import hypothesis

sys.path.insert(0, str(Path(__file__).parent))

from servers import mariadb_url, postgres_url

__all__ = ["mariadb_url", "postgres_url"]

hypothesis.settings.register_profile("recense", deadline=None)  # the first example pays for imports
hypothesis.settings.load_profile("recense")
