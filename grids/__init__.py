"""The tree of regions, the units and staff in it, who sees what, and point to cell."""
