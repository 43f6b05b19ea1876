"""Backgrounds of several scenes from their sums: against the pixels of all, in any order, and what goes wrong."""

from __future__ import annotations

import dataclasses
import itertools
import json
import struct
from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np
import pytest

from qgis_hsi_anomaly.core.background_sums import (
    BackgroundSums,
    Merged,
    merge,
    read_sums,
    sums_bytes,
    sums_of,
)
from qgis_hsi_anomaly.core.bands import nearest_bands
from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import make_detector
from qgis_hsi_anomaly.core.detectors.rx import RX
from qgis_hsi_anomaly.core.errors import Cancelled, DataError, ModelError
from qgis_hsi_anomaly.core.model_file import model_bytes, model_of, read_model, write_model
from qgis_hsi_anomaly.core.numerics.statistics import Moments, squared_mahalanobis
from qgis_hsi_anomaly.core.run import Run

BANDS = 7
WAVELENGTHS = np.linspace(450.0, 900.0, BANDS)


def pixels(rows: int, seed: int, shift: float = 0.0, gain: float = 1.0) -> Any:
    """Return rows x 12 pixels of correlated bands far from zero, float32."""
    mixing = np.random.default_rng(99).normal(size=(BANDS, BANDS))
    noise = np.random.default_rng(seed).normal(size=(rows, 12, BANDS)) @ mixing
    return (gain * (3000 + shift + 20 * noise)).astype(np.float32)


def sums(
    array: Any, unit: str = "", bands: Sequence[int] = tuple(range(BANDS)), **more: Any
) -> BackgroundSums:
    chosen = list(bands)
    cube = ArrayCube(
        array[:, :, chosen],
        wavelengths=WAVELENGTHS[chosen],
        fwhm=np.full(len(chosen), 10.0),
        band_numbers=[band + 1 for band in chosen],
        raster_bands=BANDS,
    )
    return sums_of(cube, unit, {"numpy": np.__version__}, **more)


def merged(
    sites: Dict[str, BackgroundSums],
    regularization: str = "ledoitwolf",
    weights: str = "count",
    run: Run = Run(),
) -> Merged:
    return merge(list(sites), RX(regularization=regularization), weights, {}, run, sites.__getitem__)


def scores(model: Any, array: Any) -> Any:
    spectra = array.reshape(-1, array.shape[-1]).astype(np.float64)
    return squared_mahalanobis(spectra - model.fitted.mean, model.fitted.whitening)


PARTS = {"a": pixels(9, 0, 40.0), "b": pixels(23, 1), "c": pixels(14, 2, -25.0)}


@pytest.mark.parametrize("distance", [0.0, 1.0, 500.0])
def test_moving_the_pilot_is_summing_about_the_other(distance: float) -> None:
    spectra = PARTS["a"].reshape(-1, BANDS).astype(np.float64)
    old = spectra.mean(axis=0)
    new = old + distance * np.random.default_rng(5).normal(size=BANDS)

    moved, direct = Moments.of(spectra, old).about(new), Moments.of(spectra, new)

    for name in ("pilot", "count", "first", "second", "third", "fourth"):
        found, expected = np.asarray(getattr(moved, name)), np.asarray(getattr(direct, name))
        scale = max(float(np.abs(expected).max()), float(spectra.std()))
        assert np.abs(found - expected).max() <= 1e-12 * scale, name


def test_sums_about_two_pilots_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="pilots"):
        sums(PARTS["a"]).moments + sums(PARTS["b"]).moments


@pytest.mark.parametrize("regularization", ["none", "ridge", "ledoitwolf"])
def test_merged_scenes_score_as_all_their_pixels_together(regularization: str) -> None:
    """Moments to 1e-12, scores to 1e-9."""
    whole = np.concatenate(list(PARTS.values()))
    expected = RX(regularization=regularization).fit(ArrayCube(whole))

    model = merged({name: sums(part) for name, part in PARTS.items()}, regularization).model

    assert expected.moments is not None
    moved, direct = model.fitted.moments.about(expected.moments.pilot), expected.moments
    for name in ("count", "first", "second", "third", "fourth"):
        found, wanted = np.asarray(getattr(moved, name)), np.asarray(getattr(direct, name))
        assert np.abs(found - wanted).max() <= 1e-12 * np.abs(wanted).max(), name
    reference = squared_mahalanobis(whole.reshape(-1, BANDS) - expected.mean, expected.whitening)
    np.testing.assert_allclose(scores(model, whole), reference, rtol=1e-9)


