from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from sam_deploy.cli.deploying.executor_options import executor_option


@click.command()
@executor_option
def command(executor: str) -> None:
    """Say who was chosen."""
    click.echo(executor)


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [([], "own"), (["--executor", "own"], "own"), (["--executor", "sam"], "sam")],
)
def test_our_own_engine_is_the_default(arguments: list[str], chosen: str) -> None:
    """R148: the SAM CLI deploys when it is asked for, and only then."""
    assert f"{chosen}\n" == CliRunner().invoke(command, arguments).output


def test_another_executor_is_a_usage_error() -> None:
    """Exit code 2, with the ones that there are."""
    ended = CliRunner().invoke(command, ["--executor", "cdk"])
    assert 2 == ended.exit_code
    assert "'own', 'sam'" in ended.output
