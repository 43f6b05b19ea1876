"""The command line: `python -m qgis_hsi_anomaly`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any


def main() -> int:
    """Run the command line. Ctrl-C while its modules are loaded ends at once: nothing has begun."""
    signal.signal(signal.SIGINT, _end)
    from .cli import main as run

    return run(sys.argv[1:])


def _end(number: int, frame: Any) -> None:
    # Not an exception: some of the libraries that are being imported would swallow it.
    sys.stderr.write("Cancelled.\n")
    sys.stderr.flush()
    os._exit(130)


if __name__ == "__main__":
    sys.exit(main())
