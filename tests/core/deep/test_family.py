"""The relatives of E2E-SSCADE: what each adds, against the definition; training changes the scores of all."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.models.scaae import _errors  # noqa: E402
from qgis_hsi_anomaly.core.deep.parts.locality import locality_gradient  # noqa: E402
from qgis_hsi_anomaly.core.deep.scene import Scene, value_range  # noqa: E402
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.run import ALONE  # noqa: E402
from tests.core.deep.scenes import LEARNED, small_scene  # noqa: E402


def scene_with_gaps():
    """A cube some of whose pixels are not valid."""
    array = small_scene()
    array[3, 2:6] = np.nan
    array[10] = np.nan
    return ArrayCube(array)


def test_locality_is_the_sum_over_pairs():
    """Value and slopes of the graph-Laplacian term, pair by pair with autograd."""
    cube = scene_with_gaps()
    scene = Scene(cube, cube.valid, (0.0, 1.0), ALONE)
    codes = torch.randn(scene.count, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    leaf = codes.clone().requires_grad_()
    number = np.cumsum(cube.valid.ravel()).reshape(cube.valid.shape) - 1
    term = torch.zeros((), dtype=torch.float64)
    for row, column in zip(*np.nonzero(cube.valid)):
        for down, right in ((row + 1, column), (row, column + 1)):
            if down < cube.rows and right < cube.columns and cube.valid[down, right]:
                pair = leaf[number[row, column]] - leaf[number[down, right]]
                term = term + pair.square().sum() / scene.count
    term.backward()

    slopes, share = locality_gradient(codes, scene, ALONE)

    assert share == pytest.approx(float(term.detach()), rel=1e-12)
    torch.testing.assert_close(slopes, leaf.grad)


def published_batches(cube):
    """The first epoch's batches of liade's published training."""
    model = make_detector("liade", {"variant": "published"}).model(cube.bands, 0)
    scene = Scene(cube, cube.valid, (0.0, 1.0), ALONE)
    return model, model._batches(scene, [0, 0], ALONE)


def test_published_batches_are_successive_pixels_with_their_pairs():
    """Fifty times five valid pixels in row order; the Laplacian holds the pairs that share an edge."""
    cube = scene_with_gaps()
    spectra, places = cube.array[cube.valid], np.argwhere(cube.valid)

    _, batches = published_batches(cube)

    assert len(batches) == 50
    for drawn, laplacian in batches:
        first = int(np.flatnonzero((spectra == drawn[0].numpy()).all(axis=1))[0])
        assert np.array_equal(drawn, spectra[first : first + 5])
        wanted = np.zeros((5, 5))
        for i in range(5):
            for j in range(5):
                if np.abs(places[first + i] - places[first + j]).sum() == 1:
                    wanted[i, j] = -1
                    wanted[i, i] += 1
        assert np.array_equal(laplacian, wanted)


def test_published_batch_gradient_is_that_of_its_own_loss():
    """Reconstruction, energy under the batch's own moments and weighted pairs, by finite differences."""
    model, batches = published_batches(ArrayCube(small_scene() / np.float32(1000)))
    spectra, laplacian = batches[0]
    model.double()
    spectra, laplacian = spectra.double(), laplacian.double()
    model.locality = 3.0

    def loss():
        terms = model._batch_gradients(spectra, laplacian, ALONE)
        return (
            terms["reconstruction"]
            + 0.1 * terms["energy"]
            + 1e-3 * terms["inverse_variances"]
            + 3 * terms["locality"]
        )

    with torch.no_grad():
        codes = model.network.encode([spectra])[:9].t()
    pairs = sum(
        float((codes[i] - codes[j]).square().sum()) for i in range(5) for j in range(i) if laplacian[i, j]
    )
    assert model._batch_gradients(spectra, laplacian, ALONE)["locality"] == pytest.approx(pairs / 5)
    weight = model.network.parts[0].linear[1].weight
    weight.grad = None
    loss()
    slope = float(weight.grad[2, 3])
    ends = []
    for step in (1e-6, -1e-6):
        with torch.no_grad():
            weight[2, 3] += step
        ends.append(loss())
        with torch.no_grad():
            weight[2, 3] -= step
    assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(slope, rel=1e-3)


def test_published_training_of_scaae_is_plain_descent():
    """One epoch moves the autoencoder by the learning rate times its gradient, over the whole image."""
    cube = scene_with_gaps()
    detector = make_detector("scaae", {"variant": "published", "epochs": 1, "learning_rate": 0.5})
    trained, control = detector.fit(cube).members[0]
    scene = Scene(cube, cube.valid, value_range(cube), ALONE)
    control._autoencoder_gradients(scene, ALONE)

    for after, before in zip(trained.branch.parameters(), control.branch.parameters()):
        torch.testing.assert_close(after, before - 0.5 * before.grad)


def test_mixture_of_codes_is_scikit_learns():
    """The energies are the negative log-likelihoods of the mixture that scikit-learn fits to the codes."""
    from sklearn.mixture import GaussianMixture

    cube = scene_with_gaps()
    detector = make_detector("aegmm", {"epochs": 2, "latent": 3, "mixture_components": 2})
    background = detector.fit(cube)
    density = background.members[0][0]
    scene = Scene(cube, cube.valid, background.value_range, ALONE)
    with torch.no_grad():
        codes = torch.cat([density.network.encode([spectra]) for _, spectra in scene.spectra()], dim=1)[
            :3
        ].t()
    reference = GaussianMixture(2, random_state=0, reg_covar=1e-6).fit(codes.double().numpy())

    scores = background.score(cube)[cube.valid]

    np.testing.assert_allclose(scores, -reference.score_samples(codes.double().numpy()), rtol=1e-3, atol=1e-3)


def test_reconstruction_error_of_scaae():
    """Mean squared error plus a tenth of the spectral angle."""
    x, r = torch.rand(5, 8, dtype=torch.float64), torch.rand(5, 8, dtype=torch.float64)
    cosine = (x * r).sum(1) / (x.square().sum(1) * r.square().sum(1)).sqrt()

    torch.testing.assert_close(_errors(x, r), (x - r).square().mean(1) + 0.1 * torch.acos(cosine))


@pytest.mark.parametrize("id", LEARNED)
def test_training_changes_the_scores(id):
    """Against the untrained control of the same seed."""
    cube = scene_with_gaps()
    trained, control = (
        make_detector(id, {"epochs": epochs, "learning_rate": 0.01}).fit(cube).score(cube)
        for epochs in (5, 0)
    )

    assert np.nanmax(np.abs(trained - control)) > 1e-3 * np.ptp(control[cube.valid])
