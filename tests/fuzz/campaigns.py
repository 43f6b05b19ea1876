"""What the fuzzing tries: campaigns of numbered cases, each the same every time it is tried.

A case ends well, or is refused by an error of the package, in one line. Any other error, a value that is not finite at
a valid pixel, or a case that takes longer than `LIMIT`, is a finding.
"""

from __future__ import annotations

import json
import random
import signal
import struct
import threading
import time
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable, Dict, List

import numpy as np
from osgeo import gdal

from qgis_hsi_anomaly.core.bands import parse_bands
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import (
    detector_class,
    detector_ids,
    make_detector,
    make_method,
    method_class,
    preprocessor_ids,
)
from qgis_hsi_anomaly.core.errors import LONGEST, HsiAnomalyError, ParameterError
from qgis_hsi_anomaly.core.model_file import model_bytes, model_of, read_model
from qgis_hsi_anomaly.core.parameters import parameters_of
from qgis_hsi_anomaly.core.run import ALONE
from qgis_hsi_anomaly.core.tasks import Apply, Surroundings
from qgis_hsi_anomaly.jobs.protocol import library_error, parse
from qgis_hsi_anomaly.raster.background import read_background
from qgis_hsi_anomaly.raster.georeference import Georeference
from qgis_hsi_anomaly.raster.reader import open_cube
from tests.raster.rasters import spectra, write_raster

LIMIT = 20
"""Seconds a case may take."""

ODD_NUMBERS = [
    "0",
    "-1",
    "1e308",
    "1e-308",
    "-1e39",
    "inf",
    "-inf",
    "nan",
    "1e400",
    "2147483648",
    "4294967296",
    "0.5",
]
ODD_NUMBERS += [
    "18446744073709551616",
    "",
    " ",
    "٣",
    "1,5",
    "0x10",
    "{",
    "}",
    "{1}",
    "µ",
    "\x00",
    "-0",
    "1e3",
    "x" * 3000,
]
ROWS, COLUMNS, BANDS = 9, 7, 4


class FindingError(Exception):
    """A case that went wrong without an error."""


