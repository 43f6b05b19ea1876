"""Autoencoding branches: the hand-written slopes are autograd's."""

import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.deep.parts.branches import Branch  # noqa: E402


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("quartic", [True, False])
def test_comparison_equals_plain_layers(quartic, rectified):
    """Codes, sums and all slopes of `compare` are those of `forward` and the sums as they are defined."""
    torch.manual_seed(0)
    branch = Branch(7, 6, 3).double()
    branch.rectified = rectified
    x = torch.rand(11, 7, dtype=torch.float64)
    code, r = branch(x)
    if rectified:
        assert bool((r == 0).any())
        assert bool((r > 0).any())
    cross = (x**2 * r**2).sum(1) if quartic else (x * (x - r)).sum(1)
    sums = torch.stack([(x**2).sum(1), (r**2).sum(1), ((x - r) ** 2).sum(1), cross])
    pull = torch.rand_like(code), torch.rand_like(sums)
    expected = torch.autograd.grad([code, sums], list(branch.parameters()), pull)

    found = branch.compare(x, quartic)
    slopes = torch.autograd.grad(list(found), list(branch.parameters()), pull)

    assert torch.allclose(found[0], code)
    assert torch.allclose(found[1], sums)
    for slope, wanted in zip(slopes, expected):
        assert torch.allclose(slope, wanted)


def test_relu6_takes_the_place_of_tanh():
    """In all three places, and in the estimation network."""
    from qgis_hsi_anomaly.core.deep.parts.mixture import EstimationNetwork

    torch.manual_seed(1)
    branch, estimation = Branch(5, 6, 3), EstimationNetwork(3, 2)
    branch.rectified = estimation.rectified = True
    x = 20 * torch.rand(9, 5)
    first, second, third, fourth = branch.linear
    code = second(first(x).clamp(0, 6))

    found, reconstruction = branch(x)

    torch.testing.assert_close(found, code)
    torch.testing.assert_close(reconstruction, fourth(third(code).clamp(0, 6)).clamp(0, 6))
    hidden = estimation.first(code).clamp(0, 6)
    torch.testing.assert_close(estimation(code.t()), estimation.second(hidden).softmax(dim=1).t())
