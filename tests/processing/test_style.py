"""Layers as they are loaded: names, colors, forms and metadata, also when they are opened later."""

import numpy as np
import pytest
import qgis.utils
from osgeo import gdal, ogr
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsLayerTreeLayer,
    QgsLayerTreeModel,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMultiBandColorRenderer,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProject,
    QgsRasterLayer,
    QgsSingleBandPseudoColorRenderer,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.gui import QgsLayerTreeView
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

from qgis_hsi_anomaly.core.cube import ArrayCube
from qgis_hsi_anomaly.core.detectors.registry import (
    detector_ids,
    make_detector,
    method_class,
    preprocessor_ids,
)
from qgis_hsi_anomaly.processing.layers import settings_text, short_name
from qgis_hsi_anomaly.style import (
    limits,
    mask_style,
    objects_style,
    paint,
    score_style,
    spread_style,
    style_path,
    true_color_style,
)
from tests.processing.conftest import Log
from tests.test_workflow import write_raster


def stops_of(layer):
    """Value, color and alpha of each color of the ramp."""
    renderer = layer.renderer()
    assert isinstance(renderer, QgsSingleBandPseudoColorRenderer)
    items = renderer.shader().rasterShaderFunction().colorRampItemList()
    return [(item.value, item.color.name(), item.color.alpha()) for item in items]


def expected(path, detector):
    """The same from the pixels themselves."""
    scores = gdal.Open(str(path)).ReadAsArray()
    return [(stop.value, stop.color, stop.alpha) for stop in limits(scores, detector)]


def drawn(layer, size):
    """What QGIS draws of a layer alone, (rows, columns, 4) uint8."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(*size))
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return np.array([[image.pixelColor(x, y).getRgb() for x in range(size[0])] for y in range(size[1])])


def load(id, parameters, project):
    """Run an algorithm and load its layers, through Processing's own loading; the layers by name."""
    import processing

    context = QgsProcessingContext()
    context.setProject(project)
    # Newer QGIS puts results below what is chosen in the panel of layers, which there is none of without a window.
    view = QgsLayerTreeView()
    view.setModel(QgsLayerTreeModel(project.layerTreeRoot(), view))
    if qgis.utils.iface is not None:
        qgis.utils.iface.layerTreeView = lambda: view
    processing.runAndLoadResults(f"hsianomaly:{id}", parameters, feedback=Log(), context=context)
    return {layer.name(): layer for layer in project.mapLayers().values()}


@pytest.mark.parametrize("output", ["TEMPORARY_OUTPUT", "file"])
def test_loaded_layers_are_named_styled_and_described(provider, project, scene, tmp_path, output):
    """Below a name that says what they are, and what was not as usual."""
    path = f"{tmp_path}/scores.tif" if output == "file" else output
    given = {"INPUT": f"{scene}/scene.tif", "REGULARIZATION": "none", "OUTPUT": path}

    layers = load("rx", given, project)

    assert list(layers) == ["RX – scene (regularization none)"]
    (layer,) = layers.values()
    assert stops_of(layer) == expected(layer.source(), "rx")
    told = layer.metadata().abstract().splitlines()
    assert layer.metadata().title() == layer.name()
    assert "Detector: RX (global) (rx)" in told
    assert "Bands used: 6" in told
    assert any(line.startswith("Parameters:") and "none" in line for line in told)


def test_the_consensus_has_class_marks_and_its_spread_looks_different(provider, project, scene):
    """In the legend too: each with what it means."""
    given = {"INPUT": f"{scene}/scene.tif", "DETECTORS": ["rx", "knn"]}
    layers = load("consensus", {**given, "SPREAD": "TEMPORARY_OUTPUT", "OUTPUT": "TEMPORARY_OUTPUT"}, project)

    assert set(layers) == {"Consensus – scene (rx+knn)", "Consensus spread – scene (rx+knn)"}
    scores, spread = layers["Consensus – scene (rx+knn)"], layers["Consensus spread – scene (rx+knn)"]
    assert [value for value, _, _ in stops_of(scores)] == [0, 1.3, 2.3, 3.1]
    assert not {color for _, color, _ in stops_of(scores)} & {color for _, color, _ in stops_of(spread)}
    nodes = scores.renderer().createLegendNodes(QgsLayerTreeLayer(scores))
    assert "2.3: about the highest 1 %" in [node.data(0) for node in nodes]


def test_layers_of_tools_are_named_after_scene_and_settings(provider, project, scene):
    """The scene of a score layer, not the score layer; described by what made both."""
    (scores,) = load("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": "TEMPORARY_OUTPUT"}, project).values()
    given = {"SCORES": scores, "METHOD": "quantile", "RATE": 0.01, "OUTPUT": "TEMPORARY_OUTPUT"}

    layers = load("threshold", given, project)

    (name,) = set(layers) - {"RX – scene"}
    assert name == "Mask – scene (method quantile, false-alarm rate 0.01)"
    assert isinstance(layers[name].renderer(), QgsPalettedRasterRenderer)
    assert "Detector: RX (global) (rx)" in layers[name].metadata().abstract()
    assert "Threshold: asked" in layers[name].metadata().abstract()


