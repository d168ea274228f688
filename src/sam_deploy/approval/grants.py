"""A plan goes ahead because of an approval file, which is good for that plan and once."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam_deploy.approval.compared import write
from sam_deploy.approval.file import ApprovalFile, hashed, new_token
from sam_deploy.approval.moments import iso, spoken
from sam_deploy.approval.refusals import file_refused, granted_before, unreadable
from sam_deploy.approval.subject import Approval, Subject

if TYPE_CHECKING:
    from sam_deploy.aws import Record
    from sam_deploy.deploy.lock import Documents

SCHEMA: Final = 1
USE_BYTES: Final = 16
HINT_OTHER: Final = (
    "if what it would do is right, approve that: `sam-deploy approve` at a terminal, with the same "
    "options"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the bucket knows of an approval file. Times are Unix seconds."""

    app: str
    environment: str
    act: str
    digest: str
    by: str
    made: float
    expires: float
    token: str
    """SHA-256 of the file's token, in hex."""
    used: float = 0.0
    used_by: str = ""
    use: str = ""
    """Random, so that a use whose answer was lost is told from somebody else's."""

    def written(self) -> bytes:
        """Return it as it is stored."""
        return json.dumps({"schema": SCHEMA} | asdict(self)).encode()


def key_of(subject: Subject) -> str:
    """Return where the approval of a plan lies in the artifact bucket."""
    return f"approvals/{subject.app}/{subject.digest}.json"


def grant(
    documents: Documents,
    subject: Subject,
    *,
    nonce: str,
    by: str,
    valid_seconds: float,
    now: Callable[[], float] = time.time,
) -> ApprovalFile:
    """The bucket knows an approval of this plan; return what belongs into the file.

    `by` is who has agreed. Raises `ApprovalError` when this plan has an approval already.
    """
    token, moment = new_token(), now()
    expires = moment + valid_seconds
    made = Grant(
        subject.app,
        subject.environment,
        subject.act,
        subject.digest,
        by,
        moment,
        expires,
        hashed(token),
    )
    if not write(documents, key_of(subject), made.written(), None):
        raise granted_before(subject)
    return ApprovalFile(
        app=subject.app,
        environment=subject.environment,
        act=subject.act,
        digest=subject.digest,
        nonce=nonce,
        caller=subject.caller,
        expires=iso(expires),
        token=token,
    )


def by_file(
    path: Path, subject: Subject, documents: Documents, *, now: Callable[[], float] = time.time
) -> Approval:
    """Whoever made the file has agreed to this plan, and the file is used up.

    Raises `ApprovalError` when the file is not for this plan, is too old, was used, or is none.
    """
    file = ApprovalFile.load(path)
    _same_plan(path, file, subject)
    key = key_of(subject)
    record = documents.read(key)
    if record is None:
        why = (
            "the artifact bucket knows no approval of this plan; it may be that of another account"
        )
        raise file_refused(path, subject, why)
    known, moment = _read(record, key), now()
    _good(path, file, subject, known, moment)
    used = replace(known, used=moment, used_by=subject.caller, use=secrets.token_hex(USE_BYTES))
    if not write(documents, key, used.written(), record):
        why = "somebody has used it a moment ago"
        raise file_refused(path, subject, why)
    return Approval("file", known.by, subject.digest, iso(moment))


def _same_plan(path: Path, file: ApprovalFile, subject: Subject) -> None:
    here = (subject.app, subject.environment)
    if (file.app, file.environment) != here:
        why = f"it is for `{file.environment}` of `{file.app}`, not `{here[1]}` of `{here[0]}`"
        raise file_refused(path, subject, why)
    if not _equal(file.digest, subject.digest):
        shown = file.digest[: len(subject.plan)]
        why = f"it approves another one ({shown}: {file.act}): what was to be done has changed"
        hint = HINT_OTHER
        if file.caller != subject.caller:
            why = f"it approves {shown}, which `{file.caller}` asked for, not `{subject.caller}`"
            hint = f"{HINT_OTHER}, and with `--caller {subject.caller}`"
        raise file_refused(path, subject, why, hint)


def _good(path: Path, file: ApprovalFile, subject: Subject, known: Grant, moment: float) -> None:
    about = (known.app, known.environment, known.digest)
    if about != (subject.app, subject.environment, subject.digest):
        raise unreadable(key_of(subject))
    # the token first: who has not the right one learns nothing else
    if not _equal(hashed(file.token), known.token):
        raise file_refused(path, subject, "its token is not the one that was made for this plan")
    if known.used:
        why = f"it was used at {spoken(known.used)} by `{known.used_by}`, and is good once"
        raise file_refused(path, subject, why)
    if moment >= known.expires:
        raise file_refused(path, subject, f"it has expired at {spoken(known.expires)}")


def _equal(one: str, other: str) -> bool:
    """Whether two texts are the same, in constant time, whatever characters they have."""
    return hmac.compare_digest(
        one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass")
    )


def _read(record: Record, key: str) -> Grant:
    try:
        found = json.loads(record.body)
        if found.pop("schema") != SCHEMA:
            raise unreadable(key)
        known = Grant(**found)
        return replace(
            known,
            by=str(known.by),
            expires=float(known.expires),
            used=float(known.used),
            token=str(known.token),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unreadable(key) from error
