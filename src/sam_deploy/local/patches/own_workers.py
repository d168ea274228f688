"""Functions run on our warm workers, whoever calls them, and are closed off as on Lambda.

Fault: MiniStack 1.5.33 runs Python functions on its own interpreter, with its own packages and with
all variables of this machine in reach, so that a function whose package lacks a dependency works
here and fails on AWS. It names no exception class and no stack trace in an error, starts a process
anew after each error, kills calls that run on `$LATEST` when its code changes, and waits for the
log of a silent function for 50 ms. Its log has one stream per call, no start, and whole numbers.
Seam: `lambda_svc._execute_function_warm`, through which every call of Python and Node goes but
those of WebSockets, which lease a worker by `lambda_runtime.get_or_create_worker`.
"""

from __future__ import annotations

import atexit
import base64
import binascii
import importlib
import json
import os
import secrets
import time
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final, TypeAlias

from sam_deploy.local.workers.call_log import CallLog
from sam_deploy.local.workers.found import read as read_programs
from sam_deploy.local.workers.found import write_stand_in
from sam_deploy.local.workers.model import Call, Function, Placed
from sam_deploy.local.workers.place import Places
from sam_deploy.local.workers.pool import Pool

Record: TypeAlias = dict[str, Any]
Module: TypeAlias = Any
"""A module of the emulator."""

RUNTIMES: Final = ("python", "nodejs")
_client_context: ContextVar[str] = ContextVar("client_context", default="")


