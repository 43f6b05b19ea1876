"""Open an image, whatever it comes as: a product of a sensor by its reader, any other raster as GDAL shows it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, List, Optional

from ..core.errors import RasterError
from . import dataset as plain
from .products.base import Product
from .products.registry import open_product


def open_image(path: str) -> Any:
    """Return GDAL's dataset of an image; `product_of` tells what else is known of it. Raises RasterError."""
    found = open_product(path)
    return plain.open_dataset(path) if found is None else found


def product_of(dataset: Any) -> Optional[Product]:
    """Return what the product says that a dataset was opened from; None where it is any other raster."""
    product: Optional[Product] = getattr(dataset, "product", None)
    return product


def input_files(name: str) -> List[str]:
    """Return every file that is read with an input, the further files of a product among them."""
    files = plain.input_files(name)
    with suppress(RasterError):
        found = open_product(name.split("|", maxsplit=1)[0])
        if found is not None:
            files += [*found.product.files, found.GetDescription()]
    return list(dict.fromkeys(files))