class Campaigns:
    """All campaigns, over rasters and models in a folder of their own. all : by name, functions of a random source."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        array = spectra(ROWS, COLUMNS, BANDS, "float32").astype("f4") * 1.5
        self.cube = ArrayCube(array, wavelengths=np.linspace(400, 900, BANDS))
        self.envi = Path(write_raster(folder / "cube.bsq", array, "ENVI"))
        self.header = self.envi.with_suffix(".hdr").read_text()
        layouts = {
            "plain": [],
            "tiles": ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=3"],
            "pixels": ["INTERLEAVE=PIXEL"],
        }
        self.tiffs = [
            Path(write_raster(folder / f"{name}.tif", array, options=options, nodata=0.0)).read_bytes()
            for name, options in layouts.items()
        ]
        self.models = [content for id in detector_ids() if (content := self._model(id))]
        self.all: Dict[str, Callable[[random.Random], None]] = {
            "band lists": self.band_lists,
            "parameters": self.parameters,
            "headers": self.headers,
            "GeoTIFF": self.geotiff,
            "layers": self.layers,
            "model files": self.model_files,
            "protocol": self.protocol,
        }
        with suppress(ImportError):
            self._learned()
            self.all["checkpoints"] = self.checkpoints

    def _model(self, id: str) -> bytes:
        cls = detector_class(id)
        if cls.needs_torch or not cls.can_save:
            return b""
        try:
            method = make_detector(id, {})
            return model_bytes(model_of(method, method.fit(self.cube), self.cube, {}))
        except HsiAnomalyError:
            return b""  # a library is missing

    def _learned(self) -> None:
        """Train for a step, for a checkpoint to change."""
        import torch

        from qgis_hsi_anomaly.core.deep.training.checkpoint import Checkpoint

        weights = [torch.ones(3, 2, requires_grad=True), torch.ones(2, requires_grad=True)]
        optimizer = torch.optim.Adam(weights)
        checkpoint = Checkpoint(str(self.folder / "whole.checkpoint"), resume=True)
        checkpoint.begin("a run", ALONE)
        checkpoint.enter(weights, optimizer, 5)
        sum(weight.sum() for weight in weights).backward()  # type: ignore[union-attr]
        optimizer.step()
        checkpoint.step(1, ALONE)
        checkpoint.write()
        self.checkpoint = (self.folder / "whole.checkpoint").read_bytes()

    def band_lists(self, chance: random.Random) -> None:
        """Texts for BANDS."""
        pieces = ["1", "2-5", "-", ",", " ", "999999", "1-999999", "5-2", "٣", "x", "\n", "0", "1-", "--"]
        if chance.random() < 0.5:
            parse_bands("".join(chance.choices(pieces, k=chance.randint(0, 60))))
        else:
            parse_bands(
                ",".join(
                    chance.choices(pieces[:1] + pieces[1:2] + pieces[5:7] + ["7 - 9"] + pieces[7:9], k=3)
                )
            )

    def parameters(self, chance: random.Random) -> None:
        """Texts and values for the parameters of every method."""
        id = chance.choice([*detector_ids(), *preprocessor_ids()])
        parameter = chance.choice(parameters_of(method_class(id)))
        values: List[Any] = [
            *ODD_NUMBERS,
            None,
            True,
            [],
            {},
            10**400,
            float("nan"),
            -1.0,
            b"x",
            *parameter.options,
        ]
        make_method(id, {parameter.name: chance.choice(values)})

    def headers(self, chance: random.Random) -> None:
        """ENVI headers: lines changed, left out, doubled, added."""
        lines = self.header.splitlines()
        lines += chance.sample(
            [
                *(
                    "data ignore value = 0",
                    "wavelength units = µm",
                    "wavelength = {.4,.5,.6,.7}",
                    "fwhm = {1,1,1,1}",
                ),
                *("bbl = {1,1,0,1}", "data gain values = {1,1,1,1}", "data offset values = {0,0,0,0}"),
                *("map info = {UTM, 1, 1, 380000, 5820000, 30, 30, 33, North}", "file compression = 1"),
            ],
            k=chance.randint(0, 4),
        )
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(1, len(lines))
            key, _, value = lines[place].partition("=")
            odd = chance.choice(ODD_NUMBERS)
            inside = value.replace(chance.choice(value.split(",") or [""]).strip("{} "), odd, 1)
            lines[place] = chance.choice([f"{key}= {odd}", f"{key}={inside}", "", lines[place] * 2, key])
        encoding = chance.choice(["utf-8", "latin-1"])
        self.envi.with_suffix(".hdr").write_bytes("\n".join(lines).encode(encoding, "replace"))
        self._read(str(self.envi))

    def geotiff(self, chance: random.Random) -> None:
        """Bytes of GeoTIFF files changed, cut off, left out."""
        path = self.folder / "changed.tif"
        path.write_bytes(changed_bytes(chance.choice(self.tiffs), chance))
        self._read(str(path))

    def _read(self, path: str) -> None:
        cube = open_cube(path)
        if cube.rows * cube.columns * cube.bands > 10**7:
            return
        for block in cube.blocks():
            if not np.isfinite(block.pixels).all():
                raise FindingError("pixels are not finite")

    def layers(self, chance: random.Random) -> None:
        """GeoJSON files, and the names by which QGIS names their layers."""
        ring = [[0, 0], [6, 0], [6, -6], [0, -6], [0, 0]]
        feature = {"type": "Feature", "properties": {"status": "true"}}
        found = {"type": "FeatureCollection", "features": [feature]}
        feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
        text = json.dumps(found).encode()
        path = self.folder / "areas.geojson"
        path.write_bytes(changed_bytes(text, chance) if chance.random() < 0.7 else text)
        option = chance.choice(["", "|layerid=", "|layername=", "|subset=", "|", "|layerid=0|subset=status="])
        name = f"{path}{option}{chance.choice(ODD_NUMBERS) if option else ''}"
        read_background(name, Georeference(COLUMNS, ROWS))

    def model_files(self, chance: random.Random) -> None:
        """Model files: bytes changed, or single values of the header; what can be read is used."""
        content = chance.choice(self.models)
        content = changed_bytes(content, chance) if chance.random() < 0.4 else changed_model(content, chance)
        path = self.folder / "changed.model"
        path.write_bytes(content)
        if read_model(str(path)).bands == BANDS:
            Apply(str(path)).results(self.cube, ALONE, Surroundings({}))

    def protocol(self, chance: random.Random) -> None:
        """Lines that a worker might say."""
        value = chance.choice([None, 1, -1, 0.5, 1e400, "x", [], {}, True, "9" * 50, [[1]]])
        said: Dict[str, Any] = {
            "kind": "alive",
            "rank": 0,
            "cpu": 0.5,
            "updates": 3,
            "fraction": 0.5,
            "text": "x",
        }
        said.update(name="x", value=1, names=["score"], type="DataError", message="x")
        said["kind"] = chance.choice(
            ["alive", "met", "progress", "message", "warning", "metric", "result", "error", value]
        )
        said[chance.choice(list(said))] = value
        other = [b"[" * 100_000, b"", b"\xff", json.dumps(value).encode()]
        line = json.dumps(said).encode() if chance.random() < 0.8 else chance.choice(other)
        line = changed_bytes(line, chance) if chance.random() < 0.3 and len(line) < 1000 else line
        found = parse(line)
        if found is None:
            raise ParameterError("It is no line of ours.")
        hash(found["rank"])
        kind = found["kind"]
        if kind == "alive":
            found["cpu"] - 1.0, found["updates"] != 1
        elif kind == "progress":
            min(max(found["fraction"], 0.0), 1.0)
        elif kind in ("message", "warning"):
            found["text"] + ""
        elif kind == "error":
            library_error(found)
            found["message"].strip()

    def checkpoints(self, chance: random.Random) -> None:
        """Checkpoint files with changed bytes, or with arrays left out, reshaped, or with other values."""
        import io

        import torch

        from qgis_hsi_anomaly.core.deep.training.checkpoint import Checkpoint

        content = self.checkpoint
        if chance.random() < 0.6:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            name = chance.choice(list(arrays))
            array = arrays.pop(name)
            if chance.random() < 0.7:
                arrays[name] = chance.choice(
                    [array[..., :-1] if array.ndim else array, array * 0, array.astype("f8")]
                )
            stream = io.BytesIO()
            np.savez(stream, **arrays)
            content = stream.getvalue()
        else:
            content = changed_bytes(content, chance)
        path = self.folder / "changed.checkpoint"
        path.write_bytes(content)
        checkpoint = Checkpoint(str(path), resume=True)
        checkpoint.begin(chance.choice(["a run", "another run"]), ALONE)
        weights = [torch.zeros(3, 2, requires_grad=True), torch.zeros(2, requires_grad=True)]
        done, _ = checkpoint.enter(weights, torch.optim.Adam(weights), 5)
        if done == 1 and not all(
            torch.allclose(weight, torch.full_like(weight, 0.999)) for weight in weights
        ):
            raise FindingError("other weights were taken over without a word")


def changed_bytes(content: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few of them changed, cut off, left out, doubled, or numbers overwritten."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(max(len(changed), 1))
        kind = chance.randrange(6)
        if kind == 0:
            del changed[place:]
        elif kind == 1:
            del changed[place : place + chance.randint(1, 16)]
        elif kind == 2:
            changed[place:place] = changed[place : place + chance.randint(1, 64)]
        elif kind == 3:
            changed[place : place + 4] = struct.pack("<I", chance.choice([0, 1, 2**31 - 1, 2**32 - 1, 65536]))
        else:
            changed[place : place + 1] = bytes([chance.randrange(256)])
    return bytes(changed)


def changed_model(content: bytes, chance: random.Random) -> bytes:
    """Return a model file with one value of its header replaced, or one number of its arrays."""
    (length,) = struct.unpack("<Q", content[:8])
    entries, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    own = json.loads(entries["__metadata__"]["qgis_hsi_anomaly"])
    odd: List[Any] = [
        None,
        -1,
        0,
        1,
        5,
        10**30,
        1e308,
        "x",
        [],
        {},
        [1],
        [[1]],
        True,
        [-1, 2],
        [0],
        [1e308] * BANDS,
    ]
    kind = chance.randrange(4)
    if kind == 0:
        own[chance.choice(list(own))] = chance.choice(odd)
    elif kind == 1:
        name = chance.choice([name for name in entries if name != "__metadata__"])
        entries[name][chance.choice(["dtype", "shape", "data_offsets"])] = chance.choice(
            [*odd, "I64", "BOOL", [2, 2]]
        )
    elif kind == 2:
        name = chance.choice([name for name in entries if name != "__metadata__"])
        if chance.random() < 0.5:
            del entries[name]
        else:
            entries[name] = entries[chance.choice([name for name in entries if name != "__metadata__"])]
    elif len(data) >= 8:
        place = chance.randrange(len(data) // 8) * 8
        value = struct.pack(
            "<d", chance.choice([0.0, -1.0, 1e200, 1e308, -1e308, 1e-320, float("nan"), float("inf")])
        )
        data = data[:place] + value + data[place + 8 :]
    entries["__metadata__"]["qgis_hsi_anomaly"] = json.dumps(own)
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


def attempt(campaign: Callable[[random.Random], None], name: str, number: int) -> str:
    """Try a case. Returns "well", "refused", or what was found, with the place."""
    began = time.monotonic()
    try:
        with np.errstate(all="ignore"), _alarm():
            campaign(random.Random(f"{name} {number}"))  # noqa: S311 (no secret)
    except HsiAnomalyError as error:
        if "\n" in str(error) or len(str(error)) > LONGEST + 10:
            return f"a message of several lines, or a long one: {str(error)[:80]!r}"
        return "refused"
    except MemoryError:
        return "refused"  # in one sentence, by the command line
    except Exception as error:  # noqa: BLE001 (what is looked for)
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:80]} ({Path(last.filename).name}:{last.lineno})"
    return "well" if time.monotonic() - began < LIMIT else f"took more than {LIMIT} s"


class _alarm:  # noqa: N801
    """Break off what takes longer than the limit, where the system has alarms."""

    def __enter__(self) -> None:
        self.there = hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
        if self.there:
            self.before = signal.signal(signal.SIGALRM, self._end)
            signal.alarm(LIMIT)

    def __exit__(self, *_: Any) -> None:
        if self.there:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, self.before)

    def _end(self, number: int, frame: Any) -> None:
        raise FindingError(f"took more than {LIMIT} s")


def fuzz(folder: Path, cases: int, first: int = 0, only: str = "") -> Dict[str, Counter[str]]:
    """Try `cases` cases, divided among the campaigns, from number `first` on. Returns by campaign how they ended."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        campaigns = Campaigns(folder)
        chosen = {name: do for name, do in campaigns.all.items() if only in ("", name)}
        ends: Dict[str, Counter[str]] = {}
        for name, campaign in chosen.items():
            numbers = range(first, first + -(-cases // len(chosen)))
            ends[name] = Counter()
            for number in numbers:
                end = attempt(campaign, name, number)
                if end not in ("well", "refused") and end not in ends[name]:
                    print(f"{name} {number}: {end}", flush=True)
                ends[name][end] += 1
    finally:
        gdal.PopErrorHandler()
    return ends
