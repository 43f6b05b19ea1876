"""The files that a run writes: checked before the work, written in hiding, put in their places together at its end."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from .core.errors import Cancelled, HsiAnomalyError, RasterError
from .core.scratch import Scratch, clear_away
from .raster.dataset import data_of_header
from .raster.image import input_files
from .raster.polygons import vector_driver, vector_sidecars
from .raster.writer import DRIVERS, sidecars

_LONGEST_NAME = 240
"""Bytes of a file's name that leave room for the extensions of what is written beside it."""

_HIDDEN = ".hsi-anomaly-"
"""How the names of hidden folders begin."""

_EXTENSIONS = {"raster": tuple(DRIVERS), "html": (".html", ".htm")}


class _Place:
    """The place of an output, and where what was there is kept until all outputs are in theirs."""

    def __init__(self, path: Path, kept: Path) -> None:
        self.path, self.kept = path, kept
        self._was_empty = not os.path.lexists(path)
        self._ours: Optional[Tuple[int, int]] = None

    def take(self, made: Optional[Path]) -> None:
        """Put a file there; None leaves the place empty."""
        if not self._was_empty:
            if made is not None and self.path.is_file() and not self.path.is_symlink():
                shutil.copymode(self.path, made)
            try:
                # A second name, so that there is no moment without the file.
                os.link(self.path, self.kept, follow_symlinks=False)
            except (OSError, NotImplementedError):
                os.replace(self.path, self.kept)
        if made is not None:
            self._ours = _identity(made)
            os.replace(made, self.path)
        elif not self._was_empty:
            self.path.unlink(missing_ok=True)

    def put_back(self) -> None:
        """Bring back what was there, unless another run has put its own there since."""
        found = _identity(self.path)
        if found not in (None, self._ours) or (found is not None and found == _identity(self.kept)):
            return
        if os.path.lexists(self.kept):
            os.replace(self.kept, self.path)
        elif found is not None and found == self._ours:
            self.path.unlink()


