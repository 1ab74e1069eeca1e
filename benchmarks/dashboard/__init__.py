"""How fast the dashboard answers over a hundred thousand findings."""
