"""Threads that end with the process, whatever runs in them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[], None]


class ThreadPool:
    """
    Starts a thread only where none is idle; nothing limits them but who submits.

    concurrent.futures has threads that the end of the process waits for, so a handler that never returns would keep it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._idle: deque[None] = deque()

    def submit(self, job: Job) -> None:
        """The job must not raise."""
        try:
            self._idle.pop()
        except IndexError:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            job()
            # so that what the job held does not live until the next one
            del job
            self._idle.append(None)
