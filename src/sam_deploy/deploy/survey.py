"""Reads what stands before anything is decided: every stack in every region, side by side.

May call: DescribeStacks, GetTemplate.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sam_deploy import lanes
from sam_deploy.aws import Aws, CloudFormation, Stack
from sam_deploy.deploy import status
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.template import Template

Place = tuple[str, str]
"""(stack name, region)."""
NEVER_CAME_UP: Final = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"})
"""Of a stack in this status a deployment makes everything anew."""
RESOLVED_BY_AWS: Final = (
    "{{resolve:",
    "AWS::Include",
    "AWS::SSM::Parameter::Value",
    "Fn::Transform",
    "!Transform",
    "AWS::CloudFormation::Stack",
    "AWS::Serverless::Application",
)
"""What makes one text mean another thing tomorrow: only a change set knows."""
TRANSFORMS: Final = frozenset({"AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"})
"""Those that make the same of the same."""
TRANSFORM: Final = re.compile(
    r"""^["']?Transform["']?[ \t]*:(.*(?:\n(?:[ \t#-].*|[ \t]*(?=\n)))*)""", re.MULTILINE
)
"""The key, however it is quoted, with all that is below it."""
NAME: Final = re.compile(r"[\w:.-]*\w")


@dataclass(frozen=True, slots=True)
class Live:
    """A stack as it is; `template` is '' where none ever came up."""

    stack: Stack | None = None
    template: str = ""

    @property
    def status(self) -> str:
        """Its status; '' when there is none."""
        return self.stack.status if self.stack else ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found, and where nobody could look."""

    live: dict[Place, Live]
    failed: Mapping[Place, SamDeployError]


def survey(places: Iterable[Place], aws: Aws, *, at_once: int, stop: Stop) -> Survey:
    """Return every stack with its template. Writes nothing."""
    work = {place: functools.partial(look, place, aws) for place in places}
    outcomes = lanes.run(work, after={}, at_once=max(at_once, len(work)), stop=stop)
    return Survey(
        {place: outcomes.done[place] for place in work if place in outcomes.done}, outcomes.failed
    )


def look(place: Place, aws: Aws) -> Live:
    """Return one stack with its template."""
    name, region = place
    return look_at(CloudFormation(aws, region), name)


def look_at(cloudformation: CloudFormation, name: str) -> Live:
    """Return one stack with its template, by the gateway of its region."""
    stack = cloudformation.describe_stack(name)
    if stack is None or stack.status in NEVER_CAME_UP:
        return Live(stack)
    return Live(stack, cloudformation.template(name))


def is_as_it_should_be(
    live: Live, template: Template, parameters: Mapping[str, str], tags: Mapping[str, str]
) -> bool:
    """Whether a change set would be empty, so that none has to be made.

    CloudFormation compares texts and parameters, too; where a text means something else at
    another time, or a parameter is hidden, this says no and leaves it to a change set.
    """
    stack = live.stack
    return (
        stack is not None
        and status.succeeded(stack.status)
        and live.template == template.body
        and dict(stack.parameters) == dict(parameters)
        and dict(stack.tags) == dict(tags)
        and means_the_same(template.body)
    )


def means_the_same(body: str) -> bool:
    """Whether a template means tomorrow what it means today. In doubt it does not."""
    if any(text in body for text in RESOLVED_BY_AWS) or body.lstrip().startswith("{"):
        return False
    named = {name for found in TRANSFORM.findall(body) for name in NAME.findall(found)}
    return named <= TRANSFORMS
