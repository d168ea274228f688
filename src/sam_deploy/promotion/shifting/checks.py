"""Asks the user's own check whether a new version is good: a command, a URL, or the function.

    invoke:{"path": "/health"}   each function is called with that event, at its very version
    invoke-each:{"Orders": ...}  the same with an event for each; `*` is for all that are not named
    https://smoke.example.com/   gets the facts by POST; an answer of 2xx is good
    anything else                a command, with the facts on standard input; exit code 0 is good

No answer is none: neither good nor bad.
"""

from __future__ import annotations

import base64
import functools
import http.client
import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sam_deploy.aws import Aws, Calls
from sam_deploy.errors import ConfigError, SamDeployError
from sam_deploy.promotion.model import Flip, ReleasePlan
from sam_deploy.promotion.shifting.judge import Answer
from sam_deploy.promotion.shifting.pace import Around

INVOKE: Final = "invoke:"
INVOKE_EACH: Final = "invoke-each:"
EVERY: Final = "*"
TOLD: Final = "sam_deploy_environment"
"""What a call by a version's number carries in its client context, since it has no alias."""
AT_ONCE: Final = 8
SECONDS: Final = 60.0
"""What a check may take; one that takes longer has said nothing."""
SHOWN: Final = 300
GOOD: Final = range(200, 300)
NONE: Final = object()
"""No event: null is one."""


@dataclass(frozen=True, slots=True)
class Checks:
    """Asks about all functions that move, in all regions."""

    aws: Aws
    plan: ReleasePlan
    around: Around

    def ask(self, flips: Sequence[Flip], weight: float) -> tuple[Answer, ...]:
        """Return an answer for each flip that is asked about.

        `weight` is what the new version serves now (0-1).
        """
        events = events_of(self.plan.strategy.check)
        asked = [each for each in flips if events is None or _event(events, each) is not NONE]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return tuple(pool.map(functools.partial(self._ask, weight=weight), asked))

    def _ask(self, flip: Flip, weight: float) -> Answer:
        check = self.plan.strategy.check
        events = events_of(check)
        if events is not None:
            event = json.dumps(_event(events, flip), sort_keys=True, separators=(",", ":"))
            good, words = _invoked(self.aws, flip, event, context_of(self.plan.environment))
        else:
            facts = self._facts(flip, weight)
            if is_url(check):
                good, words = _posted(check, facts)
            else:
                good, words = self._run(check, flip, facts)
        return Answer(flip.region, flip.function, good, words)

    def _facts(self, flip: Flip, weight: float) -> Mapping[str, object]:
        try:
            url = self.around.address(flip.region, self.plan.environment)
        except SamDeployError:
            url = ""
        return {
            "app": self.plan.app,
            "environment": self.plan.environment,
            "region": flip.region,
            "name": flip.name,
            "function": flip.function,
            "alias": flip.alias,
            "version": flip.after.number,
            "previous": flip.before.number,
            "weight": weight,
            "url": url,
        }

    def _run(
        self, command: str, flip: Flip, facts: Mapping[str, object]
    ) -> tuple[bool | None, str]:
        try:
            done = subprocess.run(
                shlex.split(command, posix=os.name != "nt"),
                input=json.dumps(facts),
                cwd=self.around.folder,
                env={**os.environ, **variables(self.aws, flip, facts)},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None, f"it took longer than {SECONDS:.0f} s"
        except (OSError, ValueError) as error:
            return None, f"it cannot be run: {error}"
        said = (done.stderr.strip() or done.stdout.strip())[-SHOWN:]
        return done.returncode == 0, f"exit code {done.returncode}" + (f": {said}" if said else "")


def events_of(check: str) -> Mapping[str, object] | None:
    """Return name -> event of a check that calls functions; nothing for any other."""
    if check.startswith(INVOKE):
        return {EVERY: json.loads(check.removeprefix(INVOKE))}
    if check.startswith(INVOKE_EACH):
        found: Mapping[str, object] = json.loads(check.removeprefix(INVOKE_EACH))
        return found
    return None


def unasked(plan: ReleasePlan) -> tuple[str, ...]:
    """Return the functions that move and that the check has no event for."""
    events = events_of(plan.strategy.check)
    if events is None:
        return ()
    found = [each.name for each in plan.moves if _event(events, each) is NONE]
    return tuple(dict.fromkeys(found))


def refuse_vacuous(plan: ReleasePlan, known: Collection[str]) -> None:
    """Raise `ConfigError` for a check of functions that are not there, or of none that moves."""
    events = events_of(plan.strategy.check)
    if events is None:
        return
    unknown = [each for each in events if each != EVERY and each not in known]
    if unknown:
        raise ConfigError(
            f"There is no function {', '.join(f'`{each}`' for each in unknown)} to check",
            why=f"`deploy.py` has {', '.join(known)}",
            hint="`--check invoke:FUNCTION=FILE` takes names of `deploy.py`",
        )
    moving = dict.fromkeys(each.name for each in plan.moves)
    if moving and len(unasked(plan)) == len(moving):
        raise ConfigError(
            f"The check asks about no function that moves to {plan.environment}",
            why=f"{', '.join(moving)} would move, and `--check` is for {', '.join(events)}",
            hint="name one of them, or leave `--check` out",
        )


def _event(events: Mapping[str, object], flip: Flip) -> object:
    return events.get(flip.name, events.get(EVERY, NONE))


def context_of(environment: str) -> str:
    """Return the client context that tells a function its environment: Base64 of JSON."""
    return base64.b64encode(json.dumps({"custom": {TOLD: environment}}).encode()).decode()


def is_url(check: str) -> bool:
    """Whether a check is a URL, and no command."""
    return check.startswith(("http://", "https://"))


def variables(aws: Aws, flip: Flip, facts: Mapping[str, object]) -> dict[str, str]:
    """Return what a command finds in its environment, so that the AWS CLI works in it as it is."""
    named = ("environment", "region", "function", "alias", "version", "url")
    found = {f"SHIFT_{name.upper()}": str(facts[name]) for name in named}
    found["SHIFT_CLIENT_CONTEXT"] = context_of(str(facts["environment"]))
    found |= {"AWS_REGION": flip.region, "AWS_DEFAULT_REGION": flip.region}
    endpoint = aws.endpoint
    if endpoint.profile:
        found["AWS_PROFILE"] = endpoint.profile
    if endpoint.url:
        found["AWS_ENDPOINT_URL"] = endpoint.url
        found["AWS_ACCESS_KEY_ID"] = endpoint.access_key
        found["AWS_SECRET_ACCESS_KEY"] = endpoint.secret_key
    return found


def _invoked(aws: Aws, flip: Flip, event: str, context: str) -> tuple[bool | None, str]:
    version = flip.after.number
    try:
        calls = Calls(aws, flip.region)
        called = calls.call(flip.function, version, event.encode(), context=context)
    except SamDeployError as error:
        return None, str(error)
    if called.failed:
        return False, f"version {version} failed ({called.failed}): {called.answer}"
    return True, called.answer


def _posted(url: str, facts: Mapping[str, object]) -> tuple[bool | None, str]:
    request = urllib.request.Request(  # noqa: S310 - http or https, as `is_url` says
        url,
        data=json.dumps(facts).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "sam-deploy"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the same
            return answer.status in GOOD, f"status {answer.status}"
    except urllib.error.HTTPError as error:
        with error:
            return False, f"status {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return None, str(error)
