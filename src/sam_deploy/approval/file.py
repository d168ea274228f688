"""The approval file: what a person takes from a terminal to where there is none, such as CI.

It holds a random token. Without it nobody can use the record in the artifact bucket, which holds
only the token's hash; without the record the file is worth nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Final, Self

from sam_deploy.approval.refusals import file_damaged
from sam_deploy.errors import ConfigError
from sam_deploy.private import write_private

SCHEMA: Final = 1
TOKEN_BYTES: Final = 32
MOST_BYTES: Final = 65536


@dataclass(frozen=True, slots=True)
class ApprovalFile:
    """What an approval file holds. `nonce` makes the plan again that has this digest."""

    app: str
    environment: str
    act: str
    digest: str
    nonce: str
    caller: str
    """ARN of who asked for the plan."""
    expires: str
    """UTC, ISO 8601, to be read by people: what decides is the record in the bucket."""
    token: str = field(repr=False)

    def save(self, path: Path) -> None:
        """The file holds it on one line without a space, and only its owner may read it (0600).

        GitLab masks no other value in logs, and GitHub masks each line of one for itself.
        Raises `ConfigError` when it cannot be written.
        """
        text = json.dumps({"schema": SCHEMA} | asdict(self), separators=(",", ":"))
        # those that are left are within texts, such as "Promote to prod"
        text = text.replace(" ", "\\u0020") + "\n"
        try:
            write_private(path, text)
        except OSError as error:
            raise ConfigError(
                f"The approval file `{path}` cannot be written",
                why=str(error),
                hint="name another place, in a folder that exists, and approve again",
            ) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return what the file holds. Raises `ApprovalError` when it is no approval file."""
        try:
            with path.open("rb") as file:
                body = file.read(MOST_BYTES + 1)
            found = json.loads(body.decode()) if len(body) <= MOST_BYTES else None
        except OSError as error:
            raise file_damaged(path, error.strerror or str(error)) from error
        except (ValueError, RecursionError) as error:
            raise file_damaged(path, "it is not the JSON that `approve` writes") from error
        names = {each.name for each in fields(cls)}
        if not isinstance(found, dict) or not names <= found.keys():
            raise file_damaged(path, "it has not the parts that `approve` writes")
        if found.get("schema") != SCHEMA:
            raise file_damaged(path, "another version of sam-deploy wrote it")
        if not all(isinstance(found[name], str) for name in names):
            raise file_damaged(path, "it was changed since `approve` wrote it")
        return cls(**{name: found[name] for name in names})


def new_token() -> str:
    """Return a secret that nobody can guess."""
    return secrets.token_hex(TOKEN_BYTES)


def hashed(token: str) -> str:
    """Return what the bucket knows of a token. It is random, so no hash of it can be undone."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
