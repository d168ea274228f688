"""One job at a time: what it asks, who answers, and what came of it.

A job runs in a thread of its own, whatever becomes of the browser. A question that nobody answers
ends the job, with nothing changed, when a one-time code would have expired. What is typed is handed
on and kept nowhere.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.ui.answers import parts_of
from sam_deploy.ui.conversation import Conversation
from sam_deploy.ui.ports import Ask, Came, Json, Stopped, Work, error_object

LOG: Final = logging.getLogger(__name__)
KEPT: Final = 20
"""Jobs that are remembered."""
Changed = Callable[["Job"], None]
"""Is told of each change of a job, from any thread."""


class UnknownJobError(Exception):
    """There is no job of this id."""


@dataclass(slots=True)
class Job:
    """A promotion or rollback that a page has asked for."""

    id: str
    ask: Ask
    command: str
    talk: Conversation
    changed: Changed
    _outcome: Json = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def is_open(self) -> bool:
        """Whether it has not come to its end."""
        return not self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Return whether it has ended within so many seconds."""
        return self._ended.wait(seconds)

    def view(self) -> Json:
        """Return it as the contract has it."""
        heard = self.talk.view(done=self._outcome.get("state") == "done")
        return {
            "job": self.id,
            "kind": self.ask.kind,
            "environment": self.ask.environment,
            "command": self.command,
            "result": None,
            "error": None,
            **heard,
            **self._outcome,
        }

    def run(self, work: Work) -> None:
        """Carry it out, to whatever end. Raises nothing."""
        try:
            came = work.run(self.ask, self.talk)
        except Stopped as stopped:
            error = error_object("Stopped", "somebody has ended it", stopped.state, stopped.hint)
            self._end({"state": "stopped", "error": error})
        except SamDeployError as error:
            self._end({"state": "failed", "error": parts_of(error)})
        except BaseException as error:
            LOG.exception("job %s", self.id)
            self._end({"state": "failed", "error": _bug(error)})
        else:
            self._end({"state": "done", "result": _result(came)})

    def _end(self, outcome: Json) -> None:
        self._outcome = {**outcome, "question": None}
        self._ended.set()
        self.changed(self)


def _result(came: Came) -> Json:
    return {
        "summary": came.summary,
        "regions_done": came.regions_done,
        "regions_total": came.regions_total,
        "window_ms": came.window_ms,
    }


def _bug(error: BaseException) -> Json:
    return error_object(
        "sam-deploy has a bug",
        type(error).__name__,
        "`sam-deploy status` says what is live, and what is not finished",
        "please report it",
    )


@dataclass(slots=True)
class Jobs:
    """All jobs of one server. Safe to use from several threads."""

    work: Work
    changed: Changed
    _all: dict[str, Job] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, ask: Ask) -> Job:
        """A job is under way. Raises `RefusedError` while another one is, else as `Work`."""
        command = self.work.command(ask)
        with self._lock:
            if (other := self.open()) is not None:
                raise RefusedError(
                    "Another job is under way",
                    why=f"`{other.command}` was begun from a page of this dashboard",
                    state="nothing was changed",
                    hint="wait for its end, or stop it",
                )
            job = self._made(ask, command)
            self._all[job.id] = job
            for name in list(self._all)[:-KEPT]:
                del self._all[name]
        job.changed(job)
        # not a daemon: what moves aliases comes to an end, or is ended
        threading.Thread(target=job.run, args=(self.work,), name=f"job-{job.id}").start()
        return job

    def _made(self, ask: Ask, command: str) -> Job:
        talk = Conversation(self.work.lifetime_seconds())
        job = Job(secrets.token_hex(6), ask, command, talk, self.changed)
        talk.changed = lambda: job.changed(job)
        return job

    def open(self) -> Job | None:
        """Return the job that has not come to its end."""
        return next((each for each in self._all.values() if each.is_open), None)

    def find(self, job: str) -> Job:
        """Return a job. Raises `UnknownJobError`."""
        found = self._all.get(job)
        if found is None:
            raise UnknownJobError(job)
        return found
