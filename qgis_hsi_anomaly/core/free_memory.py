"""How much memory is free, as the operating system tells without further libraries."""

from __future__ import annotations

import ctypes
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import List, Optional


def free_memory(system: Path = Path("/")) -> Optional[int]:
    """Return how many bytes a program can still take before the machine swaps or the system ends it; None if unknown.

    On Linux what /proc/meminfo calls available, or less where a control group limits this process; on Windows the free
    physical memory; elsewhere half of what is built in. system : where /proc and /sys lie.
    """
    if hasattr(ctypes, "windll"):
        return _of_windows()
    found = [*_of_linux(system), *_of_control_group(system)]
    if found:
        return max(min(found), 0)
    with suppress(ValueError, OSError, AttributeError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return None


def _of_linux(system: Path) -> List[int]:
    with suppress(OSError):
        told = re.search(r"^MemAvailable:\s+(\d+) kB", (system / "proc/meminfo").read_text(), re.MULTILINE)
        return [int(told[1]) * 1024] if told else []
    return []


def _of_control_group(system: Path) -> List[int]:
    """What the process's groups, and those above, leave it: of version 2 of control groups, and of version 1."""
    free: List[int] = []
    with suppress(OSError):
        for line in (system / "proc/self/cgroup").read_text().splitlines():
            number, names, path = line.split(":", 2)
            if number == "0" and not names:
                root, most, used = system / "sys/fs/cgroup", "memory.max", "memory.current"
            elif "memory" in names.split(","):
                root = system / "sys/fs/cgroup/memory"
                most, used = "memory.limit_in_bytes", "memory.usage_in_bytes"
            else:
                continue
            group = root / path.lstrip("/")
            for place in (group, *group.parents):
                with suppress(OSError, ValueError):
                    taken = int((place / used).read_text()) - _kept_files(place)
                    free.append(int((place / most).read_text()) - taken)
                if place == root:
                    break
    return free


def _kept_files(group: Path) -> int:
    """Return the bytes of files that a group has in memory and can let go."""
    with suppress(OSError):
        told = re.search(
            r"^(?:total_)?inactive_file (\d+)$", (group / "memory.stat").read_text(), re.MULTILINE
        )
        return int(told[1]) if told else 0
    return 0


def _of_windows() -> Optional[int]:
    class Status(ctypes.Structure):
        _fields_ = [
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *(
                (name, ctypes.c_ulonglong)
                for name in ("all", "free", "all_page", "free_page", "all_virtual", "free_virtual")
            ),
            ("free_extended", ctypes.c_ulonglong),
        ]

    status = Status()
    status.length = ctypes.sizeof(status)
    windll = getattr(ctypes, "windll")  # noqa: B009 (there on Windows alone)
    return int(status.free) if windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else None
