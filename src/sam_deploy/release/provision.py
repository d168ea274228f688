"""Gives aliases the warm processes that the configuration asks for (provisioned concurrency).

Not in the template: an alias there must never change (docs/concepts/aliases.md). Done after every
deployment, for the environments of the stacks that were deployed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sam_deploy import naming
from sam_deploy.aws import Aws, Functions
from sam_deploy.events import Note, Report
from sam_deploy.manifest import FunctionWork
from sam_deploy.release.move import AT_ONCE


@dataclass(frozen=True, slots=True)
class _Asked:
    region: str
    function: str
    alias: str
    count: int


def provision(functions: Sequence[FunctionWork], region: str, aws: Aws, *, report: Report) -> int:
    """Every alias in a region asks for what is configured; return how many changed.

    Functions without `provisioned_concurrency` are not looked at. AWS takes minutes to warm them
    up; nobody waits for it here.
    """
    asked = [
        _Asked(region, function.function_name, naming.alias_name(environment), count)
        for function in functions
        for environment, count in function.provisioned.items()
    ]
    if not asked:
        return 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(functools.partial(_ensure, aws, report), asked))


def _ensure(aws: Aws, report: Report, each: _Asked) -> bool:
    functions = Functions(aws, each.region)
    before = functions.provisioned(each.function, each.alias)
    if before == each.count:
        return False
    functions.provision(each.function, each.alias, each.count)
    message = f"`{each.function}` keeps {each.count} processes warm for {each.alias}"
    report(Note(f"{message} (was {before})", region=each.region))
    return True
