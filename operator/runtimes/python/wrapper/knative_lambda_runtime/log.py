"""Lines of JSON, or of text for people, on stdout."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Callable, Mapping
from typing import Any

from .clock import rfc3339
from .settings import LogSettings

Fields = Mapping[str, Any]
"""Keys of a line; those that are None are left out."""

_RANKS = {"debug": 0, "info": 1, "warn": 2, "error": 3}
_LONGEST_VALUE = 8192
_STDOUT = 1
_NO_FIELDS: Fields = {}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def write_stdout(text: str) -> None:
    """Writes all of it, waiting for a reader that is slow: nothing piles up in memory."""
    rest = memoryview(text.encode("utf-8", "backslashreplace"))
    while rest:
        try:
            rest = rest[os.write(_STDOUT, rest) :]
        except BlockingIOError:
            select.select([], [_STDOUT], [])
        except OSError:
            # nobody reads any more
            return


class Log:
    def __init__(self, settings: LogSettings, write: Callable[[str], None] = write_stdout) -> None:
        self._lowest = _RANKS[settings.level]
        self._is_text = settings.format == "text"
        self._identity = {"function": settings.function_name, "namespace": settings.function_namespace}
        self._write = write

    def line(self, level: str, message: str, fields: Fields = _NO_FIELDS) -> None:
        if _RANKS[level] < self._lowest:
            return
        now = rfc3339(time.time())
        kept = {key: _cut(value) for key, value in fields.items() if value is not None}
        if self._is_text:
            pairs = (f"{key}={value}" for key, value in kept.items())
            self._write(" ".join([now, level.upper(), message, *pairs]) + "\n")
        else:
            # the first ones win over those of the author
            first = {"level": level, "ts": now, **self._identity, "msg": message}
            self._write(_to_json(first | {key: value for key, value in kept.items() if key not in first}) + "\n")


def _to_json(line: dict[str, Any]) -> str:
    try:
        return _encode(line)
    except (TypeError, ValueError, RecursionError):
        # fields of the author may be circular, or have keys that JSON has not
        return _encode({str(key): _cut(str(value)) for key, value in line.items()})


def _cut(value: Any) -> Any:
    return value[:_LONGEST_VALUE] if isinstance(value, str) and len(value) > _LONGEST_VALUE else value


class InvocationLogger:
    """The logger of a context: its lines carry the ids of the invocation."""

    __slots__ = ("_fields", "_log")

    def __init__(self, log: Log, fields: Fields) -> None:
        self._log = log
        self._fields = fields

    def debug(self, message: str, fields: Fields = _NO_FIELDS) -> None:
        self._log.line("debug", message, {**(fields or {}), **self._fields})

    def info(self, message: str, fields: Fields = _NO_FIELDS) -> None:
        self._log.line("info", message, {**(fields or {}), **self._fields})

    def warn(self, message: str, fields: Fields = _NO_FIELDS) -> None:
        self._log.line("warn", message, {**(fields or {}), **self._fields})

    warning = warn

    def error(self, message: str, fields: Fields = _NO_FIELDS) -> None:
        self._log.line("error", message, {**(fields or {}), **self._fields})
