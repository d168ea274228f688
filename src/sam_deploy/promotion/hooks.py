"""Runs the commands that `deploy.py` has for promotions, with what happens as JSON on stdin.

    {"moment": "after-promote", "environment": "prod", "outcome": "committed", ...}

They run on this computer, in the project's folder, without a shell, as whoever promotes.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from sam_deploy.config.model import Hook
from sam_deploy.errors import RefusedError
from sam_deploy.events import Note, Report
from sam_deploy.promotion.model import ReleasePlan

When: TypeAlias = Literal["before", "after", "step"]
SHOWN: Final = 400
"""Characters of what a hook that failed has written."""


@dataclass(frozen=True, slots=True)
class Runner:
    """The hooks of a project."""

    hooks: Sequence[Hook]
    project: Path
    report: Report

    def __call__(self, when: When, plan: ReleasePlan, facts: Mapping[str, str]) -> None:
        """Every hook for this moment has run. Raises `RefusedError` when one objects before."""
        moment = "canary-step" if when == "step" else f"{when}-{plan.act}"
        for hook in self.hooks:
            if hook.moment != moment or not _is_for(hook, plan.environment):
                continue
            failure = self._run(hook, {"moment": moment, **told(plan), **facts})
            if not failure:
                continue
            name = f"hook `{' '.join(hook.command)}` ({moment})"
            if when == "before":
                raise RefusedError(
                    f"The {name} does not let it begin",
                    why=failure,
                    state="nothing was changed",
                    hint="correct what it objects to, then run the same command again",
                )
            self.report(Note(f"{name} failed: {failure}", "warning"))

    def _run(self, hook: Hook, facts: Mapping[str, Any]) -> str:
        """Return '' when the command ended well, else why it did not."""
        try:
            done = subprocess.run(
                list(hook.command),
                input=json.dumps(facts),
                cwd=self.project,
                capture_output=True,
                text=True,
                timeout=hook.timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it took longer than {hook.timeout_seconds} s"
        except (OSError, ValueError) as error:
            return str(error)
        if done.returncode == 0:
            return ""
        said = (done.stderr or done.stdout).strip()[-SHOWN:]
        return f"exit code {done.returncode}" + (f": {said}" if said else "")


def _is_for(hook: Hook, environment: str) -> bool:
    return not hook.environments or environment in hook.environments


def told(plan: ReleasePlan) -> dict[str, Any]:
    """Return what a hook learns of a plan."""
    return {
        "act": plan.act,
        "app": plan.app,
        "account": plan.account,
        "caller": plan.caller,
        "environment": plan.environment,
        "source": plan.source,
        "digest": plan.approved,
        "regions": list(plan.regions),
        "without": list(plan.without),
        "functions": [
            {
                "function": each.function,
                "region": each.region,
                "before": each.before.number,
                "after": each.after.number,
                "commit": each.after.made_of,
            }
            for each in plan.moves
        ],
    }