def test_layers_opened_later_are_styled(run, scene, tmp_path):
    """By the style file beside the scores, for outputs that qgis_process wrote."""
    run("rx", {"INPUT": f"{scene}/scene.tif", "OUTPUT": f"{tmp_path}/rx.img"})

    assert stops_of(QgsRasterLayer(f"{tmp_path}/rx.img", "later")) == expected(f"{tmp_path}/rx.img", "rx")


def test_pictures_have_the_colors_of_the_map(qgis_app, tmp_path):
    """What `paint` gives is what QGIS draws, but for rounding."""
    scores = np.random.default_rng(0).exponential(size=(20, 30)).astype(np.float32)
    scores[:3, :4] = np.nan
    write_north_up(tmp_path / "rx.tif", scores)
    (tmp_path / "rx.qml").write_text(score_style(scores, f"{tmp_path}/rx.tif", "rx"))

    found = drawn(QgsRasterLayer(f"{tmp_path}/rx.tif", "rx"), (30, 20)).astype(int)
    painted = paint(scores, limits(scores, "rx")).astype(int)

    np.testing.assert_allclose(found[..., 3], painted[..., 3], atol=2)
    solid = painted[..., 3] == 255
    assert solid.sum() >= 3
    np.testing.assert_allclose(found[solid], painted[solid], atol=2)


def write_north_up(path, array):
    """Write (rows, columns) with pixels of 1 x 1."""
    rows, columns = array.shape
    kind = gdal.GDT_Byte if array.dtype == np.uint8 else gdal.GDT_Float32
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, kind)
    dataset.SetGeoTransform((0, 1, 0, rows, 0, -1))
    dataset.GetRasterBand(1).WriteArray(array)


def test_of_a_mask_only_what_is_flagged_is_drawn(qgis_app, tmp_path):
    """Not flagged, and without a score: see-through."""
    mask = np.array([[0, 1, 255], [1, 0, 0]], np.uint8)
    write_north_up(tmp_path / "mask.tif", mask)
    (tmp_path / "mask.qml").write_text(mask_style(f"{tmp_path}/mask.tif"))

    layer = QgsRasterLayer(f"{tmp_path}/mask.tif", "mask")

    assert isinstance(layer.renderer(), QgsPalettedRasterRenderer)
    np.testing.assert_array_equal(drawn(layer, (3, 2))[..., 3], 255 * (mask == 1))


@pytest.mark.parametrize(("name", "driver"), [("found.gpkg", "GPKG"), ("found.geojson", "GeoJSON")])
def test_objects_are_ticked_from_a_list(qgis_app, tmp_path, name, driver):
    """Outlines by status, ranks as labels; new ones are unknown."""
    path = f"{tmp_path}/{name}"
    write_objects(path, driver, {"unknown": 1, "true": 2, "false": 3})
    (tmp_path / style_path(path)).write_text(objects_style(path))

    layer = QgsVectorLayer(path, "objects", "ogr")

    renderer, status = layer.renderer(), layer.fields().indexOf("status")
    assert isinstance(renderer, QgsCategorizedSymbolRenderer)
    assert renderer.classAttribute() == "status"
    colors = {
        category.value(): category.symbol().symbolLayer(1).color().name()
        for category in renderer.categories()
    }
    assert set(colors) == {"unknown", "true", "false"} and len(set(colors.values())) == 3
    setup = layer.editorWidgetSetup(status)
    assert setup.type() == "ValueMap"
    assert [value for entry in setup.config()["map"] for value in entry.values()] == [
        "unknown",
        "true",
        "false",
    ]
    assert layer.labelsEnabled() and layer.labeling().settings().fieldName == "rank"
    assert QgsVectorLayerUtils.createFeature(layer)["status"] == "unknown"
    # An outline: something is drawn, and most is not.
    assert 0 < (drawn(layer, (120, 120))[..., 3] > 0).mean() < 0.6


def write_objects(path, driver, ranks):
    """Squares in a row, by status and rank."""
    dataset = ogr.GetDriverByName(driver).CreateDataSource(path)
    layer = dataset.CreateLayer("objects", geom_type=ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("rank", ogr.OFTInteger))
    layer.CreateField(ogr.FieldDefn("status", ogr.OFTString))
    for left, (status, rank) in enumerate(ranks.items()):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature["rank"], feature["status"] = rank, status
        x = 2 * left
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON(({x} 0,{x + 1} 0,{x + 1} 1,{x} 1,{x} 0))"))
        layer.CreateFeature(feature)


def test_cubes_are_shown_in_true_color(qgis_app, tmp_path):
    """By their wavelengths, from the 2 % to the 98 % quantile."""
    array = np.random.default_rng(0).normal(size=(20, 30, 4)).astype(np.float32)
    write_raster(tmp_path / "cube.tif", array)
    cube = ArrayCube(array, wavelengths=np.array([470.0, 550.0, 650.0, 860.0]))
    (tmp_path / "cube.qml").write_text(true_color_style(cube, f"{tmp_path}/cube.tif"))

    renderer = QgsRasterLayer(f"{tmp_path}/cube.tif", "cube").renderer()

    assert isinstance(renderer, QgsMultiBandColorRenderer)
    assert (renderer.redBand(), renderer.greenBand(), renderer.blueBand()) == (3, 2, 1)
    stretch = renderer.redContrastEnhancement()
    found = stretch.minimumValue(), stretch.maximumValue()
    np.testing.assert_allclose(found, np.quantile(array[..., 2], [0.02, 0.98]), rtol=1e-5)


