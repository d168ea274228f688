"""Real workers of Node functions, without a cloud."""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sam_deploy.local.workers.model import Call, Function, Outcome, Placed
from sam_deploy.local.workers.pool import Pool
from sam_deploy.local.workers.programs import Programs, find_node

HANDLERS = Path(__file__).with_name("worker_handlers")
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:Orders:prod"
NODE = find_node(os.environ["PATH"])

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not on the PATH")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    scratch = tmp_path_factory.mktemp("node")
    found = Pool(Programs(Path(sys.executable), scratch, node=NODE), scratch)
    yield found
    found.close()


def function(handler: str = "node.handler", opt: Path | None = None, **values: Any) -> Function:
    made = Function(
        key=(handler, str(opt), repr(values)),
        name="Orders",
        version="7",
        runtime="nodejs20.x",
        handler=handler,
        region="eu-west-1",
        place=lambda: Placed(HANDLERS, opt),
    )
    return replace(made, **values)


def call(pool: Pool, event: object, of: Function | None = None) -> Outcome:
    request = Call(json.dumps(event).encode(), str(uuid.uuid4()), ARN)
    return pool.invoke(of or function(), request)


def payload(outcome: Outcome) -> Any:
    return json.loads(outcome.payload)


@pytest.mark.parametrize("event", [{"a": [1, None, "é"]}, [], "text", 3, None, {}])
def test_an_event_of_any_json_type_comes_and_goes(pool: Pool, event: object) -> None:
    """The handler gets what was sent, and its result is what is answered."""
    assert (False, event) == (call(pool, event).failed, payload(call(pool, event)))


def test_an_error_names_its_class_and_its_place(pool: Pool) -> None:
    """As Lambda's Node runtimes do: errorType, errorMessage, trace; and the worker goes on."""
    before = payload(call(pool, {"do": "pid"}))
    outcome = call(pool, {"do": "raise"})
    found = payload(outcome)
    assert (True, "TypeError", "no such order") == (
        outcome.failed,
        found["errorType"],
        found["errorMessage"],
    )
    assert "node.mjs" in found["trace"][1]
    assert before == payload(call(pool, {"do": "pid"}))
    [event] = outcome.log
    assert '\tERROR\tInvoke Error \t{"errorType":"TypeError"' in event.message


def test_what_is_written_is_the_log_of_its_call(pool: Pool) -> None:
    """The console in Lambda's format, one event a call of it."""
    printed, error, last = (event.message for event in call(pool, {"do": "log"}).log)
    assert ["INFO", "printed this { a: 1 }"] == printed.split("\t")[2:]
    assert ["ERROR", "two\nlines"] == error.split("\t")[2:]
    assert "no end" == last


def test_the_context_is_lambdas(pool: Pool) -> None:
    """Every attribute that Lambda documents."""
    found = payload(call(pool, {"do": "context"}))
    assert 2000 < found["remaining"] <= 3000
    assert ("Orders", "7", "128", ARN, "/aws/lambda/Orders", True) == (
        found["functionName"],
        found["functionVersion"],
        found["memoryLimitInMB"],
        found["invokedFunctionArn"],
        found["logGroupName"],
        found["callbackWaitsForEmptyEventLoop"],
    )


def test_a_function_gets_its_own_variables_and_lambdas(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of this machine reaches it."""
    monkeypatch.setenv("LEAKED", "secret")
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")
    found = payload(call(pool, {"do": "environment"}, function(variables={"TABLE": "orders"})))
    assert ("orders", "AWS_Lambda_nodejs20.x") == (found["TABLE"], found["AWS_EXECUTION_ENV"])
    assert not {"LEAKED", "NODE_OPTIONS", "USER"} & set(found)


@pytest.mark.parametrize(
    ("event", "expected", "log"),
    [
        ({"value": 1, "waits": True}, {"ok": 1}, ["late"]),
        ({"value": 1, "waits": False}, {"ok": 1}, []),
    ],
)
def test_a_callback_waits_for_what_is_pending_unless_told_not_to(
    pool: Pool, event: dict[str, object], expected: object, log: list[str]
) -> None:
    """`callbackWaitsForEmptyEventLoop`, as on Lambda."""
    outcome = call(pool, event, function("node.callback", memory_mb=128 + bool(log)))
    said = [entry.message.split("\t")[-1] for entry in outcome.log]
    assert (expected, log) == (payload(outcome), said)


def test_an_error_by_callback_is_the_answer(pool: Pool) -> None:
    """The first argument of the callback."""
    outcome = call(pool, {"error": "no", "waits": False}, function("node.callback", memory_mb=256))
    assert (True, "no") == (outcome.failed, payload(outcome)["errorMessage"])


def test_a_promise_that_nothing_will_settle_is_null(pool: Pool) -> None:
    """Nothing is pending: Lambda answers null."""
    assert None is payload(call(pool, {"do": "never"}))
    assert None is payload(call(pool, {"do": "nothing"}))


def test_a_rejection_that_nobody_handles_ends_the_process(pool: Pool) -> None:
    """The call gets the error, and the next a new process."""
    outcome = call(pool, {"do": "reject"})
    assert "Runtime.UnhandledPromiseRejection" == payload(outcome)["errorType"]
    assert 1 == payload(call(pool, 1))


def test_a_process_that_ends_fails_its_call_alone(pool: Pool) -> None:
    """With how it ended."""
    found = payload(call(pool, {"do": "exit", "code": 3}))
    assert found["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert 1 == payload(call(pool, 1))


def test_a_call_that_takes_too_long_is_cut_off(pool: Pool) -> None:
    """After the timeout; the next call works."""
    quick = function(timeout_seconds=0.5)
    found = payload(call(pool, {"do": "sleep", "seconds": 9}, quick))
    assert "Sandbox.Timedout" == found["errorType"]
    assert 1 == payload(call(pool, 1, quick))


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        ("missing.handler", "Runtime.ImportModuleError"),
        ("node.nothing", "Runtime.HandlerNotFound"),
        ("node", "Runtime.MalformedHandlerName"),
    ],
)
def test_a_start_that_fails_is_told_in_lambdas_words(pool: Pool, handler: str, kind: str) -> None:
    """The call gets the error of the start."""
    outcome = call(pool, {}, function(handler))
    assert (True, kind) == (outcome.failed, payload(outcome)["errorType"])


def test_a_commonjs_module_and_a_nested_handler(pool: Pool) -> None:
    """`common.inner.handler`, answered by the context."""
    assert {"got": 5} == payload(call(pool, 5, function("common.inner.handler")))


def test_a_stream_is_answered_as_a_whole(pool: Pool) -> None:
    """`streamifyResponse` works; its parts come at once."""
    assert b"ab" == call(pool, {}, function("node.streams")).payload


def test_a_layer_is_found_by_import(pool: Pool, tmp_path: Path) -> None:
    """NODE_PATH holds for ES modules too, since Node.js 18 on Lambda."""
    package = tmp_path / "nodejs" / "node_modules" / "layered"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "layered", "main": "index.js"}')
    (package / "index.js").write_text('exports.name = "from the layer";')
    assert "from the layer" == payload(call(pool, {"do": "layered"}, function(opt=tmp_path)))
