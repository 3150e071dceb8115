"""What an error of the handler is to a broker, a log and a metric."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

_LONGEST_CODE = 100
_LONGEST_MESSAGE = 1024
_NOT_RETRYABLE = (TypeError, ValueError, ImportError)
_NOT_RETRYABLE_NAMES = frozenset(error.__name__ for error in _NOT_RETRYABLE)

# what the name of an error contains, and what the metric calls it; the first that fits
_TYPES = (
    ("timeout", "timeout"),
    ("memory", "memory"),
    ("import", "import"),
    ("module", "import"),
    ("permission", "permission"),
    ("access", "permission"),
    ("connection", "network"),
    ("network", "network"),
    ("socket", "network"),
    ("validation", "validation"),
    ("valueerror", "validation"),
    ("typeerror", "validation"),
)


class ResultNotSerializable(Exception):
    """A result that JSON cannot say."""

    retryable = False


class InvalidReply(Exception):
    """A returned CloudEvent that is none."""

    retryable = False


@dataclass(frozen=True, slots=True)
class Failure:
    code: str
    """Name of the error."""
    message: str
    retryable: bool
    """Whether a later try may succeed."""
    type: str
    """What the metric calls it."""
    stack: str | None = None


def to_failure(error: BaseException) -> Failure:
    """From whatever was raised; raises nothing, whatever the author's error does when it is looked at."""
    try:
        return _describe(error)
    except BaseException:
        return Failure(type(error).__name__[:_LONGEST_CODE], "", True, _type_of(error))


def _describe(error: BaseException) -> Failure:
    if isinstance(error, SystemExit):
        code = error.code or 0
        return Failure("ProcessExit", f"the handler ended the process with exit code {code}", True, "runtime")
    if isinstance(error, MemoryError):
        # what used the memory up is still held by the frames
        traceback.clear_frames(error.__traceback__)
    code = type(error).__name__[:_LONGEST_CODE]
    message = str(error)[:_LONGEST_MESSAGE]
    return Failure(code, message, _is_retryable(error), _type_of(error), "".join(traceback.format_exception(error)))


def _is_retryable(error: BaseException) -> bool:
    own = getattr(error, "retryable", None)
    if isinstance(own, bool):
        return own
    return not isinstance(error, _NOT_RETRYABLE) and type(error).__name__ not in _NOT_RETRYABLE_NAMES


def _type_of(error: BaseException) -> str:
    if isinstance(error, (ResultNotSerializable, InvalidReply)):
        return "handler"
    name = type(error).__name__.lower()
    return next((kind for part, kind in _TYPES if part in name), "handler")
