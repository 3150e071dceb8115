"""Starts the wrapper: `python main.py`, with the environment of the contract."""

import os
import sys

# what the wrapper needs is found first, and is out of sight again before the author's code is loaded: that imports
# what it asked for, in the version that it asked for, or nothing
own = [sys.path.pop(0), *filter(None, [os.environ.get("RUNTIME_PACKAGES")])]
author = sys.path[:]
sys.path[:0] = own

from knative_lambda_runtime.process import main  # noqa: E402

sys.path[:] = author
# uvicorn has it for its command line; the author may have another version
for name in [name for name in sys.modules if name.partition(".")[0] == "click"]:
    del sys.modules[name]

if __name__ == "__main__":
    main()
