"""Open an image, whatever it comes as: a product of a sensor by its reader, any other raster as GDAL shows it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, List, Optional

from ..core.addresses import gdal_name
from ..core.errors import RasterError
from . import dataset as plain
from .georeference import Georeference
from .products.base import Product
from .products.registry import open_product


def open_image(path: str) -> Any:
    """Return GDAL's dataset of an image; `product_of` tells what else is known of it. Raises RasterError."""
    path = gdal_name(path)
    found = open_product(path)
    return plain.open_dataset(path) if found is None else found


def is_product(path: str) -> bool:
    """Tell whether a product reader knows a file; False too where it is damaged."""
    with suppress(RasterError):
        return open_product(gdal_name(path)) is not None
    return False


def product_of(dataset: Any) -> Optional[Product]:
    """Return what the product says that a dataset was opened from; None where it is any other raster."""
    product: Optional[Product] = getattr(dataset, "product", None)
    return product


def image_path(dataset: Any) -> str:
    """Return the file that opens an image again."""
    product = product_of(dataset)
    return str(dataset.GetDescription()) if product is None else product.files[0]


def map_grid(dataset: Any) -> Georeference:
    """Return the grid on which the scores of an image lie."""
    product = product_of(dataset)
    return (
        Georeference.of(dataset) if product is None or product.ortho is None else product.ortho.georeference
    )


def input_files(name: str) -> List[str]:
    """Return every file that is read with an input, the further files of a product among them."""
    name = gdal_name(name)
    files = plain.input_files(name)
    with suppress(RasterError):
        found = open_product(name.split("|", maxsplit=1)[0])
        if found is not None:
            files += found.product.files
    return list(dict.fromkeys(files))
