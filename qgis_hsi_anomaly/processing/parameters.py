"""Parameters between the core, where they are described, and Processing, where users set them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Type

from qgis.core import (
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProperty,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..core.bands import parse_bands
from ..core.errors import ParameterError, RasterError
from ..core.parameters import Parameter, Parameters, parameters_of
from ..raster.dataset import open_dataset

MODEL_FILTER = "Model files (*.safetensors);;All files (*)"


def with_help(definition: QgsProcessingParameterDefinition, help: str) -> QgsProcessingParameterDefinition:
    """Return `definition` with its help text."""
    definition.setHelp(help)
    return definition


def raster_input(name: str, label: str, help: str) -> QgsProcessingParameterDefinition:
    """Parameter that takes a raster layer."""
    return with_help(QgsProcessingParameterRasterLayer(name, label), help)


def input_raster() -> QgsProcessingParameterDefinition:
    """The INPUT parameter: the image."""
    return raster_input(
        "INPUT",
        "Hyperspectral raster",
        "The image: GeoTIFF, ENVI or any other format of GDAL. Pixels without data in any used band get no score.",
    )


def band_list() -> QgsProcessingParameterDefinition:
    """The BANDS parameter: some bands of INPUT."""
    definition = QgsProcessingParameterBand(
        "BANDS", "Bands", None, "INPUT", optional=True, allowMultiple=True
    )
    return with_help(
        definition,
        "The bands to use; all by default. Bands marked bad in the file, constant bands and bands without data "
        "are left out in any case, and the log names them. As text: 1,2,5-40.",
    )


def background_layer() -> QgsProcessingParameterDefinition:
    """The BACKGROUND parameter: where the background is learned."""
    kinds = [QgsProcessing.SourceType.TypeRaster, QgsProcessing.SourceType.TypeVectorPolygon]
    definition = QgsProcessingParameterMapLayer("BACKGROUND", "Background region", None, True, kinds)
    return with_help(
        definition,
        "Where the background is learned: polygons, or a raster of the input's size in which it is not 0. "
        "Every pixel is scored all the same. The whole image by default.",
    )


def raster_output(
    name: str, label: str, help: str, optional: bool = False
) -> QgsProcessingParameterDefinition:
    """Parameter that names a raster to write; an optional one is not written unless it is asked for."""
    definition = QgsProcessingParameterRasterDestination(name, label, None, optional)
    definition.setCreateByDefault(not optional)
    return with_help(definition, help)


def score_raster() -> QgsProcessingParameterDefinition:
    """The OUTPUT parameter: the scores."""
    return raster_output(
        "OUTPUT",
        "Scores",
        "The anomaly scores, float32, larger = more anomalous; NaN where the image has no data. GeoTIFF (.tif) or "
        "ENVI (.img, .dat). A style (.qml) and the record of the run (.json) are written beside it.",
    )


def spread_raster() -> QgsProcessingParameterDefinition:
    """The SPREAD parameter of detectors with several members."""
    return raster_output(
        "SPREAD",
        "Spread of the members",
        "Also write how much the members disagree: where it is large, the score depends on which of them is asked. "
        "For detectors of several members.",
        optional=True,
    )


def output_file(
    name: str, label: str, filter: str, help: str, optional: bool = False, advanced: bool = False
) -> QgsProcessingParameterDefinition:
    """Parameter that names a file to write; an optional one is not written unless it is asked for."""
    definition = QgsProcessingParameterFileDestination(name, label, filter, None, optional)
    definition.setCreateByDefault(not optional)
    if advanced:
        definition.setFlags(definition.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    return with_help(definition, help)


def core_parameters(cls: Type[Parameters]) -> List[QgsProcessingParameterDefinition]:
    """Return Processing's parameters for those of a core dataclass."""
    return [_definition(parameter) for parameter in parameters_of(cls)]


