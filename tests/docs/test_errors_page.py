"""The examples of docs/errors.md are what is printed."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from sam_deploy.aws.errors import calling
from sam_deploy.cli.guiding.aws_codes import more
from sam_deploy.cli.guiding.explanations import EXIT_CODES
from sam_deploy.cli.terminal.errors import show_error
from sam_deploy.errors import SamDeployError

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
GOLDEN = {
    path.read_text(encoding="utf-8").splitlines()[0]: path.read_text(encoding="utf-8")
    for path in (ROOT / "tests/screens/golden").glob("*.txt")
}
BLOCKS = dict(re.findall(r"```console\n(\$ .*?)\n(.*?)```", PAGE, flags=re.DOTALL))
DENIED = (
    "User: arn:aws:iam::111111111111:role/ci is not authorized to perform: iam:PassRole on "
    "resource: arn:aws:iam::111111111111:role/orders because no permissions boundary allows "
    "the iam:PassRole action"
)
REFUSALS = {
    "$ sam-deploy status --target aws": (
        "sts:GetCallerIdentity",
        "ExpiredToken",
        "The security token included in the request is expired",
    ),
    "$ sam-deploy diff --target aws": (
        "cloudformation:DescribeStacks",
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
    "$ sam-deploy deploy --target aws": (
        "cloudformation:CreateChangeSet",
        "AccessDenied",
        DENIED,
    ),
}
"""Command -> what AWS would answer: (the call, its code, its message)."""


def printed(action: str, code: str, message: str) -> str:
    """What is printed when AWS refuses a call like this, of the profile `ci`."""
    answer = {"Error": {"Code": code, "Message": message, "Who": "profile `ci`"}}
    screen = io.StringIO()
    with pytest.raises(SamDeployError) as raised, calling(action, "eu-west-1"):
        raise ClientError(answer, action)  # type: ignore[arg-type] # what is read of an answer
    show_error(raised.value, screen, more=more(raised.value))
    return screen.getvalue()


@pytest.mark.parametrize("command", BLOCKS)
def test_an_example_is_what_is_printed(command: str) -> None:
    """Of a screen under test, or of a refusal of AWS as it is translated."""
    if command in REFUSALS:
        assert printed(*REFUSALS[command]) == BLOCKS[command]
    else:
        shown = GOLDEN[command].partition("--- stderr\n")[2]
        # the name of a run's log is another one each time
        assert re.sub(r"^log: .*\n", "", shown, flags=re.MULTILINE) == BLOCKS[command]


def test_every_exit_code_is_on_the_page() -> None:
    """The table has a line for each, and no other."""
    rows = re.findall(r"^\| (\d+) \|", PAGE, flags=re.MULTILINE)
    assert [str(each.code) for each in EXIT_CODES] == rows
    assert 6 == len(BLOCKS)
