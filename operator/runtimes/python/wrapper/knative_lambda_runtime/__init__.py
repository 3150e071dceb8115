"""The wrapper that functions in python run in; docs/reference/runtime-contract.md says what it does."""
