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
_FIRST_KEYS = frozenset(("level", "ts", "function", "namespace", "msg"))

_quote = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode


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
        self._function = (
            f'"function":{_quote(settings.function_name)},"namespace":{_quote(settings.function_namespace)}'
        )
        self._write = write

    def line(self, level: str, message: str, fields: Fields = _NO_FIELDS) -> None:
        if _RANKS[level] < self._lowest:
            return
        ts = rfc3339(time.time())
        if self._is_text:
            pairs = (f"{key}={_cut(value)}" for key, value in fields.items() if value is not None)
            self._write(" ".join([ts, level.upper(), message, *pairs]) + "\n")
            return
        # the first keys win over those of the author
        pairs = (
            f",{_quote(str(key))}:{_to_json(value)}"
            for key, value in fields.items()
            if value is not None and key not in _FIRST_KEYS
        )
        self._write(f'{{"level":"{level}","ts":"{ts}",{self._function},"msg":{_quote(message)}{"".join(pairs)}}}\n')


def _to_json(value: Any) -> str:
    if isinstance(value, str):
        return _quote(_cut(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError):
        # what the author gave may be circular, or have keys that JSON has not
        return _quote(_cut(str(value)))


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
