"""Each warning comes where it should, and not on a scene that is as it should be."""

import numpy as np
import pytest

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.errors import Cancelled
from qgis_hsi_anomaly.core.run import Run
from qgis_hsi_anomaly.core.scene_checks import check_scene, few_pixels, many_flagged, wider_than_guard

STRIPED = {"abu/urban-3.tif", "paper/hydice.tif"}
SATURATED = {"difficult/missing-crs.tif"}
TOO_FEW = {"difficult/missing-crs.tif", "difficult/cubus_gamsberg_subset"}


def scene(rows=120, columns=60, bands=8, seed=0):
    """Smooth in space as scenes are, with noise, and of whole numbers."""
    random = np.random.default_rng(seed)
    coarse = random.normal(1000, 150, (rows // 10 + 2, columns // 10 + 2, bands))
    smooth = np.repeat(np.repeat(coarse, 10, axis=0), 10, axis=1)[:rows, :columns]
    return np.round(smooth + random.normal(0, 15, smooth.shape)).astype(np.float32)


def warnings(array, learning=True, **more):
    found = []
    check_scene(ArrayCube(array, **more), Run(on_warning=found.append), learning)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_scene_has_no_warning(seed):
    assert warnings(scene(seed=seed)) == []


def test_few_pixels_for_the_bands_are_told_where_something_is_learned():
    array = scene(rows=10, columns=9, bands=10)
    (sentence,) = warnings(array)
    assert "9.0 pixels for each of the 10 bands" in sentence
    assert warnings(array, learning=False) == []
    assert few_pixels(100, 10) == "" and few_pixels(99, 10) != ""


def test_the_background_counts_and_not_the_scene():
    mask = np.zeros((120, 60), bool)
    mask[:7, :10] = True
    assert "8.8 pixels" in warnings(scene(), background=mask)[0]


def test_a_striped_column_is_named_with_its_band():
    array = scene()
    array[:, 34, 2] += 45
    (sentence,) = warnings(array)
    assert "band 3 at column 34 (" in sentence and "Stripes" in sentence


def test_every_other_column_is_a_stripe_too():
    array = scene()
    array[:, ::2, 5] += 45
    (sentence,) = warnings(array)
    assert "band 6 at columns 1-" in sentence


def test_bands_have_the_numbers_of_the_file():
    array = scene()
    array[:, 34, 2] -= 45
    assert "band 30 at" in warnings(array, band_numbers=[10, 20, 30, 40, 50, 60, 70, 80])[0]


def test_edges_of_fields_are_no_stripes():
    array = scene()
    array[:, 30:] += 300
    assert warnings(array) == []


def test_a_road_along_half_a_column_is_no_stripe():
    array = scene()
    array[:60, 30] += 300
    assert warnings(array) == []


def test_stripes_are_seen_beside_missing_pixels():
    array = scene()
    array[:, 34, 2] += 45
    array[:8] = np.nan
    array[:, :3] = np.nan
    (sentence,) = warnings(array)
    assert "band 3 at column 34 (" in sentence


def test_a_tall_scene_is_sampled():
    read = []

    class Watched(ArrayCube):
        def read_rows(self, start, stop):
            read.append((start, stop))
            return super().read_rows(start, stop)

    array = scene(rows=2400)
    array[:, 34, 2] += 45
    found = []
    check_scene(Watched(array), Run(on_warning=found.append))
    assert "column 34 (" in found[0]
    assert sum(stop - start for start, stop in read) == 64
    assert read[0][0] == 0 and read[-1][1] == 2400


def test_saturation_is_a_pile_at_the_largest_value():
    array = scene(rows=64)
    array[..., 4] = np.minimum(array[..., 4], np.quantile(array[:64, :, 4], 0.95).round())
    (sentence,) = warnings(array)
    assert "Saturation" in sentence and "in band 5 (band 5: 5." in sentence and "% at" in sentence


def test_a_few_pixels_or_a_band_of_few_values_are_not_saturated():
    array = scene()
    array[0, :9, 4] = 5000
    array[..., 5] = np.random.default_rng(0).integers(0, 4, array.shape[:2])  # as many of each
    assert warnings(array) == []


@pytest.mark.parametrize("shape", [(1, 1, 2), (1, 40, 2), (60, 2, 2), (3, 3, 300)])
def test_small_scenes_do_no_harm(shape):
    array = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    if array.shape[0] * array.shape[1] < 2:
        array = np.concatenate([array, array + 1])
    assert all("Stripes" not in sentence for sentence in warnings(array))


def test_values_at_the_end_of_float32_do_no_harm():
    array = scene() * np.float32(1e35)
    array[0, 5:8, 0] = np.finfo(np.float32).max
    array[1, :, 0] = np.finfo(np.float32).min
    assert warnings(array) == []


def test_it_can_be_cancelled():
    with pytest.raises(Cancelled):
        check_scene(ArrayCube(scene()), Run(is_cancelled=lambda: True))


def test_more_than_three_percent_flagged():
    assert many_flagged(30, 1000) == ""
    assert many_flagged(31, 1000).startswith("3.1 % of the pixels are flagged")


def test_targets_wider_than_the_guard():
    assert wider_than_guard([1, 11], 11) == ""
    assert "1 object is wider than the inner window of 11 pixels (the widest 12)" in wider_than_guard(
        [3, 12], 11
    )
    assert "2 objects are" in wider_than_guard([14, 12], 11) and "INNER_WINDOW 15" in wider_than_guard(
        [14], 11
    )


def test_on_real_scenes_it_says_what_is_known_of_them(data_folder):
    """Stripes in two (they can be seen), clipped reflectance in one, few pixels in two; nothing of the others."""
    pytest.importorskip("osgeo.gdal")
    from qgis_hsi_anomaly.raster.reader import open_cube

    scenes = [
        *data_folder.glob("paper/*.tif"),
        *data_folder.glob("abu/*.tif"),
        *data_folder.glob("difficult/*.tif"),
    ]
    scenes += [data_folder / "difficult/cubus_gamsberg_subset", *data_folder.glob("georeferenced/*.tif")]
    scenes += [*data_folder.glob("georeferenced/*.bsq"), data_folder / "georeferenced/SDData"]
    scenes = [path for path in scenes if "_truth" not in path.name]
    assert len(scenes) >= 19
    for path in scenes:
        found = []
        check_scene(open_cube(str(path)), Run(on_warning=found.append))
        name, text = str(path.relative_to(data_folder)), " ".join(found)
        told = "Stripes" in text, "Saturation" in text, "pixels for each" in text
        assert told == (name in STRIPED, name in SATURATED, name in TOO_FEW), name
