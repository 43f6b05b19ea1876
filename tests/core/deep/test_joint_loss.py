"""The accumulated gradient is that of the whole image's loss."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.parts.joint_loss import (  # noqa: E402
    FusedBranches,
    LossWeights,
    joint_gradients,
)
from qgis_hsi_anomaly.core.deep.parts.spatial import SpatialAutoencoder  # noqa: E402
from qgis_hsi_anomaly.core.deep.scene import Scene  # noqa: E402
from qgis_hsi_anomaly.core.run import ALONE  # noqa: E402

from .scenes import small_scene  # noqa: E402

PIXELS, BANDS = 101, 12


def whole_loss(network, spectra, features):
    """Return the joint loss as the publication writes it, with torch's own multivariate normal."""
    z, error = 0, 0
    codes, kept = [], []
    for branch, values in zip(network.branches, (spectra, features)):
        code, reconstruction = branch(values)
        codes.append(code)
        x, r = values, reconstruction
        cross = (x**2 * r**2).sum(1) if network.features.quartic else (x * (x - r)).sum(1)
        sums = torch.stack([(x**2).sum(1), (r**2).sum(1), ((x - r) ** 2).sum(1), cross])
        kept.append(network.features.values(sums, x.shape[1]).t())
        error = error + network.error_weights[len(codes) - 1] * ((values - reconstruction) ** 2).mean()
    z = torch.cat([codes[0] + 0.1 * codes[1], kept[0] + 0.3 * kept[1]], dim=1)
    memberships = torch.softmax(network.estimation.second(torch.tanh(network.estimation.first(z))), dim=1)
    energy, penalty = 0, 0
    for k in range(memberships.shape[1]):
        g = memberships[:, k : k + 1]
        mean = (g * z).sum(0) / g.sum()
        covariance = ((g * (z - mean)).T @ (z - mean)) / g.sum()
        covariance = covariance + (1e-6 + 1e-9 * ((g * z**2).sum(0) / g.sum()).mean().detach()) * torch.eye(
            len(mean)
        )
        normal = torch.distributions.MultivariateNormal(mean, covariance)
        energy = energy + g.mean() * normal.log_prob(z).exp()
        penalty = penalty + (1 / torch.diagonal(covariance)).sum()
    return error - 0.1 * energy.log().mean() + 0.001 * penalty


@pytest.mark.parametrize("features", ["published_code", "published_text", "distance_and_cosine"])
@pytest.mark.parametrize("chunk", [7, 50, PIXELS])
def test_joint_gradients_equal_those_of_the_whole_loss(features, chunk):
    """Small chunks give the gradient that autograd finds for all pixels at once."""
    torch.manual_seed(0)
    spectra = torch.rand(PIXELS, BANDS, dtype=torch.float64)
    context = torch.rand(PIXELS, 3, dtype=torch.float64)
    network = FusedBranches(
        [(BANDS, 20), (3, 10)], 4, 3, features, (1.0, 0.1), (1.0, 0.3), (1.0, 0.1)
    ).double()

    def chunks():
        for start in range(0, PIXELS, chunk):
            place = slice(start, min(start + chunk, PIXELS))
            yield place, [spectra[place], context[place]]

    torch.set_default_dtype(torch.float64)
    try:
        loss = whole_loss(network, spectra, context)
        expected = torch.autograd.grad(loss, list(network.parameters()))
        parts = joint_gradients(
            network, chunks, SimpleNamespace(count=PIXELS, total=PIXELS, spare_bytes=0), LossWeights()
        )
    finally:
        torch.set_default_dtype(torch.float32)

    assert parts["reconstruction"] + 0.1 * parts["energy"] + 0.001 * parts[
        "inverse_variances"
    ] == pytest.approx(float(loss.detach()), rel=1e-9)
    for parameter, slope in zip(network.parameters(), expected):
        assert torch.allclose(parameter.grad, slope, rtol=1e-6, atol=1e-8 * float(slope.abs().max()) + 1e-15)


def conv_weights(matrix, channels, bands):
    """Return (9 channels, bands) as Conv2d's (channels, bands, 3, 3)."""
    return matrix.reshape(3, 3, channels, bands).permute(2, 3, 0, 1)


