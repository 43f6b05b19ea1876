"""The benchmarks: run one as `python -m benchmarks.NAME` at the top of a checkout, whose code it measures."""

import os
import sys
from pathlib import Path

# Before numpy and torch are loaded: threads that wait give their core away, or a busy machine takes many times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Ahead of a package that is installed: the figures are those of the checkout the benchmark stands in.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
