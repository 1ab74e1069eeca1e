"""How long counting takes beside merely asking."""
