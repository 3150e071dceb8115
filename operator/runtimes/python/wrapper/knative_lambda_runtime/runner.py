"""Calls the handler, away from the loop that serves."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .context import Context
from .failure import Failure, to_failure
from .handler import Handler, is_async, takes_context
from .handler_loop import HandlerLoop
from .result import Result, to_result
from .threads import ThreadPool

Outcome = Result | Failure


@dataclass(slots=True)
class Invocation:
    """One call of the handler."""

    data: Any
    context: Context
    done: Callable[[Outcome, float], None]
    """Called once, in the loop of the server, with the milliseconds that it took."""
    cancel: Callable[[], None] = lambda: None
    """Cancels it where it is async; a thread only hears of it by its context."""


class Runner:
    """`def` handlers run in threads, as many as there are invocations; `async def` ones in a loop of their own."""

    def __init__(self, handler: Handler, server_loop: asyncio.AbstractEventLoop, handler_loop: HandlerLoop) -> None:
        self._handler = handler
        self._takes_context = takes_context(handler)
        self._is_async = is_async(handler)
        self._server_loop = server_loop
        self._handler_loop = handler_loop
        self._threads = ThreadPool("handler", server_loop)

    def start(self, invocation: Invocation) -> None:
        started_at = time.perf_counter()
        if self._is_async:
            invocation.cancel = self._handler_loop.start(self._run_async(invocation, started_at))
        else:
            self._threads.submit(lambda: self._run(invocation, started_at))

    def _call(self, invocation: Invocation) -> Any:
        if self._takes_context:
            return self._handler(invocation.data, invocation.context)
        return self._handler(invocation.data)

    def _run(self, invocation: Invocation, started_at: float) -> None:
        outcome: Outcome
        try:
            value = self._call(invocation)
            if inspect.isawaitable(value):
                self._server_loop.call_soon_threadsafe(self._go_on, invocation, value, started_at)
                return
            outcome = to_result(value)
        except BaseException as error:
            outcome = to_failure(error)
        self._finish(invocation, outcome, started_at)

    def _go_on(self, invocation: Invocation, awaitable: Any, started_at: float) -> None:
        """Awaits what a plain function returned."""
        invocation.cancel = self._handler_loop.start(self._await(invocation, awaitable, started_at))
        if invocation.context.is_over:
            invocation.cancel()

    async def _run_async(self, invocation: Invocation, started_at: float) -> None:
        try:
            awaitable = self._call(invocation)
        except BaseException as error:
            self._finish(invocation, to_failure(error), started_at)
        else:
            await self._await(invocation, awaitable, started_at)

    async def _await(self, invocation: Invocation, awaitable: Any, started_at: float) -> None:
        outcome: Outcome
        try:
            outcome = to_result(await awaitable)
        except BaseException as error:
            outcome = to_failure(error)
        self._finish(invocation, outcome, started_at)

    def _finish(self, invocation: Invocation, outcome: Outcome, started_at: float) -> None:
        # a line that the author has not ended yet; the author may also have closed it
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        duration_ms = (time.perf_counter() - started_at) * 1000
        self._server_loop.call_soon_threadsafe(invocation.done, outcome, duration_ms)
