"""Which invocation it is, and whose."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from .attributes import Attributes

_USABLE = re.compile(r"[!-~]{1,256}")
_HOPS = re.compile(r"[0-9]{1,9}")


def new_id() -> str:
    """A random UUID, as uuid.uuid4() makes it in several times the time."""
    random = os.urandom(16)
    text = random.hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[random[8] >> 6]}{text[17:20]}-{text[20:]}"


@dataclass(slots=True)
class Identity:
    invocation_id: str
    correlation_id: str


def identify(header: str | None, attributes: Attributes | None = None) -> Identity:
    """From X-Correlation-ID and the attributes of the event, where it could be read."""
    invocation_id = new_id() if attributes is None else attributes.id
    extension = None if attributes is None else attributes.extensions.get("correlationid")
    return Identity(invocation_id, _usable(header) or _usable(extension) or invocation_id)


def _usable(value: str | None) -> str | None:
    """None where it is not fit for headers and logs."""
    return value if value is not None and _USABLE.fullmatch(value) else None


def parse_hop_count(text: str | None) -> int:
    """0 where there is none or no whole number."""
    return int(text) if text is not None and _HOPS.fullmatch(text) else 0
