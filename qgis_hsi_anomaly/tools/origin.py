"""Where a score layer comes from: which method made it, of what, and when."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

from ..core.detectors.registry import method_class
from ..core.errors import ParameterError
from ..core.parameters import parameters_of
from ..record import read_record


def origin_of(path: str, metadata: Mapping[str, str]) -> Dict[str, str]:
    """Return what is known of a score layer, in words by heading: always `Score layer` and `Detector`.

    From the record of the run beside it; where there is none, or it is of another run, from what the raster itself
    says of its method. metadata : the raster's.
    """
    own = metadata.get("HSI_ANOMALY_DETECTOR", "")
    record = read_record(path)
    if own and record.get("detector") != own:
        record = {}
    id = str(record.get("detector") or own)
    parameters = record.get("parameters") or _json(metadata.get("HSI_ANOMALY_PARAMETERS", ""))
    found = {"Score layer": Path(path).name, "Detector": _detector(id)}
    if parameters:
        found["Parameters"] = _parameters(id, parameters)
    if record.get("input"):
        found["Scene"] = Path(str(record["input"])).name
    if record.get("model"):
        found["Model"] = Path(str(record["model"])).name
    if "background" in record:
        region = record["background"]
        found["Background"] = Path(str(region)).name if region else "whole image"
    used = (
        len(record["bands"])
        if isinstance(record.get("bands"), list)
        else metadata.get("HSI_ANOMALY_BANDS_USED")
    )
    if used:
        found["Bands used"] = str(used)
    if record.get("started"):
        found["Made"] = _date(str(record["started"]))
    version = metadata.get("HSI_ANOMALY_VERSION")
    if version:
        found["Made with"] = f"HSI Anomaly {version}"
    return found


def names_of(origins: Sequence[Mapping[str, str]]) -> List[str]:
    """Return names for legends: detectors; with the scene where there is one layer, with files where they are alike."""
    detectors = [origin["Detector"].rpartition(" (")[0] for origin in origins]
    if len(origins) == 1 and detectors[0] and "Scene" in origins[0]:
        return [f"{detectors[0]} – {Path(origins[0]['Scene']).stem}"]
    return [
        detector
        if detector and detectors.count(detector) == 1
        else _with_file(detector, origin["Score layer"])
        for detector, origin in zip(detectors, origins)
    ]


def _with_file(detector: str, file: str) -> str:
    return f"{detector} ({file})" if detector else file


def _detector(id: str) -> str:
    if not id:
        return "not recorded"
    try:
        return f"{method_class(id).label} ({id})"
    except ParameterError:
        return f"{id} ({id})"


def _parameters(id: str, values: Any) -> str:
    """Write parameters by their labels."""
    if not isinstance(values, dict):
        return str(values)
    try:
        labels = {parameter.name: parameter.label for parameter in parameters_of(method_class(id))}
    except ParameterError:
        labels = {}
    return "; ".join(f"{labels.get(name, name)}: {_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"


def _date(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}
