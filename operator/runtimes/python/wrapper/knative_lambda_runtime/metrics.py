"""What the function says of itself, in the text format 0.0.4 of Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import Literal

Status = Literal["success", "error", "timeout"]

_PREFIX = "knative_lambda_function"
_DURATION_BOUNDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_COLD_START_BOUNDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class _Histogram:
    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def render(self, name: str, labels: str) -> list[str]:
        *below, count = accumulate(self._counts)
        return [
            *(f'{name}_bucket{{{labels},le="{bound}"}} {n}' for bound, n in zip(self._bounds, below, strict=True)),
            f'{name}_bucket{{{labels},le="+Inf"}} {count}',
            f"{name}_sum{{{labels}}} {self._sum}",
            f"{name}_count{{{labels}}} {count}",
        ]


def _escape(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    def __init__(self, function_name: str, function_namespace: str) -> None:
        self._labels = f'function="{_escape(function_name)}",function_namespace="{_escape(function_namespace)}"'
        self._invocations: dict[Status, int] = {"success": 0, "error": 0, "timeout": 0}
        self._errors: dict[str, int] = {}
        self._cold_starts = 0
        self._durations = _Histogram(_DURATION_BOUNDS)
        self._cold_start_durations = _Histogram(_COLD_START_BOUNDS)

    def count_success(self) -> None:
        """An invocation that returned."""
        self._invocations["success"] += 1

    def count_failure(self, status: Literal["error", "timeout"], error_type: str) -> None:
        """One that did not; the type is from the closed list of the contract."""
        self._invocations[status] += 1
        self._errors[error_type] = self._errors.get(error_type, 0) + 1

    def count_cold_start(self) -> None:
        self._cold_starts += 1

    def observe_duration(self, seconds: float) -> None:
        self._durations.observe(seconds)

    def observe_cold_start(self, seconds: float) -> None:
        """From the start of the process to its first answer."""
        self._cold_start_durations.observe(seconds)

    def totals(self) -> dict[str, int]:
        errors = self._invocations["error"] + self._invocations["timeout"]
        return {"invocations": self._invocations["success"] + errors, "errors": errors}

    def render(self) -> str:
        labels = self._labels
        lines = [
            *_head("invocations_total", "counter", "Invocations of a function; status is success, error or timeout."),
            *(
                f'{_PREFIX}_invocations_total{{{labels},status="{status}"}} {count}'
                for status, count in self._invocations.items()
            ),
            *_head(
                "duration_seconds", "histogram", "Duration of an invocation, the start of the process not included."
            ),
            *self._durations.render(f"{_PREFIX}_duration_seconds", labels),
            *_head("errors_total", "counter", "Failed invocations by kind of error, from a closed list."),
            *(f'{_PREFIX}_errors_total{{{labels},error_type="{kind}"}} {n}' for kind, n in self._errors.items()),
            *_head("cold_starts_total", "counter", "Invocations that were the first of their process."),
            f"{_PREFIX}_cold_starts_total{{{labels}}} {self._cold_starts}",
            *_head(
                "cold_start_seconds",
                "histogram",
                "Time from the start of the process to its first answer, without the wait for a request.",
            ),
            *self._cold_start_durations.render(f"{_PREFIX}_cold_start_seconds", labels),
        ]
        return "\n".join(lines) + "\n"


def _head(name: str, kind: str, description: str) -> tuple[str, str]:
    return f"# HELP {_PREFIX}_{name} {description}", f"# TYPE {_PREFIX}_{name} {kind}"
