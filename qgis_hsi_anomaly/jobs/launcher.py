"""The worker processes as seen by the one that starts them: started together, listened to, ended together."""

from __future__ import annotations

import collections
import errno
import os
import queue
import re
import signal
import subprocess  # nosec B404
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Deque, Dict, List, Optional

from ..core.errors import HsiAnomalyError, WorkerError
from ..core.progress import Progress
from .execution import Execution
from .interpreter import Interpreter
from .network import check_port, interface_towards
from .protocol import library_error, parse

WORKER = Path(__file__).with_name("worker.py")

SILENCE = 15.0
"""Seconds after which a process that gives no sign of life counts as hanging."""

IDLE = 20.0
"""Seconds after which processes count as hanging when none of them computes or reports progress."""

REPEAT = 0.5
"""Seconds after which the share done is reported again: some of those who listen notice a cancel only then."""

START = 180.0
"""Seconds that the processes of one machine may take to start."""

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_COLLATERAL = re.compile(
    r"connection (closed|reset|refused)|broken pipe|gloo|nccl|store|timed out", re.IGNORECASE
)
_KILLED = re.compile(r"Signal \d+ \((SIG\w+)\) received by PID (\d+)")


class Launcher:
    """`torch.distributed.run` and its worker processes; a context manager at whose end all are gone.

    All hold the reading end of one pipe as standard input and the writing end of another as standard output. Closing
    the first ends every one that is not killed by then; the end of the second says that none is left.
    """

    def __init__(self, interpreter: Interpreter, execution: Execution, device: str, scratch: Path) -> None:
        if execution.machines > 1 and execution.machine == 0:
            check_port(execution.endpoint()[1])
        self.interpreter, self.execution, self.scratch = interpreter, execution, scratch
        self.pids: Dict[int, int] = {}
        self.maps: Optional[List[str]] = None
        self._errors: List[Dict[str, Any]] = []
        self._heard: Dict[int, float] = {}
        self._moved: Dict[int, Any] = {}
        self._last_moved = self._checked = self._started = time.monotonic()
        self._lines: queue.Queue[Optional[bytes]] = queue.Queue()
        self._words: Deque[str] = collections.deque(maxlen=200)
        self._ended = self._working = False
        self._fraction = self._reported = 0.0
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        threads = str(max(1, cores // execution.processes))
        environment = interpreter.environment()
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            environment.setdefault(name, threads)
        # Threads that wait give their core away: on a busy machine spinning costs many times the work.
        environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        if execution.machines > 1:
            # Gloo takes the interface that the machine's name leads to, often the loopback.
            interface = interface_towards(*execution.endpoint())
            if interface:
                environment.setdefault("GLOO_SOCKET_IFNAME", interface)
        # Whatever torch leaves in the temporary folder goes with the scratch folder.
        environment.update(TMPDIR=str(scratch), TEMP=str(scratch), TMP=str(scratch))
        # A list of arguments, no shell.
        self.process = subprocess.Popen(  # nosec B603
            [interpreter.path, str(WORKER), *self._arguments(), str(WORKER), str(scratch), device],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=scratch,
            env=environment,
            **own_session(),
        )
        for target in (self._read_lines, self._read_words):
            threading.Thread(target=target, daemon=True).start()

    def _arguments(self) -> List[str]:
        execution = self.execution
        arguments = [f"--nproc_per_node={execution.processes}", f"--nnodes={execution.machines}"]
        if execution.machines == 1:
            # Port 0: the launcher takes a free one, and no two runs can meet.
            arguments += [
                "--rdzv_backend=c10d",
                "--rdzv_endpoint=localhost:0",
                f"--rdzv_id={uuid.uuid4().hex}",
            ]
            if self.interpreter.torch_version >= (2, 1):
                # Without it the launcher asks for the machine's own name, which not every network knows.
                arguments.append("--local_addr=localhost")
        else:
            host, port = execution.endpoint()
            arguments += ["--rdzv_backend=static", f"--node_rank={execution.machine}"]
            arguments += [f"--master_addr={host}", f"--master_port={port}"]
        # torch before 2.1 under Python 3.11 stumbles over its own default for the two stream options; a map that
        # names another process means the same. Its logs would be left in the temporary folder.
        arguments += ["--redirects=9:2", "--tee=9:2", f"--log_dir={self.scratch / 'log'}"]
        return ["-m", "torch.distributed.run", "--max_restarts=0", "--monitor_interval=0.2", *arguments]

    def __enter__(self) -> Launcher:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def listen(self, progress: Progress, wait: float = 0.0) -> bool:
        """Pass on what the processes said, for at most `wait` seconds. Returns whether the run goes on.

        Raises Cancelled when the user asks to stop, and the error of the processes when they failed.
        """
        if self._working and time.monotonic() - self._reported > REPEAT:
            self._report(progress, self._fraction)
        progress.check_cancelled()
        timeout = wait
        while not self._ended:
            try:
                line = self._lines.get(timeout=timeout) if timeout else self._lines.get_nowait()
            except queue.Empty:
                break
            timeout = 0.0
            self._ended = line is None
            if line is not None:
                self._take(line, progress)
        if self._errors or (self._ended and self.maps is None):
            raise self._failure()
        if not self._ended:
            self._check_hanging()
        # Several machines take leave of each other; on one there is nothing to wait for.
        return not self._ended and (self.maps is None or self.execution.machines > 1)

    def _report(self, progress: Progress, fraction: float) -> None:
        self._fraction, self._reported = fraction, time.monotonic()
        progress.update(fraction)

    def set_to_work(self) -> None:
        """Note that from now on idle processes are suspicious."""
        self._working = True
        self._last_moved = time.monotonic()

    def _take(self, line: bytes, progress: Progress) -> None:
        said = parse(line)
        if said is None:
            self._words.append(line.decode("utf-8", "replace").rstrip())
            return
        kind, rank = said["kind"], said["rank"]
        now = time.monotonic()
        self._heard[rank] = now
        if kind == "alive":
            self.pids[rank] = said["pid"]
            before = self._moved.get(rank)
            # The sign of life itself takes some processor time: that is no movement.
            if before is None or said["updates"] != before[1] or said["cpu"] - before[0] > 0.02:
                self._moved[rank] = (said["cpu"], said["updates"])
                self._last_moved = now
        elif kind == "progress":
            self._report(progress, said["fraction"])
        elif kind == "message":
            progress.message(said["text"])
        elif kind == "warning":
            progress.warning(said["text"])
        elif kind == "metric":
            progress.metric(said["name"], said["value"])
        elif kind == "result" and rank == 0:
            self.maps = said["maps"]
        elif kind == "error":
            self._errors.append(said)

    def _check_hanging(self) -> None:
        now = time.monotonic()
        if now - self._checked > SILENCE / 3:
            # It was this process that slept: nobody was listened to.
            self._heard, self._last_moved = dict.fromkeys(self._heard, now), now
        self._checked = now
        if len(self._heard) < self.execution.processes:
            if now - self._started > START and self.execution.machines == 1:
                raise WorkerError(
                    f"The worker processes did not start within {START:.0f} s.{self._tail(None)}"
                )
            return
        for rank, heard in self._heard.items():
            if now - heard > SILENCE:
                raise WorkerError(
                    f"{self._who(rank)} has given no sign of life for {SILENCE:.0f} s and was ended."
                    f"{self._tail(rank)}"
                )
        if (
            self._working
            and self.maps is None
            and now - self._last_moved > IDLE
            and self.execution.machines == 1
        ):
            raise WorkerError(
                f"The worker processes have neither computed nor reported anything for {IDLE:.0f} s and were ended."
                f"{self._tail(0)}"
            )

    def _failure(self) -> HsiAnomalyError:
        """Return what the processes failed of, once the others have had a moment to say it too."""
        count = self.execution.processes
        deadline = time.monotonic() + 10.0
        while not self._ended and time.monotonic() < deadline:
            if len(self._errors) == count or any(map(library_error, self._errors)):
                break
            try:
                line = self._lines.get(timeout=0.2)
            except queue.Empty:
                continue
            self._ended = line is None
            if line is not None:
                self._take(line, Progress())
        known = [error for error in map(library_error, self._errors) if error is not None]
        if known:
            return known[0]
        causes = [said for said in self._errors if not _COLLATERAL.search(said["message"])]
        # The launcher ends the others with SIGTERM.
        killed = [found for found in _KILLED.findall("\n".join(self._words)) if found[0] != "SIGTERM"]
        if killed and not causes:
            name, pid = killed[0]
            rank = next((rank for rank, own in self.pids.items() if own == int(pid)), None)
            hint = ", most likely because memory ran out: use fewer processes" if name == "SIGKILL" else ""
            return WorkerError(f"{self._who(rank)} was ended by {name}{hint}.{self._tail(rank)}")
        if not self._errors and not self.pids and self.execution.machines > 1:
            place = self.execution.rendezvous
            return WorkerError(f"The machines did not meet at RENDEZVOUS {place}.{self._tail(None)}")
        if not self._errors:
            return WorkerError(f"The worker process ended before it was done.{self._tail(None)}")
        if not causes and self.execution.machines > 1:
            return WorkerError(
                "The connection to another machine was lost, most likely because the run failed or was cancelled there."
                f"{self._tail(0)}"
            )
        said = (causes or self._errors)[0]
        text = f"{said['type']}: {said['message'].strip()}"
        who = self._who(said["rank"])
        if "Memory" in said["type"] or "allocate memory" in text or "out of memory" in text:
            return WorkerError(f"{who} ran out of memory: use fewer processes or a smaller raster ({text}).")
        return WorkerError(f"{who} failed: {text}.{self._tail(said['rank'])}")

    def _who(self, rank: Optional[int]) -> str:
        return (
            "A worker process" if rank is None else f"Worker process {rank + 1} of {self.execution.processes}"
        )

    def _tail(self, rank: Optional[int], lines: int = 12) -> str:
        """Return the last words of a process, or of the launcher, to end a message with."""
        words = list(self._words)
        if rank is not None:
            path = self.scratch / f"words-{rank}.txt"
            words = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        words = [word for word in words if word.strip()]
        return "\n" + "\n".join(words[-lines:]) if words else ""

    def stop(self) -> None:
        """End every process and wait until they are gone."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        if not self._ended:
            for pid in [self.process.pid, *self.pids.values()]:
                try:
                    os.kill(pid, _KILL)
                except OSError as error:
                    if error.errno != errno.ESRCH:
                        self._words.append(f"Process {pid} could not be ended: {error}")
        deadline = time.monotonic() + 10.0
        while not self._ended and time.monotonic() < deadline:
            try:
                self._ended = self._lines.get(timeout=0.1) is None
            except queue.Empty:
                continue
        self.process.wait()

    def _read_lines(self) -> None:
        stream = self.process.stdout
        if stream is not None:
            with stream:
                for line in stream:
                    self._lines.put(line)
        self._lines.put(None)

    def _read_words(self) -> None:
        stream = self.process.stderr
        if stream is not None:
            with stream:
                for line in stream:
                    self._words.append(line.decode("utf-8", "replace").rstrip())


def own_session() -> Dict[str, Any]:
    """Return Popen's arguments for a process that no interrupt at the keyboard reaches and no console window shows."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
