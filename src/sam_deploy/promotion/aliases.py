"""Writes one alias so that the answer can be trusted, whatever happens on the way.

The RevisionId is the fence: a write is refused when anybody has written since. After every answer
that leaves a doubt (none, a refusal, a fault of the server) the alias is read and compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from sam_deploy.aws import Alias, AliasWrite, Aws, AwsCallError, Functions, is_transient
from sam_deploy.aws.functions import CONFLICT, PRECONDITION
from sam_deploy.broker import Broker
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.promotion.model import Flip

TRIES: Final = 6
PAUSE_SECONDS: Final = 0.2
"""Before the second try; twice as long before each further one, so that all take 6 s."""
DOUBTFUL: Final = frozenset({CONFLICT, PRECONDITION})


class Aliases(Protocol):
    """The aliases of all regions."""

    def get(self, flip: Flip) -> Alias | None:
        """Return the alias as it is now."""

    def update(self, flip: Flip, wanted: Wanted, revision_id: str) -> Alias:
        """Write it, once, unless its revision is another one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an alias shall be: its version, weights of others (0-1), and its description."""

    version: str
    weights: tuple[tuple[str, float], ...]
    description: str

    def fits(self, alias: Alias) -> bool:
        """Whether the alias is just that."""
        return (alias.version, alias.weights, alias.description) == (
            self.version,
            self.weights,
            self.description,
        )


class MovedError(RefusedError):
    """Somebody else has written the alias. `found` is what it is now."""

    def __init__(self, flip: Flip, found: Alias | None) -> None:
        super().__init__(
            f"Alias `{flip.alias}` of `{flip.function}` in `{flip.region}` was moved by someone "
            "else",
            why=f"it serves version {found.version}"
            + (f" (`{found.description}`)" if found.description else "")
            if found
            else "it does not exist any more",
            hint="look at `sam-deploy status`, then run the same command again",
        )
        self.flip, self.found = flip, found


class LambdaAliases:
    """The aliases on AWS. Source: Lambda API GetAlias, UpdateAlias."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def get(self, flip: Flip) -> Alias | None:
        """Return the alias as it is now."""
        return Functions(self._aws, flip.region).alias(flip.function, flip.alias)

    def update(self, flip: Flip, wanted: Wanted, revision_id: str) -> Alias:
        """Write it, once, unless its revision is another one."""
        return Functions(self._aws, flip.region).update_alias(
            flip.function,
            flip.alias,
            wanted.version,
            revision_id=revision_id,
            description=wanted.description,
            weights=wanted.weights,
            once=True,
        )


class BrokerAliases:
    """The aliases on AWS, read by the caller, and moved by the broker alone.

    `digest` is that of the plan that was agreed to; '' for a rollback, which needs no code.
    """

    def __init__(self, aws: Aws, broker: Broker, digest: str) -> None:
        self._read, self._broker, self._digest = LambdaAliases(aws), broker, digest

    def get(self, flip: Flip) -> Alias | None:
        """Return the alias as it is now."""
        return self._read.get(flip)

    def update(self, flip: Flip, wanted: Wanted, revision_id: str) -> Alias:
        """Let the broker write it, once, unless its revision is another one."""
        asked = AliasWrite(
            flip.region,
            flip.function,
            flip.alias,
            wanted.version,
            revision_id,
            wanted.description,
            wanted.weights,
        )
        return self._broker.move(asked, self._digest)


def write(
    aliases: Aliases, flip: Flip, wanted: Wanted, revision_id: str, pause: Callable[[float], None]
) -> str:
    """The alias is as wanted; return its new revision.

    Raises `MovedError` when somebody else has written it since `revision_id`, and the error of the
    last try when it stays in doubt.
    """
    for attempt in range(TRIES):
        try:
            return aliases.update(flip, wanted, revision_id).revision_id
        except SamDeployError as error:
            doubtful = isinstance(error, AwsCallError) and error.code in DOUBTFUL
            if not doubtful and not is_transient(error):
                raise
            last = error
        found = _look(aliases, flip, last)
        if found is not None and wanted.fits(found):
            return found.revision_id  # it was written, and only the answer was lost
        if found is None or found.revision_id != revision_id:
            raise MovedError(flip, found) from last
        if attempt + 1 < TRIES:
            pause(PAUSE_SECONDS * 2**attempt)
    raise last


def _look(aliases: Aliases, flip: Flip, doubt: SamDeployError) -> Alias | None:
    """Return what the alias is after a doubtful answer; that answer is raised when none comes."""
    try:
        return aliases.get(flip)
    except SamDeployError as error:
        raise doubt from error
