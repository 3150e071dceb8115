"""The routes of a function, as an ASGI application."""

from __future__ import annotations

import json
import time

from .attributes import UnreadableEvent, encode_header
from .event import ReceivedEvent, parse_request
from .exchange import Answer, Exchange, Receive, Scope, Send
from .failure import Failure
from .identity import identify
from .invoker import Invoker, RequestContext, refusal
from .log import Log
from .metrics import Metrics
from .reply import Cause, Reply, to_binary, to_json_event
from .settings import Settings
from .slots import Slot, Slots

_JSON = (b"content-type", b"application/json")
_BATCH = (b"content-type", b"application/cloudevents-batch+json")
_METRICS = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
_RETRY_AFTER = (b"retry-after", b"1")
_READ = ("GET", "HEAD")


class FunctionApp:
    """What PORT serves."""

    def __init__(self, settings: Settings, invoker: Invoker, metrics: Metrics, log: Log, load_ms: float) -> None:
        self._settings = settings
        self._invoker = invoker
        self._metrics = metrics
        self._log = log
        self._load_ms = load_ms
        self._slots = Slots(settings.max_concurrency)
        self._has_metrics = settings.metrics_port == settings.port
        self.is_draining = False

    @property
    def in_flight(self) -> int:
        """How many requests are being handled."""
        return self._slots.in_use

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        if exchange.path == "/" and exchange.method == "POST":
            await self._receive(exchange)
        else:
            await exchange.answer(self._serve(exchange), self.is_draining)

    def _serve(self, exchange: Exchange) -> Answer:
        match exchange.path:
            case "/":
                return self._refuse_route(exchange, 405, "POST")
            case "/health" | "/healthz":
                is_stuck = self._slots.are_stuck()
                return self._serve_state(exchange, 503 if is_stuck else 200, "stuck" if is_stuck else "healthy")
            case "/ready" | "/readyz":
                is_draining = self.is_draining
                return self._serve_state(exchange, 503 if is_draining else 200, "draining" if is_draining else "ready")
            case "/metrics" if self._has_metrics:
                return self._read(exchange, Answer(200, [_METRICS], self._metrics.render().encode()))
            case _:
                return self._refuse_route(exchange, 404)

    async def serve_metrics(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What METRICS_PORT serves, where it is another port."""
        exchange = Exchange(scope, receive, send)
        if exchange.path == "/metrics":
            answer = self._read(exchange, Answer(200, [_METRICS], self._metrics.render().encode()))
        else:
            answer = self._refuse_route(exchange, 404)
        await exchange.answer(answer)

    def _serve_state(self, exchange: Exchange, status: int, word: str) -> Answer:
        name, namespace = self._settings.function_name, self._settings.function_namespace
        state = {"status": word, "function": name, "namespace": namespace, **self._metrics.totals()}
        return self._read(exchange, Answer(status, [_JSON], json.dumps(state).encode()))

    def _read(self, exchange: Exchange, answer: Answer) -> Answer:
        return answer if exchange.method in _READ else self._refuse_route(exchange, 405, ", ".join(_READ))

    def _refuse_route(self, exchange: Exchange, status: int, allow: str | None = None) -> Answer:
        allowed = allow or "POST /, GET /healthz, /readyz, /metrics"
        code = "NotFound" if allow is None else "MethodNotAllowed"
        failure = refusal(code, f"{exchange.method} {exchange.path}: allowed {allowed}")
        body = self._invoker.replies.refusal(identify(exchange.correlation_header), failure)
        return Answer(status, [_JSON] if allow is None else [_JSON, (b"allow", allow.encode())], body)

    async def _receive(self, exchange: Exchange) -> None:
        if self.is_draining:
            answer = self._refuse(exchange, 503, "Draining", "function: is shutting down")
            await exchange.answer_then_close(answer)
            return
        slot = self._slots.take()
        if slot is None:
            allowed = self._settings.max_concurrency
            message = f"function: {allowed} requests at a time are running, allowed {allowed}"
            await exchange.answer(self._refuse(exchange, 429, "Overloaded", message))
            return
        try:
            await self._handle(exchange, slot)
        finally:
            slot.answered()

    async def _handle(self, exchange: Exchange, slot: Slot) -> None:
        received_at = time.perf_counter()
        settings = self._settings
        body = await exchange.read_body(settings.max_body_bytes, settings.body_timeout_seconds)
        if isinstance(body, bytes):
            answer = await self._answer(exchange, body, slot)
            answer_ms = (time.perf_counter() - received_at) * 1000
            await exchange.answer(answer, self.is_draining)
            self._invoker.report_first_byte(self._load_ms, answer_ms)
        elif body == "slow":
            message = f"body: not whole after {settings.body_timeout_seconds:g} s"
            answer = self._refuse(exchange, 408, "RequestTimeout", message)
            await exchange.answer_then_close(answer, linger=False)
        elif body == "too large":
            message = f"body: got more than {settings.max_body_bytes} bytes, allowed as many"
            await exchange.answer_then_close(self._refuse_event(exchange, refusal("BodyTooLarge", message)))

    async def _answer(self, exchange: Exchange, body: bytes, slot: Slot) -> Answer:
        now = time.time()
        try:
            received = parse_request(exchange.headers, body, now)
        except UnreadableEvent as error:
            return self._refuse_event(exchange, refusal("UnreadableEvent", str(error)))
        header = exchange.correlation_header
        request = RequestContext(exchange.headers, header, now + self._settings.timeout_seconds, slot)
        if isinstance(received, ReceivedEvent):
            return _to_answer(await self._invoker.run(received, request))
        replies = [await self._invoker.run(event, request) for event in received.events]
        return _to_batch_answer(replies, identify(header).correlation_id)

    def _refuse_event(self, exchange: Exchange, failure: Failure) -> Answer:
        cause = Cause(identify(exchange.correlation_header), event_id=None, hop_count=0, trace=None)
        return _to_answer(self._invoker.refuse(cause, failure))

    def _refuse(self, exchange: Exchange, status: int, code: str, message: str) -> Answer:
        """Answers that come before an event is read, and that count as no outcome."""
        identity = identify(exchange.correlation_header)
        fields = {"http_status": status, "error_code": code, "error_message": message}
        self._log.line("warn", "event refused", {"correlation_id": identity.correlation_id, **fields})
        failure = Failure(code, message, retryable=True, type="request")
        headers = [_JSON, (b"x-correlation-id", encode_header(identity.correlation_id))]
        if status != 408:
            headers.append(_RETRY_AFTER)
        return Answer(status, headers, self._invoker.replies.refusal(identity, failure))


def _to_answer(reply: Reply) -> Answer:
    headers, body = to_binary(reply)
    headers.append((b"x-correlation-id", encode_header(str(reply.attributes["correlationid"]))))
    return Answer(reply.status, headers, body)


def _to_batch_answer(replies: list[Reply], correlation_id: str) -> Answer:
    status = next((reply.status for reply in replies if reply.status != 200), 200)
    body = b"[%b]" % b",".join(map(to_json_event, replies))
    return Answer(status, [_BATCH, (b"x-correlation-id", encode_header(correlation_id))], body)
