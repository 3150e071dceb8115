"""Starts the wrapper: `python main.py`, with the environment of the contract."""

import os
import sys
from importlib.util import find_spec, module_from_spec

# what the wrapper needs is found first, and is out of sight again before the author's code is loaded: that imports
# what it asked for, in the version that it asked for, or nothing
own = [sys.path.pop(0), *filter(None, [os.environ.get("RUNTIME_PACKAGES")])]
author = sys.path[:]
sys.path[:0] = own

# the package without the code of its __init__, which loads a command line: half of the time that uvicorn takes
uvicorn = find_spec("uvicorn")
if uvicorn is not None:
    sys.modules["uvicorn"] = module_from_spec(uvicorn)

from knative_lambda_runtime.process import main  # noqa: E402

sys.path[:] = author
for name in [name for name in sys.modules if name.partition(".")[0] == "uvicorn"]:
    del sys.modules[name]

if __name__ == "__main__":
    main()
