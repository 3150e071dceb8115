"""One request and its answer, as ASGI has them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from .headers import RawHeaders, RequestHeaders

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BodyFault = Literal["too large", "slow", "aborted"]

# how long a body that was refused may still come, so that its sender reads the answer
_LINGER_SECONDS = 2.0

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_date = (0, b"")


@dataclass(slots=True)
class Answer:
    status: int
    headers: RawHeaders
    body: bytes


class Exchange:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers = RequestHeaders(scope["headers"])
        self._receive = receive
        self._send = send

    @property
    def correlation_header(self) -> str | None:
        """The first, where there are several."""
        return self.headers.first(b"x-correlation-id")

    async def read_body(self, most_bytes: int, within_seconds: float) -> bytes | BodyFault:
        length = self.headers.first(b"content-length")
        if length is not None and int(length) > most_bytes:
            return "too large"
        task = asyncio.current_task()
        assert task is not None
        timer = asyncio.get_running_loop().call_later(within_seconds, task.cancel)
        try:
            return await self._read(most_bytes)
        except asyncio.CancelledError:
            return "slow"
        finally:
            timer.cancel()

    async def _read(self, most_bytes: int) -> bytes | BodyFault:
        message = await self._receive()
        # nearly every body comes at once
        if message["type"] == "http.request" and not message["more_body"]:
            body: bytes = message["body"]
            return body if len(body) <= most_bytes else "too large"
        parts = bytearray()
        while message["type"] == "http.request":
            parts += message["body"]
            if len(parts) > most_bytes:
                return "too large"
            if not message["more_body"]:
                return bytes(parts)
            message = await self._receive()
        return "aborted"

    async def answer(self, answer: Answer, is_last: bool = False) -> None:
        """`is_last`: the connection takes no further request."""
        await self._start(answer, is_last)
        await self._send({"type": "http.response.body", "body": answer.body})

    async def answer_then_close(self, answer: Answer, linger: bool = True) -> None:
        """Closing with bytes unread would reset the connection, and take the answer from a caller that still sends."""
        await self._start(answer, is_last=True)
        await self._send({"type": "http.response.body", "body": answer.body, "more_body": True})
        if linger:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._drain(), _LINGER_SECONDS)
        await self._send({"type": "http.response.body", "body": b""})

    async def _drain(self) -> None:
        message = await self._receive()
        while message["type"] == "http.request" and message["more_body"]:
            message = await self._receive()

    async def _start(self, answer: Answer, is_last: bool) -> None:
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body)), (b"date", _http_date())]
        if is_last:
            headers.append((b"connection", b"close"))
        await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})


def _http_date() -> bytes:
    global _date
    now = int(time.time())
    if now != _date[0]:
        at = time.gmtime(now)
        # %a and %b would be in the language of the locale, which the author may have set
        text = time.strftime(f"{_DAYS[at.tm_wday]}, %d {_MONTHS[at.tm_mon - 1]} %Y %H:%M:%S GMT", at)
        _date = (now, text.encode("ascii"))
    return _date[1]
