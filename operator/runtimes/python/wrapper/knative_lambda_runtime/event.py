"""Reads events from requests, in whatever mode they come."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from .attributes import OPTIONAL, REQUIRED, Attributes, UnreadableEvent, decode_header, parse_attributes
from .clock import rfc3339
from .headers import RequestHeaders
from .identity import new_id
from .media_type import form_of, media_type_of, parse_data, parse_json_body

BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")

_CLOUDEVENTS = re.compile(r"\s*application/cloudevents", re.IGNORECASE)
_TEXTS = frozenset((*REQUIRED, *OPTIONAL))
_LARGEST_INTEGER = 2**53 - 1


@dataclass(slots=True)
class ReceivedEvent:
    attributes: Attributes
    data: Any


@dataclass(slots=True)
class ReceivedBatch:
    events: list[ReceivedEvent]


def parse_request(headers: RequestHeaders, body: bytes, now: float) -> ReceivedEvent | ReceivedBatch:
    """
    The event or events of a request; `now` is in seconds since the epoch.

    :raises UnreadableEvent: where there is one that cannot be read
    """
    content_type = headers.first(b"content-type")
    encoding = headers.first(b"content-encoding")
    if encoding is not None and encoding.lower() != "identity":
        raise UnreadableEvent(f"content-encoding: got {encoding}, allowed identity")
    if content_type is None or not _CLOUDEVENTS.match(content_type):
        return _from_headers(headers, content_type, body, now)
    match media_type_of(content_type):
        case "application/cloudevents+json":
            return _from_json(parse_json_body(body))
        case "application/cloudevents-batch+json":
            return _from_batch(parse_json_body(body))
        case _:
            raise UnreadableEvent(
                f"content-type: got {content_type},"
                " allowed application/cloudevents+json, application/cloudevents-batch+json"
            )


def _from_headers(headers: RequestHeaders, content_type: str | None, body: bytes, now: float) -> ReceivedEvent:
    """Binary mode, or a request that is no event: then its body is the data of one."""
    values: dict[str, str | None] = {}
    for raw_name, raw_value in headers.raw:
        if raw_name.startswith(b"ce-"):
            name = raw_name[3:].decode("latin-1")
            if name in values:
                raise UnreadableEvent(f"header ce-{name}: got several, allowed one")
            values[name] = decode_header(raw_value.decode("latin-1"))
    if values.keys().isdisjoint(REQUIRED):
        values = {
            "specversion": "1.0",
            "id": new_id(),
            "source": "direct",
            "type": "io.knative.lambda.invoke.direct",
            "time": rfc3339(now),
            **values,
        }
    values["datacontenttype"] = content_type
    return ReceivedEvent(parse_attributes(values), parse_data(body, form_of(content_type)))


def _from_batch(value: Any) -> ReceivedBatch:
    if not isinstance(value, list):
        raise UnreadableEvent("body: got no array, allowed a JSON array of events")
    return ReceivedBatch([_from_json(member) for member in value])


def _from_json(value: Any) -> ReceivedEvent:
    if not isinstance(value, dict):
        raise UnreadableEvent("event: got no object, allowed a JSON object")
    attributes = parse_attributes(
        {name: _attribute_text(name, member) for name, member in value.items() if name not in ("data", "data_base64")}
    )
    return ReceivedEvent(attributes, _data_of(value, attributes.datacontenttype))


def _attribute_text(name: str, member: Any) -> str | None:
    if member is None or isinstance(member, str):
        return member
    is_extension = name not in _TEXTS
    if is_extension and isinstance(member, bool):
        return "true" if member else "false"
    if is_extension and is_whole(member):
        return str(int(member))
    allowed = "a text, a boolean or a whole number" if is_extension else "a text"
    raise UnreadableEvent(f"attribute {name}: got {member!r:.100}, allowed {allowed}")


def is_whole(value: Any) -> bool:
    """Whether every language can hold it exactly; 3.0 is 3, as in the other languages."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value) <= _LARGEST_INTEGER and value == int(value)


def _data_of(event: dict[str, Any], content_type: str | None) -> Any:
    encoded = event.get("data_base64")
    if encoded is None:
        return event.get("data", {})
    if "data" in event:
        raise UnreadableEvent("data_base64: got data too, allowed one of them")
    if not isinstance(encoded, str) or not BASE64.fullmatch(encoded):
        raise UnreadableEvent("data_base64: got no base64, allowed standard base64 with padding")
    body = b64decode(encoded)
    if content_type is None:
        return body
    return parse_data(body, form_of(content_type))
