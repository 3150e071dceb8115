"""Answers to events: events themselves."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache

from .attributes import encode_header
from .clock import rfc3339
from .failure import Failure
from .headers import RawHeaders
from .identity import Identity, new_id
from .media_type import form_of
from .result import BytesData, BytesResult, EventResult, JsonData, Result, ReturnedData, TextData
from .trace import Trace

_TYPE = "io.knative.lambda.response"
_JSON = "application/json"
_NOT_IN_HEADER = re.compile(r"[^\t -~]")

_to_text = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(slots=True)
class Cause:
    """What is known of the event that is answered."""

    identity: Identity
    event_id: str | None
    hop_count: int
    """Of the event, before this function."""
    trace: Trace | None


@dataclass(slots=True)
class Measures:
    duration_ms: float
    is_cold_start: bool
    memory_used_mb: float


@dataclass(slots=True)
class Reply:
    status: int
    attributes: dict[str, str | int | bool]
    """All but specversion and datacontenttype."""
    content_type: str | None
    data: ReturnedData
    markers: RawHeaders
    """Headers for a dead letter."""


class ReplyBuilder:
    """Builds the answers of one function."""

    def __init__(self, function_name: str, function_namespace: str) -> None:
        self._source = f"io.knative.lambda/runtime/{function_namespace}/{function_name}"
        self._subject = f"{function_namespace}/{function_name}"
        self._start = f'{{"functionName":{_to_text(function_name)},"namespace":{_to_text(function_namespace)}'

    def success(self, cause: Cause, result: Result, measures: Measures) -> Reply:
        if isinstance(result, EventResult):
            return self._returned(cause, result)
        if isinstance(result, BytesResult):
            member = b'"result":{"statusCode":200,"bodyBase64":"%b"}' % result.base64
        else:
            member = b'"result":{"statusCode":200,"body":%b}' % result.text
        return self._reply(cause, 200, "success", self._body(cause.identity, member, measures))

    def failure(self, cause: Cause, failure: Failure, measures: Measures) -> Reply:
        reply = self._reply(cause, 500, "error", self._body(cause.identity, _error_member(failure), measures))
        if not failure.retryable:
            reply.markers = [(b"kne-errorcode", encode_header(failure.code)), (b"kne-errorretryable", b"false")]
        return reply

    def timeout(self, cause: Cause, failure: Failure, measures: Measures) -> Reply:
        return self._reply(cause, 504, "timeout", self._body(cause.identity, _error_member(failure), measures))

    def refusal(self, identity: Identity, failure: Failure) -> bytes:
        """Body of an answer that is no event."""
        return self._body(identity, _error_member(failure), None)

    def _body(self, identity: Identity, member: bytes, measures: Measures | None) -> bytes:
        ids = f'"invocationId":{_to_text(identity.invocation_id)},"correlationId":{_to_text(identity.correlation_id)}'
        start = f"{self._start},{ids},".encode()
        if measures is None:
            return b"%b%b}" % (start, member)
        end = (
            f',"metrics":{{"durationMs":{measures.duration_ms:.3f}'
            f',"coldStart":{"true" if measures.is_cold_start else "false"}'
            f',"memoryUsedMb":{measures.memory_used_mb:.1f}}}}}'
        )
        return b"%b%b%b" % (start, member, end.encode())

    def _reply(self, cause: Cause, status: int, kind: str, body: bytes) -> Reply:
        attributes: dict[str, str | int | bool] = {
            "id": new_id(),
            "type": f"{_TYPE}.{kind}",
            "source": self._source,
            "subject": self._subject,
            "time": rfc3339(time.time()),
        }
        _add_chain(attributes, cause)
        return Reply(status, attributes, _JSON, JsonData(body), [])

    def _returned(self, cause: Cause, event: EventResult) -> Reply:
        attributes: dict[str, str | int | bool] = {
            "id": new_id(),
            "source": self._source,
            "time": rfc3339(time.time()),
        }
        attributes |= event.attributes
        _add_chain(attributes, cause)
        return Reply(200, attributes, event.content_type or _implied_type(event.data), event.data, [])


def _implied_type(data: ReturnedData) -> str | None:
    match data:
        case None:
            return None
        case JsonData():
            return _JSON
        case TextData():
            return "text/plain"
        case BytesData():
            return "application/octet-stream"


def _error_member(failure: Failure) -> bytes:
    error = {"code": failure.code, "message": failure.message, "retryable": failure.retryable}
    return f'"error":{_to_text(error)}'.encode()


def _add_chain(attributes: dict[str, str | int | bool], cause: Cause) -> None:
    """What ties a reply to its cause, whatever the author wrote."""
    attributes["correlationid"] = cause.identity.correlation_id
    attributes["hopcount"] = cause.hop_count + 1
    if cause.event_id is not None:
        attributes["causationid"] = cause.event_id
    if cause.trace is not None:
        attributes["traceparent"] = cause.trace.traceparent
        if cause.trace.tracestate is not None:
            attributes["tracestate"] = cause.trace.tracestate


def to_binary(reply: Reply) -> tuple[RawHeaders, bytes]:
    """Headers and body in binary mode."""
    headers: RawHeaders = [(b"ce-specversion", b"1.0")]
    headers += [
        (_header_name(name), encode_header(value if isinstance(value, str) else _to_text(value)))
        for name, value in reply.attributes.items()
    ]
    headers += reply.markers
    if reply.content_type is not None:
        headers.append((b"content-type", _content_type_header(reply.content_type)))
    return headers, _to_bytes(reply.data)


@lru_cache(maxsize=256)
def _header_name(attribute: str) -> bytes:
    return b"ce-" + attribute.encode()


@lru_cache(maxsize=256)
def _content_type_header(content_type: str) -> bytes:
    """A header cannot have line ends, whatever the author wrote."""
    return _NOT_IN_HEADER.sub("", content_type).strip().encode()


def _to_bytes(data: ReturnedData) -> bytes:
    match data:
        case None:
            return b""
        case JsonData(text):
            return text
        case TextData(text):
            return text.encode("utf-8", "replace")
        case BytesData(content):
            return content


def to_json_event(reply: Reply) -> bytes:
    """The reply in JSON format."""
    members: dict[str, str | int | bool] = {"specversion": "1.0", **reply.attributes}
    if reply.content_type is not None:
        members["datacontenttype"] = reply.content_type
    start = _to_text(members)[:-1].encode()
    match reply.data:
        case None:
            return start + b"}"
        case JsonData(text):
            # JSON of another media type is a text to who reads the event
            is_json = form_of(reply.content_type) == "json"
            return b'%b,"data":%b}' % (start, text if is_json else _to_text(text.decode()).encode())
        case TextData(text):
            return b'%b,"data":%b}' % (start, _to_text(text).encode())
        case BytesData(content):
            return b'%b,"data_base64":"%b"}' % (start, b64encode(content))
