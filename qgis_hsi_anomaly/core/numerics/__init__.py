"""Arithmetic that several detectors share: moments, windows, samples, clusters, ranks, linear systems."""
