"""Codes that people meet on AWS, each with what usually causes it and what to do.

`sam-deploy explain CODE` and docs/reference/aws-codes.md are made of this, and an error names it
when its cause is one of them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from sam_deploy.cli.guiding.aws_codes.calls import CALLS
from sam_deploy.cli.guiding.aws_codes.model import AwsCode
from sam_deploy.cli.guiding.aws_codes.services import SERVICES
from sam_deploy.cli.guiding.aws_codes.stacks import STACKS
from sam_deploy.errors import SamDeployError

AWS_CODES: Final = (*CALLS, *STACKS, *SERVICES)
"""All of them, from the most general to single services."""
DENIAL: Final = "not authorized to perform"
"""How IAM says AccessDenied where it leaves the code out."""


def code_of(word: str) -> AwsCode | None:
    """Return what a word names: a code, another of its names, with or without `Exception`."""
    return _named().get(_plain(word))


def more(error: SamDeployError) -> str:
    """Return the command that explains the cause of an error; '' when no code is named there."""
    for text in (error.why, *error.problems, error.what):
        found = _written().search(text)
        if found:
            return f"`sam-deploy explain {_named()[_plain(found[0])].code}`"
        if DENIAL in text:
            return "`sam-deploy explain AccessDenied`"
    return ""


@cache
def _named() -> dict[str, AwsCode]:
    """Return each name -> its code; a code's own name wins over another's `also`."""
    others = {_plain(name): each for each in AWS_CODES for name in each.also}
    return others | {_plain(each.code): each for each in AWS_CODES}


@cache
def _written() -> re.Pattern[str]:
    """Return what finds a code in a text, as AWS writes it."""
    names = {name for each in AWS_CODES for name in (each.code, *each.also)}
    longest = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest))})(?![\w])")


def _plain(word: str) -> str:
    return word.strip().lower().removesuffix("exception").replace("_", "").replace("-", "")
