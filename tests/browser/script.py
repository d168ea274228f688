"""A promotion as the page meets it: read, agreed to three times, carried out region by region."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tests.browser.recordings import Json, digest
from tests.browser.world import CODE, World

TRIES = 3
PAUSE_SECONDS = 0.12
CHANGES = (
    "dzgro-core-prod in ap-south-1, eu-west-1: new stack, 22 to add",
    "  +   add 7 AWS::Lambda::Function, 7 AWS::Lambda::Alias, 8 AWS::IAM::Role",
)
LINES = (
    "1 stack (dzgro-core-prod) first; aliases move when all of them stand",
    "in steps: 10%, then 100%; each is watched for 5 min, and waits 1 h for data",
)
FAILURE = {
    "what": "Promotion to `prod` was taken back",
    "why": "`eu-west-1` did not answer",
    "state": "every alias serves what it served before",
    "hint": "`sam-deploy promote prod` when the region answers again",
}


class Job:
    """One job of the stand. A note that says 'fail' makes it fail; else it ends well."""

    def __init__(
        self, name: str, body: Json, world: World, changed: Callable[[Json], None]
    ) -> None:
        """Take the wish; nothing begins yet."""
        self.id, self.body, self.world, self.changed = name, body, world, changed
        self.state = "reading"
        self.question: Json | None = None
        self.plan: Json | None = None
        self.percent = 0
        self.lanes: list[Json] = []
        self.result: Json | None = None
        self.error: Json | None = None
        self.tries = TRIES

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in {"reading", "asking", "working"}

    def view(self) -> Json:
        """Return it as the contract has it."""
        return {
            "job": self.id,
            "kind": self.body["kind"],
            "environment": self.body["environment"],
            "command": f"sam-deploy {self.body['kind']} {self.body['environment']}",
            "state": self.state,
            "stopping": False,
            "plan": self.plan,
            "question": self.question,
            "progress": {"percent": self.percent, "text": "", "lanes": self.lanes},
            "result": self.result,
            "error": self.error,
        }

    def begin(self) -> None:
        """The plan is read in a moment, then the first question is asked."""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        time.sleep(PAUSE_SECONDS)
        only = set(self.body.get("only") or self.world.functions)
        rows = [
            {
                "function": name,
                "region": region,
                "before": "46",
                "after": "47",
                "changed": ["commit", "code"],
                "commit_before": digest("1")[:40],
                "commit_after": digest("2")[:40],
            }
            for name in self.world.functions
            if name in only
            for region in self.world.regions_of(name)
        ]
        warnings = [f"{self.body['environment']} is what real users meet"]
        self.plan = {"rows": rows, "digest": digest("plan")[:8], "warnings": warnings}
        self.plan |= {"lines": list(LINES), "changes": list(CHANGES)}
        self._ask("confirm", "!! Proceed with promotion to PRODUCTION?", "CRITICAL OPERATION")

    def _ask(self, kind: str, text: str, detail: str = "", attempts: int | None = None) -> None:
        self.state = "asking"
        until = time.time() + 600 if kind == "code" else None
        number = (self.question or {}).get("id", 0) + 1
        asked = {"kind": kind, "text": text, "detail": detail, "attempts_left": attempts}
        asked["until"] = until
        self.question = {"id": number, **asked}
        self.changed(self.view())

    def answer(self, answer: str) -> None:
        """Go on to the next question, or to the work."""
        kind = (self.question or {})["kind"]
        if kind == "confirm":
            self._ask("name", "!! Type the app's name to go on (dzgro)")
        elif kind == "name":
            self._ask_code()
        elif answer == CODE:
            self.state, self.question = "working", None
            self.changed(self.view())
            threading.Thread(target=self._work, daemon=True).start()
        else:
            self.tries -= 1
            if self.tries:
                self._ask_code()
            else:
                what = {"what": "The code was wrong three times", "why": "", "hint": "begin again"}
                self._end("failed", error={**what, "state": "nothing was changed"})

    def _ask_code(self) -> None:
        until = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 600))
        # a second try is told nothing of that, as by the real one
        detail = f"OTP sent to ops@example.com\nIt is valid until {until} UTC."
        detail = detail if self.tries == TRIES else ""
        self._ask("code", "Enter the code from the mail", detail, self.tries)

    def _work(self) -> None:
        regions = sorted({row["region"] for row in (self.plan or {})["rows"]})
        total = len({row["function"] for row in (self.plan or {})["rows"]})
        for step in range(1, total + 1):
            time.sleep(PAUSE_SECONDS)
            self.percent = 99 * step // total
            self.lanes = [
                {"region": each, "step": step, "of": total, "text": "ApiFunction 46 → 47"}
                for each in regions
            ]
            self.changed(self.view())
        if "fail" in self.body.get("note", ""):
            self._end("failed", error=FAILURE)
            return
        count = len(regions)
        summary = f"Promoted {total}/{total} lambdas to PRODUCTION successfully!"
        figures = {"regions_done": count, "regions_total": count, "window_ms": 728}
        self.percent = 100
        self._end("done", result={"summary": summary, **figures})

    def stop(self) -> None:
        """It ends with nothing changed."""
        what = {"what": "Stopped", "why": "somebody has ended it", "hint": ""}
        self._end("stopped", error={**what, "state": "nothing was changed"})

    def _end(self, state: str, result: Json | None = None, error: Json | None = None) -> None:
        self.state, self.question, self.result, self.error = state, None, result, error
        self.changed(self.view())
