"""Whether names are taken, service by service. Reads only; source of every call is named below.

Not a gateway of one service, because each would hold a single call of one shape: ask by name, and
take a certain error code for "there is none".
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.errors import AwsCallError, DeniedError, calling
from sam_deploy.aws.session import Aws

NOT_THERE: Final = frozenset(
    {
        "404",
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    }
)
ELSEWHERE: Final = "301"
"""Of a bucket in another region, when the SDK has not followed there by itself."""
PARAMETERS_AT_ONCE: Final = 10
"""Source: SSM API GetParameters."""
QUEUES_A_PAGE: Final = 1_000
BUCKET_NAME_KEPT: Final = 46
"""Characters of a bucket's name that leave room for what makes another one of it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What has a name now."""

    physical_id: str
    """As CloudFormation calls it."""
    foreign: bool = False
    """It is another account's: a bucket that may not be looked into."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How to ask for one thing. `answer` is what in the answer CloudFormation calls it by."""

    service: str
    method: str
    argument: str
    action: str
    """As IAM calls it."""
    answer: str = ""
    group: str = ""
    """The argument for what the name is inside of: the bus of a rule."""


LOOKS: Final[Mapping[str, _Look]] = {
    "function": _Look(
        "lambda", "get_function_configuration", "FunctionName", "lambda:GetFunctionConfiguration"
    ),
    "queue": _Look("sqs", "get_queue_url", "QueueName", "sqs:GetQueueUrl", "QueueUrl"),
    "table": _Look("dynamodb", "describe_table", "TableName", "dynamodb:DescribeTable"),
    "topic": _Look(
        "sns", "get_topic_attributes", "TopicArn", "sns:GetTopicAttributes"
    ),  # by its ARN
    "event bus": _Look("events", "describe_event_bus", "Name", "events:DescribeEventBus"),
    "rule": _Look("events", "describe_rule", "Name", "events:DescribeRule", group="EventBusName"),
    "schedule": _Look(
        "scheduler", "get_schedule", "Name", "scheduler:GetSchedule", group="GroupName"
    ),
    "secret": _Look(
        "secretsmanager", "describe_secret", "SecretId", "secretsmanager:DescribeSecret", "ARN"
    ),
    "custom domain": _Look("apigatewayv2", "get_domain_name", "DomainName", "apigateway:GET"),
    "role": _Look("iam", "get_role", "RoleName", "iam:GetRole"),
}
"""What is asked for one name at a time; `Names` has a method for everything else."""