class Executor:
    """Runs the emulator's function records on the pool."""

    def __init__(self, lambda_svc: Module, runtime: Module, logs: Module) -> None:
        self._lambda_svc, self._runtime = lambda_svc, runtime
        self._log = CallLog(logs)
        scratch = Path(os.environ["TMPDIR"])
        self._places = Places(scratch / "placed")
        self.pool = Pool(read_programs(scratch), scratch)
        atexit.register(self.pool.close)

    def execute(self, record: Record, event: object, request_id: str) -> Record:
        """One call, as `_execute_function_warm` answers it. `event` may be JSON as bytes.

        The body of a success is parsed, or as it came where the event did.
        """
        config = record.get("config") or record
        if not record.get("code_zip"):
            return {"body": {"statusCode": 200, "body": "Mock response - no code deployed"}}
        raw = isinstance(event, bytes)
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        call = Call(
            data,
            request_id,
            config.get("FunctionArn", ""),
            self._trace(config),
            _client_context.get(),
        )
        function = self.function(record)
        outcome = self.pool.invoke(function, call)
        payload = _with_request_id(outcome.payload, request_id) if outcome.failed else None
        lines = self._log.write(function, request_id, outcome)
        result = {
            "body": payload or (outcome.payload if raw else _parsed(outcome.payload)),
            "log": "".join(f"{line}\n" for line in lines),
            "log_source": "worker",
            "milliseconds": outcome.duration_ms,
            "executed_version": function.version,
        }
        if outcome.failed:
            result |= {"error": True, "function_error": "Unhandled"}
        return result

    def function(self, record: Record) -> Function:
        """The function of a record, as workers know it."""
        config = record.get("config") or record
        account, region = self._lambda_svc._account_region_from_function_config(config)  # noqa: SLF001
        logging = config.get("LoggingConfig") or {}
        own = (config.get("Environment") or {}).get("Variables") or {}
        name, version = config.get("FunctionName", "unknown"), config.get("Version", "$LATEST")
        revision = str(config.get("RevisionId", ""))
        return Function(
            key=(account, region, name, version, revision, str(config.get("CodeSha256", ""))),
            name=name,
            version=version,
            runtime=config.get("Runtime") or "python3.12",
            handler=config.get("Handler") or "index.handler",
            region=region,
            place=lambda: self._place(record, config),
            timeout_seconds=float(config.get("Timeout") or 3),
            memory_mb=int(config.get("MemorySize") or 128),
            log_group=logging.get("LogGroup") or f"/aws/lambda/{name}",
            log_format=logging.get("LogFormat") or "Text",
            log_level=logging.get("ApplicationLogLevel") or "",
            variables={key: str(value) for key, value in own.items()},
            credentials=self._runtime.execution_credentials(config),
            endpoint=own.get("AWS_ENDPOINT_URL") or _endpoint(),
        )

    def retire(self, name: str, qualifier: str | None, account: str, region: str) -> None:
        """The workers of a function, or of one version of it, get no more calls."""

        def is_old(function: Function) -> bool:
            owner, place, called, version = function.key[:4]
            wanted = (account or owner, region or place, name, qualifier or version)
            return (owner, place, called, version) == wanted

        self.pool.retire(is_old)

    def _place(self, record: Record, config: Record) -> Placed:
        found = [self._lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers") or ()]  # noqa: SLF001
        opt = self._places.layers([layer for layer in found if layer])
        code = self._places.code(record["code_zip"])
        return Placed(code, opt, any(map(self._places.is_for_host, (code, opt))))

    def _trace(self, config: Record) -> str:
        """The trace header: with it the SDK tells how deep functions have called each other."""
        given = self._lambda_svc._xray_trace_id_for_invocation(config)  # noqa: SLF001
        depth = self._lambda_svc._invoke_depth.get() or 0  # noqa: SLF001
        root = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        trace = given or f"{root};Parent={secrets.token_hex(8)};Sampled=0"
        return f"{trace};Lineage=1:{secrets.token_hex(4)}:{depth}"


class Leased:
    """A worker as the emulator leases one, for those places that do so themselves."""

    def __init__(self, executor: Executor, record: Record) -> None:
        self._executor, self._record = executor, record

    def invoke(self, event: object, request_id: str, **_values: object) -> Record:
        """One call, as `Worker.invoke` answers it."""
        done = self._executor.execute(self._record, event, request_id)
        failed, body = done.get("error"), done["body"]
        error = {"status": "error", "error": body.get("errorMessage", "")} if failed else {}
        return error or {"status": "ok", "result": body}

    def start(self) -> None:
        """A process has imported the handler. Raises RuntimeError when it could not."""
        error = self._executor.pool.start(self._executor.function(self._record))
        if error is not None:
            raise RuntimeError(json.loads(error).get("errorMessage", ""))


def apply() -> None:
    """Let every call of a Python or Node function run on our workers."""
    lambda_svc: Module = importlib.import_module("ministack.services.lambda_svc")
    runtime: Module = importlib.import_module("ministack.core.lambda_runtime")
    logs: Module = importlib.import_module("ministack.services.cloudwatch_logs")
    write_stand_in(Path(os.environ["TMPDIR"]), runtime._NODEJS_WORKER_SCRIPT)  # noqa: SLF001
    executor = Executor(lambda_svc, runtime, logs)
    lambda_svc._execute_function_warm = executor.execute  # noqa: SLF001
    lambda_svc.takes_json = True  # for `quick_invoke`: an event may come as it was sent
    _log_once(lambda_svc)
    _lease(executor, lambda_svc, runtime)
    _retire(executor, lambda_svc, runtime)
    _take_client_context(lambda_svc)
    _count_depth(lambda_svc)


def _log_once(lambda_svc: Module) -> None:
    emit = lambda_svc._emit_lambda_logs  # noqa: SLF001

    def emit_others(*args: object, **values: object) -> None:
        if values.get("log_source") != "worker":
            emit(*args, **values)

    lambda_svc._emit_lambda_logs = emit_others  # noqa: SLF001


def _lease(executor: Executor, lambda_svc: Module, runtime: Module) -> None:
    create, acquire = runtime.get_or_create_worker, lambda_svc.acquire_worker
    ensure, release = lambda_svc.ensure_spawned, lambda_svc.release_worker

    def leased(config: Record, code: bytes) -> Leased | None:
        runs_here = str(config.get("Runtime", "")).startswith(RUNTIMES)
        return Leased(executor, {"config": config, "code_zip": code}) if runs_here else None

    def get_or_create(name: str, config: Record, code: bytes, **values: object) -> object:
        return leased(config, code) or create(name, config, code, **values)

    def acquire_one(name: str, config: Record, code: bytes, **values: object) -> object:
        found = leased(config, code)
        return (found, "spawn") if found else acquire(name, config, code, **values)

    def ensure_one(worker: object) -> None:
        worker.start() if isinstance(worker, Leased) else ensure(worker)

    def release_one(worker: object) -> None:
        if not isinstance(worker, Leased):
            release(worker)

    runtime.get_or_create_worker = get_or_create
    lambda_svc.acquire_worker, lambda_svc.ensure_spawned = acquire_one, ensure_one
    lambda_svc.release_worker = release_one


def _retire(executor: Executor, lambda_svc: Module, runtime: Module) -> None:
    invalidate, reset = lambda_svc.invalidate_worker, runtime.reset

    def invalidate_both(
        name: str, qualifier: str | None = None, account: str = "", region: str = ""
    ) -> None:
        executor.retire(name, qualifier, account, region)
        invalidate(name, qualifier=qualifier, account=account or None, region=region or None)

    def reset_both() -> None:
        executor.pool.reset()
        reset()

    lambda_svc.invalidate_worker, runtime.reset = invalidate_both, reset_both


def _take_client_context(lambda_svc: Module) -> None:
    """The client context of a request reaches the function."""
    invoke = lambda_svc._invoke  # noqa: SLF001

    async def invoke_with_context(
        name: str, event: object, headers: Record, *args: object, **values: object
    ) -> object:
        token = _client_context.set(_decoded(_header(headers, "x-amz-client-context")))
        try:
            return await invoke(name, event, headers, *args, **values)
        finally:
            _client_context.reset(token)

    lambda_svc._invoke = invoke_with_context  # noqa: SLF001


def _count_depth(lambda_svc: Module) -> None:
    """How deep functions have called each other comes in the trace header, as on AWS."""
    inbound = lambda_svc._inbound_invoke_depth  # noqa: SLF001

    def inbound_by_trace(headers: Record) -> int:
        depth = depth_of(_header(headers, "x-amzn-trace-id"))
        known: int = inbound(headers)
        return max(depth, known)

    lambda_svc._inbound_invoke_depth = inbound_by_trace  # noqa: SLF001


def depth_of(trace: str) -> int:
    """The depth in a trace header's `Lineage=1:HASH:DEPTH`; 0 without one."""
    _, _, lineage = trace.partition("Lineage=")
    depth = lineage.partition(";")[0].rpartition(":")[2]
    return int(depth) if depth.isdigit() else 0


def _header(headers: Record, name: str) -> str:
    return next((str(value) for key, value in headers.items() if key.lower() == name), "")


def _decoded(context: str) -> str:
    try:
        return json.dumps(json.loads(base64.b64decode(context))) if context else ""
    except (binascii.Error, ValueError):
        return ""


def _endpoint() -> str:
    """Where AWS is for functions: the faults' proxy, else the emulator itself."""
    own = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    return os.environ.get("AWS_ENDPOINT_URL") or own


def _parsed(payload: bytes) -> object:
    try:
        return json.loads(payload)
    except ValueError:
        return payload


def _with_request_id(payload: bytes, request_id: str) -> object:
    """An error as its caller gets it: one of a start does not know the call that it fails."""
    found = _parsed(payload)
    if isinstance(found, dict) and found.get("requestId") == "":
        found["requestId"] = request_id
    return found
