"""Takes one event through the handler to its reply, and tells log, metrics and trace."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Literal

from .attributes import Attributes
from .context import Context
from .event import ReceivedEvent
from .failure import Failure
from .headers import RequestHeaders
from .identity import identify, parse_hop_count
from .log import Log
from .memory import MemoryGauge
from .metrics import Metrics
from .reply import Cause, Measures, Reply, ReplyBuilder
from .result import Result
from .runner import Invocation, Outcome, Runner
from .settings import Settings
from .slots import Slot
from .spans import Span, SpanExporter
from .trace import Trace, trace_of


@dataclass(slots=True)
class RequestContext:
    """What all events of a request share."""

    headers: RequestHeaders
    correlation_header: str | None
    deadline: float
    """Seconds since the epoch."""
    slot: Slot


@dataclass(slots=True)
class _Invoked:
    """One event on its way."""

    cause: Cause
    trace: Trace
    attributes: Attributes
    log_fields: dict[str, Any]
    started_at: float
    is_cold_start: bool = False


@dataclass(slots=True)
class _FirstCall:
    duration_ms: float


def refusal(code: str, message: str) -> Failure:
    return Failure(code, message, retryable=False, type="request")


class Invoker:
    """To be used from the loop of the server only."""

    def __init__(self, settings: Settings, runner: Runner, metrics: Metrics, log: Log, spans: SpanExporter) -> None:
        self._settings = settings
        self._runner = runner
        self._metrics = metrics
        self._log = log
        self._spans = spans
        self._memory = MemoryGauge()
        self._was_invoked = False
        self._first_call: _FirstCall | None = None
        self.replies = ReplyBuilder(settings.function_name, settings.function_namespace)

    async def run(self, event: ReceivedEvent, request: RequestContext) -> Reply:
        invoked = self._begin(event.attributes, request)
        hops, allowed = invoked.cause.hop_count, self._settings.max_hops
        if hops >= allowed:
            failure = refusal("HopLimitExceeded", f"hopcount: got {hops}, allowed below {allowed}")
            return self.refuse(invoked.cause, failure, invoked.log_fields)
        left = request.deadline - time.time()
        if left <= 0:
            return self._time_out(invoked, 0)
        return await self._invoke(event.data, invoked, request, left)

    def refuse(self, cause: Cause, failure: Failure, log_fields: dict[str, Any] | None = None) -> Reply:
        """An event that is refused for good, without a handler."""
        self._metrics.count_failure("error", failure.type)
        identity = cause.identity
        ids = {"correlation_id": identity.correlation_id, "invocation_id": identity.invocation_id}
        fields = {"http_status": 500, "error_code": failure.code, "error_message": failure.message}
        self._log.line("warn", "event refused", {**(log_fields or ids), **fields})
        return self.replies.failure(cause, failure, self._measure(0, False))

    def report_first_byte(self, load_ms: float, answer_ms: float) -> None:
        """
        To be called when an answer has been handed to the system.

        :param load_ms: from the start of the process until the handler was loaded
        :param answer_ms: from the request until its answer; a process may wait for hours until somebody calls it
        """
        if self._first_call is None:
            return
        first_byte_ms = load_ms + answer_ms
        self._metrics.observe_cold_start(first_byte_ms / 1000)
        first_call_ms = self._first_call.duration_ms
        fields = {"load_ms": load_ms, "first_call_ms": first_call_ms, "first_byte_ms": first_byte_ms}
        self._log.line("info", "cold start", {key: round(value, 3) for key, value in fields.items()})
        self._first_call = None

    def _begin(self, attributes: Attributes, request: RequestContext) -> _Invoked:
        identity = identify(request.correlation_header, attributes)
        trace = trace_of(request.headers, attributes.extensions, self._settings.spans.share)
        hop_count = parse_hop_count(attributes.extensions.get("hopcount"))
        return _Invoked(
            cause=Cause(identity, attributes.id, hop_count, trace),
            trace=trace,
            attributes=attributes,
            started_at=time.time(),
            log_fields={
                "correlation_id": identity.correlation_id,
                "invocation_id": identity.invocation_id,
                "event_id": attributes.id,
                "event_type": attributes.type,
                "event_source": attributes.source,
                "trace_id": trace.trace_id,
                "span_id": trace.span_id,
            },
        )

    async def _invoke(self, data: Any, invoked: _Invoked, request: RequestContext, left: float) -> Reply:
        invoked.is_cold_start = not self._was_invoked
        self._was_invoked = True
        self._log.line("debug", "invocation started", {**invoked.log_fields, "cold_start": invoked.is_cold_start})
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Reply] = loop.create_future()
        log, function = self._log, self._settings.log
        context = Context(invoked.attributes, invoked.cause, request.deadline, log, invoked.log_fields, function)

        def done(outcome: Outcome, duration_ms: float) -> None:
            timer.cancel()
            request.slot.handler_ended()
            if context.is_over:
                fields = {**invoked.log_fields, "duration_ms": round(duration_ms, 3)}
                self._log.line("warn", "late result dropped", fields)
            else:
                answer.set_result(self._finish(invoked, outcome, duration_ms))

        def give_up() -> None:
            context.end()
            answer.set_result(self._time_out(invoked, left * 1000))
            invocation.cancel()

        invocation = Invocation(data, context, done)
        timer = loop.call_later(left, give_up)
        request.slot.handler_started()
        self._runner.start(invocation)
        return await answer

    def _finish(self, invoked: _Invoked, outcome: Outcome, duration_ms: float) -> Reply:
        if isinstance(outcome, Failure):
            return self._fail(invoked, outcome, duration_ms)
        return self._succeed(invoked, outcome, duration_ms)

    def _succeed(self, invoked: _Invoked, result: Result, duration_ms: float) -> Reply:
        self._metrics.count_success()
        self._observe(invoked, duration_ms, None)
        fields = {"status": "success", "duration_ms": round(duration_ms, 3), "cold_start": invoked.is_cold_start}
        self._log.line("info", "invocation completed", {**invoked.log_fields, **fields})
        return self.replies.success(invoked.cause, result, self._measure(duration_ms, invoked.is_cold_start))

    def _fail(self, invoked: _Invoked, failure: Failure, duration_ms: float) -> Reply:
        self._metrics.count_failure("error", failure.type)
        self._observe(invoked, duration_ms, failure.message)
        self._log_failure("error", invoked, failure, duration_ms)
        return self.replies.failure(invoked.cause, failure, self._measure(duration_ms, invoked.is_cold_start))

    def _time_out(self, invoked: _Invoked, duration_ms: float) -> Reply:
        """The duration is 0 where the handler did not run."""
        message = f"handler: did not end within {self._settings.timeout_seconds:g} s"
        failure = Failure("TimeoutError", message, retryable=True, type="timeout")
        self._metrics.count_failure("timeout", failure.type)
        if duration_ms > 0:
            self._observe(invoked, duration_ms, failure.message)
        self._log_failure("timeout", invoked, failure, duration_ms)
        return self.replies.timeout(invoked.cause, failure, self._measure(duration_ms, invoked.is_cold_start))

    def _log_failure(
        self, status: Literal["error", "timeout"], invoked: _Invoked, failure: Failure, duration_ms: float
    ) -> None:
        fields = {
            **invoked.log_fields,
            "status": status,
            "duration_ms": round(duration_ms, 3),
            "cold_start": invoked.is_cold_start,
            "error_code": failure.code,
            "error_type": failure.type,
            "error_message": failure.message,
            "retryable": failure.retryable,
            "stack": failure.stack,
        }
        self._log.line("error", "invocation failed", fields)

    def _observe(self, invoked: _Invoked, duration_ms: float, failure: str | None) -> None:
        self._metrics.observe_duration(duration_ms / 1000)
        if invoked.is_cold_start:
            self._metrics.count_cold_start()
            self._first_call = _FirstCall(duration_ms)
        if self._spans.takes(invoked.trace):
            self._spans.add(Span(invoked.trace, invoked.started_at, duration_ms, _span_attributes(invoked), failure))

    def _measure(self, duration_ms: float, is_cold_start: bool) -> Measures:
        return Measures(duration_ms, is_cold_start, self._memory.read())


def _span_attributes(invoked: _Invoked) -> dict[str, str | bool]:
    return {
        "faas.trigger": "pubsub",
        "faas.coldstart": invoked.is_cold_start,
        "faas.invocation_id": invoked.cause.identity.invocation_id,
        "cloudevents.event_id": invoked.attributes.id,
        "cloudevents.event_source": invoked.attributes.source,
        "cloudevents.event_type": invoked.attributes.type,
        "correlation_id": invoked.cause.identity.correlation_id,
    }
