"""What a reading command says when some regions answered and others did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sam_deploy.errors import IncompleteError, SamDeployError


def refuse_failed(failed: Mapping[str, SamDeployError], regions: Sequence[str]) -> None:
    """Raise when regions failed: the error itself when all did, else `IncompleteError`."""
    if not failed:
        return
    first, error = next(iter(failed.items()))
    answered = [each for each in dict.fromkeys(regions) if each not in failed]
    if not answered:
        raise error
    why = "\n".join(f"`{region}`: {each}" for region, each in failed.items())
    raise IncompleteError(
        f"{len(failed)} of {len(failed) + len(answered)} regions could not be read",
        why=why,
        state=f"what is shown is of {', '.join(answered)}",
        hint=error.hint or f"run it again with `--region {first}`",
    )
