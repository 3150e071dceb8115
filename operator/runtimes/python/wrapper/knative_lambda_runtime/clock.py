"""Times as the contract writes them."""

from __future__ import annotations

import time

_second = (-1, "")


def rfc3339(seconds: float) -> str:
    """`2026-01-02T03:04:05.678Z`, from seconds since the epoch."""
    global _second
    whole = int(seconds)
    known, text = _second
    if whole != known:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
        # one tuple, so that another thread never reads half of it
        _second = (whole, text)
    return f"{text}.{int((seconds - whole) * 1000):03d}Z"
