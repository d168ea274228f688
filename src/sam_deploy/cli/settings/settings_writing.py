"""Gives settings their values, or takes them away: in every region that reads them, or says where.

No event, no sentence and no error here holds a value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy import lanes, naming
from sam_deploy.cli.settings.settings_survey import AT_ONCE, Known
from sam_deploy.config.model import App
from sam_deploy.config.tree import CONFIG_FILE
from sam_deploy.errors import ConfigError, IncompleteError, RefusedError, SamDeployError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.aws import Aws, Secrets

PARAMETER_BYTES: Final = 8192
"""Of the advanced tier. Source: Systems Manager user guide, "Managing parameter tiers"."""
SECRET_BYTES: Final = 65_536
"""Source: Secrets Manager user guide, "AWS Secrets Manager quotas"."""
RECOVERY_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Where:
    """A setting of an environment, the regions that are meant, and what is known of it."""

    app: App
    aws: Aws
    known: Known
    environment: str
    regions: tuple[str, ...]

    @property
    def path(self) -> str:
        """Its name in both services."""
        return naming.setting_name(self.app.name, self.environment, self.known.name)

    @property
    def tags(self) -> Mapping[str, str]:
        """Tags of what is made here."""
        return naming.tags(self.app.name, self.environment)


def check_size(value: str, *, secret: bool) -> None:
    """Raise `ConfigError` for what AWS would not take."""
    size, most = len(value.encode()), SECRET_BYTES if secret else PARAMETER_BYTES
    if not value:
        raise ConfigError(
            "The value is empty",
            why="AWS keeps no empty values",
            hint="give the code a default instead: `setting(NAME, default=...)`",
        )
    if size > most:
        where = "Secrets Manager" if secret else "Parameter Store"
        raise ConfigError(
            f"The value has {size} bytes",
            why=f"{where} takes {most}",
            hint="keep it in a bucket, and its key in the setting"
            if secret
            else f"declare it as a `Secret` in `{CONFIG_FILE}` ({SECRET_BYTES} bytes), or keep it "
            "in a bucket",
        )


def encrypted_now(where: Where) -> bool:
    """Return whether the parameter is encrypted in any of the regions, and so a secret."""
    from sam_deploy.aws import Parameters  # noqa: PLC0415 - half a second

    def kind(region: str) -> bool:
        stored = Parameters(where.aws, region).get(where.path, decrypted=False)
        return stored is not None and stored.kind == "encrypted"

    return any(_everywhere(where.regions, kind, "read").values())


def write(where: Where, value: str, *, encrypted: bool) -> None:
    """Write the value in all regions.

    Raises `IncompleteError` when it is in some regions and not in others, and the error itself
    when it is in none.
    """
    if where.known.secret:
        _everywhere(where.regions, functools.partial(_fill, where, value), "written")
    else:
        put = functools.partial(_put, where, value, encrypted=encrypted)
        _everywhere(where.regions, put, "written")


def _put(where: Where, value: str, region: str, *, encrypted: bool) -> bool:
    from sam_deploy.aws import Parameters  # noqa: PLC0415 - half a second

    parameters = Parameters(where.aws, region)
    stored = parameters.get(where.path, decrypted=False)
    if stored is not None and encrypted and stored.kind == "plain":
        raise RefusedError(
            f"`{where.path}` is a plain parameter in `{region}`",
            why="AWS cannot turn it into an encrypted one",
            hint="delete it first: `sam-deploy settings delete`, then set it again",
        )
    # what is encrypted stays so
    hidden = encrypted or (stored is not None and stored.kind == "encrypted")
    parameters.put(where.path, value, encrypted=hidden, tags={} if stored else where.tags)
    return True


def _fill(where: Where, value: str, region: str) -> bool:
    from sam_deploy.aws import AwsCallError, Secrets  # noqa: PLC0415 - half a second
    from sam_deploy.aws.parameters import SECRET_NOT_FOUND, is_deleted  # noqa: PLC0415 - the same

    secrets = Secrets(where.aws, region)
    try:
        secrets.put(where.path, value)
    except AwsCallError as error:
        if is_deleted(error):
            secrets.restore(where.path)
            secrets.put(where.path, value)
        elif error.code == SECRET_NOT_FOUND:
            _create(where, value, secrets)
        else:
            raise
    return True


def _create(where: Where, value: str, secrets: Secrets) -> None:
    if where.known.made_in:
        raise RefusedError(
            f"The secret `{where.path}` is not in `{secrets.region}` yet",
            why="its stack makes it, with a value of its own",
            hint="run `sam-deploy deploy`, then set it",
        )
    secrets.create(where.path, value, tags=where.tags)


def delete(where: Where) -> tuple[str, ...]:
    """Delete the value in all regions; return the regions in which there was one.

    A secret can be had back for 30 days: setting it again does. Raises as `write` does.
    """
    from sam_deploy.aws import Parameters, Secrets  # noqa: PLC0415 - half a second

    def remove(region: str) -> bool:
        gone = []
        if not where.known.secret:
            gone.append(Parameters(where.aws, region).delete(where.path))
        if where.known.secret or not where.known.declared:
            secrets = Secrets(where.aws, region)
            gone.append(secrets.delete(where.path, recovery_days=RECOVERY_DAYS))
        return any(gone)

    found = _everywhere(where.regions, remove, "deleted")
    return tuple(region for region in where.regions if found[region])


def _everywhere(
    regions: Sequence[str], work: Callable[[str], bool], done: str
) -> Mapping[str, bool]:
    """Do it in all regions side by side, and say what came of it when not all went well."""
    each = {region: functools.partial(work, region) for region in regions}
    outcomes = lanes.run(each, after={}, at_once=AT_ONCE, stop=Stop())
    if outcomes.failed and not outcomes.done:
        raise next(iter(outcomes.failed.values()))
    if outcomes.failed:
        raise _incomplete(outcomes.failed, tuple(outcomes.done), done)
    return outcomes.done


def _incomplete(
    failed: Mapping[str, SamDeployError], succeeded: tuple[str, ...], done: str
) -> IncompleteError:
    return IncompleteError(
        f"The value was not {done} in {', '.join(failed)}",
        why="; ".join(f"{region}: {error}" for region, error in failed.items()),
        state=f"it was {done} in {', '.join(succeeded)}",
        hint="correct the cause and run the same command again",
    )
