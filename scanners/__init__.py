"""The scanners room."""
