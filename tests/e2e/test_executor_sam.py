"""A stack that sam-deploy made, gone on with by the real SAM CLI, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.contract.sam_cli import NEWEST, executor, installed

from sam_deploy.aws import Aws, CloudFormation, Endpoint
from sam_deploy.events import ignore
from sam_deploy.lanes import Stop

REGION = "eu-west-1"


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_sam_cli_goes_on_where_sam_deploy_was(
    make_tiny: Callable[..., Any], tmp_path: Path
) -> None:
    """R148: the same template changes nothing but the metadata that the SAM CLI adds itself.

    Above all no alias moves, although the template says for ever that it is at the first version.
    """
    project = make_tiny("both")
    assert 0 == project.deploy().code
    with project.edited("functions/Hello/handler.py", "def handler", "# two\ndef handler"):
        assert 0 == project.deploy().code
        dev = project.served("Hello", REGION, "dev")
        served = project.versions()
        assert "1" != dev
        account = Aws(Endpoint("embedded", project.endpoint, "", "test", "test"))
        stacks = CloudFormation(account, REGION)
        live = stacks.describe_stack("tiny-sam")
        assert live is not None
        sam = executor(installed(NEWEST, tmp_path / "venv"), tmp_path, account)
        outcome = sam.deploy(
            stacks.template("tiny-sam"),
            "tiny-sam",
            REGION,
            live.parameters["ArtifactBucket"],
            live.parameters,
            live.tags,
            report=ignore,
            stop=Stop(),
        )
        assert {"Modify"} == {each.action for each in outcome.changes}
        assert dict(live.outputs) == dict(outcome.outputs)
        assert served == project.versions()

        assert 0 == project.deploy().code
        assert served == project.versions()
