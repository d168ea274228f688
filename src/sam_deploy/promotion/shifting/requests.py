"""What somebody asks of a shift from another terminal, and what the watching process answers.

One document in the artifact bucket. It names the promotion, its epoch and the step that were
shown, so that nobody ends a step that he has not seen.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Final, Literal, TypeAlias

from sam_deploy.aws import Record
from sam_deploy.deploy.journal import utc_now
from sam_deploy.deploy.lock import Documents
from sam_deploy.errors import RefusedError, SamDeployError

SCHEMA: Final = 1
Act: TypeAlias = Literal["advance", "abort"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, and the answer to it once there is one."""

    promotion: str
    epoch: int
    step: str
    act: Act
    who: str
    host: str
    made: str
    """UTC, ISO 8601."""
    id: str
    """Random, so that two of them are told apart."""
    answer: str = ""
    """In words; '' while nobody has answered."""
    done: bool = False
    """Whether it is done as asked."""
    etag: str = field(default="", compare=False)

    def written(self) -> bytes:
        """Return it as it is stored."""
        value = asdict(self)
        value.pop("etag")
        return json.dumps({"schema": SCHEMA, **value}, indent=1).encode()


def key_of(app: str) -> str:
    """Return where the requests of an app lie in its artifact bucket."""
    return f"shifts/{app}.json"


def read(documents: Documents, app: str) -> Ask | None:
    """Return the last request; nothing when there is none, or none that can be read."""
    return _ask(documents.read(key_of(app)))


def _ask(record: Record | None) -> Ask | None:
    if record is None:
        return None
    try:
        found = json.loads(record.body)
        if found.pop("schema") != SCHEMA:
            return None
        return Ask(**found, etag=record.etag)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # nobody waits for an answer to it


def make(documents: Documents, app: str, ask: Ask) -> None:
    """The request lies there, in the place of an earlier one.

    Raises `RefusedError` when somebody else asks for something in the same moment.
    """
    key, body = key_of(app), ask.written()
    before = documents.read(key)
    if before is None:
        etag = documents.create(key, body)
    else:
        last = _ask(before)
        same = last is not None and (last.promotion, last.epoch) == (ask.promotion, ask.epoch)
        if last is not None and same and not last.answer and last.act == "abort":
            raise _other(last)
        etag = documents.replace(key, body, before.etag)
    if etag is None:
        now = read(documents, app)
        if now is None or now.id != ask.id:
            raise _other(now)


def _other(other: Ask | None) -> RefusedError:
    who = f"`shift {other.act}` of {other.who} on {other.host}" if other else "somebody else"
    return RefusedError(
        "Somebody else asks for something in this moment",
        why=f"{who} has not been answered yet",
        state="nothing was changed by this command",
        hint="look at `sam-deploy shift status`, then ask again",
    )


class Requests:
    """The requests for one promotion, as the process that watches it sees them."""

    def __init__(self, documents: Documents, app: str, promotion: str, epoch: int) -> None:
        self._documents, self._app = documents, app
        self._promotion, self._epoch = promotion, epoch

    def pending(self) -> Ask | None:
        """Return a request that waits for an answer; nothing also when it cannot be read now."""
        try:
            found = read(self._documents, self._app)
        except SamDeployError:
            return None
        ours = found is not None and (found.promotion, found.epoch) == (
            self._promotion,
            self._epoch,
        )
        return found if found is not None and ours and not found.answer else None

    def answer(self, ask: Ask, words: str, *, done: bool) -> None:
        """The request is answered, unless somebody has asked for something else since."""
        said = replace(ask, answer=f"{utc_now()}: {words}", done=done)
        with contextlib.suppress(SamDeployError):  # whoever asked is told by the journal, too
            self._documents.replace(key_of(self._app), said.written(), ask.etag)
