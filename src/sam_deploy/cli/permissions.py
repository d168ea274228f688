"""Says which role's policy has a permission that was missing. Loaded for errors alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sam_deploy.cli.options import program
from sam_deploy.errors import SamDeployError

UNAUTHORIZED: Final = re.compile(r"(?:not authorized to perform:?|may not call) `?([a-z0-9-]+:\w+)")
"""How AWS says it, also of what CloudFormation calls for somebody; and how we do."""


def advise(error: SamDeployError, arguments: Sequence[str], commands: Collection[str]) -> None:
    """The hint of an error for want of a permission names the role whose policy has it.

    `arguments` are those of the command line, which is one of `commands`.
    """
    action = _missing(error)
    if not action:
        return
    from sam_deploy.export.iam.roles import DESTROYING, role_for  # noqa: PLC0415 - costs pydantic

    words = [each for each in arguments if not each.startswith("-")]
    begins = next((n for n, each in enumerate(words) if each in commands), len(words))
    command = " ".join(words[begins : begins + 2])
    role = role_for(command, action)
    option = " --with-destroy" if command.startswith(DESTROYING) else ""
    advice = (
        f"`{action}` is in the policies of the role `{role}`: "
        f"`{program()} export iam --role {role}{option}`"
    )
    error.hint = f"{advice}; or {error.hint}" if error.hint else advice


def _missing(error: SamDeployError) -> str:
    """Return the action that somebody lacks; '' when it is something else that went wrong."""
    for each in _chain(error):
        if type(each).__name__ == "DeniedError":
            return str(getattr(each, "action", ""))
    found = UNAUTHORIZED.search(" ".join([error.why, error.what, *error.problems]))
    return found[1] if found else ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    known: set[int] = set()
    # an error that one thread kept and another raised again can be its own context
    while error is not None and id(error) not in known:
        known.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
