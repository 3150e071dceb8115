"""Resident memory of the process."""

from __future__ import annotations

import os
import time

_FRESH_SECONDS = 1.0


class MemoryGauge:
    """Read at most once a second: it costs a system call."""

    def __init__(self) -> None:
        self._megabytes = 0.0
        self._read_at = -_FRESH_SECONDS

    def read(self) -> float:
        now = time.monotonic()
        if now - self._read_at >= _FRESH_SECONDS:
            self._megabytes = _resident_megabytes()
            self._read_at = now
        return self._megabytes


def _resident_megabytes() -> float:
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        import resource

        # where there is no /proc: the most that it has been, in bytes on macOS
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
