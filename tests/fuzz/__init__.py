"""Targets of the fuzzer: what reads bytes of strangers."""
