"""ECA-MSKDAD: distances and attention against their formulas, tiles that know nothing of each other or of processes."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.models.mskdad import PointLevels, PointTeacher, TileDistillation  # noqa: E402
from qgis_hsi_anomaly.core.deep.models.mskdad_published import (  # noqa: E402
    ConvLevels,
    PublishedDistillation,
    altered,
    distances,
)
from qgis_hsi_anomaly.core.deep.parts.attention import ChannelAttention, attention_width  # noqa: E402
from qgis_hsi_anomaly.core.deep.parts.tiles import SIDE, Tiles, starts  # noqa: E402
from qgis_hsi_anomaly.core.deep.scene import Scene  # noqa: E402
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model  # noqa: E402
from qgis_hsi_anomaly.core.run import ALONE, Processes, Run  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402

TILED = {"published": {"variant": "published"}, "attentive": {"attention": "eca"}}
"""The forms that look at tiles."""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Fewer steps of teacher and student."""
    monkeypatch.setattr("qgis_hsi_anomaly.core.deep.models.mskdad_published.TEACHER_STEPS", 2)
    for form in (TileDistillation, PublishedDistillation):
        monkeypatch.setattr(form, "steps", 3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def made(**values):
    """The detector with one member."""
    return make_detector("mskdad", {"members": 1, **values})


def gappy(rows=39, columns=35, **options):
    """A cube larger than a tile, some of whose pixels are not valid."""
    array = small_scene(rows, columns)
    array[3, 2:6] = np.nan
    array[10] = np.nan
    return ArrayCube(array, **options)


def test_the_papers_two_distances_are_one():
    """|t - s|^2 / 2 = 1 - cos(t, s) of unit vectors."""
    teacher, student = torch.randn(2, 5, 24, 4, 4, dtype=torch.float64)
    cosine = torch.nn.functional.cosine_similarity(teacher, student, dim=1)

    torch.testing.assert_close(distances(teacher, student), 1 - cosine)


@pytest.mark.parametrize(
    ("channels", "width"), [(16, 3), (24, 3), (32, 3), (64, 3), (128, 5), (256, 5), (512, 5)]
)
def test_attention_widths_are_those_of_the_table(channels, width):
    assert attention_width(channels) == width
    assert len(ChannelAttention(channels).weight) == width


def test_attention_is_a_sum_along_the_channels():
    """Channel by channel in a loop."""
    gate = ChannelAttention(128)
    means, weight = torch.randn(3, 128), gate.weight.detach().numpy()

    found = gate(means).detach().numpy()

    for tile in range(3):
        for channel in range(128):
            total = sum(
                weight[k] * float(means[tile, channel + k - 2])
                for k in range(5)
                if 0 <= channel + k - 2 < 128
            )
            assert found[tile, channel] == pytest.approx(1 / (1 + math.exp(-total)), rel=1e-5)


def test_attention_means_leave_out_what_is_not_valid():
    """What stands in invalid pixels changes no other pixel of the tile."""
    values, other = torch.randn(2, 1, SIDE, SIDE, 10)
    mask = torch.ones(1, SIDE, SIDE, 1)
    mask[:, :5] = 0
    mixed = torch.where(mask > 0, values, other)
    levels = PointLevels(10, attention=True)

    torch.testing.assert_close(levels(values, mask)[:, 5:], levels(mixed, mask)[:, 5:])


@pytest.mark.parametrize(
    ("length", "wanted"), [(1, [0]), (32, [0]), (33, [0, 1]), (48, [0, 16]), (70, [0, 16, 32, 38])]
)
def test_tiles_cover_a_side(length, wanted):
    """Every 16 pixels; the last one ends where the side ends."""
    assert starts(length) == wanted


@pytest.mark.parametrize("shape", [(39, 35), (20, 70), (1, 33)])
def test_tiles_put_together_are_the_scene(shape):
    """The weighted mean of what several tiles say of a pixel is what they all say; gaps are left out."""
    array = np.random.default_rng(0).random((*shape, 3), dtype=np.float32)
    array[0, 3:6] = np.nan
    cube = ArrayCube(array)
    tiles = Tiles(Scene(cube, cube.valid, (0.0, 1.0), ALONE))

    found = tiles.merge(lambda values, masks: values[:, 1] + 5 * (1 - masks[:, 0]), ALONE)

    np.testing.assert_allclose(found, array[cube.valid][:, 1], rtol=1e-6)


def test_only_tiles_with_enough_background_are_learned_from():
    array = small_scene(64, 64)
    background = np.zeros((64, 64), dtype=bool)
    background[:20, :20] = True
    cube = ArrayCube(array, background=background)
    tiles, masks = Tiles(Scene(cube, background, (0.0, 1.0), ALONE)).sample(99, 0, ALONE)

    assert len(tiles) == 1  # the first of nine has 400 of 1024 pixels, its neighbors 80 and 16
    assert int(masks.sum()) == 400
    assert not tiles[(masks == 0).expand_as(tiles)].any()


@pytest.mark.parametrize("form", TILED)
def test_a_tiles_score_does_not_see_other_tiles(form):
    """Alone or among others, it is the same."""
    cube = gappy()
    model = made(epochs=1, **TILED[form]).fit(cube).members[0][0]
    tiles, masks = torch.randn(5, 10, SIDE, SIDE), torch.ones(5, 1, SIDE, SIDE)
    masks[0, :, 7:9] = 0

    with torch.no_grad():
        together, alone = model.tile_scores(tiles, masks)[0], model.tile_scores(tiles[:1], masks[:1])[0]

    torch.testing.assert_close(together, alone, rtol=1e-3, atol=0)


def test_a_student_that_is_its_teacher_scores_nothing():
    cube = gappy()
    values = {"variant": "published", "attention": "off", "epochs": 0}
    model = made(**values).fit(cube).members[0][0]
    model.student.load_state_dict(model.teacher.state_dict())
    tiles, masks = torch.randn(2, 10, SIDE, SIDE), torch.ones(2, 1, SIDE, SIDE)

    with torch.no_grad():
        assert not model.tile_scores(tiles, masks).any()


def test_a_teachers_features_are_standardized():
    """Mean 0 and deviation 1 over the background, layer after layer of the convolutions too."""
    cube = gappy()
    pixels = made(epochs=0).fit(cube).members[0][0]
    scene = Scene(cube, cube.valid, (0.0, 1.0), ALONE)
    inputs = torch.cat([values.double() for _, values in pixels.components(scene, ALONE).spectra()])
    features = pixels.teacher(inputs)
    tiled = made(epochs=0, variant="published").fit(cube).members[0][0]
    tiles, masks = Tiles(tiled.components(scene, ALONE)).sample(99, 0, ALONE)
    with torch.no_grad():
        last, mask = tiled.teacher(tiles, masks, tiled.norm)[-1]
    weights = mask / mask.sum()

    torch.testing.assert_close(inputs.std(dim=0, unbiased=False), torch.ones(10).double(), rtol=1e-3, atol=0)
    assert features.mean(dim=0).abs().max() < 1e-6
    torch.testing.assert_close(features.std(dim=0, unbiased=False), torch.ones(3, 16).double())
    assert (last * weights).sum(dim=(0, 2, 3)).abs().max() < 1e-4
    torch.testing.assert_close(
        (last.square() * weights).sum(dim=(0, 2, 3)), torch.ones(24), rtol=1e-3, atol=0
    )


def test_pixel_scores_are_the_definition():
    """The mean square of student - standardized teacher, added over levels; product adds its logarithms."""
    cube = gappy()
    for fusion in ("mean", "product"):
        background = made(epochs=1, fusion=fusion).fit(cube)
        model = background.members[0][0]
        scene = Scene(cube, cube.valid, (0.0, 1.0), ALONE)
        inputs = torch.cat([values.double() for _, values in model.components(scene, ALONE).spectra()])
        wanted = torch.zeros(len(inputs), dtype=torch.float64)
        with torch.no_grad():
            student, teacher = model.student(inputs), model.teacher.levels(inputs)
            for level in range(3):
                target = (teacher[:, level] - model.teacher.mean[level]) / model.teacher.deviation[level]
                mean = (student[:, level] - target).square().mean(dim=1)
                wanted += mean if fusion == "mean" else torch.log(mean + 1e-6)

        np.testing.assert_allclose(background.score(cube)[cube.valid], wanted, rtol=1e-5)


def test_levels_are_layers_two_by_two():
    """Linear, tanh, linear; and tanh before the first layer of the second and third level."""
    torch.manual_seed(0)
    levels, values = PointLevels(4), torch.randn(7, 4)
    with torch.no_grad():
        for level in range(3):
            first, second = levels.layers[2 * level], levels.layers[2 * level + 1]
            values = second(torch.tanh(first(values if level == 0 else torch.tanh(values))))
            torch.testing.assert_close(levels(torch.randn(1, 4)).shape, torch.Size([1, 3, 16]))
    torch.manual_seed(0)
    again, start = PointLevels(4), torch.randn(7, 4)

    torch.testing.assert_close(again(start)[:, 2].detach(), values)
    assert PointTeacher(4).levels.layers[0].bias.abs().max() < 0.5


def test_published_levels_halve_the_side():
    levels = ConvLevels(10, attention=True)
    found = levels(
        torch.randn(2, 10, SIDE, SIDE), torch.ones(2, 1, SIDE, SIDE), lambda n, values, mask: values
    )

    assert [tuple(features.shape) for features, _ in found] == [(2, 24, side, side) for side in (32, 16, 8)]


def test_gaps_of_a_tile_have_no_part_in_its_features():
    """Whatever a layer gives there, the next layer and the attention see nothing of it."""
    levels, tiles, mask = (
        ConvLevels(10, attention=True),
        torch.randn(2, 10, SIDE, SIDE),
        torch.ones(2, 1, SIDE, SIDE),
    )
    mask[:, :, 4:12, 4:12] = 0
    plain = levels(tiles, mask, lambda n, values, mask: values)
    loud = levels(tiles, mask, lambda n, values, mask: values + 100 * (mask == 0))

    for (features, _), (others, part) in zip(plain, loud):
        torch.testing.assert_close(features, others)
        assert not others[(part == 0).expand_as(others)].any()


def test_copies_are_altered_at_random_and_nothing_outside_the_mask():
    tile, mask = torch.randn(10, SIDE, SIDE), torch.ones(1, SIDE, SIDE)
    mask[:, 4] = 0
    copies = [altered(tile * mask, mask, np.random.default_rng(seed)) for seed in range(200)]
    gray = [not copy[1:].any() for copy in copies]
    same = [torch.equal(copy, tile * mask) for copy in copies]

    assert not any(copy[:, 4].any() for copy in copies)
    assert 20 < sum(gray) < 60  # one in five
    assert 1 <= sum(same) < 20  # .2 x .2 x .8 of them


@pytest.mark.parametrize("form", TILED)
def test_training_lowers_the_distance_and_changes_scores(form):
    cube, run = gappy(), Run()
    background = made(epochs=3, **TILED[form]).fit(cube, run)
    trained, control = background.members[0]

    assert run.metrics["loss_last_epoch"]["distance"] < run.metrics["loss_first_epoch"]["distance"]
    for name, value in control.teacher.state_dict().items():
        torch.testing.assert_close(trained.teacher.state_dict()[name], value)


@pytest.mark.parametrize("form", TILED)
def test_blocks_and_what_is_stored_in_gaps_do_not_matter(form):
    detector = made(epochs=1, **TILED[form])
    whole, cut = gappy(), gappy(block_rows=7)
    array = np.where(whole.valid[..., None], whole.array, np.float32(-1e5))
    alone = detector.fit(whole).score(whole)
    extent = np.ptp(alone[whole.valid])

    for cube in (cut, ArrayCube(array, valid=whole.valid)):
        np.testing.assert_allclose(detector.fit(cube).score(cube), alone, rtol=0, atol=1e-3 * extent)


@pytest.mark.parametrize("form", TILED)
def test_a_model_file_gives_the_same_scores(form, tmp_path):
    cube = gappy()
    detector = made(epochs=1, **TILED[form])
    background = detector.fit(cube)
    path = str(tmp_path / "mskdad.model")
    write_model(path, model_of(detector, background, cube, {}))
    other = ArrayCube(small_scene(20, 50, seed=1))

    restored = read_model(path).fitted

    np.testing.assert_array_equal(restored.score(cube), background.score(cube))
    assert np.isfinite(restored.score(other)).all()


class OneOf(Processes):
    """One of several processes; what it would give to a sum is kept."""

    def __init__(self, rank, size):
        self.rank, self.size = rank, size


@pytest.mark.parametrize("size", [2, 3])
def test_tiles_do_not_depend_on_processes(size):
    """What the processes draw adds up, and what they put together follows on, exactly."""
    cube = gappy(70, 35)

    def tiles(run):
        return Tiles(Scene(cube, cube.valid, (0.0, 1.0), run))

    def score(values, masks):
        return values[:, 1] * torch.linspace(1, 2, SIDE)

    runs = [Run(processes=OneOf(rank, size)) for rank in range(size)]
    drawn = [torch.cat(tiles(run).sample(5, 3, run), dim=1) for run in runs]
    merged = [tiles(run).merge(score, run) for run in runs]

    assert torch.equal(sum(drawn), torch.cat(tiles(ALONE).sample(5, 3, ALONE), dim=1))
    assert torch.equal(torch.cat(merged), tiles(ALONE).merge(score, ALONE))
