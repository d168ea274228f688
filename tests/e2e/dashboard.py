"""`sam-deploy ui` as a process, and a browser without a window: for the tests of the dashboard."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx
from tests.e2e import shifting

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Json: TypeAlias = dict[str, Any]
WAIT_SECONDS = 90.0
QUIET_SECONDS = 1.0
"""After so long without an event a tab connects anew: that is tried all the time, too."""
ENDED = ("done", "failed", "stopped")


@dataclass(slots=True)
class Page:
    """A tab: requests with its cookie, and the events that it was sent."""

    address: str
    client: httpx.Client
    events: list[tuple[str, str, Json]] = field(default_factory=list)
    """(id, event, data)."""
    comments: list[str] = field(default_factory=list)
    _closing: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        """Where the page is."""
        return self.address.partition("/?")[0]

    def get(self, path: str) -> Json:
        """Return an answer that must be good."""
        answer = self.client.get(path)
        assert 200 == answer.status_code, answer.text
        found: Json = answer.json()
        return found

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Any:
        """Return the answer to a request of the page."""
        origin = {"origin": self.origin} if headers is None else headers
        return self.client.post(path, json=body, headers=origin)

    def begin(self, **ask: object) -> str:
        """Begin a job, and return its id."""
        answer = self.post("/api/jobs", ask)
        assert 202 == answer.status_code, answer.text
        job: str = answer.json()["job"]
        return job

    def job(self, job: str) -> Json:
        """Return a job."""
        return self.get(f"/api/jobs/{job}")

    def until(self, job: str, fits: Callable[[Json], bool]) -> Json:
        """Wait for a state of a job, and return it."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            found = self.job(job)
            if fits(found):
                return found
            assert found["state"] not in ENDED, found
            assert time.monotonic() < deadline, found
            time.sleep(0.05)

    def asked(self, job: str, kind: str) -> Json:
        """Wait for a question of a kind, and return the job."""
        return self.until(
            job, lambda it: it["question"] is not None and it["question"]["kind"] == kind
        )

    def ended(self, job: str) -> Json:
        """Wait for the end of a job, and return it."""
        return self.until(job, lambda it: it["state"] in ENDED)

    def answer(self, job: str, kind: str, text: str) -> Json:
        """Wait for a question, and answer it; return the job as it was asked."""
        found = self.asked(job, kind)
        question = found["question"]["id"]
        said = self.post(f"/api/jobs/{job}/answer", {"answer": text, "question": question})
        assert 202 == said.status_code, said.text
        return found

    def agree(self, job: str, project: Project, app: str = "tiny") -> Json:
        """Say yes to production, and type the app's name and the code that comes by mail."""
        before = len(shifting.mails(project.endpoint))
        shown = self.answer(job, "confirm", "yes")
        self.answer(job, "name", app)
        self.asked(job, "code")
        self.answer(job, "code", code(project, before))
        return shown

    @contextlib.contextmanager
    def listening(self, last: str = "") -> Iterator[None]:
        """Events come in during the block."""
        ready = threading.Event()
        thread = threading.Thread(target=self._listen, args=(last, ready), daemon=True)
        thread.start()
        assert ready.wait(WAIT_SECONDS)
        try:
            yield
        finally:
            self._closing.set()
            thread.join(WAIT_SECONDS)
            self._closing.clear()

    def _listen(self, last: str, ready: threading.Event) -> None:
        headers = {"last-event-id": last} if last else {}
        timeout = httpx.Timeout(WAIT_SECONDS, read=QUIET_SECONDS)
        with contextlib.suppress(httpx.TransportError):  # the server has ended
            while not self._closing.is_set():
                stream = self.client.stream("GET", "/api/events", headers=headers, timeout=timeout)
                with stream as answer, contextlib.suppress(httpx.ReadTimeout):
                    assert 200 == answer.status_code
                    ready.set()
                    self._read(answer)
                headers = {"last-event-id": self.events[-1][0]} if self.events else headers

    def _read(self, answer: httpx.Response) -> None:
        found: dict[str, str] = {}
        for line in answer.iter_lines():
            if line.startswith(":"):
                self.comments.append(line)
            elif line:
                name, _, value = line.partition(": ")
                found[name] = value
            elif "event" in found:
                data = json.loads(found["data"])
                self.events.append((found.get("id", ""), found["event"], data))
                found = {}
            if self._closing.is_set():
                return

    def wait_for(self, event: str, fits: Callable[[Json], bool]) -> Json:
        """Wait for an event that fits, among those that came."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            for _, name, data in list(self.events):
                if name == event and fits(data):
                    return data
            assert time.monotonic() < deadline, [each[:2] for each in self.events][-20:]
            time.sleep(0.05)


def code(project: Project, before: int) -> str:
    """Return the code of the mail that came after so many."""
    found: str = shifting.CODE.findall(shifting.mails(project.endpoint)[before]["BodyText"])[-1]
    return found


@dataclass(slots=True)
class Served:
    """A dashboard's process, and the tabs that were opened."""

    process: subprocess.Popen[str]
    address: str

    def page(self) -> Page:
        """Open the address in a browser of its own."""
        origin = self.address.partition("/?")[0]
        client = httpx.Client(base_url=origin, trust_env=False, timeout=WAIT_SECONDS)
        found = client.get(self.address)
        assert 303 == found.status_code, found.text
        return Page(self.address, client)

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal, and return the exit code and what was said on standard error."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=WAIT_SECONDS)
        return self.process.returncode, said


@contextlib.contextmanager
def served(project: Project, *options: str, **variables: str) -> Iterator[Served]:
    """`sam-deploy ui` runs during the block."""
    process = subprocess.Popen(
        project.command("ui", "--no-open", "--target", "embedded", *options),
        env={**project.environment, **shifting.paces(), **variables},
        cwd=project.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.communicate()
        yield Served(process, address)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
