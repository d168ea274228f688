"""`sam-deploy cloud invoke FUNCTION`: call a function once, and see what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from sam_deploy import naming
from sam_deploy.cli import options, sam_options
from sam_deploy.cli.cloud import addressed, texts
from sam_deploy.cli.options import Globals, program
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.cli.standing import stack_options
from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from sam_deploy.aws import Aws, Invoked
    from sam_deploy.cli.cloud.addressed import Addressed

EPILOG = """\b
Examples:
  sam-deploy cloud invoke Api --payload '{"rawPath": "/"}'
  sam-deploy cloud invoke Report --payload-file event.json --environment prod
  generate-event | sam-deploy cloud invoke Report --payload -
  sam-deploy cloud invoke Hello --stack-name hey --region eu-west-1
"""


class FunctionFailedError(SamDeployError):
    """A function that was called answered with an error."""

    exit_code: ClassVar[int] = 4


@dataclass(frozen=True, slots=True)
class Callee:
    """A function that is called: as people name it, as Lambda does, and where it is."""

    label: str
    name: str
    """With its alias, or an ARN."""
    region: str
    environment: str
    """'' for a function of a template's stack."""
    aws: Aws
    logs: str
    """The arguments of `sam-deploy logs` that show what it writes."""


@click.command("invoke", epilog=EPILOG, short_help="Call a function, show its answer and log.")
@click.argument("function")
@click.option("--payload", metavar="JSON", help="The event; - reads standard input. Default: {}.")
@click.option(
    "--payload-file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="The event is in this file.",
)
@addressed.where_options
@options.json_option
@stack_options.stack_options
@click.pass_obj
def command(
    chosen: Globals,
    function: str,
    payload: str | None,
    payload_file: Path | None,
    region: str | None,
    environment: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    sam: SamChoice,
) -> None:
    """Call FUNCTION, a name in deploy.py, through the alias of an environment, and wait.

    The answer goes to standard output, the log to standard error. Exit 4 when the function fails.
    Of a SAM template's stack FUNCTION is the logical id, and its newest code is called.
    """
    from sam_deploy.cli.cloud import stacked  # noqa: PLC0415 - with the others

    text = texts.json_text(texts.given(payload, payload_file, "--payload", "{}"), "The event")
    stack = stacked.meant(chosen, sam, region, environment)
    if stack is not None:
        name = stacked.function(stack, function)
        where = stack.regions[0]
        logs = f"{function} {sam_options.naming(sam, stack.name, where)}"
        callee = Callee(function, name, where, "", stack.place.aws, logs)
    else:
        found = addressed.find(chosen, "functions", function, region, environment)
        name = addressed.aws_name(found.app, found.thing, found.environment)
        callee = callee_of(found, f"{name}:{naming.alias_name(found.environment)}")
    show(callee, call(callee, text), as_json=as_json)


def callee_of(found: Addressed, name: str) -> Callee:
    """Return a function of an app, or that of a schedule; `name` is what Lambda knows it by."""
    label, inside = str(found.thing.name), found.environment
    return Callee(label, name, found.region, inside, found.aws, f"{label} --environment {inside}")


def call(callee: Callee, event: str) -> Invoked:
    """Return what came of a call. Raises `RefusedError` when the function is not there."""
    from sam_deploy.aws import AwsCallError, Invocations  # noqa: PLC0415 - half a second

    try:
        return Invocations(callee.aws, callee.region).run(callee.name, event.encode())
    except AwsCallError as error:
        if error.code == "ResourceNotFoundException":
            raise addressed.absent("Function", callee.name, callee.region) from error
        raise


def show(callee: Callee, called: Invoked, *, as_json: bool) -> None:
    """Show an answer and its log. Raises `FunctionFailedError` when the function failed."""
    answer = _parsed(called.payload)
    if as_json:
        document = {
            "function": callee.label,
            "environment": callee.environment or None,
            "region": callee.region,
            "version": called.version,
            "error": called.error or None,
            "answer": answer,
            "log": called.log,
        }
        click.echo(json.dumps(document, indent=2))
    else:
        for line in called.log.splitlines():
            click.echo(line, err=True)
        if not called.error:
            click.echo(json.dumps(answer, indent=2) if answer is not None else called.payload)
    if called.error:
        raise _failed(callee, answer, called)


def _failed(callee: Callee, answer: Any, called: Invoked) -> FunctionFailedError:  # noqa: ANN401 - JSON
    told = answer if isinstance(answer, dict) else {}
    why = ": ".join(str(told[each]) for each in ("errorType", "errorMessage") if told.get(each))
    # what the log has shown already is not shown again
    shown = bool(why) and why in called.log
    trace = () if shown else told.get("stackTrace") or told.get("trace") or ()
    lines = [line.rstrip() for each in trace for line in str(each).splitlines()]
    inside = f", as {callee.environment}" if callee.environment else ""
    return FunctionFailedError(
        f"`{callee.label}` failed in `{callee.region}`{inside}",
        why="\n".join([why or called.payload, *lines]),
        hint=f"`{program()} logs {callee.logs}` shows more",
    )


def _parsed(payload: str) -> Any:  # noqa: ANN401 - whatever a function answers with
    try:
        return json.loads(payload)
    except ValueError:
        return payload
