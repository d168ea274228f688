"""Real worker processes, without a cloud: what a function sees, says, and costs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from sam_deploy.local.workers import report
from sam_deploy.local.workers.model import Call, Function, Outcome, Placed
from sam_deploy.local.workers.pool import LAST_SECONDS, SPARE_SECONDS, Pool
from sam_deploy.local.workers.programs import Programs, find_node, link_packages

pytestmark = pytest.mark.slow

HANDLERS = Path(__file__).with_name("worker_handlers")
MINOR = "{}.{}".format(*sys.version_info[:2])
OWN = Path(sys.executable).resolve()
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:Orders:prod"


class Bench:
    """A pool and its functions; `call` runs one."""

    def __init__(self, scratch: Path, runtime: str = f"python{MINOR}") -> None:
        self.scratch, self.runtime = scratch, runtime
        packages = link_packages(scratch / "runtime")
        self.programs = Programs(OWN, packages, {MINOR: OWN}, find_node(os.environ["PATH"]))
        self.pool = Pool(self.programs, scratch)

    def function(  # noqa: D102
        self, handler: str = "app.handler", folder: Path = HANDLERS, **values: Any
    ) -> Function:
        function = Function(
            key=(handler, str(folder), repr(sorted(values.items()))),
            name="Orders",
            version="7",
            runtime=self.runtime,
            handler=handler,
            region="eu-west-1",
            place=lambda: Placed(folder),
            credentials={"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "secret"},
        )
        return replace(function, **values)

    def call(  # noqa: D102
        self, event: object, function: Function | None = None, **values: Any
    ) -> Outcome:
        call = Call(json.dumps(event).encode(), str(uuid.uuid4()), ARN)
        return self.pool.invoke(function or self.function(), replace(call, **values))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.pool.close()


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """For tests that leave the worker as it was."""
    found = Bench(tmp_path_factory.mktemp("warm"))
    yield found
    found.pool.close()


def said(outcome: Outcome) -> list[str]:
    return [event.message for event in outcome.log]


def payload(outcome: Outcome) -> Any:
    return json.loads(outcome.payload)


@pytest.mark.parametrize("event", [{"a": [1, None, "é"]}, [], "text", 3, None, {}])
def test_an_event_of_any_json_type_comes_and_goes(warm: Bench, event: object) -> None:
    """The handler gets what was sent, and its result is what is answered."""
    outcome = warm.call(event)
    assert (False, event) == (outcome.failed, payload(outcome))


def test_an_error_names_its_class_and_its_place(warm: Bench) -> None:
    """The errorType is the exception's class; the stack trace begins in the handler."""
    outcome = warm.call({"do": "raise"}, request_id="request-1")
    found = payload(outcome)
    assert outcome.failed
    assert ("no such order", "OrderError", "request-1") == (
        found["errorMessage"],
        found["errorType"],
        found["requestId"],
    )
    places = [entry.split(", in ")[1].split("\n")[0] for entry in found["stackTrace"]]
    assert ["handler", "raises"] == places


def test_an_error_that_nobody_caught_is_one_event_of_the_log(warm: Bench) -> None:
    """The traceback stands in the log as Lambda writes it: with its class, in one event."""
    [event] = said(warm.call({"do": "raise"}))
    first, second, *rest = event.split("\n")
    assert ("[ERROR] OrderError: no such order", "Traceback (most recent call last):") == (
        first,
        second,
    )
    assert any(line.startswith("\u00a0\u00a0File ") for line in rest)


def test_an_error_does_not_cost_the_worker(warm: Bench) -> None:
    """The next call runs in the same process, as on Lambda."""
    before = payload(warm.call({"do": "pid"}))
    warm.call({"do": "raise"})
    assert before == payload(warm.call({"do": "pid"}))


def test_what_is_written_is_the_log_of_its_call(warm: Bench) -> None:
    """Both streams, in order; logging in Lambda's format; a last line without an end."""
    warm.call(None)
    printed, error, logged, last = said(warm.call({"do": "log"}, request_id="request-2"))
    assert ("printed", "to stderr", "no end") == (printed, error, last)
    level, _, request, message = logged.split("\t")
    assert ("[WARNING]", "request-2", "two\nlines") == (level, request, message)
    assert [] == said(warm.call(None))


