"""Free memory, as Linux tells it, and what is said where a run needs more."""

from pathlib import Path

import pytest

from qgis_hsi_anomaly.core.free_memory import free_memory

GROUPS = {
    "two": ("0::/jobs/run", "sys/fs/cgroup/jobs", "memory.max", "memory.current"),
    "one": (
        "4:cpu,memory:/jobs/run",
        "sys/fs/cgroup/memory/jobs",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
    ),
}


def system(folder: Path, group: str = "", most: str = "max") -> Path:
    """A machine with 3 GB free, and a control group that may take `most` and takes 1 GB, and .2 GB for files."""
    (folder / "proc/self").mkdir(parents=True)
    (folder / "proc/meminfo").write_text("MemTotal: 9000000 kB\nMemAvailable: 3000000 kB\n")
    if group:
        line, place, limit, usage = GROUPS[group]
        (folder / "proc/self/cgroup").write_text(f"3:cpuset:/x\n{line}\n")
        (folder / place).mkdir(parents=True)
        (folder / place / limit).write_text(most)
        (folder / place / usage).write_text("1200000000")
        (folder / place / "memory.stat").write_text("file 300000000\ninactive_file 200000000\n")
    return folder


def test_what_the_machine_has(tmp_path):
    assert free_memory(system(tmp_path)) == 3_000_000 * 1024
    assert (free_memory() or 0) > 2**20


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(
    ("most", "free"), [("max", 3_000_000 * 1024), ("1500000000", 500_000_000), ("900000000", 0)]
)
def test_a_control_group_may_leave_less(tmp_path, group, most, free):
    assert free_memory(system(tmp_path, group, most)) == free


def test_a_run_that_needs_more_is_warned_of(tmp_path, monkeypatch):
    pytest.importorskip("osgeo.gdal")
    import numpy as np

    from qgis_hsi_anomaly import workflow
    from qgis_hsi_anomaly.core.detectors.registry import make_detector
    from qgis_hsi_anomaly.core.run import Run
    from tests.test_workflow import write_raster

    write_raster(tmp_path / "scene.tif", np.random.default_rng(0).normal(size=(20, 16, 4)).astype(np.float32))
    warnings = []
    for free in (10**12, 2**20):
        monkeypatch.setattr(workflow, "free_memory", lambda free=free: free)
        run = Run(on_warning=warnings.append)
        workflow.detect(make_detector("rx", {}), f"{tmp_path}/scene.tif", f"{tmp_path}/out.tif", run=run)
    (warning,) = [text for text in warnings if "memory" in text]
    assert "1 MiB are free" in warning
