"""Mixture moments and energies against scipy, and at the ends of what trainings do to them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.deep.parts.mixture import (  # noqa: E402
    energies,
    log_densities,
    moment_sums,
)


def random_codes(count=300, depth=5, components=3):
    """Return correlated codes (n, d) and memberships (n, K), float64."""
    random = np.random.default_rng(4)
    codes = random.normal(size=(count, depth)) @ random.normal(size=(depth, depth)) + 2
    memberships = random.dirichlet(np.ones(components), count)
    return torch.from_numpy(codes), torch.from_numpy(memberships)


def test_energies_equal_scipy():
    """E = -log sum_k weight_k N(z; mean_k, covariance_k), moments weighted by membership."""
    stats = pytest.importorskip("scipy.stats")
    codes, memberships = random_codes()
    density = 0
    variances = 0
    for g in memberships.numpy().T:
        scale = np.average(codes.numpy() ** 2, axis=0, weights=g).mean()
        covariance = np.cov(codes.numpy().T, aweights=g, ddof=0) + (1e-6 + 1e-9 * scale) * np.eye(5)
        normal = stats.multivariate_normal(np.average(codes, axis=0, weights=g), covariance)
        density = density + g.mean() * normal.pdf(codes.numpy())
        variances += (1 / np.diag(covariance)).sum()

    quadratics, inverse_variances = log_densities(moment_sums(codes.t(), memberships.t()))

    assert energies(quadratics, codes.t()).numpy() == pytest.approx(-np.log(density), rel=1e-6)
    assert float(inverse_variances) == pytest.approx(variances, rel=1e-6)


def test_sums_of_chunks_add_up():
    """Moments do not depend on how the pixels are cut."""
    codes, memberships = random_codes()

    parts = sum(moment_sums(c.t(), m.t()) for c, m in zip(codes.split(37), memberships.split(37)))

    assert torch.allclose(parts, moment_sums(codes.t(), memberships.t()), rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("case", ["empty component", "one pixel's component", "flat codes", "constant codes"])
def test_degenerate_mixtures_have_finite_energies_and_slopes(case, scale):
    """Whatever collapses, the Cholesky factor exists and nothing becomes NaN."""
    codes, memberships = random_codes()
    codes = codes * scale
    if case == "empty component":
        memberships[:, 0] = 0
    if case == "one pixel's component":
        memberships[:] = torch.tensor([0.0, 0.5, 0.5])
        memberships[7] = torch.tensor([1.0, 0.0, 0.0])
    if case == "flat codes":
        codes[:, 1] = codes[:, 0]
    if case == "constant codes":
        codes[:] = codes[0].clone()
    sums = moment_sums(codes.t(), memberships.t()).requires_grad_()

    quadratics, inverse_variances = log_densities(sums)
    values = energies(quadratics, codes.t())
    (values.mean() + inverse_variances).backward()

    assert torch.isfinite(values).all()
    assert torch.isfinite(sums.grad).all()
