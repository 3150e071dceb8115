"""Calls AWS by boto3: a JSON object with service, operation and parameters a line in, one with result or error out."""
import json
import os
import sys
from urllib.parse import urlparse

import boto3
from botocore.exceptions import BotoCoreError, ClientError

endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
if urlparse(endpoint).hostname != "127.0.0.1":
    sys.exit(f"AWS_ENDPOINT_URL: got {endpoint!r}, allowed only http://127.0.0.1:PORT")

clients = {}


def answer(service, operation, parameters):
    try:
        client = clients.get(service) or clients.setdefault(service, boto3.client(service))
        result = getattr(client, operation)(**parameters)
        return {"result": {key: value for key, value in result.items() if key != "ResponseMetadata"}}
    except ClientError as error:
        return {"error": {"code": error.response["Error"]["Code"], "message": str(error)}}
    except BotoCoreError as error:
        return {"error": {"code": type(error).__name__, "message": str(error)}}


for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line)), default=str), flush=True)
