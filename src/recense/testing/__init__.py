"""Contract tests and helpers for authors of plug-ins: connectors, detectors, report formats."""
