"""What `cloud invoke` shows of a call."""

from __future__ import annotations

import json

import pytest

from sam_deploy.aws import Aws, Endpoint, Invoked
from sam_deploy.cli.cloud.invoke_command import Callee, FunctionFailedError, show

CALLEE = Callee(
    "Worker", "WorkerFunction:dev", "eu-west-1", "dev", Aws(Endpoint("embedded")), "Worker"
)
TRACE = ['  File "/var/task/handler.py", line 1, in <module>\n    import humanize\n']
PAYLOAD = json.dumps(
    {"errorType": "ImportError", "errorMessage": "No module named humanize", "stackTrace": TRACE}
)


def failed(log: str) -> FunctionFailedError:
    """The error of a call that wrote this."""
    with pytest.raises(FunctionFailedError) as raised:
        show(CALLEE, Invoked(PAYLOAD, "Unhandled", "1", log), as_json=False)
    return raised.value


def test_a_trace_that_the_log_has_shown_is_not_shown_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The log goes to the same screen; the cause is named once more, in a line."""
    error = failed(f"[ERROR] ImportError: No module named humanize\n{TRACE[0]}")
    assert "ImportError: No module named humanize" == error.why
    assert 1 == capsys.readouterr().err.count("import humanize")


def test_without_a_log_the_trace_is_told() -> None:
    """As when its end was cut off, or what failed came before the log."""
    assert [
        "ImportError: No module named humanize",
        '  File "/var/task/handler.py", line 1, in <module>',
        "    import humanize",
    ] == failed("").why.splitlines()
