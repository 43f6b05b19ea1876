"""Folders for the time of a run, which a later run clears away where nobody could: the process was killed.

A folder in use holds a file that its process has locked. The lock ends with the process, however that ends. Only
folders of the same user and machine that hold such a file, and nobody's lock, are cleared away.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Optional, Union

locks: Optional[ModuleType]
try:
    import fcntl as locks
except ImportError:  # on Windows, where a file that is open cannot be removed
    locks = None

_LOCK = "in-use"


class Scratch:
    """A new folder that nobody else can read. prefix : of its name. parent : the folder it is made in.

    path : the folder. Raises OSError where it cannot be made.
    """

    def __init__(self, prefix: str, parent: Union[str, Path, None] = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        self._held: Optional[int] = None
        try:
            # Without a lock, on a disk that is full or knows none, the folder is a folder all the same.
            with suppress(OSError):
                self._held = self._hold()
        except BaseException:  # Ctrl-C
            shutil.rmtree(self.path, ignore_errors=True)
            raise

    def _hold(self) -> int:
        early = self.path / f"{_LOCK}.part"
        held = os.open(early, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(held, platform.node().encode())
            if locks is not None:
                locks.flock(held, locks.LOCK_EX | locks.LOCK_NB)
                os.rename(early, self.path / _LOCK)  # nobody sees it before it is locked
        except OSError:
            os.close(held)
            early.unlink()
            raise
        if locks is None:
            os.close(held)
            os.rename(early, self.path / _LOCK)
            held = os.open(self.path / _LOCK, os.O_RDWR)
        return held

    def keep(self) -> None:
        """Let no other run clear the folder away from now on."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
            (self.path / _LOCK).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder with all in it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
        shutil.rmtree(self.path, ignore_errors=True)


def clear_away(prefix: str, parent: Union[str, Path]) -> int:
    """Remove the folders of runs that were killed; return how many."""
    cleared = 0
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and _is_left(Path(entry.path)):
                shutil.rmtree(entry.path, ignore_errors=True)
                cleared += 1
    return cleared


def _is_left(folder: Path) -> bool:
    """Tell whether a folder was made by this user on this machine, and its process is gone."""
    try:
        found = os.lstat(folder)
        if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
            return False
        lock = folder / _LOCK
        if locks is None:
            if lock.read_bytes() != platform.node().encode():
                return False
            lock.unlink()  # fails where it is open
            return True
        held = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
        try:
            locks.flock(held, locks.LOCK_EX | locks.LOCK_NB)
            return os.read(held, 256) == platform.node().encode()
        finally:
            os.close(held)
    except OSError:
        return False
