"""What data of a media type is to the handler."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Literal

from .attributes import UnreadableEvent

Form = Literal["json", "text", "bytes"]

_JSON_SUFFIX = re.compile(r"[^/]+/[^/]+\+json")
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^\s;"]+)', re.IGNORECASE)
_UNICODE = frozenset(("utf-8", "utf8", "us-ascii"))


def media_type_of(content_type: str) -> str:
    """In lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)
def form_of(content_type: str | None) -> Form:
    """A media type that is absent means JSON."""
    if content_type is None:
        return "json"
    media_type = media_type_of(content_type)
    if media_type in ("application/json", "text/json") or _JSON_SUFFIX.fullmatch(media_type):
        return "json"
    return "text" if media_type.startswith("text/") and _is_unicode(content_type) else "bytes"


def _is_unicode(content_type: str) -> bool:
    charset = _CHARSET.search(content_type)
    return charset is None or charset[1].lower() in _UNICODE


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode


def parse_data(body: bytes, form: Form) -> Any:
    """
    What the handler gets for these bytes.

    :raises UnreadableEvent: where they are to be text and are not UTF-8, or are to be JSON and are not
    """
    if form == "bytes":
        return body
    text = _to_text(body)
    if form == "text":
        return text
    return parse_json(text, "data") if text else {}


def parse_json_body(body: bytes) -> Any:
    """:raises UnreadableEvent: where it is not JSON, or empty"""
    return parse_json(_to_text(body), "body")


def parse_json(text: str, what: str) -> Any:
    """:raises UnreadableEvent: where it is not JSON"""
    try:
        return _decode(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableEvent(f"{what}: got no JSON, allowed JSON: {error}") from error


def _to_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableEvent("data: got bytes that are not UTF-8, allowed UTF-8 for JSON and text") from error
