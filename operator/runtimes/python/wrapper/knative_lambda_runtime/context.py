"""What a handler may know of its invocation beside the data."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timezone

from .attributes import Attributes
from .log import Fields, InvocationLogger, Log
from .reply import Cause
from .settings import LogSettings


class Context:
    """One invocation; docs/reference/runtime-contract.md has a table of the fields."""

    def __init__(
        self, attributes: Attributes, cause: Cause, deadline: float, log: Log, log_fields: Fields, function: LogSettings
    ) -> None:
        self.id: str = attributes.id
        self.source: str = attributes.source
        self.type: str = attributes.type
        self.specversion: str = "1.0"
        self.subject: str | None = attributes.subject
        self.time: str | None = attributes.time
        self.datacontenttype: str | None = attributes.datacontenttype
        self.dataschema: str | None = attributes.dataschema
        self.extensions: Mapping[str, str] = attributes.extensions
        self.correlation_id: str = cause.identity.correlation_id
        self.invocation_id: str = cause.identity.invocation_id
        self.function_name: str = function.function_name
        self.function_namespace: str = function.function_namespace
        self.traceparent: str = "" if cause.trace is None else cause.trace.traceparent
        self.tracestate: str | None = None if cause.trace is None else cause.trace.tracestate
        self.hop_count: int = cause.hop_count
        self._deadline = deadline
        self._cancelled: threading.Event | None = None
        self.is_over = False
        self._log = log
        self._log_fields = log_fields

    @property
    def deadline(self) -> datetime:
        """When the invocation times out."""
        return datetime.fromtimestamp(self._deadline, timezone.utc)

    @property
    def cancelled(self) -> threading.Event:
        """Set at the deadline. Made when it is asked for: most handlers never do."""
        if self._cancelled is None:
            self._cancelled = threading.Event()
        if self.is_over:
            self._cancelled.set()
        return self._cancelled

    @property
    def logger(self) -> InvocationLogger:
        """Writes lines with the ids of the invocation."""
        return InvocationLogger(self._log, self._log_fields)

    def remaining_ms(self) -> float:
        """Milliseconds until the deadline, never below 0."""
        return max(0.0, (self._deadline - time.time()) * 1000)

    def end(self) -> None:
        """The wrapper's own: tells the handler that nobody waits any more."""
        self.is_over = True
        if self._cancelled is not None:
            self._cancelled.set()
