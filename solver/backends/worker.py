"""A process of its own for solvers that print, change the process they live in, or do not stop when told to.

PuLP loads a solver's library for the whole process, command-line solvers outlive Ctrl-C and ignore their time limit,
and two builds of one solver in a process can lock up. So modelling layers run in a child: its output goes nowhere, its
files lie in a folder of its own, and it is killed with everything it started.

``python -m singlepot.solver.backends.worker pulp`` is the child; :class:`Worker` is its parent.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Any

from ..errors import SinglepotError, SolverFailedError

_HEADER = struct.Struct("!Q")


class Worker:
    """A child that answers requests for one backend, one at a time."""

    def __init__(self, backend: str) -> None:
        self._files = tempfile.TemporaryDirectory(prefix="singlepot-", ignore_cleanup_errors=True)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._files.name)
        environment["PYTHONWARNINGS"] = "ignore"
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, backend],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._files.name,
            env=environment,
            start_new_session=os.name != "nt",
        )
        _ALIVE.add(self)

    def ask(self, function: str, *arguments: Any) -> Any:
        """Call a function of the backend in the child.

        Raises
        ------
        SinglepotError
            What the function raised.
        SolverFailedError
            The child died, of the solver or because it was killed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            _send(self._process.stdin, (function, arguments))
            failed, value = _receive(self._process.stdout)
        except (EOFError, OSError, ValueError) as error:  # ValueError: it was killed and its streams are closed
            self.kill()
            raise SolverFailedError("the solver's process died", "try another backend") from error
        if failed:
            raise value
        return value

    def kill(self) -> None:
        """End the child, everything it started, and its files."""
        if self._process.poll() is None:
            _kill_tree(self._process)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._files.cleanup()
        _ALIVE.discard(self)

    @property
    def alive(self) -> bool:
        """Whether the child can answer."""
        return self._process.poll() is None


_ALIVE: set[Worker] = set()
_IDLE: dict[str, list[Worker]] = {}
_LOCK = threading.Lock()


@contextlib.contextmanager
def worker(backend: str) -> Iterator[Worker]:
    """Borrow an idle child, or start one; a child is used by one borrower at a time."""
    with _LOCK:
        idle = _IDLE.setdefault(backend, [])
        while idle and not idle[-1].alive:
            idle.pop().kill()
        borrowed = idle.pop() if idle else None
    borrowed = borrowed or Worker(backend)
    try:
        yield borrowed
    finally:
        with _LOCK:
            if borrowed.alive:
                _IDLE[backend].append(borrowed)


def end_all() -> None:
    """End every child; further requests start new ones."""
    for child in list(_ALIVE):
        child.kill()


atexit.register(end_all)


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _send(stream: IO[bytes], message: object) -> None:
    content = pickle.dumps(message, protocol=5)
    stream.write(_HEADER.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    (size,) = _HEADER.unpack(_exactly(stream, _HEADER.size))
    return pickle.loads(_exactly(stream, size))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise EOFError
    return content


def _serve(backend: str) -> None:
    """Answer requests until the parent goes."""
    into = os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    requests, ready, queue = os.fdopen(os.dup(0), "rb"), threading.Semaphore(0), list[Any]()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def listen() -> None:
        try:
            while True:
                queue.append(_receive(requests))
                ready.release()
        except EOFError:
            _leave_with_children()

    threading.Thread(target=listen, daemon=True).start()
    module = import_module(f"{__package__ or 'singlepot.solver.backends'}.{backend}")
    while True:
        ready.acquire()
        function, arguments = queue.pop(0)
        try:
            reply = (False, getattr(module, function)(*arguments))
        except SinglepotError as error:
            reply = (True, error)
        except Exception as error:  # noqa: BLE001  # said to the parent, which raises it
            reply = (
                True,
                SolverFailedError(f"{backend} failed ({type(error).__name__}: {error})", "try another backend"),
            )
        _send(into, reply)


def _leave_with_children() -> None:
    if os.name != "nt":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    _serve(sys.argv[1])
