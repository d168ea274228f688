"""Every way in which an approval is not given, in words. Exit code 6 all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sam_deploy.approval.moments import spoken, wait
from sam_deploy.approval.subject import SHOWN_DIGITS, Subject
from sam_deploy.errors import ApprovalError

NOTHING_CHANGED: Final = "nothing was changed"
ANOTHER: Final = "make a new one: `sam-deploy approve` at a terminal"


def no_terminal(act: str) -> ApprovalError:
    """Return the error of a command that has nobody to ask. No mail has been sent."""
    return ApprovalError(
        f"{act} needs a one-time code, and there is no terminal to enter it at",
        why="standard input or standard error is not a terminal",
        state=f"{NOTHING_CHANGED}, and no mail was sent",
        hint="run `sam-deploy approve` at a terminal, and pass the file that it makes: "
        "`--approval-file FILE`",
    )


def too_many(environment: str, app: str, why: str, free: float, now: float) -> ApprovalError:
    """Return the error of a code that may not be sent yet."""
    return ApprovalError(
        f"No one-time code is sent for `{environment}` of `{app}` now",
        why=why,
        state=f"{NOTHING_CHANGED}, and no mail was sent",
        hint=f"the next one is possible at {spoken(free)}, in {wait(free - now)}",
    )


def void(digest: str) -> ApprovalError:
    """Return the error of a plan whose code was guessed at."""
    return ApprovalError(
        f"The plan {digest[:SHOWN_DIGITS]} is void",
        why="its code was entered wrongly too often",
        state=NOTHING_CHANGED,
        hint="run the command again: it makes a new plan",
    )


def wrong(attempts: int, cool_down_seconds: float) -> ApprovalError:
    """Return the error of the last wrong answer."""
    return ApprovalError(
        "Invalid OTP. Maximum attempts exceeded",
        why=f"{attempts} wrong answers make a plan void" if attempts > 1 else "it was the only try",
        state=NOTHING_CHANGED,
        hint=f"in {wait(cool_down_seconds)} run the command again: it makes a new plan and sends "
        "a new code",
    )


def malformed(times: int) -> ApprovalError:
    """Return the error of answers that have not the form of a code, again and again."""
    return ApprovalError(
        f"What was entered {times} times is no one-time code",
        why="a code is six digits, 0 to 9",
        state=NOTHING_CHANGED,
        hint="run the same command again: it sends a new code",
    )


def expired(minutes: int) -> ApprovalError:
    """Return the error of a right or wrong answer that came too late."""
    return ApprovalError(
        "The one-time code has expired",
        why=f"it was good for {wait(minutes * 60)}",
        state=NOTHING_CHANGED,
        hint="run the same command again: it sends a new code",
    )


def spent() -> ApprovalError:
    """Return the error of a code that was used, or guessed at, by another process."""
    return ApprovalError(
        "The one-time code is used up",
        why="answers to it were counted elsewhere",
        state=NOTHING_CHANGED,
        hint="run the same command again: it sends a new code",
    )


def gone(key: str) -> ApprovalError:
    """Return the error of a count that somebody has taken away."""
    return ApprovalError(
        "The one-time code cannot be counted any more",
        why=f"somebody has changed `{key}` in the artifact bucket since it was sent",
        state=NOTHING_CHANGED,
        hint="find out who did, then run the same command again: it sends a new code",
    )


def unreadable(key: str) -> ApprovalError:
    """Return the error of a record in the bucket that is none of ours."""
    return ApprovalError(
        f"`{key}` in the artifact bucket cannot be read",
        why="it was not written by this version of sam-deploy",
        state=NOTHING_CHANGED,
        hint="update sam-deploy; if the file was damaged, take it away and approve again",
    )


def file_damaged(path: Path, why: str) -> ApprovalError:
    """Return the error of a file that holds no approval."""
    return ApprovalError(
        f"`{path}` is no approval file", why=why, state=NOTHING_CHANGED, hint=ANOTHER
    )


def file_refused(path: Path, subject: Subject, why: str, hint: str = ANOTHER) -> ApprovalError:
    """Return the error of an approval that is not one for this plan, now."""
    return ApprovalError(
        f"`{path}` does not approve this plan ({subject.plan})",
        why=why,
        state=NOTHING_CHANGED,
        hint=hint,
    )


def granted_before(subject: Subject) -> ApprovalError:
    """Return the error of a second approval file for a plan."""
    return ApprovalError(
        f"The plan {subject.plan} has an approval file already",
        why="each plan can have one, since it is good once",
        state=NOTHING_CHANGED,
        hint="use that file, or approve again: it makes a new plan",
    )
