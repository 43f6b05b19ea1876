"""The product readers: every module beside this one that defines a reader with an id."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Optional, Tuple

from .base import ProductReader


@cache
def product_readers() -> Tuple[ProductReader, ...]:
    """Return one reader of each product, in the order in which they are asked."""
    package = __name__.rpartition(".")[0]
    found = [
        cls
        for module in iter_modules(import_module(package).__path__)
        for cls in vars(import_module(f"{package}.{module.name}")).values()
        if isinstance(cls, type) and issubclass(cls, ProductReader) and "id" in vars(cls)
    ]
    return tuple(cls() for cls in sorted(found, key=lambda cls: (cls.order, cls.id)))


def open_product(path: str) -> Optional[Any]:
    """Return the dataset of a product, what it says in its attribute `product`; None where no reader knows the file.

    Raises RasterError.
    """
    reader = next((reader for reader in product_readers() if reader.recognizes(path)), None)
    if reader is None:
        return None
    dataset, product = reader.open(path)
    dataset.product = product
    return dataset
