"""Where benchmarks write: a text table and the same as JSON under build/bench, with the machine and the versions."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "spectral", "pyod")


def save(folder: Path, name: str, text: str, data: Any) -> None:
    """Write folder/name.txt and folder/name.json, and print the text."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = circumstances()
    head = (
        f"{name}, {facts['date']}, {facts['processor']}, {facts['cores']} cores, commit {facts['commit']}\n\n"
    )
    (folder / f"{name}.txt").write_text(head + text + "\n", encoding="utf-8")
    (folder / f"{name}.json").write_text(
        json.dumps({**facts, "results": data}, indent=2) + "\n", encoding="utf-8"
    )
    print(head + text, flush=True)


def circumstances() -> Dict[str, Any]:
    """Return on what and with what the figures were made."""
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "commit": commit(),
    }


def processor() -> str:
    """Return the processor's name."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def version(library: str) -> Optional[str]:
    """Return a library's version, None where it is not installed."""
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def commit() -> str:
    """Return the commit the figures belong to, with a plus where files were changed since."""
    here = Path(__file__).parent
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=here, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "unknown"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table: first column to the left, the others to the right."""
    lines: List[Sequence[str]] = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )
