"""Progress as QGIS hears of it."""

import pytest

from tests.processing.conftest import Log


@pytest.mark.parametrize("start", [0.0, 0.0999, 0.3, 0.5, 0.77, 0.9999])
@pytest.mark.parametrize("step", [0.0, 1e-7, 1e-5, 5e-4])
def test_every_report_reaches_who_listens(start, step):
    """However small the step: qgis_process looks for Ctrl-C only when it is told of a change."""
    from qgis_hsi_anomaly.processing.feedback import run_of

    log = Log()
    fractions = [min(start + step * index, 0.9999) for index in range(1, 21)]

    for number, fraction in enumerate(fractions, 1):
        run_of(log).update(fraction)
        assert len(log.shares) == number
        assert abs(log.shares[-1] - 100 * fraction) < 0.12
    run_of(log).update(1.0)
    assert log.shares[-1] == 100
