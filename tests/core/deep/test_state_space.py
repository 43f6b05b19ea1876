"""SpectralMamba's encoder: the recurrence against a plain loop, exact gradients, and the detector however it is cut."""

import math
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.cube import ArrayCube  # noqa: E402
from qgis_hsi_anomaly.core.deep.parts.joint_loss import FusedBranches  # noqa: E402
from qgis_hsi_anomaly.core.deep.parts.state_space import (  # noqa: E402
    SpectralStateSpace,
    StateSpaceBranch,
    selective_scan,
)
from qgis_hsi_anomaly.core.detectors.registry import make_detector  # noqa: E402
from qgis_hsi_anomaly.core.detectors.sscade import SSCADE  # noqa: E402
from qgis_hsi_anomaly.core.errors import ParameterError  # noqa: E402
from tests.core.deep.scenes import small_scene  # noqa: E402

BANDS = 40
QUICK = SSCADE(variant="reference", encoder="mamba", epochs=2, learning_rate=1e-3)


def encoder(bands=BANDS, latent=3):
    torch.manual_seed(0)
    return SpectralStateSpace(bands, latent).double()


def test_the_encoder_is_the_recurrence():
    """Pixel by pixel, piece by piece, channel by channel, state by state."""
    net = encoder()
    for module in net.modules():
        if isinstance(module, torch.nn.Linear) and module.bias is not None:
            torch.nn.init.normal_(module.bias)
    spectra = torch.rand(2, BANDS, dtype=torch.float64)
    w = {name: value.detach().numpy() for name, value in net.named_parameters()}

    def silu(v):
        return v / (1 + np.exp(-v))

    for x, found in zip(spectra.numpy(), net(spectra).detach().numpy()):
        filled = np.concatenate([x, np.repeat(x[-1], 8)]).reshape(3, 16)  # 40 bands are two pieces and a half
        h = filled @ w["embed.weight"].T + w["embed.bias"] + w["place"]
        mean, variance = h.mean(axis=1, keepdims=True), h.var(axis=1, keepdims=True)
        both = ((h - mean) / np.sqrt(variance + 1e-5)) @ w["into.weight"].T
        raw, gate = both[:, :32], both[:, 32:]
        y = np.zeros((3, 32))
        state = np.zeros((32, 8))
        for k in range(3):
            u = np.array(
                [
                    silu(
                        w["along.bias"][d]
                        + sum(w["along.weight"][d, 0, 2 - j] * raw[k - j, d] for j in range(3) if k >= j)
                    )
                    for d in range(32)
                ]
            )
            picked = w["select.weight"] @ u
            rank, drive, read = picked[:4], picked[4:12], picked[12:]
            for d in range(32):
                step = math.log1p(math.exp(w["step.weight"][d] @ rank + w["step_bias"][d]))
                for n in range(8):
                    rate = -math.exp(w["log_rates"][d, n])
                    state[d, n] = math.exp(step * rate) * state[d, n] + step * drive[n] * u[d]
                    y[k, d] += read[n] * state[d, n]
                y[k, d] += w["skip"][d] * u[d]
        h = h + (y * silu(gate)) @ w["out.weight"].T + w["out.bias"]
        code = w["code.weight"] @ np.tanh(h).ravel() + w["code.bias"]
        np.testing.assert_allclose(found, code, rtol=1e-10)


def test_gradients_are_exact():
    """By finite differences."""
    random = torch.Generator().manual_seed(1)

    def drawn(*shape):
        return torch.rand(*shape, dtype=torch.float64, generator=random).requires_grad_()

    inputs = drawn(2, 3, 2), drawn(2, 3, 2), drawn(2, 4), drawn(2, 3, 4), drawn(2, 3, 4)
    assert torch.autograd.gradcheck(selective_scan, inputs)
    assert torch.autograd.gradgradcheck(selective_scan, inputs)


