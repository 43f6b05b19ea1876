"""Progress and errors, as Processing wants them."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import Iterator

from qgis.core import Qgis, QgsMessageLog, QgsProcessingException, QgsProcessingFeedback

from ..core.errors import HsiAnomalyError
from ..core.libraries import missing_library
from ..core.run import Run
from .language import translate

LOG = "HSI anomaly"
"""Title of the plugin's tab in QGIS's log panel."""


def run_of(feedback: QgsProcessingFeedback) -> Run:
    """Return a run that reports to `feedback` and stops when the user cancels there."""

    def show_fraction(fraction: float) -> None:
        percent = 100 * fraction
        # qgis_process notices Ctrl-C only when it is told of a change, and QGIS tells of tenths of a percent.
        if percent < 100 and int(10 * percent) == int(10 * feedback.progress()):
            percent += 0.11 if percent < 50 else -0.11
        feedback.setProgress(percent)

    return Run(
        on_fraction=show_fraction,
        on_message=lambda text: feedback.pushInfo(translate(text)),
        on_warning=lambda text: feedback.pushWarning(translate(text)),
        is_cancelled=feedback.isCanceled,
    )


@contextmanager
def speaking_plainly(algorithm: str) -> Iterator[None]:
    """Turn every error into a QgsProcessingException of one sentence, so that QGIS stops a model and fails.

    Errors nobody foresaw are named as such, with the traceback in QGIS's log.
    """
    try:
        yield
    except QgsProcessingException:
        raise
    except HsiAnomalyError as error:
        raise QgsProcessingException(translate(str(error))) from None
    except ModuleNotFoundError as error:
        raise QgsProcessingException(translate(str(missing_library(algorithm, str(error.name))))) from None
    except MemoryError:
        text = "Not enough memory: close other programs, use fewer bands (BANDS) or a smaller part of the raster."
        raise QgsProcessingException(translate(text)) from None
    except Exception as error:  # noqa: BLE001 (said plainly, with the traceback in the log)
        QgsMessageLog.logMessage(traceback.format_exc(), LOG, Qgis.MessageLevel.Critical)
        text = (
            f"{algorithm} failed in a way nobody foresaw ({type(error).__name__}: {error}); "
            f"the log panel '{LOG}' has the details for a report."
        )
        raise QgsProcessingException(translate(text)) from None
