"""Facts and pure geometry: data files and their builders, coordinates, the demo grid. No database, no web."""