@pytest.mark.parametrize("block_rows", [1, 7, None])
@pytest.mark.parametrize("circular", [True, False])
def test_spatial_gradients_equal_those_of_convolutions(circular, block_rows):
    """Row blocks give the gradient of torch's own padded convolutions over the whole image."""
    array = small_scene()
    cube = ArrayCube(array, block_rows=block_rows)
    scene = Scene(cube, cube.valid, (0.0, 1000.0), ALONE, circular)
    torch.manual_seed(1)
    autoencoder = SpatialAutoencoder(BANDS, 3, circular)
    image = torch.from_numpy(array / np.float32(1000)).permute(2, 0, 1)[None]
    mode = "circular" if circular else "reflect"

    def padded(maps):
        return torch.nn.functional.pad(maps, (1, 1, 1, 1), mode=mode)

    encode = conv_weights(autoencoder.encode_weight, 3, BANDS)
    decode = conv_weights(autoencoder.decode_weight, 3, BANDS).transpose(0, 1)
    maps = torch.tanh(torch.nn.functional.conv2d(padded(image), encode, autoencoder.encode_bias))
    restored = torch.nn.functional.conv2d(padded(maps), decode, autoencoder.decode_bias)
    difference = (restored - image) ** 2
    if circular:
        loss = difference.mean()
        expected = torch.autograd.grad(loss, list(autoencoder.parameters()))

        parts = autoencoder.gradients(scene)

        assert parts["spatial_error"] == pytest.approx(float(loss.detach()), rel=1e-5)
        for parameter, slope in zip(autoencoder.parameters(), expected):
            assert torch.allclose(parameter.grad, slope, rtol=1e-4, atol=1e-5 * float(slope.abs().max()))
    # Corners differ by design where edges are reflected: a missing neighbor's opposite is missing too there.
    found = autoencoder.features(scene).reshape(*array.shape[:2], 3)
    assert torch.allclose(found[1:-1, 1:-1], maps[0].permute(1, 2, 0)[1:-1, 1:-1], atol=1e-5)
    if circular:
        assert torch.allclose(found, maps[0].permute(1, 2, 0), atol=1e-5)


def test_convolutions_start_as_the_published_framework_starts_them():
    """Normal weights of variance 2 / fan-in, zero biases; otherwise torch's own uniform ones."""
    torch.manual_seed(0)
    published, plain = (SpatialAutoencoder(300, 3, True, normal_start) for normal_start in (True, False))

    for weight, inputs in ((published.encode_weight, 2700), (published.decode_weight, 27)):
        assert float(weight.detach().var()) == pytest.approx(2 / inputs, rel=0.05)
        assert (
            float(weight.detach().abs().max()) > 3 * (2 / inputs) ** 0.5
        )  # no uniform distribution reaches that far
    assert not bool(published.encode_bias.any())
    assert not bool(published.decode_bias.any())
    assert float(plain.encode_weight.detach().abs().max()) <= 2700**-0.5
    assert bool(plain.encode_bias.all())


def test_the_texts_loss_sums_over_bands_and_divides_the_last_term(monkeypatch):
    """Errors of a pixel are sums, and the inverse variances are divided by the number of pixels."""
    from qgis_hsi_anomaly.core.deep.models import sscade
    from qgis_hsi_anomaly.core.deep.models.base import Training
    from qgis_hsi_anomaly.core.detectors.sscade import SSCADE

    seen = []

    def gradients(network, chunks, scene, weights, *more):
        seen.append((network.error_weights, weights))
        return joint_gradients(network, chunks, scene, weights, *more)

    monkeypatch.setattr(sscade, "joint_gradients", gradients)
    cube = ArrayCube(small_scene())
    for variant in ("paper", "reference"):
        detector = SSCADE(variant=variant)
        scene = Scene(cube, cube.valid, (0.0, 1000.0), ALONE, detector.circular)
        detector.model(cube.bands, 0).learn(scene, Training(1, 1e-4), ALONE)

    (paper, weights), (code, code_weights) = seen
    assert paper == pytest.approx((BANDS, 0.1 * 3))
    assert (weights.energy, weights.variance) == pytest.approx((0.1, 0.001 / (23 * 17)))
    assert code == pytest.approx((1.0, 0.1))
    assert (code_weights.energy, code_weights.variance) == (0.1, 0.001)


def test_spatial_gradients_with_missing_pixels_equal_finite_differences():
    """The slopes are those of the error that is reported, missing neighbors and edges included."""
    array = small_scene(bands=4)[:9, :8].copy()
    array[2:5, 3] = np.nan
    array[0, 0] = np.nan
    cube = ArrayCube(array, block_rows=2)
    torch.manual_seed(2)
    autoencoder = SpatialAutoencoder(4, 2, False).double()
    scene = Scene(cube, cube.valid, (0.0, 1000.0), ALONE, False)
    rows = [replace(block, pixels=block.pixels.double()) for block in scene.rows()]
    scene.rows = lambda: iter(rows)
    autoencoder.gradients(scene)
    slope = autoencoder.encode_weight.grad.clone()
    for place in ((0, 0), (7, 2), (13, 3)):
        ends = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                autoencoder.encode_weight[place] += step
            ends.append(autoencoder.gradients(scene)["spatial_error"])
            with torch.no_grad():
                autoencoder.encode_weight[place] -= step
        assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(float(slope[place]), rel=1e-5)
