"""Asks AWS many things side by side. What cannot be asked is told, and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

from sam_deploy import lanes
from sam_deploy.aws import AwsCallError, DeniedError, UnansweredError
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import SamDeployError

K = TypeVar("K")
T = TypeVar("T")
AT_ONCE: Final = 16


def on_aws(facts: Facts) -> bool:
    """Whether quotas, roles and mail are those of an AWS account: elsewhere they mean nothing."""
    return facts.aws.endpoint.target == "aws"


def ask(
    facts: Facts, questions: Mapping[K, Callable[[], T]], unknown: str
) -> tuple[dict[K, T], list[Finding]]:
    """Return the answers, and what to tell about questions that got none.

    `unknown` says what nobody knows then: "nobody has looked whether names are taken".
    """
    if not questions:
        return {}, []
    outcomes = lanes.run(questions, after={}, at_once=AT_ONCE, stop=facts.stop)
    return dict(outcomes.done), list(_unanswered(facts, tuple(outcomes.failed.values()), unknown))


def _unanswered(
    facts: Facts, errors: tuple[SamDeployError, ...], unknown: str
) -> Iterator[Finding]:
    """Yield a warning for each action, with all its regions; credentials that ended are an error.

    Another endpoint than AWS may lack an API, which is nothing to tell.
    """
    warnings: dict[tuple[str, str], dict[str, None]] = {}
    for error in errors:
        if isinstance(error, DeniedError):
            said = (f"the credentials may not call `{error.action}`", "")
            warnings.setdefault(said, {})[error.region] = None
        elif isinstance(error, AwsCallError):
            said = (f"`{error.action}` did not work", f": {error.why}")
            warnings.setdefault(said, {})[error.region] = None
        elif isinstance(error, UnansweredError):
            warnings.setdefault((error.what, ""), {})
    for (words, why), regions in warnings.items():
        where = f" in {', '.join(regions)}" if regions else ""
        if on_aws(facts) or words.startswith("the credentials"):
            yield Finding(warning=f"{words}{where}{why}; {unknown}")
    told = (DeniedError, AwsCallError, UnansweredError)
    refused = {str(each): each for each in errors if not isinstance(each, told)}
    yield from (Finding(error=each) for each in refused.values())
