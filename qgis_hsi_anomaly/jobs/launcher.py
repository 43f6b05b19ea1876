"""The worker processes as seen by the one that starts them: started together, listened to, ended together."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess  # nosec B404
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

from ..core.errors import HsiAnomalyError, WorkerError
from ..core.run import Run
from .execution import Execution
from .interpreter import Interpreter, own_session
from .network import LOOPBACK, check_port, own_address
from .packing import write_json
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

_COLLATERAL = re.compile(
    r"connection (closed|reset|refused)|broken pipe|gloo|nccl|store|timed out", re.IGNORECASE
)


class Launcher:
    """The worker processes of this machine; a context manager at whose end all are gone.

    All hold the reading end of one pipe as standard input and the writing end of another as standard output. Closing
    the first ends every one that is not killed by then; the end of the second says that none is left.

    On one machine the processes share memory, a file of the private scratch folder: nothing listens anywhere. (GPUs
    meet over the loopback.) Several machines meet at the address of machine 0, which alone is listened on.
    """

    def __init__(self, interpreter: Interpreter, execution: Execution, device: str, scratch: Path) -> None:
        self.execution, self.scratch = execution, scratch
        self.results: Optional[List[str]] = None
        self._errors: List[Dict[str, Any]] = []
        self._heard: Dict[int, float] = {}
        self._moved: Dict[int, Any] = {}
        self._last_moved = self._checked = self._started = time.monotonic()
        self._lines: queue.Queue[Optional[bytes]] = queue.Queue()
        self._ended = self._working = self._met = False
        self._fraction = self._reported = 0.0
        write_json(scratch / "meeting.json", {"device": device, **self._meeting()})
        environment = self._environment(interpreter)
        held, self._held = os.pipe()
        listened, said = os.pipe()
        threading.Thread(target=self._read_lines, args=(listened,), daemon=True).start()
        self.processes: List[subprocess.Popen[bytes]] = []
        try:
            for rank in range(execution.processes):
                with open(self._words(rank), "ab") as words:
                    # A list of arguments, no shell.
                    process = subprocess.Popen(  # nosec B603
                        [interpreter.path, str(WORKER), str(scratch), str(rank)],
                        stdin=held,
                        stdout=said,
                        stderr=words,
                        cwd=scratch,
                        env=environment,
                        **own_session(),
                    )
                self.processes.append(process)
        except OSError as error:
            os.close(self._held)
            raise WorkerError(f"{interpreter.path} cannot be started: {error.strerror or error}.") from error
        finally:
            os.close(held)
            os.close(said)

    def _meeting(self) -> Dict[str, Any]:
        """Return where the processes of the run meet, and which of them are on this machine."""
        execution = self.execution
        found = {
            "processes": execution.processes,
            "machines": execution.machines,
            "machine": execution.machine,
        }
        if execution.machines == 1:
            return {**found, "address": LOOPBACK}
        host, port = execution.endpoint()
        if execution.machine == 0:
            check_port(host, port)
        return {**found, "address": own_address(host, port), "host": host, "port": port}

    def _environment(self, interpreter: Interpreter) -> Dict[str, str]:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        threads = str(max(1, cores // self.execution.processes))
        environment = interpreter.environment()
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            environment.setdefault(name, threads)
        # Threads that wait give their core away: on a busy machine spinning costs many times the work.
        environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        if self.execution.machines == 1:
            # NCCL takes no address: the interface's name, as a whole.
            environment["NCCL_SOCKET_IFNAME"] = "=lo"
        # Whatever torch leaves in the temporary folder goes with the scratch folder.
        environment.update({name: str(self.scratch) for name in ("TMPDIR", "TEMP", "TMP")})
        return environment

    def __enter__(self) -> Launcher:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def listen(self, run: Run, wait: float = 0.0) -> bool:
        """Pass on what the processes said, for at most `wait` seconds. Returns whether the run goes on.

        Raises Cancelled when the user asks to stop, and the error of the processes when they failed.
        """
        if self._working and time.monotonic() - self._reported > REPEAT:
            self._report(run, self._fraction)
        run.check_cancelled()
        # Before the lines are taken, so that the last ones of a process that has ended are among them.
        failed = any(process.poll() for process in self.processes)
        self._take_lines(run, wait)
        if self.results is None and (self._errors or failed or self._ended):
            raise self._failure()
        if self.results is not None:
            # On one machine there is nothing to wait for. Several finish their last exchange together.
            since = time.monotonic() - self._last_moved
            return self.execution.machines > 1 and not self._ended and since < SILENCE
        self._check_hanging()
        return True

    def _take_lines(self, run: Run, wait: float) -> None:
        while not self._ended:
            try:
                line = self._lines.get(timeout=wait) if wait else self._lines.get_nowait()
            except queue.Empty:
                return
            wait = 0.0
            self._ended = line is None
            if line is not None:
                self._take(line, run)

    def _report(self, run: Run, fraction: float) -> None:
        self._fraction, self._reported = fraction, time.monotonic()
        run.update(fraction)

    def set_to_work(self) -> None:
        """Note that from now on idle processes are suspicious."""
        self._working = True
        self._last_moved = time.monotonic()

    def _take(self, line: bytes, run: Run) -> None:
        said = parse(line)
        if said is None:
            return
        kind, rank = said["kind"], said["rank"]
        now = time.monotonic()
        self._heard[rank] = now
        if kind == "alive":
            before = self._moved.get(rank)
            # The sign of life itself takes some processor time: that is no movement.
            if before is None or said["updates"] != before[1] or said["cpu"] - before[0] > 0.02:
                self._moved[rank] = (said["cpu"], said["updates"])
                self._last_moved = now
        elif kind == "met":
            self._met = True
        elif kind == "progress":
            self._report(run, said["fraction"])
        elif kind == "message":
            run.message(said["text"])
        elif kind == "warning":
            run.warning(said["text"])
        elif kind == "metric":
            run.metric(said["name"], said["value"])
        elif kind == "result" and rank == 0:
            self.results, self._last_moved = said["names"], now
        elif kind == "error":
            self._errors.append(said)

    def _check_hanging(self) -> None:
        now = time.monotonic()
        if now - self._checked > SILENCE / 3:
            # This process was suspended: the others are given their time again.
            self._heard, self._last_moved = dict.fromkeys(self._heard, now), now
        self._checked = now
        if len(self._heard) < self.execution.processes:
            if now - self._started > START:
                raise WorkerError(f"The worker processes did not start within {START:.0f} s.{self._tail(0)}")
            return
        for rank, heard in self._heard.items():
            if now - heard > SILENCE:
                raise WorkerError(
                    f"{self._who(rank)} has given no sign of life for {SILENCE:.0f} s and was ended."
                    f"{self._tail(rank)}"
                )
        if self._working and now - self._last_moved > IDLE and self.execution.machines == 1:
            raise WorkerError(
                f"The worker processes have neither computed nor reported anything for {IDLE:.0f} s and were ended."
                f"{self._tail(0)}"
            )

    def _failure(self) -> HsiAnomalyError:
        """Return what the processes failed of, once the others have had a moment to say it too."""
        # Over the network the others notice; in shared memory they wait on.
        deadline = time.monotonic() + (10.0 if self.execution.machines > 1 else 1.0)
        while not self._ended and time.monotonic() < deadline:
            if len(self._errors) == len(self.processes) or any(map(library_error, self._errors)):
                break
            self._take_lines(Run(), 0.2)
        known = [error for error in map(library_error, self._errors) if error is not None]
        if known:
            return known[0]
        several = self.execution.machines > 1
        causes = [said for said in self._errors if not _COLLATERAL.search(said["message"])]
        killed = [rank for rank, process in enumerate(self.processes) if (process.poll() or 0) < 0]
        if killed and not causes:
            rank = killed[0]
            name = signal.Signals(-self.processes[rank].returncode).name
            ended = f"{self._who(rank)} was ended by {name}"
            if name == "SIGKILL":
                ended = f"{ended}, most likely because memory ran out: {self._less()}"
            return WorkerError(f"{ended}.{self._tail(rank)}")
        if several and not self._met and not causes:
            place = self.execution.rendezvous
            return WorkerError(f"The machines did not meet at RENDEZVOUS {place}.{self._tail(0)}")
        if not self._errors:
            rank = next((rank for rank, process in enumerate(self.processes) if process.poll()), 0)
            return WorkerError(f"{self._who(rank)} ended before it was done.{self._tail(rank)}")
        if several and not causes:
            return WorkerError(
                "The connection to another machine was lost, most likely because the run failed or was cancelled there."
                f"{self._tail(0)}"
            )
        said = (causes or self._errors)[0]
        text = f"{said['type']}: {said['message'].strip()}"
        who = self._who(said["rank"])
        if "Memory" in said["type"] or "allocate memory" in text or "out of memory" in text:
            return WorkerError(f"{who} ran out of memory: {self._less()} ({text}).")
        return WorkerError(f"{who} failed: {text}.{self._tail(said['rank'])}")

    def _less(self) -> str:
        """Say what takes less memory."""
        return (
            "use fewer processes"
            if self.execution.processes > 1
            else "close other programs, or use fewer bands"
        )

    def _who(self, rank: int) -> str:
        return f"Worker process {rank + 1} (of {self.execution.processes})"

    def _words(self, rank: int) -> Path:
        """Where a process's standard error lies, and all that is printed in it."""
        return self.scratch / f"words-{rank}.txt"

    def _tail(self, rank: int, lines: int = 12) -> str:
        """Return the last words of a process, to end a message with."""
        path = self._words(rank)
        words = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        words = [word for word in words if word.strip()]
        return "\n" + "\n".join(words[-lines:]) if words else ""

    def stop(self) -> None:
        """End every process and wait until they are gone."""
        os.close(self._held)
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        # What they leave behind, they leave before their ends of the pipe are closed.
        deadline = time.monotonic() + 10.0
        while not self._ended and time.monotonic() < deadline:
            self._take_lines(Run(), 0.1)

    def _read_lines(self, descriptor: int) -> None:
        with open(descriptor, "rb") as stream:
            for line in stream:
                self._lines.put(line)
        self._lines.put(None)
