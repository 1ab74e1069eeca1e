"""The connectors room."""
