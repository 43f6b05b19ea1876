"""Our optimizers move parameters as torch's do, and load nothing of it that a run does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="learned detectors need torch")

from qgis_hsi_anomaly.core.deep.training.optimizers import SGD, Adam  # noqa: E402

PAIRS = {
    "sgd": (lambda p: SGD(p, lr=0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    "adam": (lambda p: Adam(p, lr=0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
    "adamw": (lambda p: Adam(p, lr=0.01, decay=0.01), lambda p: torch.optim.AdamW(p, lr=0.01)),
}


@pytest.mark.parametrize("name", sorted(PAIRS))
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_steps_are_those_of_torch(name, kind):
    start = torch.linspace(-2, 3, 12, dtype=kind).reshape(3, 4)
    found = []
    for make in PAIRS[name]:
        parameter, idle = start.clone().requires_grad_(), torch.ones(2, requires_grad=True)
        optimizer = make([parameter, idle])
        for step in range(30):
            parameter.grad = None
            for group in optimizer.param_groups:
                group["lr"] = 0.1 / (1 + step)
            (parameter.square() * torch.linspace(0, 5, 4, dtype=kind)).sum().backward()
            optimizer.step()
        assert torch.equal(idle, torch.ones(2))
        found.append((parameter.detach(), optimizer.state.get(parameter, {})))

    assert torch.allclose(found[0][0], found[1][0], rtol=1e-6, atol=0)
    assert {key for key, value in found[1][1].items() if value is not None} == set(found[0][1])


def test_a_training_does_not_load_the_compiler():
    code = (
        "import sys, numpy as np\n"
        "from qgis_hsi_anomaly.core.cube import ArrayCube\n"
        "from qgis_hsi_anomaly.core.detectors.registry import detector_class, detector_ids\n"
        "from qgis_hsi_anomaly.core.deep.processes import join\n"
        "cube = ArrayCube(np.random.default_rng(0).random((12, 11, 9), dtype=np.float32))\n"
        "join()\n"
        "for id in detector_ids():\n"
        "    if detector_class(id).needs_torch:\n"
        "        changes = {'variant': 'reference'} if id == 'sscade' else {}\n"
        "        detector_class(id)(epochs=1, **changes).fit(cube)\n"
        "        assert 'torch._dynamo' not in sys.modules, id\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
