"""The event loop that async handlers run in, beside the one that serves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

Cancel = Callable[[], None]

_SILENCE_SECONDS = 1.0


class HandlerLoop:
    """
    An async handler that blocks its thread stops the other handlers of this loop, but not the server; after a second
    of silence what comes next gets a loop of its own. To be used from the loop of the server only.
    """

    def __init__(
        self, server_loop: asyncio.AbstractEventLoop, new_event_loop: Callable[[], asyncio.AbstractEventLoop]
    ) -> None:
        self._server_loop = server_loop
        self._new_event_loop = new_event_loop
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, coroutine: Coroutine[Any, Any, None]) -> Cancel:
        """Runs the coroutine, which must not raise."""
        loop = self._running_loop()
        tasks: list[asyncio.Task[None]] = []
        loop.call_soon_threadsafe(lambda: tasks.append(loop.create_task(coroutine)))

        def cancel() -> None:
            silence = self._server_loop.call_later(_SILENCE_SECONDS, self._give_up, loop)

            def hear() -> None:
                self._server_loop.call_soon_threadsafe(silence.cancel)
                # after the first step of a task that is new: one that never began could not say that it ended
                loop.call_soon(tasks[0].cancel)

            loop.call_soon_threadsafe(hear)

        return cancel

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = self._new_event_loop()
            threading.Thread(target=_serve, args=(self._loop,), name="handler-loop", daemon=True).start()
        return self._loop

    def _give_up(self, blocked: asyncio.AbstractEventLoop) -> None:
        if self._loop is blocked:
            self._loop = None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
