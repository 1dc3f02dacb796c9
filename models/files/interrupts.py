"""Ctrl-C put off while something is done that must not be left half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


class PutOff:
    """Ctrl-C that is noted instead of heeded, and heeded later.

    The handler is exchanged and no signal is blocked: a blocked one is delivered to another thread, such as one of
    a solver, and Python then raises the interrupt in the main thread all the same. Other threads are never interrupted.
    """

    def __init__(self) -> None:
        self._noted: list[FrameType | None] = []
        handler = signal.getsignal(signal.SIGINT)
        main = threading.current_thread() is threading.main_thread()
        self._handler: Callable[[int, FrameType | None], Any] | None = handler if main and callable(handler) else None

    def _note(self) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, lambda _, frame: self._noted.append(frame))

    def _heed(self) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            if self._noted:
                self._handler(signal.SIGINT, self._noted.pop())

    @contextlib.contextmanager
    def heeded(self) -> Iterator[None]:
        """Heed Ctrl-C meanwhile, also one that was noted before; whoever calls it clears away what was made."""
        self._heed()
        try:
            yield
        finally:
            self._note()


@contextlib.contextmanager
def interrupts_put_off() -> Iterator[PutOff]:
    """Note Ctrl-C, and heed it at the end."""
    put_off = PutOff()
    put_off._note()
    try:
        yield put_off
    finally:
        put_off._heed()
