"""Benchmarks: each figure beside a bare reference on the same machine, measured in turns. Run by `make bench`."""
