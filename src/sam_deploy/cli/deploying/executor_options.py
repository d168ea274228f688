"""The option that chooses who runs a deployment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def executor_option(function: F) -> F:
    """Accept `--executor`: our own engine, or the SAM CLI with the same template."""
    return click.option(
        "--executor",
        type=click.Choice(["own", "sam"]),
        default="own",
        show_default=True,
        help="Who deploys the stacks: sam-deploy itself, or the SAM CLI (`sam deploy`).",
    )(function)
