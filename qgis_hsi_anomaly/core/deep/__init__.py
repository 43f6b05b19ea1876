"""Learned detectors' parts, on torch: the only place below `core` that may import it."""