def test_the_start_has_its_own_log_and_its_own_time(bench: Bench) -> None:
    """What the import wrote and took belongs to the first call, beside it."""
    first, second = bench.call(None), bench.call(None)
    assert ["imported"] == [event.message for event in first.start_log]
    assert (True, None, ()) == ((first.init_ms or 0) > 1, second.init_ms, second.start_log)
    assert first.log_stream == second.log_stream


def test_a_flood_of_output_neither_blocks_nor_is_lost(warm: Bench) -> None:
    """More than a pipe holds is read while the call runs."""
    lines = said(warm.call({"do": "flood", "lines": 20_000}))
    assert (20_000, "00000000", "00019999") == (len(lines), lines[0][:8], lines[-1][:8])


def test_the_context_is_lambdas(warm: Bench) -> None:
    """Every attribute that Lambda documents, with the alias in the ARN."""
    given = {"custom": {"a": "b"}, "client": {"app_title": "shop"}}
    identity = {"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"}
    found = payload(
        warm.call(
            {"do": "context"},
            request_id="request-3",
            client_context=json.dumps(given),
            identity=json.dumps(identity),
            trace_id="Root=1-a",
        )
    )
    assert 2000 < found.pop("remaining") <= 3000
    assert found.pop("log_stream_name").startswith(time.strftime("%Y/%m/%d/[7]", time.gmtime()))
    assert {
        "aws_request_id": "request-3",
        "function_name": "Orders",
        "function_version": "7",
        "invoked_function_arn": ARN,
        "memory_limit_in_mb": "128",
        "log_group_name": "/aws/lambda/Orders",
        "identity": "i",
        "pool": "p",
        "custom": {"a": "b"},
        "app_title": "shop",
        "trace": "Root=1-a",
    } == found


def test_a_call_without_a_trace_does_not_see_the_one_before(warm: Bench) -> None:
    """`_X_AMZN_TRACE_ID` changes with each call."""
    warm.call(None, trace_id="Root=1-a")
    assert payload(warm.call({"do": "context"}))["trace"] is None


DEFINED = {
    *("_HANDLER", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV"),
    *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"),
    *("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_INITIALIZATION_TYPE"),
    *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "LAMBDA_TASK_ROOT", "LANG", "TZ", "PATH"),
    "AWS_XRAY_CONTEXT_MISSING",
}
OURS = {"HOME", "TMPDIR", "AWS_DISABLE_HOST_PREFIX_INJECTION", "AWS_ENDPOINT_URL"}
"""What Lambda does not have: three that keep the function from this machine, and its cloud."""