def test_the_order_of_the_files_does_not_matter_at_all() -> None:
    """Not even in the last bit."""
    sites = {name: sums(part) for name, part in PARTS.items()}
    contents = {
        model_bytes(merged({name: sites[name] for name in order}).model)
        for order in itertools.permutations(sites)
    }
    assert len(contents) == 1


def as_sums(result: Merged, folder: Path) -> BackgroundSums:
    write_model(str(folder / "merged.model"), result.model)
    return read_sums(str(folder / "merged.model"))


def test_a_model_is_updated_with_another_scene(tmp_path: Path) -> None:
    sites = {name: sums(part) for name, part in PARTS.items()}
    two = as_sums(merged({"a": sites["a"], "b": sites["b"]}), tmp_path)

    updated = merged({"model": two, "c": sites["c"]})

    array = np.concatenate(list(PARTS.values()))
    np.testing.assert_allclose(scores(updated.model, array), scores(merged(sites).model, array), rtol=1e-9)
    assert set(updated.model.fitted.sites) == {key for site in sites.values() for key in site.keys}
    with pytest.raises(DataError, match="same scene as model"):
        merged({"model": two, "again": sites["a"]})


def test_a_model_that_was_fitted_can_be_updated(tmp_path: Path) -> None:
    cube = ArrayCube(PARTS["a"], wavelengths=WAVELENGTHS, band_numbers=range(1, BANDS + 1))
    write_model(str(tmp_path / "fitted"), model_of(RX(), RX().fit(cube), cube, {}))
    fitted = read_sums(str(tmp_path / "fitted"))

    both = merged({"fitted": fitted, "b": sums(PARTS["b"])})

    array = np.concatenate([PARTS["a"], PARTS["b"]])
    np.testing.assert_allclose(
        scores(both.model, array),
        scores(merged({name: sums(PARTS[name]) for name in "ab"}).model, array),
        rtol=1e-9,
    )
    with pytest.raises(DataError, match="same scene"):
        merged({"fitted": fitted, "a": sums(PARTS["a"])})


def test_equal_weights_count_scenes_and_not_pixels() -> None:
    """As if the smaller one were there as often as makes them equal."""
    small, large = pixels(10, 3, 60.0), pixels(30, 4)
    model = merged({"small": sums(small), "large": sums(large)}, "ridge", "equal").model

    array = np.concatenate([small, small, small, large])
    expected = array.reshape(-1, BANDS).astype(np.float64)
    np.testing.assert_allclose(model.fitted.mean, expected.mean(axis=0), rtol=1e-12)
    found = model.fitted.moments.covariance * (model.fitted.moments.count - 1) / model.fitted.moments.count
    np.testing.assert_allclose(found, np.cov(expected.T, bias=True), rtol=1e-9)


def test_bands_are_matched_by_wavelength() -> None:
    """Whatever their order; a nanometer is no other band."""
    turned = sums(PARTS["a"][:, :, ::-1])
    turned = dataclasses.replace(turned, wavelengths=WAVELENGTHS[::-1] + 1)

    model = merged({"a": turned, "b": sums(PARTS["b"])}).model

    array = np.concatenate([PARTS["a"], PARTS["b"]])
    expected = merged({name: sums(PARTS[name]) for name in "ab"}).model
    np.testing.assert_allclose(scores(model, array), scores(expected, array), rtol=1e-9)
    np.testing.assert_array_equal(model.wavelengths, WAVELENGTHS)


@pytest.mark.parametrize("regularization", ["none", "ridge"])
def test_of_scenes_with_other_bands_the_common_ones_are_used(regularization: str, tmp_path: Path) -> None:
    kept = [0, 1, 2, 4, 5]
    result = merged({"a": sums(PARTS["a"], bands=kept), "b": sums(PARTS["b"])}, regularization)

    assert result.model.band_numbers == [1, 2, 3, 5, 6] and result.model.bands == 5
    array = np.concatenate([PARTS["a"], PARTS["b"]])[:, :, kept]
    expected = RX(regularization=regularization).fit(ArrayCube(array))
    reference = squared_mahalanobis(array.reshape(-1, 5) - expected.mean, expected.whitening)
    np.testing.assert_allclose(scores(result.model, array), reference, rtol=1e-9)

    again = as_sums(result, tmp_path)
    assert not again.moments.complete
    with pytest.raises(DataError, match="merged over some bands only"):
        merged({"model": again})
    assert merged({"model": again, "c": sums(PARTS["c"], bands=kept)}, "ridge").model.bands == 5


