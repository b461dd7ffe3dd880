"""Peers of the press: other programs that set the same notice. See `benchmarks/press.py`."""
