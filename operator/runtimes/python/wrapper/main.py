"""Starts the wrapper: `python main.py`, with the environment of the contract."""

import sys

from knative_lambda_runtime.process import main

# the folder of this file is first on the path, and the author may have modules of the same name
sys.path.pop(0)

if __name__ == "__main__":
    main()
