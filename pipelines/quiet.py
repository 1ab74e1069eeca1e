"""Switches off every call home of Prefect and of what it loads; import it before ``prefect`` (facts: stack §2)."""

from __future__ import annotations

import os

SWITCHES = {
    "DO_NOT_TRACK": "1",  # Prefect's SDK analytics
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # the server's heartbeat
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS": "",  # Presidio's e-mail recognizer fetches a list otherwise
}


def switch_off() -> None:
    """Sets the environment of this process and its children; it must come before the first import of Prefect."""
    os.environ.update(SWITCHES)


switch_off()
