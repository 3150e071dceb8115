"""Threads that end with the process, whatever runs in them."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable

Job = Callable[[], None]

_PATIENCE_SECONDS = 0.001


class ThreadPool:
    """
    As few threads as keep up: another one helps where jobs have waited for a millisecond, so short handlers run one
    after the other without a switch between them, and handlers that wait run at a time. Nothing limits the threads but
    who submits.

    Those of concurrent.futures keep a process from its end until they are done, and a handler may never be.
    """

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self._name = name
        self._loop = loop
        self._jobs: deque[Job] = deque()
        self._lock = threading.Lock()
        self._awake = 0
        self._parked: list[threading.Lock] = []
        self._timer: asyncio.TimerHandle | None = None

    def submit(self, job: Job) -> None:
        """The job must not raise. To be called in the loop."""
        self._jobs.append(job)
        with self._lock:
            is_served = self._awake > 0
        if not is_served:
            self._wake()
        elif self._timer is None:
            self._timer = self._loop.call_later(_PATIENCE_SECONDS, self._help)

    def _help(self) -> None:
        self._timer = None
        if not self._jobs:
            return
        for _ in range(min(len(self._jobs), max(1, self._awake))):
            self._wake()
        self._timer = self._loop.call_later(_PATIENCE_SECONDS, self._help)

    def _wake(self) -> None:
        with self._lock:
            self._awake += 1
            parked = self._parked.pop() if self._parked else None
        if parked is None:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        else:
            parked.release()

    def _work(self) -> None:
        parked = threading.Lock()
        parked.acquire()
        while True:
            self._run_all()
            with self._lock:
                if self._jobs:
                    continue
                self._awake -= 1
                self._parked.append(parked)
            parked.acquire()

    def _run_all(self) -> None:
        while True:
            try:
                job = self._jobs.popleft()
            except IndexError:
                return
            job()
