"""The life of the process: settings, handler, server, end."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import platform
import re
import signal
import sys
import time
from typing import NoReturn

from .function_server import FunctionServer, new_event_loop
from .handler import Handler, LoadError, load_handler
from .log import Log
from .settings import LogSettings, SettingError, Settings, parse_settings

_IMPORTED_AT = time.perf_counter()
_LONGEST_MESSAGE = 4096
_FLUSH_SECONDS = 2.0


def main() -> NoReturn:
    # a signal before it listens
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(line_buffering=True)
    settings = _read_settings()
    log = Log(settings.log)
    handler = _load(settings, log)
    _end(_serve(settings, log, handler, load_ms=_milliseconds_since_start()))


def _read_settings() -> Settings:
    try:
        return parse_settings(os.environ)
    except SettingError as error:
        log = Log(LogSettings("info", "json", "function", "knative-lambda"))
        log.line("error", "configuration refused", {"error_message": str(error)})
        _give_up(f"configuration refused: {error}")


def _load(settings: Settings, log: Log) -> Handler:
    try:
        return load_handler(settings.source, settings.handler)
    except LoadError as error:
        failure = error.failure
        fields = {"error_code": failure.code, "error_message": failure.message, "stack": failure.stack}
        log.line("error", "handler failed to load", {"handler": settings.handler, **fields})
        _give_up(f"handler failed to load: {settings.handler}: {failure.code}: {failure.message}")


def _serve(settings: Settings, log: Log, handler: Handler, load_ms: float) -> int:
    """The exit code."""
    loop = new_event_loop()
    asyncio.set_event_loop(loop)
    server = FunctionServer(settings, log, handler, loop, load_ms)
    # before it listens: who has its first answer may send a signal
    signalled = _hear_signals(loop)
    try:
        loop.run_until_complete(server.listen())
    except OSError as error:
        log.line("error", "configuration refused", {"error_message": error.strerror})
        _give_up(f"configuration refused: {error.strerror}")
    log.line(
        "info",
        "runtime started",
        {
            "port": settings.port,
            "metrics_port": settings.metrics_port,
            "handler": settings.handler,
            "language": "python",
            "language_version": platform.python_version(),
            "load_ms": round(load_ms),
            "timeout_seconds": settings.timeout_seconds,
            "max_concurrency": settings.max_concurrency,
        },
    )
    return loop.run_until_complete(_serve_until_signal(settings, log, server, signalled))


def _hear_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Future[signal.Signals]:
    """The first one."""
    signalled: asyncio.Future[signal.Signals] = loop.create_future()

    def hear(number: signal.Signals) -> None:
        # further signals change nothing
        if not signalled.done():
            signalled.set_result(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear, number)
    return signalled


async def _serve_until_signal(
    settings: Settings, log: Log, server: FunctionServer, signalled: asyncio.Future[signal.Signals]
) -> int:
    name = (await signalled).name
    log.line("info", "shutdown started", {"signal": name, "in_flight": server.in_flight})
    try:
        await asyncio.wait_for(server.drain(), settings.shutdown_grace_seconds)
    except asyncio.TimeoutError:
        in_flight = server.in_flight
        log.line("error", "shutdown finished", {"in_flight": in_flight})
        _give_up(f"shutdown: {in_flight} requests in flight after {settings.shutdown_grace_seconds:g} s")
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(server.end(), _FLUSH_SECONDS)
    log.line("info", "shutdown finished", {"in_flight": 0})
    return 0


def _give_up(message: str) -> NoReturn:
    """Ends the process with 1 and says why where kubectl shows it."""
    path = os.environ.get("TERMINATION_MESSAGE_PATH") or "/dev/termination-log"
    text = re.sub(r"\s*\n\s*", " ", message).encode("utf-8", "replace")[:_LONGEST_MESSAGE]
    # outside of a container there is no such file
    with contextlib.suppress(OSError), open(path, "wb") as file:
        file.write(text)
    _end(1)


def _end(code: int) -> NoReturn:
    """Ends the process, whatever still runs in its threads."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(code)


def _milliseconds_since_start() -> float:
    """Since the kernel started the process, which was before Python could look at a clock."""
    try:
        with open("/proc/self/stat", "rb") as stat:
            # the name of the program may hold spaces
            ticks = int(stat.read().rpartition(b") ")[2].split()[19])
        return (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")) * 1000
    except (OSError, AttributeError):
        return (time.perf_counter() - _IMPORTED_AT) * 1000