def test_a_spread_is_one_color(qgis_app, tmp_path):
    """From the median to the highest 1 %."""
    spread = np.random.default_rng(0).random((30, 40)).astype(np.float32)
    write_north_up(tmp_path / "spread.tif", spread)
    (tmp_path / "spread.qml").write_text(spread_style(spread, f"{tmp_path}/spread.tif"))

    (low, first, through), (high, last, covers) = stops_of(QgsRasterLayer(f"{tmp_path}/spread.tif", "spread"))

    assert (first, through, covers) == (last, 0, 255)
    np.testing.assert_allclose([low, high], np.quantile(spread, [0.5, 0.99]), rtol=1e-6)


def test_short_names_differ():
    """And are short."""
    names = [short_name(method_class(id)) for id in (*detector_ids(), *preprocessor_ids())]

    assert len(set(names)) == len(names)
    assert {"Consensus", "RX", "Local RX", "kNN", "CRD", "AED", "E2E-SSCADE"} <= set(names)
    assert max(map(len, names)) <= 12


@pytest.mark.parametrize(
    ("id", "values", "more", "text"),
    [
        ("rx", {}, {}, ""),
        ("consensus", {"max_target_area": 9}, {}, "largest target area 9"),
        ("crd", {"inner_window": 9, "sum_to_one": True}, {}, "inner window 9, weights sum to one"),
        ("rx", {}, {"bands": [1, 2, 3], "background": "/data/town.gpkg"}, "bands 1-3, background town"),
        (
            "consensus",
            {"detectors": "rx,knn", "max_target_area": 9},
            {"bands": [2], "background": "a.tif"},
            None,
        ),
    ],
)
def test_names_say_what_was_not_left_at_its_default(id, values, more, text):
    """Three things at most."""
    found = settings_text(make_detector(id, values), **more)

    assert found == (text if text is not None else "rx+knn, largest target area 9, bands 2, …")


def test_rasters_without_georeference_print_no_errors(run, algorithm, tmp_path, capfd):
    """GDAL says "ERROR 1" of each that QGIS loads: users took it for a failed run.

    Newer QGIS asks GDAL behind a handler of its own, and prints "GDAL ERROR 1" itself.
    """
    dataset = gdal.GetDriverByName("GTiff").Create(f"{tmp_path}/bare.tif", 12, 10, 3, gdal.GDT_Float32)
    dataset.WriteArray(np.random.default_rng(0).normal(size=(3, 10, 12)))
    dataset = None

    found = algorithm("rx")
    for name in ("INPUT", "BACKGROUND"):  # as qgis_process checks them by itself
        definition = found.parameterDefinition(name)
        assert definition.checkValueIsAcceptable(f"{tmp_path}/bare.tif", QgsProcessingContext())
    for background in ({}, {"BACKGROUND": f"{tmp_path}/bare.tif"}):
        run("rx", {"INPUT": f"{tmp_path}/bare.tif", "OUTPUT": f"{tmp_path}/rx.tif", **background})

    assert not [line for line in capfd.readouterr().err.splitlines() if line.startswith("ERROR")]


def shown_bands(layer):
    return layer.renderer().redBand(), layer.renderer().greenBand(), layer.renderer().blueBand()


@pytest.fixture
def loaded_scene(project, tmp_path):
    """A scene of six bands in the project, as QGIS shows it: by bands 1, 2 and 3."""
    cube = np.random.default_rng(0).normal(100, 10, (12, 10, 6)).astype(np.float32)
    write_raster(tmp_path / "scene.tif", cube, (420, 470, 550, 650, 800, 900))
    layer = QgsRasterLayer(str(tmp_path / "scene.tif"), "scene")
    QgsProject.instance().addMapLayer(layer)
    assert shown_bands(layer) == (1, 2, 3)
    return layer


def test_the_scene_is_shown_in_true_color_after_a_run(run, loaded_scene, tmp_path):
    run("rx", {"INPUT": loaded_scene, "OUTPUT": str(tmp_path / "scores.tif")})
    assert shown_bands(loaded_scene) == (4, 3, 2)
    red = loaded_scene.renderer().redContrastEnhancement()
    pixels = gdal.Open(loaded_scene.source()).ReadAsArray()[3]
    assert np.allclose([red.minimumValue(), red.maximumValue()], np.quantile(pixels, [0.02, 0.98]))


def test_a_style_that_somebody_chose_is_kept(run, loaded_scene, tmp_path):
    loaded_scene.renderer().setRedBand(6)
    run("rx", {"INPUT": loaded_scene, "OUTPUT": str(tmp_path / "scores.tif")})
    assert shown_bands(loaded_scene) == (6, 2, 3)
