"""A public benchmark of personal data in French tables and notes, made from seeds; it needs nothing but Python."""
