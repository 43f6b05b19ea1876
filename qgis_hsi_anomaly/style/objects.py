"""Objects: outlines in the color of what was ticked, with their ranks."""

from __future__ import annotations

from html import escape
from typing import Dict

from .files import style_file

STATUS = {
    "unknown": ("not looked at yet", "#00e5ff"),
    "true": ("true: a target", "#5dff3b"),
    "false": ("false alarm", "#a9b0b8"),
}
"""Values of the field `status`, with what they mean and the color of their outlines."""

_DARK = "#101418"


def objects_style(path: str) -> str:
    """Return the content of the style file of a layer of objects: polygons with fields `status` and `rank`.

    Outlines have the color of the status, which the attribute form offers as a list to choose from (`STATUS`); new
    features are unknown. Each has its rank as label. path : the layer's file.
    """
    categories, symbols = "", ""
    for number, (status, (label, color)) in enumerate(STATUS.items()):
        categories += f'<category value="{status}" label="{escape(label)}" symbol="{number}" render="true"/>'
        # A darker line below, so that the outline is seen on whatever it lies on.
        lines = _line(_DARK, 1.2) + _line(color, 0.7)
        symbols += f'<symbol type="fill" name="{number}" alpha="1" clip_to_extent="1">{lines}</symbol>'
    renderer = (
        '<renderer-v2 type="categorizedSymbol" attr="status" symbollevels="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
    )
    return style_file(
        path,
        "Symbology|Labeling|Fields|Forms",
        f"{renderer}{_labels()}{_form()}<layerGeometryType>2</layerGeometryType>",
        ' labelsEnabled="1"',
    )


def _line(color: str, width: float) -> str:
    red, green, blue = bytes.fromhex(color[1:])
    properties = {
        "line_color": f"{red},{green},{blue},255",
        "line_width": f"{width:g}",
        "line_width_unit": "MM",
        "line_style": "solid",
        "joinstyle": "miter",
    }
    return (
        f'<layer class="SimpleLine" enabled="1" locked="0" pass="0">{_options(properties)}'
        # As QGIS before 3.22 reads them.
        + "".join(f'<prop k="{name}" v="{value}"/>' for name, value in properties.items())
        + "</layer>"
    )


def _labels() -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        '<text-style fieldName="rank" isExpression="0" fontSize="9" fontSizeUnit="Point" fontWeight="75" '
        'textColor="255,255,255,255" textOpacity="1"><text-buffer bufferDraw="1" bufferSize="0.8" '
        'bufferSizeUnits="MM" bufferColor="16,20,24,255" bufferOpacity="1" bufferJoinStyle="128"/></text-style>'
        # Beside the outline, which is often smaller than the number.
        '<placement placement="8" polygonPlacementFlags="2" dist="0.4" distUnits="MM" priority="5"/>'
        '<rendering drawLabels="1" displayAll="0" obstacle="0"/></settings></labeling>'
    )


def _form() -> str:
    choices = "".join(
        f'<Option type="Map"><Option type="QString" name="{escape(label)}" value="{status}"/></Option>'
        for status, (label, _) in STATUS.items()
    )
    return (
        '<fieldConfiguration><field name="status"><editWidget type="ValueMap"><config><Option type="Map">'
        f'<Option type="List" name="map">{choices}</Option></Option></config></editWidget></field>'
        "</fieldConfiguration><defaults>"
        '<default field="status" expression="\'unknown\'" applyOnUpdate="0"/></defaults>'
    )


def _options(values: Dict[str, str]) -> str:
    inside = "".join(
        f'<Option type="QString" name="{name}" value="{value}"/>' for name, value in values.items()
    )
    return f'<Option type="Map">{inside}</Option>'