def test_a_band_is_the_nearest_of_one_alone() -> None:
    """And of no one where it is too far."""
    wanted, offered = np.array([500.0, 510.0, 600.0]), np.array([506.0, 640.0])
    assert nearest_bands(wanted, offered, np.array([30.0, np.nan])).tolist() == [-1, 0, 1]
    assert nearest_bands(wanted[:2], offered[1:], np.array([np.nan])).tolist() == [-1, -1]


def test_ledoit_wolf_is_refused_over_some_of_the_bands() -> None:
    """And says which bands to ask for."""
    with pytest.raises(DataError, match="BANDS 1-3,5-6 for b.*ridge and none do without"):
        merged({"a": sums(PARTS["a"], bands=[0, 1, 2, 4, 5]), "b": sums(PARTS["b"])})


def test_scenes_of_other_sensors_are_refused() -> None:
    other = dataclasses.replace(sums(PARTS["a"]), wavelengths=WAVELENGTHS + 2000)
    with pytest.raises(DataError, match="0 bands in common"):
        merged({"a": other, "b": sums(PARTS["b"])}, "ridge")
    unknown = dataclasses.replace(
        sums(PARTS["a"], bands=[0, 1, 2, 3]), wavelengths=None, fwhm=None, raster_bands=30
    )
    with pytest.raises(DataError, match="not both know their wavelengths"):
        merged({"a": unknown, "b": sums(PARTS["b"])}, "ridge")


def test_without_wavelengths_bands_are_matched_by_number() -> None:
    plain = {
        name: dataclasses.replace(sums(PARTS[name], bands=bands), wavelengths=None, fwhm=None)
        for name, bands in {"a": [1, 2, 4, 6], "b": [0, 2, 4, 5, 6]}.items()
    }
    assert merged(plain, "ridge").model.band_numbers == [3, 5, 7]


def warnings_of(sites: Dict[str, BackgroundSums]) -> List[str]:
    warnings: List[str] = []
    merged(sites, run=Run(on_warning=warnings.append))
    return warnings


def test_a_scene_with_another_calibration_is_named() -> None:
    """Also of few scenes, where it makes up much of the merged background itself."""
    sites = {name: sums(pixels(20, seed)) for seed, name in enumerate(["one", "two", "three"])}
    assert warnings_of(sites) == []

    (warning,) = warnings_of({**sites, "odd": sums(pixels(20, 9, gain=1.2))})

    assert warning.startswith("odd does not fit the other scenes")


@pytest.mark.parametrize("gain", [1e-4, 100.0])
def test_a_scene_with_another_scale_factor_is_named(gain: float) -> None:
    """Nearly black ones too, which lie where the others' darkest pixels do."""
    dark = {name: sums(pixels(20, seed, shift=-2990)) for seed, name in enumerate(["one", "two", "three"])}

    told = warnings_of({**dark, "odd": sums(pixels(20, 9, shift=-2990, gain=gain))})

    (warning,) = [text for text in told if "times as large" in text]
    assert float(warning.split("The values of odd are ")[1].split(" times")[0]) == pytest.approx(
        gain, rel=0.2
    )


def test_the_distance_is_that_from_the_other_scenes() -> None:
    sites = {name: sums(part) for name, part in PARTS.items()}
    found = {site.name: site.distance for site in merged(sites, "none").sites}

    for name, array in PARTS.items():
        others = np.concatenate([part.reshape(-1, BANDS) for key, part in PARTS.items() if key != name])
        others = others.astype(np.float64)
        away = array.reshape(-1, BANDS).astype(np.float64).mean(axis=0) - others.mean(axis=0)
        assert found[name] == pytest.approx(away @ np.linalg.inv(np.cov(others.T)) @ away, rel=1e-6)


def test_different_units_are_told() -> None:
    told = warnings_of(
        {"a": sums(PARTS["a"], "W/m2"), "b": sums(PARTS["b"], "reflectance"), "c": sums(PARTS["c"])}
    )
    assert any("W/m2 (a)" in text and "reflectance (b)" in text for text in told)


