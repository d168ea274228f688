"""The kinds of values that AWS gives a form: regions, accounts, names, runtimes. Forms only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from annotated_types import Interval


@dataclass(frozen=True, slots=True)
class AnyJson:
    """The value must be JSON: text, numbers, booleans, null, lists and dicts of these."""


Json = Annotated[object, AnyJson()]
"""A value that goes into the template as it is."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The whole text must match `pattern`; `meaning` says so in words.

    `known` are texts of which one may be meant by what does not match.
    """

    pattern: str
    meaning: str
    known: tuple[str, ...] = ()


# Partition aws, as of 2026-11. A name that is not here is more likely a slip than a new region.
REGIONS: Final = (
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
REGION_FORM: Final = r"[a-z]{2}(-[a-z]+)+-[0-9]"


def is_unknown_region(value: object) -> bool:
    """Whether a text has the form of a region, and AWS has none of that name.

    What has not even the form is told by `validate.py`.
    """
    return (
        isinstance(value, str)
        and value not in REGIONS
        and re.fullmatch(REGION_FORM, value) is not None
    )


Region = Annotated[str, Matches(REGION_FORM, "an AWS region such as eu-west-1", REGIONS)]
AccountId = Annotated[str, Matches(r"[0-9]{12}", "an AWS account id: 12 digits, in quotes")]
EnvironmentName = Annotated[
    str, Matches(r"[a-z][a-z0-9]{1,15}", "2-16 of a-z and 0-9, a letter first")
]
FunctionReference = Annotated[
    str,
    Matches(
        r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:)?[A-Za-z0-9_-]{1,64}",
        "name or ARN of a function",
    ),
]
Domain = Annotated[
    str, Matches(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", "a domain such as example.com")
]
Email = Annotated[str, Matches(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")]
Name = Annotated[str, Matches(r"[A-Za-z][A-Za-z0-9]{0,47}", "letters and digits, a letter first")]
AppName = Annotated[str, Matches(r"[a-z][a-z0-9-]{1,31}", "2-32 of a-z, 0-9 and -, a letter first")]
FileName = Annotated[str, Matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "letters, digits, . _ -")]
BucketName = Annotated[
    str, Matches(r"[a-z0-9][a-z0-9-]{1,40}[a-z0-9]", "3-42 of a-z, 0-9 and -, no - at either end")
]
Runtime = Literal[
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
]
Slim = Literal["tests", "stubs"]
"""What a dependency can do without, mostly: its own tests, its `*.pyi` files."""
FilePath = Annotated[str, Matches(r"[^\x00\ud800-\udfff]+", "a path relative to deploy.py")]
SettingName = Annotated[str, Matches(r"[A-Za-z0-9_.-]{1,128}", "letters, digits, . _ -")]
AttributeName = Annotated[str, Matches(r"[A-Za-z0-9_.-]{1,255}", "letters, digits, . _ -")]
IndexName = Annotated[str, Matches(r"[A-Za-z0-9_.-]{3,255}", "3-255 of letters, digits, . _ -")]
NamePattern = Annotated[
    str,
    Matches(
        r"([A-Za-z0-9._-]|\{environment\})+",
        "letters, digits, . _ - and {environment}",
    ),
]
"""The name in AWS, where it must be another than the usual one."""
KmsKey = Annotated[str, Matches(r"(arn:aws[a-z-]*:kms:|alias/)\S+", "a key's ARN, or alias/...")]
Reasons = Mapping[
    Annotated[str, Matches(r"[a-z][a-z0-9-]*", "the name of a rule")],
    Annotated[str, Matches(r"(?s).*\S.*", "a reason in words")],
]
"""Rule -> why it does not apply here."""
LogDays = Literal[
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
]
"""What CloudWatch Logs accepts. Source: CloudWatch Logs API PutRetentionPolicy."""
HttpMethod = Literal["ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Seconds = Annotated[int, Interval(ge=1, le=900)]
PoolTrigger = Literal[
    "PreSignUp",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "CustomMessage",
    "PreTokenGeneration",
    "UserMigration",
]
