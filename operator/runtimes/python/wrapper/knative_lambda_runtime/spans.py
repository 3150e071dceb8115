"""Sends sampled spans in batches over OTLP, HTTP with JSON; loses them rather than slow an invocation."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .log import Log
from .settings import SpanSettings
from .trace import Trace

_SERVER = 2
_FAILED = 2
_MOST_WAITING = 2048
_MOST_IN_BATCH = 512
_EVERY_SECONDS = 5.0
_SEND_TIMEOUT_SECONDS = 2.0
_WARN_EVERY_SECONDS = 60.0


@dataclass(slots=True)
class Span:
    trace: Trace
    started_at: float
    """Seconds since the epoch."""
    duration_ms: float
    attributes: Mapping[str, str | bool]
    failure: str | None
    """Message of the error; None where there was none."""


class SpanExporter:
    """To be used from the loop of the server only."""

    def __init__(self, settings: SpanSettings, log: Log, loop: asyncio.AbstractEventLoop) -> None:
        self._settings = settings
        self._log = log
        self._loop = loop
        self._waiting: list[Span] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None
        self._warned_at = -_WARN_EVERY_SECONDS

    def takes(self, trace: Trace) -> bool:
        """Whether its span is wanted."""
        return self._settings.endpoint is not None and trace.is_sampled and len(self._waiting) < _MOST_WAITING

    def add(self, span: Span) -> None:
        """One that is wanted."""
        self._waiting.append(span)
        if len(self._waiting) >= _MOST_IN_BATCH:
            self._start_sending()
        elif self._timer is None:
            self._timer = self._loop.call_later(_EVERY_SECONDS, self._start_sending)

    async def flush(self) -> None:
        """Sends what waits, or loses it after at most 2 s for each batch."""
        while self._waiting or self._sending is not None:
            self._start_sending()
            if self._sending is not None:
                await self._sending

    def _start_sending(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._sending is None and self._waiting:
            batch, self._waiting = self._waiting[:_MOST_IN_BATCH], self._waiting[_MOST_IN_BATCH:]
            self._sending = self._loop.create_task(self._send(batch))

    async def _send(self, batch: list[Span]) -> None:
        sent: asyncio.Future[str | None] = self._loop.create_future()

        def post() -> None:
            fault = _post(self._settings, batch)
            self._loop.call_soon_threadsafe(sent.set_result, fault)

        threading.Thread(target=post, name="spans", daemon=True).start()
        fault = await sent
        self._sending = None
        if fault is not None:
            self._warn(fault)
        if len(self._waiting) >= _MOST_IN_BATCH:
            self._start_sending()

    def _warn(self, fault: str) -> None:
        now = time.monotonic()
        if now - self._warned_at >= _WARN_EVERY_SECONDS:
            self._warned_at = now
            self._log.line("warn", "spans lost", {"error_message": fault})


def _post(settings: SpanSettings, batch: list[Span]) -> str | None:
    """What went wrong, if anything did."""
    # it takes longer to load than all of the wrapper, and most functions never need it
    import http.client

    url = urlsplit(settings.endpoint or "")
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connect(url.hostname or "", url.port, timeout=_SEND_TIMEOUT_SECONDS)
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    try:
        headers = {**settings.headers, "content-type": "application/json"}
        connection.request("POST", target, _to_request(settings, batch), headers)
        status = connection.getresponse().status
        return None if status < 300 else f"{url.netloc} answered {status}"
    except (OSError, http.client.HTTPException) as error:
        return f"{url.netloc}: {error or type(error).__name__}"
    finally:
        connection.close()


def _to_request(settings: SpanSettings, batch: list[Span]) -> bytes:
    request = {
        "resourceSpans": [
            {
                "resource": {"attributes": _to_attributes(settings.resource)},
                "scopeSpans": [{"scope": {"name": "knative-lambda"}, "spans": [_to_otlp(span) for span in batch]}],
            }
        ]
    }
    return json.dumps(request).encode()


def _to_attributes(attributes: Mapping[str, str | bool]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"boolValue": value} if isinstance(value, bool) else {"stringValue": value}}
        for key, value in attributes.items()
    ]


def _to_otlp(span: Span) -> dict[str, Any]:
    trace = span.trace
    otlp = {
        "traceId": trace.trace_id,
        "spanId": trace.span_id,
        "name": "handler_execution",
        "kind": _SERVER,
        "startTimeUnixNano": str(int(span.started_at * 1e9)),
        "endTimeUnixNano": str(int(span.started_at * 1e9 + span.duration_ms * 1e6)),
        "attributes": _to_attributes(span.attributes),
        "status": {} if span.failure is None else {"code": _FAILED, "message": span.failure},
    }
    if trace.parent_id is not None:
        otlp["parentSpanId"] = trace.parent_id
    if trace.tracestate is not None:
        otlp["traceState"] = trace.tracestate
    return otlp
