"""Background suppression: a learned pre-processor, raster in and raster out."""

from __future__ import annotations

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ... import workflow
from ..base import Values
from ..feedback import run_of
from ..layers import layer_title, run_outputs, score_output, settings_text, short_name
from ..parameters import model_output, raster_output
from .detector import DetectorAlgorithm


class SuppressBackground(DetectorAlgorithm):
    """Takes what a network learned to be background out of every spectrum."""

    keywords = ("BSDM", "diffusion", "preprocessing")

    def add_outputs(self) -> None:
        """Declare the raster it writes."""
        help = (
            "The spectra without background, float32, for any detector. GeoTIFF (.tif) or ENVI (.img, .dat)."
        )
        self.addParameter(raster_output("OUTPUT", "Suppressed raster", help))
        help = (
            "Also write what was learned, to suppress the background of other rasters with 'Apply a model'."
        )
        self.addParameter(model_output(help))

    def work(
        self,
        values: Values,
        parameters: Values,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Values:
        """Learn and suppress."""
        suppression = values.pop("detector")
        settings = settings_text(suppression, values["bands"], values["background"])
        title = layer_title(short_name(self.detector), self.scene_name, settings)
        output = score_output(self, parameters, "OUTPUT", context, title)
        model = self.parameterAsFileOutput(parameters, "MODEL", context)
        outcome = workflow.suppress_background(
            suppression, output=output, model=model or None, run=run_of(feedback), **values
        )
        return run_outputs({"OUTPUT": output, "MODEL": model}, outcome)