@pytest.mark.parametrize("quartic", [True, False])
def test_comparison_equals_its_definition(quartic):
    torch.manual_seed(0)
    branch, x = StateSpaceBranch(BANDS, 6, 3).double(), torch.rand(5, BANDS, dtype=torch.float64)
    code, r = branch(x)
    cross = (x**2 * r**2).sum(1) if quartic else (x * (x - r)).sum(1)

    found = branch.compare(x, quartic)

    torch.testing.assert_close(found[0], code)
    torch.testing.assert_close(
        found[1], torch.stack([(x**2).sum(1), (r**2).sum(1), ((x - r) ** 2).sum(1), cross])
    )


def test_it_starts_as_mamba_does():
    """Step sizes between .001 and .1, also behind the network's zero biases; rates 1 to 8."""
    network = FusedBranches([(BANDS, 8)], 3, 2, "published_code", [1.0], [1.0], [1.0], "mamba")
    net = network.parts[0].encoder
    steps = torch.nn.functional.softplus(net.step_bias).detach()

    assert float(steps.min()) >= 0.99e-3
    assert float(steps.max()) <= 0.101
    assert torch.allclose(net.log_rates.exp()[5], torch.arange(1.0, 9.0))


def test_order_of_bands_matters_and_that_of_pixels_does_not():
    """Bands are sorted by wavelength where it is known."""
    net = encoder()
    spectra = torch.rand(6, BANDS, dtype=torch.float64)
    bands, pixels = torch.randperm(BANDS), torch.randperm(6)
    codes = net(spectra)

    torch.testing.assert_close(net(spectra[pixels]), codes[pixels])
    assert not torch.allclose(net(spectra[:, bands]), codes, rtol=1e-2)
    net.sort(np.arange(BANDS)[bands.numpy()])
    torch.testing.assert_close(net(spectra[:, bands]), codes)


def test_what_is_kept_for_the_backward_pass_is_counted():
    branch, x = StateSpaceBranch(180, 200, 9), torch.rand(512, 180)
    known = {parameter.data_ptr() for parameter in branch.parameters()} | {x.data_ptr()}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        found = branch.compare(x, True)

    assert sum(kept.values()) / 512 == pytest.approx(branch.graph_bytes(), rel=0.1)
    assert len(found) == 2


@pytest.mark.parametrize("variant", ["reference", "paper"])
def test_scores_do_not_depend_on_blocks(variant):
    array = small_scene(bands=BANDS)
    array[3, 2:6] = np.nan
    detector = replace(QUICK, variant=variant)
    whole, *others = [
        detector.fit(cube).score(cube)
        for cube in (ArrayCube(array), ArrayCube(array, block_rows=7), ArrayCube(array, memory_budget=20_000))
    ]
    dense = replace(detector, encoder="dense").fit(ArrayCube(array)).score(ArrayCube(array))

    extent = np.ptp(whole[np.isfinite(whole)])
    for other in others:
        np.testing.assert_allclose(other, whole, rtol=0, atol=1e-3 * extent)
    assert np.nanmax(np.abs(dense - whole)) > 1e-2 * extent


def test_a_model_file_knows_the_order_of_bands(tmp_path):
    from qgis_hsi_anomaly.core.model_file import model_of, read_model, write_model

    wavelengths = np.linspace(400, 2400, BANDS)[np.random.default_rng(0).permutation(BANDS)]
    cube = ArrayCube(small_scene(bands=BANDS), wavelengths=wavelengths)
    background = QUICK.fit(cube)
    write_model(str(tmp_path / "model"), model_of(QUICK, background, cube, {}))
    restored = read_model(str(tmp_path / "model")).fitted

    np.testing.assert_array_equal(restored.score(cube), background.score(cube))
    assert restored.members[0][0].network.parts[0].encoder.order.tolist() == np.argsort(wavelengths).tolist()


def test_components_are_no_spectrum():
    with pytest.raises(ParameterError, match="ENCODER must be dense in the improved VARIANT"):
        make_detector("sscade", {"encoder": "mamba"})
