"""Benchmarks: ours against a hand-written reference in the same run. Outside the import contracts."""
