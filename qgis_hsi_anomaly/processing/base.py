"""What all algorithms of the provider share: names, help, and errors in one sentence."""

from __future__ import annotations

import html
import re
from contextlib import suppress
from typing import Any, Dict, List, Optional, Sequence, Tuple

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputDefinition,
    QgsProcessingParameterDefinition,
    QgsRasterLayer,
)
from qgis.PyQt.QtGui import QIcon

from ..core.addresses import is_remote
from ..core.errors import HsiAnomalyError
from ..raster.dataset import quiet_gdal
from .feedback import speaking_plainly
from .language import translate
from .layers import scene_name
from .resources import document, icon, resource
from .scene_style import PlainScene, plain_scene

Values = Dict[str, Any]


class Algorithm(QgsProcessingAlgorithm):  # type: ignore[misc]
    """Base of the algorithms. Subclasses say what they are and override `initAlgorithm`, `read` and `work`.

    `read` turns Processing's parameters into plain values, in the thread that owns the layers; `work`
    does the rest, in whatever thread Processing chooses.
    """

    algorithm_id = ""
    label = ""
    group_label = ""
    summary = ""
    source = ""
    icon_name = "detector"
    help_page = "user-guide.html"
    keywords: Sequence[str] = ()

    def read(
        self, parameters: Values, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
    ) -> Values:
        """Return the parameters as plain values. Raises HsiAnomalyError where one cannot be used.

        feedback : None where the parameters are only checked, and nothing may take long.
        """
        raise NotImplementedError

    def work(
        self,
        values: Values,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Values:
        """Do the work on what `read` returned. Returns the outputs."""
        raise NotImplementedError

    def createInstance(self) -> Algorithm:  # noqa: N802 (QGIS's names, here and below)
        """Return a fresh copy."""
        return type(self)()

    def name(self) -> str:
        """Id below the provider's."""
        return self.algorithm_id

    def displayName(self) -> str:  # noqa: N802
        """Name in the toolbox."""
        return translate(self.label)

    def shortDescription(self) -> str:  # noqa: N802
        """Tooltip in the toolbox: the first sentence of the help."""
        return re.split(r"(?<=。)|(?<=\.) ", translate(self.summary))[0]

    def group(self) -> str:
        """Group in the toolbox."""
        return translate(self.group_label)

    def groupId(self) -> str:  # noqa: N802
        """Id of the group."""
        return "".join(letter for letter in self.group_label.lower() if letter.isalnum())

    def tags(self) -> List[str]:
        """Words the toolbox's search finds it by."""
        return ["hyperspectral", "imaging spectroscopy", "anomaly", "target", "outlier", *self.keywords]

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return icon(self.icon_name)

    def svgIconPath(self) -> str:  # noqa: N802
        """File of the icon, for the model designer."""
        return str(resource("icons", f"{self.icon_name}.svg"))

    def helpUrl(self) -> str:  # noqa: N802
        """The page about it."""
        return document(self.help_page)

    def shortHelpString(self) -> str:  # noqa: N802
        """Help beside the dialog: what it does, every parameter, the outputs and the source."""
        paragraphs = [_escape(translate(self.summary))]
        for definition in self.parameterDefinitions():
            paragraphs.append(f"<b>{_escape(definition.description())}</b><br>{_escape(definition.help())}")
        if self.source:
            paragraphs.append(f"<i>{translate('Source:')} {_escape(self.source)}</i>")
        return "".join(f"<p>{text}</p>" for text in paragraphs)

    def addParameter(self, definition: QgsProcessingParameterDefinition) -> bool:  # noqa: N802
        """Declare a parameter, in the user's language."""
        definition.setDescription(translate(definition.description()))
        definition.setHelp(translate(definition.help()))
        return bool(super().addParameter(definition))

    def addOutput(self, definition: QgsProcessingOutputDefinition) -> bool:  # noqa: N802
        """Declare an output, in the user's language."""
        definition.setDescription(translate(definition.description()))
        return bool(super().addOutput(definition))

    def checkParameterValues(  # noqa: N802
        self, parameters: Values, context: QgsProcessingContext
    ) -> Tuple[bool, str]:
        """Refuse parameters with the core's words, then let QGIS check the rest."""
        try:
            values = self.read(parameters, context, None)
        except HsiAnomalyError as error:
            return False, translate(str(error))
        rasters = [item.name() for item in self.parameterDefinitions() if item.type() == "raster"]
        found = {name: values[name.lower()] for name in rasters if values.get(name.lower())}
        with quiet_gdal():
            # QGIS makes layers of addresses, but finds no file of that name.
            found = {name: QgsRasterLayer(path) if is_remote(path) else path for name, path in found.items()}
            accepted, message = super().checkParameterValues({**parameters, **found}, context)
        return bool(accepted), str(message)

    def prepareAlgorithm(  # noqa: N802
        self, parameters: Values, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Read the parameters."""
        self.values: Values = {}
        self.refusal: Optional[QgsProcessingException] = None
        self.scene_name = ""
        self.plain_scene: Optional[PlainScene] = None
        try:
            with speaking_plainly(self.label):
                self._find_scene(parameters, context)
                self.values = self.read(parameters, context, feedback)
        except QgsProcessingException as error:
            # Raised in the next step: what is raised here reaches the caller as "There were errors".
            self.refusal = error
        return True

    def processAlgorithm(  # noqa: N802
        self, parameters: Values, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Values:
        """Do the work. Raises QgsProcessingException on failure and on cancel."""
        if self.refusal is not None:
            raise self.refusal
        with speaking_plainly(self.label):
            outputs = self.work(self.values, parameters, context, feedback)
            if self.plain_scene is not None:
                with suppress(HsiAnomalyError):  # what was to be done is done
                    self.plain_scene.measure()
            return outputs

    def postProcessAlgorithm(  # noqa: N802
        self, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Values:
        """Show the scene in true color where QGIS does not. Returns nothing, so that the outputs stay."""
        if self.plain_scene is not None:
            self.plain_scene.show(context.project())
        return {}

    def _find_scene(self, parameters: Values, context: QgsProcessingContext) -> None:
        """Find the layer of the first raster among the inputs: outputs bear its name, and it is shown in true color."""
        for definition in self.parameterDefinitions():
            if definition.type() == "raster":
                with quiet_gdal():
                    layer = self.parameterAsRasterLayer(parameters, definition.name(), context)
                given = self.parameterAsString(parameters, definition.name(), context)
                self.scene_name = scene_name(layer, given)
                self.plain_scene = plain_scene(layer, context.project())
                return


def _escape(text: str) -> str:
    return html.escape(text, quote=False)
