# PYTHON_ARGCOMPLETE_OK
"""The command line: `python -m qgis_hsi_anomaly`."""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from typing import Any


def main() -> int:
    """Run the command line. Ctrl-C while its modules are loaded ends at once: nothing has begun."""
    signal.signal(signal.SIGINT, _end)
    if sys.stderr is None:  # closed by whoever started this
        sys.stderr = io.StringIO()
    from .cli import main as run

    if not sys.warnoptions:
        # Those of libraries, with lines of source, say nothing to users: what matters is said in sentences.
        warnings.simplefilter("ignore")
    try:
        return run(sys.argv[1:])
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: nothing is left to interrupt


def _end(number: int, frame: Any) -> None:
    # Not an exception: some of the libraries that are being imported would swallow it.
    sys.stderr.write("Cancelled.\n")
    sys.stderr.flush()
    os._exit(130)


if __name__ == "__main__":
    sys.exit(main())