class Names:
    """The names of one region, and those that are global as seen from there."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._aws = aws

    def find(self, thing: str, name: str, group: str = "") -> Mapping[str, Taken]:
        """Return what has a name, by that name; nothing when it is free. `thing`: see `LOOKS`."""
        look = LOOKS[thing]
        arguments = {look.argument: name} | ({look.group: group} if look.group and group else {})
        try:
            with calling(look.action, self.region):
                answer = getattr(self._client(look.service), look.method)(**arguments)
        except AwsCallError as error:
            if error.code in NOT_THERE:
                return {}
            raise
        return {name: Taken(str(answer[look.answer]) if look.answer else name)}

    def bucket(self, name: str) -> Mapping[str, Taken]:
        """Return whose bucket has a name, in all of AWS; nothing when it is free (HeadBucket).

        A refusal means another account's bucket only where a name that nobody has is answered
        with "not found"; else these credentials may not ask at all, and `DeniedError` is raised.
        """
        try:
            return {name: Taken(name)} if self._has_bucket(name) else {}
        except DeniedError:
            if self._has_bucket(f"{name[:BUCKET_NAME_KEPT]}-{secrets.token_hex(8)}"):
                raise
            return {name: Taken(name, foreign=True)}

    def _has_bucket(self, name: str) -> bool:
        try:
            with calling("s3:ListBucket", self.region):
                self._client("s3").head_bucket(Bucket=name)
        except AwsCallError as error:
            if error.code in NOT_THERE:
                return False
            if error.code != ELSEWHERE:
                raise
        return True

    def parameters(self, names: Sequence[str]) -> Mapping[str, Taken]:
        """Return which of at most ten parameters there are (GetParameters). No value is kept."""
        with calling("ssm:GetParameters", self.region):
            answer = self._client("ssm").get_parameters(Names=list(names), WithDecryption=False)
        return {each["Name"]: Taken(each["Name"]) for each in answer["Parameters"]}

    def log_groups(self, names: Sequence[str]) -> Mapping[str, Taken]:
        """Return which log groups there are (DescribeLogGroups, ten calls a second at most).

        A page holds fifty, sorted by name: one that covers what the names have in common answers
        for all of them, or for those up to its last one; the others are asked for one by one.
        """
        found, last = self._log_groups(_beginning(names))
        for name in names:
            if last and name > last:
                found |= self._log_groups(name)[0]
        return {name: Taken(name) for name in names if name in found}

    def _log_groups(self, prefix: str) -> tuple[set[str], str]:
        """Return the first groups that begin so; and the last name, when there are more."""
        given = {"logGroupNamePrefix": prefix} if prefix else {}
        with calling("logs:DescribeLogGroups", self.region):
            answer = self._client("logs").describe_log_groups(**given)
        names = [str(each["logGroupName"]) for each in answer.get("logGroups", [])]
        return set(names), names[-1] if answer.get("nextToken") and names else ""

    def queues(self, names: Sequence[str]) -> Mapping[str, Taken]:
        """Return which queues there are: all of them by one page, where that holds all there are.

        Source: SQS API ListQueues, GetQueueUrl.
        """
        listed = self._list_queues(_beginning(names)) if len(names) > 1 else None
        if listed is None:
            found = (self.find("queue", name) for name in names)
            return {name: taken for each in found for name, taken in each.items()}
        return {name: Taken(listed[name]) for name in names if name in listed}

    def _list_queues(self, prefix: str) -> Mapping[str, str] | None:
        """Return name -> URL; None when there are too many, or these credentials may not list."""
        given = {"QueueNamePrefix": prefix} if prefix else {}
        try:
            with calling("sqs:ListQueues", self.region):
                answer = self._client("sqs").list_queues(MaxResults=QUEUES_A_PAGE, **given)
        except DeniedError:
            return None
        urls = [str(each) for each in answer.get("QueueUrls") or ()]
        return None if answer.get("NextToken") else {each.rpartition("/")[2]: each for each in urls}

    def user_pool_domain(self, prefix: str) -> Mapping[str, Taken]:
        """Return who of this account has a domain prefix (DescribeUserPoolDomain)."""
        with calling("cognito-idp:DescribeUserPoolDomain", self.region):
            answer = self._client("cognito-idp").describe_user_pool_domain(Domain=prefix)
        return {prefix: Taken(prefix)} if answer.get("DomainDescription") else {}

    def stack_of(self, physical_id: str) -> str:
        """Return the stack that made something; '' when none did (DescribeStackResources)."""
        try:
            with calling("cloudformation:DescribeStackResources", self.region):
                answer = self._client("cloudformation").describe_stack_resources(
                    PhysicalResourceId=physical_id
                )
        except AwsCallError as error:
            if error.code == "ValidationError":
                return ""
            raise
        return next((str(each["StackName"]) for each in answer["StackResources"]), "")

    def topic(self, name: str, account: str) -> Mapping[str, Taken]:
        """Return a topic by its name; SNS asks by ARN, as CloudFormation calls it, too."""
        arn = f"arn:{self._client('sns').meta.partition}:sns:{self.region}:{account}:{name}"
        found = self.find("topic", arn)
        return {name: found[arn]} if found else {}

    def _client(self, service: str) -> Any:  # noqa: ANN401 - the SDK has no types
        return self._aws.client(service, self.region)


def _beginning(names: Sequence[str]) -> str:
    """Return what all names begin with: what the first and the last of them have in common."""
    first, last = min(names), max(names)
    differ = (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return first[: next(differ, len(first))]
