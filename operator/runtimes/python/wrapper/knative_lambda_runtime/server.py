"""Listens with uvicorn's protocol on sockets and a loop of our own."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from .exchange import Receive, Scope, Send

App = Callable[[Scope, Receive, Send], Awaitable[None]]

# longer than the 90 s after which Knative's proxy gives up an idle connection, so that it is the first to do so
_KEEP_ALIVE_SECONDS = 120
_BACKLOG = 2048


def _config_of(app: App) -> Config:
    config = Config(
        app,
        http=HttpToolsProtocol,
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    # as Config.load() sets them; it would also import by name what serves no request, and is out of sight by now
    config.loaded = True
    config.loaded_app = app
    config.ws_protocol_class = None
    # what is no HTTP is answered, and is no line of ours
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    return config


class Server:
    """
    Serves one application on one port.

    uvicorn.Server would take the signals, wake up ten times a second, and end the process where a port is taken; the
    protocol that it serves with needs none of that.
    """

    def __init__(self, app: App, port: int) -> None:
        self._config = _config_of(app)
        self._state = ServerState()
        self._port = port
        self._server: asyncio.Server | None = None
        self._is_idle = asyncio.Event()

    async def listen(self) -> None:
        """:raises OSError: where the port is taken"""
        listener = _bind(self._port)
        self._server = await asyncio.get_running_loop().create_server(self._protocol, sock=listener)

    def _protocol(self) -> asyncio.Protocol:
        return _FunctionProtocol(self._config, self._state, app_state={}, on_lost=self._check_idle)

    def _check_idle(self) -> None:
        if not self._state.connections:
            self._is_idle.set()

    async def drain(self) -> None:
        """Takes no more connections, closes those that are idle, and waits until the others have their answer."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        self._is_idle.clear()
        self._check_idle()
        await self._is_idle.wait()


class _FunctionProtocol(HttpToolsProtocol):
    def __init__(
        self, config: Config, state: ServerState, app_state: dict[str, Any], on_lost: Callable[[], None]
    ) -> None:
        super().__init__(config, state, app_state)
        self._on_lost = on_lost

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._on_lost()

    def on_headers_complete(self) -> None:
        # not the name of a host, as httptools would read it
        if self.url.startswith(b"//"):
            self.url = b"/%2F" + self.url[2:]
        super().on_headers_complete()


def _bind(port: int) -> socket.socket:
    """On all interfaces, of both versions of IP where there are both."""
    try:
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise
    # the kernel has no IPv6, or none of its interfaces
    return socket.create_server(("", port), backlog=_BACKLOG)
