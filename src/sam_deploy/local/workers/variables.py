"""The environment of a worker: Lambda's documented variables, the function's own, no other.

Source: Lambda developer guide, "Working with Lambda environment variables", defined runtime
environment variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from sam_deploy.local.workers.model import Function, Placed

RESERVED: Final = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE"),
        *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)
"""Variables that a function cannot set. Lambda refuses them."""


def of_worker(
    function: Function, placed: Placed, *, api: str, log_stream: str, home: Path, program: Path
) -> dict[str, str]:
    """The whole environment of a worker's process.

    `home` is the worker's own folder. Two variables are not Lambda's: HOME and TMPDIR keep a
    function from the configuration and the temporary files of this machine's user. LANG has a
    locale that every machine has.
    """
    opt = placed.opt
    path = [str(program.parent), "/usr/local/bin", "/usr/bin", "/bin"]
    made = {
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PATH": ":".join([*path, f"{opt}/bin" if opt else "/opt/bin"]),
        "HOME": str(home),
        "TMPDIR": str(home),
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        # Amazon S3's Object Lambda and others prefix the host's name, which has no address here.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
    if opt is not None:
        made["LD_LIBRARY_PATH"] = f"{placed.task_root}:{placed.task_root}/lib:{opt}/lib"
        made["SAM_DEPLOY_OPT"] = str(opt)
    if function.runtime.startswith("nodejs") and opt is not None:
        made["NODE_PATH"] = _node_path(function.runtime, opt)
    if function.endpoint:
        made["AWS_ENDPOINT_URL"] = function.endpoint
    own = {name: value for name, value in function.variables.items() if name not in RESERVED}
    return {**made, **own, **_defined(function, placed, api, log_stream)}


def _defined(function: Function, placed: Placed, api: str, log_stream: str) -> dict[str, str]:
    found = {
        "_HANDLER": function.handler,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group or f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": api,
        "LAMBDA_TASK_ROOT": str(placed.task_root),
        **function.credentials,
    }
    if function.log_format.upper() == "JSON":
        found["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        found["AWS_LAMBDA_LOG_LEVEL"] = function.log_level or "INFO"
    return found


def _node_path(runtime: str, opt: Path) -> str:
    major = runtime.removeprefix("nodejs").partition(".")[0]
    return f"{opt}/nodejs/node{major}/node_modules:{opt}/nodejs/node_modules"
