"""Attributes of an event, and how headers carry them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_NAME = re.compile(r"[a-z0-9]+")
_PLAIN = re.compile(r"[!#$&-~]*")
# what quote() would encode, and the binding does not
_SAFE = "!#$&'()*+,/:;<=>?@[\\]^`{|}~"
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"\\(.)")

REQUIRED = ("specversion", "id", "source", "type")
OPTIONAL = ("subject", "time", "datacontenttype", "dataschema")
_OWN = frozenset((*REQUIRED, *OPTIONAL, "data", "data_base64"))


class UnreadableEvent(Exception):
    """An event that cannot be read; the message says what, got and allowed."""


@dataclass(slots=True)
class Attributes:
    """Those of one event, checked."""

    id: str
    source: str
    type: str
    subject: str | None
    time: str | None
    datacontenttype: str | None
    dataschema: str | None
    extensions: dict[str, str]


def is_attribute_name(name: str) -> bool:
    """Whether an extension, or an attribute, may have this name."""
    return _NAME.fullmatch(name) is not None


def is_time(text: str) -> bool:
    """Whether it looks like RFC 3339."""
    return _TIME.fullmatch(text) is not None


def parse_attributes(values: Mapping[str, str | None]) -> Attributes:
    """
    From values by name in lower case; an empty one counts as absent.

    :raises UnreadableEvent: where one is missing or has another form
    """
    for name in REQUIRED:
        if not values.get(name):
            raise UnreadableEvent(f"attribute {name}: got none, allowed a text that is not empty")
    if values["specversion"] != "1.0":
        raise UnreadableEvent(f"attribute specversion: got {values['specversion']}, allowed 1.0")
    time = values.get("time") or None
    if time is not None and not is_time(time):
        raise UnreadableEvent(f"attribute time: got {time}, allowed RFC 3339 as in 2026-01-02T03:04:05Z")
    return Attributes(
        id=values["id"] or "",
        source=values["source"] or "",
        type=values["type"] or "",
        subject=values.get("subject") or None,
        time=time,
        datacontenttype=values.get("datacontenttype") or None,
        dataschema=values.get("dataschema") or None,
        extensions={
            name: value for name, value in values.items() if name not in _OWN and value and is_attribute_name(name)
        },
    )


def encode_header(value: str) -> bytes:
    """Text of a header value as the HTTP binding of CloudEvents 1.0.2, section 3.1.3.2, writes it."""
    if _PLAIN.fullmatch(value):
        return value.encode("ascii")
    # half a surrogate pair has no UTF-8
    text = value.encode("utf-8", "replace") if value.isascii() else _to_utf8(value)
    return quote(text, safe=_SAFE).encode("ascii")


def _to_utf8(value: str) -> bytes:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def decode_header(value: str) -> str:
    """The reverse; what is no such text stays as it is."""
    text = value
    if value.startswith('"') and value.endswith('"') and len(value) > 1:
        text = _ESCAPE.sub(r"\1", value[1:-1])
    if "%" not in text or _BROKEN_PERCENT.search(text):
        return text
    try:
        return unquote_to_bytes(text.encode("utf-8")).decode("utf-8")
    except UnicodeError:
        return text
