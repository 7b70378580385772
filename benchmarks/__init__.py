"""Benchmarks: the engine and its peers at the same work, measured side by side. `python -m benchmarks --help`."""
