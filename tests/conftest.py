"""Fixtures that tests of every room may ask for."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from servers import mariadb_url, postgres_url

__all__ = ["mariadb_url", "postgres_url"]
