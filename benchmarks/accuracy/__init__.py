"""How right the findings are, on labelled data."""
