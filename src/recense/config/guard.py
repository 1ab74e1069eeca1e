"""The guarded YAML reader under the name it has here; it stands in ``recense.guard``, as the policy reads by it too."""

from recense.guard import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, Location, parse, read

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "Document", "Location", "parse", "read"]
