"""Runs the handler of a Python function: the Lambda Runtime API's client, as `awslambdaric` is.

    pythonX.Y -S -s -u bootstrap.py RUNTIME_PACKAGES

A program of its own, run by path in a worker's process, on any Python that Lambda has a runtime
for (3.8 and later), with nothing but the standard library. `awslambdaric` itself is not used: it
has a C part with wheels for Linux alone. A contract test holds the two against each other.
Everything it knows comes from the variables that Lambda documents; RUNTIME_PACKAGES is the folder
with what the runtime itself holds (boto3), Lambda's /var/runtime.
Source: Lambda developer guide, "Using the Lambda runtime API"; awslambdaric 4.2.2.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from decimal import Decimal
from typing import Any, NoReturn

from lambda_worker_api import RuntimeApi  # type: ignore[import-not-found]
from lambda_worker_context import FaultError, LambdaContext  # type: ignore[import-not-found]
from lambda_worker_log import (  # type: ignore[import-not-found]
    Current,
    log_error,
    set_up_logging,
)


def set_up_paths(packages: str) -> None:
    """Modules are found where, and in the order in which, Lambda finds them.

    The function's own, then those of layers, then the runtime's. Files `.pth` of layers count.
    Source: Lambda developer guide, "Runtime search path in Python", and the runtime's bootstrap.
    """
    import site  # noqa: PLC0415 - last, as `-S` has kept it from acting by itself

    # `exit`, `quit`, `help` are there for a program that nothing keeps from them.
    site.setquit()
    site.setcopyright()
    site.sethelper()
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib is slow
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]  # noqa: PTH100
    opt = os.environ.get("SAM_DEPLOY_OPT") or "/opt"
    layers = [
        f"{opt}/python/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages",
        f"{opt}/python",
    ]
    if "PYTHONPATH" not in os.environ:
        sys.path[:0] = layers
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    sys.path.append(packages)
    for folder in layers:
        if os.path.isdir(folder):  # noqa: PTH112
            site.addsitedir(folder)


def keep_compiled() -> None:
    """Compiled files are kept for the next worker, though code cannot be written to where it is."""
    from importlib.machinery import SourceFileLoader  # noqa: PLC0415 - only where it is needed

    places = [
        (place + "/", f"/proc/self/fd/{number}/")
        for number, _, place in (
            each.partition(":") for each in os.environ.pop("SAM_DEPLOY_COMPILED", "").split("\n")
        )
        if place
    ]
    write = SourceFileLoader.set_data

    def set_data(self: Any, path: str, data: bytes, **mode: Any) -> None:  # noqa: ANN401
        for place, as_it_was in places:
            if path.startswith(place):
                return write(self, as_it_was + path[len(place) :], data, **mode)
        return write(self, path, data, **mode)

    if places and not sys.dont_write_bytecode:
        SourceFileLoader.set_data = set_data  # type: ignore[assignment,method-assign]


def let_debugger_attach() -> None:
    """Where the function is debugged, debugpy listens before the handler is imported."""
    port = os.environ.pop("SAM_DEPLOY_DEBUG_PORT", "")
    folder = os.environ.pop("SAM_DEPLOY_DEBUGPY", "")
    if port:
        sys.path.append(folder)
        importlib.import_module("debugpy").listen(("127.0.0.1", int(port)))


def find_handler(handler: str) -> Any:  # noqa: ANN401 - whatever the module holds
    """The function that a handler's name means. Raises FaultError in Lambda's own words."""
    module, dot, name = handler.rpartition(".")
    if not dot:
        why = "not enough values to unpack (expected 2, got 1)"
        raise FaultError("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {why}")
    if module.split(".", maxsplit=1)[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {module} as a handler module"
        raise FaultError("Runtime.BuiltInModuleConflict", message)
    try:
        found = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module}': {error}"
        raise FaultError("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        message = f"Syntax error in module '{module}': {error}"
        raise FaultError("Runtime.UserCodeSyntaxError", message, trace) from error
    try:
        return getattr(found, name)
    except AttributeError as error:
        message = f"Handler '{name}' missing on module '{module}'"
        raise FaultError("Runtime.HandlerNotFound", message) from error


def described(error: BaseException) -> dict[str, Any]:
    """An exception as the object that the caller of the function gets."""
    if isinstance(error, FaultError):
        kind, message, trace = error.kind, error.message, error.trace
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = [index for index, frame in enumerate(frames) if frame.filename != __file__]
        kind, message = type(error).__name__, str(error)
        shown = frames[own[0] :] if own else frames
        # As tuples: so they are without the marks that newer Pythons put below a line.
        places = [(frame.filename, frame.lineno or 0, frame.name, frame.line) for frame in shown]
        trace = traceback.format_list(places)
    return {
        "errorMessage": message,
        "errorType": kind,
        "requestId": Current.request_id,
        "stackTrace": trace,
    }


def encoded(value: object) -> tuple[bytes, str]:
    """A handler's result and its content type. Raises FaultError when JSON has no way to say it."""
    if isinstance(value, bytes):
        return value, "application/unknown"
    decimals: list[Decimal] = []
    mark = f"decimal-{Current.request_id}-"

    def default(item: object) -> object:
        if isinstance(item, Decimal):
            # A number, written exactly: put in afterwards, because JSON here knows only floats.
            decimals.append(item)
            return float("nan") if item.is_nan() else f"{mark}{len(decimals) - 1}."
        raise TypeError(f"Object of type {type(item).__name__} is not JSON serializable")

    try:
        # Since 3.12 the runtime leaves letters as they are.
        text = json.dumps(value, ensure_ascii=sys.version_info < (3, 12), default=default)
        for index, number in enumerate(decimals):
            text = text.replace(f'"{mark}{index}."', str(number), 1)
        return text.encode(), "application/json"
    except Exception as error:
        raise FaultError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def decoded(event: bytes) -> Any:  # noqa: ANN401 - whatever the caller sent
    """The event. Raises FaultError when it is no JSON."""
    try:
        return json.loads(event)
    except ValueError as error:
        raise FaultError("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def serve(api: RuntimeApi, handler: Any) -> NoReturn:  # noqa: ANN401
    """Run one invocation after another."""
    api.ask()
    while True:
        headers, event = api.next()
        Current.request_id = headers.get("lambda-runtime-aws-request-id", "")
        trace = headers.get("lambda-runtime-trace-id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        try:
            context = LambdaContext(headers)
            body, content_type = encoded(handler(decoded(event), context))
        except Exception as error:  # noqa: BLE001 - any error of the handler is its answer
            found = described(error)
            log_error(found)
            api.fail(f"/invocation/{Current.request_id}/error", found, then_next=True)
        else:
            api.answer(Current.request_id, body, content_type)


def main() -> None:
    """Import the handler, or say why not, and serve."""
    api = os.environ["AWS_LAMBDA_RUNTIME_API"]
    set_up_paths(sys.argv[1])
    sys.argv[:] = [sys.argv[0]]
    set_up_logging()
    keep_compiled()
    let_debugger_attach()
    try:
        handler = find_handler(os.environ["_HANDLER"])
    except Exception as error:  # noqa: BLE001 - any error of the start is its answer
        found = described(error)
        log_error(found)
        RuntimeApi(api).fail("/init/error", found, then_next=False)
        sys.exit(1)
    serve(RuntimeApi(api), handler)


if __name__ == "__main__":
    main()
