"""Headers of a request, and of an answer."""

from __future__ import annotations

RawHeaders = list[tuple[bytes, bytes]]
"""Names in lower case and values, in the order in which they came."""


class RequestHeaders:
    __slots__ = ("_first", "raw")

    def __init__(self, raw: RawHeaders) -> None:
        self.raw = raw
        self._first = dict(reversed(raw))

    def first(self, name: bytes) -> str | None:
        """The first value; None where there is none, or it is empty."""
        value = self._first.get(name)
        return value.decode("latin-1") if value else None

    def single(self, name: bytes) -> str | None:
        """None where it does not come exactly once."""
        value = self._first.get(name)
        if value is None or sum(name == other for other, _ in self.raw) > 1:
            return None
        return value.decode("latin-1")
