"""The environment of the contract, parsed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

Environment = Mapping[str, str]

LONGEST_SECONDS = 86_400

_HANDLER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", re.ASCII)
_INTEGER = re.compile(r"[0-9]{1,10}")
_SECONDS = re.compile(r"[0-9]{1,10}(\.[0-9]{1,9})?")
_SHARE = re.compile(r"0(\.[0-9]+)?|1(\.0+)?")


class SettingError(Exception):
    """A value of the environment that is not allowed: what, got, allowed."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    level: str
    """The lowest that is written."""
    format: str
    function_name: str
    function_namespace: str


@dataclass(frozen=True, slots=True)
class SpanSettings:
    endpoint: str | None
    """URL that spans are posted to; None: nowhere."""
    headers: Mapping[str, str]
    resource: Mapping[str, str]
    share: float
    """Of new traces that are sampled, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Settings:
    port: int
    metrics_port: int
    handler: str
    source: str
    """Folder of the author's code."""
    function_name: str
    function_namespace: str
    timeout_seconds: float
    max_concurrency: int
    max_body_bytes: int
    body_timeout_seconds: float
    shutdown_grace_seconds: float
    max_hops: int
    log: LogSettings
    spans: SpanSettings


def parse_settings(environment: Environment) -> Settings:
    """
    Every setting, or its default.

    :raises SettingError: on the first value that is not allowed
    """
    name = _read(environment, "FUNCTION_NAME") or _read(environment, "K_SERVICE") or "function"
    namespace = _read(environment, "FUNCTION_NAMESPACE") or _read(environment, "NAMESPACE") or "knative-lambda"
    port = _read_integer(environment, "PORT", (1, 65_535), 8080)
    return Settings(
        port=port,
        metrics_port=_read_integer(environment, "METRICS_PORT", (1, 65_535), port),
        handler=_read_matching(environment, "HANDLER", _HANDLER, "module.function or function") or "main.handler",
        source=_read(environment, "FUNCTION_SOURCE") or "/app",
        function_name=name,
        function_namespace=namespace,
        timeout_seconds=_read_seconds(environment, "TIMEOUT_SECONDS", 300),
        max_concurrency=_read_integer(environment, "MAX_CONCURRENCY", (1, 100_000), 100),
        max_body_bytes=_read_integer(environment, "MAX_BODY_BYTES", (1, 2**30), 10 * 2**20),
        body_timeout_seconds=_read_seconds(environment, "BODY_TIMEOUT_SECONDS", 30),
        shutdown_grace_seconds=_read_seconds(environment, "SHUTDOWN_GRACE_SECONDS", 30),
        max_hops=_read_integer(environment, "MAX_HOPS", (1, 1000), 16),
        log=LogSettings(
            level=_read_choice(environment, "LOG_LEVEL", ("info", "debug", "warn", "error")),
            format=_read_choice(environment, "LOG_FORMAT", ("json", "text")),
            function_name=name,
            function_namespace=namespace,
        ),
        spans=_read_spans(environment, name, namespace),
    )


def _read(environment: Environment, name: str) -> str | None:
    """An empty value counts as absent."""
    return environment.get(name) or None


def _read_matching(
    environment: Environment,
    name: str,
    pattern: re.Pattern[str],
    allowed: str,
    is_allowed: Callable[[str], bool] = lambda _: True,
) -> str | None:
    value = _read(environment, name)
    if value is None or (pattern.fullmatch(value) and is_allowed(value)):
        return value
    raise SettingError(f"{name}: got {value}, allowed {allowed}")


def _read_integer(environment: Environment, name: str, bounds: tuple[int, int], otherwise: int) -> int:
    least, most = bounds
    allowed = f"a whole number from {least} to {most}"
    value = _read_matching(environment, name, _INTEGER, allowed, lambda text: least <= int(text) <= most)
    return otherwise if value is None else int(value)


def _read_seconds(environment: Environment, name: str, otherwise: float) -> float:
    allowed = f"a number above 0 and at most {LONGEST_SECONDS}"
    value = _read_matching(environment, name, _SECONDS, allowed, lambda text: 0 < float(text) <= LONGEST_SECONDS)
    return otherwise if value is None else float(value)


def _read_choice(environment: Environment, name: str, values: tuple[str, ...]) -> str:
    """The first value is the default."""
    value = _read(environment, name) or values[0]
    if value not in values:
        raise SettingError(f"{name}: got {value}, allowed {', '.join(values)}")
    return value


def _read_pairs(environment: Environment, name: str) -> dict[str, str]:
    """From `key=value,key=value`, the values percent-decoded."""
    pairs = [pair.partition("=") for pair in (_read(environment, name) or "").split(",") if "=" in pair]
    try:
        return {key.strip(): unquote_to_bytes(value.strip()).decode() for key, _, value in pairs}
    except UnicodeDecodeError as error:
        raise SettingError(f"{name}: got {environment[name]}, allowed percent-encoded UTF-8") from error


def _read_spans(environment: Environment, name: str, namespace: str) -> SpanSettings:
    share = _read_matching(environment, "OTEL_TRACES_SAMPLER_ARG", _SHARE, "a number from 0 to 1")
    resource = {"service.namespace": namespace, "service.name": name}
    resource |= _read_pairs(environment, "OTEL_RESOURCE_ATTRIBUTES")
    service = _read(environment, "OTEL_SERVICE_NAME")
    return SpanSettings(
        endpoint=_read_span_endpoint(environment),
        headers=_read_pairs(environment, "OTEL_EXPORTER_OTLP_HEADERS"),
        resource=resource if service is None else resource | {"service.name": service},
        share=float(share or 1),
    )


def _read_span_endpoint(environment: Environment) -> str | None:
    if (_read(environment, "OTEL_SDK_DISABLED") or "").lower() == "true":
        return None
    for name, path in (("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""), ("OTEL_EXPORTER_OTLP_ENDPOINT", "/v1/traces")):
        endpoint = _read(environment, name)
        if endpoint is not None:
            url = endpoint if "://" in endpoint else f"http://{endpoint}"
            if not _is_http(url):
                raise SettingError(f"{name}: got {endpoint}, allowed an http or https URL, or host:port")
            return url.rstrip("/") + path if path else url
    return None


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # reading the port checks it
        return parts.scheme in ("http", "https") and parts.hostname is not None and parts.port != 0
    except ValueError:
        return False
