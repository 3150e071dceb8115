"""Reads requests, one a line of JSON, and writes what the decoder of the wrapper makes of each."""

import json
import sys
from base64 import b64decode, b64encode

from knative_lambda_runtime.attributes import UnreadableEvent
from knative_lambda_runtime.event import ReceivedBatch, parse_request
from knative_lambda_runtime.headers import RequestHeaders


def describe(event):
    attributes = {name: getattr(event.attributes, name) for name in event.attributes.__slots__}
    is_bytes = isinstance(event.data, bytes)
    return {"attributes": attributes, "data": {"base64": b64encode(event.data).decode()} if is_bytes else event.data}


def decode(request):
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request["headers"]]
    try:
        received = parse_request(RequestHeaders(headers), b64decode(request["body"]), 0)
    except UnreadableEvent:
        return {"kind": "unreadable"}
    events = received.events if isinstance(received, ReceivedBatch) else [received]
    return {"kind": type(received).__name__, "events": [describe(event) for event in events]}


for line in sys.stdin:
    print(json.dumps(decode(json.loads(line))), flush=True)