def test_a_function_gets_its_own_variables_and_lambdas(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of this machine reaches it, and it cannot set what Lambda reserves."""
    monkeypatch.setenv("LEAKED", "secret")
    own = {"TABLE": "orders", "AWS_REGION": "xx", "TZ": "Europe/Prague"}
    function = bench.function(variables=own, endpoint="http://127.0.0.1:1")
    found = payload(bench.call({"do": "environment"}, function))
    assert {*DEFINED, *OURS, "TABLE"} == set(found)
    assert ("orders", "eu-west-1", "Europe/Prague") == (
        found["TABLE"],
        found["AWS_REGION"],
        found["TZ"],
    )
    assert (f"AWS_Lambda_python{MINOR}", "app.handler", "C.UTF-8") == (
        found["AWS_EXECUTION_ENV"],
        found["_HANDLER"],
        found["LANG"],
    )
    assert str(bench.scratch) in found["HOME"]


@pytest.mark.parametrize("module", ["pytest", "httpx", "pydantic", "yaml", "sam_deploy", "pip"])
def test_what_is_not_in_the_zip_cannot_be_imported(warm: Bench, module: str) -> None:
    """Packages of this machine are out of reach, as on Lambda."""
    found = payload(warm.call({"do": "import", "module": module}))
    assert ("ModuleNotFoundError", f"No module named '{module}'") == (
        found["errorType"],
        found["errorMessage"],
    )


@pytest.mark.parametrize("module", ["boto3", "botocore", "urllib3", "dateutil.tz", "jmespath"])
def test_the_runtime_brings_boto3_and_what_it_needs(warm: Bench, module: str) -> None:
    """As Lambda's Python runtimes do."""
    assert module.split(".", maxsplit=1)[0] == payload(
        warm.call({"do": "import", "module": module})
    )


def test_a_package_in_the_zip_comes_before_the_runtimes(bench: Bench, tmp_path: Path) -> None:
    """A boto3 that a function brings along is the one it imports."""
    shutil.copytree(HANDLERS, tmp_path / "code")
    (tmp_path / "code" / "boto3.py").write_text("import sys\nprint('my own')\n")
    function = bench.function(folder=tmp_path / "code")
    assert ["my own"] == said(bench.call({"do": "import", "module": "boto3"}, function))


def test_layers_are_searched_after_the_function_and_before_the_runtime(
    bench: Bench, tmp_path: Path
) -> None:
    """/opt/python/lib/pythonX.Y/site-packages, then /opt/python, and .pth files count."""
    opt = tmp_path / "opt"
    site = opt / "python" / "lib" / f"python{MINOR}" / "site-packages"
    site.mkdir(parents=True)
    (opt / "python" / "extra").mkdir()
    (opt / "python" / "extra" / "by_pth.py").write_text("")
    (opt / "python" / "all.pth").write_text("extra\n")
    (opt / "python" / "layered.py").write_text("")
    placed = Placed(HANDLERS, opt)
    function = replace(bench.function(), key=("layers",), place=lambda: placed)
    path = payload(bench.call({"do": "path"}, function))
    place = "/opt" if path[1].startswith("/opt/") else str(opt)
    expected = [
        str(HANDLERS),
        f"{place}/python/lib/python{MINOR}/site-packages",
        f"{place}/python",
    ]
    assert expected == path[:3]
    for module in ("layered", "by_pth"):
        found = bench.call({"do": "import", "module": module}, function)
        assert (False, module) == (found.failed, payload(found))


def test_a_layer_is_opt_where_the_system_allows_it(bench: Bench, tmp_path: Path) -> None:
    """Hard-coded paths of a layer work in a mount namespace of the worker's own."""
    if not sys.platform.startswith("linux") or not Path("/opt").is_dir():
        pytest.skip("no mount namespaces, or no /opt to mount on")
    opt = tmp_path / "opt"
    opt.mkdir()
    (opt / "config.txt").write_text("from the layer")
    function = replace(bench.function(), key=("opt",), place=lambda: Placed(HANDLERS, opt))
    outcome = bench.call({"do": "file", "file": "/opt/config.txt"}, function)
    if outcome.failed and not os.access("/proc/self/ns/user", os.R_OK):
        pytest.skip("user namespaces are forbidden here")
    assert "from the layer" == payload(outcome)
    assert not Path("/opt/config.txt").exists()


def needs_namespaces() -> None:
    """Skips where no user may mount in a namespace of his own."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    if not shutil.which(command[0]) or subprocess.run(command, check=False).returncode:
        pytest.skip("mount namespaces are not allowed here")


@pytest.mark.parametrize("layered", [False, True])
def test_code_cannot_be_written_to_as_on_lambda(
    bench: Bench, tmp_path: Path, *, layered: bool
) -> None:
    """Neither the package nor layers; copies elsewhere can. Outside nothing has changed."""
    needs_namespaces()
    code, opt = tmp_path / "code", tmp_path / "opt"
    shutil.copytree(HANDLERS, code)
    opt.mkdir()
    modes = {each.name: each.stat().st_mode for each in code.iterdir()}
    function = bench.function(place=lambda: Placed(code, opt if layered else None))
    places = ["app.py", "new.txt", str(code / "new.txt"), *(["/opt/new.txt"] if layered else [])]
    for place in places:
        answer = payload(bench.call({"do": "write", "file": place}, function))
        assert f"{place}: Read-only file system" == answer
    (code / "app.py").write_text("handler = lambda event, context: 'saved'\n")
    assert "saved" == payload(bench.call({}, replace(function, key=("saved",))))
    assert modes == {each.name: each.stat().st_mode for each in code.iterdir()}


def test_compiled_files_are_kept_where_code_cannot_be_written_to(
    bench: Bench, tmp_path: Path
) -> None:
    """In the package and in layers, for the next worker; the function has no variable of it."""
    code, opt = tmp_path / "code", tmp_path / "opt"
    shutil.copytree(HANDLERS, code, ignore=shutil.ignore_patterns("__pycache__"))
    (opt / "python").mkdir(parents=True)
    (opt / "python" / "layered.py").write_text("")
    function = bench.function(place=lambda: Placed(code, opt))
    assert "layered" == payload(bench.call({"do": "import", "module": "layered"}, function))
    tag = sys.implementation.cache_tag
    assert (code / "__pycache__" / f"app.{tag}.pyc").exists()
    assert (opt / "python" / "__pycache__" / f"layered.{tag}.pyc").exists()
    variables = payload(bench.call({"do": "environment"}, function))
    assert [] == [name for name in variables if name.startswith("SAM_DEPLOY")]


@pytest.mark.parametrize(
    ("handler", "kind", "message"),
    [
        (
            "broken.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'broken': No module named 'not_in_the_zip'",
        ),
        (
            "missing.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'missing': No module named 'missing'",
        ),
        (
            "app.nothing",
            "Runtime.HandlerNotFound",
            "Handler 'nothing' missing on module 'app'",
        ),
        (
            "app",
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "sys.exit",
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module sys as a handler module",
        ),
        ("fails.handler", "RuntimeError", "no configuration"),
    ],
)
def test_a_start_that_fails_is_told_in_lambdas_words(
    bench: Bench, handler: str, kind: str, message: str
) -> None:
    """The first call gets the error of the start, and so does the next."""
    for _ in range(2):
        outcome = bench.call(None, bench.function(handler))
        found = payload(outcome)
        assert (True, kind, message) == (
            outcome.failed,
            found["errorType"],
            found["errorMessage"],
        )
    assert [] == bench.pool.pids()


def test_a_mistake_in_the_syntax_is_told_with_its_line(bench: Bench, tmp_path: Path) -> None:
    """As Lambda does, without a traceback of the runtime."""
    shutil.copy(HANDLERS / "syntax.txt", tmp_path / "code.py")
    found = payload(bench.call(None, bench.function("code.handler", tmp_path)))
    assert "Runtime.UserCodeSyntaxError" == found["errorType"]
    assert f'  File "{tmp_path}/code.py" Line 1' in found["stackTrace"][0]


def test_a_call_that_takes_too_long_is_cut_off(bench: Bench) -> None:
    """After the timeout and no later; the next call works."""
    function = bench.function(timeout_seconds=1.0)
    bench.call(None, function)
    begun = time.monotonic()
    outcome = bench.call({"do": "sleep", "seconds": 30}, function, request_id="request-4")
    assert 1.0 <= time.monotonic() - begun < 20
    words = "RequestId: request-4 Error: Task timed out after 1.00 seconds"
    assert {"errorType": "Sandbox.Timedout", "errorMessage": words} == payload(outcome)
    assert said(outcome)[-1].endswith("request-4 Task timed out after 1.00 seconds")
    assert (1000.0, "timeout") == (outcome.duration_ms, outcome.status)
    assert 5 == payload(bench.call(5, function))


def test_what_a_function_has_started_ends_with_it(bench: Bench, tmp_path: Path) -> None:
    """A child of a call that was cut off does not go on."""
    function = bench.function(timeout_seconds=1.0)
    bench.call({"do": "child", "file": str(tmp_path / "pid")}, function)
    child = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and time.monotonic() < deadline:
        if psutil.Process(child).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.02)
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"do": "exit", "code": 3}, "Runtime exited with error: exit status 3"),
        ({"do": "exit", "code": 0}, "Runtime exited without providing a reason"),
        ({"do": "leave", "code": 4}, "Runtime exited with error: exit status 4"),
        (
            {"do": "signal", "number": int(signal.SIGKILL)},
            "Runtime exited with error: signal: killed",
        ),
        (
            {"do": "signal", "number": int(signal.SIGSEGV)},
            "Runtime exited with error: signal: segmentation fault",
        ),
    ],
)
def test_a_process_that_ends_fails_its_call_alone(
    bench: Bench, event: dict[str, object], words: str
) -> None:
    """At once, with how it ended; the next call works."""
    begun = time.monotonic()
    outcome = bench.call(event, request_id="request-5")
    expected = {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: request-5 Error: {words}",
    }
    assert (expected, "error") == (payload(outcome), outcome.status)
    assert time.monotonic() - begun < 20
    assert 1 == payload(bench.call(1))


def test_a_worker_that_was_killed_while_idle_costs_no_call(bench: Bench) -> None:
    """The next call gets another worker."""
    bench.call(None)
    worker = psutil.Process(bench.pool.pids()[0])
    worker.kill()
    while worker.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.001)
    assert [0, 1, 2] == [payload(bench.call(number)) for number in range(3)]


def test_a_worker_that_is_killed_in_a_call_fails_that_call(bench: Bench) -> None:
    """SIGKILL from outside: a clean error within a moment, and the next call works."""
    with ThreadPoolExecutor(1) as others:
        running = others.submit(bench.call, {"do": "sleep", "seconds": 2.5})
        deadline = time.monotonic() + 10
        while not bench.pool.pids() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.4)
        os.kill(bench.pool.pids()[0], signal.SIGKILL)
        assert "Runtime.ExitError" == payload(running.result())["errorType"]
    assert 1 == payload(bench.call(1))


def test_calls_at_the_same_time_have_a_worker_each(bench: Bench) -> None:
    """As on Lambda, a worker runs one call at a time."""
    with ThreadPoolExecutor(6) as callers:
        calls = [callers.submit(bench.call, {"do": "sleep", "seconds": 1.0}) for _ in range(6)]
        assert [False] * 6 == [call.result().failed for call in calls]
    assert 6 == len(bench.pool.pids())


def test_a_burst_of_quick_calls_starts_few_workers(bench: Bench) -> None:
    """A hundred cold callers at once are all served, by the workers that were ready first."""
    with ThreadPoolExecutor(100) as callers:
        outcomes = list(callers.map(bench.call, range(100)))
    assert list(range(100)) == [payload(outcome) for outcome in outcomes]
    assert len(bench.pool.pids()) < 20


def test_new_code_has_new_workers_and_a_running_call_goes_on(bench: Bench) -> None:
    """A function that is retired ends after its call, and gets no other."""
    old, new = bench.function(), replace(bench.function(), key=("new",))
    before = payload(bench.call({"do": "pid"}, old))
    with ThreadPoolExecutor(1) as others:
        running = others.submit(bench.call, {"do": "sleep", "seconds": 1.0}, old)
        time.sleep(0.3)
        bench.pool.retire(lambda function: function.key == old.key)
        assert before != payload(bench.call({"do": "pid"}, new))
        assert not running.result().failed
    assert before not in bench.pool.pids()


def test_idle_workers_end(bench: Bench) -> None:
    """Those beyond the first after a minute, the last after a quarter of an hour."""
    with ThreadPoolExecutor(3) as callers:
        list(callers.map(bench.call, [{"do": "sleep", "seconds": 0.5}] * 3))
    now = time.monotonic()
    assert (0, 2, 0, 1) == (
        bench.pool.reap(now),
        bench.pool.reap(now + SPARE_SECONDS + 1),
        bench.pool.reap(now + LAST_SECONDS - 1),
        bench.pool.reap(now + LAST_SECONDS + 1),
    )
    assert [] == bench.pool.pids()


def test_workers_end_with_whoever_started_them(bench: Bench) -> None:
    """When nobody holds their port any more, idle workers go by themselves."""
    bench.call(None)
    process = psutil.Process(bench.pool.pids()[0])
    worker = next(iter(bench.pool._workers))  # noqa: SLF001 - as a SIGKILL would leave it
    assert worker._api is not None  # noqa: SLF001
    worker._api.close()  # noqa: SLF001
    assert process.wait(5) is not None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("decimal", b'{"price": 0.10, "much": 1E+3, "none": NaN}'),
        ("nothing", b"null"),
        ("bytes", b"\x00\x01raw"),
        ("nan", b"NaN"),
        ("tuple", b"[1, 2]"),
        ("text", b'"plain"'),
        ("key", b'{"1": "one", "null": "none", "false": "no"}'),
    ],
)
def test_a_result_is_written_as_lambda_writes_it(warm: Bench, value: str, expected: bytes) -> None:
    """JSON with what Lambda's runtime adds to it."""
    assert expected == warm.call({"do": "value", "value": value}).payload


def test_a_result_that_is_no_json_is_an_error_of_the_runtime(warm: Bench) -> None:
    """In Lambda's words."""
    found = payload(warm.call({"do": "value", "value": "set"}))
    message = "Unable to marshal response: Object of type set is not JSON serializable"
    assert ("Runtime.MarshalError", message) == (found["errorType"], found["errorMessage"])


def test_a_result_above_the_limit_is_refused(warm: Bench) -> None:
    """6 MB and a little; the worker goes on."""
    outcome = warm.call({"do": "value", "value": "large"})
    assert (True, report.too_large(6_291_556)) == (outcome.failed, outcome.payload)
    assert 1 == payload(warm.call(1))


def test_the_memory_of_a_call_is_measured(warm: Bench) -> None:
    """In MB, where the system says it."""
    outcome = warm.call(None)
    expected = range(5, 200) if sys.platform.startswith("linux") else (0,)
    assert outcome.max_memory_mb in expected


def test_json_logs_are_lambdas(bench: Bench) -> None:
    """With LogFormat JSON the lines of `logging` are objects."""
    function = bench.function(log_format="JSON", log_level="INFO")
    found = said(bench.call({"do": "log"}, function, request_id="request-6"))
    warned = json.loads(found[2])
    assert ("WARNING", "two\nlines", "shop", "request-6") == tuple(
        warned[name] for name in ("level", "message", "logger", "requestId")
    )
    assert "not shown" == json.loads(found[3])["message"]


def test_a_runtime_that_nothing_here_runs_is_said(bench: Bench) -> None:
    """No other program is taken in its place."""
    outcome = bench.call(None, bench.function(runtime="ruby3.3"))
    assert "Runtime.InvalidRuntime" == payload(outcome)["errorType"]


def test_a_silent_call_is_quick(warm: Bench) -> None:
    """No wait for a log that does not come: well under the 50 ms of the emulator."""
    warm.call(None)
    took = []
    for _ in range(50):
        begun = time.perf_counter()
        warm.call(None)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.04


def test_ours_answers_as_awslambdaric_does(tmp_path: Path) -> None:
    """The same answers, errors, contexts and logs from AWS's own runtime interface client."""
    awslambdaric = pytest.importorskip("awslambdaric", reason="it has wheels for Linux alone")
    theirs = _with_awslambdaric(tmp_path, Path(awslambdaric.__file__).parents[1])
    ours = Bench(tmp_path / "ours")
    try:
        for event in SAME:
            pair = [bench.call(event, request_id="same") for bench in (ours, theirs)]
            assert _comparable(pair[1]) == _comparable(pair[0]), event
        for handler in ("broken.handler", "fails.handler", "app.nothing", "app", "sys.exit"):
            pair = [b.call(None, b.function(handler)) for b in (ours, theirs)]
            errors = [payload(outcome) for outcome in pair]
            assert errors[1]["errorType"] == errors[0]["errorType"]
            assert errors[1]["errorMessage"] == errors[0]["errorMessage"]
            assert len(errors[1]["stackTrace"]) == len(errors[0]["stackTrace"])
    finally:
        ours.pool.close()
        theirs.pool.close()


SAME: list[Any] = [
    *({"a": 1}, [], None, "text", {"do": "raise"}, {"do": "nested"}, {"do": "log"}),
    *({"do": "context"}, {"do": "exit", "code": 3}, {"do": "leave", "code": 1}),
    *(
        {"do": "value", "value": name}
        for name in ("decimal", "letters", "nothing", "bytes", "set", "nan", "tuple", "text", "key")
    ),
]


def _with_awslambdaric(tmp_path: Path, site: Path) -> Bench:
    bench = Bench(tmp_path / "theirs") if (tmp_path / "theirs").mkdir() is None else None
    assert bench is not None
    command = [str(OWN), "-S", "-s", "-u", "-c", THEIRS.format(site=str(site))]

    class TheirPrograms(Programs):
        def command(self, function: Function, placed: Placed) -> list[str]:  # noqa: ARG002
            return command

    packages = link_packages(bench.scratch / "runtime")
    bench.pool = Pool(TheirPrograms(OWN, packages, {MINOR: OWN}), bench.scratch)
    return bench


THEIRS = """
import os, sys
sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
sys.path.append({site!r})
from awslambdaric import bootstrap
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
bootstrap.run(os.environ["_HANDLER"], LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))
"""


def _comparable(outcome: Outcome) -> tuple[bool, Any, list[str]]:
    try:
        value = json.loads(outcome.payload)
    except ValueError:
        value = outcome.payload
    if isinstance(value, dict):
        value.pop("remaining", None)
        value.pop("log_stream_name", None)
        value = repr(value)
    # Times differ; where one writes several lines the other may write one event.
    text = "\n".join(said(outcome))
    lines = [line for line in text.split("\n") if "\t" not in line]
    return outcome.failed, value, lines
