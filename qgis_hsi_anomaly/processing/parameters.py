"""Parameters between the core, where they are described, and Processing, where users set them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Type

from qgis.core import (
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsProcessingParameterVectorLayer,
    QgsProperty,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..core.bands import parse_bands
from ..core.errors import ParameterError, RasterError
from ..core.parameters import (
    Parameter,
    Parameters,
    background,
    bands,
    from_values,
    image,
    output,
    parameters_of,
)
from ..core.reading import Reading
from ..raster.dataset import open_dataset, quiet_gdal
from ..raster.image import image_path, is_product, open_image
from .choice import Choice, as_options
from .language import translate

MODEL_FILTER = "Model files (*.safetensors);;All files (*)"

_Source = QgsProcessing.SourceType


class _QuietCheck:
    """Check values without a word of GDAL's: QGIS loads the layer, in `qgis_process` before it asks the algorithm."""

    def checkValueIsAcceptable(self, value: Any, context: Any = None) -> bool:  # noqa: N802 (QGIS's name)
        """Load the layer, and see whether it will do."""
        with quiet_gdal():
            return bool(super().checkValueIsAcceptable(value, context))  # type: ignore[misc]


class _RasterLayer(_QuietCheck, QgsProcessingParameterRasterLayer):  # type: ignore[misc]
    def checkValueIsAcceptable(self, value: Any, context: Any = None) -> bool:  # noqa: N802
        """Take products too that QGIS makes no layer of: containers of several arrays, and their metadata."""
        return super().checkValueIsAcceptable(value, context) or (
            isinstance(value, str) and is_product(value)
        )


class _MapLayer(_QuietCheck, QgsProcessingParameterMapLayer):  # type: ignore[misc]
    pass


class _MultipleLayers(_QuietCheck, QgsProcessingParameterMultipleLayers):  # type: ignore[misc]
    pass


def with_help(definition: QgsProcessingParameterDefinition, help: str) -> QgsProcessingParameterDefinition:
    """Return `definition` with its help text."""
    definition.setHelp(help)
    return definition


def field_definition(name: str, field: Any) -> QgsProcessingParameterDefinition:
    """Return Processing's parameter for a field such as `core.parameters.image()`."""
    return _definition(replace(field.metadata["parameter"], name=name))


def input_raster() -> QgsProcessingParameterDefinition:
    """The INPUT parameter: the image."""
    return field_definition("input", image())


def band_list() -> QgsProcessingParameterDefinition:
    """The BANDS parameter: some bands of INPUT."""
    return field_definition("bands", bands())


def background_layer() -> QgsProcessingParameterDefinition:
    """The BACKGROUND parameter: where the background is learned."""
    return field_definition("background", background())


def reading_parameters() -> List[QgsProcessingParameterDefinition]:
    """What is said about how the image is read."""
    return core_parameters(Reading)


def given_allow(parameters: Dict[str, Any], context: QgsProcessingContext) -> Tuple[str, ...]:
    """Return the kinds of masked pixels that are used all the same. Raises ParameterError."""
    return from_values(Reading, given_values(Reading, parameters, context)).allow


def raster_output(
    name: str, label: str, help: str, optional: bool = False
) -> QgsProcessingParameterDefinition:
    """Parameter that names a raster to write; an optional one is not written unless it is asked for."""
    return field_definition(name.lower(), output("raster", label, help, optional=optional))


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
        "For detectors of several members; a learned detector needs MEMBERS 2 or more.",
        optional=True,
    )


def model_output(help: str, optional: bool = True) -> QgsProcessingParameterDefinition:
    """The MODEL parameter: the model file to write."""
    definition = QgsProcessingParameterFileDestination("MODEL", "Model", MODEL_FILTER, None, optional)
    definition.setCreateByDefault(not optional)
    return _flagged(with_help(definition, help), optional, advanced=optional)


def core_parameters(cls: Type[Parameters]) -> List[QgsProcessingParameterDefinition]:
    """Return Processing's parameters for those of a core dataclass."""
    return [_definition(parameter) for parameter in parameters_of(cls)]


def _definition(parameter: Parameter) -> QgsProcessingParameterDefinition:
    label = translate(parameter.label)
    label = f"{label} ({translate(parameter.unit)})" if parameter.unit else label
    make = _destination if parameter.writes else _path if parameter.is_path else _value
    definition = with_help(make(parameter, parameter.processing_name, label), parameter.help)
    if parameter.writes:
        definition.setCreateByDefault(parameter.offered or not parameter.optional)
    return _flagged(definition, parameter.optional, parameter.advanced)


def _flagged(definition: Any, optional: bool, advanced: bool) -> Any:
    """Set the flags."""
    flags = QgsProcessingParameterDefinition.Flag
    if optional:
        definition.setFlags(definition.flags() | flags.FlagOptional)
    if advanced:
        definition.setFlags(definition.flags() | flags.FlagAdvanced)
    return definition


def _value(parameter: Parameter, name: str, label: str) -> QgsProcessingParameterDefinition:
    default = parameter.default
    if parameter.kind == "boolean":
        return QgsProcessingParameterBoolean(name, label, default)
    if parameter.kind in ("choice", "choices"):
        return Choice(name, label, parameter.options, default, several=parameter.kind == "choices")
    if parameter.kind == "text":
        shown = " ".join(default) if parameter.several else default
        return QgsProcessingParameterString(name, label, shown, optional=True)
    if parameter.kind == "bands":
        return QgsProcessingParameterBand(name, label, None, "INPUT", allowMultiple=True)
    if parameter.kind == "crs":
        return QgsProcessingParameterCrs(name, label)
    if parameter.kind == "extent":
        return QgsProcessingParameterExtent(name, label)
    if parameter.kind in ("integer", "number"):
        types = QgsProcessingParameterNumber.Type
        definition = QgsProcessingParameterNumber(
            name, label, types.Integer if parameter.kind == "integer" else types.Double, default
        )
        lowest = parameter.minimum if parameter.minimum is not None else parameter.above
        if lowest is not None:
            definition.setMinimum(lowest)
        if parameter.maximum is not None:
            definition.setMaximum(parameter.maximum)
        return definition
    raise AssertionError(f"{name} is of a kind the toolbox does not know: {parameter.kind}")


