"""Fuzz targets: seeds, the refusals that are allowed, and what is run."""
