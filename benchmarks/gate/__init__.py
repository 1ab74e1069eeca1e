"""How long ``recense check`` takes."""
