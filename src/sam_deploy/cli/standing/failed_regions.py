"""What a reading command says when some regions answered and others did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sam_deploy.errors import IncompleteError, SamDeployError


def refuse_failed(
    failed: Mapping[str, SamDeployError], regions: Sequence[str], *, answered: bool = False
) -> None:
    """Raise when regions failed: the error itself when all did, else `IncompleteError`.

    `answered`: what the others said is written already.
    """
    if not failed:
        return
    first, error = next(iter(failed.items()))
    others = [each for each in dict.fromkeys(regions) if each not in failed]
    if not others:
        raise error
    why = "\n".join(f"`{region}`: {each}" for region, each in failed.items())
    partly = IncompleteError(
        f"{len(failed)} of {len(failed) + len(others)} regions could not be read",
        why=why,
        state=f"what is shown is of {', '.join(others)}",
        hint=error.hint or f"run it again with `--region {first}`",
    )
    partly.answered = answered
    raise partly
