"""How our layers look: style files that QGIS takes for the layer beside them, and the same colors for pictures."""

from .files import is_foreign, style_path
from .masks import mask_style
from .objects import objects_style
from .scores import Stop, limits, paint, score_style, spread_style
from .true_color import true_color_bands, true_color_style

__all__ = [
    "Stop",
    "is_foreign",
    "limits",
    "mask_style",
    "objects_style",
    "paint",
    "score_style",
    "spread_style",
    "style_path",
    "true_color_bands",
    "true_color_style",
]