def _path(parameter: Parameter, name: str, label: str) -> QgsProcessingParameterDefinition:
    """Make the parameter of what is read."""
    if parameter.several:
        kind = _Source.TypeRaster if parameter.kind == "raster" else _Source.TypeFile
        return _MultipleLayers(name, label, kind)
    if parameter.kind == "raster":
        return _RasterLayer(name, label)
    if parameter.kind == "region":
        kinds = [_Source.TypeRaster, _Source.TypeVectorPolygon]
        definition = _MapLayer(name, label, None, False, kinds)
        if not parameter.optional:
            # Else the dialog begins with the first layer of the project, as it does for every other raster.
            definition.setGuiDefaultValueOverride(" ")
        return definition
    if parameter.kind == "vector":
        return QgsProcessingParameterVectorLayer(name, label, [_Source.TypeVectorAnyGeometry])
    folder = parameter.kind == "folder"
    behavior = QgsProcessingParameterFile.Behavior
    return QgsProcessingParameterFile(
        name,
        label,
        behavior=behavior.Folder if folder else behavior.File,
        fileFilter="" if folder else _filter(parameter),
    )


def _destination(parameter: Parameter, name: str, label: str) -> QgsProcessingParameterDefinition:
    """Make the parameter of what is written."""
    if parameter.kind == "raster":
        return QgsProcessingParameterRasterDestination(name, label)
    if parameter.kind == "vector":
        return QgsProcessingParameterVectorDestination(name, label, _Source.TypeVectorPolygon)
    if parameter.kind == "folder":
        return QgsProcessingParameterFolderDestination(name, label)
    return QgsProcessingParameterFileDestination(name, label, _filter(parameter))


def _filter(parameter: Parameter) -> str:
    """Return the filter of file dialogs."""
    kinds = [f"{extension[1:].upper()} (*{extension})" for extension in parameter.extensions]
    return ";;".join([*kinds, "All files (*)"] if not parameter.writes else kinds or ["All files (*)"])


def given_values(
    cls: Type[Parameters], parameters: Dict[str, Any], context: QgsProcessingContext
) -> Dict[str, Any]:
    """Return what the user gave for the parameters of `cls` that are not paths, by field name, unchecked.

    The core checks. Parameters that were left out are missing here too, so that the core's defaults hold.
    """
    given = {}
    for parameter in parameters_of(cls):
        value = None if parameter.is_path else _given(parameters, parameter.processing_name, context)
        if parameter.kind in ("choice", "choices"):
            # QGIS 3.22 writes a list of ids as nothing into its history.
            value = None if value == "" else as_options(parameter.options, value)
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
    with quiet_gdal():
        layer = algorithm.parameterAsRasterLayer(parameters, name, context)
    if layer is not None:
        return file_of(layer, name)
    text = algorithm.parameterAsString(parameters, name, context)
    if not text:
        raise ParameterError(f"{name} must be a raster layer or file; it is empty.")
    # QGIS says no more than that it cannot load it. The raster room knows why, and takes products and ENVI headers too.
    return image_path(open_image(text))


def layer_path(
    algorithm: QgsProcessingAlgorithm,
    parameters: Dict[str, Any],
    name: str,
    context: QgsProcessingContext,
    feedback: Optional[QgsProcessingFeedback],
) -> Optional[str]:
    """Return the file of a raster or vector parameter, None where it is empty.

    Features without a file of their own (scratch layers, filtered layers, databases) are first written to one;
    not without `feedback`, when the parameters are only being checked.
    """
    with quiet_gdal():
        layer = algorithm.parameterAsLayer(parameters, name, context)
    if isinstance(layer, QgsRasterLayer):
        return file_of(layer, name)
    if isinstance(layer, QgsVectorLayer):
        if feedback is None:
            return str(layer.source())
        if layer.isModified():
            text = f"{name}: the edits of {layer.name()} are not saved yet, so they do not count: save them."
            feedback.pushWarning(translate(text))
        formats = ["gpkg", "shp", "geojson", "json"]
        return str(
            algorithm.parameterAsCompatibleSourceLayerPath(
                parameters, name, context, formats, "gpkg", feedback
            )
        )
    text = algorithm.parameterAsString(parameters, name, context).strip()
    if text:
        region = algorithm.parameterDefinition(name).type() == "layer"
        if region and text.lower().endswith(".hdr"):
            return str(
                open_dataset(text).GetDescription()
            )  # the raster of an ENVI header, which QGIS does not open
        kinds = "as a raster or as polygons" if region else "as a vector layer"
        known = Path(text.split("|", maxsplit=1)[0]).exists()
        if known:
            raise RasterError(f"{name} {text} cannot be opened {kinds}: check the name of the file.")
        raise RasterError(f"{name} {text} does not exist: check the name of the file.")
    return None


def file_of(layer: QgsMapLayer, name: str) -> str:
    """Return the file of a raster layer. RasterError where it has none."""
    if layer.providerType() != "gdal":
        raise RasterError(
            f"{name} {layer.name()} is a layer of the provider {layer.providerType()}, which has no file: "
            "export it to a GeoTIFF and use that."
        )
    # QGIS appends options of its own to the source, after a bar.
    return str(layer.source()).split("|", 1)[0]
