"""`make fuzz CASES=100000`: try many cases and print how they ended.

python -m tests.fuzz CASES [FIRST [CAMPAIGN]]: from case FIRST on; the same number is the same case.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

from osgeo import gdal

from .campaigns import fuzz

if __name__ == "__main__":
    gdal.DontUseExceptions()
    warnings.simplefilter("ignore")
    given = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        ends = fuzz(Path(folder), int(given[0]), int(given[1]) if len(given) > 1 else 0, " ".join(given[2:]))
    found = 0
    print(f"{'campaign':14}{'cases':>9}{'well':>9}{'refused':>9}{'findings':>10}")
    for name, counts in ends.items():
        findings = sum(counts.values()) - counts["well"] - counts["refused"]
        found += findings
        print(f"{name:14}{sum(counts.values()):9}{counts['well']:9}{counts['refused']:9}{findings:10}")
    sys.exit(1 if found else 0)
