"""SQL as far as it declares fields: tokens, statements and their effect, for every dialect at once."""