class Outputs:
    """The files of one run.

        outputs = Outputs([image, mask])
        outputs.claim(scores, "raster")  # before the work
        with outputs:  # after it
            with outputs.writing(scores) as hidden:
                write_map(hidden, ...)

    Files are written into a hidden folder beside their places. Where the outer block ends well, all are moved there;
    where it does not, or one of them cannot be moved, everything is left as it was before.

    inputs : every file the run reads, as the user named it; none of them may be written.
    """

    def __init__(self, inputs: Sequence[Optional[str]] = ()) -> None:
        self._inputs = [file for name in inputs if name is not None for file in input_files(name)]
        self._claimed: Dict[str, str] = {}
        self._rasters: Set[str] = set()
        self._hidden: Dict[Path, Scratch] = {}
        self._moves: List[Tuple[Path, Path]] = []
        self._stale: List[Path] = []

    def claim(self, path: str, kind: str) -> None:
        """Refuse an output that cannot be written.

        kind : raster, vector, html, or another word for what the file is. Raises RasterError where the extension is
        not known, the folder is missing or cannot be written to, or writing would change an input (also through a
        link, or an ENVI header) or another output.
        """
        shown = path.encode("utf-8", "replace").decode()
        if shown != path:
            raise RasterError(f"The output {shown} cannot be written: its name is not UTF-8, give another.")
        target = Path(path)
        is_output = kind in (*_EXTENSIONS, "vector")
        what = f"The output {path}" if is_output else f"The {kind} {path}"
        extensions = _EXTENSIONS.get(kind)
        if kind == "vector":
            vector_driver(path)
        if extensions is not None and target.suffix.lower() not in extensions:
            raise RasterError(
                f"The extension of the output {path} is not known: {kind} files end in {', '.join(extensions)}."
            )
        if not target.parent.is_dir():
            raise RasterError(f"The folder of the output {path} does not exist: create it or choose another.")
        if len(os.fsencode(target.name)) > _LONGEST_NAME:
            raise RasterError(f"The name of the output {path} is too long: give a shorter one.")
        if target.is_dir():
            raise RasterError(f"{what} is a folder: give a file name.")
        if target.exists() and not target.is_file():
            raise RasterError(f"{what} is not an ordinary file: give another name.")
        if not os.access(target.parent, os.W_OK) or not _takes_files(target.parent):
            raise RasterError(f"The folder of the output {path} cannot be written to: choose another.")
        beside = {"raster": sidecars, "vector": vector_sidecars}.get(kind)
        files = [target, *(beside(target) if beside else ())]
        for file in files:
            if file.is_dir():
                raise RasterError(f"{what} needs the place of the folder {file}: give another name.")
            read = next((read for read in self._inputs if _same_file(file, read)), None)
            if read is not None:
                raise RasterError(f"{what} would overwrite the input {read}: choose another.")
            if _place(file) in self._claimed:
                other = self._claimed[_place(file)]
                raise RasterError(
                    f"{what} would overwrite {file.name}, which belongs to {other}: give each output its own name."
                )
            if file.suffix.lower() == ".hdr" and kind == "raster":
                _refuse_header_of_another(path, target, file)
        self._claimed.update(dict.fromkeys(map(_place, files), path))
        if kind == "raster":
            self._rasters.add(path)

    @contextmanager
    def writing(self, path: str) -> Iterator[str]:
        """Yield the hidden file to write in place of an output that was claimed; with GDAL's files beside it.

        Raises RasterError, naming the output, where it cannot be written.
        """
        target = Path(path)
        try:
            # A folder of its own each: its sidecars are what lies beside it.
            folder = Path(tempfile.mkdtemp(dir=self._hidden_beside(target)))
            yield str(folder / target.name)
            made = sorted(folder.iterdir(), key=lambda file: file.name != target.name)
        except Cancelled:
            raise
        except HsiAnomalyError as error:
            raise type(error)(str(error).replace(f"{folder}{os.sep}", f"{target.parent}{os.sep}")) from error
        except OSError as error:
            raise _cannot_be_written(path, error) from error
        self._moves += [(file, target.with_name(file.name)) for file in made]
        names = {file.name for file in made}
        if path in self._rasters:
            # Those of an earlier output must not outlive it: GDAL would read them with this one.
            self._stale += [file for file in sidecars(target) if file.name not in names]

    def write(self, path: str, content: bytes) -> None:
        """Write a file's content; see `writing`."""
        with self.writing(path) as hidden:
            Path(hidden).write_bytes(content)

    def remove(self, path: str) -> None:
        """Remove an earlier run's file that this one does not write anew."""
        self._stale.append(Path(path))

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        with _uninterrupted():
            try:
                if kind is None:
                    self._put_in_place()
            finally:
                for folder in self._hidden.values():
                    folder.remove()

    def _put_in_place(self) -> None:
        """Move every file to its place, or none."""
        steps: List[Tuple[Optional[Path], Path]] = [*self._moves, *((None, stale) for stale in self._stale)]
        taken: List[_Place] = []
        try:
            for _, path in steps:
                self._hidden_beside(path)
            for folder in self._hidden.values():
                folder.keep()  # from now on it may hold what was at the places before
            for made, path in steps:
                place = _Place(path, Path(tempfile.mkdtemp(dir=self._hidden_beside(path))) / path.name)
                taken.append(place)
                place.take(made)
        except BaseException as error:
            self._put_back(taken)
            if isinstance(error, OSError):
                raise _cannot_be_written(str(taken[-1].path if taken else steps[0][1]), error) from error
            raise

    def _put_back(self, taken: Sequence[_Place]) -> None:
        """Bring back what was at the places before. Raises RasterError, saying where it is, where that fails."""
        for place in reversed(taken):
            try:
                place.put_back()
            except OSError as error:
                self._hidden.pop(place.path.parent, None)
                raise RasterError(
                    f"{place.path} cannot be brought back ({error.strerror or error}): what was there is {place.kept}."
                ) from error

    def _hidden_beside(self, file: Path) -> Path:
        """Return the hidden folder, on the same disk, for what goes into a file's folder."""
        if file.parent not in self._hidden:
            clear_away(_HIDDEN, file.parent)
            self._hidden[file.parent] = Scratch(_HIDDEN, file.parent)
        return self._hidden[file.parent].path


def _identity(file: Path) -> Optional[Tuple[int, int]]:
    """Return by what a file is told from another of its name; None where there is none."""
    if not os.path.lexists(file):
        return None
    found = os.lstat(file)
    return found.st_dev, found.st_ino


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the block has ended, which takes moments."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: List[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _refuse_header_of_another(path: str, target: Path, header: Path) -> None:
    """Raise RasterError where an ENVI output would take the header of a raster of another name."""
    if header.is_file() and not target.exists():
        try:
            other = data_of_header(str(header))
        except RasterError:
            return
        raise RasterError(
            f"The output {path} would overwrite {header}, the header of {other}: choose another name."
        )


def _place(file: Path) -> str:
    """Return a text that is the same for all names of a place."""
    name = file.name.casefold() if _ignores_case(file.parent) else file.name
    return os.path.join(os.path.realpath(file.parent), name)


@lru_cache(maxsize=64)
def _ignores_case(folder: Path) -> bool:
    try:
        with tempfile.NamedTemporaryFile(prefix="hsi", dir=folder) as probe:
            return os.path.exists(os.path.join(folder, os.path.basename(probe.name).upper()))
    except OSError:
        return False


def _same_file(file: Path, read: str) -> bool:
    if _place(file) == _place(Path(read)):
        return True
    return file.exists() and os.path.exists(read) and os.path.samefile(file, read)


def _takes_files(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _cannot_be_written(path: str, error: OSError) -> RasterError:
    return RasterError(f"The output {path} cannot be written: {error.strerror or error}.")
