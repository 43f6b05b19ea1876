"""Reconstruction features against their dense definitions."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.deep.parts.features import FEATURES, cross_sums, reconstruction_gradient  # noqa: E402


def projector(v):
    """Return I - v v' / v'v."""
    return np.eye(len(v)) - np.outer(v, v) / (v @ v)


@pytest.fixture
def pairs():
    """Spectra and reconstructions, (20, 9) float64."""
    random = np.random.default_rng(3)
    return random.uniform(0, 1, (20, 9)), random.uniform(-1, 1, (20, 9))


def found(name, x, r):
    """Return the features as an array."""
    features = FEATURES[name]
    sums = cross_sums(torch.from_numpy(x), torch.from_numpy(r), features.quartic)
    return features.values(sums, x.shape[1]).numpy().T


def test_text_features_equal_dense_projectors(pairs):
    """Mean squared error and sqrt(x' P_r x + r' P_x r)."""
    expected = [
        [((x - r) ** 2).mean(), np.sqrt(x @ projector(r) @ x + r @ projector(x) @ r)] for x, r in zip(*pairs)
    ]

    assert found("published_text", *pairs) == pytest.approx(np.array(expected), rel=1e-9)


def test_code_features_equal_diagonals_of_projectors(pairs):
    """Relative distance, and the divergence with the projectors' diagonals only."""
    expected = [
        [
            np.linalg.norm(x - r) / np.linalg.norm(x),
            np.sqrt(x @ np.diag(np.diag(projector(r))) @ x + r @ np.diag(np.diag(projector(x))) @ r),
        ]
        for x, r in zip(*pairs)
    ]

    assert found("published_code", *pairs) == pytest.approx(np.array(expected), rel=1e-9)


def test_dagmm_features(pairs):
    """Relative distance and cosine similarity."""
    expected = [
        [np.linalg.norm(x - r) / np.linalg.norm(x), x @ r / np.linalg.norm(x) / np.linalg.norm(r)]
        for x, r in zip(*pairs)
    ]

    assert found("distance_and_cosine", *pairs) == pytest.approx(np.array(expected), rel=1e-9)


@pytest.mark.parametrize("name", sorted(FEATURES))
@pytest.mark.parametrize("case", ["zero spectrum", "zero reconstruction", "perfect reconstruction"])
def test_features_and_slopes_stay_finite(name, case):
    """Zero spectra and perfect reconstructions divide by nothing."""
    x = torch.rand(4, 6)
    r = x.clone() if case == "perfect reconstruction" else torch.rand(4, 6)
    if case == "zero spectrum":
        x = torch.zeros(4, 6)
    if case == "zero reconstruction":
        r = torch.zeros(4, 6)
    features = FEATURES[name]
    sums = cross_sums(x, r, features.quartic).requires_grad_()

    values = features.values(sums, 6)
    values.sum().backward()

    assert torch.isfinite(values).all()
    assert torch.isfinite(reconstruction_gradient(x, r, sums.grad, features.quartic)).all()
