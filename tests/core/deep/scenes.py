"""What the learned detectors' tests share: small scenes, and which detectors there are."""

import numpy as np

from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids

LEARNED = tuple(id for id in detector_ids() if detector_class(id).needs_torch)


def small_scene(rows: int = 23, columns: int = 17, bands: int = 12, seed: int = 0) -> np.ndarray:
    """Return smooth mixtures of three spectra with noise and two odd pixels, (rows, columns, bands) float32."""
    random = np.random.default_rng(seed)
    spectra = random.uniform(0.1, 0.9, (3, bands))
    down, across = np.mgrid[0:rows, 0:columns] / 8.0
    shares = np.exp(np.stack([np.sin(down + across), np.cos(down), np.sin(across - 1)], axis=-1))
    cube = shares / shares.sum(axis=-1, keepdims=True) @ spectra + random.normal(
        0, 0.01, (rows, columns, bands)
    )
    cube[5, 4] = random.uniform(0.1, 0.9, bands)
    cube[15, 12] = random.uniform(0.1, 0.9, bands)
    return cube.astype(np.float32) * 1000
