import asyncio
import base64
import os
import resource
import signal
import sys
import threading
import time


def kind_of(data):
    """Name of the kind of data, the same in every language."""
    if data is None:
        return "null"
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(data), "bytes")


def echo(data, _context):
    is_bytes = isinstance(data, bytes)
    return {"kind": kind_of(data), "value": base64.b64encode(data).decode() if is_bytes else data}


def build_error(data):
    name = data["name"]
    known = vars(__import__("builtins")).get(name)
    error = (known or type(name, (Exception,), {}))(data["message"])
    if "retryable" in data:
        error.retryable = data["retryable"]
    return error


def describe_context(_data, context):
    fields = ("id", "source", "type", "specversion", "subject", "time", "datacontenttype", "dataschema", "extensions")
    further = {
        "correlationId": context.correlation_id,
        "invocationId": context.invocation_id,
        "functionName": context.function_name,
        "functionNamespace": context.function_namespace,
        "traceparent": context.traceparent,
        "tracestate": context.tracestate,
        "hopCount": context.hop_count,
        "deadline": context.deadline.isoformat(),
        "remainingMs": context.remaining_ms(),
    }
    described = {name: getattr(context, name) for name in fields} | further
    return {"context": {name: value for name, value in described.items() if value is not None}}


def circular(_data, _context):
    value = {}
    value["self"] = value
    return value


def print_text(data, _context):
    for _ in range(data["times"]):
        print(data["text"], end="")


def raise_error(data, _context):
    raise build_error(data)


async def raise_later(data, _context):
    await asyncio.sleep(0.005)
    raise build_error(data)


def raise_value(_data, _context):
    raise Exception("out of stock")


async def wait(data, _context):
    await asyncio.sleep(0.01)
    return data


async def sleep(data, _context):
    await asyncio.sleep(data["ms"] / 1000)
    return "slept"


async def sleep_then_id(data, context):
    await asyncio.sleep(data["ms"] / 1000)
    return context.id


async def hang(_data, _context):
    await asyncio.get_running_loop().create_future()


def stuck(_data, _context):
    threading.Event().wait()


def linger(data, _context):
    time.sleep(data["ms"] / 1000)
    return "late"


def until_signal(_data, context):
    context.cancelled.wait()
    context.logger.info("heard of the deadline")


def block(data, _context):
    end = time.monotonic() + data["ms"] / 1000
    while time.monotonic() < end:
        pass


async def exit_later(_data, _context):
    await asyncio.sleep(0.02)
    sys.exit(3)


def throw_later(data, _context):
    def throw():
        raise RuntimeError("thrown after the answer")

    threading.Timer(data["ms"] / 1000, throw).start()


def allocate(_data, _context):
    with open("/proc/self/statm") as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, resource.RLIM_INFINITY))
    kept = []
    while True:
        kept.append(bytearray(2**20))


# a name for each behaviour; test/conformance/functions/README.md says what each does
ACTS = {
    "return": lambda data, _context: data,
    "nothing": lambda _data, _context: None,
    "async": wait,
    "bytes": lambda data, _context: base64.b64decode(data["base64"]),
    "size": lambda data, _context: len(data),
    "repeat": lambda data, _context: data["text"] * data["times"],
    "context": describe_context,
    "environment": lambda data, _context: os.environ.get(data["name"]),
    "log": lambda data, context: getattr(context.logger, data["level"])(data["message"], data["fields"]),
    "print": print_text,
    "circular": circular,
    "nan": lambda _data, _context: float("nan"),
    "infinity": lambda _data, _context: [float("inf")],
    "nestednan": lambda _data, _context: {"list": [{"value": float("nan")}]},
    "generator": lambda _data, _context: (number for number in (1,)),
    "function": lambda _data, _context: print,
    "raise": raise_error,
    "raiseasync": raise_later,
    "raisevalue": raise_value,
    "sleep": sleep,
    "sleepthenid": sleep_then_id,
    "hang": hang,
    "stuck": stuck,
    "lingers": linger,
    "untilsignal": until_signal,
    "block": block,
    "exit": lambda _data, _context: sys.exit(3),
    "exitlater": exit_later,
    "kill": lambda _data, _context: os.kill(os.getpid(), signal.SIGKILL),
    "throwlater": throw_later,
    "allocate": allocate,
}


def handler(data, context):
    """What the type of the event or, in a plain POST, the member `act` names; else echo."""
    prefix, _, named = context.type.partition(".")
    if prefix != "conformance":
        named = data.get("act") if isinstance(data, dict) else None
    return ACTS.get(named, echo)(data, context)
