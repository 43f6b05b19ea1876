"""Write products.md: the products that open as they come, from the code. `make docs` runs it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qgis_hsi_anomaly.core.masks import KINDS
from qgis_hsi_anomaly.raster.products.base import CLOUD_MARGIN, ProductReader
from qgis_hsi_anomaly.raster.products.masking import MOST_FLAGGED
from qgis_hsi_anomaly.raster.products.registry import product_readers

PAGE = Path(__file__).with_name("products.md")

INTRODUCTION = f"""# Products

<!-- Made from the code by docs/make_products.py: change the code, not this page. -->

These products open as they are downloaded, wherever an image is asked for: in the toolbox, in `qgis_process`, on the
command line and in Python. Give the file in the second column; what belongs to it is found beside it, under the names
it was delivered with. `hsi-anomaly describe FILE`, or *Describe an image* in the toolbox, says what was understood.
Any other raster that GDAL opens is read as it is; netCDF and HDF5 files whose axes cannot be told are refused.

- **Numbers** are what the product says they are: scale and offset are applied to each band. Radiance is taken, and the
  log says so.
- **Bands** are used in ascending order of wavelength. Where two detectors measure the same wavelengths, the bands of
  the first (VNIR), near the end of its sensitivity, are left out. Band numbers are those of the file; of PRISMA, VNIR
  first, both ascending.
- **Masks** make pixels not valid: they get no score and nothing is learned from them. `--allow cloud,haze` (*Masked
  pixels to use*, advanced) lets kinds in: {", ".join(f"`{kind}`" for kind in KINDS)}. Clouds are grown by
  {CLOUD_MARGIN} pixels where the product has no buffer of its own, so that their edges are not the first anomalies. Log
  and run record say how many pixels each mask takes. Bands in which more than {MOST_FLAGGED:.0%} of the pixels are
  marked bad or saturated are left out instead of the pixels.
- **Swaths** (EMIT, Tanager basic) are scored on the grid of the sensor, each measured pixel once; the scores are then
  laid on the product's map grid, by its own lookup or the nearest pixel. A background region is given on the map.
  Thresholds and objects are made from the laid scores, as from any layer; tools that look up spectra of objects lay the
  spectra the same way, in a working file of the size of the scene in the folder for temporary files.

No real product is small or free enough to be kept with the tests: readers are tested on small files of the documented
structure. Where a real product is understood otherwise than it should be, please send what `describe` says.
"""


def page() -> str:
    """Return the page's text."""
    readers = product_readers()
    rows = ["| product | give | levels | masks |", "|---|---|---|---|"]
    rows += [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in (r.label, r.give, r.levels, r.masked)) + " |"
        for r in readers
    ]
    return "\n".join([INTRODUCTION, *rows, "", *(section(reader) for reader in readers)])


def section(reader: ProductReader) -> str:
    """Return the section of one product."""
    lines = [f"## {reader.label}\n", f"- Bands: {reader.spectral}.", f"- Place: {reader.place}."]
    if reader.limits:
        lines.append(f"- {reader.limits}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