def test_few_pixels_are_refused_unless_allowed() -> None:
    few = pixels(5, 0)
    with pytest.raises(DataError, match="60 pixels, and at least 70 are needed"):
        sums(few)
    assert sums(few, allow_few=True).moments.count == 60


def test_cancelling_is_heard() -> None:
    sites = {name: sums(part) for name, part in PARTS.items()}
    seen = [0.0]
    for stop in (0.1, 0.4, 0.8):
        with pytest.raises(Cancelled):
            merged(sites, run=Run(on_fraction=seen.append, is_cancelled=lambda stop=stop: seen[-1] >= stop))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.sums").write_bytes(sums_bytes(sums(PARTS["a"], "reflectance")))
    return tmp_path / "a.sums"


def test_a_file_of_sums_holds_all(path: Path) -> None:
    found, expected = read_sums(str(path)), sums(PARTS["a"], "reflectance")

    for name in ("pilot", "count", "first", "second", "third", "fourth"):
        np.testing.assert_array_equal(getattr(found.moments, name), getattr(expected.moments, name))
    np.testing.assert_array_equal(found.wavelengths, WAVELENGTHS)
    np.testing.assert_array_equal(found.fwhm, expected.fwhm)
    assert (found.unit, found.valid_pixels, found.raster_bands) == ("reflectance", 108, BANDS)
    assert found.keys == expected.keys and found.versions == expected.versions


def change_header(path: Path, **changes: Any) -> None:
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    entries = json.loads(raw[8 : 8 + length])
    entries["__metadata__"]["qgis_hsi_anomaly"] = json.dumps(
        {**json.loads(entries["__metadata__"]["qgis_hsi_anomaly"]), **changes}
    )
    text = json.dumps(entries).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + length :])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 99}, "format 99"),
        *(
            ({name: value}, "damaged")
            for name, values in {
                "band_numbers": [None, [1, 2], [0] * BANDS, [1] * BANDS, "abc"],
                "wavelengths": [[1.0], "abc", [None] * BANDS],
                "fwhm": [[1.0]],
                "raster_bands": [None, 3],
                "valid_pixels": ["many"],
                "versions": [3],
            }.items()
            for value in values
        ),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(path: Path, changes: Dict[str, Any], message: str) -> None:
    change_header(path, **changes)
    with pytest.raises(ModelError, match=message):
        read_sums(str(path))


def test_damaged_files_are_refused(path: Path) -> None:
    whole = path.read_bytes()
    for content, message in [
        (whole[:100], "cut short"),
        (whole[:-8], "cut short"),
        (b"hello, this is text", "not a file of sums"),
        (whole[:-8] + struct.pack("<d", float("nan")), "damaged"),
    ]:
        path.write_bytes(content)
        with pytest.raises(ModelError, match=message):
            read_sums(str(path))
    with pytest.raises(ModelError, match="cannot be read"):
        read_sums(str(path) + "-nowhere")


def test_negative_sums_are_refused(path: Path) -> None:
    broken = dataclasses.replace(sums(PARTS["a"]).moments, count=-5.0)
    path.write_bytes(sums_bytes(dataclasses.replace(sums(PARTS["a"]), moments=broken)))
    with pytest.raises(ModelError, match="damaged"):
        read_sums(str(path))


def test_sums_are_no_model(path: Path) -> None:
    with pytest.raises(ModelError, match="holds the sums of a background: merge it"):
        read_model(str(path))


def test_models_of_other_detectors_cannot_be_merged(tmp_path: Path) -> None:
    cube = ArrayCube(PARTS["a"])
    detector = make_detector("cbad", {})
    write_model(str(tmp_path / "cbad"), model_of(detector, detector.fit(cube), cube, {}))
    with pytest.raises(ModelError, match="fitted by cbad; only backgrounds of rx"):
        read_sums(str(tmp_path / "cbad"))


def test_models_of_before_score_but_cannot_be_merged(tmp_path: Path) -> None:
    """Format 2: mean and whitening alone."""
    cube = ArrayCube(PARTS["a"])
    fitted = RX().fit(cube)
    old = dataclasses.replace(fitted, moments=None)
    write_model(str(tmp_path / "old"), model_of(RX(), old, cube, {}))
    change_header(tmp_path / "old", format=2)

    np.testing.assert_array_equal(read_model(str(tmp_path / "old")).fitted.score(cube), fitted.score(cube))
    with pytest.raises(ModelError, match="holds no sums"):
        read_sums(str(tmp_path / "old"))
