"""Detectors run elsewhere: in worker processes of another interpreter, on one machine or several."""