def _definition(parameter: Parameter) -> QgsProcessingParameterDefinition:
    name, default = parameter.processing_name, parameter.default
    label = f"{parameter.label} ({parameter.unit})" if parameter.unit else parameter.label
    if parameter.kind == "boolean":
        definition = QgsProcessingParameterBoolean(name, label, default)
    elif parameter.kind in ("choice", "choices"):
        several = parameter.kind == "choices"
        definition = QgsProcessingParameterEnum(
            name,
            label,
            options=list(parameter.options),
            allowMultiple=several,
            defaultValue=list(default) if several else default,
            usesStaticStrings=True,
        )
    elif parameter.kind == "text":
        definition = QgsProcessingParameterString(name, label, default, optional=True)
    elif parameter.kind in ("integer", "number"):
        types = QgsProcessingParameterNumber.Type
        definition = QgsProcessingParameterNumber(
            name, label, types.Integer if parameter.kind == "integer" else types.Double, default
        )
        lowest = parameter.minimum if parameter.minimum is not None else parameter.above
        if lowest is not None:
            definition.setMinimum(lowest)
        if parameter.maximum is not None:
            definition.setMaximum(parameter.maximum)
    else:
        raise AssertionError(f"{name} is of a kind the toolbox does not know: {parameter.kind}")
    if parameter.advanced:
        definition.setFlags(definition.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    return with_help(definition, parameter.help)


def given_values(
    cls: Type[Parameters], parameters: Dict[str, Any], context: QgsProcessingContext
) -> Dict[str, Any]:
    """Return what the user gave for the parameters of `cls`, by field name, unchecked: the core checks.

    Parameters that were left out are missing here too, so that the core's defaults hold.
    """
    given = {}
    for parameter in parameters_of(cls):
        value = _given(parameters, parameter.processing_name, context)
        if value is not None:
            given[parameter.name] = value
    return given


def given_bands(parameters: Dict[str, Any], context: QgsProcessingContext) -> Optional[List[int]]:
    """Return the band numbers in BANDS, from 1; None where there are none. ParameterError for anything else."""
    value = _given(parameters, "BANDS", context)
    items = value if isinstance(value, (list, tuple)) else [value]
    text = ",".join(str(item) for item in items if item not in (None, "")).replace(";", ",")
    return parse_bands(text) if text else None


def _given(parameters: Dict[str, Any], name: str, context: QgsProcessingContext) -> Any:
    value = parameters.get(name)
    if isinstance(value, QgsProperty):
        value, _ = value.value(context.expressionContext())
    return value


def raster_path(
    algorithm: QgsProcessingAlgorithm, parameters: Dict[str, Any], name: str, context: QgsProcessingContext
) -> str:
    """Return the file behind a raster parameter, as GDAL opens it.

    Raises RasterError, saying what is wrong, for what cannot be opened, and for layers without a file, such as WMS.
    """
    layer = algorithm.parameterAsRasterLayer(parameters, name, context)
    if layer is not None:
        return _file_of(layer, name)
    text = algorithm.parameterAsString(parameters, name, context)
    if not text:
        raise ParameterError(f"{name} must be a raster layer or file; it is empty.")
    # QGIS says no more than that it cannot load it. The raster room knows why, and takes ENVI headers too.
    return str(open_dataset(text).GetDescription())


def background_path(
    algorithm: QgsProcessingAlgorithm,
    parameters: Dict[str, Any],
    context: QgsProcessingContext,
    feedback: Optional[QgsProcessingFeedback],
) -> Optional[str]:
    """Return the file of BACKGROUND, None where there is none.

    Polygons without a file of their own (scratch layers, filtered layers, databases) are first written to one;
    not without `feedback`, when the parameters are only being checked.
    """
    layer = algorithm.parameterAsLayer(parameters, "BACKGROUND", context)
    if isinstance(layer, QgsRasterLayer):
        return _file_of(layer, "BACKGROUND")
    if isinstance(layer, QgsVectorLayer):
        if feedback is None:
            return str(layer.source())
        formats = ["gpkg", "shp", "geojson", "json"]
        return str(
            algorithm.parameterAsCompatibleSourceLayerPath(
                parameters, "BACKGROUND", context, formats, "gpkg", feedback
            )
        )
    text = algorithm.parameterAsString(parameters, "BACKGROUND", context)
    if text:
        raise RasterError(
            f"BACKGROUND {text} cannot be opened as a raster or as polygons: check the name of the file."
        )
    return None


def layer_name(path: str) -> str:
    """Return the name of an input for the title of its scores."""
    return Path(path).stem


def _file_of(layer: QgsMapLayer, name: str) -> str:
    if layer.providerType() != "gdal":
        raise RasterError(
            f"{name} {layer.name()} is a layer of the provider {layer.providerType()}, which has no file: "
            "export it to a GeoTIFF and use that."
        )
    # QGIS appends options of its own to the source, after a bar.
    return str(layer.source()).split("|", 1)[0]
