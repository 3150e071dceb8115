"""The span of one invocation, as W3C writes it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .headers import RequestHeaders

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?", re.ASCII
)
_LONGEST_STATE = 512


@dataclass(slots=True)
class Trace:
    trace_id: str
    span_id: str
    parent_id: str | None
    is_sampled: bool
    tracestate: str | None

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.is_sampled else '00'}"


def trace_of(headers: RequestHeaders, extensions: Mapping[str, str], share: float) -> Trace:
    """Goes on with the trace of the caller, whose header wins over the extension, or begins one."""
    header = headers.single(b"traceparent")
    known = _TRACEPARENT.fullmatch(header or extensions.get("traceparent", ""))
    if known is None:
        return _new_trace(share)
    trace_id, parent_id, flags = known.groups()
    state = headers.single(b"tracestate") if header else extensions.get("tracestate", "")
    return Trace(
        trace_id,
        span_id=os.urandom(8).hex(),
        parent_id=parent_id,
        is_sampled=int(flags, 16) & 1 == 1,
        tracestate=state if state and len(state) <= _LONGEST_STATE else None,
    )


def _new_trace(share: float) -> Trace:
    random = os.urandom(24)
    # by the trace id, so that every part that samples so agrees
    is_sampled = int.from_bytes(random[8:16], "big") >> 12 < share * 2**52
    return Trace(random[:16].hex(), random[16:].hex(), parent_id=None, is_sampled=is_sampled, tracestate=None)
