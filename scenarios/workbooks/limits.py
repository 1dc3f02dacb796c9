"""Limits of memory and CPU time of the process that opens a workbook, by what each system offers.

POSIX systems limit the address space (``setrlimit``); macOS takes that limit and does not hold it, so a thread watches
the resident size there too. Windows limits a job object that holds the process.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from contextlib import suppress
from typing import Any

OVER_LIMIT = 86
"""Exit code of a process that went over its limit of memory and was ended by itself."""

WATCHED_EACH_S = 0.05
"""Seconds between two looks at the resident size, where no system limit holds it."""

_PROCESS_TIME, _PROCESS_MEMORY = 0x2, 0x100
_EXTENDED_LIMITS = 9
_TICKS_EACH_S = 10_000_000


def limit(memory: int, seconds: int) -> None:
    """Limit this process; a limit that the system refuses is left out.

    Parameters
    ----------
    memory
        Bytes.
    seconds
        CPU seconds.
    """
    if sys.platform == "win32":
        with suppress(OSError, AttributeError):
            limit_job(memory, seconds, getattr(ctypes, "windll").kernel32)  # noqa: B009  # not there elsewhere
        return
    import resource

    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    if sys.platform == "darwin":
        threading.Thread(target=watch, args=(memory,), daemon=True).start()


def watch(memory: int) -> None:
    """End this process when its resident size goes over a number of bytes."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= memory:
        time.sleep(WATCHED_EACH_S)
    os._exit(OVER_LIMIT)


class _BasicLimits(ctypes.Structure):
    """``JOBOBJECT_BASIC_LIMIT_INFORMATION`` of the Windows API."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class JobLimits(ctypes.Structure):
    """``JOBOBJECT_EXTENDED_LIMIT_INFORMATION`` of the Windows API."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def limit_job(memory: int, seconds: int, kernel: Any) -> None:
    """Put this process into a job object of Windows with limits.

    Parameters
    ----------
    memory, seconds
        Bytes that the process may commit, and seconds of user time.
    kernel
        The library ``kernel32``.

    Raises
    ------
    OSError
        Windows refused.
    """
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.SetInformationJobObject.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32)
    kernel.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    job, limits = kernel.CreateJobObjectW(None, None), JobLimits()
    limits.basic.limit_flags = _PROCESS_MEMORY | _PROCESS_TIME
    limits.basic.per_process_user_time = seconds * _TICKS_EACH_S
    limits.process_memory = memory
    size = ctypes.sizeof(limits)
    if not job or not kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size):
        raise OSError("no job object")
    if not kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess()):
        raise OSError("the process was not put into the job object")
