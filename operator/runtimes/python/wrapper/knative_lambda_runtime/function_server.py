"""Puts together what serves a function."""

from __future__ import annotations

import asyncio

import uvloop

from .app import FunctionApp
from .handler import Handler
from .handler_loop import HandlerLoop
from .invoker import Invoker
from .log import Log
from .metrics import Metrics
from .runner import Runner
from .server import Server
from .settings import Settings
from .spans import SpanExporter

new_event_loop = uvloop.new_event_loop


class FunctionServer:
    def __init__(
        self, settings: Settings, log: Log, handler: Handler, loop: asyncio.AbstractEventLoop, load_ms: float
    ) -> None:
        metrics = Metrics(settings.function_name, settings.function_namespace)
        self._handler_loop = HandlerLoop(loop, new_event_loop)
        self._spans = SpanExporter(settings.spans, log, loop)
        runner = Runner(handler, loop, self._handler_loop)
        invoker = Invoker(settings, runner, metrics, log, self._spans)
        self._app = FunctionApp(settings, invoker, metrics, log, load_ms)
        self._servers = [Server(self._app, settings.port)]
        if settings.metrics_port != settings.port:
            self._servers.append(Server(self._app.serve_metrics, settings.metrics_port))

    @property
    def in_flight(self) -> int:
        """How many requests are being handled."""
        return self._app.in_flight

    async def listen(self) -> None:
        """:raises OSError: where a port is taken"""
        for server in self._servers:
            await server.listen()

    async def drain(self) -> None:
        """Takes no more requests, and waits until those in flight are answered."""
        self._app.is_draining = True
        await asyncio.gather(*(server.drain() for server in self._servers))

    async def end(self) -> None:
        """Sends the last spans and ends the handlers' loop."""
        await self._spans.flush()
        self._handler_loop.stop()
