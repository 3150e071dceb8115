"""What a handler returned, as it goes into an answer."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .attributes import is_attribute_name, is_time
from .event import BASE64, is_whole
from .failure import InvalidReply, ResultNotSerializable
from .media_type import form_of

Bytes = bytes | bytearray | memoryview

_CONTEXT_ATTRIBUTES = frozenset(("id", "source", "type", "subject", "time", "dataschema"))
_NOT_ATTRIBUTES = frozenset(("specversion", "datacontenttype", "data", "data_base64"))

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


@dataclass(slots=True)
class JsonResult:
    text: bytes


@dataclass(slots=True)
class BytesResult:
    base64: bytes


@dataclass(slots=True)
class JsonData:
    text: bytes


@dataclass(slots=True)
class TextData:
    text: str


@dataclass(slots=True)
class BytesData:
    content: bytes


ReturnedData = JsonData | TextData | BytesData | None


@dataclass(slots=True)
class EventResult:
    """A CloudEvent that the handler returned, checked."""

    attributes: dict[str, str | int | bool]
    """All but specversion and datacontenttype."""
    content_type: str | None
    data: ReturnedData


Result = JsonResult | BytesResult | EventResult


def to_result(value: Any) -> Result:
    """
    :raises ResultNotSerializable: where JSON cannot say it
    :raises InvalidReply: where it is a CloudEvent that is not valid
    """
    if isinstance(value, Bytes):
        return BytesResult(b64encode(value))
    members = _event_members(value)
    return JsonResult(to_json(value)) if members is None else _to_event(members)


def to_json(value: Any) -> bytes:
    """:raises ResultNotSerializable: where JSON cannot say it"""
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ResultNotSerializable(f"result: {error}, allowed what JSON can say") from error
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # half a surrogate pair has no UTF-8, but JSON can escape it
        return _encode_ascii(value).encode("ascii")


def _event_members(value: Any) -> Mapping[str, Any] | None:
    """The members of a CloudEvent: a mapping, or an event of the SDK, whatever its version."""
    if isinstance(value, dict):
        members: Any = value
    elif any(base.__module__.startswith("cloudevents.") for base in type(value).__mro__):
        members = _sdk_members(value)
    else:
        return None
    is_event = members.get("specversion") == "1.0" and isinstance(members.get("type"), str)
    return members if is_event else None


def _sdk_members(event: Any) -> Mapping[str, Any]:
    """Version 2 of the SDK has methods; version 1 lets an event be read like a mapping."""
    read_attributes = getattr(event, "get_attributes", None)
    if callable(read_attributes):
        attributes = dict(read_attributes())
        data = event.get_data()
    else:
        attributes = {name: event[name] for name in event}
        data = event.data
    time = attributes.get("time")
    if time is not None and not isinstance(time, str):
        attributes["time"] = time.isoformat()
    return attributes if data is None else {**attributes, "data": data}


def _to_event(members: Mapping[str, Any]) -> EventResult:
    content_type = members.get("datacontenttype")
    if content_type is not None:
        _check_text("datacontenttype", content_type)
    return EventResult(
        attributes={
            name: _check_attribute(name, member)
            for name, member in members.items()
            if member is not None and name not in _NOT_ATTRIBUTES
        },
        content_type=content_type,
        data=_to_data(members, content_type),
    )


def _check_attribute(name: Any, value: Any) -> str | int | bool:
    if not isinstance(name, str) or not is_attribute_name(name):
        raise InvalidReply(f"attribute {name}: got this name, allowed lower-case letters and digits")
    if name in _CONTEXT_ATTRIBUTES:
        text = _check_text(name, value)
        if name == "time" and not is_time(text):
            raise InvalidReply(f"attribute time: got {text}, allowed RFC 3339")
        return text
    if isinstance(value, (str, bool)):
        return value
    if is_whole(value):
        return int(value)
    raise InvalidReply(f"attribute {name}: got {type(value).__name__}, allowed a text, a boolean or a whole number")


def _check_text(name: str, value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise InvalidReply(f"attribute {name}: got {value!r:.100}, allowed a text that is not empty")


def _to_data(members: Mapping[str, Any], content_type: str | None) -> ReturnedData:
    encoded = members.get("data_base64")
    if encoded is not None:
        if "data" in members:
            raise InvalidReply("data_base64: got data too, allowed one of them")
        if not isinstance(encoded, str) or not BASE64.fullmatch(encoded):
            raise InvalidReply("data_base64: got no base64, allowed standard base64 with padding")
        return BytesData(b64decode(encoded))
    if "data" not in members:
        return None
    data = members["data"]
    if isinstance(data, Bytes):
        return BytesData(bytes(data))
    if isinstance(data, str) and form_of(content_type) != "json":
        return TextData(data)
    return JsonData(to_json(data))
