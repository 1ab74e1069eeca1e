"""How much a scan costs beside merely reading the data, as ratios within one run."""
