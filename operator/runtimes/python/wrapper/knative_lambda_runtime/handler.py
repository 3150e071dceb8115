"""Finds the author's function."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from .failure import Failure, to_failure

Handler = Callable[..., Any]

_DEFAULT = ("main", "handler")
# what a module without the default name may call its handler; the original took this
_FALLBACK_NAMES = ("main",)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class HandlerError(Exception):
    """A handler that is not there, or is no function."""


class LoadError(Exception):
    """A handler that did not load."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def load_handler(source: str, handler: str) -> Handler:
    """
    Loads the module in the folder and finds the function in it; `handler` is `module.function` or `function`.

    :raises LoadError: naming what is not there, or what the module raised while it loaded
    """
    try:
        return _find(Path(source), handler)
    except SystemExit as error:
        message = f"the module ended with exit code {error.code or 0}"
        raise LoadError(Failure("ProcessExit", message, True, "runtime")) from error
    except BaseException as error:
        raise LoadError(to_failure(error)) from error


def _find(source: Path, handler: str) -> Handler:
    module_name, function_name = _names(source, handler)
    module = _import(source, module_name)
    is_default = (module_name, function_name) == _DEFAULT
    for name in (function_name, *_FALLBACK_NAMES) if is_default else (function_name,):
        found = getattr(module, name, None)
        if found is not None:
            return _check(found, f"{name} in {module.__file__}")
    raise HandlerError(f"no function {function_name} in {module.__file__}")


def _names(source: Path, handler: str) -> tuple[str, str]:
    module_name, dot, function_name = handler.rpartition(".")
    if not dot:
        return _DEFAULT[0], handler
    # the first CRD wrote this default of nodejs into every function
    is_default_of_nodejs = handler == "index.handler" and _path_of(source, "index") is None
    return _DEFAULT if is_default_of_nodejs else (module_name, function_name)


def _paths(source: Path, module_name: str) -> tuple[Path, ...]:
    return source / f"{module_name}.py", source / module_name / "__init__.py"


def _path_of(source: Path, module_name: str) -> Path | None:
    return next((path for path in _paths(source, module_name) if path.exists()), None)


def _import(source: Path, module_name: str) -> ModuleType:
    path = _path_of(source, module_name)
    if path is None:
        paths = " or ".join(str(one) for one in _paths(source, module_name))
        raise HandlerError(f"no module {module_name}: got no {paths}")
    sys.path.insert(0, str(source))
    module = importlib.import_module(module_name)
    if module.__file__ is None or not path.samefile(module.__file__):
        raise HandlerError(f"module {module_name}: {module.__file__} has this name already; rename {path}")
    return module


def _check(found: Any, what: str) -> Handler:
    if inspect.isclass(found) or not callable(found):
        got = "a class" if inspect.isclass(found) else f"of type {type(found).__name__}"
        raise HandlerError(f"{what} is {got}, allowed a function")
    handler: Handler = found
    return handler


def takes_context(handler: Handler) -> bool:
    """Whether it has a second parameter; one with a default counts, and so does `*args`."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        # a function of a compiled module may not tell
        return False
    takes_any = any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters)
    return takes_any or sum(parameter.kind in _POSITIONAL for parameter in parameters) >= 2


def is_async(handler: Handler) -> bool:
    """Whether calling it gives an awaitable and does nothing else."""
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)
